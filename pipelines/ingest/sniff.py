"""What a file is, from its content; its name must not say otherwise."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from calc.errors import DataRejectedError, LimitError, did_you_mean
from pipelines.ingest import foreign

Format = Literal["text", "gzip", "7z", "parquet", "xlsx", "json", "empty"]

HEAD_BYTES = 4096
MAX_WORKBOOK_BYTES = 2_000_000_000
SUFFIXES: dict[str, tuple[Format, ...]] = {
    ".csv": ("text",),
    ".tsv": ("text",),
    ".txt": ("text",),
    ".dat": ("text",),
    ".gz": ("gzip",),
    ".7z": ("7z",),
    ".parquet": ("parquet",),
    ".pq": ("parquet",),
    ".xlsx": ("xlsx",),
    ".xls": ("xlsx",),
    ".json": ("json",),
}
CALLED: dict[Format, str] = {
    "text": "text",
    "gzip": "a gzip archive",
    "7z": "a 7-Zip archive",
    "parquet": "Parquet",
    "xlsx": "an Excel workbook",
    "json": "JSON",
    "empty": "empty",
}
USUAL: dict[Format, str] = {
    "text": ".csv",
    "gzip": ".csv.gz",
    "7z": ".7z",
    "parquet": ".parquet",
    "xlsx": ".xlsx",
    "json": ".json",
    "empty": ".csv",
}
AGAIN = "the file is incomplete or damaged: write or download it again"


def check_files(files: Sequence[Path]) -> None:
    """Nothing, where every file is there to be read and none could be taken for another.

    Raises:
        DataRejectedError: A file is missing or a folder, has an unusable name, or shares it.
    """
    if not files:
        raise DataRejectedError("no file is given", hint="retorsion ingest FILE --name NAME")
    for path in files:
        if not path.is_file():
            raise _missing(path)
        if not path.name.isprintable() or len(path.name) > 200:
            raise DataRejectedError(
                f"the name {path.name!r} cannot be kept as a source", hint="rename the file"
            )
    names = [path.name for path in files]
    for name in sorted(set(names)):
        if names.count(name) > 1:
            raise DataRejectedError(
                f"{names.count(name)} of the files are named {name}",
                hint="rename one: rows are traced to the name of their file",
            )


def _missing(path: Path) -> DataRejectedError:
    if path.is_dir():
        inside = sorted(item.name for item in path.iterdir() if item.is_file())
        hint = f"give its files: {', '.join(inside[:8])}" if inside else "the folder is empty"
        return DataRejectedError(f"{path.name} is a folder, not a file", where=str(path), hint=hint)
    folder = path.parent
    here = [item.name for item in folder.iterdir() if item.is_file()] if folder.is_dir() else []
    hint = did_you_mean(path.name, here) if folder.is_dir() else f"there is no folder {folder}"
    return DataRejectedError(f"{path.name} does not exist", where=str(path), hint=hint)


def format_of(path: Path) -> Format:
    """What a file is, where its name does not say otherwise.

    Raises:
        DataRejectedError: It is something that ingest does not read, or is named as another.
        LimitError: It is a workbook too large to unpack.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    found = kind_of(head, path)
    held = foreign.refusal_of_packed(path) if found == "gzip" else None
    if held is not None:
        raise _not_read(path, held)
    _agree(path, found)
    if found == "xlsx":
        _check_workbook(path)
    return found


def kind_of(head: bytes, path: Path) -> Format:
    """What the first bytes of a file say it is; empty where there is nothing but blanks.

    Raises:
        DataRejectedError: A web page, or a format that is not read.
    """
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"7z\xbc\xaf\x27\x1c"):
        return "7z"
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    refused = foreign.refusal_of(head)
    if refused:
        raise _not_read(path, refused)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return "empty"
    if text[:1] == b"<":
        raise DataRejectedError(
            f"{path.name} holds a web page or XML, not a table",
            where=path.name,
            hint="the download failed, or a page was saved in its place; download it again",
        )
    return "json" if text[:1] in (b"{", b"[") else "text"


def _not_read(path: Path, refusal: foreign.Refusal) -> DataRejectedError:
    return DataRejectedError(f"{path.name} is {refusal[0]}", where=path.name, hint=refusal[1])


def _agree(path: Path, found: Format) -> None:
    """Nothing, where content and name agree; an empty file agrees with every name of a text."""
    promised = SUFFIXES.get(path.suffix.lower())
    if promised is None or found in promised:
        return
    if found == "empty" and {"text", "json"} & set(promised):
        return
    if found == "json" and "text" in promised:
        raise DataRejectedError(
            f"{path.name} holds JSON, not CSV: {_start(path)}",
            where=path.name,
            hint="a service may have answered with an error; else rename it to .json",
        )
    if promised == ("parquet",):
        raise DataRejectedError(
            f"{path.name} is not Parquet: its content is {CALLED[found]}",
            where=path.name,
            hint=f"rename it to end in {USUAL[found]}",
        )
    raise DataRejectedError(
        f"{path.name} is named {path.suffix}, but its content is {CALLED[found]}",
        where=path.name,
        hint=f"rename it to end in {USUAL[found]}" if found != "empty" else AGAIN,
    )


def _start(path: Path) -> str:
    with path.open("rb") as stream:
        text = stream.read(160).decode("utf-8", "replace")
    shown = " ".join(text.split())
    return f"{shown[:80]}..." if len(shown) > 80 else shown


def _check_workbook(path: Path) -> None:
    """Nothing, where a zip archive is whole, a workbook, and of a size that can be held.

    Raises:
        DataRejectedError: It is cut off or not a workbook.
        LimitError: It unpacks to too much.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as err:
        raise DataRejectedError(
            f"{path.name} ends early: the archive stops after {path.stat().st_size:,} bytes "
            "without its list of contents",
            where=path.name,
            hint=AGAIN,
        ) from err
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names:
        refused = foreign.refusal_of_members(names)
        if refused is not None:
            raise _not_read(path, refused)
        raise DataRejectedError(
            f"{path.name} is a zip archive, not an Excel workbook",
            where=path.name,
            hint="unpack it and ingest the file in it",
        )
    size = sum(member.file_size for member in members)
    if size > MAX_WORKBOOK_BYTES:
        raise LimitError(
            f"{path.name} unpacks to {size:,} bytes; at most {MAX_WORKBOOK_BYTES:,} are read",
            where=path.name,
            hint="save the table as CSV or Parquet",
        )
