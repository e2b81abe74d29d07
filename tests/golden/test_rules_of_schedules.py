"""Rules of schedules through a scenario file: each law put on six lines, its duties by hand.

Each line is of 1,000 USD free on board, 1,100 with insurance and freight, and the base is 2.5 %
where a case does not say otherwise. 500 kg of parts are worth 2 USD a kilogram; the alcohol of
Germany is 10 kg only.
"""

from zlib import crc32

import polars as pl
import pytest

from tests.run.assessed import assessed
from tests.run.tool import Place

pytestmark = pytest.mark.usefixtures("tables_alone")

TRADE = """\
importer,partner,period,flow,nomenclature,code,fob_value_usd,cif_value_usd,quantity,quantity_unit,\
quantity_2,quantity_2_unit
USA,JPN,2024,import,HTS2024,87032301,1000,1100,2,number,,
USA,JPN,2024,import,HTS2024,87082950,1000,1100,500,kg,,
USA,JPN,2024,import,HTS2024,87083050,1000,1100,500,kg,,
USA,GBR,2024,import,HTS2024,87082950,1000,1100,500,kg,,
USA,DEU,2024,import,HTS2024,22072000,1000,1100,10,kg,12,l
GBR,JPN,2024,import,HTS2024,87082950,1000,1100,10000,kg,,
"""
JAPAN, LAMPS, BRAKES, BRITAIN, ALCOHOL = (
    ("JPN", "87032301"),
    ("JPN", "87082950"),
    ("JPN", "87083050"),
    ("GBR", "87082950"),
    ("DEU", "22072000"),
)
ANNEXES = {
    "rates.csv": "partner,code,rate\nGBR,,5%\nJPN,8708.29,30%\n",
    "percent.csv": "partner,rate_percent\nJPN,25\nGBR,0.25\n",
    "fraction.csv": "partner,ad_valorem_rate\nJPN,0.25\nGBR,0.0025\n",
    "bare.csv": "partner,rate\nJPN,25\n",
    "metal.csv": "importer,code,partner,central,source\nUSA,870829,*,0.4,study\n"
    "USA,870830,*,0.7,study\n",
    "base.csv": "importer,partner,programme,code,ad_valorem_rate,specific_rate_usd,specific_unit,"
    "rate_text,valid_from,valid_until,source\n"
    "USA,*,mfn,87,0.025,,,2.5%,2020-01-01,,schedule\n"
    "USA,JPN,fta,87,0,,,Free,2020-01-01,,schedule\n",
}
TOP = 'id = "rule"\nnomenclature = "HTS2024"\ntrade = "t"\nimporter = "USA"\n'


def measure(name: str, rest: str, authority: str = "section-301") -> str:
    goods = "" if "products" in rest else 'products = ["87"]\n'
    mode = "" if "mode" in rest or "all-in" in rest else 'mode = "add"\n'
    return (
        f'[[measure]]\nid = "{name}"\nauthority = "{authority}"\nsource = "made up"\n'
        f"{goods}{mode}{rest}\n"
    )


MADE = '[portions.made]\ncentral = 0.3\nsource = "study"\n'
STEEL = '[contents.steel]\ntable = "metal.csv"\nsource = "study"\n'
STACKED = '[[stacking]]\nsource = "made up"\n'
STEPS = '[{ from = 2024-01-01, rate = "10%" }, { from = 2025-01-01, rate = "20%" }]'
ERAS = """[[stacking]]
source = "made up"
reciprocal = { on = "rest of section-232" }
section-301 = "adds"
section-232 = "adds"
within = { section-301 = "highest" }
[[stacking]]
from = 2024-07-01
source = "made up"
first = ["section-232", "reciprocal"]
section-301 = "adds"
within = { section-301 = "highest" }
"""
EVENTS = """events = [
    { on = 2024-01-10, is = "announced" },
    { on = 2024-03-01, is = "effective", since = 2024-02-01 },
    { on = 2024-06-01, is = "suspended" }, { on = 2024-07-01, is = "resumed" },
    { on = 2024-08-01, is = "ended" } ]"""
