"""Where things are: the workspace of the user and the data that come with the tool."""

import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from calc.errors import DataRejectedError, did_you_mean

ENVIRONMENT = "RETORSION_WORKSPACE"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder whose ``data/processed`` holds ingested tables, verdicts and runs."""

    root: Path

    @property
    def raw(self) -> Path:
        """Folder of files as received, one folder a fetch."""
        return self.root / "data" / "raw"

    @property
    def trade(self) -> Path:
        """Folder of ingested trade tables."""
        return self.root / "data" / "processed" / "trade"

    @property
    def validation(self) -> Path:
        """Folder of verdicts, one folder an input hash."""
        return self.root / "data" / "processed" / "validation"

    @property
    def runs(self) -> Path:
        """Folder of runs, one folder a scenario and in it one folder a run."""
        return self.root / "data" / "processed" / "runs"

    @property
    def comparisons(self) -> Path:
        """Folder of comparisons, one folder two scenarios and in it one folder a comparison."""
        return self.root / "data" / "processed" / "comparisons"

    @property
    def mirrors(self) -> Path:
        """Folder of mirror comparisons, one folder two tables and in it one a comparison."""
        return self.root / "data" / "processed" / "mirrors"

    @property
    def locks(self) -> Path:
        """Folder of the locks that are held, absent while none is."""
        return self.root / "data" / "processed" / ".locks"

    def trade_names(self) -> list[str]:
        """Names of the ingested trade tables, sorted; what ingest keeps beside one has a dot."""
        return sorted(path.stem for path in self.trade.glob("*.parquet") if "." not in path.stem)

    def trade_table(self, name: str) -> Path:
        """The file of an ingested trade table.

        Raises:
            DataRejectedError: There is no table of that name.
        """
        path = self.trade / f"{name}.parquet"
        if path.is_file():
            return path
        known = did_you_mean(name, self.trade_names())
        make = f"make it with: retorsion ingest FILE --name {name}"
        hint = f"{known}; or {make}" if known else make
        raise DataRejectedError(f"there is no trade table {name!r}", where=str(path), hint=hint)

    def relative(self, path: Path) -> str:
        """A path as told to people and written to files: inside the workspace, relative to it."""
        resolved, root = path.resolve(), self.root.resolve()
        return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else path.name


def open_workspace(folder: Path | None) -> Workspace:
    """The workspace: the folder given, else ``RETORSION_WORKSPACE``, else the current folder."""
    return Workspace(Path(folder or os.environ.get(ENVIRONMENT) or ".").absolute())


def embedded_folder() -> Path:
    """The folder of the data that come with the tool: the checkout's first, else the wheel's."""
    checkout = Path(__file__).parent.parent / "data" / "raw"
    if (checkout / "sources.toml").is_file():
        return checkout
    return Path(str(resources.files("pipelines") / "_data"))


def embedded(name: str) -> Path:
    """A file that comes with the tool, such as ``us-mfn-2024.csv``.

    Raises:
        DataRejectedError: There is no such file.
    """
    folder = embedded_folder()
    path = folder / name
    if path.is_file():
        return path
    known = [item.relative_to(folder).as_posix() for item in folder.rglob("*.*")]
    raise DataRejectedError(
        f"no file {name!r} comes with the tool", where=name, hint=did_you_mean(name, known)
    )
