"""Text of a cell as a value of a declared column: read, or said not to be readable; never guessed.

Every reading is a pair of expressions over a text column: the value (null where there is none)
and the fault (null where the cell was read). Nothing here looks at more than one row. Numbers,
whose reading depends on their column, are read by ``calc.cast_numbers``.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from calc.codes import PUNCTUATION
from calc.tables.trade import ALL_GOODS, CODE, NOMENCLATURE

PERIOD = r"^(19|20)[0-9]{2}(-(0[1-9]|1[0-2]))?$"
ODD_DIGITS = r"^[0-9]([0-9]{2}){0,4}$"
RANGE = r"^\s*([0-9]{2}\s*-\s*[0-9]{2}|[0-9]{4}\s*-\s*[0-9]{4})\s*$"
"""Two codes of one length with a dash between them, which would be read as one code."""
DECIMALS = r"^\s*[0-9]{5,10}\.0+\s*$"
"""A code written as a number with decimals, which would be read as one of more digits."""
ROUNDED = r"^\s*[0-9]+(\.[0-9]*)?[eE]\+?[0-9]+\s*$"
"""A code that a spreadsheet took for a number, such as 8.7E+05: its last digits are gone."""
EMPTY = "is empty"
BLANK = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Cast:
    """A cell as a value, null where there is none, and its fault, null where it was read."""

    value: pl.Expr
    fault: pl.Expr


def trimmed(text: pl.Expr) -> pl.Expr:
    """The text without blanks at its ends; empty where there is none."""
    return text.fill_null("").str.strip_chars(BLANK)


def folded(text: pl.Expr) -> pl.Expr:
    """The text without case, accents, blanks and punctuation."""
    bare = text.fill_null("").str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    return bare.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")


def code_cast(text: pl.Expr, *, pad: bool, fill_to: int = 0, cut_to: int = 0) -> Cast:
    """A code of the good as digits.

    Args:
        text: The cell.
        pad: Give a code of odd length the zero that it lost.
        fill_to: Digits to which all codes are filled with zeros in front; 0 for none.
        cut_to: Digits to which longer codes are cut; 0 for none.
    """
    digits = text.fill_null("").str.replace_all(PUNCTUATION.pattern, "")
    if fill_to:
        digits = pl.when(digits == "").then(digits).otherwise(digits.str.zfill(fill_to))
    if cut_to:
        digits = digits.str.slice(0, cut_to)
    odd = digits.str.contains(ODD_DIGITS)
    whole = pl.when(odd & pl.lit(pad)).then("0" + digits).otherwise(digits)
    is_range = text.fill_null("").str.contains(RANGE)
    has_decimals = text.fill_null("").str.contains(DECIMALS)
    is_rounded = text.fill_null("").str.contains(ROUNDED)
    is_one = ~is_range & ~has_decimals & ~is_rounded
    keeps = whole.str.contains(CODE) & (digits != ALL_GOODS) & is_one
    lengths = pl.format(
        "has {} digits: a leading zero may be lost, and is not guessed", digits.str.len_chars()
    )
    fault = (
        pl.when(keeps)
        .then(None)
        .when(digits == "")
        .then(pl.lit(EMPTY))
        .when(is_range)
        .then(pl.lit("may be a range of codes: write one code, without a dash"))
        .when(has_decimals)
        .then(
            pl.lit("may be a code written as a number: the zeros behind the point are none of it")
        )
        .when(is_rounded)
        .then(pl.lit("is a code that was taken for a number: its last digits are gone"))
        .when(odd)
        .then(lengths)
        .otherwise(pl.lit("is not a code of 2, 4, 6, 8 or 10 digits"))
    )
    return Cast(pl.when(keeps).then(whole), fault)


def is_padded(text: pl.Expr) -> pl.Expr:
    """Whether a code has an odd number of digits, so that ``pad`` gives it a zero."""
    digits = text.fill_null("").str.replace_all(PUNCTUATION.pattern, "")
    return digits.str.contains(ODD_DIGITS)


def is_short(text: pl.Expr, digits: int) -> pl.Expr:
    """Whether a code has fewer digits than all of its source have, so that zeros were lost."""
    bare = text.fill_null("").str.replace_all(PUNCTUATION.pattern, "")
    return bare.str.contains(r"^[0-9]+$") & (bare.str.len_chars() < digits)


def is_said(text: pl.Expr, said: Collection[str]) -> pl.Expr:
    """Whether a cell says one of some texts, whatever its case."""
    return trimmed(text).str.to_lowercase().is_in(list(said))


def period_cast(text: pl.Expr, *, of_year: bool, written: str = "iso") -> Cast:
    """A year or month as ISO 8601 writes it.

    Args:
        text: The cell.
        of_year: The figure is a year's at month 12, and the year to date in other months.
        written: ``iso``; ``compact`` (202407, and 202452 or 202400 for the year), ``day``
            (2024-07-31, of which the month is read) or ``us-day`` (7/31/2024).
    """
    cell = _as_iso(trimmed(text), written)
    is_iso = cell.str.contains(PERIOD)
    is_whole = cell.str.contains(r"^[0-9]{4}(-12)?$") if of_year else pl.lit(value=True)
    value = cell.str.slice(0, 4) if of_year else cell
    fault = (
        pl.when(is_iso & is_whole)
        .then(None)
        .when(cell == "")
        .then(pl.lit(EMPTY))
        .when(is_iso)
        .then(pl.lit("is a year to date, not a whole year"))
        .otherwise(pl.lit("is not a year (2024) or a month (2024-07)"))
    )
    return Cast(pl.when(is_iso & is_whole).then(value), fault)


def _as_iso(cell: pl.Expr, written: str) -> pl.Expr:
    if written == "compact":
        cell = cell.str.replace(r"^([0-9]{4})(00|52)$", "$1")
        return cell.str.replace(r"^([0-9]{4})(0[1-9]|1[0-2])$", "$1-$2")
    if written == "us-day":
        cell = cell.str.replace(r"^([1-9])/", "0$1/")
        cell = cell.str.replace(r"^([01][0-9])/[0-3]?[0-9]/([0-9]{4})$", "$2-$1")
    if written in ("day", "us-day"):
        return cell.str.replace(r"^([0-9]{4}-[0-9]{2})-[0-3][0-9]([ T].*)?$", "$1")
    return cell


def word_cast(text: pl.Expr, meanings: Mapping[str, str], what: str) -> Cast:
    """One of some declared words; ``meanings`` has folded text to value, ``what`` says of what."""
    cell = folded(text)
    value = cell.replace_strict(dict(meanings), default=None, return_dtype=pl.String)
    fault = (
        pl.when(value.is_not_null())
        .then(None)
        .when(trimmed(text) == "")
        .then(pl.lit(EMPTY))
        .otherwise(pl.lit(what))
    )
    return Cast(value, fault)


def nomenclature_cast(text: pl.Expr, meanings: Mapping[str, str]) -> Cast:
    """An edition of the codes: a declared word for one, or the name of one such as HTS2024."""
    word = word_cast(text, meanings, "is not an edition of codes that is known")
    named = trimmed(text).str.to_uppercase()
    is_named = named.str.contains(NOMENCLATURE)
    fault = pl.when(is_named).then(None).otherwise(word.fault)
    return Cast(pl.when(is_named).then(named).otherwise(word.value), fault)


def economy_cast(text: pl.Expr, meanings: Mapping[str, str], ambiguous: Mapping[str, str]) -> Cast:
    """An economy as alpha-3 code or declared aggregate.

    Args:
        text: The cell.
        meanings: Folded code or name to alpha-3 code.
        ambiguous: Folded name to the choices it leaves, in words.
    """
    # NA is Namibia; N/A, n.a., #N/A and <NA> fold to the same, and are no economy.
    is_told = (folded(text) != "na") | (trimmed(text).str.to_uppercase() == "NA")
    known = pl.when(is_told).then(text).otherwise(pl.lit("?"))
    word = word_cast(known, meanings, "is not an economy that is known")
    choices = folded(text).replace_strict(dict(ambiguous), default=None, return_dtype=pl.String)
    doubt = pl.format("may be {}", choices)
    return Cast(word.value, pl.when(choices.is_not_null()).then(doubt).otherwise(word.fault))


def text_cast(text: pl.Expr, unknown: tuple[str, ...]) -> Cast:
    """Any text without blanks at its ends, null where it says that it is not known."""
    cell = trimmed(text)
    is_unknown = cell.str.to_lowercase().is_in(list(unknown))
    return Cast(pl.when(~is_unknown).then(cell), pl.lit(None, dtype=pl.String))
