"""What trade does in answer, in words and figures of the one screen."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from pipelines.report.figures import Tables

MOST_LINES = 3
LINEAR = ("gsim", "smart", "trist")
BENT = (
    "A central figure is that at the central elasticities, not the middle of the draws: where a "
    "figure bends, as a deadweight loss first rises and then falls with substitution, it may lie "
    "outside the 5 to 95 percent"
)
NOTHING_SAID = "Nothing is said of domestic sales"
Row = Mapping[str, Any]


def totals_of(tables: Tables) -> Iterator[tuple[str, dict[str, Row]]]:
    """The totals of each importer by figure, importers in order; none without effects."""
    if "by_effect" not in tables:
        return
    rows = tables["by_effect"].filter(pl.col("kind") == "all").sort("importer", "figure")
    for (importer,), own in rows.group_by("importer", maintain_order=True):
        yield str(importer), {row["figure"]: row for row in own.iter_rows(named=True)}


def answer_lines(tables: Tables) -> Iterator[str]:
    """What trade does in answer: three lines of one importer, a line each of several."""
    found = list(totals_of(tables))
    shown = found if len(found) <= MOST_LINES else found[: MOST_LINES - 1]
    for importer, totals in shown:
        imports, duty = totals["imports_after_usd"], totals["duty_after_usd"]
        welfare = totals["welfare_usd"]
        solved = f"{welfare['markets_solved']:,} of {welfare['markets']:,} markets solved"
        if len(found) > 1:
            change = money(totals["imports_change_usd"]["central_usd"], signed=True)
            yield f"if trade responds, {importer}: imports {change}; {solved}"
            continue
        yield (
            f"if trade responds: imports {amount(imports['before_usd'])} -> "
            f"{money(imports['central_usd'])}{spread_text(imports)}"
        )
        yield f"{'':19}duty after {money(duty['central_usd'])}{spread_text(duty)}; {solved}"
        lost = f"; {money(welfare['unsolved_value_usd'])} not solved"
        yield (
            f"{'':19}welfare {money(welfare['central_usd'], signed=True)}"
            f"{spread_text(welfare)}{lost if welfare['unsolved_value_usd'] else ''}"
        )
        yield from gap_lines(tables, importer)
    if len(found) > len(shown):
        yield f"and {len(found) - len(shown)} more importers: see sheet by_effect"


def answer_sentences(tables: Tables, notes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What trade does in answer in a few sentences, by importer; nothing where it was not asked."""
    closing = next((note for note in notes if note.startswith(NOTHING_SAID)), "")
    for importer, totals in totals_of(tables):
        imports, duty = totals["imports_after_usd"], totals["duty_after_usd"]
        welfare = totals["welfare_usd"]
        solved = f"{welfare['markets_solved']:,} of {welfare['markets']:,} markets are solved"
        if welfare["unsolved_value_usd"]:
            lost = money(welfare["unsolved_value_usd"])
            solved += f"; {lost} are not, and are in no figure"
        told = (
            "Imports of the goods named, from all partners, go from "
            f"{amount(imports['before_usd'])} to {money(imports['central_usd'])}"
            f"{spread_text(imports)}{_by_partner(tables['by_effect'], importer)}. The duty on them "
            f"goes from {amount(duty['before_usd'])} to {money(duty['central_usd'])}"
            f"{spread_text(duty)}. Welfare of {importer} changes by "
            f"{money(welfare['central_usd'], signed=True)}{spread_text(welfare)}. "
            f"A model, with the range of its draws: {solved}."
        )
        yield importer, f"{told} {closing}".rstrip()


def _by_partner(by_effect: pl.DataFrame, importer: str) -> str:
    """The two partners whose exports change most, in words."""
    largest = by_effect.filter(
        pl.col("importer") == importer, pl.col("kind") == "partner",
        pl.col("figure") == "imports_change_usd", pl.col("central_usd").abs() > 0.5,
    ).sort(pl.col("central_usd").abs(), "name", descending=[True, False]).head(2)  # fmt: skip
    told = [
        f"{amount(row['central_usd'], signed=True)} from {row['name']}"
        for row in largest.iter_rows(named=True)
    ]
    return f", {' and '.join(told)}" if told else ""


def closure_lines(notes: Sequence[str]) -> Iterator[str]:
    """That nearly any share of imports was taken, in the words of a note of the run."""
    told = next((note for note in notes if note.startswith(NOTHING_SAID)), "")
    if told:
        yield f"{'':19}{told.partition(';')[0].lower()}"


def is_outside() -> pl.Expr:
    """Whether a central figure lies outside its range, by more than a dollar."""
    central = pl.col("central_usd")
    return (central < pl.col("low_usd") - 1.0) | (central > pl.col("high_usd") + 1.0)


def figure_words(figure: str) -> str:
    """The name of a figure in a sentence: ``welfare_usd`` is welfare."""
    return figure.removesuffix("_usd").replace("_", " ")


def gap_lines(tables: Tables, importer: str) -> Iterator[str]:
    """The gap of the linear models to the exact imports after."""
    if "by_model" not in tables:
        return
    rows = tables["by_model"].filter(
        pl.col("importer") == importer, pl.col("figure") == "imports_after_usd"
    )
    told = [
        f"{row['model']} {amount(row['gap_usd'], signed=True)}"
        for row in rows.sort("model").iter_rows(named=True)
        if row["model"] in LINEAR and row["central_usd"] is not None
    ]
    if told:
        yield f"{'':19}imports, linear less exact: {', '.join(told)}"


def spread_text(row: Row) -> str:
    """The 5 to 95 percent of a figure; nothing where it is not known."""
    if row["low_usd"] is None or row["high_usd"] is None:
        return ""
    return f" (5-95 %: {amount(row['low_usd'])} to {amount(row['high_usd'])})"


def money(value: float | None, *, signed: bool = False) -> str:
    """The same with its money; what is not known has none."""
    return "unknown" if value is None else f"{amount(value, signed=signed)} USD"


def amount(value: float | None, *, signed: bool = False) -> str:
    """An amount as a line of many has it: ``7.06 bn``; what is not known is said to be so."""
    if value is None:
        return "unknown"
    if abs(value) < 0.5:
        return "0"
    sign = "+" if signed else ""
    for size, word in ((1e12, " tn"), (1e9, " bn"), (1e6, " m")):
        if abs(value) >= 0.9995 * size:
            return f"{value / size:{sign}.4g}{word}"
    return f"{value:{sign},.0f}"
