"""Checks on a run's tables: parts add up to totals, nested values nest, nothing is lost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import and_

import polars as pl

from pipelines.report.columns import Column, label_of
from pipelines.report.figures import Tables, exact_sum_of
from pipelines.report.grid import Cell, Formula, Given, Grid

TOLERANCE = 1.0
USD = "USD"
ADDS_UP = (
    "listed_value_usd",
    "covered_value_usd",
    "in_force_value_usd",
    "prohibited_value_usd",
    "threatened_value_usd",
    "affected_value_usd",
    "duty_before_usd",
    "duty_after_usd",
    "duty_increment_usd",
    "threatened_increment_usd",
)
# Which lines make up a total, and the column that is summed where it is not of the same name.
NOT_EXCLUDED = ("status", "<>excluded")
LINES_OF: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "listed_value_usd": ("customs_value_usd", ()),
    "covered_value_usd": ("customs_value_usd", (NOT_EXCLUDED,)),
    "in_force_value_usd": ("customs_value_usd", (("status", "in force"),)),
    "prohibited_value_usd": ("customs_value_usd", (("status", "prohibited"),)),
    "threatened_value_usd": ("customs_value_usd", (("status", "threatened"),)),
    "duty_before_usd": ("duty_before_usd", (NOT_EXCLUDED,)),
    "duty_after_usd": ("duty_after_usd", (NOT_EXCLUDED,)),
    "duty_increment_usd": ("duty_increment_usd", (NOT_EXCLUDED,)),
    "threatened_increment_usd": ("threatened_increment_usd", (NOT_EXCLUDED,)),
}
Condition = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a check: its value, and the formula for it where the cells are in the book."""

    value: float
    formula: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Two figures that must be equal, or of which the first must not be below the second."""

    what: str
    first: Side
    second: Side
    is_equality: bool = True
    unit: str = USD
    within: float = TOLERANCE

    @property
    def holds(self) -> bool:
        """Whether the check holds, to within 1 row, or 1 USD in the money of the figures."""
        difference = self.first.value - self.second.value
        return abs(difference) < self.within if self.is_equality else difference > -self.within


def all_checks(
    tables: Tables, grids: Mapping[str, Grid], a_dollar: float = TOLERANCE
) -> list[Check]:
    """Every check that the tables at hand allow; ``grids`` are the tables written whole.

    ``a_dollar`` is what differences must be below: a dollar in the money of the tables.
    """
    found = [
        *total_checks(tables, grids),
        *nesting_checks(tables, grids),
        *funnel_checks(tables, grids),
        *live_checks(tables, grids),
    ]
    return [replace(one, within=a_dollar) if one.unit == USD else one for one in found]


def total_checks(tables: Tables, grids: Mapping[str, Grid]) -> Iterator[Check]:
    """Groups, partners, products, measures and lines add up to the importers."""
    if "by_importer" not in tables:
        return
    totals = {name: summed("by_importer", tables, grids, name) for name in ADDS_UP}
    for table in ("by_group", "by_partner", "by_product"):
        if table in tables:
            for name, total in totals.items():
                what = f"{label_of(name)}: {table} adds up to by_importer"
                yield Check(what=what, first=summed(table, tables, grids, name), second=total)
    if "by_measure" in tables:
        added = "duty_increment_usd"
        what = f"{label_of(added)}: by_measure adds up to by_importer"
        yield Check(
            what=what, first=summed("by_measure", tables, grids, added), second=totals[added]
        )
    if "lines" in tables:
        for name, (column, conditions) in LINES_OF.items():
            first = summed("lines", tables, grids, column, *conditions)
            what = f"{label_of(name)}: lines add up to by_importer"
            yield Check(what=what, first=first, second=totals[name])


def live_checks(tables: Tables, grids: Mapping[str, Grid]) -> Iterator[Check]:
    """With the inputs as in the run, the live sheet adds up to what the run found."""
    if "what_if" not in grids or "by_importer" not in tables:
        return
    total = summed("by_importer", tables, grids, "duty_increment_usd")
    grid = grids["what_if"]
    place = [column.name for column in grid.columns].index("added")
    cells = [row[place] for row in grid.rows]
    values = [cell.value if isinstance(cell, Formula) else cell for cell in cells]
    value = sum(float(each) for each in values if not isinstance(each, str | date | Given))
    live = Side(value=value, formula=f"SUM({grid.cells_of('added')})")
    what = "Duty added: what_if adds up to by_importer (FALSE once inputs are changed)"
    yield Check(what=what, first=live, second=total)


def nesting_checks(tables: Tables, grids: Mapping[str, Grid]) -> Iterator[Check]:
    """Listed holds covered, which is in force, prohibited or threatened; and so on."""
    if "by_importer" not in tables:
        return
    nested = ("listed_value_usd", "covered_value_usd", "in_force_value_usd", "affected_value_usd")
    sides = [summed("by_importer", tables, grids, name) for name in nested]
    pairs = zip(nested, nested[1:], sides, sides[1:], strict=False)
    for outer, inner, first, second in pairs:
        what = f"{label_of(outer)} is not below {label_of(inner).lower().replace('usd', 'USD')}"
        yield Check(what=what, first=first, second=second, is_equality=False)
    names = ("prohibited_value_usd", "threatened_value_usd")
    parts = [sides[2], *(summed("by_importer", tables, grids, name) for name in names)]
    formula = "+".join(part.formula for part in parts) if parts[0].formula else ""
    together = Side(value=sum(part.value for part in parts), formula=formula)
    what = f"{label_of('covered_value_usd')} is in force, prohibited or threatened"
    yield Check(what=what, first=sides[1], second=together)


def funnel_checks(tables: Tables, grids: Mapping[str, Grid]) -> Iterator[Check]:
    """What came in, less what was left out, is what the last step keeps: in rows, in dollars."""
    if "funnel" not in tables:
        return
    importers = tables["funnel"]["importer"].unique().sort()
    for importer in importers:
        yield from funnel_of(importer, tables, grids, is_only=importers.len() == 1)


def funnel_of(
    importer: str, tables: Tables, grids: Mapping[str, Grid], *, is_only: bool
) -> Iterator[Check]:
    """The checks of the funnel of one importer, who is named where there are several."""
    funnel = tables["funnel"].filter(importer=importer).sort("step")
    if "kept" not in funnel["kind"]:
        return
    last_kept = funnel["step"].filter(funnel["kind"] == "kept")[-1]
    whole = {**tables, "funnel": funnel.filter(pl.col("step") <= last_kept)}
    own = () if is_only else (("importer", importer),)
    of_importer = "" if is_only else f", {importer}"
    for name, words, unit in (("rows", "Rows", "rows"), ("value_usd", "Value", USD)):
        end = funnel[name].filter(funnel["step"] == last_kept).item()
        came_in = exact_sum_of(funnel[name].filter(funnel["kind"] == "in"))
        if end is None or came_in is None:
            continue
        kinds = ("in", "rejected", "excluded")
        parts = [summed("funnel", whole, grids, name, ("kind", kind), *own) for kind in kinds]
        value = parts[0].value - parts[1].value - parts[2].value
        what = f"{words} in, less rejected, less excluded, is what the last step keeps{of_importer}"
        yield Check(
            what=what,
            first=Side(value=value, formula="-".join(part.formula for part in parts)),
            second=summed("funnel", whole, grids, name, ("step", str(last_kept)), *own),
            unit=unit,
        )


def summed(
    table: str,
    tables: Tables,
    grids: Mapping[str, Grid],
    column: str,
    *conditions: Condition,
) -> Side:
    """The sum of a column, of the rows that meet all conditions; unknown cells add nothing."""
    value = exact_sum_of(_cells_of_rows(tables[table], column, conditions)) or 0.0
    if table not in grids:
        return Side(value=value)
    cells = grids[table].cells_of(column)
    if not conditions:
        return Side(value=value, formula=f"SUM({cells})")
    if len(conditions) == 1:
        name, wanted = conditions[0]
        formula = f'SUMIF({grids[table].cells_of(name)},"{wanted}",{cells})'
        return Side(value=value, formula=formula)
    tests = ",".join(f'{grids[table].cells_of(name)},"{wanted}"' for name, wanted in conditions)
    return Side(value=value, formula=f"SUMIFS({cells},{tests})")


def _cells_of_rows(frame: pl.DataFrame, column: str, where: Sequence[Condition]) -> pl.Series:
    """The cells of a column in the rows that meet all conditions.

    Column by column: a query of a table takes longer than to look at one of a report.
    """
    if not where:
        return frame[column]
    is_met = reduce(and_, (_met(frame[name].cast(pl.String), wanted) for name, wanted in where))
    return frame[column].filter(is_met)


def _met(texts: pl.Series, wanted: str) -> pl.Series:
    """Which texts are the one that is wanted, or are not the one after ``<>``."""
    return texts != wanted[2:] if wanted.startswith("<>") else texts == wanted


def failed_checks(tables: Tables, a_dollar: float = TOLERANCE) -> list[str]:
    """The checks that do not hold, in words; empty where all is well. See ``all_checks``."""
    return [
        f"{check.what}: {check.first.value:,.2f} and {check.second.value:,.2f} {check.unit}"
        for check in all_checks(tables, {}, a_dollar)
        if not check.holds
    ]


def checks_grid(checks: list[Check]) -> Grid:
    """The sheet of checks: live formulas over the other sheets, TRUE where a check holds."""
    columns = [
        Column(name="check", header="Check", kind="text", width=72),
        Column(name="first", header="First figure", kind="money", width=21),
        Column(name="second", header="Second figure", kind="money", width=21),
        Column(name="difference", header="First less second", kind="money", width=21),
        Column(name="unit", header="Unit", kind="text", width=10),
        Column(name="rule", header="Rule", kind="text", width=30),
        Column(name="holds", header="Holds", kind="flag", width=12),
    ]
    rows = [check_row(number, check) for number, check in enumerate(checks, start=2)]
    purpose = "Whether parts add up to totals and nothing is lost: TRUE where a check holds."
    return Grid(name="checks", purpose=purpose, columns=columns, rows=rows)


def check_row(number: int, check: Check) -> list[Cell]:
    """The cells of a check in row ``number`` of its sheet."""
    first, second = shown(check.first), shown(check.second)
    difference = Formula(f"=B{number}-C{number}", check.first.value - check.second.value)
    within = f"{check.within:.0f}"
    test = f"ABS(D{number})<{within}" if check.is_equality else f"D{number}>-{within}"
    rule = f"equal, to within {within}" if check.is_equality else "first is not below second"
    holds = Formula(f"={test}", check.holds)
    return [check.what, first, second, difference, check.unit, rule, holds]


def shown(side: Side) -> Cell:
    """A live formula where the cells are in the book, else the value as computed."""
    return Formula(f"={side.formula}", side.value) if side.formula else side.value
