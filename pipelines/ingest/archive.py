"""The one text in a 7-Zip archive, unpacked beside the table that is being made."""

from pathlib import Path

from calc.errors import DataRejectedError, LimitError

MAX_BYTES = 20_000_000_000
AGAIN = "the file is incomplete or damaged: download it again"


def unpacked(path: Path, scratch: Path) -> Path:
    """The file in a 7-Zip archive, unpacked into a folder of its own, under the archive's name.

    Raises:
        DataRejectedError: The archive is damaged, locked by a password, or holds not one file.
        LimitError: It unpacks to too much.
    """
    import py7zr

    folder = scratch / f"{path.name}.unpacked"
    try:
        with py7zr.SevenZipFile(path) as archive:
            if archive.needs_password():
                raise _refused(path, "is locked by a password", "unpack it yourself")
            files = [item for item in archive.list() if not item.is_directory]
            _check(path, files)
            archive.extractall(folder)
    except (py7zr.exceptions.ArchiveError, EOFError, ValueError, OSError) as err:
        raise _refused(path, f"cannot be unpacked: {err}", AGAIN) from err
    inside: Path = folder / files[0].filename
    place = scratch / f"{path.name}.text" / path.name
    place.parent.mkdir()
    return inside.rename(place)


def _check(path: Path, files: list) -> None:  # type: ignore[type-arg]
    if len(files) != 1:
        named = ", ".join(item.filename for item in files[:5])
        raise _refused(path, f"holds {len(files)} files: {named}", "unpack it and give them")
    if files[0].uncompressed > MAX_BYTES:
        raise LimitError(
            f"{path.name} unpacks to {files[0].uncompressed:,} bytes; at most {MAX_BYTES:,} are "
            "read",
            where=path.name,
            hint="unpack it and ingest it in parts",
        )


def _refused(path: Path, what: str, hint: str) -> DataRejectedError:
    return DataRejectedError(f"{path.name} {what}", where=path.name, hint=hint)
