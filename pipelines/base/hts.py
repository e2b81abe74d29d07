"""The Harmonized Tariff Schedule of the United States: eight-digit lines with inherited rates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from calc.errors import UsageError
from pipelines.base.cells import (
    NO_SYMBOL,
    UNKNOWN_SYMBOL,
    Cell,
    Reading,
    Refusal,
    Stage,
    cell_frame,
    printed,
    refused_frame,
    told,
)
from pipelines.base.hts_records import HtsRecord, read_records
from pipelines.base.programmes import COLUMN_2, MFN, by_symbol
from pipelines.base.settings import BaseSettings
from pipelines.base.special import NO_CHANGE, special_rates

IMPORTER = "USA"
LINE = 8
Rates = tuple[str, str, str]
NO_RATES: Rates = ("", "", "")


@dataclass(frozen=True, slots=True)
class TariffLine:
    """A code with its three rate columns, its own or inherited, and the record that it is from."""

    row: int
    code: str
    rates: Rates


def read_hts(path: Path, settings: BaseSettings) -> Reading:
    """The schedule of a JSON export: general, special and other rates of each line.

    Args:
        path: The export.
        settings: ``as_of`` is the first day of its rates, which it does not say.

    Raises:
        UsageError: There is no ``as_of``.
        DataRejectedError: It is not such an export.
        LimitError: It is too large.
    """
    if settings.as_of is None:
        raise UsageError(
            f"{path.name} does not say from which day its rates are in force",
            where="--as-of",
            hint="give the day of the edition, such as --as-of 2025-01-01",
        )
    records = read_records(path)
    lines = tariff_lines(records)
    special = [
        found for line in lines for found in special_cells(line.row, line.code, line.rates[1])
    ]
    cells = [cell for line in lines for cell in _columns(line, settings.as_of)]
    cells += [_dated(found, settings.as_of) for found in special if isinstance(found, tuple)]
    return Reading(
        layout="usitc-hts",
        said="JSON export of the Harmonized Tariff Schedule",
        origin=f"USITC, Harmonized Tariff Schedule of the United States, {path.name}",
        edition=f"rates from {settings.as_of} on",
        importer=IMPORTER,
        cells=cell_frame(cells),
        refused=refused_frame(
            path.name, (found for found in special if isinstance(found, Refusal))
        ),
        stages=[*_stages(records, lines), *no_change_stage(line.rates[1] for line in lines)],
    )


def tariff_lines(records: Sequence[HtsRecord]) -> list[TariffLine]:
    """The lines of the schedule, each with the rates of its own record or of its nearest parent.

    The parent is the nearest record above with a smaller indent. A record that leaves a column
    empty has its parent's; but one that prints a general rate has only the special rates that it
    prints beside it. A line has eight digits; where only its ten-digit codes are listed and all
    have the same rates, it stands for them. A ten-digit code with other rates than its line is a
    line too, and so is a shorter code that has rates and no line below it.
    """
    inherited = list(_inherited(records))
    numbered = [(record, rates) for record, rates in inherited if len(record.digits) >= LINE]
    grouped: dict[str, list[tuple[HtsRecord, Rates]]] = {}
    for record, rates in numbered:
        grouped.setdefault(record.digits[:LINE], []).append((record, rates))
    lines = [line for code, group in grouped.items() for line in _lines_of(code, group)]
    codes = {line.code[:length] for line in lines for length in (4, 6)}
    alone = [
        TariffLine(record.row, record.digits, record.rates)
        for record in records
        if 0 < len(record.digits) < LINE and record.has_rate and record.digits not in codes
    ]
    return [*lines, *alone]


def _inherited(records: Sequence[HtsRecord]) -> Iterator[tuple[HtsRecord, Rates]]:
    """Each record with its rates, those that it does not print taken from its parent by indent."""
    above: list[tuple[int, Rates]] = []
    for record in records:
        while above and above[-1][0] >= record.indent:
            above.pop()
        parents = above[-1][1] if above else NO_RATES
        rates = _with_parents(record.rates, parents)
        above.append((record.indent, rates))
        yield record, rates


def _with_parents(own: Rates, parents: Rates) -> Rates:
    """Each column, its own or the parent's; a general rate of its own leaves no special behind."""
    general, special, other = own
    has_own = bool(general or special)
    return general or parents[0], special if has_own else parents[1], other or parents[2]


def _lines_of(code: str, group: Sequence[tuple[HtsRecord, Rates]]) -> Iterator[TariffLine]:
    own = next(((record, rates) for record, rates in group if record.digits == code), None)
    if own is None and len({rates for _, rates in group}) == 1:
        own = group[0]
    if own is not None:
        yield TariffLine(own[0].row, code, own[1])
    for record, rates in group:
        if record.digits != code and (own is None or rates != own[1]):
            yield TariffLine(record.row, record.digits, rates)


def _columns(line: TariffLine, first_day: date) -> Iterator[Cell]:
    general, _, other = line.rates
    yield Cell(line.row, "general", MFN, line.code, printed(general), first_day)
    yield Cell(line.row, "other", COLUMN_2, line.code, printed(other), first_day)


Special = tuple[int, str, str, str]
"""Row, programme, code and text of a rate in the special column."""


def special_cells(
    row: int, code: str, text: str, column: str = "special"
) -> Iterator[Special | Refusal]:
    """The rates of a special column by programme, and what of it gives none."""
    if text.casefold() == NO_CHANGE:
        return
    for rate in special_rates(text):
        shown = printed(rate.text)
        if not rate.symbols:
            yield Refusal(row, column, code, shown, NO_SYMBOL)
        # A programme has several symbols, and misprints repeat one: each is said once.
        for programme in dict.fromkeys(by_symbol().get(s, "") for s in rate.symbols):
            if programme:
                yield row, programme, code, shown or ""
        unknown = [symbol for symbol in rate.symbols if symbol not in by_symbol()]
        if unknown:
            listed = printed(", ".join(unknown))
            yield Refusal(row, column, code, shown, UNKNOWN_SYMBOL, listed)


def _dated(found: Special, first_day: date) -> Cell:
    row, programme, code, text = found
    return Cell(row, "special", programme, code, printed(text), first_day)


def no_change_stage(texts: Iterator[str]) -> list[Stage]:
    """How many special columns say that they change nothing; none where none does."""
    count = sum(text.casefold() == NO_CHANGE for text in texts)
    said = "the special column says that it changes nothing"
    return [Stage("texts", "excluded", said, count)] if count else []


def _stages(records: Sequence[HtsRecord], lines: Sequence[TariffLine]) -> list[Stage]:
    used = {line.row for line in lines}
    rest = [record for record in records if record.row not in used]
    under = sum(len(record.digits) >= LINE for record in rest)
    above = len(rest) - under
    return told(
        [
            Stage("records", "in", "", len(records)),
            Stage("records", "excluded", "headings and descriptions above the lines", above),
            Stage(
                "records", "excluded", "statistical codes that have the rates of their line", under
            ),
            Stage("records", "kept", "", len(used)),
        ]
    )
