"""Missing quantities and unknown rates: what is told of them, and estimates worked by hand.

The trade, in USD and kg. Japan is a member of the OECD, Brazil and China are not:

    USA from JPN  70042020  1000 USD, no quantity      the line in question
    USA from KOR  70042020  3000 USD, 500 kg           6 USD/kg: its own tariff line
    USA from DEU  70042050  1000 USD, 1000 kg          subheading with the line above:
                                                       4000 USD / 1500 kg = 2.66667 USD/kg
    JPN from USA  70042020  8000 USD, 1000 kg          OECD: 12000 USD / 2500 kg = 4.8 USD/kg
    BRA from USA  70042020  100 USD, 1000 kg           not of the OECD

The base duty of 70042020 is 1.6 % and 0.012 USD/kg; the measure adds 0.6 USD/kg.

unctad-1 values the 1000 USD at 6 USD/kg, so 166.6667 kg: base 16 + 2, measure 100.
unctad-2 values them at 4.8 USD/kg, so 208.3333 kg: base 16 + 2.5, measure 125.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.run.assessed import assessed
from tests.run.tool import Place, retorsion
from tests.shortened import shorten

pytestmark = pytest.mark.usefixtures("tables_alone")

TRADE = """\
importer,partner,period,flow,nomenclature,code,customs_value_usd,quantity,quantity_unit
USA,JPN,2024,import,HTS2024,70042020,1000,,
USA,KOR,2024,import,HTS2024,70042020,3000,500,kg
USA,DEU,2024,import,HTS2024,70042050,1000,1000,kg
JPN,USA,2024,import,HTS2024,70042020,8000,1000,kg
BRA,USA,2024,import,HTS2024,70042020,100,1000,kg
"""
BASE = """\
importer,partner,programme,code,ad_valorem_rate,specific_rate_usd,specific_unit,expression,\
rate_text,valid_from,source
USA,*,mfn,70042020,0.016,0.012,kg,,1.2 cents/kg + 1.6%,2024-01-01,made up
"""
SCENARIO = """\
id = "glass"
importer = "USA"
nomenclature = "HTS2024"
trade = "t"
base = "base.csv"
[[measure]]
id = "glass"
authority = "section-301"
partners = ["JPN"]
products = ["70042020"]
rate = "0.6 USD/kg"
mode = "add"
source = "made up"
"""
NO_KG = "specific rate per kg; the table has no such quantity"
ALL_IN = "all-in rate on a line whose base duty is not ad valorem only: biased down"
DUTIES = ("duty_before_usd", "duty_after_usd", "duty_increment_usd")
ESTIMATED = (
    "estimated_value_usd",
    "duty_before_estimated_usd",
    "duty_after_estimated_usd",
    "duty_increment_estimated_usd",
)


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A workspace with the trade, not to be written to."""
    found = Place(tmp_path_factory.mktemp("glass"))
    (found.root / "trade.csv").write_text(TRADE, encoding="utf-8")
    done = found.do("ingest", found.root / "trade.csv", "--name", "t")
    assert done.code == 0, done.err
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch)
        assert found.do("validate", found.workspace.trade / "t.parquet").code == 0
    return found


@pytest.fixture
def place(ingested: Place, tmp_path: Path) -> Place:
    return Place(shutil.copytree(ingested.root, tmp_path / "workspace"))


def asked(place: Place, text: str = SCENARIO, base: str = BASE) -> dict[str, Any]:
    """The one line of Japan, with its measure under ``part`` and the sums under ``sums``."""
    (place.root / "base.csv").write_text(base, encoding="utf-8")
    (place.root / "glass.toml").write_text(text, encoding="utf-8")
    found = assessed(place, place.root / "glass.toml")
    (line,), (part,) = found.lines().to_dicts(), found.components().to_dicts()
    return {**line, "part": part, "sums": found.sums()}


def told(place: Place, *options: str) -> dict[str, Any]:
    """The same by a run, with what it puts on the screen under ``told``."""
    (place.root / "base.csv").write_text(BASE, encoding="utf-8")
    (place.root / "glass.toml").write_text(SCENARIO, encoding="utf-8")
    done = place.do("run", place.root / "glass.toml", *options, "-q")
    assert done.code == 0, done.err
    line, part, sums = (
        place.table(name, "glass").row(0, named=True)
        for name in ("lines", "components", "by_importer")
    )
    return {**line, "part": part, "sums": sums, "told": done.out}


def test_what_counts_a_missing_quantity_is_unknown_and_says_of_whom(place: Place) -> None:
    found = asked(place)

    assert [found[name] for name in DUTIES] == [None, None, None]
    assert found["duty_unknown_reason"] == f"{NO_KG}; measure glass: {NO_KG}"
    assert found["part"]["duty_unknown_reason"] == NO_KG
    assert found["estimate"] is found["part"]["estimate"] is None
    assert found["sums"]["duty_increment_unknown_value_usd"] == 1000.0
    assert [found["sums"][name] for name in ESTIMATED] == [0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("method", "before", "added", "value"),
    [
        ("unctad-1", 18.0, 100.0, "USD 6.0 for one kg, from its imports of the tariff line"),
        ("unctad-2", 18.5, 125.0, "USD 4.8 for one kg, from the OECD's imports of the subheading"),
    ],
)
def test_a_named_method_estimates_it(
    place: Place, method: str, before: float, added: float, value: str
) -> None:
    found = told(place, "--estimate", method)

    assert [found[name] for name in DUTIES] == pytest.approx([before, before + added, added])
    how = f"{method}: {value}"
    assert found["estimate"] == f"base duty: {how}; measure glass: {how}"
    assert found["part"]["estimate"] == how
    assert found["duty_unknown_reason"] is None
    assert [found["sums"][name] for name in ESTIMATED] == pytest.approx(
        [1000.0, before, before + added, added]
    )
    assert f"{before:,.0f} of it estimated" in found["told"]


