"""What trade does in answer, through the command line: figures, ranges, what is not solved."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.effects.model import Duty, Market, Responses, Schedule
from calc.effects.results import Effects, effects_of
from calc.tables import TABLES
from pipelines.progress import Talk
from pipelines.report.answers import amount, spread_text
from pipelines.report.cover import cover_entries
from pipelines.run.effects import EFFECT_TABLES
from pipelines.run.inputs import RunSettings
from pipelines.run.step import read_inputs
from tests.report.tables import FACTS
from tests.run.test_include import flow
from tests.run.tool import Done, Place, contents, retorsion
from tests.shortened import judge_once, shorten
from tests.validation.tables import write_trade

pytestmark = pytest.mark.usefixtures("tables_alone")

SCENARIO = """
id = "answer"
importer = "USA"
nomenclature = "HS2022"
trade = "world"
as_of = 2025-06-01
base = "2.5%"

[[measure]]
id = "parts"
authority = "section-301"
partners = ["JPN"]
products = ["8708", "7005"]
rate = "{rate}"
mode = "add"
source = "made up"

{effects}
"""
HOME = '[effects]\ndomestic_sales = "home.csv"\ndraws = 64\nseed = 3\n'
SHARE = 'penetration = { central = 0.4, low = 0.2, high = 0.6, source = "made up" }\n'
SALES = "code,sales_usd,source\n8708.99,60000000,made up\n940320,5,made up\n"
FLOWS = [
    flow("USA", "JPN", "870899", 30_000_000.0), flow("USA", "DEU", "870899", 7_000_000.0),
    flow("USA", "KOR", "870899", 3_000_000.0), flow("USA", "JPN", "700521", 1_000_000.0),
    flow("USA", "CHN", "940320", 9_000_000.0),
]  # fmt: skip


def made(folder: Path, flows: list[dict[str, Any]] = FLOWS, sales: str = SALES) -> Place:
    place = Place(folder)
    write_trade(place.workspace, "world", flows)
    (folder / "home.csv").write_text(sales, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A workspace with the table of FLOWS, judged; not to be written to."""
    place = made(tmp_path_factory.mktemp("judged"))
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch)
        assert place.do("validate", place.workspace.trade / "world.parquet").code == 0
    return place


def copied(place: Place, folder: Path) -> Place:
    shutil.copytree(place.root, folder)
    return Place(folder)


@pytest.fixture
def place(judged: Place, tmp_path: Path) -> Place:
    return copied(judged, tmp_path / "workspace")


@pytest.fixture(scope="module")
def ran(judged: Place, tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Done]:
    """A run at 40 percent with its page, and what it put on the screen; not to be written to."""
    place = copied(judged, tmp_path_factory.mktemp("ran") / "workspace")
    with pytest.MonkeyPatch.context() as patch:
        judge_once(patch)
        return place, asked(place, HOME, rate="40%")


def written(place: Place, effects: str, rate: str = "25%") -> Path:
    path = place.root / "answer.toml"
    path.write_text(SCENARIO.format(effects=effects, rate=rate), encoding="utf-8")
    return path


def asked(place: Place, effects: str, *arguments: str, rate: str = "25%") -> Done:
    return place.run("-q", *arguments, scenario=written(place, effects, rate))


def total(place: Place, figure: str, kind: str = "all", name: str = "all") -> dict[str, Any]:
    return place.table("by_effect").row(
        by_predicate=(pl.col("figure") == figure)
        & (pl.col("kind") == kind)
        & (pl.col("name") == name),
        named=True,
    )


def heading_8708(points: float) -> Effects:
    """Home 60, Japan 30 hit on top of 2.5 %, Germany 7, Korea 3, at the tool's elasticities."""
    before = np.array([[0.0], [0.025], [0.025], [0.025]])
    return effects_of(
        Market(
            value=np.array([[60e6], [30e6], [7e6], [3e6]]),
            is_domestic=np.array([True, False, False, False]),
            before=Schedule(Duty(before)),
            after=Schedule(Duty(before + np.array([[0.0], [points], [0.0], [0.0]]))),
            responses=Responses(
                np.array([4.089]), np.array([2.331]), np.array([-1.0]),
                np.array([[2.0], [np.inf], [np.inf], [np.inf]]),
            ),
        )
    )  # fmt: skip


