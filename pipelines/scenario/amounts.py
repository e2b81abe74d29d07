"""Tables of amounts: an annex of what a measure covers or takes, a row each, and their sum."""

from decimal import Decimal, InvalidOperation

from calc.codes import normalise_code
from calc.rate_text import quoted
from pipelines.scenario.annex import Row
from pipelines.scenario.assumed import Range
from pipelines.scenario.fields import Table
from pipelines.scenario.instruments import AmountRow
from pipelines.scenario.reference import Reference, fold
from pipelines.scenario.setting import Setting

AMOUNT = "amount_usd"
BOUNDS = {"low": "low_usd", "high": "high_usd"}
OTHERS = ("partner", "code", "group", *BOUNDS.values(), "source", "note")
MOST_USD = Decimal("9e14")


def read_amounts(table: Table, setting: Setting, *, amount: str = AMOUNT) -> tuple[AmountRow, ...]:
    """The rows of the table of amounts that a key ``table`` names; none where it is refused.

    ``amount`` is the column of the amounts.
    """
    annex = setting.files.annex(table, "table", table.values["table"], folder=setting.folder)
    if annex is None:
        return ()
    columns = (amount, *OTHERS)
    setting.files.mark(annex, columns)
    if not annex.check_columns(table, "table", known=columns, required=(amount,)):
        return ()
    rows = tuple(_row(row, amount, setting.reference) for row in annex.cells(table, "table"))
    return tuple(row for row in rows if row is not None)


def _row(row: Row, amount: str, reference: Reference) -> AmountRow | None:
    central = _amount(row, amount)
    if central is None:
        if not row.text(amount):
            row.refuse(amount, "the row has no amount", "write it, or leave the row out")
        return None
    low, high = (_amount(row, column) for column in BOUNDS.values())
    if (low is not None and low > central) or (high is not None and high < central):
        row.refuse(amount, f"{central:f} is not between low and high",
                   f"low_usd, {amount} and high_usd are in this order")  # fmt: skip
    return AmountRow(
        table=row.annex.name,
        number=row.number,
        partner=_partner(row, reference),
        code=_code(row),
        group=_group(row, reference),
        central=central,
        low=low,
        high=high,
        source=row.text("source"),
        note=row.text("note"),
    )


def _amount(row: Row, column: str) -> Decimal | None:
    """The amount in a cell, in USD; null where it is empty or refused."""
    text = row.text(column)
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if not (number.is_finite() and 0 <= number <= MOST_USD):
        row.refuse(column, f"{quoted(text)} is not an amount of USD",
                   "write digits with a point: 1250000.50")  # fmt: skip
        return None
    return number


def _partner(row: Row, reference: Reference) -> str:
    text = row.text("partner")
    found = reference.economies(text)
    if text.upper() in reference.partner_groups:
        return text.upper()
    if text and len(found) != 1:
        near = reference.near_partners(text)
        row.refuse("partner", f"{quoted(text)} is not an economy or a group of partners",
                   f"did you mean {near[0]}?" if near else "write its alpha-3 code")  # fmt: skip
    return found[0] if len(found) == 1 else ""


def _code(row: Row) -> str:
    text = row.text("code")
    digits = normalise_code(text) if text else ""
    if digits is None:
        row.refuse("code", f"{quoted(text)} is not a code", "write 2 to 10 digits: 851762")
    return digits or ""


def _group(row: Row, reference: Reference) -> str:
    text = row.text("group").removeprefix("@")
    name = reference.product_words.get(fold(text)) if text else ""
    if name is None:
        row.refuse("group", f"{quoted(text)} is not a group of products",
                   f"known: {', '.join(sorted(reference.product_groups))}")  # fmt: skip
    return name or ""


def sum_of(rows: tuple[AmountRow, ...]) -> Range | None:
    """The sum of amounts, exact in decimals; a row without a bound counts with its amount."""
    if not rows:
        return None
    has_low, has_high = (any(getattr(row, name) is not None for row in rows) for name in BOUNDS)
    low = sum((row.central if row.low is None else row.low for row in rows), Decimal())
    high = sum((row.central if row.high is None else row.high for row in rows), Decimal())
    central = sum((row.central for row in rows), Decimal())
    return Range(float(central), float(low) if has_low else None, float(high) if has_high else None)
