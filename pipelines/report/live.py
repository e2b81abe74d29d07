"""Sheets that an analyst changes: inputs, what each measure then does, and totals that move.

A measure with one ad valorem rate moves by that rate; a floor tops the base duty up to the rate,
base rate by base rate; specific, compound and several rates, and rates on a part of the value, move
by how much of the rate as written is charged; a credit takes at most the duty; a portion moves what
lies in its part of the flow and what lies out of it. What a formula cannot follow is a value and
says why. Which measure displaces which stays as in the run. Every formula carries its value.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from pipelines.report.charged import Charged, charged_of
from pipelines.report.columns import NOT_APPLICABLE, UNKNOWN
from pipelines.report.figures import Tables, exact_sum
from pipelines.report.grid import Cell, Formula, Grid
from pipelines.report.live_columns import TOTALS, WHAT_IF, columns_told
from pipelines.report.live_inputs import (
    FIRST_ROW,
    NO_ANSWER,
    Driven,
    Inputs,
    inputs_grid,
    inputs_of,
)

WHOLE = "whole"


def live_grids(tables: Tables, a_dollar: float = 1.0) -> list[Grid]:
    """The sheets ``inputs``, ``what_if`` and ``totals``; none where nothing is charged.

    ``a_dollar`` is one in the money of the tables.
    """
    charged = charged_of(tables, a_dollar)
    inputs = inputs_of(charged, tables)
    if not inputs.measures and not inputs.shares:
        return []
    grid = inputs_grid(inputs)
    if not inputs.measures:
        return [grid]
    what_if = _what_if(inputs)
    return [grid, what_if, _totals(inputs, what_if, tables)]


def _what_if(inputs: Inputs) -> Grid:
    rows: list[list[Cell]] = []
    for place, measure in enumerate(inputs.measures):
        for part in measure.parts:
            rows.append(_live_row(part, place, FIRST_ROW + len(rows), inputs))
    purpose = (
        "What each measure in force does at the rate, shares, credits and elasticity of the sheet "
        "inputs, part by part of the flow. Which measure displaces which stays as in the run; "
        "other measures on the line do not move."
    )
    return Grid(name="what_if", purpose=purpose, columns=columns_told(WHAT_IF), rows=rows)


def _live_row(part: Charged, place: int, at: int, inputs: Inputs) -> list[Cell]:
    """A row of the sheet: its rate, elasticity and share by formula, then its amounts."""
    driven = inputs.measures[place]
    own: list[Cell] = [part.importer, part.measure_id, part.segment]
    amounts: list[Cell] = [part.value, part.known, part.before, part.replaced]
    factor = inputs.factor(part.importer, part.segment)
    share: Cell = Formula(f"={factor}", 1.0) if factor else 1.0
    if part.kind == "fixed" and not factor:
        found = [UNKNOWN if value is None else value for value in (part.duty, part.added)]
        not_live: list[Cell] = [NOT_APPLICABLE] * 3
        return [*own, *not_live, share, *amounts, part.credit, *found, part.value, found[0]]
    if part.kind == "fixed":
        rates: list[Cell] = [NOT_APPLICABLE, NOT_APPLICABLE, NO_ANSWER]
    else:
        rate = 1.0 if driven.rate is None else driven.rate
        rates = [
            rate,
            Formula(f"={inputs.rate_cell(place)}", rate),
            Formula(f"={inputs.elasticity_cell(place)}", NO_ANSWER),
        ]
    credit: Cell = part.credit
    if part.pool is not None and part.kind != "fixed":
        amount = inputs.credits[part.pool]["amount_usd"]
        credit = Formula(f"={inputs.credit_cell(part.pool)}", amount)
    return [*own, *rates, share, *amounts, credit, *_amounts_now(part, driven, at)]


def _gross(part: Charged, driven: Driven, at: int, base: str) -> str:
    """The duty on a value (``base`` is its column) before a credit, as a formula."""
    rate = f"E{at}" if driven.kind != "scale" else f"E{at}*{part.rate!r}"
    if part.kind == "floor":
        return f"MAX({rate}*{base}{at}-J{at},0)"
    if part.kind == "rate":
        return f"{rate}*{base}{at}"
    return f"E{at}*{(part.gross if base == 'H' else part.known_duty)!r}"


def _amounts_now(part: Charged, driven: Driven, at: int) -> list[Cell]:
    """Duty, duty added, imports, and duty on those, as formulas with their values."""
    duty, added = (UNKNOWN if value is None else value for value in (part.duty, part.added))
    imports = (
        f"=IF(G{at}=0,0,H{at}*G{at}*((1+(J{at}*G{at}+N{at})/(I{at}*G{at}))/(1+J{at}/I{at}))^F{at})"
    )
    grown = Formula(imports if part.known else f"=H{at}*G{at}", part.value)
    if isinstance(duty, str):
        return [duty, added, Formula(f"=H{at}*G{at}", part.value), duty]
    then = Formula(f"=IF(H{at}*G{at}=0,M{at},M{at}*O{at}/(H{at}*G{at}))", duty)
    if part.kind == "fixed":
        moved: Cell = added if isinstance(added, str) else Formula(f"={added!r}*G{at}", added)
        plain = Formula(f"=H{at}*G{at}", part.value)
        return [Formula(f"={duty!r}*G{at}", duty), moved, plain, then]
    gross = _gross(part, driven, at, "H")
    net = f"{gross}*G{at}"
    if part.pool is not None:
        net = f"MAX({gross}*G{at}-L{at},0)"
    elif part.credit:
        net = f"MAX({gross}-L{at},0)*G{at}"
    if part.pool is not None or part.credit or part.kind == "floor":
        more = f"=M{at}-K{at}*G{at}"
    else:
        more = f"={_gross(part, driven, at, 'I')}*G{at}-K{at}*G{at}"
    value = part.known_duty - part.replaced
    return [Formula(f"={net}", duty), Formula(more, value), grown, then]


def _totals(inputs: Inputs, what_if: Grid, tables: Tables) -> Grid:
    rows = list(_total_rows(inputs, what_if, tables))
    purpose = "Totals as in the run, and as the inputs now are: live formulas."
    return Grid(name="totals", purpose=purpose, columns=columns_told(TOTALS), rows=rows)


def _total_rows(inputs: Inputs, what_if: Grid, tables: Tables) -> Iterator[list[Cell]]:
    at = FIRST_ROW
    for row in tables["by_importer"].sort("importer").iter_rows(named=True):
        own = [part for one in inputs.measures for part in one.parts
               if part.importer == row["importer"]]  # fmt: skip
        if not own:
            continue
        duty = sum(part.duty or 0.0 for part in own)
        value = sum(part.value for part in own)
        kept = _kept(row, own, inputs, tables)
        figures = (
            ("Duty of the measures, at unchanged trade", duty, "duty", ""),
            ("Duty added, at unchanged trade", row["duty_increment_usd"] or 0.0, "added", ""),
            ("Duty after, at unchanged trade", row["duty_after_usd"] or 0.0, "duty", kept),
            ("Imports at the elasticity, each measure by itself", value, "imports", ""),
            ("Duty of the measures on those imports", duty, "duty_then", ""),
        )
        for name, in_run, column, beside in figures:
            now = Formula(f"={beside}{_sum_if(what_if, row['importer'], column)}", in_run)
            yield [row["importer"], name, in_run, now, Formula(f"=D{at}-C{at}", 0.0)]
            at += 1


def _kept(row: Any, own: Sequence[Charged], inputs: Inputs, tables: Tables) -> str:
    """What is paid on the covered lines beside the measures, as the shares now are; ends in +.

    What lies in a part of the flow whose share is live moves with it.
    """
    importer, whole = row["importer"], row["duty_after_usd"] or 0.0
    fixed, moved = whole - sum(part.duty or 0.0 for part in own), ""
    covered = tables["lines"].filter(
        pl.col("importer") == importer, pl.col("status") != "excluded"
    )  # fmt: skip
    for (segment,), lines in covered.sort("segment").group_by("segment", maintain_order=True):
        factor = inputs.factor(importer, str(segment))
        charged = sum(part.duty or 0.0 for part in own if part.segment == segment)
        paid = (exact_sum(lines, "duty_after_usd") or 0.0) - charged
        if factor and paid:
            fixed -= paid
            moved += f"{paid!r}*{factor}+"
    return f"{fixed!r}+{moved}" if fixed else moved


def _sum_if(grid: Grid, importer: str, column: str) -> str:
    return f'SUMIF({grid.cells_of("importer")},"{importer}",{grid.cells_of(column)})'
