"""The rates of a measure: one, or several by partner, by code, by step, by season or by firm."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from pipelines.scenario.duties import duty_in_cell, no_rate_text, read_duty
from pipelines.scenario.fields import Table, day_of, tables_of
from pipelines.scenario.files import is_annex
from pipelines.scenario.firms import SPLIT, read_split
from pipelines.scenario.grammar import SEASON, STEP, check_keys
from pipelines.scenario.model import Duty, PartnerScope, RateChoice
from pipelines.scenario.partners import resolve
from pipelines.scenario.rate_annex import RATE, choices_of_annex
from pipelines.scenario.season import read_season
from pipelines.scenario.setting import Setting

A_SEASON = 'rate = [{ season = "05-16..10-15", rate = "25%" }]'
A_STEP = 'rate = [{ from = 2026-01-01, rate = "25%" }]'


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of a measure, how the file states them, and which forms are not computed yet."""

    choices: tuple[RateChoice, ...] = ()
    stated: Any = None
    features: tuple[str, ...] = ()


def read_rates(table: Table, key: str, setting: Setting) -> Rates:
    """The rates that a key of a measure states; none where it is absent or refused."""
    value = table.values.get(key)
    if value is None:
        return Rates()
    owner = table.values.get("id", table.values.get("measure"))
    setting = replace(setting, owner=owner) if isinstance(owner, str) else setting
    if isinstance(value, list):
        if is_by_season(value):
            return _seasons(table, key, setting)
        return _steps(table, key, setting)
    if not isinstance(value, dict):
        return _plain(table, key, value, setting)
    inner = table.inner(key, value)
    if "season" in value:
        return _season(inner, setting)
    if not value:
        table.refuse(key, f"{key} is an empty table", 'write rate = { all = "25%", GBR = "10%" }')
        return Rates()
    if SPLIT in value:
        choices, name = read_split(inner, setting)
        return Rates(choices, {SPLIT: name})
    return _by_scope(table, inner, setting)


def _plain(place: Table, key: str, value: Any, setting: Setting) -> Rates:
    duty = read_duty(place, key, value, setting.words)
    return Rates((RateChoice(duty),), duty.text) if duty is not None else Rates()


def is_by_season(value: Any) -> bool:
    """Whether a list of rates is one of seasons, not of steps."""
    return isinstance(value, list) and any(isinstance(e, dict) and "season" in e for e in value)


def _season(inner: Table, setting: Setting) -> Rates:
    """The rate of one season, which may differ by partner."""
    check_keys(inner, SEASON)
    season = read_season(inner)
    if isinstance(inner.values.get("rate"), list):
        inner.refuse("rate", "a season has neither steps nor seasons of its own",
                     f"write the seasons in each step: {A_SEASON}")  # fmt: skip
        return Rates()
    found = read_rates(inner, "rate", setting) if "rate" in inner.values else Rates()
    choices = tuple(replace(choice, season=season) for choice in found.choices)
    return Rates(choices, {"season": inner.values["season"], "rate": found.stated}, found.features)


def _seasons(table: Table, key: str, setting: Setting) -> Rates:
    """The rates of several seasons of a year, no two of which share a day."""
    listed = tables_of(table, key, header=A_SEASON)
    found = [_season(one, _apart(setting, one, listed, "season")) for one in listed]
    held = [one.choices[0].season for one in found if one.choices]
    seasons = [season for season in held if season is not None]
    for later, season in enumerate(seasons):
        for other in seasons[:later]:
            if season.days() & other.days():
                table.refuse(key, f"the season {season.text} shares days with {other.text}",
                             "give each day of the year one rate")  # fmt: skip
    return Rates(
        tuple(choice for one in found for choice in one.choices),
        [one.stated for one in found],
        tuple(dict.fromkeys(name for one in found for name in one.features)),
    )


def _steps(table: Table, key: str, setting: Setting) -> Rates:
    """The steps of a rate that changes: each holds from its day until that of the next."""
    if not table.values[key]:
        table.refuse(key, f"{key} is an empty list", f"write {A_STEP}")
    steps: list[tuple[date, Rates]] = []
    listed = tables_of(table, key, header=A_STEP)
    for step in listed:
        check_keys(step, STEP)
        rate = step.values.get("rate")
        if isinstance(rate, list) and not is_by_season(rate):
            step.refuse("rate", "a step has no steps of its own", 'write rate = "25%"')
            continue
        own = _apart(setting, step, listed, "from")
        day, rates = day_of(step, "from"), read_rates(step, "rate", own)
        if day is not None:
            steps.append((day, rates))
    for (earlier, _), (later, _) in pairwise(steps):
        if later <= earlier:
            table.refuse(key, f"the step from {later} stands after the one from {earlier}",
                         "write the steps in the order of their days")  # fmt: skip
    ends = [*(day for day, _ in steps[1:]), None]
    choices = [
        replace(choice, valid_from=_later(day, choice.valid_from),
                valid_until=_earlier(end, choice.valid_until))
        for (day, rates), end in zip(steps, ends, strict=True) for choice in rates.choices
    ] if steps else []  # fmt: skip
    stated = [{"from": day, "rate": rates.stated} for day, rates in steps]
    features = tuple(dict.fromkeys(name for _, rates in steps for name in rates.features))
    return Rates(tuple(choices), stated, features)


def _apart(setting: Setting, one: Table, listed: list[Table], key: str) -> Setting:
    """A setting in which the firms of a step or season have portions of their own.

    The same firm may have another portion in another annex; of one annex all share theirs.
    """
    annexes = {_annex_of(other) for other in listed} - {None}
    if len(annexes) < 2 or _annex_of(one) is None:
        return setting
    return replace(setting, owner=f"{setting.owner} {key} {one.values.get(key)}")


