"""The tables of a run, computed from a question: the law resolved, trade joined once, reports."""

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from calc import lines as line_tables
from calc import reports
from calc.alternatives import by_end_use, imports_of_codes, suppliers
from calc.attributed import known_by_authority, with_increments
from calc.codes import line_digits
from calc.credits import credits_table
from calc.dictionary import polars_schema
from calc.errors import ScenarioError
from calc.hits import (
    LINE,
    totals,
    totals_by_code,
)
from calc.means import BEHIND, nearest
from calc.periods import Reference
from calc.policy.readings import AVERAGED
from calc.quota_fill import by_quota
from calc.resolve import BRANCH, branch_numbers
from calc.tables import TABLES
from calc.terms import ROW
from calc.unmatched import idle_schedule, missed_trade, unmatched_table
from pipelines.engines import AT_ONCE, engine_for
from pipelines.run.assess import Found, assess
from pipelines.run.fill import Fill
from pipelines.run.question import Question, chosen_period, refuse_misfits, shape_of
from pipelines.run.resolve import Resolved, resolve
from pipelines.run.variants import by_authority

Tables = dict[str, pl.DataFrame]
NAMES = (
    *("by_importer", "by_partner", "by_group", "by_product", "by_measure", "by_authority"),
    *("by_end_use", "suppliers", "lines", "components", "unmatched"),
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a run found.

    Attributes:
        tables: Name to frame, as declared in ``calc.tables``; without the funnel.
        shape: Rows and value of the table by flow, period, nomenclature, importer and partner.
        period: Reference period that was used.
        rows: The key of each line with its rows in the trade table, in the order of LINES.
        scopes: The branches that may name a line; see ``pipelines.run.match.Matched``.
        links: Which rows of the table are in those that were converted; None where none was.
    """

    tables: Tables
    shape: pl.DataFrame
    period: Reference
    rows: pl.DataFrame
    scopes: Sequence[pl.DataFrame] = ()
    links: pl.DataFrame | None = None


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
    resolved = resolve(question, question.imports(period))
    if resolved is None:
        if not question.may_hit_nothing:
            raise nothing_hit(question)
        return _nothing(shape, period)
    found = assess(question, resolved)
    sums, flows = _totals(question, shape, found.lines, period)
    tables = _tables(question, resolved, found, sums)
    tables |= _alternatives(question, found, flows)
    tables["by_authority"] = known_by_authority(
        by_authority(question, resolved, found).lazy(),
        tables["components"].lazy(),
        tables["by_measure"].lazy().select("importer", "measure_id", "authority"),
    ).collect(engine=engine_for(found.components))
    if question.policy.credits:
        tables["credits"] = _credits(question, found)
    if resolved.fill is not None:
        tables["by_quota"] = _by_quota(question, resolved.fill, found)
    rows = _rows_behind(question, found.lines.select(*line_tables.KEY, ROW), period)
    return Answer(tables=tables, shape=shape, period=period, rows=rows, scopes=resolved.scopes)


def _alternatives(question: Question, found: Found, flows: pl.LazyFrame) -> Tables:
    """What the goods are for, and who else supplies them."""
    lines = found.lines.lazy()
    none = pl.DataFrame(schema={"code": pl.String, "end_use": pl.String})
    end_uses = none if question.end_uses is None else question.end_uses
    return _collected(
        {
            "by_end_use": by_end_use(lines, end_uses.lazy()),
            "suppliers": suppliers(lines, flows),
        },
        found,
    )


def _by_quota(question: Question, fill: Fill, found: Found) -> pl.DataFrame:
    components, quotas = found.components.lazy(), question.law.quotas
    is_averaged = AVERAGED in question.policy.readings
    told = by_quota(
        fill.fills.lazy(), fill.flows.lazy(), components, quotas, is_averaged=is_averaged
    )
    return told.collect(engine=engine_for(found.components))


def _nothing(shape: pl.DataFrame, period: Reference) -> Answer:
    """The answer where no duty names a line: tables without rows."""
    tables = {name: pl.DataFrame(schema=polars_schema(TABLES[name])) for name in NAMES}
    rows = tables["lines"].select(line_tables.KEY).with_columns(pl.lit(0, pl.UInt32).alias(ROW))
    return Answer(tables=tables, shape=shape, period=period, rows=rows)


def nothing_hit(question: Question) -> ScenarioError:
    """Why a schedule that names no trade is refused."""
    return ScenarioError(
        f"no imports of {question.importers_text} in {question.table.name} match any measure",
        where="products and partners of the measures",
        hint="a schedule that hits nothing is no result; compare its codes and partners with the "
        "table: retorsion inspect FILE",
    )


def _totals(
    question: Question, shape: pl.DataFrame, hits: pl.DataFrame, period: Reference
) -> tuple[reports.Totals, pl.LazyFrame]:
    """Sums of the whole table by flow, code and line, and what each partner sends of codes covered.

    The table is read once for all of them.
    """
    imports = question.imports(period)
    by_flow = flows_of(question, shape, period)
    pairs = hits.lazy().select("importer", "partner", is_hit=pl.lit(value=True)).unique()
    by_code = totals_by_code(imports, nw.from_native(pairs)).to_native()
    tags = hits.lazy().select("product_group").unique().drop_nulls()
    groups = (
        question.groups.lazy().join(tags, on="product_group", how="semi").collect(engine=AT_ONCE)
    )
    of_groups = imports.filter(nw.col("code").str.slice(0, 6).is_in(groups["prefix"].to_list()))
    of_pairs = of_groups.join(nw.from_native(pairs), on=["importer", "partner"], how="semi")
    by_line = totals(of_pairs, LINE).to_native()
    told = imports.select(*LINE, "value_e4").to_native()
    plans = [by_code, by_line, imports_of_codes(hits.lazy(), told)]
    rows = int(shape["rows"].sum())
    sums = [frame.lazy() for frame in pl.collect_all(plans, engine=engine_for(rows))]
    return reports.Totals(by_flow=by_flow, by_code=sums[0], by_line=sums[1]), sums[2]


def flows_of(question: Question, shape: pl.DataFrame, period: Reference) -> pl.LazyFrame:
    """The imports of every importer in the table from each partner; of several years the mean."""
    is_import = (pl.col("flow") == "import") & period.holds() & ~question.is_within
    flows = shape.lazy().filter(is_import)
    key = ["importer", "partner"]
    if period.years == 1:
        return flows.group_by(key).agg(pl.col("total_e4").sum())
    others = flows.filter(~question.is_asked).group_by(key).agg(
        nearest(pl.col("total_e4").sum(), period.years)
    )  # fmt: skip
    own = question.mean(period).lazy().group_by(key).agg(pl.col("value_e4").sum())
    return pl.concat([others, own.rename({"value_e4": "total_e4"})])


def _rows_behind(question: Question, lines: pl.DataFrame, period: Reference) -> pl.DataFrame:
    """The key of each line with the rows of the table that it is of, sorted."""
    if period.years == 1:
        return lines.sort(line_tables.KEY)
    behind = question.mean(period).select(ROW, BEHIND)
    joined = lines.join(behind, on=ROW, how="left", validate="m:1").drop(ROW)
    return joined.rename({BEHIND: ROW}).explode(ROW).sort(*line_tables.KEY, ROW)


def _tables(question: Question, resolved: Resolved, found: Found, sums: reports.Totals) -> Tables:
    lines, groups = found.lines.lazy(), question.groups.lazy()
    components = with_increments(found.components.lazy(), found.lines.lazy())
    digits = line_digits(question.nomenclature)
    return _collected(
        {
            "by_importer": reports.by_importer(lines, sums, digits),
            "by_partner": reports.by_partner(lines, sums, digits),
            "by_group": reports.by_group(lines, sums, groups, digits),
            "by_product": reports.by_product(lines, sums, digits),
            "by_measure": reports.by_measure(components, question.law.measures),
            "lines": line_tables.lines_table(
                lines, question.descriptions.lazy(), question.interval
            ),
            "components": line_tables.components_table(components, lines, resolved.named.lazy()),
            "unmatched": _unmatched(question, lines, resolved, sums),
        },
        found,
    )


def _credits(question: Question, found: Found) -> pl.DataFrame:
    credits, importer = question.policy.credits, question.importers[0]
    told = credits_table(found.components.lazy(), credits, importer)
    return told.collect(engine=engine_for(found.components))


def _unmatched(
    question: Question, lines: pl.LazyFrame, resolved: Resolved, sums: reports.Totals
) -> pl.LazyFrame:
    groups = question.groups.lazy()
    schedule = idle_schedule(
        question.law.products,
        codes_named(question, resolved),
        question.law.measures,
        sums.by_code,
    )
    return unmatched_table(schedule, missed_trade(sums.by_line, lines), groups)


def codes_named(question: Question, resolved: Resolved) -> pl.LazyFrame:
    """The codes of trade that each measure names: ``measure_id`` and ``code``."""
    numbers = branch_numbers(question.policy).select("measure_id", BRANCH)
    pairs = resolved.named.lazy().select(BRANCH, "code").unique()
    return pairs.join(numbers, on=BRANCH, how="inner", validate="m:1").select("measure_id", "code")


def _collected(plans: dict[str, pl.LazyFrame], found: Found) -> Tables:
    engine = engine_for(found.lines, found.components)
    frames: Sequence[pl.DataFrame] = pl.collect_all(list(plans.values()), engine=engine)
    return dict(zip(plans, frames, strict=True))
