"""Repairs that a faulted row of TRADE might need: proposed, never applied.

Each is one well-known damage of a text or a pair of cells, undone. Whether a row is then lawful is
judged by the rules, not here. Nothing is guessed: what could mean two things is left alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from calc.tables.trade import CODE, ECONOMY, NOMENCLATURE, Trade

ROLES = ("importer", "partner")
FLOWS = {
    "imports": "import",
    "exports": "export",
    "re-imports": "re-import",
    "re-exports": "re-export",
}
STATISTICAL_EDITIONS = {
    **{"H0": "HS1992", "H1": "HS1996", "H2": "HS2002", "H3": "HS2007"},
    **{"H4": "HS2012", "H5": "HS2017", "H6": "HS2022"},
}
"""Short names of HS editions in UN Comtrade (general knowledge, to be verified)."""

MONTH = r"^((?:19|20)[0-9]{2})[M/. ]?(0[1-9]|1[0-2])$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A damage undone: the columns that it changes, each by an expression of the row."""

    name: str
    because: str
    changes: Mapping[str, pl.Expr]


def repairs(spellings: Mapping[str, str]) -> Iterator[Repair]:
    """The repairs in the order in which they are tried, each on what the ones before made.

    Args:
        spellings: Names and codes of economies as written, to their alpha-3 code.
    """
    texts = [name for name, column in Trade.columns().items() if column.dtype == pl.String]
    yield Repair(
        name="blanks",
        because="blanks stand around the text",
        changes={name: pl.col(name).str.strip_chars(" \t\r\n\u00a0") for name in texts},
    )
    yield Repair(
        name="punctuation",
        because="the code is written with dots, blanks or dashes",
        changes={"code": _unless(CODE, "code", pl.col("code").str.replace_all("[. '’-]", ""))},
    )
    is_short = pl.col("code").str.contains("^([0-9]{5}|[0-9]{7}|[0-9]{9})$")
    yield Repair(
        name="lost zero",
        because="a code of odd length has lost its first zero, as spreadsheets take it",
        changes={"code": pl.when(is_short).then("0" + pl.col("code")).otherwise("code")},
    )
    yield Repair(
        name="spelling",
        because="the economy is known by this name or code",
        changes={
            role: _unless(ECONOMY, role, pl.col(role).replace(dict(spellings))) for role in ROLES
        },
    )
    yield from _words()
    yield _swapped()


def _words() -> Iterator[Repair]:
    flow = pl.col("flow").str.to_lowercase().replace(FLOWS)
    yield Repair(name="flow", because="the flow is written otherwise", changes={"flow": flow})
    edition = pl.col("nomenclature").str.replace_all(" ", "").str.to_uppercase()
    yield Repair(
        name="edition",
        because="the edition is known by this name",
        changes={
            "nomenclature": _unless(
                NOMENCLATURE, "nomenclature", edition.replace(STATISTICAL_EDITIONS)
            )
        },
    )
    yield Repair(
        name="month",
        because="year and month stand together without their dash",
        changes={"period": pl.col("period").str.replace(MONTH, "${1}-${2}")},
    )


def _swapped() -> Repair:
    cif, fob = pl.col("cif_value_usd"), pl.col("fob_value_usd")
    is_swapped = (cif < fob).fill_null(value=False)
    return Repair(
        name="swapped values",
        because="the CIF value is below the FOB value, as if they stood in each other's place",
        changes={
            "cif_value_usd": pl.when(is_swapped).then(fob).otherwise(cif),
            "fob_value_usd": pl.when(is_swapped).then(cif).otherwise(fob),
        },
    )


def _unless(pattern: str, column: str, repaired: pl.Expr) -> pl.Expr:
    """A repaired text, where the text is not as it should be already."""
    return pl.when(pl.col(column).str.contains(pattern)).then(column).otherwise(repaired)
