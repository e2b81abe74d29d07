"""Files that a scenario names: found beside or below it, read once, and listed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from calc.errors import ScenarioError, did_you_mean
from calc.rate_text import quoted
from pipelines.scenario.annex import Annex, read_annex
from pipelines.scenario.fields import Table, kind_of, shown
from pipelines.scenario.model import UsedFile

NAME = re.compile(r"[^\\/:*?\"<>|\x00-\x1f\x7f]{1,60}")
MAX_PARTS = 8
ANNEX = re.compile(r"\.(?:csv|xlsx|parquet)$", re.IGNORECASE)


def is_annex(value: object) -> bool:
    """Whether a value is a text that names an annex by its suffix."""
    return isinstance(value, str) and ANNEX.search(value.strip()) is not None


@dataclass(slots=True)
class Files:
    """The files of a scenario: ``root`` is the folder that it is in, which none may leave."""

    root: Path
    annexes: dict[str, Annex] = field(default_factory=dict)
    columns_read: dict[str, set[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    used: dict[str, UsedFile] = field(default_factory=dict)

    def find(self, table: Table, key: str | int, value: object, *, folder: Path) -> Path | None:
        """The file that a text names, from the folder of the file that names it.

        Null where it is refused: it is no text, leads out of the scenario's folder, or is absent.
        """
        if not isinstance(value, str):
            table.refuse(key, f"{key} is {kind_of(value)} ({shown(value)}), not the name of a file")
            return None
        written = value.strip()
        parts = PurePosixPath(written).parts
        if not parts or len(parts) > MAX_PARTS or not all(map(_is_name, parts)):
            table.refuse(key, f"{quoted(written)} is not a name of a file beside or below",
                         "put the file beside the scenario and write its name, with / before it "
                         "where it is in a folder below")  # fmt: skip
            return None
        path = folder.joinpath(*parts)
        if not path.is_file():
            near = [found.name for found in path.parent.glob(f"*{path.suffix}")]
            table.refuse(key, f"there is no file {quoted(written)} beside the scenario or below",
                         did_you_mean(path.name, near))  # fmt: skip
            return None
        if not path.resolve().is_relative_to(self.root.resolve()):
            table.refuse(key, f"{quoted(written)} leads out of the folder of the scenario",
                         "put a copy of the file beside the scenario")  # fmt: skip
            return None
        return path

    def name_of(self, path: Path) -> str:
        """A file's name from the scenario's folder, with / between folders."""
        return path.relative_to(self.root).as_posix()

    def note(self, path: Path, what: str, sha256: str) -> None:
        """List a file as used."""
        name = self.name_of(path)
        self.used.setdefault(name, UsedFile(path, name, what, sha256))

    def mark(self, annex: Annex, columns: Iterable[str]) -> None:
        """Remember that columns of an annex are read."""
        self.columns_read.setdefault(annex.name, set()).update(columns)

    def unread(self) -> list[str]:
        """A note on each annex with columns that nothing reads, sorted."""
        found = []
        for name, annex in sorted(self.annexes.items()):
            others = [c for c in annex.columns if c not in self.columns_read.get(name, set())]
            if others:
                found.append(f"{name}: not read are the columns {', '.join(map(quoted, others))}")
        return found

    def annex(self, table: Table, key: str, value: object, *, folder: Path) -> Annex | None:
        """The rows of an annex that a key names; null where it is refused."""
        path = self.find(table, key, value, folder=folder)
        if path is None:
            return None
        name = self.name_of(path)
        if name not in self.annexes:
            try:
                self.annexes[name] = read_annex(path, name)
            except ScenarioError as err:
                for problem in err.problems:
                    table.ledger.enter((*table.path, key), problem)
                return None
        annex = self.annexes[name]
        self.note(path, "annex", annex.sha256)
        return annex


def _is_name(part: str) -> bool:
    return NAME.fullmatch(part) is not None and part != ".."