# number and what is shown: top keys, law, the increment of each line that a measure names
CASES: dict[str, tuple[str, str, dict[tuple[str, str], float | None]]] = {
    "1 the longest code goes first, lengths are mixed": (
        "",
        measure("all-parts", 'products = ["87"]\nrate = "10%"\npartners = ["JPN"]')
        + measure("lamps", 'products = ["8703", "8708.29"]\nrate = "25%"\npartners = ["JPN"]'),
        {JAPAN: 250.0, LAMPS: 250.0, BRAKES: 100.0},
    ),
    "2 a range, what is left out of it, what is taken in again": (
        "",
        measure("m", 'products = ["8703-8708"]\nexcept = ["8708"]\nbut = ["8708.30"]\n'
                'rate = "10%"'),
        {JAPAN: 100.0, BRAKES: 100.0, LAMPS: 0.0, BRITAIN: 0.0},
    ),
    "4 a group as its members were in 2019": (
        "as_of = 2019-06-01\n",
        measure("m", 'products = "all"\npartners = ["EU28"]\nrate = "10%"'),
        {BRITAIN: 100.0, ALCOHOL: 100.0},
    ),
    "4 the group of 2024": (
        "as_of = 2024-06-01\n",
        measure("m", 'products = "all"\npartners = ["EU27"]\nrate = "10%"'),
        {ALCOHOL: 100.0},
    ),
    "4 all except some": (
        "",
        measure("m", 'products = "all"\npartners = { all_except = ["JPN", "DEU"] }\nrate = "10%"'),
        {BRITAIN: 100.0},
    ),
    "5 another rate for a partner, and for a partner on some goods": (
        "",
        measure("m", 'rate = { all = "10%", table = "rates.csv" }'),
        {JAPAN: 100.0, LAMPS: 300.0, BRAKES: 100.0, BRITAIN: 50.0},
    ),
    **{
        f"6 events, on {day}{', known ' + known if known else ''}": (
            f"as_of = {day}\n" + (f"known_at = {known}\n" if known else ""),
            measure("m", f'products = ["8703"]\nrate = "10%"\n{EVENTS}'),
            {JAPAN: duty},
        )
        for day, known, duty in [
            ("2024-02-15", "", 100.0), ("2024-02-15", "2024-02-20", 0.0), ("2024-06-15", "", 0.0),
        ]
    },
    **{
        f"7 steps, on {day}": (
            f"as_of = {day}\n",
            measure("m", f'products = ["8703"]\nrate = {STEPS}'),
            {JAPAN: duty},
        )
        for day, duty in [("2024-12-31", 100.0), ("2025-01-01", 200.0)]
    },
    "11 a minimum price of 5.10 USD a kilogram: 500 x 5.10 less 1,000": (
        "",
        measure("m", 'products = ["8708"]\nrate = "max(5.10 USD/kg - unit_value, 0)"'),
        {LAMPS: 1550.0, BRAKES: 1550.0, BRITAIN: 1550.0},
    ),
    "11 an entry price of 2.2 USD a kilogram, at most 0.15 USD a kilogram on top of 5 %": (
        "",
        measure("m", 'products = ["8708"]\n'
                'rate = "5% + min(max(2.2 USD/kg - unit_value, 0), 0.15 USD/kg)"'),
        {LAMPS: 125.0, BRAKES: 125.0, BRITAIN: 125.0},
    ),
    "14 a cap: 10 percent, never above 2 USD a kilogram": (
        "",
        measure("m", 'products = "all"\nrate = "min(10%, 2 USD/kg)"\npartners = ["GBR", "DEU"]'),
        {BRITAIN: 100.0, ALCOHOL: 20.0},
    ),
    **{
        f"15 two authorities, on {day}": (
            f"as_of = {day}\n",
            measure("all", 'products = "all"\nrate = "10%"\npartners = ["JPN"]', "reciprocal")
            + measure("metal", 'products = ["8708"]\nrate = "50%"\non = "steel"', "section-232")
            + measure("list-1", 'products = ["8708.29"]\nrate = "7.5%"\npartners = ["JPN"]')
            + measure("list-2", 'products = ["8708.29"]\nrate = "25%"\npartners = ["JPN"]')
            + STEEL + ERAS,
            dict(expected),
        )
        # 40 % of lamps and 70 % of brakes are steel; of two lists the higher is charged
        for day, expected in [
            # what the steel leaves is charged 10 %: 200 + 60 + 250, and 350 + 30
            ("2024-06-30", [(JAPAN, 100.0), (LAMPS, 510.0), (BRAKES, 380.0), (BRITAIN, 200.0)]),
            # the first that hits is charged; the lists add to it: 200 + 250, and 350
            ("2024-07-01", [(JAPAN, 100.0), (LAMPS, 450.0), (BRAKES, 350.0), (BRITAIN, 200.0)]),
        ]
    },
    "17 contents by product: 25 % on 40 and on 70 percent": (
        "",
        measure("m", 'products = ["8708"]\nrate = "25%"\non = "steel"') + STEEL,
        {LAMPS: 100.0, BRAKES: 175.0, BRITAIN: 100.0},
    ),
    "18 under a threshold: an exclusion of 30 percent": (
        "",
        measure("m", 'products = ["8703"]\nrate = "10%"') + "[[measure.exclusion]]\n"
        'products = ["8703.23"]\nportion = 0.3\nsource = "study"\n',
        {JAPAN: 70.0},
    ),
    "19 three tenths claim a preference and pay 10 %, the others 15 % all-in on 2.5 %": (
        'base = "base.csv"\n',
        measure("m", 'products = ["8703"]\nrate = "15% all-in"\n'
                'by_portion = { claimed = { rate = "10%" } }')
        + '[portions.claimed]\ncentral = 0.3\nprogramme = "fta"\nsource = "study"\n',
        {JAPAN: 30.0 + 700 * 0.125},
    ),
    "20 a rebate of 3.75 % on the third that is assembled at home: 25 % less 1.2375 %": (
        "",
        measure("m", 'products = ["8708"]\nrate = "25%"\npartners = ["JPN"]\n'
                'credit = { rate = "3.75%", share = 0.33, source = "study" }'),
        {LAMPS: 237.625, BRAKES: 237.625},
    ),
    "21 an exclusion in its time, of which 30 percent is claimed": (
        "as_of = 2024-06-01\n",
        measure("m", 'rate = "10%"\nproducts = ["8708"]\npartners = ["JPN"]')
        + '[[measure.exclusion]]\nproducts = ["8708.29"]\nportion = 0.3\nsource = "study"\n'
        'from = 2024-05-01\nthrough = 2024-06-01\n[[measure.exclusion]]\n'
        'products = ["8708.30"]\nsource = "study"\nthrough = 2024-05-31\n',
        {LAMPS: 70.0, BRAKES: 100.0},
    ),
    "22 an end use that is free, 30 percent of the flow": (
        "",
        measure("m", 'products = ["8703"]\nrate = "10%"\nby_portion = { made = { rate = "Free" } }')
        + MADE,
        {JAPAN: 70.0},
    ),
    "28 a measure keeps another out where it hits": (
        "",
        measure("guard", 'products = ["8708.29"]\nrate = "30%"', "section-201")
        + measure("list", 'rate = "25%"')
        + STACKED + 'section-201 = { excludes = ["section-301"] }\nsection-301 = "adds"\n',
        {JAPAN: 250.0, LAMPS: 300.0, BRAKES: 250.0, BRITAIN: 300.0},
    ),
    "32 a duty is rounded once, a half away from zero, to a ten-thousandth: 0.00625 is 0.0063": (
        "",
        measure("m", 'products = ["2207"]\nrate = "0.000625 USD/kg"'),
        {ALCOHOL: 0.0063},
    ),
    **{
        f"33 {name}": (
            "",
            measure("m", 'products = ["8703", "8708.29"]\n'
                    f'rate = {{ all = "1%", table = "{name}" }}'),
            {JAPAN: 250.0, LAMPS: 250.0, BRITAIN: 2.5},
        )
        for name in ("percent.csv", "fraction.csv")
    },
    "34 a base that is unknown makes no duty of 0": (
        'base = "unknown"\n',
        measure("m", 'products = ["8703"]\nrate = "10%"\nmode = "replace"'),
        {JAPAN: None},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    found = Place(tmp_path_factory.mktemp("rules"))
    for name, text in {"trade.csv": TRADE, **ANNEXES}.items():
        (found.root / name).write_text(text, encoding="utf-8")
    done = found.do("ingest", found.root / "trade.csv", "--name", "t", "-q")
    assert done.code == 0, done.err
    return found


def named(law: str) -> str:
    """The name of the run of a law, which is its own: runs of one second have no order."""
    return f"rule-{crc32(law.encode())}"


def added(place: Place, law: str, as_of: str | None = None) -> dict[tuple[str, str], float | None]:
    """What a law adds to the duty of each line that it names."""
    path = place.root / "rule.toml"
    path.write_text(law, encoding="utf-8")
    return added_in(assessed(place, path, as_of).lines())


def added_in(lines: pl.DataFrame) -> dict[tuple[str, str], float | None]:
    found = lines.group_by("partner", "code").agg(
        pl.col("duty_increment_usd").sum().round(4),
        unknown=pl.col("duty_increment_usd").has_nulls(),
    )
    return {
        (row["partner"], row["code"]): None if row["unknown"] else row["duty_increment_usd"]
        for row in found.iter_rows(named=True)
    }


def run(place: Place, law: str) -> dict[tuple[str, str], float | None]:
    """The same by a run, whose other tables are looked at too."""
    name = named(law)
    path = place.root / "rule.toml"
    path.write_text(law.replace('id = "rule"', f'id = "{name}"', 1), encoding="utf-8")
    done = place.run("-q", scenario=path)
    assert done.code == 0, done.err
    return added_in(place.table("lines", name))


@pytest.mark.parametrize("name", CASES)
def test_a_rule_comes_to_what_is_worked_by_hand(place: Place, name: str) -> None:
    top, law, expected = CASES[name]
    base = "" if "base =" in top else 'base = "2.5%"\n'
    assert added(place, TOP + top + base + law) == expected


@pytest.mark.parametrize(
    ("importer", "duty", "beyond"),
    [("GBR", 110.0, 500.0), ("USA", 100.0, 500.0)],
    ids=["cif", "free on board"],
)
def test_16_each_importer_levies_on_its_own_basis(
    place: Place, importer: str, duty: float, beyond: float
) -> None:
    """The file is counted by its CIF values: the freight of five imports is no value for duty."""
    law = measure("m", 'products = ["8708.29"]\npartners = ["JPN"]\nrate = "10%"')
    top = TOP.replace('"USA"', f'"{importer}"') + 'base = "2.5%"\n'
    assert run(place, top + law) == {LAMPS: duty}
    funnel = place.table("funnel", named(top + law)).filter(
        pl.col("stage").str.starts_with("value beyond")
    )
    assert funnel.select("kind", "rows", "value_usd").rows() == [("excluded", 0, beyond)]


@pytest.mark.parametrize(
    ("reading", "duty"),
    # 100 quintals: 13.8 % of 1,100 is 151.80, raised to 1,300; less 700, at most 1,500; and
    # where the subtraction is of the greatest amount, 1,500 less 700 is the most that is paid
    [("uk", 800.0), ("left-to-right", 600.0)],
)
def test_10_minimum_and_maximum_by_each_reading(place: Place, reading: str, duty: float) -> None:
    rate = "13.8% MIN 13.0 GBP/DTN MAX 15.0 GBP/DTN - 7.0 GBP/DTN"
    law = measure("m", f'products = ["8708.29"]\nrate = "{rate}"') + (
        '[currencies.GBP]\nusd = 1\non = 2024-12-31\nsource = "made up"\n'
    )
    top = TOP.replace('"USA"', '"GBR"') + f'base = "2.5%"\nmin_max = "{reading}"\n'
    assert added(place, top + law) == {LAMPS: duty}


@pytest.mark.parametrize(
    ("void", "day", "duty"),
    [
        ("", "2024-05-01", 0.0),
        (', void = "ex-nunc"', "2024-04-30", 100.0),
        (', void = "ex-tunc"', "2024-04-30", 0.0),
    ],
)  # fmt: skip
def test_25_a_court_ends_an_authority(place: Place, void: str, day: str, duty: float) -> None:
    below = measure("m", 'products = ["8703"]\nrate = "10%"', "ieepa")
    (place.root / "below.toml").write_text(TOP + 'base = "2.5%"\n' + below, encoding="utf-8")
    law = (
        'id = "rule"\nextends = "below.toml"\n'
        f'[[change]]\ndisable = {{ authority = "ieepa", from = 2024-05-01{void} }}\n'
    )
    assert added(place, law, day) == {JAPAN: duty}


def test_30_each_figure_says_where_its_law_is_written(place: Place) -> None:
    """25 % of 1,000 by one act and 10 % by another, each with its act in tables and trail."""
    goods = 'products = ["8708.29"]\npartners = ["JPN"]\n'
    acts = {"lamps": "83 FR 47974, annex A", "surcharge": "19 U.S.C. 2132(a)"}
    law = measure("lamps", f'{goods}rate = "25%"').replace("made up", acts["lamps"])
    law += measure("surcharge", f'{goods}rate = "10%"', "section-122").replace(
        "made up", acts["surcharge"]
    ) + STACKED + 'section-122 = "adds"\nsection-301 = "adds"\n'  # fmt: skip
    whole = TOP + 'base = "2.5%"\n' + law
    assert run(place, whole) == {LAMPS: 350.0}

    found = place.table("by_measure", named(whole)).sort("measure_id")
    assert found.select("measure_id", "source", "measure_duty_usd").rows() == [
        ("lamps", acts["lamps"], 250.0), ("surcharge", acts["surcharge"], 100.0),
    ]  # fmt: skip
    trail = place.do("explain", named(whole), "--line", "8708.29.50", "--partner", "JPN").out
    assert "lamps: 25% on full value (USD 1,000.00) = USD 250.00" in trail
    for name, act in acts.items():
        assert f"  law          {name}: {act}\n" in trail


@pytest.mark.parametrize(
    ("rate", "what"),
    [
        ('"9% + EA MAX 18.7% + ADSZ"', "EA"),
        ('{ table = "bare.csv" }', "25"),
        ("25", "25"),
    ],
)  # fmt: skip
def test_11_and_33_what_is_no_rate_is_refused(place: Place, rate: str, what: str) -> None:
    path = place.root / "refused.toml"
    law = measure("m", f'products = ["8703"]\nrate = {rate}')
    path.write_text(TOP + 'base = "2.5%"\n' + law, encoding="utf-8")
    done = place.run("-q", scenario=path)
    assert done.code == 4
    assert what in done.err


def test_an_excise_counts_the_second_quantity_of_each_part(place: Place) -> None:
    """12 litres beside 10 kg: 2 USD on each of 3.6 and of 8.4."""
    parts = 'by_portion = { made = { rate = "5%" } }'
    law = measure("m", f'products = ["2207"]\nrate = "10%"\n{parts}') + MADE
    law += '[charges.excise]\nrate = "2 USD/l"\nproducts = ["2207"]\nsource = "made up"\n'
    whole = TOP + 'base = "2.5%"\n' + law
    run(place, whole)
    paid = place.table("border_charges", named(whole)).sort("charge_after_usd")
    assert paid.select("segment", "charge_after_usd").rows() == [
        ("made", 7.2), ("not made", 16.8),
    ]  # fmt: skip