def test_the_figures_are_those_of_the_model(ran: tuple[Place, Done]) -> None:
    """Home 60, Japan 30 hit by 40 points on 2.5 %, Germany 7, Korea 3: heading 8708 by hand."""
    place, done = ran
    assert done.code == 0, done.err
    alone = heading_8708(0.4)
    source, market = alone.by_source, alone.by_market
    japan = total(place, "imports_change_usd", "partner", "JPN")
    assert japan["central_usd"] == pytest.approx(source.value_change_usd[1, 0], abs=1e-3)
    assert japan["low_usd"] <= japan["median_usd"] <= japan["high_usd"] < 0
    assert japan["share_of_draws_below_zero"] == 1.0
    imports, duty = total(place, "imports_after_usd"), total(place, "duty_after_usd")
    assert imports["before_usd"] == 40e6
    assert imports["central_usd"] == pytest.approx(source.value_after_usd[1:, 0].sum(), abs=1e-3)
    assert duty["before_usd"] == 1e6
    assert duty["central_usd"] == pytest.approx(source.duty_after_usd[1:, 0].sum(), abs=1e-3)
    for name in ("welfare_usd", "consumer_surplus_usd", "producer_surplus_usd"):
        found = total(place, name, "product group", "car-parts")["central_usd"]
        assert found == pytest.approx(getattr(market, name)[0], abs=1e-3), name
    screen = done.out.splitlines()
    (at,) = [n for n, line in enumerate(screen) if line.startswith("if trade")]
    low, high = amount(imports["low_usd"]), amount(imports["high_usd"])
    assert screen[at] == (
        f"if trade responds: imports 40 m -> 29.41 m USD (5-95 %: {low} to {high})"
    )
    assert screen[at + 1].endswith("; 1 of 2 markets solved")
    assert screen[at + 2].endswith("; 1 m USD not solved")
    assert len(screen) <= 28


def test_what_is_not_solved_is_told_with_its_dollars(
    ran: tuple[Place, Done], tmp_path: Path
) -> None:
    """Glass has no domestic sales and no share of imports is stated: USD 1,000,000."""
    place = copied(ran[0], tmp_path / "workspace")
    done = asked(place, HOME, "--strict", rate="40%")
    assert done.code == 8
    assert "1 market of USD 1,000,000 not solved" in done.err
    glass = place.table("market_effects").filter(code="700521").row(0, named=True)
    assert glass["verdict"] == "unknown input"
    assert glass["unsolved_value_usd"] == 1_000_000.0
    assert glass["unsolved_reason"] == (
        "domestic sales are not known, and no share of imports is stated"
    )
    assert {glass[name] for name in ("welfare_usd", "welfare_low_usd", "welfare_high_usd")} == {
        None
    }
    figures = place.table("by_effect").filter(name="flat-glass")
    assert figures["central_usd"].null_count() == figures.height > 0
    assert total(place, "welfare_usd")["unsolved_value_usd"] == 1_000_000.0
    notes = asked(place, HOME, "--json", rate="40%").object
    text = " ".join(notes["run"]["notes"])
    assert "Not solved, and in no figure: 1 market, USD 1,000,000: domestic sales" in text
    assert "Of no market of the schedule: 1 row of domestic sales, USD 5: 940320" in text


def test_a_stated_share_of_imports_closes_the_market(place: Place) -> None:
    done = asked(place, HOME + SHARE, "--strict")
    assert done.code == 0, done.err
    assert set(place.table("market_effects")["verdict"]) == {"solved"}
    assert total(place, "producer_surplus_usd")["central_usd"] is None  # glass has no home sales
    glass = place.do("explain", "answer", "--line", "700521").out
    demand = -(2.142 * 0.6 + 1.0 * 0.4)  # sigma_d of 7005: 0.57 of 3.758
    assert f"closure      demand for imports {demand:.4g}, at a share of imports of 0.4" in glass
    assert "closure" not in place.do("explain", "answer", "--line", "870899").out
    elasticities = place.table("market_elasticities")
    assert set(elasticities.filter(parameter="between-imports")["found_prefix"]) == {"8708", "7005"}


