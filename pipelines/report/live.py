"""Sheets that an analyst changes: inputs, what each measure then does, and totals that move.

Only what is proportional is live. A measure with one ad valorem rate on the full value of its lines
moves by that rate; specific, compound and several rates, and rates on a part of the value, move by
how much of the rate as written is charged. Floors (all-in) and credits are values. Which measure
displaces which stays as in the run. Every formula carries its value.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from pipelines.report.charged import Charged, charged_of
from pipelines.report.columns import NOT_APPLICABLE, UNKNOWN
from pipelines.report.figures import Tables
from pipelines.report.grid import Cell, Formula, Given, Grid
from pipelines.report.live_columns import INPUTS, TOTALS, WHAT_IF, columns_told

SCALE = "scale"
NO_ANSWER = 0.0
"""Elasticity of imports to price as the sheet is written: trade is unchanged."""


def live_grids(tables: Tables) -> list[Grid]:
    """The sheets ``inputs``, ``what_if`` and ``totals``; none where nothing is charged."""
    measures = charged_of(tables)
    shares = _shares(tables)
    if not measures and not shares:
        return []
    inputs = _inputs(measures, shares)
    if not measures:
        return [inputs]
    what_if = _what_if(measures)
    return [inputs, what_if, _totals(measures, what_if, tables)]


def _shares(tables: Tables) -> list[dict[str, Any]]:
    """The assumed shares: central, low and high where one holds for all lines."""
    if "assumptions" not in tables:
        return []
    own = tables["assumptions"].filter(pl.col("kind").is_in(["portion", "content"]))
    found = []
    for _, rows in own.sort("importer", "assumption").group_by(
        "importer", "assumption", maintain_order=True
    ):
        ends = {row["end"]: row for row in rows.to_dicts()}
        first = rows.to_dicts()[0]
        is_one = first["central_least"] == first["central_most"]
        found.append(
            {
                "importer": first["importer"],
                "kind": first["kind"],
                "name": first["assumption"],
                "central": first["central_least"] if is_one else None,
                "low": _end(ends.get("low")) if is_one else None,
                "high": _end(ends.get("high")) if is_one else None,
                "source": first["source"] or NOT_APPLICABLE,
            }
        )
    return found


def _end(row: Mapping[str, Any] | None) -> float | None:
    if row is None or row["end_least"] != row["end_most"]:
        return None
    value: float | None = row["end_least"]
    return value


def _inputs(measures: Sequence[Charged], shares: Sequence[Mapping[str, Any]]) -> Grid:
    columns = columns_told(INPUTS)
    names, rows = [], list[list[Cell]]()
    for kind, listed in (("rate", measures), ("elasticity", measures)):
        for one in listed:
            if one.rate is not None or one.is_scaled:
                kind_of = SCALE if kind == "rate" and one.rate is None else kind
                names.append((f"{kind_of}_{one.importer}_{one.measure_id}", len(rows), 3))
            rows.append(_input(kind, one))
    rows += [_share(share) for share in shares]
    purpose = (
        "What an analyst may change: rates and elasticities move the sheets what_if and totals; "
        "retorsion import-assumptions reads rates and shares back into a scenario."
    )
    return Grid(name="inputs", purpose=purpose, columns=columns, rows=rows, names=names)


def _input(kind: str, one: Charged) -> list[Cell]:
    own: list[Cell] = [one.importer, kind, one.measure_id]
    ends: list[Cell] = [NOT_APPLICABLE, NOT_APPLICABLE]
    if kind == "elasticity":
        drives = (
            "Percent by which the imports of the measure's lines change where their price with "
            "duty rises by one percent; 0 is unchanged trade. No model: see run --effects."
        )
        is_live = one.rate is not None or one.is_scaled
        given: Cell = Given(NO_ANSWER, "number") if is_live else NOT_APPLICABLE
        return [*own, given, *ends, drives, "none: unchanged trade"]
    if one.rate is None and one.is_scaled:
        drives = f"Part that is charged of the rate as written: {one.rate_text}."
        scale: list[Cell] = [one.importer, SCALE, one.measure_id, Given(1.0, "percent")]
        return [*scale, *ends, drives, one.source]
    if one.rate is None:
        drives = f"Not live: a floor, a credit or an unknown duty ({one.rate_text})."
        return [*own, NOT_APPLICABLE, *ends, drives, one.source]
    drives = "Duty of the measure in what_if and totals."
    return [*own, Given(one.rate, "percent"), *ends, drives, one.source]


def _share(share: Mapping[str, Any]) -> list[Cell]:
    values: list[Cell] = [
        NOT_APPLICABLE if share[name] is None else Given(share[name], "percent")
        for name in ("central", "low", "high")
    ]
    drives = (
        "A run: read it back with retorsion import-assumptions; no formula follows it."
        if share["central"] is not None
        else "A run: it differs from line to line, so change it in the scenario."
    )
    return [share["importer"], share["kind"], share["name"], *values, drives, share["source"]]


def _what_if(measures: Sequence[Charged]) -> Grid:
    columns = columns_told(WHAT_IF)
    rows = [_live_row(one, at, len(measures)) for at, one in enumerate(measures, start=2)]
    purpose = (
        "What each measure in force does at the rate and elasticity of the sheet inputs. Which "
        "measure displaces which stays as in the run; other measures on the line do not move."
    )
    return Grid(name="what_if", purpose=purpose, columns=columns, rows=rows)


def _live_row(one: Charged, at: int, count: int) -> list[Cell]:
    """The row of a measure: rates in the rows 2 on of inputs, elasticities after all of them."""
    own: list[Cell] = [one.importer, one.measure_id]
    duty, added = (UNKNOWN if value is None else value for value in (one.duty, one.added))
    if one.rate is None and not one.is_scaled:
        amounts: list[Cell] = [one.value, one.known, one.before, one.replaced]
        return [*own, *[NOT_APPLICABLE] * 3, *amounts, duty, added, one.value, duty]
    is_known = one.known != 0
    ratio = f"((1+(H{at}+K{at})/G{at})/(1+H{at}/G{at}))^E{at}"
    imports = f"=F{at}*{ratio}" if is_known else f"=F{at}"
    rate = 1.0 if one.rate is None else one.rate
    return [
        *own,
        rate,
        Formula(f"=inputs!D{at}", rate),
        Formula(f"=inputs!D{at + count}", NO_ANSWER),
        *(one.value, one.known, one.before, one.replaced),
        *_amounts_now(one, at, imports),
    ]


def _amounts_now(one: Charged, at: int, imports: str) -> list[Cell]:
    """Duty, duty added, imports, and duty on those, as formulas with their values."""
    if one.rate is not None:
        return [
            Formula(f"=D{at}*F{at}", one.rate * one.value),
            Formula(f"=D{at}*G{at}-I{at}", one.rate * one.known - one.replaced),
            Formula(imports, one.value),
            Formula(f"=D{at}*L{at}", one.rate * one.value),
        ]
    duty, known_duty = one.duty or 0.0, one.known_duty
    # By quantity, or on a part of the value: at the same prices it moves as the imports do.
    then = f"=J{at}*L{at}/F{at}" if one.value else f"=J{at}"
    return [
        Formula(f"=D{at}*{duty!r}", duty),
        Formula(f"=D{at}*{known_duty!r}-I{at}", known_duty - one.replaced),
        Formula(imports, one.value),
        Formula(then, duty),
    ]


def _totals(measures: Sequence[Charged], what_if: Grid, tables: Tables) -> Grid:
    columns = columns_told(TOTALS)
    rows = list(_total_rows(measures, what_if, tables))
    purpose = "Totals as in the run, and as the inputs now are: live formulas."
    return Grid(name="totals", purpose=purpose, columns=columns, rows=rows)


def _total_rows(measures: Sequence[Charged], what_if: Grid, tables: Tables) -> Iterator[list[Cell]]:
    at = 1
    for row in tables["by_importer"].sort("importer").iter_rows(named=True):
        own = [one for one in measures if one.importer == row["importer"]]
        if not own:
            continue
        duty = sum(one.duty or 0.0 for one in own)
        value = sum(one.value for one in own)
        figures = (
            ("Duty of the measures, at unchanged trade", duty, "duty", 0.0),
            ("Duty added, at unchanged trade", row["duty_increment_usd"] or 0.0, "added", 0.0),
            ("Duty after, at unchanged trade", row["duty_after_usd"] or 0.0, "duty", duty),
            ("Imports at the elasticity, each measure by itself", value, "imports", 0.0),
            ("Duty of the measures on those imports", duty, "duty_then", 0.0),
        )
        for name, in_run, column, less in figures:
            at += 1
            live = _sum_if(what_if, row["importer"], column)
            fixed = f"{in_run!r}-{less!r}+" if less else ""
            yield [
                row["importer"],
                name,
                in_run,
                Formula(f"={fixed}{live}", in_run),
                Formula(f"=D{at}-C{at}", 0.0),
            ]


def _sum_if(grid: Grid, importer: str, column: str) -> str:
    return f'SUMIF({grid.cells_of("importer")},"{importer}",{grid.cells_of(column)})'
