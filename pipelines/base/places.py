"""Where the bases of a workspace are."""

from pathlib import Path

from calc.errors import DataRejectedError, did_you_mean
from pipelines.workspace import Workspace


def bases_folder(workspace: Workspace) -> Path:
    """Folder of the bases of a workspace."""
    return workspace.root / "data" / "processed" / "base"


def base_names(workspace: Workspace) -> list[str]:
    """Names of the bases of a workspace, sorted; what is kept beside one has a dot."""
    found = bases_folder(workspace).glob("*.parquet")
    return sorted(path.stem for path in found if "." not in path.stem)


def base_table(workspace: Workspace, name: str) -> Path:
    """The file of a base.

    Raises:
        DataRejectedError: There is no base of that name.
    """
    path = bases_folder(workspace) / f"{name}.parquet"
    if path.is_file():
        return path
    known = did_you_mean(name, base_names(workspace))
    make = f"make it with: retorsion base FILE --name {name}"
    hint = f"{known}; or {make}" if known else make
    raise DataRejectedError(f"there is no base {name!r}", where=str(path), hint=hint)
