"""Quotas from their tables: amounts by origin and by day, units, and what is charged beyond."""

from dataclasses import replace
from itertools import pairwise

from calc.errors import did_you_mean
from calc.policy.expression import PROHIBITED
from calc.policy.units import counted_in, spellings
from calc.rate_text import quoted
from calc.seasons import BY_DAYS, DAYS, MonthDay, name_of
from pipelines.scenario.fields import Table, day_of, named_tables_of, number_of, table_of, text_of
from pipelines.scenario.grammar import QUOTA, QUOTA_STEP, UNIT_FACTOR, check_keys
from pipelines.scenario.instrument_keys import one_of
from pipelines.scenario.instruments import Allocation, Quota, QuotaStep
from pipelines.scenario.model import Duty
from pipelines.scenario.names import LEGAL_BASIS
from pipelines.scenario.partners import resolve
from pipelines.scenario.ranges import share_of
from pipelines.scenario.rates import Rates, read_rates, scope_of
from pipelines.scenario.setting import Setting

PERIODS = ("year", "quarter", "month")
SPLITS = ("lines", "none")
BEYOND = "prohibited"
USD = "USD"
LARGEST_AMOUNT = 1e18
LEAST_CAP = 0.25
A_STEP = "amount = [{ from = 2018-02-07, amount = 2.5 }]"
A_FACTOR = 'factor = { is = 1000, unit = "kg", source = "..." }'


def read_quotas(top: Table, setting: Setting) -> tuple[Quota, ...]:
    """The quotas of a file, in its order."""
    tables = named_tables_of(top, "quota", pattern=LEGAL_BASIS, example="[quota.beef-other]")
    return tuple(_quota(table, name, setting) for name, table in tables.items())


def _quota(table: Table, name: str, setting: Setting) -> Quota:
    check_keys(table, QUOTA)
    split = one_of(table, "observed_split", SPLITS) or "none"
    counted_unit, size = _counted(table, setting)
    over = _over(table, replace(setting, owner=name), is_split=split == "none")
    common = Allocation("*", None, _steps(table, "amount"))
    return Quota(
        name=name,
        allocations=(common, *_origins(table, setting)),
        unit=text_of(table, "unit", example='unit = "t"'),
        counted_unit=counted_unit,
        counted_per_unit=size,
        period=one_of(table, "period", PERIODS) or "year",
        observed_split=split,
        over=over.choices if split == "none" else (),
        source=text_of(table, "source", example='source = "..."'),
        quarter_cap=_quarter_cap(table),
        stated=table.values | ({"over": over.stated} if "over" in table.values else {}),
    )


def _quarter_cap(table: Table) -> float | None:
    """The part of the amount of a year that may come in within one quarter; null where all may."""
    if "quarter_cap" not in table.values:
        return None
    cap = share_of(table, "quarter_cap", table.values["quarter_cap"])
    if table.values.get("period") != "year":
        table.refuse("quarter_cap", "quarter_cap is of a quota that does not run by year",
                     'write period = "year", or an amount by quarter')  # fmt: skip
    elif cap is not None and cap < LEAST_CAP:
        table.refuse("quarter_cap", f"four quarters of {cap:.6g} are less than the year's amount",
                     'write quarter_cap = "30%"')  # fmt: skip
    return cap


def _steps(table: Table, key: str) -> tuple[QuotaStep, ...]:
    """An amount, or several that follow each other; none where it is absent or refused."""
    value = table.values.get(key)
    if value is None:
        return ()
    if not isinstance(value, list):
        return (QuotaStep(_amount(table, key, value)),)
    steps = [_step(step) for step in _listed(table, key)]
    days = [step.valid_from for step in steps]
    for earlier, later in pairwise(day for day in days if day is not None):
        if later <= earlier:
            table.refuse(key, f"the step from {later} stands after the one from {earlier}",
                         "write the steps in the order of their days")  # fmt: skip
    ends = zip(steps, [*days[1:], None], strict=False)
    return tuple(replace(step, valid_until=end) for step, end in ends)


def _listed(table: Table, key: str) -> list[Table]:
    value = table.values[key]
    if value and all(isinstance(item, dict) for item in value):
        return [table.at(key).inner(number, item) for number, item in enumerate(value)]
    table.refuse(key, f"{key} is a list, and not of steps", f"write {A_STEP}")
    return []


