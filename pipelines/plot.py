"""A chart of a run for exploration: bars on the terminal, or a drawing in SVG or PNG."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from calc.errors import UsageError, did_you_mean
from pipelines.files import write_bytes
from pipelines.report.figures import state_of
from pipelines.report.money import USD, Currency, money_lead

BY = {
    "partner": ("by_partner", "partner"),
    "group": ("by_group", "product_group"),
    "product": ("by_product", "hs6"),
    "measure": ("by_measure", "measure_id"),
    "authority": ("by_authority", "authority"),
    "end-use": ("by_end_use", "end_use"),
    "importer": ("by_importer", "importer"),
}
FIGURES = {
    "covered": ("covered_value_usd", "covered value"),
    "in-force": ("in_force_value_usd", "value in force"),
    "threatened": ("threatened_value_usd", "threatened value"),
    "duty-added": ("duty_increment_usd", "duty added, at unchanged trade"),
}
BAR_WIDTH, NAME_WIDTH = 40, 28
EIGHTHS = " ▏▎▍▌▋▊▉"
FORMS = (".svg", ".png")
SCALE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Bars to be drawn: ``name``, ``usd`` and ``is_filled``, the largest first.

    ``left`` counts those that are not among them, ``unknown`` those without a figure. Where
    ``currency`` is not null, ``usd`` holds amounts in that money.
    """

    title: str
    axis: str
    rows: Sequence[dict[str, Any]]
    left: int
    unknown: int
    currency: Currency | None = None

    def as_dict(self) -> dict[str, Any]:
        """The chart as an object, for ``--json``; amounts are named by their money."""
        code = "usd" if self.currency is None else self.currency.code.lower()
        rows = [
            {"name": row["name"], code: row["usd"], "is_filled": row["is_filled"]}
            for row in self.rows
        ]
        return {"title": self.title, "rows": rows, "left": self.left, "unknown": self.unknown}


def plot_of(
    folder: Path, by: str, figure: str | None, top: int, currency: Currency | None = None
) -> Plot:
    """What a chart of a run shows, its amounts in the money that is given; null for USD.

    Raises:
        UsageError: There is no such table or figure, or the run has no such table.
        StorageError: The run cannot be read.
    """
    from pipelines.report.facts import facts_from
    from pipelines.run.manifest import read_manifest

    table, key = _known(by, BY, "--by")
    wanted = figure or ("duty-added" if by == "authority" else "covered")
    column, words = _known(wanted, FIGURES, "--figure")
    frame = _table(folder, table)
    if column not in frame.columns:
        raise UsageError(f"{by} has no {words}", where="--figure",
                         hint=f"give another figure: {', '.join(FIGURES)}")  # fmt: skip
    if table == "by_authority":
        frame = frame.filter(pl.col("method") == "order of law")
    known = frame.filter(pl.col(column).is_not_null() & (pl.col(column) != 0))
    ordered = known.sort(pl.col(column).abs(), "importer", key, descending=[True, False, False])
    several = frame["importer"].n_unique() > 1 and key != "importer"
    rows = [
        {"name": f"{row['importer']}: {row[key]}" if several else str(row[key]),
         "usd": row[column] if currency is None else row[column] / currency.usd,
         "is_filled": table == "by_authority" or "in force" in state_of(row)}
        for row in ordered.head(top).iter_rows(named=True)
    ]  # fmt: skip
    facts = facts_from(read_manifest(folder).facts)
    title = f"{facts.scenario_id}: {words} by {by}; {facts.trade_text}, law as of {facts.as_of}"
    return Plot(
        title="; ".join((title, *money_lead(currency))),
        axis=f"{words}, {USD if currency is None else currency.code}",
        rows=rows,
        left=known.height - len(rows),
        unknown=frame[column].null_count(),
        currency=currency,
    )


def _known(name: str, known: dict[str, tuple[str, str]], option: str) -> tuple[str, str]:
    if name not in known:
        raise UsageError(f"{name!r} cannot be plotted", where=option,
                         hint=did_you_mean(name, known))  # fmt: skip
    return known[name]


def _table(folder: Path, name: str) -> pl.DataFrame:
    from pipelines.run.tables import read_table

    return read_table(folder, name)


def plot_lines(plot: Plot) -> list[str]:
    """The chart as lines for a terminal: name, bar from zero, amount; outlined where threatened."""
    if not plot.rows:
        return [plot.title, "nothing to plot: every figure is 0 or unknown"]
    largest = max(abs(row["usd"]) for row in plot.rows)
    lines = [plot.title]
    for row in plot.rows:
        bar = _bar(abs(row["usd"]) / largest, is_filled=row["is_filled"])
        lines.append(f"{_cut(row['name']):<{NAME_WIDTH}} {bar:<{BAR_WIDTH}} {row['usd']:>20,.0f}")
    if not all(row["is_filled"] for row in plot.rows):
        lines.append("full bars: a measure is in force; dotted: threatened or excluded only")
    rest = [f"{plot.left:,} more are smaller"] if plot.left else []
    rest += [f"{plot.unknown:,} are unknown"] if plot.unknown else []
    return [*lines, *rest]


def _bar(share: float, *, is_filled: bool) -> str:
    """A bar in eighths of a character; at least an eighth for what is not 0."""
    eighths = max(round(share * BAR_WIDTH * 8), 1)
    if not is_filled:
        return "·" * max(round(eighths / 8), 1)
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def _cut(text: str) -> str:
    return text if len(text) <= NAME_WIDTH else f"{text[: NAME_WIDTH - 1]}…"


def write_plot(path: Path, plot: Plot) -> None:
    """The chart written as a drawing.

    Raises:
        UsageError: The name ends neither in .svg nor in .png, or there is nothing to draw.
        StorageError: It cannot be written.
    """
    if path.suffix not in FORMS:
        raise UsageError(f"{path.name} ends neither in .svg nor in .png", where="--output",
                         hint="name the file with one of the two")  # fmt: skip
    if not plot.rows:
        raise UsageError("there is nothing to plot: every figure is 0 or unknown", where="--by",
                         hint=f"plot by {', '.join(BY)}")  # fmt: skip
    from pipelines.report.page.charts import bars

    drawing = _on_paper(bars(plot.rows, title=plot.axis), plot.title)
    if path.suffix == ".svg":
        write_bytes(path, drawing.encode())
        return
    import vl_convert

    write_bytes(path, vl_convert.svg_to_png(drawing, scale=SCALE))


def _on_paper(drawing: str, title: str) -> str:
    """A drawing of the page as a file of its own: white behind it, with a title to be read."""
    from html import escape

    head, _, rest = drawing.partition(">")
    paper = '<rect width="100%" height="100%" fill="#ffffff"/>'
    return f"{head}><title>{escape(title)}</title>{paper}{rest}"
