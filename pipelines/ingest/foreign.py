"""What a file of a format that ingest does not read is, told by its first bytes or its members.

Marks of formats: their published descriptions (general knowledge, to be verified); those of Stata,
dBASE and R are short, so more than one byte has to fit.
"""

import gzip
import struct
import zlib
from collections.abc import Collection
from pathlib import Path

Refusal = tuple[str, str]
"""What a file is, and what to do about it."""

EXPORT = "export it as CSV or Parquet there"
STATA = ("a data set of Stata (.dta)", 'export it as CSV there: export delimited using "FILE.csv"')
R_DATA = (
    "an object of R (.rds or .RData)",
    'write it as CSV there: write.csv(DATA, "FILE.csv", row.names = FALSE)',
)
PICTURE = ("a picture, not a table", "look for the same table as CSV or XLSX")
ARROW = ("an Arrow or Feather file", "write it as Parquet")
DATABASE = ("a database", "export the table that is meant as CSV")
MARKS: tuple[tuple[bytes, Refusal], ...] = (
    (b"\xd0\xcf\x11\xe0", ("an old Excel workbook (.xls)", "save it as .xlsx or CSV")),
    *(
        (mark, ("an archive of a kind that is not read", "unpack it first"))
        for mark in (b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
    ),
    (b"%PDF", ("a PDF, not a table", "look for the same table as CSV or XLSX")),
    (b"<stata_dta>", STATA),
    *((mark, ("a data set of SPSS (.sav)", EXPORT)) for mark in (b"$FL2", b"$FL3")),
    (b"HEADER RECORD*******", ("a transport file of SAS (.xpt)", EXPORT)),
    (
        bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf",
        ("a data set of SAS (.sas7bdat)", EXPORT),
    ),
    *((mark, R_DATA) for mark in (b"RDX2\n", b"RDX3\n", b"RDA2\n", b"RDA3\n")),
    *((mark, R_DATA) for mark in (b"X\n\x00\x00\x00", b"A\n2\n", b"A\n3\n")),
    (b"SQLite format 3\x00", DATABASE),
    (b"\x00\x01\x00\x00Standard ", DATABASE),
    *((mark, ARROW) for mark in (b"ARROW1", b"FEA1")),
    (b"ORC\x0a", ("an ORC file", "write it as Parquet")),
    (b"Obj\x01", ("an Avro file", "write it as Parquet")),
    (b"\x89HDF\r\n", ("an HDF5 file", EXPORT)),
    (b"{\\rtf", ("a text document (RTF)", "save its table as CSV or XLSX")),
    *((mark, PICTURE) for mark in (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")),
)
MEMBERS: tuple[tuple[str, Refusal], ...] = (
    ("word/document.xml", ("a Word document (.docx)", "save its table as CSV or XLSX")),
    ("ppt/presentation.xml", ("a PowerPoint presentation", "save its table as CSV or XLSX")),
    ("xl/workbook.bin", ("a binary Excel workbook (.xlsb)", "save it as .xlsx or CSV")),
    ("content.xml", ("an OpenDocument file (.ods, .odt)", "save it as .xlsx or CSV")),
)
"""What a zip archive is that is no workbook, by a member that it has."""


def refusal_of(head: bytes) -> Refusal | None:
    """What the first bytes of a file say it is; None where it may be something that is read."""
    for mark, refusal in MARKS:
        if head.startswith(mark):
            return refusal
    if _is_stata(head):
        return STATA
    if _is_dbase(head):
        return ("a dBASE table (.dbf)", "save it as .xlsx or CSV in a spreadsheet")
    return None


def refusal_of_packed(path: Path) -> Refusal | None:
    """What a gzip file holds that is not read; None where it may be read, or is damaged."""
    try:
        with gzip.open(path) as stream:
            return refusal_of(stream.read(512))
    except (OSError, EOFError, zlib.error):
        return None  # told where it is unpacked, with the place


def refusal_of_members(names: Collection[str]) -> Refusal | None:
    """What a zip archive with these members is; None where they tell nothing."""
    return next((refusal for member, refusal in MEMBERS if member in names), None)


def _is_stata(head: bytes) -> bool:
    """Versions 5 to 12: the version, the byte order, and 1 and 0."""
    return len(head) > 3 and 105 <= head[0] <= 115 and head[1] in (1, 2) and head[2:4] == b"\x01\0"


def _is_dbase(head: bytes) -> bool:
    """A kind, a date, and as long a header as descriptions of columns of 32 bytes make."""
    if len(head) < 32 or head[0] not in (0x03, 0x30, 0x31, 0x43, 0x63, 0x83, 0x8B, 0xCB, 0xF5):
        return False
    length: int = struct.unpack("<H", head[8:10])[0]
    is_dated = 1 <= head[2] <= 12 and 1 <= head[3] <= 31
    return is_dated and length >= 33 and (length >= len(head) or 0x0D in head[32:length])
