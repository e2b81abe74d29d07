"""How a declared column is shown to people: header with unit, kind of number, width, missing.

Headers follow from the declared names and units; the exceptions are in one mapping. Missing cells
carry the shorthand of the UK government's guidance on statistics in spreadsheets, never a blank:
``[x]`` for what is not available and ``[z]`` for what does not apply. (``[u]`` is taken there: it
marks a figure of low reliability.)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import dataframely as dy

from calc.dictionary import column_names, declared_columns, unit_of_column
from calc.tables import TABLES

Kind = Literal["money", "percent", "count", "number", "date", "flag", "text"]

UNKNOWN = "[x]"
NOT_APPLICABLE = "[z]"
SHORTHAND = {
    UNKNOWN: (
        "Not available: the figure is unknown or cannot be computed from the data. It is never "
        "zero, and sums leave it out; where a column 'Value where ... is unknown' stands beside "
        "it, that says how much is concerned."
    ),
    NOT_APPLICABLE: "Not applicable: there is nothing to say in this row, and nothing is unknown.",
}

WORDS = {
    "affected_unknown_value_usd": "Value where the change of rate is unknown",
    "authority": "Legal basis",
    "base_rate_text": "Base rate as printed",
    "duty_unknown_reason": "Why the duty is unknown",
    "estimate": "Why the duty is an estimate",
    "estimated_value_usd": "Value of which a duty is an estimate",
    "coverage_of_hit_partners": "Coverage of the imports from the partners hit",
    "hit_partners_imports_value_usd": "Imports from the partners hit",
    "hs6": "HS6 subheading",
    "in_force_value_usd": "Value in force",
    "is_affected": "Rate changes",
    "measure_id": "Measure",
    "prefix": "Code prefix",
    "rate_text": "Rate as written",
    "share_of_importer_imports": "Share of the importer's imports",
    "share_of_partner_exports": "Share of the partner's exports",
    "statutory_minus_calculated_usd": "Statutory less calculated duty",
    "trade_weighted_rate_after": "Trade-weighted rate after",
    "trade_weighted_rate_before": "Trade-weighted rate before",
    "value_unknown_rows": "Rows of unknown value",
}
AT_UNCHANGED_TRADE = {
    "duty_before_usd",
    "duty_after_usd",
    "duty_increment_usd",
    "threatened_increment_usd",
    "measure_duty_usd",
    "threatened_measure_duty_usd",
}
UNIT_SHOWN = {
    "USD": "USD",
    "fraction": "%",
    "fraction of value": "% of value",
    "number": "number",
    "as quantity_unit says": "in the unit beside it",
}
WIDTHS: dict[Kind, int] = {
    "money": 21, "percent": 15, "count": 12, "number": 17, "date": 13, "flag": 12, "text": 15,
}  # fmt: skip
TEXT_WIDTHS = {
    "authority": 22, "base_rate_text": 24, "description": 44, "duty_unknown_reason": 44,
    "estimate": 44, "measure_id": 28, "product_group": 22, "rate_text": 28, "reason": 60,
    "source": 60, "stage": 44, "suggestion": 34,
}  # fmt: skip
THREATENS_NOTHING = ("in force", "prohibited", "excluded")
# Where these are null there is nothing to say; any other null is something not known.
NULL_SAYS_NOTHING = {
    "calibrated_to",
    "duty_unknown_reason",
    "estimate",
    "measure_id",
    "measure_rate",
    "mode",
    "product_group",
    "programme",
    "quota",
    "quota_part",
    "suggestion",
    "before_usd",
    "unsolved_reason",
    "valid_from",
    "valid_until",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a sheet: its header, how its cells are shown, and what it means."""

    name: str
    header: str
    kind: Kind
    unit: str = ""
    meaning: str = ""
    width: int = 15


def header_of(name: str, unit: str) -> str:
    """The header of a column for people, with its unit: ``Covered value (USD)``."""
    stem = name.removesuffix("_usd")
    if name in WORDS:
        words = WORDS[name]
    elif stem.endswith("_unknown_value"):
        words = f"Value where {stem.removesuffix('_unknown_value').replace('_', ' ')} is unknown"
    else:
        words = stem.replace("_", " ").capitalize()
    if name in AT_UNCHANGED_TRADE:
        words += ", at unchanged trade"
    # The order of a step is not a quantity of anything.
    shown = "" if name == "step" else UNIT_SHOWN.get(unit, unit)
    return f"{words} ({shown})" if shown else words


def kind_of(table: type[dy.Schema], name: str) -> Kind:
    """How the cells of a declared column are shown."""
    unit, dtype = unit_of_column(table, name), declared_columns(table)[name].dtype
    by_unit: dict[str, Kind] = {
        "USD": "money", "number": "count", "fraction": "percent", "fraction of value": "percent",
    }  # fmt: skip
    if unit in by_unit:
        return by_unit[unit]
    if dtype.is_numeric():
        return "number"
    by_type: dict[str, Kind] = {"Date": "date", "Boolean": "flag"}
    return by_type.get(str(dtype), "text")


def columns_of(table_name: str) -> list[Column]:
    """The columns of a declared table as a sheet shows them, the key first."""
    table = TABLES[table_name]
    shown = []
    for name in column_names(table):
        kind, unit = kind_of(table, name), unit_of_column(table, name)
        width = TEXT_WIDTHS.get(name, WIDTHS[kind]) if kind == "text" else WIDTHS[kind]
        shown.append(
            Column(
                name=name,
                header=header_of(name, unit),
                kind=kind,
                unit=UNIT_SHOWN.get(unit, unit),
                meaning=declared_columns(table)[name].description or "",
                width=width,
            )
        )
    return shown


def label_of(name: str) -> str:
    """The header of a column of the accounting tables, by its name."""
    return header_of(name, unit_of_column(TABLES["by_importer"], name))


def unknown_beside(name: str) -> str:
    """The column that holds the dollars on which a sum is not known."""
    return f"{name.removesuffix('_usd').removesuffix('_value')}_unknown_value_usd"


def estimated_beside(name: str) -> str:
    """The column that holds the part of a sum that is an estimate."""
    return f"{name.removesuffix('_usd')}_estimated_usd"


def missing_mark(name: str, row: Mapping[str, Any]) -> str:
    """The shorthand of a missing cell: ``[z]`` where nothing is unknown in it, else ``[x]``."""
    nothing_covered = row.get("lines") == 0 or row.get("covered_value_usd") == 0
    nothing_unknown = (
        name in NULL_SAYS_NOTHING
        or (nothing_covered and not name.endswith(("imports_value_usd", "exports_value_usd")))
        or row.get(unknown_beside(name)) == 0
        or (name == "customs_value_usd" and row.get("kind") == "schedule")
        or (name == "reason" and row.get("kind") in ("in", "kept", "part"))
        or (name == "threatened_increment_usd" and row.get("status") in THREATENS_NOTHING)
        or (name == "rate_after" and row.get("status") == "prohibited")
    )
    return NOT_APPLICABLE if nothing_unknown else UNKNOWN
