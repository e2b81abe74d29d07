"""Files of trade with something done to them, and what an independent reader makes of them."""

import csv
import gzip
import io
import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from hypothesis import strategies as st

HEADER = "importer,partner,period,flow,nomenclature,code,customs_value_usd"
AMOUNTS = ("1009", "20.5", "3", "40013.25", "500009", "6000011")
CODES = ("87082951", "01012100", "84713001", "85171300", "70051080", "90181100")
PARTNERS = ("JPN", "DEU", "CAN", "MEX", "KOR", "GBR")
ROWS = [
    f"USA,{partner},2024,import,HTS2024,{code},{amount}"
    for partner, code, amount in zip(PARTNERS, CODES, AMOUNTS, strict=True)
]
TEXT = "".join(f"{line}\n" for line in (HEADER, *ROWS)).encode()
AMOUNT = re.compile(r"\+?[0-9]+(\.[0-9]*)?|\.[0-9]+")

INSERTED = (
    *(b"\x00", b"\xff", b"\xef\xbb\xbf", b'"', b"'", b",", b";", b"\t", b"\n", b"\r\n", b"\r"),
    *(b"-", b"+", b".", b"e5", b"%", b"$", b"(", b"NaN", b"inf", b"null", b"..", b"=1+1"),
    *("\u00a0".encode(), "é".encode(), "\u202e".encode(), "٣".encode(), b"\x1a", b"0", b"1,000"),
    *(b"<html>", b"{", b"PK\x03\x04", b"PAR1", b"\x1f\x8b"),
)
Mutation = Callable[[bytes], bytes]


def _at(content: bytes, share: float) -> int:
    return int(share * len(content))


def _replaced(share: float, what: bytes) -> Mutation:
    def mutate(content: bytes) -> bytes:
        at = _at(content, share)
        return content[:at] + what + content[at + 1 :]

    return mutate


def _inserted(share: float, what: bytes) -> Mutation:
    def mutate(content: bytes) -> bytes:
        at = _at(content, share)
        return content[:at] + what + content[at:]

    return mutate


def _cut(share: float, length: int) -> Mutation:
    def mutate(content: bytes) -> bytes:
        at = _at(content, share)
        return content[:at] + content[at + length :]

    return mutate


def _ended(share: float) -> Mutation:
    return lambda content: content[: _at(content, share)]


def _line(share: float, verb: str) -> Mutation:
    def mutate(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        if not lines:
            return content
        at = min(int(share * len(lines)), len(lines) - 1)
        if verb == "repeat":
            lines.insert(at, lines[at])
        elif verb == "drop":
            del lines[at]
        elif verb == "reverse":
            lines.reverse()
        else:
            lines.append(b"Total,,,,,," + b"6540045.75\n")
        return b"".join(lines)

    return mutate


def _swapped(old: bytes, new: bytes, count: int) -> Mutation:
    return lambda content: content.replace(old, new, count)


def _encoded(encoding: str) -> Mutation:
    return lambda content: content.decode("latin-1").encode(encoding, "replace")


def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


OLD = (b",", b"\n", b".", b"USA", b"JPN", b"import", b"2024", b"HTS2024", b"8")
NEW = (b";", b"\t", b"|", b"\r\n", b"\r", b",", b"", b"NA", b"0/1", b" ", b"WLD")
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "cp037", "utf-8-sig")
SHARE = st.floats(0, 1, exclude_max=True)
KINDS: Mapping[str, st.SearchStrategy[Mutation]] = {
    "a byte": st.builds(_replaced, SHARE, st.binary(min_size=1, max_size=1)),
    "a text": st.builds(_replaced, SHARE, st.sampled_from(INSERTED))
    | st.builds(_inserted, SHARE, st.sampled_from(INSERTED)),
    "a part": st.builds(_cut, SHARE, st.integers(1, 40))
    | st.builds(_ended, SHARE)
    | st.builds(_line, SHARE, st.sampled_from(["repeat", "drop", "reverse", "total"])),
    "the whole": st.builds(
        _swapped, st.sampled_from(OLD), st.sampled_from(NEW), st.sampled_from([1, 2, -1])
    )
    | st.builds(_encoded, st.sampled_from(ENCODINGS))
    | st.just(_packed),
}
"""Mutations by what they are done to."""


def mutated(mutations: list[Mutation]) -> bytes:
    """The lawful file after some mutations, one upon the other."""
    content = TEXT
    for mutate in mutations:
        content = mutate(content)
    return content


def read_simply(content: bytes) -> Mapping[tuple[str, ...], Decimal] | None:
    """Amounts by line as a plain reader of comma-separated text finds them; null where it cannot.

    It knows no other delimiter, encoding, number or header than those of the lawful file, so that
    what it finds leaves no room for another reading.
    """
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return None
    if not rows or rows[0] != HEADER.split(","):
        return None
    found: dict[tuple[str, ...], Decimal] = {}
    for row in rows[1:]:
        if len(row) != len(rows[0]) or not AMOUNT.fullmatch(row[-1]):
            return None
        key = tuple(cell.strip() for cell in row[:-1])
        if key in found:
            return None
        found[key] = Decimal(row[-1])
    return found