def _step(step: Table) -> QuotaStep:
    check_keys(step, QUOTA_STEP)
    return QuotaStep(_amount(step, "amount", step.values.get("amount", 0)), day_of(step, "from"))


def _amount(table: Table, key: str, value: object) -> float:
    amount = number_of(table, key, value, example=f"{key} = 65005") or 0.0
    if amount > LARGEST_AMOUNT:
        table.refuse(key, f"{key} is {amount:g}, beyond what is counted exactly",
                     f"write at most {LARGEST_AMOUNT:g}, in a larger unit")  # fmt: skip
    return amount


def _origins(table: Table, setting: Setting) -> list[Allocation]:
    """The amounts of partners of their own, sorted by name."""
    inner = table_of(table, "origins", example="origins = { ARG = 20000 }")
    found: dict[str, Allocation] = {}
    for key in inner.values if inner is not None else ():
        if inner is None:
            break
        economy, group = resolve(inner, key, key, setting.reference)
        name = economy or group
        if name is None:
            continue
        if name in found:
            inner.refuse(key, f"{name} has two amounts", "keep one of them")
        found[name] = Allocation(name, scope_of(economy, group), _steps(inner, key))
    return [found[name] for name in sorted(found)]


def _counted(table: Table, setting: Setting) -> tuple[str, float]:
    """The unit that trade is counted in, and how many of it one unit of the amount is."""
    unit = text_of(table, "unit", example='unit = "t"')
    factor = table_of(table, "factor", example=A_FACTOR)
    if factor is None:
        return _known_unit(table, unit, setting, hint=f"write {A_FACTOR}")
    check_keys(factor, UNIT_FACTOR)
    text_of(factor, "source", example='source = "..."')
    stated = factor.values.get("is")
    size = None if stated is None else number_of(factor, "is", stated, example="is = 1000")
    if size == 0:
        factor.refuse(
            "is", "one unit of the amount is nothing of what is counted", "write is = 1000"
        )
    name = text_of(factor, "unit", example='unit = "kg"')
    counted, per_unit = _known_unit(factor, name, setting, hint='write unit = "kg"')
    return counted, (size or 1.0) * per_unit


def _known_unit(table: Table, unit: str, setting: Setting, *, hint: str) -> tuple[str, float]:
    currencies = {USD: 1.0} | dict(setting.words.currencies)
    if unit in currencies:
        return USD, currencies[unit]
    known = counted_in(unit)
    if known is None and unit:
        near = did_you_mean(unit, [*currencies, *spellings()])
        table.refuse("unit", f"{quoted(unit)} is not a unit that trade is counted in",
                     near if near.startswith("did you mean") else hint)  # fmt: skip
    return known or ("kg", 1.0)


def _over(table: Table, setting: Setting, *, is_split: bool) -> Rates:
    """What is charged beyond the quota: rates as those of a measure, or ``prohibited``."""
    if "over" not in table.values:
        if is_split:
            table.refuse("over", "over is missing: a quota must say what is charged beyond it",
                         'write over = "26.4%" or "prohibited", or observed_split = "lines" where '
                         "lines of the schedule charge it")  # fmt: skip
        return Rates()
    known = dict(setting.words.known) | {BEYOND: Duty(PROHIBITED, BEYOND)}
    words = replace(setting.words, known=known)
    rates = read_rates(table, "over", replace(setting, words=words))
    _refuse_forms(table, rates)
    return rates


def _refuse_forms(table: Table, rates: Rates) -> None:
    for feature in rates.features:
        table.refuse("over", f"over cannot be {feature}", "write one rate, or rates by partner")
    if any(choice.prefixes is not None for choice in rates.choices):
        table.refuse("over", "over has rates by code", "write a quota for each group of goods")
    seasons = {(choice.valid_from, choice.season) for choice in rates.choices}
    whole = {(one.valid_from, one.season) for one in rates.choices if one.partners is None}
    if seasons - whole:
        table.refuse("over", "over has no rate for all partners", 'add all = "..."')
    for day in {day for day, season in seasons if season is not None}:
        held = [season for since, season in seasons if since == day and season is not None]
        days = frozenset[MonthDay]().union(*(season.days() for season in held))
        if len(days) < len(DAYS):
            told = name_of(frozenset((each.month, each.day) for each in DAYS) - days)
            table.refuse("over", f"over has no rate for what is {told.removesuffix(BY_DAYS)}",
                         "write a season for those days too")  # fmt: skip
