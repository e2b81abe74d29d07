"""The special column taken apart."""

import pytest

from pipelines.base.programmes import by_symbol, read_programmes
from pipelines.base.special import special_rates
from pipelines.scenario.reference import read_reference


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("", []),
        ("Free (A,AU,BH)", [("Free", ("A", "AU", "BH"))]),
        ("Free(A, AU)\n3.2%(JP)", [("Free", ("A", "AU")), ("3.2%", ("JP",))]),
        ("10.2¢/liter (PA), 7.7¢/liter (P)", [("10.2¢/liter", ("PA",)), ("7.7¢/liter", ("P",))]),
        ("2.4¢/kg + 0.5% (PA)", [("2.4¢/kg + 0.5%", ("PA",))]),
        ("See 9822.04.10 (AU)", [("See 9822.04.10", ("AU",))]),
        ("Free", [("Free", ())]),
        ("Free (AU) and more", [("Free", ("AU",)), ("and more", ())]),
        ("Free (B,C,)", [("Free", ("B", "C"))]),
        ("Free (E IL,AU)", [("Free", ("E IL", "AU"))]),
        ("Free (XX)", [("Free", ("XX",))]),
        ("A duty (see U.S. note 3) (B,C)", [("A duty (see U.S. note 3)", ("B", "C"))]),
        ("See 9919.04.50 (PA (PA)", [("See 9919.04.50 (PA", ("PA",))]),
        ("Free (see U.S. note 4)", [("Free (see U.S. note 4)", ())]),
    ],
)
def test_rates_with_their_symbols(text: str, rates: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(rate.text, rate.symbols) for rate in special_rates(text)] == rates


def test_each_symbol_is_of_one_programme() -> None:
    symbols = [symbol for each in read_programmes().values() for symbol in each.symbols]

    assert len(symbols) == len(set(symbols)) == len(by_symbol())


def test_programmes_name_known_partners_and_a_source() -> None:
    known = {*read_reference().names, "*"}
    for programme in read_programmes().values():
        assert set(programme.partners) <= known
        assert set(programme.since) <= set(programme.partners)
        assert programme.source
        assert programme.title
