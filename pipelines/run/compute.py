"""The tables of a run, computed from a question: the law resolved, trade joined once, reports."""

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from calc import lines as line_tables
from calc import reports
from calc.base import attach_base
from calc.codes import line_digits
from calc.errors import LimitError, Problem, ScenarioError
from calc.hits import ROW, hit_lines, named_lines, totals, totals_by_code
from calc.money import LARGEST_SUM_USD, UNITS_PER_USD
from calc.ranking import (
    BASIS,
    LINE,
    equal_ranks,
    rank_within_authority,
    resolve_rates,
    unstacked_authorities,
)
from calc.resolve import candidates_of, component_rules
from calc.unmatched import idle_schedule, missed_trade, unmatched_table
from pipelines.run.question import (
    Question,
    chosen_period,
    in_period,
    refuse_misfits,
    shape_of,
)

Tables = dict[str, pl.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a run found.

    Attributes:
        tables: Name to frame, as declared in ``calc.tables``; without the funnel.
        shape: Rows and value of the table by flow, period, nomenclature, importer and partner.
        period: Reference period that was used.
        rows: The key of each line with its row in the trade table, in the order of LINES.
    """

    tables: Tables
    shape: pl.DataFrame
    period: str
    rows: pl.DataFrame


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """The law on the rows that a measure names: each measure with its rank, and RATES."""

    ranked: pl.DataFrame
    rates: pl.DataFrame


def answer(question: Question) -> Answer:
    """All tables of a run but the funnel.

    Raises:
        ScenarioError: The law is in conflict with itself, suits no trade, or is in another edition.
        DataRejectedError: The table lacks the values that the importer levies duty on.
        LimitError: The values are beyond what is summed exactly.
    """
    shape = shape_of(question)
    period = chosen_period(question, shape)
    refuse_misfits(question, shape, period)
    resolved = resolve(question, shape, period)
    if resolved.rates.is_empty():
        raise _nothing_hit(question)
    found = hit_lines(question.imports(period), nw.from_native(resolved.rates.lazy()))
    hits = _collected_hits(question, line_tables.with_status(found.to_native()))
    tagged = line_tables.tag_groups(hits.lazy(), question.groups.lazy()).collect()
    tables = _tables(question, resolved, tagged, _totals(question, shape, tagged, period))
    rows = tagged.select(*line_tables.KEY, ROW).sort(line_tables.KEY)
    return Answer(tables=tables, shape=shape, period=period, rows=rows)


def _collected_hits(question: Question, plan: pl.LazyFrame) -> pl.DataFrame:
    """The hit lines, whose amounts are within what whole ten-thousandths of a USD can sum."""
    beyond = LimitError(
        f"duties on {question.table.name} are beyond what is summed exactly",
        where="rates of the scenario and its base, quantities of the table",
        hint=f"the sum of an amount may be USD {LARGEST_SUM_USD:.0e}; check rates and units",
    )
    try:
        hits = plan.collect(engine="streaming")
    except pl.exceptions.InvalidOperationError as err:  # an amount that no whole number holds
        raise beyond from err
    sums = hits.select(pl.col("^.*_e4$").cast(pl.Float64).abs().sum()).row(0)
    if max(sums) > LARGEST_SUM_USD * UNITS_PER_USD:
        raise beyond
    return hits


def resolve(question: Question, shape: pl.DataFrame, period: str) -> Resolved:
    """The law on each row of the importers' imports that a measure names.

    Raises:
        ScenarioError: Two measures of one rank, or two authorities, on one line.
    """
    imports = question.imports(period)
    codes = imports.to_native().select("code").unique().collect(engine="streaming").lazy()
    seen = shape.lazy().select("importer", "partner").unique()
    candidates = candidates_of(question.law, codes, seen).collect()
    named = named_lines(imports, nw.from_native(candidates.lazy())).to_native()
    ranked = rank_within_authority(named, key=[ROW, *BASIS]).collect(engine="streaming")
    conflicts = _conflicts(ranked)
    if conflicts:
        raise ScenarioError.collected(conflicts)
    resolved = resolve_rates(ranked.lazy(), key=[ROW])
    rates = attach_base(resolved, question.law.base, codes).collect()
    return Resolved(ranked=ranked, rates=rates)


def _conflicts(ranked: pl.DataFrame) -> list[Problem]:
    """Pairs of measures that are both applied on a line; those of one authority first."""
    pairs = unstacked_authorities(ranked.lazy(), key=[ROW]).collect()
    if pairs.is_empty():
        return []
    same = equal_ranks(ranked.lazy(), key=[ROW, *BASIS]).collect()
    others = pairs.join(same, on=["first", "second"], how="anti", maintain_order="left")
    unsettled = "are of two authorities or programmes, and nothing says how they combine,"
    return [*_told(same, "have the same rank"), *_told(others, unsettled)]


def _told(pairs: pl.DataFrame, words: str) -> list[Problem]:
    return [
        Problem(
            f"measures {row['first']} and {row['second']} {words} on {row['lines']:,} lines",
            where=f"first on {row['importer']} from {row['partner']}, code {row['code']}",
            hint="narrow the scope of one, or end it before the other begins; "
            "stacking rules are not supported yet",
        )
        for row in pairs.iter_rows(named=True)
    ]


def _nothing_hit(question: Question) -> ScenarioError:
    return ScenarioError(
        f"no imports of {question.importers_text} in {question.table.name} match any measure",
        where="products and partners of the measures",
        hint="a schedule that hits nothing is no result; compare its codes and partners with the "
        "table: retorsion inspect FILE",
    )


def _totals(
    question: Question, shape: pl.DataFrame, hits: pl.DataFrame, period: str
) -> reports.Totals:
    """Sums of the whole table: by importer and partner, and by code of the importers."""
    flows = shape.lazy().filter((pl.col("flow") == "import") & in_period(period))
    by_flow = flows.group_by("importer", "partner").agg(pl.col("total_e4").sum())
    imports = question.imports(period)
    pairs = hits.lazy().select("importer", "partner", is_hit=pl.lit(value=True)).unique()
    by_code = totals_by_code(imports, nw.from_native(pairs)).to_native()
    tags = hits.lazy().select("product_group").unique().drop_nulls()
    groups = question.groups.lazy().join(tags, on="product_group", how="semi").collect()
    of_groups = imports.filter(nw.col("code").str.slice(0, 6).is_in(groups["prefix"].to_list()))
    of_pairs = of_groups.join(nw.from_native(pairs), on=["importer", "partner"], how="semi")
    by_line = totals(of_pairs, LINE).to_native()
    collected = pl.collect_all([by_code, by_line], engine="streaming")
    return reports.Totals(by_flow=by_flow, by_code=collected[0].lazy(), by_line=collected[1].lazy())


def _tables(
    question: Question, resolved: Resolved, hits: pl.DataFrame, sums: reports.Totals
) -> Tables:
    lines, groups = hits.lazy(), question.groups.lazy()
    rules = component_rules(resolved.ranked.lazy(), line=ROW).collect().lazy()
    components = line_tables.with_components(lines, rules).collect().lazy()
    digits = line_digits(question.nomenclature)
    measures = question.law.measures
    return _collected(
        {
            "by_importer": reports.by_importer(lines, sums, digits),
            "by_partner": reports.by_partner(lines, sums, digits),
            "by_group": reports.by_group(lines, sums, groups, digits),
            "by_product": reports.by_product(lines, sums, digits),
            "by_measure": reports.by_measure(components, measures),
            "lines": line_tables.lines_table(
                lines, question.descriptions.lazy(), question.interval
            ),
            "components": line_tables.components_table(components),
            "unmatched": _unmatched(question, lines, components, sums),
        }
    )


def _unmatched(
    question: Question, lines: pl.LazyFrame, components: pl.LazyFrame, sums: reports.Totals
) -> pl.LazyFrame:
    groups = question.groups.lazy()
    schedule = idle_schedule(
        question.law.products,
        components.select("measure_id", "code"),
        question.law.measures,
        sums.by_code,
    )
    return unmatched_table(schedule, missed_trade(sums.by_line, lines), groups)


def _collected(plans: dict[str, pl.LazyFrame]) -> Tables:
    frames: Sequence[pl.DataFrame] = pl.collect_all(list(plans.values()))
    return dict(zip(plans, frames, strict=True))
