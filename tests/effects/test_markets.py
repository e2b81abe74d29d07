"""From the lines of a run to the effects on its markets, and what is told of those without."""

from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.dictionary import polars_schema
from calc.effects.draws import Plan
from calc.effects.markets import Results, Settings, solve_markets
from calc.effects.model import Duty, Market, Responses, Schedule
from calc.effects.reasons import NO_CLOSURE
from calc.effects.results import effects_of
from calc.hits import with_duty_base
from calc.sources import KEY, others_of, sources_table
from calc.tables.base import Base
from calc.tables.effect_ranges import EffectRanges, MarketRanges
from calc.tables.effects import Effects, MarketEffects, Sources
from calc.tables.protection import Protection
from pipelines.reference import elasticities
from tests.run.tool import ROOT, Place
from tests.strategies import table

MARKET = {
    "importer": "USA", "period": "2024", "flow": "import", "nomenclature": "HTS2024",
    "code": "87089981",
}  # fmt: skip
RATE = {
    "importer": "USA", "partner": "*", "programme": "mfn", "valid_from": date(2020, 1, 1),
    "source": "made up",
}  # fmt: skip
PLAN = Plan(count=64, seed=1)
AT_HOME = Settings(PLAN)
IMPORTS_ONLY = Settings(PLAN, (0.2, 0.4, 0.6))


def line(
    partner: str, value: float, before: float, after: float | None, **more: Any
) -> dict[str, Any]:
    """A line of LINES: value and rates."""
    return MARKET | {
        "partner": partner,
        "segment": "whole",
        "status": "in force",
        "customs_value_usd": value,
        "duty_before_usd": value * before,
        "duty_after_usd": None if after is None else value * after,
    } | more  # fmt: skip


def other(partner: str, value: float, rate: float | None) -> dict[str, Any]:
    return MARKET | {"partner": partner, "customs_value_usd": value, "rate": rate}


LINES = [line("JPN", 30.0, 0.025, 0.275)]
OTHERS = [other("DEU", 7.0, 0.025), other("KOR", 3.0, 0.025)]
DOMESTIC = pl.LazyFrame([MARKET | {"sales_usd": 60.0}])


def sources(
    lines: list[dict[str, Any]] | None = None,
    others: list[dict[str, Any]] | None = None,
    domestic: pl.LazyFrame | None = DOMESTIC,
) -> pl.LazyFrame:
    return sources_table(pl.LazyFrame(lines or LINES), pl.LazyFrame(others or OTHERS), domestic)


def solved(settings: Settings = AT_HOME, **given: Any) -> Results:
    found = solve_markets(sources(**given), elasticities().lazy(), settings)
    Effects.validate(found.effects)
    MarketEffects.validate(found.markets)
    EffectRanges.validate(found.effect_ranges)
    MarketRanges.validate(found.market_ranges)
    Protection.validate(found.protection)
    return found


def test_sources_are_the_named_the_others_and_home() -> None:
    """Segments are put together at their mean duty; what may not enter limits the whole."""
    lines = [
        line("JPN", 20.0, 0.02, 0.3, segment="a"),
        line("JPN", 10.0, 0.05, 0.05, segment="b", status="excluded"),
        line("CHN", 6.0, 0.025, 0.5, segment="in"),
        line("CHN", 2.0, 0.025, None, segment="over", status="prohibited"),
        line("MEX", 5.0, 0.025, None),
    ]
    elsewhere = other("DEU", 1.0, 0.0) | {"code": "01012100"}
    found = sources(lines, [*OTHERS, elsewhere, other("JPN", 99.0, 0.0)]).collect()
    assert Sources.validate(found).height == 6
    columns = ("partner", "value_usd", "rate_before", "rate_after", "admitted_share")
    assert found.select(columns).rows() == [
        ("CHN", 8.0, 0.025, 0.5, 0.75),
        ("DEU", 7.0, 0.025, 0.025, 1.0),
        ("JPN", 30.0, pytest.approx(0.03), pytest.approx(6.5 / 30), 1.0),
        ("KOR", 3.0, 0.025, 0.025, 1.0),
        ("MEX", 5.0, 0.025, None, 1.0),
        ("USA", 60.0, 0.0, 0.0, 1.0),
    ]


