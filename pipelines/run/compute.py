"""The tables of a run, computed from a question: the law resolved, trade joined once, reports."""

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from calc import lines as line_tables
from calc import reports
from calc.base import attach_base
from calc.codes import line_digits
from calc.errors import Problem, ScenarioError
from calc.hits import hit_lines, totals
from calc.ranking import LINE, equal_ranks, resolve_rates, unstacked_authorities
from calc.resolve import component_rules, rank_candidates
from calc.unmatched import idle_schedule, missed_trade, unmatched_table
from pipelines.run.question import (
    ROW,
    Question,
    chosen_period,
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
    """The law resolved on the codes and partners of a table: candidates with rank, and RATES."""

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
    found = hit_lines(question.imports(period), nw.from_native(resolved.rates.lazy())).to_native()
    hits = line_tables.with_status(found).collect(engine="streaming")
    if hits.is_empty():
        raise _nothing_hit(question)
    tagged = line_tables.tag_groups(hits.lazy(), question.groups.lazy()).collect()
    tables = _tables(question, resolved, tagged, _totals(question, shape, hits, period))
    rows = tagged.select(*line_tables.KEY, ROW).sort(line_tables.KEY)
    return Answer(tables=tables, shape=shape, period=period, rows=rows)


def resolve(question: Question, shape: pl.DataFrame, period: str) -> Resolved:
    """The law on each partner and code of the importer's imports.

    Raises:
        ScenarioError: Two measures of one rank, or two authorities, on one line.
    """
    imports = question.imports(period).to_native()
    codes = imports.select("code").unique().collect(engine="streaming").sort("code").lazy()
    seen = shape.lazy().select("importer", "partner").unique()
    ranked = rank_candidates(question.law, codes, seen).collect()
    problems = [
        *_conflicts(equal_ranks(ranked.lazy()).collect(), "have the same rank"),
        *_conflicts(
            unstacked_authorities(ranked.lazy()).collect(),
            "are of two authorities or programmes, and nothing says how they combine:",
        ),
    ]
    if problems:
        raise ScenarioError.collected(problems)
    rates = attach_base(resolve_rates(ranked.lazy()), question.law.base, codes).collect()
    return Resolved(ranked=ranked, rates=rates)


def _conflicts(pairs: pl.DataFrame, words: str) -> list[Problem]:
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
    """Sums of the whole table: by importer and partner, and by code of the importer."""
    flows = shape.lazy().filter(pl.col("flow") == "import")
    by_flow = flows.group_by("importer", "partner").agg(pl.col("total_e4").sum())
    imports = question.imports(period)
    pairs = nw.from_native(hits.lazy().select("importer", "partner").unique())
    from_hit = totals(imports.join(pairs, on=["importer", "partner"], how="semi"), LINE)
    of_all = totals(imports, ["importer", "code"])
    from_all, from_pairs = pl.collect_all(
        [of_all.to_native(), from_hit.to_native()], engine="streaming"
    )
    by_pair = from_pairs.lazy().group_by("importer", "code").agg(hit_e4=pl.col("total_e4").sum())
    by_code = (
        from_all.lazy()
        .join(by_pair, on=["importer", "code"], how="left", validate="1:1")
        .with_columns(pl.col("hit_e4").fill_null(0))  # no trade with the partners hit: a known zero
    )
    return reports.Totals(by_flow=by_flow, by_code=by_code, by_line=from_pairs.lazy())


def _tables(
    question: Question, resolved: Resolved, hits: pl.DataFrame, sums: reports.Totals
) -> Tables:
    lines, groups = hits.lazy(), question.groups.lazy()
    rules = component_rules(resolved.ranked.lazy()).collect().lazy()
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
    named = lines.filter(pl.col("product_group").is_not_null()).select("product_group").unique()
    trade = line_tables.tag_groups(sums.by_line, groups).join(named, on="product_group", how="semi")
    return unmatched_table(schedule, missed_trade(trade, lines), groups)


def _collected(plans: dict[str, pl.LazyFrame]) -> Tables:
    frames: Sequence[pl.DataFrame] = pl.collect_all(list(plans.values()))
    return dict(zip(plans, frames, strict=True))
