"""The answer of a run in a sentence or two, for the page and the brief."""

from collections.abc import Mapping
from typing import Any

from pipelines.report.page.charts import short_usd
from pipelines.report.page.words import money_cell, percent

Row = Mapping[str, Any]


def lead(row: Row) -> str:
    """The answer in a sentence or two."""
    covered, share = short_usd(row["covered_value_usd"]), row["share_of_importer_imports"]
    told = (
        f"The schedule covers {covered} USD of the imports of {row['importer']}, "
        f"{percent(share)} of those in the table. {_duty_told(row)}, at unchanged trade."
    )
    threatened = row["threatened_value_usd"]
    if threatened:
        told += (
            f" On {short_usd(threatened)} USD of them measures are threatened, not in force: "
            f"the duty that they would add is {_at_least('threatened_increment_usd', row)}."
        )
    return told


def _duty_told(row: Row) -> str:
    """From which duty to which, in words; or that none is added."""
    if row["duty_increment_usd"] == 0 and not row["duty_increment_unknown_value_usd"]:
        return f"They pay a duty of {_at_least('duty_before_usd', row)}, and none is added"
    return (
        f"The duty on them is {_at_least('duty_before_usd', row)} before and "
        f"{_at_least('duty_after_usd', row)} after"
    )


def _at_least(name: str, row: Row) -> str:
    """An amount in short with its unit; at least where a part of it is unknown."""
    shown = money_cell(name, row)
    if row[name] is None:
        return shown
    return f"{'at least ' if shown.startswith('≥') else ''}{short_usd(row[name])} USD"
