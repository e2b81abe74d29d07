"""The example of a scenario with [effects]: the demonstration, and what trade does in answer."""

import shutil

import pytest

from tests.run.tool import ROOT, Place

pytestmark = pytest.mark.usefixtures("tables_alone_throughout")

NAME = "us-japan-2024-effects"


@pytest.fixture(scope="module")
def ran(
    demonstration: tuple[Place, object],
    tmp_path_factory: pytest.TempPathFactory,
) -> Place:
    folder = tmp_path_factory.mktemp("example") / "workspace"
    shutil.copytree(demonstration[0].root, folder)
    place = Place(folder)
    for name in ("us-japan-2024", NAME):
        source = ROOT / "data" / "raw" / "scenarios" / f"{name}.toml"
        shutil.copy(source, folder / f"{name}.toml")
    done = place.run("-q", scenario=folder / f"{NAME}.toml")
    assert done.code == 0, done.err
    assert any(line.startswith("if trade responds: imports ") for line in done.out.splitlines())
    return place


def test_every_dollar_is_on_a_solved_market_or_told(ran: Place) -> None:
    markets = ran.table("market_effects", NAME)
    totals = ran.table("by_effect", NAME).filter(kind="all", figure="imports_after_usd")
    (row,) = totals.to_dicts()
    assert row["markets"] == markets.height > 200
    assert row["markets_solved"] == markets.filter(verdict="solved").height > 200
    assert row["unsolved_value_usd"] == pytest.approx(markets["unsolved_value_usd"].sum())
    assert row["low_usd"] < row["median_usd"] < row["high_usd"] < row["before_usd"]


def test_japan_loses_exports_and_others_gain(ran: Place) -> None:
    """100 percent on car parts and flat glass: what Japan loses is known to the sign."""
    partners = ran.table("by_effect", NAME).filter(kind="partner", figure="imports_change_usd")
    changes = {row["name"]: row for row in partners.to_dicts()}
    japan = changes.pop("JPN")
    assert japan["share_of_draws_below_zero"] == 1.0
    assert japan["low_usd"] < japan["central_usd"] < japan["high_usd"] < 0
    gains = [row["central_usd"] for row in changes.values()]
    assert 0 < sum(gains) < -japan["central_usd"]


def test_what_is_not_identified_is_unknown(ran: Place) -> None:
    """Domestic output without domestic sales; the surplus of partners at infinite supply."""
    groups = ran.table("by_effect", NAME).filter(figure="producer_surplus_usd")
    assert groups["central_usd"].null_count() == groups.height > 0
    effects = ran.table("effects", NAME)
    assert effects["producer_surplus_usd"].null_count() == effects.height
    assert effects["terms_of_trade_usd"].drop_nulls().unique().to_list() == [0.0]
