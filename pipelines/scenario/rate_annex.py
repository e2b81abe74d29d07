"""Rates from an annex: by partner, by code, or by both."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from pipelines.scenario.annex import Annex, Row
from pipelines.scenario.annex_goods import RATE_COLUMNS, TEXT_COLUMNS, TIME_COLUMNS, days_of_row
from pipelines.scenario.duties import duty_in_cell
from pipelines.scenario.fields import Table
from pipelines.scenario.model import Duty, PartnerScope, RateChoice
from pipelines.scenario.partners import resolve
from pipelines.scenario.setting import Setting

RATE = "rate"
KNOWN = ("partner", "code", *RATE_COLUMNS, *TIME_COLUMNS, *TEXT_COLUMNS)
Key = tuple[str, str, str, date, date]


@dataclass(frozen=True, slots=True)
class RatedRow:
    """A row of an annex of rates; ``partner`` and ``prefixes`` are empty where it names none."""

    row: Row
    duty: Duty
    partner: str
    is_group: bool
    prefixes: tuple[str, ...]
    valid_from: date | None
    valid_until: date | None

    @property
    def time(self) -> tuple[date, date]:
        """The days for which it is, as a key."""
        return self.valid_from or date.min, self.valid_until or date.max

    @property
    def key(self) -> Key:
        """What rows of one choice have in common: partners of one rate, or codes of a partner."""
        kind = "group" if self.is_group else "economy" if self.partner else "code"
        return kind, self.partner if self.prefixes else "", self.duty.text, *self.time


def choices_of_annex(
    inner: Table, setting: Setting, *, own: Collection[str]
) -> tuple[list[RateChoice], str]:
    """The rates of the annex that ``table`` names, and its name from the scenario's folder.

    Args:
        inner: The table of rates.
        setting: What it is read against.
        own: Partners whose rate the table of rates gives itself, which goes first.
    """
    annex = setting.files.annex(inner, "table", inner.values["table"], folder=setting.folder)
    if annex is None:
        return [], ""
    setting.files.mark(annex, KNOWN)
    if not _has_columns(annex, inner):
        return [], annex.name
    rows = [row for row in _rows(annex, inner, setting) if not _is_own(row, own, setting)]
    _refuse_repeated(rows)
    groups: dict[Key, list[RatedRow]] = {}
    for row in rows:
        groups.setdefault(row.key, []).append(row)
    return [_choice(groups[key]) for key in sorted(groups)], annex.name


def _has_columns(annex: Annex, inner: Table) -> bool:
    rates = [column for column in RATE_COLUMNS if column in annex.columns]
    names = [column for column in ("partner", "code") if column in annex.columns]
    required = ["rate"] if len(rates) != 1 else []
    required += [] if names else ["partner"]
    if len(rates) > 1:
        inner.refuse("table", f"{annex.name} has several columns of rates: {', '.join(rates)}",
                     "keep one of them")  # fmt: skip
        return False
    return annex.check_columns(inner, "table", known=KNOWN, required=required)


def _rows(annex: Annex, inner: Table, setting: Setting) -> Iterator[RatedRow]:
    column = next(column for column in RATE_COLUMNS if column in annex.columns)
    for row in annex.cells(inner, "table"):
        duty = duty_in_cell(row, column, setting.words)
        if duty is None:
            if not row.text(column):
                row.refuse(column, "the row has no rate", 'write one, such as "25%" or "Free"')
            continue
        partner, code = row.text("partner"), row.text("code").lstrip("'")
        economy, group = (
            resolve(row, "partner", partner, setting.reference) if partner else ("", "")
        )
        word = setting.goods.word(row, "code", code, may_be_all=True) if code else None
        if not partner and not code:
            row.refuse("partner", "the row names neither a partner nor a code", "name one of them")
        if (partner and not (economy or group)) or (code and word is None):
            continue
        prefixes = word.prefixes if word is not None else ()
        days = days_of_row(row)
        if partner or code:
            yield RatedRow(row, duty, economy or group or "", bool(group), prefixes, *days)


def _is_own(row: RatedRow, own: Collection[str], setting: Setting) -> bool:
    """Whether the scenario gives the partner's rate itself, or the partner is the importer."""
    if row.partner in setting.reference.within(setting.importer):
        reason = f"{row.partner} is the importer"
    elif row.partner in own and not row.prefixes:
        reason = f"the scenario gives the rate of {row.partner} itself"
    else:
        return False
    setting.note(f"{row.row.annex.name} row {row.row.number} is not used: {reason}")
    return True


def _refuse_repeated(rows: list[RatedRow]) -> None:
    """One partner and code must not have two rates on one day."""
    seen: dict[tuple[str, tuple[str, ...]], list[RatedRow]] = {}
    for row in rows:
        for other in seen.get((row.partner, row.prefixes), []):
            if row.time[0] < other.time[1] and other.time[0] < row.time[1]:
                row.row.refuse(
                    "partner" if row.partner else "code",
                    f"{row.partner or row.row.text('code')} has a rate in row "
                    f"{other.row.number} too",
                    "keep one, or give them days apart",
                )
        seen.setdefault((row.partner, row.prefixes), []).append(row)


def _choice(rows: list[RatedRow]) -> RateChoice:
    """The rate that several rows have, on all that they name."""
    first = rows[0]
    named = tuple(sorted({row.partner for row in rows if row.partner}))
    economies, groups = ((), named) if first.is_group else (named, ())
    prefixes = tuple(sorted({prefix for row in rows for prefix in row.prefixes}))
    return RateChoice(
        first.duty,
        PartnerScope("some", economies, groups) if named else None,
        prefixes or None,
        first.valid_from,
        first.valid_until,
    )