def test_without_imports_of_the_line_the_subheading_gives_the_unit_value(place: Place) -> None:
    """The code 70042090 has no other imports: 4000 USD over 1500 kg, 2.66667 USD/kg, 375 kg."""
    row = "USA,JPN,2024,import,HTS2024,70042090,1000,,\n"
    (place.root / "trade.csv").write_text(TRADE + row, encoding="utf-8")
    assert place.do("ingest", place.root / "trade.csv", "--name", "t").code == 0
    text = SCENARIO.replace('"70042020"', '"70042090"').replace('"base.csv"', '"2.5%"')
    found = asked(place, text=text.replace("[[measure]]", 'estimate = "unctad-1"\n[[measure]]'))

    assert [found[name] for name in DUTIES] == pytest.approx([25.0, 250.0, 225.0])
    assert found["estimate"] == (
        "measure glass: unctad-1: USD 2.66667 for one kg, from its imports of the subheading"
    )
    assert found["sums"]["duty_before_estimated_usd"] == 0.0


def test_an_unknown_content_is_named(place: Place) -> None:
    text = SCENARIO.replace('"0.6 USD/kg"', '"25%"\non = "sand"')
    text += '[contents.sand]\ntable = "sand.csv"\nsource = "made up"\n'
    (place.root / "sand.csv").write_text("code,central\n8703,0.5\n", encoding="utf-8")
    found = asked(place, text=text.replace('"base.csv"', '"2.5%"'))

    assert found["part"]["duty_unknown_reason"] == "the share of the content sand is unknown"
    assert found["duty_unknown_reason"] == (
        "measure glass: the share of the content sand is unknown"
    )


def test_an_all_in_rate_on_a_specific_base_is_marked(place: Place) -> None:
    """15 % of 3000 is 450; the base is 48 + 6; what tops it up is 396."""
    text = SCENARIO.replace('"0.6 USD/kg"\nmode = "add"', '"15% all-in"')
    found = asked(place, text=text.replace("JPN", "KOR"))

    assert [found[name] for name in DUTIES] == [54.0, 450.0, 396.0]
    assert found["estimate"] == f"measure glass: {ALL_IN}"
    assert found["sums"]["duty_before_estimated_usd"] == 0.0
    assert found["sums"]["duty_increment_estimated_usd"] == 396.0


def test_a_base_that_is_an_expression_is_computed(place: Place) -> None:
    """The greater of 1.6 % of 3000, 48, and 0.2 USD on each of 500 kg, 100."""
    row = 'USA,*,mfn,70042020,,,,"max(1.6%, 0.2 USD/kg)",the greater,2024-01-01,made up'
    base = BASE.splitlines()[0] + f"\n{row}\n"
    found = asked(place, text=SCENARIO.replace("JPN", "KOR"), base=base)
    unknown = asked(place, text=SCENARIO, base=base)

    assert [found[name] for name in DUTIES] == [100.0, 400.0, 300.0]
    assert unknown["duty_unknown_reason"] == f"{NO_KG}; measure glass: {NO_KG}"


@pytest.mark.parametrize("written", ["unknown", "Unknown"])
def test_a_base_may_say_that_it_does_not_know(place: Place, written: str) -> None:
    text = SCENARIO.replace('"0.6 USD/kg"', '"25%"')
    row = f"USA,*,mfn,70042020,{written},,,,as printed,2024-01-01,made up"
    of_line = asked(place, text=text, base=BASE.splitlines()[0] + f"\n{row}\n")
    whole = asked(place, text=text.replace('"base.csv"', f'"{written}"'))

    for found, why in (
        (of_line, "the base says that the rate is unknown: as printed"),
        (whole, "the base has no rate for this code"),
    ):
        assert [found[name] for name in DUTIES] == [None, None, 250.0]
        assert found["duty_unknown_reason"] == why


def test_faults_of_a_base_and_of_a_method_are_told(place: Place) -> None:
    row = "USA,*,mfn,70042020,,,,twice the fee,as printed,2024-01-01,made up\n"
    (place.root / "base.csv").write_text(BASE.splitlines()[0] + f"\n{row}", encoding="utf-8")
    (place.root / "glass.toml").write_text(SCENARIO, encoding="utf-8")
    base = place.do("run", place.root / "glass.toml", "-q")
    method = retorsion("run", place.root / "glass.toml", "--estimate", "unctad-3")
    text = SCENARIO.replace("[[measure]]", "estimate = 1\n[[measure]]")
    (place.root / "glass.toml").write_text(text, encoding="utf-8")
    key = retorsion("scenario", "check", place.root / "glass.toml")

    assert base.code == 4
    assert 'base.csv row 2, column expression = "twice the fee"' in base.err
    assert method.code == 2
    assert "'unctad-3' is not a method of estimating quantities" in method.err
    assert "did you mean unctad-2 or unctad-1?" in method.err
    assert key.code == 4
    assert "1 is not a method of estimating quantities" in key.err
    assert "known: unctad-1, unctad-2" in key.err
