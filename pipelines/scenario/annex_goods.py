"""The goods that an annex names, row by row, and over which days."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pipelines.scenario.annex import Annex, Row
from pipelines.scenario.fields import Table
from pipelines.scenario.model import ProductWord

if TYPE_CHECKING:
    from pipelines.scenario.goods import Goods

TEXT_COLUMNS = ("description", "note", "source", "measure")
TIME_COLUMNS = ("from", "through", "before")
RATE_COLUMNS = ("rate", "ad_valorem_rate", "rate_percent")
KNOWN = ("code", *RATE_COLUMNS, *TIME_COLUMNS, *TEXT_COLUMNS)


@dataclass(frozen=True, slots=True)
class AnnexGood:
    """A row of an annex: what its code stands for and when; the days are null where open."""

    row: Row
    prefixes: tuple[str, ...]
    is_part: bool
    valid_from: date | None
    valid_until: date | None


def read_goods(annex: Annex, table: Table, key: str, goods: "Goods") -> list[AnnexGood]:
    """The rows of an annex of goods; those that are refused are left out.

    Args:
        annex: The annex; needs the column ``code``, may have ``from``, ``through``, ``before``.
        table: The table that names it.
        key: The key that names it.
        goods: What reads a code.
    """
    is_whole = annex.check_columns(table, key, known=KNOWN, required=("code",))
    found = []
    for row in annex.cells(table, key) if is_whole else ():
        text = row.text("code").lstrip("'")
        if not text:
            row.refuse("code", "the row has no code", "write a code, or take the row out")
            continue
        word = goods.word(row, "code", text, may_be_all=False)
        valid_from, valid_until = days_of_row(row)
        if word is not None:
            found.append(AnnexGood(row, word.prefixes, word.is_part, valid_from, valid_until))
    return found


def days_of_row(row: Row) -> tuple[date | None, date | None]:
    """The half-open interval of days that a row is for."""
    first, last, end = (row.day(column) for column in TIME_COLUMNS)
    if last is not None and end is not None:
        row.refuse("before", "through and before both give the end", "keep one of them")
    until = last + timedelta(days=1) if last is not None else end
    if first is not None and until is not None and until <= first:
        row.refuse("through" if last else "before", f"the row ends before it begins ({first})",
                   "swap the two days")  # fmt: skip
        return first, None
    return first, until


def words_of_annex(name: str, rows: list[AnnexGood]) -> list[ProductWord]:
    """The goods of an annex: one word for each time, sorted by it, and apart what is a part."""
    groups: dict[tuple[date, date, bool], list[AnnexGood]] = {}
    for good in rows:
        time = (good.valid_from or date.min, good.valid_until or date.max, good.is_part)
        groups.setdefault(time, []).append(good)
    return [
        ProductWord(
            name,
            tuple(sorted({prefix for good in groups[time] for prefix in good.prefixes})),
            is_part=time[2],
            valid_from=groups[time][0].valid_from,
            valid_until=groups[time][0].valid_until,
        )
        for time in sorted(groups)
    ]
