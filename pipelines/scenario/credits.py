"""Credits of a measure: amounts that are taken off its own duty, or a rebate as a rate."""

from decimal import Decimal, InvalidOperation
from typing import Any

from calc.policy.model import FULL, Rebate
from calc.rate_text import quoted
from pipelines.scenario.annex import Row
from pipelines.scenario.assumed import ANY, Range
from pipelines.scenario.duties import read_duty
from pipelines.scenario.fields import Table, shown, table_of, text_of
from pipelines.scenario.grammar import CREDIT, check_keys
from pipelines.scenario.instruments import CreditRow, Taken
from pipelines.scenario.portions import read_content
from pipelines.scenario.ranges import ordered, share_of
from pipelines.scenario.setting import Setting
from pipelines.scenario.share_table import importer_of_row, line_of_row

CAP = "own duty"
BOUNDS = {"central": "amount_usd", "low": "low_usd", "high": "high_usd"}
KNOWN = ("importer", "partner", "code", *BOUNDS.values(), "source", "note")
LARGEST_USD = 1e13
A_CREDIT = 'credit = { table = "offsets.csv", cap = "own duty" }'


def read_credit(table: Table, setting: Setting) -> tuple[Taken | None, dict[str, Any]]:
    """What is taken off the duty of a measure, and the key as stated; null where nothing is."""
    inner = table_of(table, "credit", example=A_CREDIT)
    if inner is None:
        return None, {}
    check_keys(inner, CREDIT)
    if ("table" in inner.values) == ("rate" in inner.values):
        inner.refuse("table", "a credit is either a table of amounts or a rate",
                     f"write {A_CREDIT}, or rate and share")  # fmt: skip
        return None, {}
    if "rate" in inner.values:
        return Taken(rebate=_rebate(inner, setting)), {"credit": dict(inner.values)}
    if inner.values.get("cap") != CAP:
        inner.refuse("cap", f"cap is {shown(inner.values.get('cap'))}", f'write cap = "{CAP}"')
    if "share" in inner.values:
        inner.refuse("share", "an amount has no share", "leave it out, or write a rate")
    annex = setting.files.annex(inner, "table", inner.values["table"], folder=setting.folder)
    if annex is None:
        return None, {}
    setting.files.mark(annex, KNOWN)
    if not annex.check_columns(inner, "table", known=KNOWN, required=("amount_usd",)):
        return None, {}
    rows = _rows(list(annex.cells(inner, "table")), inner, setting)
    return Taken(rows), {"credit": {**inner.values, "table": annex.name}}


def _rebate(inner: Table, setting: Setting) -> Rebate | None:
    """A rate that is taken off, on a share of the value."""
    if "source" not in inner.values:
        inner.refuse("source", "source is missing: a rebate must have it", 'write source = "..."')
    duty = read_duty(inner, "rate", inner.values["rate"], setting.words)
    rate = None if duty is None or duty.mode is not None else duty.ad_valorem_rate
    if rate is None or rate < 0:
        if duty is not None:
            inner.refuse("rate", f"{quoted(duty.text)} is no share of the value",
                         'write rate = "3.75%"')  # fmt: skip
        return None
    value = inner.values.get("share", 1.0)
    if isinstance(value, str) and "%" not in value:
        return Rebate(rate, on=read_content(inner, "share", setting))
    share = share_of(inner, "share", value)
    return None if share is None else Rebate(rate, share, FULL)


def _rows(cells: list[Row], inner: Table, setting: Setting) -> tuple[CreditRow, ...]:
    found: list[CreditRow] = []
    seen: dict[tuple[str, str], int] = {}
    others = 0
    source = text_of(inner, "source", example='source = "..."')
    for row in cells:
        if importer_of_row(row, setting) not in (ANY, setting.importer):
            others += 1
            continue
        one = _row(row, source, setting)
        if one is None:
            continue
        key = (one.partner, one.prefix)
        if key in seen:
            row.refuse("amount_usd", f"row {seen[key]} gives the same goods an amount", "keep one")
        seen[key] = row.number
        found.append(one)
    if others:
        setting.note(f"{cells[0].annex.name}: {others:,} rows of other importers are not used")
    return tuple(sorted(found, key=lambda one: (one.partner, one.prefix)))


def _row(row: Row, source: str, setting: Setting) -> CreditRow | None:
    prefix, partner = line_of_row(row, setting, what="an amount")
    amounts = {key: _amount(row, column) for key, column in BOUNDS.items() if row.text(column)}
    if "central" not in amounts:
        row.refuse("amount_usd", "the row has no amount", "write one, or take the row out")
        return None
    told = row.text("source") or source
    if not told:
        row.refuse("source", "the row has no source", "write one here or in the scenario")
    found: Range | None = ordered(row, amounts)
    if found is None or prefix is None or partner is None:
        return None
    return CreditRow(partner, prefix, found, told)


def _amount(row: Row, column: str) -> float | None:
    """The amount in a cell, in USD; null where it is refused."""
    text = row.text(column)
    try:
        amount = float(Decimal(text))
    except (InvalidOperation, ValueError):
        amount = -1.0
    if not 0 <= amount <= LARGEST_USD:
        row.refuse(column, f"{quoted(text)} is not an amount of USD",
                   "write digits without separators, such as 1250000")  # fmt: skip
        return None
    return amount
