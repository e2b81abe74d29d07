"""The hot path: trade joined once with the resolved law, duty assessed, the whole table summed.

Works on any engine that narwhals reaches; the same few functions run on a laptop and on a cluster.
One equi-join and plain sums: no window, no list, no asof join.
"""

from collections.abc import Collection, Mapping, Sequence

import narwhals as nw

from calc.duty import ON_COMPONENTS, ON_SEGMENTS, TOGETHER, perform
from calc.levied import NONE_STATED, Basis
from calc.money import to_rate, to_units
from calc.policy.quantities import unit_value, unit_value_text
from calc.reasons import LINE_TEXTS, TOLD, first_texts, name_texts, tell_line_texts
from calc.sides import charge_highest
from calc.tables.trade import VALUE_COLUMNS
from calc.terms import NO_TERMS, ROW, Frame, Terms
from calc.valuation import duty_base

LINE = ["importer", "partner", "code"]
PAIR = ["importer", "partner"]
BY_BRANCH = ["branch", "prefix", "length"]
NAMED = [ROW, *LINE, *BY_BRANCH]
"""What is told of a branch on a row of trade that it names."""
SUMS = {"measure_e4": "sum_e4", "rate_e12": "sum_e12"}
"""What is summed over the measures of a line, and the names of the sums."""
UNKNOWN = {name: f"no_{name}" for name in SUMS}


def with_duty_base(
    trade: Frame,
    *,
    held: Collection[str] = VALUE_COLUMNS,
    stated: Mapping[str, Basis] = NONE_STATED,
) -> Frame:
    """Trade with its value for duty.

    Args:
        trade: Rows of TRADE.
        held: Value columns that hold anything.
        stated: The basis of importers as the scenario says.

    Returns:
        The same rows plus ``duty_base_usd`` (see ``calc.valuation.duty_base``) and ``value_e4``
        (the same in ten-thousandths of a USD).
    """
    return with_value(trade, duty_base(held, stated))


def with_value(trade: Frame, value: nw.Expr) -> Frame:
    """Trade with a value as its value for duty: ``duty_base_usd`` and ``value_e4``."""
    return perform((count_value,), trade.with_columns(value.alias("duty_base_usd")), NO_TERMS)


def count_value(trade: Frame, _terms: Terms) -> Frame:
    """Add ``value_e4``: the value for duty in ten-thousandths of a USD."""
    return trade.with_columns(to_units(nw.col("duty_base_usd")).alias("value_e4"))


def rows_with_goods(trade: Frame, goods: Frame, whom: Frame) -> Frame:
    """Every branch that names goods on every row of trade that it names.

    Goods and partners are looked up one after the other, in tables that are small by themselves.

    Args:
        trade: What ``with_duty_base`` gives, imports only, with ``table_row``.
        goods: The importers and codes that a branch names; see ``calc.resolve.Candidates``.
        whom: The partners of each branch.

    Returns:
        One row a trade row and branch: all columns of ``trade``, ``branch``, ``prefix`` and
        ``length``. Trade that no branch names is not in it.
    """
    of_goods = trade.join(goods, on=["importer", "code"], how="inner")
    return of_goods.join(whom, on=["branch", "partner"], how="semi")


def rows_of_partners(trade: Frame, by_partner: Frame) -> Frame:
    """The rows of trade on which a branch is that names no goods, each once, in all columns.

    Args:
        trade: What ``with_duty_base`` gives, imports only, with ``table_row``.
        by_partner: Branches on all goods; see ``calc.resolve.Candidates``.
    """
    return trade.join(by_partner.select(*PAIR), on=PAIR, how="semi")


def named_by_partner(trade: Frame, by_partner: Frame) -> Frame:
    """Every branch on all goods on every row of trade that it names.

    Args:
        trade: What ``rows_of_partners`` gives.
        by_partner: Branches on all goods; see ``calc.resolve.Candidates``.

    Returns:
        One row a trade row and branch, in the columns ``NAMED``.
    """
    return trade.select(ROW, *LINE).join(by_partner, on=PAIR, how="inner").select(*NAMED)