def test_a_source_of_some_cents_is_limited_as_any_other() -> None:
    lines = [line("CHN", 0.6, 0.0, 0.5), line("CHN", 0.2, 0.0, None, status="prohibited")]
    found = sources(lines).collect().filter(partner="CHN")
    assert found["admitted_share"].to_list() == [pytest.approx(0.75)]


def test_the_others_go_on_paying_their_base_duty() -> None:
    """The longest prefix; with a specific part, or without a rate, it is not known."""
    base = table(
        [
            RATE | {"code": "87", "ad_valorem_rate": 0.1},
            RATE | {"code": "870899", "ad_valorem_rate": 0.025},
            RATE | {"code": "7005", "ad_valorem_rate": 0.0, "specific_rate_usd": 1.0,
                    "specific_unit": "kg"},
        ],
        Base,
    )  # fmt: skip
    codes = ("87089981", "87032301", "70051000", "01012100")
    trade = pl.LazyFrame(
        [MARKET | {"code": code, "partner": "DEU", "duty_base_usd": 5.0} for code in codes]
    )
    found = others_of(trade, base.lazy()).collect()
    assert dict(found.select("code", "rate").iter_rows()) == dict(
        zip(codes, (0.025, 0.1, None, None), strict=True)
    )
    assert found["customs_value_usd"].to_list() == [5.0] * 4


def test_a_market_of_tables_is_the_market_of_arrays() -> None:
    """Home 60, Japan 30 hit by 25 points, Germany 7 and Korea 3: each partner by itself."""
    rates = np.array([[0.0], [0.025], [0.025], [0.025]])
    after = rates + np.array([[0.0], [0.25], [0.0], [0.0]])
    market = Market(
        value=np.array([[60.0], [30.0], [7.0], [3.0]]),
        is_domestic=np.array([True, False, False, False]),
        before=Schedule(Duty(rates)),
        after=Schedule(Duty(after)),
        responses=Responses(
            np.array([4.089]), np.array([2.331]), np.array([-1.0]),
            np.array([[2.0], [np.inf], [np.inf], [np.inf]]),
        ),
    )  # fmt: skip
    alone = effects_of(market)
    found = solved()
    by_partner = {row["partner"]: row for row in found.effects.iter_rows(named=True)}
    for at, partner in enumerate(("USA", "JPN", "DEU", "KOR")):
        for name in ("value_after_usd", "duty_after_usd", "quantity_change", "diversion_usd"):
            expected = getattr(alone.by_source, name)[at, 0]
            assert by_partner[partner][name] == pytest.approx(expected, rel=1e-9), (partner, name)
        row = by_partner[partner]
        assert row["value_after_low_usd"] <= row["value_after_high_usd"]
    assert by_partner["JPN"]["producer_surplus_usd"] is None
    (whole,) = found.markets.iter_rows(named=True)
    assert whole["verdict"] == "solved"
    assert whole["unsolved_value_usd"] == 0.0
    assert whole["welfare_usd"] == pytest.approx(alone.by_market.welfare_usd[0], rel=1e-9)
    assert whole["elasticities"].startswith("between-imports: any importer, codes 8708; demand")
    added = found.effects.select(pl.col("duty_after_usd") - pl.col("duty_before_usd")).sum().item()
    assert added == pytest.approx(whole["revenue_change_usd"])


def test_without_domestic_sales_the_result_is_a_range() -> None:
    found = solved(IMPORTS_ONLY, domestic=None)
    (whole,) = found.markets.iter_rows(named=True)
    assert whole["verdict"] == "solved"
    assert whole["has_domestic_sales"] is False
    assert whole["producer_surplus_usd"] is None
    assert whole["welfare_low_usd"] < whole["welfare_high_usd"]
    assert found.effects["partner"].to_list() == ["DEU", "JPN", "KOR"]


