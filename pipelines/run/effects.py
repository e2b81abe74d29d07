"""What trade does in answer to a schedule, from the lines of a run and the trade beside them."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from calc.base_seasons import over_the_year
from calc.dictionary import conform, polars_schema
from calc.overlap import members_beside
from calc.sources import KEY, at_lines, counted_once, flows_of, others_of, sources_table
from calc.tables.effects import EffectDrivers
from calc.tables.elasticities import Elasticities
from pipelines.ingest.economies import memberships
from pipelines.progress import Talk
from pipelines.reference import elasticities
from pipelines.report.answers import BENT, NOTHING_SAID, figure_words, is_outside
from pipelines.report.figures import exact_sum
from pipelines.report.words import how_many
from pipelines.run.compute import Answer
from pipelines.run.question import Question
from pipelines.run.share_ends import shares_at_ends
from pipelines.run.statistics_beside import duty_by_statistics

if TYPE_CHECKING:
    from calc.effects.markets import Results
    from pipelines.scenario.assumed import Range, Response

EFFECT_TABLES = (
    "effects",
    "market_effects",
    "effect_ranges",
    "market_ranges",
    "market_elasticities",
    "by_effect",
    "by_model",
    "by_country",
    "protection",
    "effect_drivers",
)
MOST_REASONS = 3
ROW_OF = ("parameter", "importer", "prefix", "horizon")


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What trade does in answer: its tables, and what a reader must know of it."""

    tables: dict[str, pl.DataFrame]
    notes: tuple[str, ...]


def trade_answers(response: "Response", question: Question, found: Answer, talk: Talk) -> Answered:
    """The effects on every market in which a measure names a line.

    Args:
        response: How trade responds.
        question: What was asked of the static run.
        found: The answer to it.
        talk: Tells how many markets are drawn.
    """
    from calc.effects.markets import solve_markets

    lines = found.tables["lines"]
    if lines.is_empty():
        return Answered(tables={}, notes=("No measure names a line: trade has nothing to answer.",))
    flows = flows_on(question, found, lines.select("code").unique())
    named, rest, inside = counted(lines, flows, found)
    others = others_of(rest.lazy(), base_paid(question))
    sources = sources_table(named.lazy(), others, _at_home(response, found, lines))
    tags = lines.lazy().select("code", "product_group").unique("code", keep="any")
    drawn = shares_at_ends(
        question,
        found,
        lambda at: at_lines(sources, counted(at, flows, found)[0].lazy(), others),
    )
    markets = lines.select(KEY).n_unique()
    with talk.counting("drawing what trade does in answer", markets) as done:
        settings = _settings(response)._replace(watch=(lambda at, *_: done(at.stop - at.start),))
        solved = solve_markets(sources, elasticities_of(response), settings, tags, drawn.sources)
    tables = {
        "effects": solved.effects,
        "market_effects": solved.markets,
        "effect_ranges": solved.effect_ranges,
        "market_ranges": solved.market_ranges,
        "market_elasticities": solved.elasticities,
        "by_effect": solved.groups,
        "by_model": solved.models,
        "protection": solved.protection,
        "effect_drivers": _drivers(solved, question),
    }
    notes = (
        *closure_notes(response), *duty_by_statistics(question, found, solved.effects),
        *_notes(response, solved, lines), *drawn.notes, *_left_out(question, inside),
    )  # fmt: skip
    return Answered(tables=tables, notes=notes)


def _settings(response: "Response") -> Any:
    """How markets are closed and drawn."""
    from calc.effects.draws import Plan
    from calc.effects.markets import Settings
    from calc.effects.modes import Switches
    from calc.effects.smart import Choices

    share = response.import_share
    plan = Plan(count=response.draws, seed=response.seed)
    return Settings(
        plan=plan,
        penetration=None if share is None else ends_of(share),
        horizon=response.horizon,
        modes=response.modes,
        switches=Switches(Choices(**response.smart), **response.gsim),
    )


