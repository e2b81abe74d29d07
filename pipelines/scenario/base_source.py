"""Where the duty without the scenario comes from: a rate, or a file found near the scenario."""

import re
from dataclasses import replace
from pathlib import Path, PurePosixPath

from calc.errors import DataRejectedError, did_you_mean, nearest
from calc.rate_text import quoted
from pipelines.base.places import base_names, bases_folder
from pipelines.scenario.duties import NO_DUTY, plain_rate_of
from pipelines.scenario.fields import Table, day_of
from pipelines.scenario.model import UNKNOWN, BaseSource
from pipelines.workspace import Workspace, embedded, embedded_folder

TABLE_FILE = re.compile(r"\.(?:csv|xlsx|xls|parquet|tsv)$", re.IGNORECASE)
NAME = re.compile(r"[^\\/:*?\"<>|\x00-\x1f\x7f]{1,60}")
BARE_NAME = re.compile(r"(?!free$)[A-Za-z][A-Za-z0-9_-]{0,119}", re.IGNORECASE)
MAX_PARTS = 8


def read_base(
    table: Table, folder: Path, root: Path, *, highest: float, workspace: Workspace
) -> BaseSource:
    """The base of a scenario: a rate, the name of a base of the workspace, a file, or unknown.

    A file (CSV or Parquet) is beside the scenario, below it or among the tool's own.

    Args:
        table: The top of the scenario.
        folder: The folder of the file that names the base.
        root: The folder of the scenario, which the base may not leave.
        highest: Highest rate allowed, as a fraction.
        workspace: Where ``retorsion base`` keeps bases.
    """
    value = table.values.get("base")
    if isinstance(value, str) and value.strip().casefold() == UNKNOWN:
        return BaseSource(UNKNOWN)
    if isinstance(value, str) and BARE_NAME.fullmatch(value.strip()):
        return _named(table, folder, value.strip(), workspace)
    if not isinstance(value, str) or not TABLE_FILE.search(value.strip()):
        rate = plain_rate_of(table, "base", highest=highest)
        return BaseSource(rate.text, rate=rate)
    written = value.strip()
    if not written.casefold().endswith((".csv", ".parquet")):
        table.refuse("base", f"{quoted(written)}: only a CSV is supported yet", "save it as CSV")
        return BaseSource(written, rate=NO_DUTY)
    path = _found(table, folder, root, written)
    if path is not None and path.is_relative_to(root):
        written = path.relative_to(root).as_posix()
    return BaseSource(written, rate=NO_DUTY if path is None else None, path=path)


def at_day(top: Table, base: BaseSource) -> BaseSource:
    """The base whose duties of a day stand for those of every day, where the file says so."""
    day = day_of(top, "base_as_of")
    if day is None:
        return base
    if base.path is None and not top.ledger.has_any:
        top.refuse("base_as_of", "the base is no file of duties with dates of their own",
                   "leave base_as_of out")  # fmt: skip
    return replace(base, as_of=day)


def _named(table: Table, folder: Path, name: str, workspace: Workspace) -> BaseSource:
    """The base of the workspace that has a name."""
    bases = base_names(workspace)
    if name in bases:
        return BaseSource(name, path=bases_folder(workspace) / f"{name}.parquet")
    what = f"{quoted(name)} is neither a rate nor the name of a CSV file"
    near = nearest(name, bases)
    hint = f"did you mean {' or '.join(near)}?" if near else ""
    table.refuse("base", what, hint or did_you_mean(f"{name}.csv", _near(folder)))
    return BaseSource(name, rate=NO_DUTY)


def _found(table: Table, folder: Path, root: Path, written: str) -> Path | None:
    parts = PurePosixPath(written).parts
    if len(parts) > MAX_PARTS or not all(NAME.fullmatch(p) and p != ".." for p in parts):
        table.refuse("base", f"{quoted(written)} is not a name of a file beside or below",
                     "put the file beside the scenario and write its name, with / before it where "
                     "it is in a folder below")  # fmt: skip
        return None
    path = folder.joinpath(*parts)
    if path.is_file():
        if path.resolve().is_relative_to(root.resolve()):
            return path
        table.refuse("base", f"{quoted(written)} leads out of the folder of the scenario",
                     "put a copy of the file beside the scenario")  # fmt: skip
        return None
    try:
        return embedded(written)
    except DataRejectedError:
        table.refuse(
            "base",
            f"there is no file {quoted(written)} beside the scenario or below, nor in the tool",
            did_you_mean(written, _near(folder)),
        )
        return None


def _near(folder: Path) -> list[str]:
    """The CSV files beside the scenario and those that come with the tool."""
    beside = sorted(found.name for found in folder.glob("*.csv"))
    return [*beside, *sorted(found.name for found in embedded_folder().glob("*.csv"))]
