"""Schedules of several importers and the answers to them, solved as one world."""

from collections.abc import Sequence

import polars as pl

from calc.codes import edition_of
from calc.effects.closures import import_demand
from calc.effects.compared import SUPPLIES
from calc.effects.together import by_country
from calc.elasticities import attach_elasticities
from calc.sources import KEY, of_lines, others_of
from pipelines.run.effects import base_paid, counted, elasticities_of, flows_on
from pipelines.run.parts import ALONE, Part, Together
from pipelines.run.question import Question
from pipelines.scenario.assumed import Response

SUBHEADING = 6


def answered_together(parts: Sequence[Part], questions: Sequence[Question]) -> Together:
    """BY_COUNTRY of the schedules of all importers of a run.

    No table, and the reason among the notes, where one importer does not say how trade responds,
    where their editions differ, or where no line is named; no note either of one importer alone.
    """
    if len(parts) < 2 or all(part.inputs.response is None for part in parts):
        return ALONE
    reason = _reason_against(parts)
    if reason:
        return Together({}, (f"The importers are not solved together: {reason}.",))
    codes = pl.concat([part.tables["lines"].select(_subheading()) for part in parts]).unique()
    pairs = list(zip(parts, questions, strict=True))
    flows = pl.concat([_flows(part, question, codes) for part, question in pairs])
    demands = pl.concat([_demands(part, codes) for part in parts])
    found = by_country(flows, demands, SUPPLIES).collect()
    return Together({"by_country": found}, (_note(parts, flows),))


def _reason_against(parts: Sequence[Part]) -> str:
    """Why the parts cannot be one world; empty where they can."""
    for part in parts:
        response = part.inputs.response
        if response is None:
            return f"the scenario of {part.importer} does not say how trade responds"
        if response.import_share is None:
            return f"the scenario of {part.importer} states no penetration of imports"
    editions = {edition_of(part.inputs.scenario.nomenclature) for part in parts}
    if len(editions) != 1 or None in editions:
        return "their schedules are in different editions of the Harmonized System"
    if not any(part.tables["lines"].height for part in parts):
        return "no measure names a line"
    return ""


def _subheading() -> pl.Expr:
    return pl.col("code").str.slice(0, SUBHEADING)


def _flows(part: Part, question: Question, codes: pl.DataFrame) -> pl.DataFrame:
    """All imports of an importer in the subheadings that any schedule names, with their duties."""
    lines, found = part.tables["lines"], part.found
    flows = flows_on(question, found, codes, digits=SUBHEADING)
    named_lines, rest, _ = counted(lines, flows, found)
    named = of_lines(named_lines.lazy())
    others = others_of(rest.lazy(), base_paid(question)).join(
        named, on=[*KEY, "partner"], how="anti"
    )
    rows = pl.concat(
        [
            named.select(
                "importer", "partner", "code", "value_usd", "rate_before",
                rate_after=pl.when(pl.col("admitted_share") == 1.0).then("rate_after"),
            ),
            others.select(
                "importer", "partner", "code", value_usd="customs_value_usd",
                rate_before="rate", rate_after="rate",
            ),
        ]
    )  # fmt: skip
    return rows.with_columns(_subheading()).collect().sort("partner", "code", "value_usd")


def _demands(part: Part, codes: pl.DataFrame) -> pl.DataFrame:
    """Substitution between imports and demand for imports of each good, at central values."""
    response = _response(part)
    closing = response.import_share
    share = closing.central if closing is not None else float("nan")
    markets = codes.with_columns(importer=pl.lit(part.importer))
    found = attach_elasticities(
        markets.lazy(), elasticities_of(response), horizon=response.horizon
    ).collect()
    wide = found.pivot(on="parameter", index=["importer", "code"], values="central").sort("code")
    demand = import_demand(
        wide["with-domestic"].fill_null(float("nan")).to_numpy(),
        wide["demand"].fill_null(float("nan")).to_numpy(),
        share,  # type: ignore[arg-type]
    )
    return wide.select(
        "importer", "code", substitution="between-imports",
        demand=pl.Series(demand).fill_nan(None),
    )  # fmt: skip


def _response(part: Part) -> Response:
    response = part.inputs.response
    if response is None:
        raise ValueError("parts are solved together where each says how trade responds")
    return response


def _note(parts: Sequence[Part], flows: pl.DataFrame) -> str:
    names = " and ".join(part.importer for part in parts)
    count = flows["code"].n_unique()
    return (
        f"BY_COUNTRY has the schedules of {names} solved together, {count:,} goods of six digits, "
        f"at foreign supply elasticities of {', '.join(f'{one:g}' for one in SUPPLIES)} and "
        "otherwise central values: domestic sales, and trade with countries whose imports are not "
        "in the run, are not in it."
    )