def test_the_option_asks_with_the_defaults(place: Place) -> None:
    assert asked(place, "").code == 0
    assert not (place.folder() / "by_effect.parquet").is_file()
    done = asked(place, "", "--effects", "--json")
    assert done.code == 0, done.err
    totals = [row for row in done.object["effects"] if row["kind"] == "all"]
    assert {(row["markets_solved"], row["markets"]) for row in totals} == {(2, 2)}
    notes = " ".join(done.object["run"]["notes"])
    assert "1,000 draws from seed 1" in notes
    assert "the share of imports is taken as 0.5 (0.1 to 0.9) where domestic sales are not" in notes
    assert "Nothing is said of domestic sales: the share of imports is taken as 10% to 90%" in notes
    assert len(place.runs()) == 2
    said = (
        " " * 19 + "nothing is said of domestic sales: the share of imports is taken as 10% to 90%"
    )
    screen = asked(place, "", "--effects").out.splitlines()
    assert said in screen
    assert any(line.startswith("car-parts ") for line in screen)
    assert said not in asked(place, HOME + SHARE).out.splitlines()


def test_what_no_market_uses_drives_nothing(place: Place) -> None:
    """Imports only: what is of domestic goods moves no draw; who can turn elsewhere buys more."""
    assert asked(place, "", "--effects").code == 0
    drivers = place.table("effect_drivers").filter(figure="imports_after_usd")
    found = dict(drivers.select("parameter", "rank_correlation").iter_rows())
    assert found["with-domestic"] is found["supply-domestic"] is None
    assert found["between-imports"] > 0.4
    assert found["demand"] < -0.4  # of its size: the more elastic, the less is imported


def test_an_unchanged_schedule_changes_nothing(place: Place) -> None:
    assert asked(place, HOME + SHARE, rate="0%").code == 0
    changes = place.table("by_effect").filter(pl.col("before_usd").is_null())
    known = changes.filter(pl.col("central_usd").is_not_null())
    for name in ("central_usd", "low_usd", "median_usd", "high_usd"):
        assert known[name].unique().to_list() == [0.0], name
    assert known.height == changes.filter(pl.col("figure") != "producer_surplus_usd").height + 1
    effects = place.table("effects")
    assert_frame_equal(
        effects.select("value_before_usd"), effects.select(value_before_usd="value_after_usd")
    )


def test_the_same_inputs_give_the_same_bytes(judged: Place, tmp_path: Path) -> None:
    """Whatever the order of the rows; another seed is another run."""
    first, second = (copied(judged, tmp_path / name) for name in ("a", "b"))
    for place in (first, second):
        assert asked(place, HOME + SHARE).code == 0
    assert contents(first.folder()) == contents(second.folder())
    back = made(tmp_path / "c", FLOWS[::-1])
    assert asked(back, HOME + SHARE).code == 0
    for name in set(EFFECT_TABLES) - {"by_country"}:  # which a run of several importers has
        assert_frame_equal(first.table(name), back.table(name))
        TABLES[name].validate(first.table(name))
    other = written(first, HOME.replace("seed = 3", "seed = 4") + SHARE)
    inputs = read_inputs(first.workspace, other, RunSettings(), Talk(quiet=True))
    assert inputs.run_id() != first.folder().name == second.folder().name


def test_members_are_not_counted_beside_their_aggregate(tmp_path: Path) -> None:
    """Germany is inside EU27, which sells 50: it is no source, and its dollars are told."""
    place = made(tmp_path, [*FLOWS, flow("USA", "EU27", "870899", 50_000_000.0)])
    done = asked(place, HOME, "--json")
    assert done.code == 0, done.err
    partners = place.table("effects").filter(code="870899")["partner"].to_list()
    assert partners == ["EU27", "JPN", "KOR", "USA"]
    assert "and no sources: 1 flow of USD 7,000,000: DEU" in " ".join(done.object["run"]["notes"])


