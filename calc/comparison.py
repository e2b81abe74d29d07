"""Two runs set against each other: causes that add up, and their lists line by line."""

import narwhals as nw
import polars as pl

from calc.dictionary import conform
from calc.money import to_units, usd
from calc.tables.comparison import Causes, Compared, ListChanges, ScheduleChanges

FIGURES = (
    *("listed_value", "covered_value", "in_force_value", "prohibited_value", "affected_value"),
    *("threatened_value", "duty_before", "duty_after", "duty_increment", "threatened_increment"),
    *("affected_unknown_value", "duty_before_unknown_value", "duty_after_unknown_value"),
    *("duty_increment_unknown_value", "threatened_increment_unknown_value"),
)
COMMENT_COLUMNS = ("commenter", "ask", "decision", "decision_reason")
LINE = ("importer", "partner", "code")
ENTRY = ("importer", "measure_id", "prefix")


def figures_of(cells: pl.LazyFrame) -> pl.LazyFrame:
    """``importer``, ``figure`` and ``amount_e4``: the figures of a run, in ten-thousandths of USD.

    Args:
        cells: The columns of BY_IMPORTER that ``FIGURES`` names, one row an importer. A sum of
            what is known is 0 where nothing is: what is not known is a figure of its own.
    """
    amounts = [to_units(nw.col(f"{name}_usd").fill_null(0.0)).alias(name) for name in FIGURES]
    whole = nw.from_native(cells).select("importer", *amounts).to_native()
    return whole.unpivot(FIGURES, index="importer", variable_name="figure", value_name="amount_e4")


def causes(states: pl.LazyFrame) -> pl.LazyFrame:
    """CAUSES: what each step changes of each figure; over the steps they add up exactly.

    Args:
        states: The figures after each step (``importer``, ``step``, ``kind``, ``cause``, ``what``,
            ``figure``, ``amount_e4``); step 0 is the first run as it is.
    """
    before = pl.col("amount_e4").shift(1).over("importer", "figure", order_by="step")
    changed = states.with_columns(change_usd=usd(pl.col("amount_e4") - before))
    return conform(changed.filter(pl.col("step") > 0), Causes)


def compared(states: pl.LazyFrame) -> pl.LazyFrame:
    """COMPARED: each figure at the first and at the last of the states that ``causes`` takes."""
    amount = pl.col("amount_e4").sort_by("step")
    ends = states.group_by("importer", "figure").agg(first=amount.first(), second=amount.last())
    told = ends.with_columns(
        first_usd=usd(pl.col("first")),
        second_usd=usd(pl.col("second")),
        change_usd=usd(pl.col("second") - pl.col("first")),
    )
    return conform(told, Compared)


def list_changes(first: pl.LazyFrame, second: pl.LazyFrame) -> pl.LazyFrame:
    """LIST_CHANGES without comments: the lines on which two lists differ.

    Args:
        first: What ``listed`` gives of the first run.
        second: The same of the second.
    """
    both = _joined(first, second, LINE)
    for name in ("covered_value", "duty_increment"):
        both = _with_amounts(both, name)
    differs = [
        (pl.col("is_listed_first").is_null(), "added"),
        (pl.col("is_listed_second").is_null(), "removed"),
        (pl.col("rate_first") != pl.col("rate_second"), "rate changed"),
        (pl.col("measure_first") != pl.col("measure_second"), "measure changed"),
        (_differs("covered_value"), "value changed"),
        (_differs("duty_increment"), "duty changed"),
    ]
    told = both.with_columns(
        change=_first_true(differs),
        description=pl.coalesce("description_second", "description_first"),
    )
    return _without_comments(told.filter(pl.col("change").is_not_null()), ListChanges)


def listed(lines: pl.LazyFrame, components: pl.LazyFrame) -> pl.LazyFrame:
    """The covered lines of a run by importer, partner and code, with their rates in words.

    Args:
        lines: LINES of the run.
        components: COMPONENTS of the run.

    Returns:
        One row a line that no exclusion takes out: value and duty added in ten-thousandths (null
        where a part is unknown), ``rate`` and ``measure`` as text.
    """
    covered = lines.filter(pl.col("status") != "excluded")
    sums = _amounts(covered, {"covered_value": "customs_value_usd",
                              "duty_increment": "duty_increment_usd"})  # fmt: skip
    values = sums.group_by(LINE).agg(
        _whole_sum("covered_value"),
        _whole_sum("duty_increment"),
        pl.col("description").drop_nulls().first(),
        is_listed=pl.lit(value=True),
    )
    named = components.filter(pl.col("status") != "excluded")
    rates = named.group_by(LINE).agg(
        rate=_in_words().unique().sort().str.join("; "),
        measure=pl.col("measure_id").unique().sort().str.join("; "),
    )
    return values.join(rates, on=LINE, how="left", validate="1:1")


def _in_words() -> pl.Expr:
    """The rate of a measure on a line: as written, how it combines, and whether it is applied."""
    is_applied = pl.col("status") == "applied"
    state = pl.when(is_applied).then(pl.lit("")).otherwise(pl.format(", {}", "status"))
    return pl.format("{} ({}{})", "rate_text", "mode", state)