def with_exclusions(named: Frame, left_out: Frame, excluded: Frame) -> Frame:
    """Branches on rows of trade with what is out of them.

    Args:
        named: One row a trade row and branch, in the columns ``NAMED``.
        left_out: ``branch``, ``code`` and ``left_out_by``.
        excluded: ``branch``, ``code``, ``partner`` and ``excluded_by``.

    Returns:
        The same rows plus those two and ``is_left_out``.
    """
    joined = named.join(left_out, on=["branch", "code"], how="left").join(
        excluded, on=["branch", "code", "partner"], how="left"
    )
    return joined.with_columns((~nw.col("left_out_by").is_null()).alias("is_left_out"))


def segment_lines(
    trade: Frame, rows: Frame, segments: Frame, terms: Terms, *, on: str = ROW
) -> Frame:
    """The lines of trade that a measure names, by segment, with their base duty.

    Args:
        trade: What ``with_duty_base`` gives, imports only, with ``table_row``.
        rows: One row a trade row and base programme: ``table_row``, ``division``,
            ``base_programme``, the base rate of that programme, and the shares of contents.
        segments: The segments of each division; see ``calc.policy.rows`` and ``calc.portions``.
        terms: What the numbers in the program's columns stand for.
        on: What tells the rows of ``rows``: ``table_row``, or a number of rows that are alike.

    Returns:
        One row a trade row and segment: all columns of the three, and what
        ``calc.duty.ON_SEGMENTS`` add.
    """
    lines = trade.join(rows, on=on, how="inner").join(
        segments, on=["division", "base_programme"], how="inner"
    )
    return perform((*ON_SEGMENTS, count_calculated), lines, terms)


def count_calculated(lines: Frame, _terms: Terms) -> Frame:
    """Add ``calculated_e4``: the duty as the statistics calculated it."""
    return lines.with_columns(to_units(nw.col("calculated_duty_usd")).alias("calculated_e4"))


def unit_value_columns(terms: Terms) -> list[str]:
    """The columns by which missing quantities are estimated; none where they are not."""
    numbers = range(len(terms.estimated))
    return [name(number) for number in numbers for name in (unit_value, unit_value_text)]


def charged_lines(lines: Frame, components: Frame, terms: Terms) -> Frame:
    """What ``component_lines`` gives, lesser programmes displaced where a reading says so."""
    return charge_highest(component_lines(lines, components, terms), terms)


def component_lines(lines: Frame, components: Frame, terms: Terms) -> Frame:
    """Every measure on every line by segment, with what it comes to by itself.

    Args:
        lines: What ``segment_lines`` gives.
        components: The components of each kind of line and segment.
        terms: What the numbers in the program's columns stand for.

    Returns:
        One row a trade row, segment and component: the line's columns that amounts need, the
        component's, and what ``calc.duty.ON_COMPONENTS`` add.
    """
    needed = [
        *(ROW, "kind", "segment", "duty_base_usd", "value_e4"),
        *("duty_before_e4", "rate_before", "has_other_base"),
        *("quantity", "quantity_unit", "quantity_2", "quantity_2_unit", "net_mass_kg"),
        *(f"content_{number}" for number in range(len(terms.contents))),
        *unit_value_columns(terms),
        *(f"pool_{number}" for number in range(len(terms.credited))),
    ]
    joined = lines.select(*needed).join(components, on=["kind", "segment"], how="inner")
    return perform(ON_COMPONENTS, joined, terms)


def sum_applied(components: Frame) -> Frame:
    """What the applied measures of each line and segment come to together.

    Returns:
        One row a trade row and segment on which a measure is applied: ``table_row``, ``segment``,
        ``sum_e4`` and ``sum_e12``, null where a part is not known, and what the measures tell
        (``calc.reasons.tell_line_texts``).
    """
    applied = components.filter(nw.col("status") == nw.lit("applied"))
    summed = (
        perform((mark_unknown, name_texts), applied, NO_TERMS)
        .group_by(ROW, "segment")
        .agg(*(nw.col(name).sum() for name in (*SUMS, *UNKNOWN.values())), *first_texts())
    )
    told = perform((keep_known, tell_line_texts), summed, NO_TERMS)
    return told.select(ROW, "segment", *SUMS.values(), *LINE_TEXTS, "has_sum")