@pytest.mark.parametrize(
    ("given", "settings", "verdict"),
    [
        ({"domestic": None}, AT_HOME, "unknown input"),
        ({"lines": [line("JPN", 30.0, 0.025, None)]}, AT_HOME, "unknown input"),
        ({"others": [other("DEU", 7.0, None)]}, AT_HOME, "unknown input"),
        ({"lines": [line("JPN", 0.0, 0.0, 0.0)], "others": [other("DEU", 0.0, 0.0)],
          "domestic": None}, IMPORTS_ONLY, "no trade"),
    ],
)  # fmt: skip
def test_a_market_without_figures_keeps_its_rows_and_dollars(
    given: dict[str, Any], settings: Settings, verdict: str
) -> None:
    found = solved(settings, **given)
    (whole,) = found.markets.iter_rows(named=True)
    assert whole["verdict"] == verdict
    assert whole["welfare_usd"] is None
    assert whole["unsolved_value_usd"] == sources(**given).collect()["value_usd"].sum()
    assert found.effects.height == sources(**given).collect().height
    assert found.effects["value_after_usd"].null_count() == found.effects.height
    assert found.effects["value_before_usd"].null_count() == 0


def test_a_ban_and_a_source_without_trade_are_told() -> None:
    lines = [line("JPN", 30.0, 0.025, None, status="prohibited"), line("CHN", 0.0, 0.0, 0.0)]
    found = solved(lines=lines).effects
    rows = {row["partner"]: row for row in found.iter_rows(named=True)}
    assert rows["JPN"]["value_after_usd"] == 0.0
    assert rows["JPN"]["buyer_price_change"] is None
    assert rows["CHN"]["is_extensive"] is True
    assert rows["CHN"]["value_after_usd"] == 0.0
    assert rows["DEU"]["value_after_usd"] > 7.0


def test_markets_do_not_depend_on_each_other_or_on_order() -> None:
    second = {"code": "85171300"}
    lines = [*LINES, LINES[0] | second]
    others = [*OTHERS, OTHERS[0] | second]
    home = pl.LazyFrame([MARKET | {"sales_usd": 60.0}, MARKET | second | {"sales_usd": 5.0}])
    both = solved(lines=lines, others=others, domestic=home)
    back = solved(lines=lines[::-1], others=others[::-1], domestic=home)
    alone = solved()
    assert_frame_equal(both.effects, back.effects)
    assert_frame_equal(both.markets, back.markets)
    of_first = both.effects.filter(pl.col("code") == MARKET["code"])
    assert_frame_equal(of_first, alone.effects, rel_tol=1e-9)
    assert both.effects.select(KEY).n_unique() == 2


def test_the_markets_of_the_demonstration(place: Place) -> None:
    """The lines of a real run: every dollar is on a solved market or told as unsolved."""
    lines = place.table("lines").lazy()
    trade = pl.scan_parquet(next(place.root.rglob("trade/us-2024.parquet")))
    path = ROOT / "data" / "raw" / "us-mfn-2024.csv"
    base = pl.read_csv(path, schema=polars_schema(Base), missing_columns="insert")
    valued = with_duty_base(nw.from_native(trade), held=["customs_value_usd"])
    others = others_of(nw.to_native(valued), base.lazy())
    asked = sources_table(lines, others)
    found = solve_markets(asked, elasticities().lazy(), Settings(Plan(count=16), (0.2, 0.4, 0.6)))
    Effects.validate(found.effects)
    value = asked.select("value_usd").sum().collect().item()
    is_solved = pl.col("verdict") == "solved"
    of_solved = found.effects.filter(is_solved).select("value_before_usd").sum().item()
    unsolved = found.markets.select("unsolved_value_usd").sum().item()
    assert of_solved + unsolved == pytest.approx(value)
    assert set(found.markets["verdict"]) <= {"solved", "unknown input", "no trade"}
    assert found.markets.filter(is_solved).height > 200
    japan = found.effects.filter(pl.col("partner") == "JPN", is_solved)
    assert japan["value_after_usd"].sum() < japan["value_before_usd"].sum()


ROUNDED = 2e-3
"""A total is of amounts rounded one by one to ten-thousandths of a USD."""