def ends_of(share: "Range") -> tuple[float, float, float]:
    """The least, the central and the most of a share; one without a range is fixed."""
    low, high = (share.central if end is None else end for end in (share.low, share.high))
    return low, share.central, high


def flows_on(
    question: Question, found: Answer, codes: pl.DataFrame, *, digits: int | None = None
) -> pl.DataFrame:
    """The imports of the reference period on some codes, a row a market and partner.

    ``codes`` has ``code``, which the first ``digits`` of a code are compared with; all without.
    """
    imports: pl.LazyFrame = question.imports(found.period).to_native()
    compared = pl.col("code") if digits is None else pl.col("code").str.slice(0, digits)
    chosen = imports.join(codes.lazy(), left_on=compared, right_on="code", how="semi")
    return flows_of(chosen, found.period.name).collect(engine="streaming")


def counted(
    lines: pl.DataFrame, flows: pl.DataFrame, found: Answer
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Lines and flows of the whole period without members beside their aggregate, and those."""
    year = str(found.period.days[1].year)
    dated = flows.lazy().with_columns(period=pl.lit(year))
    inside = members_beside(dated, memberships().lazy()).collect()
    whole = lines.lazy().with_columns(period=pl.lit(found.period.name))
    named, rest = pl.collect_all(list(counted_once(whole, flows.lazy(), inside.lazy())))
    gone = flows.join(rest, on=[*KEY, "partner"], how="anti")
    return named, rest, gone


def base_paid(question: Question) -> pl.LazyFrame:
    """The base duty that partners whom no measure names go on paying."""
    own = question.law.base.filter(pl.col("programme") == question.default_programme)
    return over_the_year(own)


def _at_home(response: "Response", found: Answer, lines: pl.DataFrame) -> pl.LazyFrame | None:
    """Domestic sales by market; null where none are given."""
    if response.domestic_sales is None:
        return None
    sales = pl.DataFrame(
        [asdict(one) for one in response.domestic_sales],
        schema={"code": pl.String, "sales_usd": pl.Float64},
    )
    markets = lines.select(KEY).with_columns(period=pl.lit(found.period.name)).unique()
    return markets.join(sales, on="code", how="inner").lazy()


def elasticities_of(response: "Response") -> pl.LazyFrame:
    """The elasticities of the tool, those of the user in the place of the same rows."""
    rows = _with_own(elasticities(), response)
    for parameter, value in response.fixed.items():
        is_it = pl.col("parameter") == parameter
        rows = rows.with_columns(
            pl.when(is_it).then(of).otherwise(pl.col(end)).alias(end)
            for end, of in (("central", pl.lit(value)), ("low", None), ("high", None))
        ).with_columns(range_level=pl.when(~is_it).then("range_level"))
    return rows


def _with_own(default: pl.DataFrame, response: "Response") -> pl.LazyFrame:
    """The rows of the tool and of the user, whose rows go before the same ones."""
    if not response.elasticities:
        return default.lazy()
    own = pl.DataFrame(list(response.elasticities), schema=polars_schema(Elasticities))
    kept = default.join(own, on=list(ROW_OF), how="anti")
    return conform(pl.concat([kept, own]).lazy(), Elasticities)


def _drivers(solved: "Results", question: Question) -> pl.DataFrame:
    """EFFECT_DRIVERS, sorted by key."""
    rows = [
        {
            "importer": question.importers[0],
            "figure": figure,
            "parameter": parameter,
            "rank_correlation": None if value != value else value,
        }
        for figure, ranks in solved.outcome.ranks.items()
        for parameter, value in ranks.items()
    ]
    told = pl.DataFrame(rows, schema=polars_schema(EffectDrivers))
    return told.sort(EffectDrivers.primary_key())


def closure_notes(response: "Response") -> Iterator[str]:
    """How the answer was found."""
    share = response.import_share
    closure = "unknown where domestic sales are: such markets are not solved"
    low, central, high = (0.0, 0.0, 0.0) if share is None else ends_of(share)
    if share is not None:
        closure = f"taken as {central:g} ({low:g} to {high:g}) where domestic sales are not known"
    yield (
        f"If trade responds: exact model, {response.draws:,} draws from seed {response.seed}, "
        f"elasticities of the {response.horizon} horizon; the share of imports is {closure}."
    )
    if share is not response.penetration:
        yield (
            f"{NOTHING_SAID}: the share of imports is taken as {low:.0%} to {high:.0%}; state "
            "domestic_sales or penetration in [effects] for a narrower range."
        )


def _notes(response: "Response", solved: "Results", lines: pl.DataFrame) -> Iterator[str]:
    """What is not in the answer, and what is odd in it."""
    bent = solved.groups.filter(pl.col("kind") == "all", is_outside())["figure"].to_list()
    if bent:
        yield f"{BENT}: here {', '.join(map(figure_words, bent))}."
    yield from _unsolved(solved.markets.filter(pl.col("verdict") != "solved"))
    idle = solved.effects.filter("is_extensive").height
    if idle:
        yield (
            f"{idle:,} sources without trade before stay without: the extensive margin is not "
            "modelled (column is_extensive of EFFECTS)."
        )
    held = solved.market_ranges.filter(pl.col("share_of_draws_held") > 0)
    if not held.is_empty():
        most = float(held["share_of_draws_held"].to_numpy().max())
        yield (
            f"In {held.select('importer', 'code').n_unique():,} markets some draws of a "
            "substitution elasticity are held at 1.05, the least that is drawn: up to "
            f"{most:.0%} of them (column share_of_draws_held)."
        )
    yield from _sales_without_market(response, lines)


def _unsolved(markets: pl.DataFrame) -> Iterator[str]:
    """Why markets were not solved, with their dollars: the reasons of most, then how many more."""
    by_reason = [
        (exact_sum(rows, "unsolved_value_usd") or 0.0, rows.height, str(reason))
        for (reason,), rows in markets.group_by("unsolved_reason")
    ]
    largest = sorted(by_reason, key=lambda one: (-one[0], one[2]))
    for value, count, reason in largest[:MOST_REASONS]:
        those = how_many(count, "market")
        yield f"Not solved, and in no figure: {those}, USD {value:,.0f}: {reason}."
    rest = largest[MOST_REASONS:]
    if rest:
        value, count = sum(one[0] for one in rest), sum(one[1] for one in rest)
        yield (
            f"Not solved for {how_many(len(rest), 'other reason')}: {how_many(count, 'market')}, "
            f"USD {value:,.0f}; column unsolved_reason of MARKET_EFFECTS has them."
        )


def _sales_without_market(response: "Response", lines: pl.DataFrame) -> Iterator[str]:
    known = set(lines["code"].unique())
    gone = [one for one in response.domestic_sales or () if one.code not in known]
    if gone:
        value = sum(one.sales_usd for one in gone)
        yield (
            f"Of no market of the schedule: {how_many(len(gone), 'row')} of domestic sales, USD "
            f"{value:,.0f}: {', '.join(one.code for one in gone[:3])}."
        )


def _left_out(question: Question, gone: pl.DataFrame) -> Iterator[str]:
    """Trade of the table that is no source of a market."""
    if gone.height:
        value = exact_sum(gone, "duty_base_usd") or 0.0
        names = ", ".join(gone["partner"].unique().sort().head(3))
        yield (
            f"Inside an aggregate that is a source of the same market, and no sources: "
            f"{how_many(gone.height, 'flow')} of USD {value:,.0f}: {names}."
        )
    if not question.left_out.is_empty():
        yield (
            f"{question.left_out.len():,} rows that validation left out are no sources of any "
            "market; the funnel has their dollars."
        )