def schedule_changes(first: pl.LazyFrame, second: pl.LazyFrame) -> pl.LazyFrame:
    """SCHEDULE_CHANGES without comments: the entries in which two schedules differ.

    Args:
        first: What ``entries`` gives of the first version.
        second: The same of the second.
    """
    both = _joined(first, second, ENTRY)
    for name in ("named_value", "duty_increment"):
        both = _with_amounts(both, name)
    differs = [
        (pl.col("is_listed_first").is_null(), "added"),
        (pl.col("is_listed_second").is_null(), "removed"),
        (pl.col("rate_first") != pl.col("rate_second"), "rate changed"),
    ]
    told = both.with_columns(change=_first_true(differs))
    return _without_comments(told.filter(pl.col("change").is_not_null()), ScheduleChanges)


def entries(
    measures: pl.LazyFrame, products: pl.LazyFrame, components: pl.LazyFrame
) -> pl.LazyFrame:
    """The entries of a schedule by importer, measure and prefix, with rates and the trade named.

    Args:
        measures: MEASURES of a law.
        products: MEASURE_PRODUCTS of the law.
        components: COMPONENTS of its run.
    """
    branches = measures.select("importer", "measure_id", "step", "rate_text", "mode", "state")
    words = pl.format("{} ({}, {})", "rate_text", "mode", "state")
    included = products.filter(pl.col("role") == "include")
    named = included.join(branches, on=["measure_id", "step"], how="inner", validate="m:1")
    schedule = named.group_by(ENTRY).agg(
        rate=words.unique().sort().str.join("; "), is_listed=pl.lit(value=True)
    )
    kept = components.filter(pl.col("status") != "excluded")
    # What is not applied adds nothing, and that is known; null where it is applied is unknown.
    added = pl.when(pl.col("status") == "applied").then("duty_increment_usd").otherwise(0.0)
    columns = {"named_value": "customs_value_usd", "duty_increment": "added_usd"}
    sums = _amounts(kept.with_columns(added_usd=added), columns)
    trade = sums.group_by(ENTRY).agg(_whole_sum("named_value"), _whole_sum("duty_increment"))
    joined = schedule.join(trade, on=ENTRY, how="left", validate="1:1")
    has_trade = trade.select(*ENTRY, has_trade=pl.lit(value=True))
    told = joined.join(has_trade, on=ENTRY, how="left", validate="1:1")
    is_idle = pl.col("has_trade").is_null()
    return told.with_columns(
        pl.when(is_idle).then(0).otherwise(pl.col(name)).alias(name)
        for name in ("named_value", "duty_increment")
    ).drop("has_trade")


def _amounts(rows: pl.LazyFrame, columns: dict[str, str]) -> pl.LazyFrame:
    """Rows with amounts in ten-thousandths of a USD, by the name that each is given."""
    units = [to_units(nw.col(column)).alias(name) for name, column in columns.items()]
    return nw.from_native(rows).with_columns(units).to_native()


def _whole_sum(name: str) -> pl.Expr:
    """The sum of an amount; null where a part of it is unknown."""
    return (
        pl.when(pl.col(name).is_null().any()).then(None).otherwise(pl.col(name).sum()).alias(name)
    )


def _joined(first: pl.LazyFrame, second: pl.LazyFrame, key: tuple[str, ...]) -> pl.LazyFrame:
    """Two frames side by side by a key; every other column ends in _first or _second."""
    named = [
        frame.select(*key, pl.exclude(key).name.suffix(f"_{end}"))
        for frame, end in ((first, "first"), (second, "second"))
    ]
    return named[0].join(named[1], on=list(key), how="full", coalesce=True, validate="1:1")


def _with_amounts(both: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Both sides with an amount in USD, 0 where a side has no such row, and its change."""
    units = {
        end: pl.when(pl.col(f"is_listed_{end}").is_null()).then(0).otherwise(f"{name}_{end}")
        for end in ("first", "second")
    }
    amounts = {f"{name}_{end}_usd": usd(unit) for end, unit in units.items()}
    change = {f"{name}_change_usd": usd(units["second"] - units["first"])}
    return both.with_columns(**amounts, **change)


def _differs(name: str) -> pl.Expr:
    return pl.col(f"{name}_first_usd").ne_missing(pl.col(f"{name}_second_usd"))


def _first_true(named: list[tuple[pl.Expr, str]]) -> pl.Expr:
    """The name of the first condition that holds; null where none does."""
    return pl.coalesce(pl.when(condition).then(pl.lit(name)) for condition, name in named)


def _without_comments(rows: pl.LazyFrame, table: type) -> pl.LazyFrame:
    empty = {name: pl.lit(None, pl.String) for name in COMMENT_COLUMNS}
    return conform(rows.with_columns(**empty), table)


def with_comments(changes: pl.DataFrame, code: str, comments: pl.DataFrame) -> pl.DataFrame:
    """Changes with what a comment log says of each: on its code, on a part or a whole of it.

    Args:
        changes: LIST_CHANGES or SCHEDULE_CHANGES.
        code: Column of the code there.
        comments: ``code`` (digits) and the columns of a comment, a row a comment.
    """
    pairs = changes.select(pl.col(code).unique()).join(
        comments.rename({"code": "said_of"}), how="cross"
    )
    of_code = pl.col(code).str.starts_with(pl.col("said_of")) | pl.col("said_of").str.starts_with(
        pl.col(code)
    )
    said = (
        pairs.filter(of_code)
        .group_by(code)
        .agg(pl.col(name).drop_nulls().str.join("; ").replace("", None) for name in COMMENT_COLUMNS)
    )
    columns = changes.columns
    bare = changes.drop(COMMENT_COLUMNS)
    return bare.join(said, on=code, how="left", validate="m:1", maintain_order="left").select(
        columns
    )
