"""Charges at the border beside the duty, from their tables: excise, VAT, fees."""

from collections.abc import Sequence
from itertools import chain

from calc.errors import did_you_mean
from calc.policy.charges import DUTY, VALUE, Charge
from calc.policy.expression import PROHIBITED, needs_base
from calc.rate_text import quoted
from pipelines.scenario.duties import read_duty
from pipelines.scenario.fields import Table, named_tables_of, text_of, words_of
from pipelines.scenario.grammar import Grammar, check_keys
from pipelines.scenario.instruments import BorderCharge
from pipelines.scenario.model import ALL, Duty
from pipelines.scenario.names import LEGAL_BASIS
from pipelines.scenario.setting import Setting

CHARGE = Grammar(
    noun="a charge at the border",
    header="[charges.vat]",
    required={"rate": 'rate = "20%"', "source": 'source = "..."'},
    optional=("on", "products", "except", "note"),
)


def read_charges(top: Table, setting: Setting, before: Sequence[str]) -> tuple[BorderCharge, ...]:
    """The charges of a file, in its order.

    Args:
        top: The top of the file.
        setting: What it is read against.
        before: Names of the charges of files below, which are paid first.
    """
    tables = named_tables_of(top, "charges", pattern=LEGAL_BASIS, example="[charges.vat]")
    found: list[BorderCharge] = []
    for name, table in tables.items():
        if name in (VALUE, DUTY):
            table.refuse("rate", f"{name} is no name of a charge", "call it vat, excise or fee")
        earlier = [each for each in before if each != name]
        earlier += [one.charge.name for one in found if one.charge.name not in earlier]
        found.append(_charge(table, name, setting, earlier))
    return tuple(found)


def _charge(table: Table, name: str, setting: Setting, earlier: list[str]) -> BorderCharge:
    check_keys(table, CHARGE)
    duty = _rate(table, setting)
    products = setting.goods.read(table, "products", may_be_all=True)
    left_out = setting.goods.read(table, "except", may_be_all=False)
    return BorderCharge(
        charge=Charge(
            name=name,
            rate=duty.expression,
            text=duty.text,
            on=_on(table, earlier),
            prefixes=tuple(chain.from_iterable(word.prefixes for word in products)) or (ALL,),
            left_out=tuple(chain.from_iterable(word.prefixes for word in left_out)),
            source=text_of(table, "source", example='source = "..."'),
        ),
        stated=dict(table.values),
    )


def _rate(table: Table, setting: Setting) -> Duty:
    value = table.values.get("rate")
    duty = None if value is None else read_duty(table, "rate", value, setting.words)
    if duty is None:
        return Duty()
    if duty.mode is not None or needs_base(duty.expression) or duty.expression == PROHIBITED:
        table.refuse("rate", f"{quoted(duty.text)} is relative to the base duty",
                     "a charge is on what it names with on; write its own rate")  # fmt: skip
    return duty


def _on(table: Table, earlier: list[str]) -> tuple[str, ...]:
    """What a charge is on; all that comes before it where the file does not say."""
    known = (VALUE, DUTY, *earlier)
    if "on" not in table.values:
        return known
    found = []
    for number, item in words_of(table, "on"):
        place, at = (table, "on") if number is None else (table.at("on"), number)
        if item not in known:
            hint = did_you_mean(str(item), known)
            place.refuse(at, f"{quoted(str(item))} does not come before the charge", hint)
        elif item not in found:
            found.append(item)
    return tuple(found)
