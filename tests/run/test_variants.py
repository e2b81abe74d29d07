"""``sweep`` over rates and dates, and duty shared out among authorities, against whole runs."""

import json
from pathlib import Path

import polars as pl
import pytest

from tests.run.tool import SCENARIO, Place, retorsion

pytestmark = pytest.mark.usefixtures("tables_alone")

AUTHORITIES = """
id = "two-authorities"
importer = "USA"
nomenclature = "HTS2024"
trade = "us-2024"
base = "us-mfn-2024.csv"
as_of = 2024-06-01

[[measure]]
id = "parts"
authority = "section-232"
partners = ["JPN"]
products = ["@car-parts"]
rate = "25%"
source = "hypothetical"

[[measure]]
id = "all-goods"
authority = "reciprocal"
partners = ["JPN"]
products = "all"
rate = "10%"
source = "hypothetical"

[[stacking]]
first = ["section-232"]
reciprocal = { on = "rest of section-232" }
source = "hypothetical"
"""


def increment(place: Place) -> float:
    value: float = place.table("by_importer")["duty_increment_usd"].item()
    return value


def sweep(place: Place, *options: str | Path) -> pl.DataFrame:
    done = retorsion("sweep", *options, "--workspace", place.root, "--json", "-q")
    assert done.code == 0, done.err
    rows, _ = json.loads(done.out).values()
    return pl.DataFrame(rows, infer_schema_length=None)


def test_the_rate_of_the_scenario_gives_the_figure_of_its_run(place: Place) -> None:
    found = sweep(place, SCENARIO, "--rate", "car-parts=0:200:50")

    assert found["measure_rate"].to_list() == [0.0, 0.5, 1.0, 1.5, 2.0]
    at_100 = found.row(2, named=True)
    assert at_100["duty_increment_usd"] == pytest.approx(increment(place), abs=1.0)
    # In lieu of the base duty the increment rises by half the value of car parts at each step.
    steps = found["duty_increment_usd"].diff().drop_nulls()
    assert steps.to_list() == pytest.approx([7_063_070_376 / 2] * 4, abs=1.0)
    # At a rate of 0 the base duty of the lines that had one is lost: less than nothing is added.
    assert found["duty_increment_usd"][0] < 0


def test_each_date_has_the_state_of_the_law_from_it_on(place: Place) -> None:
    found = sweep(place, SCENARIO, "--by-date")

    assert found["valid_from"].to_list() == [
        "2024-05-16", "2024-06-28", "2024-07-31", "2024-10-01", "2024-12-12",
    ]  # fmt: skip
    assert found["valid_until"].to_list()[:-1] == found["valid_from"].to_list()[1:]
    assert found["in_force_value_usd"].to_list() == [
        0.0, *[7_063_070_376.0] * 3, 7_143_730_286.0,
    ]  # fmt: skip
    assert found["duty_increment_usd"][-1] == pytest.approx(increment(place))


DATED = """
id = "ended-and-void"
importer = "USA"
nomenclature = "HTS2024"
trade = "us-2024"
base = "2.5%"

[[measure]]
id = "ended"
authority = "section-232"
partners = ["JPN"]
products = ["@car-parts"]
rate = "10%"
before = 2024-03-01
source = "hypothetical"

[[measure]]
id = "dated-back"
authority = "section-301"
partners = ["JPN"]
products = ["@flat-glass"]
rate = "20%"
events = [
    { on = 2024-04-01, is = "announced" },
    { on = 2024-07-01, is = "effective", since = 2024-05-01 },
    { on = 2024-09-01, is = "void", void = "ex-nunc" },
]
source = "hypothetical"

[[measure]]
id = "never-was"
authority = "section-122"
products = "all"
rate = "15%"
events = [
    { on = 2024-02-01, is = "effective" },
    { on = 2024-08-01, is = "void", void = "ex-tunc" },
]
source = "hypothetical"
"""


def test_a_law_without_a_date_is_read_at_all_of_its_dates(place: Place, tmp_path: Path) -> None:
    scenario = tmp_path / "dated.toml"
    scenario.write_text(DATED, encoding="utf-8")
    found = sweep(place, scenario, "--by-date")

    assert found.select("interval", "valid_from", "valid_until").rows() == [
        (1, None, "2024-03-01"),
        (2, "2024-03-01", "2024-04-01"),
        (3, "2024-04-01", "2024-05-01"),
        (4, "2024-05-01", "2024-09-01"),
        (5, "2024-09-01", None),
    ]
    # 10 percent of 7,063,070,376 on car parts until the end; 20 percent of 80,659,910 on glass from
    # the day to which it is dated back. What was annulled from the beginning never was.
    assert found["duty_increment_usd"].to_list() == [706_307_037.6, 0.0, 0.0, 16_131_982.0, 0.0]
    assert found["in_force_value_usd"].to_list() == [7_063_070_376, 0, 0, 80_659_910, 0]
    waiting = found["threatened_value_usd"] + found["in_force_value_usd"]
    assert waiting.to_list() == found["covered_value_usd"].to_list()