def test_effects_add_up_to_the_totals() -> None:
    """EFFECTS over partners and MARKET_EFFECTS over markets are BY_EFFECT, to the rounding.

    Two markets of two groups, one more that is not solved and is in no total, and two importers.
    """
    second, third = {"code": "85171300"}, {"code": "70051000"}
    lines = [
        *LINES,
        LINES[0] | second,
        line("CHN", 11.0, 0.05, 0.3) | second,
        line("JPN", 5.0, 0.025, None) | third,
    ]
    others = [*OTHERS, OTHERS[0] | second, OTHERS[1] | third]
    away = [
        [row | {"importer": "CAN", "partner": row["partner"]} for row in rows]
        for rows in (lines, others)
    ]
    asked = sources_table(pl.LazyFrame(lines + away[0]), pl.LazyFrame(others + away[1]), None)
    tags = pl.LazyFrame({"code": ["87089981", "85171300"], "product_group": ["parts", "telecom"]})
    found = solve_markets(asked, elasticities().lazy(), IMPORTS_ONLY, tags)
    totals = found.groups
    assert totals.filter(kind="all")["markets"].unique().to_list() == [3]
    assert totals.filter(kind="all")["markets_solved"].unique().to_list() == [2]
    solved_rows = found.effects.filter(pl.col("verdict") == "solved", *exact(found.effects))
    of_market = found.markets.filter(verdict="solved")
    for (importer,), own in solved_rows.group_by("importer"):
        of_all = central(totals, importer, "all", "all")
        assert of_all["imports_after_usd"] == pytest.approx(
            own["value_after_usd"].sum(), abs=ROUNDED
        )
        assert of_all["duty_after_usd"] == pytest.approx(own["duty_after_usd"].sum(), abs=ROUNDED)
        moved = own.select(pl.col("value_after_usd") - pl.col("value_before_usd")).sum().item()
        assert of_all["imports_change_usd"] == pytest.approx(moved, abs=ROUNDED)
        for (partner,), sold in own.group_by("partner"):
            of_partner = central(totals, importer, "partner", partner)
            assert of_partner["imports_after_usd"] == pytest.approx(
                sold["value_after_usd"].sum(), abs=ROUNDED
            )
            assert of_partner["duty_after_usd"] == pytest.approx(
                sold["duty_after_usd"].sum(), abs=ROUNDED
            )
        markets = of_market.filter(importer=importer)
        summed = ("consumer_surplus_usd", "revenue_change_usd", "terms_of_trade_usd",
                  "deadweight_loss_usd", "welfare_usd")  # fmt: skip
        for name in summed:
            assert of_all[name] == pytest.approx(markets[name].sum(), abs=ROUNDED), name
            parts = sum(
                central(totals, importer, "product group", group)[name]
                for group in ("parts", "telecom")
            )
            assert parts == pytest.approx(of_all[name], abs=ROUNDED), name


def exact(effects: pl.DataFrame) -> list[pl.Expr]:
    """The rows of the exact model, where there are any of others."""
    return [pl.col("model") == "exact"] if "model" in effects.columns else []


def central(totals: pl.DataFrame, importer: Any, kind: str, name: Any) -> dict[str, float]:
    """The central figures of a group."""
    rows = totals.filter(importer=importer, kind=kind, name=name)
    return dict(rows.select("figure", "central_usd").iter_rows())


def test_every_figure_of_a_market_and_a_source_has_its_range() -> None:
    """The ends of the wide tables are those of the long ones; what is not solved has none."""
    found = solved(lines=[*LINES, line("CHN", 8.0, 0.0, None) | {"code": "70051000"}])
    key = [*KEY, "partner"]
    exact = found.effects.filter(model="exact")
    ranges = found.effect_ranges
    sold = ranges.filter(figure="value_after_usd").join(exact, on=key, validate="1:1")
    assert sold.height == exact.height
    for ours, theirs in (("central", "value_after_usd"), ("low", "value_after_low_usd"),
                         ("high", "value_after_high_usd")):  # fmt: skip
        assert sold[ours].to_list() == sold[theirs].to_list()
    duty = ranges.filter(figure="revenue_change_usd", partner="JPN").row(0, named=True)
    of_it = exact.filter(partner="JPN").row(0, named=True)
    assert duty["central"] == pytest.approx(of_it["duty_after_usd"] - of_it["duty_before_usd"])
    assert duty["low"] < duty["median"] < duty["high"]
    assert duty["share_of_draws_above_zero"] == 63 / 64  # one draw sends most of the trade away
    assert duty["share_of_draws_below_zero"] == 1 / 64
    welfare = found.market_ranges.filter(figure="welfare_usd").join(found.markets, on=KEY)
    assert welfare["low"].to_list() == welfare["welfare_low_usd"].to_list()
    assert welfare["central"].to_list() == welfare["welfare_usd"].to_list()
    unsolved = found.market_ranges.filter(code="70051000")
    assert unsolved["share_of_draws_failed"].to_list() == [1.0] * unsolved.height
    assert (
        unsolved.select("central", "low", "median", "high").null_count().sum_horizontal()[0]
        == 4 * unsolved.height
    )
    held = dict(found.market_ranges.select("code", "share_of_draws_held").unique().iter_rows())
    assert held == {"87089981": 0.125, "70051000": 0.0}  # 1.024 to 4.5; 0.905 is below 1