def mark_unknown(components: Frame, _terms: Terms) -> Frame:
    """Add to each amount that is summed whether it is unknown."""
    return components.with_columns(
        *(nw.col(name).is_null().cast(nw.Int64).alias(no) for name, no in UNKNOWN.items())
    )


def keep_known(sums: Frame, _terms: Terms) -> Frame:
    """Add the sums of which every part is known, and ``has_sum``."""
    return sums.with_columns(
        *(
            nw.when(nw.col(UNKNOWN[name]) == 0).then(nw.col(name)).alias(alias)
            for name, alias in SUMS.items()
        ),
        nw.lit(value=True).alias("has_sum"),
    )


def combine(lines: Frame, sums: Frame, terms: Terms) -> Frame:
    """Lines with their duty after: what is left of the base, and the measures applied.

    Args:
        lines: What ``segment_lines`` gives.
        sums: What ``sum_applied`` gives.
        terms: What the numbers in the program's columns stand for.

    Returns:
        The same rows plus ``measures_e4`` and ``measures_rate`` (0 where none is applied) and what
        ``calc.duty.TOGETHER`` adds.
    """
    joined = lines.join(sums, on=[ROW, "segment"], how="left")
    filled = perform((fill_sums,), joined, NO_TERMS)
    return perform(TOGETHER, filled.drop("has_sum", *SUMS.values()), terms)


def fill_sums(lines: Frame, _terms: Terms) -> Frame:
    """Add ``measures_e4`` and ``measures_rate``: 0 on lines without a sum."""
    none = nw.col("has_sum").is_null()
    units = nw.when(none).then(nw.lit(0, nw.Int64)).otherwise(nw.col("sum_e4"))
    rate = nw.when(none).then(nw.lit(0.0)).otherwise(to_rate(nw.col("sum_e12")))
    return lines.with_columns(units.alias("measures_e4"), rate.alias("measures_rate"))


def threats(lines: Frame, segments: Frame, sums: Frame, terms: Terms) -> Frame:
    """What measures that are not in force would add, line by line.

    Args:
        lines: What ``segment_lines`` gives.
        segments: The segments were all measures in force: ``kind``, ``segment``, ``base_on``.
        sums: What ``sum_applied`` gives of the components were all measures in force.
        terms: What the numbers in the program's columns stand for.

    Returns:
        One row a trade row and segment that is threatened: ``table_row``, ``segment``,
        ``threatened_e4``, null where it is not known, and ``threatened_unknown`` and
        ``threatened_estimate``, what the measures tell.
    """
    would_be = lines.drop("base_on").join(
        segments.select("kind", "segment", "base_on"), on=["kind", "segment"], how="inner"
    )
    return combine(would_be, sums, terms).select(
        *(ROW, "segment"),
        nw.col("increment_e4").alias("threatened_e4"),
        *(nw.col(f"measures_{name}").alias(f"threatened_{name}") for name in TOLD),
    )


def totals(trade: Frame, key: Sequence[str]) -> Frame:
    """Rows and exact value of the trade table by a key.

    Args:
        trade: What ``with_duty_base`` gives.
        key: Columns to group by.

    Returns:
        One row a key: those columns, ``rows`` and ``total_e4`` (null-free; unknown values add
        nothing).
    """
    return trade.group_by(*key).agg(
        nw.len().alias("rows"), nw.col("value_e4").sum().alias("total_e4")
    )


def totals_by_code(trade: Frame, pairs: Frame) -> Frame:
    """Exact value of the trade table by importer and code, from all partners and from some.

    Args:
        trade: What ``with_duty_base`` gives.
        pairs: ``importer``, ``partner`` and ``is_hit`` (true), each pair once.

    Returns:
        One row an importer and code: those, ``total_e4`` and ``hit_e4``, the value from the
        partners in ``pairs``; 0 where there is none.
    """
    hit = nw.when(nw.col("is_hit")).then(nw.col("value_e4")).otherwise(nw.lit(0, nw.Int64))
    flagged = trade.join(pairs, on=["importer", "partner"], how="left").with_columns(
        hit.alias("hit_e4")
    )
    return flagged.group_by("importer", "code").agg(
        nw.col("value_e4").sum().alias("total_e4"), nw.col("hit_e4").sum()
    )
