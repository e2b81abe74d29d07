"""Charges at the border: on what comes before them, on their own goods, unknown where those are."""

from typing import Any

import polars as pl

from calc.border import BEYOND, border_charges
from calc.dictionary import polars_schema
from calc.policy.charges import Charge
from calc.policy.expression import Expression
from calc.policy.grammar import read_expression
from calc.tables.lines import Lines
from calc.tables.trade import KEY
from tests.strategies import table

LINE: dict[str, Any] = {
    "importer": "GBR", "partner": "USA", "period": "2024", "flow": "import",
    "nomenclature": "HS2022", "code": "220830", "segment": "whole", "status": "in force",
    "is_estimated": False, "is_affected": True, "customs_value_usd": 1000.0, "quantity": 200.0,
    "quantity_unit": "l", "duty_before_usd": 50.0, "duty_after_usd": 150.0,
}  # fmt: skip


def charge(name: str, rate: str, *on: str, **facts: Any) -> Charge:
    read: Expression = read_expression(rate)
    return Charge(name=name, rate=read, text=rate, on=on, source="made up", **facts)


EXCISE = charge("excise", "10%", "value", "duty", prefixes=("22",))
VAT = charge("vat", "20%", "value", "duty", "excise")


def charged(*lines: dict[str, Any], charges: tuple[Charge, ...] = (EXCISE, VAT)) -> pl.DataFrame:
    frame = table([LINE | line for line in lines], Lines)
    assert frame.schema == polars_schema(Lines)
    return border_charges(frame.lazy(), charges).collect()


def amounts(found: pl.DataFrame) -> list[tuple[Any, ...]]:
    return found.select("code", "charge", "charge_before_usd", "charge_after_usd").rows()


def test_a_charge_is_on_value_duty_and_the_charges_before_it() -> None:
    """Excise a tenth of 1,050 and of 1,150; VAT a fifth of 1,155 and of 1,265."""
    found = charged({})
    assert amounts(found) == [("220830", "excise", 105.0, 115.0), ("220830", "vat", 231.0, 253.0)]
    assert found["charge_increment_usd"].to_list() == [10.0, 22.0]
    assert found["charge_on"].to_list() == ["value + duty", "value + duty + excise"]


def test_goods_that_a_charge_is_not_on_pay_the_next_without_it() -> None:
    found = charged({}, {"code": "870321"})
    assert amounts(found)[2:] == [("870321", "vat", 210.0, 230.0)]
    none = charged({}, charges=(charge("fee", "1%", "value", left_out=("2208",)),))
    assert none.is_empty()


def test_an_excise_by_quantity_does_not_depend_on_the_duty() -> None:
    found = charged({}, charges=(charge("excise", "2 USD/l", "value"),))
    assert amounts(found) == [("220830", "excise", 400.0, 400.0)]
    unknown = charged({"quantity": None, "quantity_unit": None},
                      charges=(charge("excise", "2 USD/l", "value"), VAT))  # fmt: skip
    assert amounts(unknown) == [("220830", "excise", None, None), ("220830", "vat", None, None)]


def test_what_may_not_enter_pays_nothing_and_what_is_excluded_is_left_out() -> None:
    banned = charged({"status": "prohibited", "duty_after_usd": 0.0})
    assert amounts(banned) == [("220830", "excise", 105.0, 0.0), ("220830", "vat", 231.0, 0.0)]
    assert charged({"status": "excluded"}).is_empty()


def test_an_unknown_duty_leaves_what_is_on_it_unknown() -> None:
    found = charged({"duty_before_usd": None}, charges=(charge("fee", "1%", "value"), *(EXCISE,)))
    assert amounts(found) == [("220830", "excise", None, 115.0), ("220830", "fee", 10.0, 10.0)]


def test_a_part_of_a_line_has_its_part_of_the_net_mass_however_little_it_is_worth() -> None:
    """Two kilograms worth 80 cents, of which a part for 20 cents is half a kilogram."""
    part = LINE | {"segment": "kits", "customs_value_usd": 0.2}
    flow = {name: [LINE[name]] for name in KEY}
    flow |= {"quantity_2": [None], "quantity_2_unit": [None], "net_mass_kg": [2.0]}
    flows = pl.LazyFrame(flow | {"duty_base_usd": [0.8]}, schema_overrides=BEYOND)
    fee = charge("fee", "3 USD/kg", "value")
    found = border_charges(table([part], Lines).lazy(), (fee,), flows).collect()
    assert amounts(found) == [("220830", "fee", 1.5, 1.5)]
    nothing = border_charges(table([part], Lines).lazy(), (fee,), flows.with_columns(
        duty_base_usd=0.0)).collect()  # fmt: skip
    assert amounts(nothing) == [("220830", "fee", None, None)]
