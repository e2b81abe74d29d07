"""Flows that the trade table does not hold, and shares of duty that are paid back."""

from collections.abc import Collection
from decimal import Decimal

from calc.errors import ScenarioError, did_you_mean
from calc.policy.expression import ad_valorem_rate
from calc.policy.model import Policy
from calc.rate_text import quoted
from pipelines.scenario.amounts import read_amounts
from pipelines.scenario.duties import read_duty
from pipelines.scenario.fields import Table, name_of, table_of, tables_of, text_of
from pipelines.scenario.grammar import BESIDE, SHARE, check_keys
from pipelines.scenario.instruments import AmountRow, BesideFlow, PaidBack
from pipelines.scenario.model import Measure
from pipelines.scenario.names import ID, ID_RULE
from pipelines.scenario.ranges import amounts_of, range_of
from pipelines.scenario.setting import Setting

VALUE = "value_usd"
EVERY = "share"
BASE = "base"


def read_beside(top: Table, setting: Setting) -> tuple[BesideFlow, ...]:
    """The flows beside the trade of a file, in its order."""
    found: dict[str, BesideFlow] = {}
    for table in tables_of(top, "beside", header="[[beside]] before each flow"):
        flow = _flow(table, setting)
        if flow.name and flow.name in found:
            table.refuse("id", f"two flows have the id {quoted(flow.name)}", "give one another id")
        found[flow.name] = flow
    return tuple(found.values())


def _flow(table: Table, setting: Setting) -> BesideFlow:
    check_keys(table, BESIDE)
    name = name_of(table, "id", pattern=ID, rule=ID_RULE, example='id = "parcels"')
    source = text_of(table, "source", example='source = "..."')
    stated, rows = dict(table.values), _rows(table, setting, source)
    if "table" in table.values and rows:
        stated["table"] = rows[0].table
    if ("rate" in table.values) == ("measure" in table.values):
        table.refuse("rate", "a flow beside the trade is charged by one rate or one measure",
                     'write rate = "30%" or measure = "reciprocal"')  # fmt: skip
    measure = name_of(table, "measure", pattern=ID, rule=ID_RULE, example='measure = "parcels"')
    rate, text = _rate(table, setting)
    return BesideFlow(
        name=name,
        rows=rows,
        measure_id=measure or None,
        rate=rate,
        rate_text=text,
        source=source,
        stated=stated,
    )


def check_beside(top: Table, measures: Collection[Measure]) -> None:
    """Refuse the measures that charge flows of a file where they are no duty of the scenario."""
    known = {one.measure_id: one.instrument.kind for one in measures}
    listed = top.values.get("beside")
    for number, values in enumerate(listed if isinstance(listed, list) else ()):
        name = values.get("measure") if isinstance(values, dict) else None
        if not isinstance(name, str) or known.get(name) == "duty" or not ID.fullmatch(name):
            continue
        table = top.at("beside").inner(number, values)
        duties = [each for each, kind in known.items() if kind == "duty"]
        what = f"is {known[name]}, no import duty" if name in known else "is not in the scenario"
        table.refuse("measure", f"the measure {quoted(name)} {what}", did_you_mean(name, duties))


def charge_of(flow: BesideFlow, law: Policy, file: str) -> tuple[float, bool]:
    """The rate of a flow as a fraction at the date of a law, and whether it is in force.

    Raises:
        ScenarioError: The measure that charges it has no one ad valorem rate at that date.
    """
    if flow.rate is not None:
        return flow.rate, True
    branches = [one for one in law.branches if one.measure_id == flow.measure_id]
    rates = {ad_valorem_rate(one.rate) for one in branches}
    rate = rates.pop() if len(rates) == 1 else None
    if rate is None or any(one.mode == "all-in" for one in branches):
        what = (
            "has several rates, or one that is no share of value" if branches else "is no duty here"
        )
        raise ScenarioError(
            f"the flow {flow.name} is charged by {flow.measure_id}, which {what}",
            where=f"{file}, [[beside]] {flow.name}",
            hint='write the rate itself: rate = "30%"',
        )
    return rate, any(one.is_in_force for one in branches)


def _rate(table: Table, setting: Setting) -> tuple[float | None, str]:
    """The rate of a flow as a fraction of its value, and as written; null where it has none."""
    if "rate" not in table.values:
        return None, ""
    duty = read_duty(table, "rate", table.values["rate"], setting.words)
    if duty is not None and duty.ad_valorem_rate is None:
        table.refuse("rate", f"{quoted(duty.text)} is not a share of the value",
                     "a flow beside the trade has no quantity and no base duty")  # fmt: skip
    return (None, "") if duty is None else (duty.ad_valorem_rate, duty.text)


def _rows(table: Table, setting: Setting, source: str) -> tuple[AmountRow, ...]:
    """The rows of the table, or the one amount that the scenario states."""
    stated = amounts_of(table)
    if "table" in table.values:
        if stated is not None:
            table.refuse("central", "there is an amount and a table of amounts", "write one")
        return read_amounts(table, setting, amount=VALUE)
    if stated is None:
        if "central" not in table.values:
            table.refuse("central", "the flow has no value", "write central or table")
        return ()
    low, high = (None if one is None else Decimal(str(one)) for one in (stated.low, stated.high))
    return (
        AmountRow(
            table="", number=1, partner="", code="", group="", source=source, note="",
            central=Decimal(str(stated.central)), low=low, high=high,
        ),
    )  # fmt: skip


def read_drawback(top: Table, known: Collection[str]) -> tuple[PaidBack, ...]:
    """The shares of duty that are paid back, of authorities that are known, of the base, or all."""
    outer = table_of(top, "drawback", example='[drawback] share = { central = 0.05, source = "" }')
    found = []
    for part in outer.values if outer is not None else ():
        inner = None if outer is None else table_of(outer, part, example=f"{part} = {{ ... }}")
        if outer is None or inner is None:
            continue
        if part not in (EVERY, BASE, *known):
            outer.refuse(part, f"{quoted(part)} is no authority of the scenario",
                         did_you_mean(part, (EVERY, BASE, *known)))  # fmt: skip
        check_keys(inner, SHARE)
        source = text_of(inner, "source", example='source = "..."')
        share = range_of(inner)
        if share is not None:
            stated = dict(inner.values)
            found.append(PaidBack(part=part, range=share, source=source, stated=stated))
    return tuple(found)