def test_each_stretch_has_the_figures_of_a_run_within_it(place: Place, tmp_path: Path) -> None:
    scenario = tmp_path / "dated.toml"
    scenario.write_text(DATED, encoding="utf-8")
    (row,) = sweep(place, scenario, "--by-date").filter(interval=4).to_dicts()
    done = retorsion("run", scenario, "--as-of", "2024-06-01", "--workspace", place.root, "-q")
    assert done.code == 0, done.err
    total = place.table("by_importer", "ended-and-void").row(0, named=True)

    for name in ("listed", "covered", "in_force", "threatened", "affected"):
        assert row[f"{name}_value_usd"] == total[f"{name}_value_usd"]
    for name in ("duty_before_usd", "duty_after_usd", "duty_increment_usd"):
        assert row[name] == pytest.approx(total[name], abs=0.01)


def test_a_table_is_written_where_asked(place: Place, tmp_path: Path) -> None:
    csv, parquet = tmp_path / "rates.csv", tmp_path / "rates.parquet"
    sweep(place, SCENARIO, "--rate", "car-parts=0:100:100", "-o", csv)
    sweep(place, SCENARIO, "--rate", "car-parts=0:100:100", "-o", parquet)

    assert pl.read_csv(csv).equals(pl.read_parquet(parquet))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--rate", "car-part=0:100:10"), "did you mean car-parts?"),
        (("--rate", "car-parts=0:100:0"), "does not rise"),
        (("--rate", "car-parts=high"), "is not a range of rates"),
        (("--rate", "car-parts=1.1.1:2:1"), "holds no number"),
        ((), "give either --rate, --assume, --by-date, --calendar"),
        (("--by-date", "--as-of", "2024-06-01"), "leave --as-of out"),
        (("--rate", "car-parts=0:1:1", "-o", "rates.txt"), "ends neither in .parquet nor in .csv"),
    ],
)
def test_what_cannot_be_swept_is_told(place: Place, options: tuple[str, ...], said: str) -> None:
    done = retorsion("sweep", SCENARIO, *options, "--workspace", place.root, "-q")

    assert done.code == 2
    assert said in done.err


def test_authorities_share_the_duty_out_to_the_last_unit(place: Place, tmp_path: Path) -> None:
    scenario = tmp_path / "two.toml"
    scenario.write_text(AUTHORITIES, encoding="utf-8")
    done = retorsion("run", scenario, "--shapley", "--workspace", place.root, "--json", "-q")
    assert done.code == 0, done.err
    folder = place.root / done.object["run"]["folder"]
    total = pl.read_parquet(folder / "by_importer.parquet")["duty_increment_usd"].item()
    shared = pl.read_parquet(folder / "by_authority.parquet")

    sums = shared.group_by("method").agg(pl.col("duty_increment_usd").sum()).sort("method")
    assert sums["method"].to_list() == ["order of law", "shapley"]
    assert sums["duty_increment_usd"].to_list() == pytest.approx([total, total], abs=1.0)
    # Worked by hand: both bite on car parts (7,063,070,376 USD), where 10 percent would be owed
    # without the first; the rest of the goods from Japan in the table is 4,548,635,310 USD.
    by_law = dict(
        shared.filter(pl.col("method") == "order of law")
        .select("authority", "duty_increment_usd")
        .iter_rows()
    )
    assert by_law["reciprocal"] == pytest.approx(11_611_705_686 * 0.1, abs=1.0)
    assert by_law["section-232"] == pytest.approx(7_063_070_376 * 0.15, abs=1.0)


EURO = """
report_in = "EUR"
currencies.EUR = { usd = 1.25, on = 2024-01-31, source = "ECB" }
"""


def test_variants_are_told_in_the_money_of_the_scenario(place: Place) -> None:
    path = place.root / "euro.toml"
    path.write_text(EURO + SCENARIO.read_text(encoding="utf-8"), encoding="utf-8")
    written = {name: place.root / f"by-date.{name}" for name in ("csv", "parquet")}
    done = place.do("sweep", path, "--by-date", "-q", "-o", written["csv"])
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == "amounts in EUR, at USD 1.25 for one on 2024-01-31 (ECB)"
    first = next(place for place, line in enumerate(lines) if "2024-05-16" in line)
    assert lines[first - 1].count("(EUR)") == 7
    # What no row differs in is told once: 11,611,705,686 USD.
    assert "the same in all rows: Listed value (EUR) 9,289,364,549; Covered value" in done.out
    assert "(USD)" not in done.out
    # Whatever its days, each row is at the one rate that is stated: 7,063,070,376 USD twice.
    assert [line.split()[4] for line in lines[first : first + 3]] == [
        "0",
        "5,650,456,301",
        "5,650,456,301",
    ]
    assert lines[-1] == (
        "note: Each row is in EUR at the one rate of 2024-01-31, whatever its own days: so rows "
        "differ by the law alone, and not by exchange rates."
    )
    table = pl.read_csv(written["csv"])
    assert table["in_force_value_eur"][1] == 5650456300.8

    asked = ("sweep", path, "--rate", "car-parts=0:100:100", "-q", "--json")
    told = place.do(*asked, "-o", written["parquet"]).object
    assert [row["duty_increment_eur"] for row in told["sweep"]] == [-82252154.6832, 5568204146.1168]
    assert told["currency"]["on"] == "2024-01-31"
    assert told["notes"] == [
        "by-date.parquet is in USD, as all Parquet files are; its metadata tell the rate."
    ]
    kept = pl.read_parquet(written["parquet"])
    assert kept["duty_increment_usd"][1] == pytest.approx(5568204146.1168 * 1.25, abs=1e-3)
    dollars = place.do(*asked, "--currency", "USD").object
    assert list(dollars) == ["sweep", "notes"]
    assert dollars["sweep"][1]["duty_increment_usd"] == kept["duty_increment_usd"][1]
