"""Codes of the SITC beside those of the HS, from a correlation table that the user gives.

The tables of the UN Statistics Division are not shipped. They have a column whose name begins with
``HS`` and one that has ``SITC`` in it, in CSV or XLSX, a row a pair.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from calc.codes import HS6_DIGITS, normalise_code
from calc.errors import DataRejectedError
from pipelines.scenario.annex import read_annex


@dataclass(frozen=True, slots=True)
class Sitc:
    """Six-digit code to its codes of the SITC, and what the table calls the two."""

    by_code: Mapping[str, tuple[str, ...]]
    hs: str
    revision: str
    source: str

    def of(self, head: str) -> list[str]:
        """The codes of the SITC of all six-digit codes that begin so, sorted."""
        found = {sitc for code, all_of in self.by_code.items() if code.startswith(head)
                 for sitc in all_of}  # fmt: skip
        return sorted(found)


def read_sitc(path: Path) -> Sitc:
    """A correlation table of the HS and the SITC.

    Raises:
        DataRejectedError: It has no column of either, or no pair.
        ScenarioError: The file is no table.
        StorageError: The file cannot be read.
    """
    annex = read_annex(path, path.name)
    names = [column.casefold().strip() for column in annex.columns]
    hs = next((n for n, name in enumerate(names) if name.startswith("hs")), None)
    sitc = next((n for n, name in enumerate(names) if "sitc" in name), None)
    if hs is None or sitc is None:
        raise DataRejectedError(
            f"{path.name} has no column of {'HS' if hs is None else 'SITC'} codes",
            where=f"{path.name} row 1: {', '.join(annex.columns)}",
            hint="name one column HS2022, HS12 or such, the other SITC4 or such",
        )
    found: dict[str, set[str]] = {}
    for row in annex.rows:
        code, other = normalise_code(row[hs]), row[sitc].strip()
        if code is not None and len(code) == HS6_DIGITS and other:
            found.setdefault(code, set()).add(other)
    if not found:
        raise DataRejectedError(
            f"{path.name} pairs no six-digit code with one of the SITC",
            where=path.name,
            hint="give the correlation table whole, a row a pair",
        )
    pairs = {code: tuple(sorted(others)) for code, others in found.items()}
    return Sitc(pairs, annex.columns[hs], annex.columns[sitc], path.name)
