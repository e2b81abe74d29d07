"""Units of quantity: spellings, exact conversions, and the quantity of a flow in a unit."""

import narwhals as nw
import polars as pl
import pytest
from polars.testing import assert_series_equal

from calc.policy.expression import Specific
from calc.policy.grammar import read_expression
from calc.policy.quantities import quantities
from calc.policy.units import SIZES, convert, counted_in, keys_by_factor, read_unit
from calc.rate_text import RateTextError


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("kg", (1, "kg")),
        ("KGM", (1, "kg")),
        ("DTN", (100, "kg")),
        ("TNE", (1, "t")),
        ("HLT", (100, "l")),
        ("NAR", (1, "number")),
        ("MTK", (1, "m2")),
        ("m²", (1, "m2")),
        ("No.", (1, "number")),
        ("doz.", (1, "dozen")),
        ("doz. prs.", (1, "dozen pair")),
        ("pcs.", (1, "number")),
        ("thousand m3", (1000, "m3")),
        ("1000 kWh", (1, "MWh")),
        ("Pb kg", (1, "kg of lead")),
        ("W kg", (1, "kg of tungsten")),
        ("Au g", (1, "g of gold")),
        ("kg on lead content", (1, "kg of lead")),
        ("t, including weight of container", (1, "t of contents and container")),
        ("cy kg", (1, "kg of clean yield")),
        ("stone", None),
        ("", None),
    ],
)
def test_spelling_stands_for_a_canonical_unit(text: str, unit: tuple[int, str] | None) -> None:
    assert read_unit(text) == unit


@pytest.mark.parametrize(
    ("unit_from", "unit_to", "factor"),
    [
        ("kg", "kg", 1.0),
        ("t", "kg", 1000.0),
        ("g", "kg", 0.001),
        ("kg", "DTN", 0.01),
        ("carat", "g", 0.2),
        ("m3", "l", 1000.0),
        ("dozen", "number", 12.0),
        ("number", "dozen", 1 / 12),
        ("MWh", "kWh", 1000.0),
        ("g of lead", "kg on lead content", 0.001),
        ("kg", "kg of lead", None),
        ("kg of zinc", "kg of lead", None),
        ("pair", "number", None),
        ("kg", "l", None),
        ("stone", "kg", None),
    ],
)
def test_only_exact_conversions_are_made(
    unit_from: str, unit_to: str, factor: float | None
) -> None:
    assert convert(unit_from, unit_to) == factor


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("kg", [2000.0, 0.5, 40.0, 7.0, None, None, 3.0]),
        ("number", [None, 24.0, 5.0, None, None, None, None]),
        ("dozen", [None, 2.0, 5 * (1 / 12), None, None, None, None]),
        ("kg of lead", [None, None, None, None, 6.0, None, None]),
        ("stone", [None, None, None, None, None, 8.0, None]),
    ],
)
def test_quantity_is_found_in_whichever_column_has_it(
    unit: str, expected: list[float | None]
) -> None:
    trade = pl.LazyFrame(
        {
            "quantity": [2.0, 24.0, 5.0, None, 6.0, 8.0, 9.0],
            "quantity_unit": ["T", "No.", "pcs", "kg", "Pb kg", "stone", "pr."],
            "quantity_2": [None, 500.0, 40.0, None, None, None, None],
            "quantity_2_unit": [None, "g", " KG ", None, None, None, None],
            "net_mass_kg": [1.0, 1.0, 1.0, 7.0, None, None, 3.0],
        }
    )
    quantity = quantities()(unit).alias("quantity")
    found = nw.from_native(trade).select(quantity).to_native().collect()

    assert_series_equal(found["quantity"], pl.Series("quantity", expected, pl.Float64))


def test_each_measure_is_counted_in_the_first_of_its_kind() -> None:
    """By definition: a carat is 0.2 g, a terajoule 10^12 / 3.6e6 kWh; a pack is a pack."""
    several = {
        "g": ("kg", 0.001), "kg": ("kg", 1.0), "t": ("kg", 1000.0), "carat": ("kg", 0.0002),
        "m": ("m", 1.0), "km": ("m", 1000.0), "cm2": ("m2", 0.0001), "m2": ("m2", 1.0),
        "l": ("l", 1.0), "m3": ("l", 1000.0), "dozen": ("number", 12.0),
        "gross": ("number", 144.0), "dozen pair": ("pair", 12.0), "kWh": ("kWh", 1.0),
        "MWh": ("kWh", 1000.0), "TJ": ("kWh", 1e12 / 3.6e6), "W": ("W", 1.0),
        "kW": ("W", 1e3), "MW": ("W", 1e6), "GW": ("W", 1e9),
    }  # fmt: skip
    alone = {name: (name, 1.0) for name in SIZES if name not in several}
    assert {name: counted_in(name) for name in SIZES} == several | alone
    assert counted_in("CYK") == ("kg of clean yield", 1.0)
    assert counted_in("Pb t") == ("kg of lead", 1000.0)
    assert counted_in("stone") is None


def test_spellings_that_convert_into_a_unit_are_by_their_factor() -> None:
    found = keys_by_factor("kg of lead")
    assert list(found) == [0.0002, 0.001, 1.0, 100.0, 1000.0]
    assert {"pbkg", "kgoflead"} <= set(found[1.0])
    assert "kg" not in found[1.0]
    assert "kg" in keys_by_factor("kg")[1.0]
    assert keys_by_factor("stone") == {}


@pytest.mark.parametrize(
    ("text", "usd"),
    [
        (f"{'0' * 39}5 USD/kg", 5.0),
        (f"{'0' * 40}5 USD/kg", None),
        ("1000000000000000 USD/kg", 1e15),
        ("1000000000000001 USD/kg", None),
        ("5000000000000000 USD/kg", None),
    ],
)
def test_a_number_has_forty_digits_and_a_million_billions_at_most(
    text: str, usd: float | None
) -> None:
    if usd is not None:
        assert read_expression(text) == Specific(usd, "kg")
    else:
        with pytest.raises(RateTextError, match="has a number that no rate has"):
            read_expression(text)
