"""Schedules of several importers solved as one world: sums, the answer, what is not known."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from calc.effects import together
from calc.effects.world import World, world_effects
from calc.tables.by_country import ByCountry

FLOWS = [
    ("USA", "CAN", "870899", 60.0, 0.0, 0.25),
    ("USA", "JPN", "870899", 30.0, 0.025, 0.025),
    ("CAN", "USA", "870899", 50.0, 0.0, 0.25),
    ("CAN", "JPN", "870899", 10.0, 0.06, 0.06),
    ("USA", "CAN", "270900", 40.0, 0.0, 0.10),
    ("CAN", "USA", "270900", 20.0, 0.0, 0.0),
]
COLUMNS = ("importer", "partner", "code", "value_usd", "rate_before", "rate_after")


def flows(rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, list(COLUMNS), orient="row")


def by_country(rows: pl.DataFrame, of: pl.DataFrame, supplies: Sequence[float]) -> pl.DataFrame:
    return together.by_country(rows, of, supplies).collect()


def demands() -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"importer": importer, "code": code, "substitution": 4.0, "demand": -1.5}
            for importer in ("USA", "CAN")
            for code in ("870899", "270900")
        ]
    )


def test_a_good_is_the_world_of_its_countries() -> None:
    """Canada, Japan and the United States, laid out by hand."""
    found = by_country(flows(FLOWS), demands(), (5.0,))
    ByCountry.validate(found)
    value = np.array([[[0.0], [0], [60]], [[10], [0], [30]], [[50], [0], [0]]])
    before = np.array([[[0.0], [0], [0]], [[0.06], [0], [0.025]], [[0], [0], [0]]])
    after = before + np.array([[[0.0], [0], [0.25]], [[0], [0], [0]], [[0.25], [0], [0]]])
    fixed = np.ones((3, 1))
    world = world_effects(World(value, before, after, 4 * fixed, -1.5 * fixed, 5 * fixed))
    parts = found.filter(code="870899").sort("country")
    assert parts["country"].to_list() == ["CAN", "JPN", "USA"]
    assert parts["price_change"].to_list() == pytest.approx(world.price_change[:, 0].tolist())
    assert parts["exports_before_usd"].to_list() == [60.0, 40.0, 50.0]
    assert parts["exports_after_usd"].to_list() == pytest.approx(
        world.value_after_usd.sum(axis=1)[:, 0].tolist(), abs=1e-4
    )
    assert parts["imports_before_usd"].to_list() == [60.0, None, 90.0]
    welfare = world.welfare_usd[:, 0]
    assert parts["welfare_usd"].to_list() == [
        pytest.approx(welfare[0], abs=1e-4), None, pytest.approx(welfare[2], abs=1e-4)
    ]  # fmt: skip
    assert parts["closure"].unique().to_list() == ["foreign supply 5"]


def test_what_is_exported_is_imported_and_goods_add_up_to_all() -> None:
    found = by_country(flows(FLOWS), demands(), (1.5, 20.0))
    for (_closure,), rows in found.group_by("closure"):
        every = rows.filter(code="all")
        for moment in ("before", "after"):
            exports, imports = (
                every[f"{side}_{moment}_usd"].sum() for side in ("exports", "imports")
            )
            assert exports == pytest.approx(imports, abs=1e-3)
        by_good = (
            rows.filter(pl.col("code") != "all")
            .group_by("country")
            .agg(pl.col("welfare_usd").sum())
        )
        summed = dict(by_good.iter_rows())
        for country, welfare in every.select("country", "welfare_usd").iter_rows():
            assert welfare is None or welfare == pytest.approx(summed[country], abs=1e-3)


def test_the_answer_makes_the_first_importer_worse_off() -> None:
    """Canada's answer lowers what U.S. exporters get: the United States does better without it."""
    silent = [(*row[:5], row[4]) if row[0] == "CAN" else row for row in FLOWS]
    with_answer, without = (
        by_country(flows(rows), demands(), (1.5,))
        .filter(country="USA", code="all")
        .row(0, named=True)
        for rows in (FLOWS, silent)
    )
    assert with_answer["welfare_usd"] < without["welfare_usd"]
    assert with_answer["producer_surplus_usd"] < without["producer_surplus_usd"]


def test_prices_do_not_depend_on_how_much_is_traded() -> None:
    """Flows of a few cents, of which each has its duties, beside a thousand times as much."""
    small = [(*row[:3], float(str(row[3])) / 1_000, *row[4:]) for row in FLOWS]
    whole, part = (by_country(flows(rows), demands(), (5.0,)) for rows in (FLOWS, small))
    assert part["price_change"].to_list() == pytest.approx(whole["price_change"].to_list())
    assert max(abs(change) for change in whole["price_change"].drop_nulls()) > 0.01


def test_unchanged_schedules_change_nothing() -> None:
    rows = [(*row[:5], row[4]) for row in FLOWS]
    found = by_country(flows(rows), demands(), (5.0,))
    for name in ("price_change", "revenue_change_usd", "consumer_surplus_usd", "welfare_usd"):
        assert set(found[name].drop_nulls()) == {0.0}, name
    assert found["exports_after_usd"].to_list() == found["exports_before_usd"].to_list()


def test_a_good_of_unknown_duty_is_left_out_with_its_dollars() -> None:
    rows = [*FLOWS[:4], ("USA", "CAN", "270900", 40.0, 0.0, None), FLOWS[5]]
    found = by_country(flows(rows), demands(), (5.0,))
    oil = found.filter(code="270900", country="CAN").row(0, named=True)
    assert (oil["goods"], oil["goods_solved"], oil["unsolved_value_usd"]) == (1, 0, 60.0)
    assert oil["welfare_usd"] is None
    assert oil["price_change"] is None
    whole = found.filter(code="all", country="CAN").row(0, named=True)
    assert (whole["goods"], whole["goods_solved"], whole["unsolved_value_usd"]) == (2, 1, 60.0)
    assert whole["imports_before_usd"] == 60.0


def test_small_exporters_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "MOST_EXPORTERS", 1)
    more = [
        ("USA", "KOR", "870899", 4.0, 0.02, 0.02),
        ("USA", "DEU", "870899", 2.0, 0.05, 0.05),
    ]
    found = by_country(flows([*FLOWS, *more]), demands(), (5.0,)).filter(code="870899")
    assert found["country"].to_list() == ["CAN", "JPN", "USA", "others"]
    assert found.filter(country="others")["exports_before_usd"].to_list() == [6.0]
