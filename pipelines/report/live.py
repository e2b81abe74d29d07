"""Sheets that an analyst changes: inputs, what each measure then does, and totals that move.

Only what is proportional is live: a measure with one ad valorem rate, charged on the full value of
its lines. Which measure displaces which stays as in the run. Every formula carries its value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.report.columns import NOT_APPLICABLE, UNKNOWN
from pipelines.report.figures import Tables, exact_sum
from pipelines.report.grid import Cell, Formula, Given, Grid
from pipelines.report.live_columns import INPUTS, TOTALS, WHAT_IF, columns_told

NEEDED = ("components", "by_measure", "by_importer")
FULL_VALUE = "full value"
ROUNDING_USD = 0.01
NO_ANSWER = 0.0
"""Elasticity of imports to price as the sheet is written: trade is unchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """What a measure is charged on where it is applied, in USD.

    ``rate`` is null where the measure is not proportional to its value. ``known`` is the part of
    the value of which the base duty is known, ``before`` that duty, ``replaced`` what the measure
    takes away of it.
    """

    importer: str
    measure_id: str
    rate_text: str
    rate: float | None
    value: float
    known: float
    before: float
    replaced: float
    duty: float | None
    added: float | None
    source: str


def charged_of(tables: Tables) -> list[Charged]:
    """Each measure that is applied, in the order of importer and measure."""
    if any(name not in tables for name in NEEDED):
        return []
    applied = tables["components"].filter(pl.col("status") == "applied")
    key = ["importer", "measure_id"]
    line = ["importer", "partner", "period", "flow", "nomenclature", "code", "segment"]
    before = tables["lines"].select(*line, "duty_before_usd")
    rows = applied.join(before, on=line, how="left", validate="m:1")
    told = dict(iter(rows.group_by(key, maintain_order=True)))
    measures = tables["by_measure"].sort(key).iter_rows(named=True)
    return [
        _charged(row, told[row["importer"], row["measure_id"]])
        for row in measures
        if (row["importer"], row["measure_id"]) in told
    ]


def _charged(measure: Mapping[str, Any], rows: pl.DataFrame) -> Charged:
    known = rows.filter(pl.col("duty_increment_usd").is_not_null())
    duty, added = measure["measure_duty_usd"], measure["duty_increment_usd"]
    known_duty = exact_sum(known, "measure_duty_usd") or 0.0
    return Charged(
        importer=measure["importer"],
        measure_id=measure["measure_id"],
        rate_text=measure["rate_text"] or NOT_APPLICABLE,
        rate=_one_rate(rows),
        value=exact_sum(rows, "customs_value_usd") or 0.0,
        known=exact_sum(known, "customs_value_usd") or 0.0,
        before=exact_sum(known, "duty_before_usd") or 0.0,
        replaced=known_duty - (exact_sum(known, "duty_increment_usd") or 0.0),
        duty=duty,
        added=added,
        source=measure["source"] or NOT_APPLICABLE,
    )


def _one_rate(rows: pl.DataFrame) -> float | None:
    """The rate by which the duty is in proportion to the value; null where there is none."""
    gap = pl.col("measure_rate") * pl.col("customs_value_usd") - pl.col("measure_duty_usd")
    is_plain = (
        (pl.col("bites_on") == FULL_VALUE)
        & (pl.col("credit_usd").fill_null(0.0) == 0)
        & (pl.col("mode") != "all-in")
        & (gap.abs() < ROUNDING_USD).fill_null(value=False)
    )
    rates = rows["measure_rate"].unique()
    if not rows.select(is_plain.all()).item() or rates.len() != 1:
        return None
    return float(rates.item())


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
            if one.rate is not None:
                names.append((f"{kind}_{one.importer}_{one.measure_id}", len(rows), 3))
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
        given: Cell = NOT_APPLICABLE if one.rate is None else Given(NO_ANSWER, "number")
        return [*own, given, *ends, drives, "none: unchanged trade"]
    if one.rate is None:
        drives = f"Not live: the measure is no single rate on the full value ({one.rate_text})."
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
    if one.rate is None:
        amounts: list[Cell] = [one.value, one.known, one.before, one.replaced]
        return [*own, *[NOT_APPLICABLE] * 3, *amounts, duty, added, one.value, duty]
    is_known = one.known != 0
    ratio = f"((1+(H{at}+K{at})/G{at})/(1+H{at}/G{at}))^E{at}"
    imports = f"=F{at}*{ratio}" if is_known else f"=F{at}"
    return [
        *own,
        one.rate,
        Formula(f"=inputs!D{at}", one.rate),
        Formula(f"=inputs!D{at + count}", NO_ANSWER),
        *(one.value, one.known, one.before, one.replaced),
        Formula(f"=D{at}*F{at}", one.rate * one.value),
        Formula(f"=D{at}*G{at}-I{at}", one.rate * one.known - one.replaced),
        Formula(imports, one.value),
        Formula(f"=D{at}*L{at}", one.rate * one.value),
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