@pytest.mark.whole_run
def test_linear_models_stand_beside_the_exact_one_with_their_gap(place: Place) -> None:
    """SMART by hand: imports of 40 m, Japan 30 with g = 0.25 / 1.025, at infinite supply.

    The share of imports in what buyers pay is 41 / 101, so that demand for imports is
    -(2.331 (60 / 101) + 41 / 101); creation m e g is within what is there.
    """
    done = asked(place, HOME + 'model = ["smart", "gsim"]\n')
    assert done.code == 0, done.err
    effects = place.table("effects").filter(code="870899")
    assert effects.filter(partner="JPN")["model"].sort().to_list() == ["exact", "gsim", "smart"]
    japan = effects.filter(partner="JPN", model="smart").row(0, named=True)
    change = 0.25 / 1.025
    demand = -(2.331 * 60 / 101 + 41 / 101)
    assert japan["creation_usd"] == pytest.approx(30e6 * demand * change, rel=1e-9)
    assert japan["diversion_usd"] == pytest.approx(-4.089 * 30e6 * change * 0.25, rel=1e-9)
    moved = effects.filter(model="smart")["diversion_usd"].sum()
    assert moved == pytest.approx(0.0, abs=1e-6)
    row = place.table("by_model").row(
        by_predicate=(pl.col("model") == "smart") & (pl.col("figure") == "imports_after_usd"),
        named=True,
    )
    assert row["central_usd"] == pytest.approx(40e6 + 30e6 * demand * change, abs=1e-3)
    assert row["exact_usd"] == total(place, "imports_after_usd")["central_usd"]
    assert row["gap_usd"] == pytest.approx(row["central_usd"] - row["exact_usd"], abs=1e-3)
    assert (row["markets_compared"], row["share_of_markets_large"]) == (1, 1.0)
    (line,) = [one for one in done.out.splitlines() if "linear less exact" in one]
    assert f"smart {amount(row['gap_usd'], signed=True)}, " in line
    page = (place.folder() / "report.html").read_text(encoding="utf-8")
    assert "The model and the closure, USA" in page


def test_a_choice_that_a_publication_leaves_open_changes_its_model_alone(
    ran: tuple[Place, Done], place: Place
) -> None:
    chosen = HOME + '[effects.gsim]\nconsumers = "published"\n'
    assert asked(place, chosen, rate="40%").code == 0
    plain, told = (
        dict(
            one.table("by_model")
            .filter(figure="welfare_usd")
            .select("model", "central_usd")
            .iter_rows()
        )
        for one in (ran[0], place)
    )
    assert told["gsim"] < plain["gsim"]
    assert [model for model in sorted(plain) if plain[model] != told[model]] == ["gsim"]