def _annex_of(table: Table) -> str | None:
    rate = table.values.get("rate")
    return str(rate[SPLIT]) if isinstance(rate, dict) and SPLIT in rate else None


def _later(first: date, second: date | None) -> date:
    return first if second is None else max(first, second)


def _earlier(first: date | None, second: date | None) -> date | None:
    return min((day for day in (first, second) if day is not None), default=None)


def _by_scope(measure: Table, inner: Table, setting: Setting) -> Rates:
    """Rates by partner and by code: ``all``, partners by name, an annex, a column of one."""
    named = sorted(_named(inner, setting), key=lambda choice: names_in(choice.partners))
    stated: dict[str, Any] = {}
    choices: list[RateChoice] = []
    if "all" in inner.values:
        duty = read_duty(inner, "all", inner.values["all"], setting.words)
        choices += [RateChoice(duty)] if duty is not None else []
        stated["all"] = inner.values["all"]
    if "column" in inner.values:
        choices = _column(measure, inner, choices, setting)
        stated["column"] = inner.values["column"]
    own = {name for choice in named for name in names_in(choice.partners)}
    if "table" in inner.values:
        found, name = choices_of_annex(inner, setting, own=own)
        choices += found
        stated["table"] = name
    stated |= {names_in(choice.partners)[0]: choice.duty.text for choice in named}
    return Rates((*choices, *named), stated)


def _named(inner: Table, setting: Setting) -> Iterator[RateChoice]:
    """The rates of partners that are named in the table itself."""
    seen: dict[str, str] = {}
    for key, value in inner.values.items():
        if key in ("all", "column", "table"):
            continue
        economy, group = resolve(inner, key, key, setting.reference)
        name = economy or group
        if name is None:
            continue
        if name in seen:
            inner.refuse(key, f"{name} has two rates", f"the other is that of {seen[name]}")
        seen[name] = key
        if name in setting.reference.within(setting.importer):
            inner.refuse(key, f"{name} is the importer, which cannot be its own partner",
                         "name another partner")  # fmt: skip
        duty = read_duty(inner, key, value, setting.words)
        if duty is not None:
            yield RateChoice(duty, scope_of(economy, group))


def names_in(scope: PartnerScope | None) -> tuple[str, ...]:
    """The economies and groups that a scope names; none where there is no scope."""
    return () if scope is None else (*scope.economies, *scope.groups)


def scope_of(economy: str | None, group: str | None) -> PartnerScope:
    """The scope of one economy or one group."""
    return PartnerScope("some", (economy,) if economy else (), (group,) if group else ())


def _column(
    measure: Table, inner: Table, rest: list[RateChoice], setting: Setting
) -> list[RateChoice]:
    """The rates in a column of the annex of goods; ``rest`` is for rows where it is empty."""
    column = inner.values["column"]
    rows = setting.goods.annexes.get((*measure.path, "products"), [])
    if not isinstance(column, str):
        inner.refuse("column", *no_rate_text("column", column))
        return rest
    if not rows:
        if "products" in measure.values and not is_annex(measure.values["products"]):
            inner.refuse("column", "the products are not from an annex, so there is no column",
                         'write products = "annex.csv"')  # fmt: skip
        return rest
    missing = [row for row in rows if column not in row.row.annex.columns]
    if missing:
        columns = missing[0].row.annex.columns
        inner.refuse("column", f"{missing[0].row.annex.name} has no column {column}",
                     f"it has {', '.join(columns)}")  # fmt: skip
        return rest
    found: dict[tuple[str, date, date], list[tuple[Duty, Any]]] = {}
    for good in rows:
        setting.files.mark(good.row.annex, [column])
        duty = duty_in_cell(good.row, column, setting.words)
        if duty is None and not good.row.text(column):
            if not rest:
                good.row.refuse(column, "the row has no rate", "write one, or rate = { all = ... }")
                continue
            duty = rest[0].duty
        if duty is not None:
            time = (good.valid_from or date.min, good.valid_until or date.max)
            found.setdefault((duty.text, *time), []).append((duty, good))
    _refuse_two_rates(rows, column)
    return [
        RateChoice(
            goods[0][0],
            prefixes=tuple(sorted({prefix for _, good in goods for prefix in good.prefixes})),
            valid_from=goods[0][1].valid_from,
            valid_until=goods[0][1].valid_until,
        )
        for _, goods in sorted(found.items())
    ]


def _refuse_two_rates(rows: list[Any], column: str) -> None:
    """A code must not have two rates on one day."""
    seen: dict[str, list[Any]] = {}
    for good in rows:
        for prefix in good.prefixes:
            for other in seen.get(prefix, []):
                is_apart = (good.valid_until or date.max) <= (other.valid_from or date.min) or (
                    (other.valid_until or date.max) <= (good.valid_from or date.min)
                )
                if not is_apart and good.row.text(column) != other.row.text(column):
                    good.row.refuse(RATE if column == RATE else column,
                                    f"{prefix} has another rate in row {other.row.number}",
                                    "keep one, or give them days apart")  # fmt: skip
            seen.setdefault(prefix, []).append(good)


def rates_stated(stated: Any) -> list[Any]:
    """The rates as the file states them, each step and season by itself."""
    steps = stated if isinstance(stated, list) else [stated]
    rates = [step["rate"] if isinstance(step, dict) and "from" in step else step for step in steps]
    listed = [one for rate in rates for one in (rate if isinstance(rate, list) else [rate])]
    return [one["rate"] if isinstance(one, dict) and "season" in one else one for one in listed]


def is_in_annex(stated: Any) -> bool:
    """Whether a rate as stated, or a step of it, stands in a column of an annex of goods."""
    return any(isinstance(rate, dict) and "column" in rate for rate in rates_stated(stated))
