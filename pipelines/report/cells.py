"""The short table of the one screen, by product group or by importer."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.report.figures import Tables, cells_hit, state_of
from pipelines.report.words import number

MOST_CELLS = 4


def cell_lines(tables: Tables) -> Iterator[str]:
    """A short table by product group, or by importer where there are several."""
    several = "by_importer" in tables and tables["by_importer"].height > 1
    name, key = ("by_importer", "importer") if several else ("by_group", "product_group")
    cells = [cell for cell in cells_hit(tables, name) if cell["covered_value_usd"] != 0]
    if not cells:
        return
    head = "importer" if several else "product group"
    yield (
        f"{head:20}{'lines':>8}{'covered USD':>20}  {'state':13}"
        f"{'duty before USD':>17}{'duty after USD':>20}"
    )
    for cell in cells if len(cells) <= MOST_CELLS else cells[: MOST_CELLS - 1]:
        yield cell_line(str(cell[key]), cell)
    if len(cells) > MOST_CELLS:
        yield f"and {len(cells) - MOST_CELLS + 1} more: see sheet {name}"


def cell_line(label: str, cell: Mapping[str, Any]) -> str:
    """A row of the short table; a duty of which a part is unknown is at least what is shown."""
    duties = []
    for name in ("duty_before", "duty_after"):
        known, beside = cell[f"{name}_usd"], cell[f"{name}_unknown_value_usd"]
        duties.append(f"{'>= ' if known is not None and beside else ''}{number(known)}")
    return (
        f"{label[:20]:20}{number(cell['lines']):>8}{number(cell['covered_value_usd']):>20}  "
        f"{state_of(cell):13}{duties[0]:>17}{duties[1]:>20}"
    )