@pytest.mark.parametrize(
    ("effects", "message"),
    [
        ("[effects]\npenetraton = 0.4\n", "did you mean penetration?"),
        ("[effects]\nhorizon = \"shrt\"\n", 'did you mean short'),
        ("[effects]\ndraws = 1\n", "draws is 1, not from 2 to 100,000"),
        ("[effects]\nmodel = \"smrt\"\n", "did you mean smart?"),
        ("[effects.smart]\nwelfare = \"square\"\n", "known: area, triangle"),
        ("[effects]\nseed = 1.5\n", "seed is a number (1.5), not a whole number"),
        ("[effects]\npenetration = { central = 0.4 }\n", "source is missing"),
        ("[effects]\npenetration = { central = 0, source = \"x\" }\n", "leaves no market"),
        ("[effects]\nelasticities = \"bad.csv\"\n", "demand of 1 cannot be"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(place: Place, effects: str, message: str) -> None:
    rows = "parameter,central,source\ndemand,1,made up\n"
    (place.root / "bad.csv").write_text(rows, encoding="utf-8")
    done = asked(place, effects)
    assert done.code == 4
    assert message in done.err


def test_rows_of_the_user_go_before_those_of_the_tool(place: Place) -> None:
    rows = "parameter,code,central,low,high,source\nbetween-imports,870899,3,2,4,a study\n"
    (place.root / "own.csv").write_text(rows, encoding="utf-8")
    assert asked(place, HOME + 'elasticities = "own.csv"\n').code == 0
    used = place.table("market_elasticities").filter(code="870899", parameter="between-imports")
    assert used.select("central", "found_prefix", "source").row(0) == (3.0, "870899", "a study")
    manifest = (place.folder() / "manifest.json").read_text(encoding="utf-8")
    for name in ("own.csv", "home.csv", "elasticities.csv"):
        assert f'"name": "{name}"' in manifest or f'/{name}"' in manifest, name


def test_the_trail_and_the_page_tell_the_market(ran: tuple[Place, Done]) -> None:
    """Japan pays 42.5 % for 2.5 %: its buyer's price rises by 1.425 / 1.025 - 1 = 39.02 %."""
    place, _ = ran
    trail = place.do("explain", "answer", "--line", "870899")
    assert trail.code == 0, trail.err
    assert "  price        c = p (1 + t): +39.02 %; p of the seller " in trail.out
    assert "elasticity   between-imports 4.089 (1.796 to 7.906), by any importer, codes 8708: " in (
        trail.out
    )
    glass = place.do("explain", "answer", "--line", "700521")
    assert "  answer       not solved: domestic sales are not known, and no" in glass.out
    (told,) = place.do("explain", "answer", "--line", "870899", "--json").object["trails"]
    japan = total(place, "imports_after_usd", "partner", "JPN")["central_usd"]
    assert told["effects"]["source"]["value_after_usd"] == pytest.approx(japan, abs=1e-3)
    page = (place.folder() / "report.html").read_text(encoding="utf-8")
    assert "If trade responds" in page
    assert "1 of 2 markets of USA are solved; 1,000,000 USD are not" in page
    assert f"JPN {amount(japan - 30e6, signed=True)} (" in page


def test_a_sweep_tells_trade_at_each_rate_and_where_duty_is_most(
    ran: tuple[Place, Done], tmp_path: Path
) -> None:
    """Its row at 40 percent is that of a run at 40 percent; duty is most between its ends."""
    place, _ = ran
    welfare = total(place, "welfare_usd")
    out = tmp_path / "curve.csv"
    options = ("--rate", "parts=0:80:40", "--effects", "-o", out, "--workspace", place.root)
    done = retorsion("sweep", place.root / "answer.toml", *options)
    assert done.code == 0, done.err
    rows = pl.read_csv(out)
    own = rows.filter(pl.col("figure") == "welfare_usd").sort("swept_value")
    assert own["swept_value"].to_list() == [0.0, 0.4, 0.8]
    for end in ("central_usd", "low_usd", "high_usd"):
        assert own[end][1] == pytest.approx(welfare[end], abs=1e-3)
    assert own["central_usd"][0] == 0.0
    duty = rows.filter(pl.col("figure") == "duty_after_usd").sort("swept_value")["central_usd"]
    assert duty.arg_max() == 1
    (line,) = [one for one in done.out.splitlines() if "is most: " in one]
    found = float(line.rpartition(": ")[2].removesuffix(" %")) / 100
    around = [heading_8708(found + step).by_source.duty_after_usd[1:].sum()
              for step in (-0.002, 0.0, 0.002)]  # fmt: skip
    assert around[1] == max(around)
    (line,) = [one for one in done.out.splitlines() if "breaks even: " in one]
    assert line.endswith("none, its sign is the same on all of the grid")
    assert "at unchanged trade" not in done.out
    closing = (
        "the share of imports is unknown where domestic sales are: such markets are not solved."
    )
    assert any(one.endswith(closing) for one in done.out.splitlines())
    told = {one[:8].strip(): one for one in done.out.splitlines() if "%" in one[:8]}
    assert list(told) == ["0 %", "40 %", "80 %"]
    assert f" {amount(duty[1])}  █" in told["40 %"]
    assert max(map(len, told.values())) <= 100


def test_a_sweep_over_an_elasticity_fixes_it_for_all_markets(place: Place) -> None:
    path = written(place, HOME)
    options = ("--assume", "between-imports=2:4:2", "--workspace", place.root, "--json", "-q")
    done = retorsion("sweep", path, *options)
    assert done.code == 0, done.err
    rows = pl.DataFrame(done.object["sweep_effects"]).filter(figure="imports_after_usd")
    assert rows["swept_value"].to_list() == [2.0, 4.0]
    rows_own = "parameter,code,central,source\nbetween-imports,870899,4,a study\n"
    (place.root / "own.csv").write_text(rows_own, encoding="utf-8")
    assert asked(place, HOME + 'elasticities = "own.csv"\n').code == 0
    expected = total(place, "imports_after_usd")["central_usd"]
    assert rows["central_usd"][1] == pytest.approx(expected, abs=1e-3)
    wrong = retorsion("sweep", path, "--assume", "between=2:4:2", "--workspace", place.root)
    assert (wrong.code, "did you mean between-imports?" in wrong.err) == (2, True)


def test_a_sweep_over_a_share_is_a_run_at_each_of_its_values(place: Place) -> None:
    portion = 'portion = { central = 0.5, low = 0.2, high = 0.8, source = "made up" }\n'

    def with_share(text: str) -> Path:
        path = written(place, HOME)
        whole = path.read_text(encoding="utf-8")
        path.write_text(whole.replace("mode =", text + "mode ="), encoding="utf-8")
        return path

    options = ("--assume", "parts/portion=0.2:0.8:0.6", "--workspace", place.root, "--json", "-q")
    done = retorsion("sweep", with_share(portion), *options)
    assert done.code == 0, done.err
    rows = pl.DataFrame(done.object["sweep_effects"]).filter(figure="imports_after_usd")
    assert rows["swept_value"].to_list() == [0.2, 0.8]
    assert place.run("-q", scenario=with_share(portion.replace("0.5", "0.8"))).code == 0
    expected = total(place, "imports_after_usd")["central_usd"]
    assert rows["central_usd"][1] == pytest.approx(expected, abs=1e-3)


def test_the_brief_and_the_cover_tell_the_answer(ran: tuple[Place, Done]) -> None:
    place, _ = ran
    imports, welfare = total(place, "imports_after_usd"), total(place, "welfare_usd")
    change = total(place, "imports_change_usd", "partner", "JPN")["central_usd"]
    told = (
        "Imports of the goods named, from all partners, go from 40 m to "
        f"{amount(imports['central_usd'])} USD{spread_text(imports)}, "
        f"{amount(change, signed=True)} from JPN and "
    )
    brief = place.do("report", "answer", "--brief").out
    assert "## Imports of USA if trade responds" in brief
    assert told in brief
    assert f"Welfare of USA changes by {amount(welfare['central_usd'])} USD" in brief
    assert "1 of 2 markets are solved; 1 m USD are not, and are in no figure." in brief
    cover = cover_entries(FACTS, {"by_effect": place.table("by_effect")}, (), ())
    (entry,) = [one for one in cover if one.label == "Imports of USA"]
    assert str(entry.value).startswith(told)


def test_what_the_base_duties_miss_is_told_beside_the_statistics(tmp_path: Path) -> None:
    """By the base of 2.5 % 8708 owes 1,000,000; Korea, which pays nothing, owes 75,000 of it."""
    paid = {"JPN": 750_000.0, "DEU": 175_000.0, "KOR": 0.0}
    rows = [
        row | {"calculated_duty_usd": paid[row["partner"]] if row["code"] == "870899" else 9e6}
        for row in FLOWS
    ]
    place = made(tmp_path, rows)
    told = " ".join(asked(place, HOME, "--json").object["run"]["notes"])
    assert "owe USD 1,000,000 by the base duties of the scenario, and paid USD 925,000 by" in told
    assert "Base less statistics is most for KOR (+75,000), DEU (+0), JPN (+0)." in told
    same = [row | {"calculated_duty_usd": row["customs_value_usd"] * 0.025} for row in FLOWS]
    alike = made(tmp_path / "alike", same)
    assert "these sources owe" not in " ".join(asked(alike, HOME, "--json").object["run"]["notes"])
