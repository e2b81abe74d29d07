"""Amounts of an edited sheet in the money of the run's own workbook, whichever it was told in."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from calc.errors import Problem, UsageError
from pipelines.report.currency import currency_of
from pipelines.report.money import USD
from pipelines.roundtrip.sheet import SheetRow, refuse

CREDIT = "credit"
DRIVES = "what it drives"
TOLD_IN = re.compile(r"^Amount in ([A-Z]{3}) ")
"""How a row of a credit begins to say what it drives (``pipelines.report.live_inputs``)."""
SAME = 1e-9
"""How far apart an amount and itself there and back may be, of its size."""


def in_own_money(
    edited: Sequence[SheetRow], own: Sequence[SheetRow], folder: Path, path: Path
) -> list[SheetRow]:
    """The rows of an edited sheet whose credits are in the money of the run's own sheet.

    ``retorsion report --currency`` writes a workbook in other money than the run's, and what was
    not edited in it is no edit. A sheet that does not say its money is in that of the run.

    Raises:
        DataRejectedError: The run's scenario has no rate of the money that a row says.
    """
    problems: list[Problem] = []
    known = {_key(row): row for row in own if row.cells["kind"] == CREDIT}
    found = [
        _put(row, known[_key(row)], folder, problems)
        if row.cells["kind"] == CREDIT and _key(row) in known
        else row
        for row in edited
    ]
    refuse([replace(each, where=f"{path.name}, {each.where}") for each in problems])
    return found


def _put(row: SheetRow, own: SheetRow, folder: Path, problems: list[Problem]) -> SheetRow:
    code, own_code = _code(row, own), _code(own, own)
    if code == own_code:
        return row
    try:
        there, here = float(row.cells["value"]), float(own.cells["value"])
        amount = there * _usd_for_one(folder, code) / _usd_for_one(folder, own_code)
    except ValueError:
        return row  # it is empty, or is refused where numbers are read
    except UsageError as err:
        where = f"row {row.number}, column {DRIVES}"
        problems += [replace(each, where=where) for each in err.problems]
        return row
    is_same = abs(amount - here) <= SAME * abs(here)
    return replace(
        row, cells={**row.cells, "value": own.cells["value"] if is_same else str(amount)}
    )


def _code(row: SheetRow, own: SheetRow) -> str:
    """The money of a row; of one that does not say it, that of the run's own."""
    texts = (each.cells.get(DRIVES, "") for each in (row, own))
    return next((found[1] for text in texts if (found := TOLD_IN.match(text))), USD)


def _usd_for_one(folder: Path, code: str) -> float:
    currency = currency_of(folder, code)
    return 1.0 if currency is None else currency.usd


def _key(row: SheetRow) -> tuple[str, str]:
    return row.cells.get("importer", ""), row.cells["name"]
