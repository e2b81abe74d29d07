"""Repairs that a cell which could not be read might need: proposed, never applied.

Each undoes one well-known damage of a text. Whether the cell can be read then, and the row be used,
is told by reading it again, not here. What could mean two things is left alone, but for a comma
between groups of three digits, whose repair says its doubt.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from calc import cast

TEXT = "text"
"""The column of a frame that the repairs change."""
BLANKS = " \t\r\n\u00a0\u2007\u200b\u202f\ufeff"
GROUP_SIGNS = " \u00a0\u2007\u202f'’"
UNKNOWN = (
    *("na", "n/a", "#n/a", "<na>", "n.a.", "n.a", "nan", "none", "null", "nd", "n.d.", "x", "c"),
    *("not available", "not applicable", "not reported", "unknown", "confidential", "suppressed"),
    *(":", ":c", ".", "--", "---", "–", "—", "…"),
)
"""Words and signs of publishers for a figure that is not known or not published, lower case."""
MASS = "kgs?|kilograms?"
UNITS = rf"{MASS}|g|lbs?|t|tonnes?|tons?|l|lit(?:re|er)s?|m2|m3|m²|m³|nos?|number|pcs|pieces|units?"
FLOWS = {
    **dict.fromkeys(("imp", "importation", "importations", "importacion", "einfuhr"), "import"),
    **dict.fromkeys(("exp", "exportation", "exportations", "exportacion", "ausfuhr"), "export"),
    **dict.fromkeys(("reimport", "reimports", "reimportation"), "re-import"),
    **dict.fromkeys(("reexport", "reexports", "reexportation"), "re-export"),
}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
IN_DOUBT = "thousands in doubt"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRepair:
    """A damage of a text undone: what the cell becomes, an expression of the column ``text``."""

    name: str
    because: str
    text: pl.Expr


def replaced(pattern: str, by: str) -> pl.Expr:
    """The text with what a pattern finds replaced, else as it is."""
    return pl.col(TEXT).str.replace_all(pattern, by)


def blanks() -> CellRepair:
    """Blanks around any text, those that reading does not take off among them."""
    return CellRepair(
        name="blanks",
        because="blanks stand around the text",
        text=pl.col(TEXT).str.strip_chars(BLANKS),
    )


def number_repairs(decimal: str, *, is_usd: bool, units: str) -> Iterator[CellRepair]:
    """The repairs of a number, in the order in which they are tried.

    Args:
        decimal: The decimal mark of the file, a point or a comma.
        is_usd: Whether the column is money in whole U.S. dollars.
        units: Units of quantity that may stand behind the number, a pattern; empty for none.
    """
    yield blanks()
    yield CellRepair(
        name="sign behind",
        because="a sign stands behind the number, as of a footnote; what it means is not known",
        text=replaced(r"^([+-]?[0-9](?:.*[0-9])?)\s*[=*#?!;:]+$", "$1"),
    )
    if is_usd:
        shorn = replaced(r"^(?:US\$|USD|\$)\s*([0-9].*)$", "$1")
        yield CellRepair(
            name="currency",
            because="the dollar stands in the cell, not in the header alone",
            text=shorn.str.replace(r"^([0-9].*[0-9])\s*(?:US\$|USD|\$)$", "$1"),
        )
    if units:
        yield CellRepair(
            name="unit behind",
            because="a unit stands behind the number: it must be the one that the row says",
            text=replaced(rf"^([0-9](?:.*[0-9])?)\s*(?i:{units})\.?$", "$1"),
        )
    unknown = pl.col(TEXT).str.to_lowercase().is_in(UNKNOWN)
    yield CellRepair(
        name="not known",
        because="the cell says in a way of its publisher that the figure is not known",
        text=pl.when(unknown).then(pl.lit("")).otherwise(TEXT),
    )
    yield from _thousands(decimal)


def _thousands(decimal: str) -> Iterator[CellRepair]:
    separator = "," if decimal == "." else "."
    mark, split = re.escape(decimal), re.escape(separator)
    by_blanks = rf"^[+-]?[0-9]{{1,3}}(?:[{GROUP_SIGNS}][0-9]{{3}})+(?:{mark}[0-9]+)?$"
    # Two separators, or one and a decimal mark; groups of two digits are those of South Asia.
    twice = rf"^[+-]?[0-9]{{1,3}}(?:{split}[0-9]{{2,3}})*{split}[0-9]{{2,3}}{split}[0-9]{{3}}"
    once = rf"^[+-]?[0-9]{{1,3}}{split}[0-9]{{3}}{mark}[0-9]+$"
    clear = _either(by_blanks, rf"{twice}(?:{mark}[0-9]+)?$", once)
    yield CellRepair(
        name="thousands",
        because="thousands are separated in this cell and not throughout the column",
        text=_without(rf"[{GROUP_SIGNS}{split}]", clear),
    )
    yield CellRepair(
        name="decimal mark",
        because=f"the decimal mark is {separator!r} in this cell and {decimal!r} in the file",
        text=_other_mark(decimal, separator),
    )
    yield CellRepair(
        name=IN_DOUBT,
        because=f"if {separator!r} separates thousands; as a decimal mark it makes another number",
        text=_without(split, _either(rf"^[+-]?[1-9][0-9]{{0,2}}{split}[0-9]{{3}}$")),
    )


def _other_mark(decimal: str, separator: str) -> pl.Expr:
    mark, split = re.escape(decimal), re.escape(separator)
    short = rf"^[+-]?[0-9]+{split}(?:[0-9]{{1,2}}|[0-9]{{4,}})$"
    grouped = rf"^[+-]?[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+{split}[0-9]+$"
    fits = _either(short, rf"^[+-]?0{split}[0-9]+$", grouped)
    bare = pl.col(TEXT).str.replace_all(mark, "").str.replace(split, decimal)
    return pl.when(fits).then(bare).otherwise(TEXT)


def _either(*patterns: str) -> pl.Expr:
    return pl.any_horizontal(pl.col(TEXT).str.contains(pattern) for pattern in patterns)


def _without(pattern: str, where: pl.Expr) -> pl.Expr:
    return pl.when(where).then(pl.col(TEXT).str.replace_all(pattern, "")).otherwise(TEXT)


def code_repairs() -> Iterator[CellRepair]:
    """The repairs of a code of the good; one in powers of ten has lost digits for good."""
    yield blanks()
    yield CellRepair(
        name="formula",
        because="the code stands in a formula or behind an apostrophe, as spreadsheets keep texts",
        text=replaced(r"""^(?:="([0-9. ]+)"|['"]([0-9. ]+)['"]?)$""", "$1$2"),
    )
    yield CellRepair(
        name="name before",
        because="the name of the nomenclature stands before the code",
        text=replaced(r"^(?i:HTSUS|HTS|HSN|HS|CN)[ :-]*([0-9][0-9. ]*)$", "$1"),
    )
    yield CellRepair(
        name="decimals",
        because="the code was written as a number with decimals",
        text=replaced(r"^([0-9]+)\.0+$", "$1"),
    )
    is_mistyped = _either(r"^[0-9O.]*[0-9][0-9O.]*$")
    yield CellRepair(
        name="letter O",
        because="the letter O stands for the digit 0",
        text=pl.when(is_mistyped).then(replaced("O", "0")).otherwise(TEXT),
    )
    bare = replaced("[. '’-]", "")
    is_odd = bare.str.contains("^([0-9]{5}|[0-9]{7}|[0-9]{9})$")
    yield CellRepair(
        name="lost zero",
        because="a code of odd length has lost its first zero, as spreadsheets take it",
        text=pl.when(is_odd).then("0" + bare).otherwise(TEXT),
    )