def test_protection_by_hand() -> None:
    """Japan 30 at 2.5 to 27.5, Germany 7 and Korea 3 at 2.5: one elasticity, so it weighs nothing.

    TRI after = sqrt((30 0.275^2 + 10 0.025^2) / 40); OTRI is the average, as all weigh alike.
    """
    found = solved().protection
    whole = found.filter(kind="all").row(0, named=True)
    assert (whole["lines"], whole["value_before_usd"], whole["left_out_value_usd"]) == (3, 40.0, 0)
    assert whole["frequency_ratio"] == 1 / 3
    assert whole["average_rate_before"] == pytest.approx(0.025)
    assert whole["average_rate_after"] == pytest.approx((30 * 0.275 + 10 * 0.025) / 40)
    assert whole["otri_after"] == pytest.approx(whole["average_rate_after"])
    assert whole["tri_before"] == pytest.approx(0.025)
    assert whole["tri_after"] == pytest.approx(((30 * 0.275**2 + 10 * 0.025**2) / 40) ** 0.5)
    japan = solved().effects.filter(partner="JPN", model="exact").row(0, named=True)
    assert whole["covered_value_usd"] == 30.0
    assert whole["displaced_value_usd"] == pytest.approx(30.0 - japan["value_after_usd"], abs=1e-4)
    assert whole["duty_change_usd"] == pytest.approx(
        japan["duty_after_usd"] - japan["duty_before_usd"], abs=1e-4
    )
    assert whole["average_rate_responded"] < whole["average_rate_after"]  # trade goes elsewhere
    partners = found.filter(kind="partner").sort("name")
    assert partners["name"].to_list() == ["DEU", "JPN", "KOR"]
    assert partners["frequency_ratio"].to_list() == [0.0, 1.0, 0.0]
    assert partners["displaced_value_usd"].to_list() == [0.0, whole["displaced_value_usd"], 0.0]


def test_protection_is_of_what_trades() -> None:
    found = solved(others=[*OTHERS, other("MEX", 0.0, 0.5)]).protection
    whole = found.filter(kind="all").row(0, named=True)
    assert (whole["lines"], whole["value_before_usd"], whole["left_out_value_usd"]) == (3, 40.0, 0)


def test_a_market_that_nothing_closes_says_so_and_one_that_is_closed_does_not() -> None:
    """Mexico's duty is not known; without domestic sales a share of imports has to be stated."""
    lines = [*LINES, line("MEX", 8.0, 0.0, None)]
    reasons = [
        solved(settings, lines=lines, domestic=None).markets["unsolved_reason"].to_list()
        for settings in (AT_HOME, IMPORTS_ONLY)
    ]
    assert reasons == [[f"{NO_CLOSURE}; duty not known: MEX"], ["duty not known: MEX"]]


def test_protection_leaves_out_what_is_not_known_with_its_dollars() -> None:
    found = solved(lines=[*LINES, line("CHN", 8.0, 0.0, None) | {"code": "70051000"}]).protection
    whole = found.filter(kind="all").row(0, named=True)
    assert (whole["lines"], whole["left_out_value_usd"]) == (3, 8.0)
    china = found.filter(name="CHN").row(0, named=True)
    assert (china["lines"], china["value_before_usd"], china["tri_after"]) == (0, 0.0, None)
