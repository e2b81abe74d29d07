"""Charges at the border read from a scenario: their order, what they are on, what is refused."""

from pathlib import Path

import pytest

from pipelines.scenario.law import law_at
from pipelines.scenario.read import read_scenario
from pipelines.scenario.show import resolved_toml
from tests.scenario.files import LAWFUL, only, read

CHARGES = """
[charges.excise]
rate = "10%"
products = ["2203-2208"]
except = ["2207"]
source = "excise act"

[charges.vat]
rate = "20%"
source = "vat act"
"""


def test_charges_are_in_their_order_and_on_what_comes_before(tmp_path: Path) -> None:
    found = read(tmp_path, LAWFUL + CHARGES)
    excise, vat = (one.charge for one in found.charges)
    assert (excise.name, excise.on) == ("excise", ("value", "duty"))
    assert excise.prefixes == ("2203", "2204", "2205", "2206", "2207", "2208")
    assert excise.left_out == ("2207",)
    assert (vat.name, vat.on, vat.prefixes) == ("vat", ("value", "duty", "excise"), ("*",))
    again = tmp_path / "again.toml"
    again.write_text(resolved_toml(found, law_at(found)), encoding="utf-8")
    assert read_scenario(again).charges == found.charges


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('source = "vat act"', "", "source is missing: a charge at the border must have it"),
        ('"20%"', '"20% all-in"', '"20% all-in" is relative to the base duty'),
        ('"20%"', '"50% of base"', '"50% of base" is relative to the base duty'),
        ('"20%"', '"20%"\non = ["value", "exise"]', '"exise" does not come before the charge'),
        ("charges.vat", "charges.duty", "duty is no name of a charge"),
        ('rate = "20%"', 'rate = "20%"\nrates = 1', "rates is not a key of a charge at the border"),
    ],
)
def test_charges_that_cannot_be_read(tmp_path: Path, old: str, new: str, what: str) -> None:
    assert only(tmp_path, LAWFUL + CHARGES.replace(old, new)).what == what