def period_repairs() -> Iterator[CellRepair]:
    """The repairs of a year or month."""
    yield blanks()
    yield CellRepair(
        name="decimals",
        because="the year was written as a number with decimals",
        text=replaced(r"^((?:19|20)[0-9]{2})\.0$", "$1"),
    )
    month = replaced(r"^((?:19|20)[0-9]{2})[M/. ]?(0[1-9]|1[0-2])$", "$1-$2")
    turned = month.str.replace(r"^(0[1-9]|1[0-2])[-/.]((?:19|20)[0-9]{2})$", "$2-$1")
    for number, name in enumerate(MONTHS, 1):
        turned = turned.str.replace(
            rf"^(?i:{name})[a-z]*\.?[ -]((?:19|20)[0-9]{{2}})$", f"$1-{number:02}"
        )
    yield CellRepair(name="month", because="year and month are not written as 2024-07", text=turned)
    yield CellRepair(
        name="day",
        because="a day stands where a month is asked for",
        text=replaced(
            r"^((?:19|20)[0-9]{2})[-/](0[1-9]|1[0-2])[-/][0-3][0-9](?:[ T].*)?$", "$1-$2"
        ),
    )


def flow_repairs() -> Iterator[CellRepair]:
    """The repairs of a flow, by short names and names in other languages."""
    yield blanks()
    meant = cast.folded(pl.col(TEXT)).replace_strict(FLOWS, default=None, return_dtype=pl.String)
    yield CellRepair(
        name="flow", because="the flow is written otherwise", text=pl.coalesce(meant, TEXT)
    )


def economy_repairs(spellings: Mapping[str, str]) -> Iterator[CellRepair]:
    """The repairs of an economy.

    Args:
        spellings: Text as written to the code or name of the one economy that it must mean.
    """
    yield blanks()
    yield CellRepair(
        name="spelling",
        because="the text is nearly the name or code of one economy, and of no other",
        text=pl.col(TEXT).replace(dict(spellings)),
    )
