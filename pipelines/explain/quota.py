"""How far a quota is used up, in the words of those who administer it."""

from collections.abc import Mapping
from typing import Any

from calc.scope import ALL
from pipelines.report.money import USD, marked

Row = Mapping[str, Any]


def quota_text(row: Row) -> str:
    """A row of BY_QUOTA as a sentence: what may come in, what came in, how much of it is over."""
    origin = "all others" if row["origin"] == ALL else row["origin"]
    what = "amount" if row["unit"] in (USD, marked(USD)) else "quantity"
    return (
        f"{row['quota_id']} for {origin} in {row['quota_period']}: in-quota {what} "
        f"{_amount(row, 'amount')}, {_used(row)} ({row['status']}; {row['source']})"
    )


def _used(row: Row) -> str:
    """How far the amount is used up, with the numbers behind it."""
    came = f"{_amount(row, 'imports_amount')} imported"
    at_least = "at least " if row["is_lower_bound"] else ""
    if row["state"] == "unknown":
        beside = f"USD {row['without_quantity_value_usd']:,.2f} without a quantity"
        return f"used up as far as is not known: {came} and {beside}"
    if row["state"] == "unfilled":
        left = f"{row['amount'] - row['imports_amount']:,.6g} {row['unit']}"
        may = "; more may be over" if row["is_lower_bound"] else ""
        return f"not used up: {came}, {left} left{may}"
    if row["over_share"] is None:
        return f"used up: {came}; the schedule's own lines say what is over it"
    if row["over_share"] == 0:
        may = "; more may be over" if row["is_lower_bound"] else ""
        return f"used up exactly: {came}, none of it over{may}"
    share = f"{100 * row['over_share']:.6g} %"
    return f"used up: {came}, {at_least}{share} of that over the quota"


def _amount(row: Row, name: str) -> str:
    return f"{row[name]:,.6g} {row['unit']}"
