"""A comparison of two sides as told to people and as an object."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from pipelines.mirror.step import Mirrored
from pipelines.validation.words import counted, dollars, money

MOST_PAIRS, MOST_LINES = 20, 10
NO_RATIO = (
    "values with insurance and freight are compared with values free on board: state their ratio "
    "with --cif-fob, such as 1.06"
)


def mirror_object(done: Mirrored, folder: str) -> dict[str, Any]:
    """A comparison as an object: how it was made, the pairs, the funnel and the flagged lines."""
    flagged = done.tables["mirror"].filter(pl.col("flag").is_not_null())
    return {
        **done.facts(),
        "pairs": done.tables["mirror_pairs"].to_dicts(),
        "funnel": done.tables["mirror_funnel"].to_dicts(),
        "flagged": flagged.to_dicts(),
        "notes": notes(done),
        "folder": folder,
    }


def mirror_lines(done: Mirrored, folder: str) -> list[str]:
    """A comparison for people: the sides, the pairs, the widest gaps, and where the tables are."""
    return [
        *_head(done),
        *_funnel(done),
        "",
        *_pairs(done.tables["mirror_pairs"]),
        *_flagged(done),
        *(f"note: {note}" for note in notes(done)),
        f"tables: {folder}: mirror, mirror_pairs, mirror_funnel, each .parquet and .csv",
    ]


def notes(done: Mirrored) -> list[str]:
    """What a reader of the comparison must know."""
    lines = done.tables["mirror"]
    told = []
    as_recorded = lines.filter(pl.col("comparison") == "as recorded")
    if as_recorded.height:
        told.append(f"{counted(as_recorded.height, 'line')}: {NO_RATIO}")
    if not any(side.side == "re-exporter" for side in done.sides):
        told.append(
            "exports hold re-exports, goods that the importer reports under their own origin: give "
            "a table of them with --re-exports"
        )
    if done.editions.target:
        told.append(
            f"codes were put into {done.editions.target} in equal shares along the published "
            "conversion: lines of split codes are estimates on both sides"
        )
    if any(name[:2] != "HS" for name in done.editions.edition):
        told.append("national codes are compared by their first six digits")
    return told


def _head(done: Mirrored) -> Iterator[str]:
    names = {side.side: side.table.stem for side in done.sides}
    through = f", re-exports of {names['re-exporter']}" if "re-exporter" in names else ""
    level, ratio = done.terms.level, done.terms.cif_fob_ratio
    goods = f"codes of {level} digits" if level else "all goods together"
    stated = "as reported" if ratio is None else f"CIF over FOB stated as {ratio:g}"
    yield f"imports of {names['importer']} against exports of {names['exporter']}{through}"
    yield f"{goods}; {stated}; flagged beyond an asymmetry of {100 * done.terms.threshold:.6g} %"


def _funnel(done: Mirrored) -> Iterator[str]:
    for row in done.tables["mirror_funnel"].iter_rows(named=True):
        what = {"in": "read", "excluded": "left out", "kept": "kept"}[row["kind"]]
        why = "" if row["kind"] == "in" else f": {row['stage']}"
        told = f"{counted(row['rows'], 'row')}, {money(row['value_usd'])}"
        yield f"{row['side']:<12} {what:<9} {told}{why}"


def _pairs(pairs: pl.DataFrame) -> Iterator[str]:
    largest = pairs.sort(
        pl.max_horizontal("import_value_usd", "export_value_usd"),
        *("importer", "partner", "period"),
        descending=[True, False, False, False],
    )
    heads = ("import USD", "export USD", "compared USD", "against USD")
    yield (
        f"{'importer':<9}{'exporter':<9}{'period':<8}{''.join(f'{head:>18}' for head in heads)}"
        f"{'ratio':>8}{'lines':>7}{'flagged':>9}"
    )
    shown = ("import_value_usd", "export_value_usd", "matched_compared_usd", "matched_export_usd")
    for row in largest.head(MOST_PAIRS).iter_rows(named=True):
        amounts = "".join(f"{dollars(row[name]):>18}" for name in shown)
        yield (
            f"{row['importer']:<9}{row['partner']:<9}{row['period']:<8}{amounts}"
            f"{_ratio(row['compared_ratio']):>8}{row['lines']:>7,}{row['flagged_lines']:>9,}"
        )
    if pairs.height > MOST_PAIRS:
        yield f"... and {pairs.height - MOST_PAIRS:,} more pairs; see mirror_pairs"


def _flagged(done: Mirrored) -> Iterator[str]:
    lines = done.tables["mirror"].filter(pl.col("flag").is_not_null())
    if lines.is_empty():
        return
    compared = pl.coalesce("import_fob_value_usd", "import_value_usd")
    widest = lines.with_columns(compared=compared).sort(
        pl.col("difference_usd").abs(),
        *("importer", "partner", "period", "code"),
        descending=[True, False, False, False, False],
    )
    yield f"widest of {counted(lines.height, 'flagged line')}:"
    for row in widest.head(MOST_LINES).iter_rows(named=True):
        through = "; within it without re-exports" if row["flag"] == "re-exports" else ""
        yield (
            f"  {row['importer']} from {row['partner']} {row['period']} {row['code']}: "
            f"{dollars(row['compared'])} against {dollars(row['export_value_usd'])}, "
            f"ratio {_ratio(row['compared_ratio'])}{through}"
        )


def _ratio(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.3f}"
