"""Figures that others have published, met from scenario files; see published-tradewar/notes.md."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.compact import groups_of
from calc.terms import ROW
from pipelines.run.assess import assess
from pipelines.run.compute import Answer, answer
from pipelines.run.question import Question, chosen_period, shape_of
from pipelines.run.resolve import Resolved, resolve, under
from pipelines.scenario.law import Law, law_at
from pipelines.scenario.model import Scenario
from pipelines.scenario.read import read_scenario
from tests.golden.published_cases import (
    CASE,
    IMPORTS,
    asked,
    copied,
    exports_of,
    partners_by_name,
    schedule_c,
    write_countermeasures,
    write_lists,
    write_trade,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not IMPORTS.is_file(), reason="the published case is not kept here"),
]

DATES = 20
"""Those of the 23 published dates whose lists the source holds; they come first."""

CLOSE = 1e-9
"""Percentage points."""

PRINTED = {
    ("JPN", date(2025, 3, 12)): 0.97179,
    ("JPN", date(2025, 4, 3)): 10.00221,
    ("JPN", date(2025, 4, 5)): 24.40009,
    ("JPN", date(2025, 4, 9)): 16.00132,
    ("JPN", date(2025, 4, 11)): 15.32115,
    ("JPN", date(2025, 8, 7)): 15.42040,
    ("JPN", date(2026, 2, 24)): 11.46987,
    ("JPN", date(2026, 4, 6)): 12.70048,
}
OVERALL = {
    date(2025, 4, 5): 25.506577,
    date(2025, 4, 9): 27.095959,
    date(2025, 5, 12): 14.290750,
    date(2025, 8, 7): 18.886610,
    date(2026, 2, 24): 9.955020,
    date(2026, 4, 6): 10.800320,
}
SPEC = {"importer": "USA", "period": "2024", "flow": "import", "nomenclature": "HTS2024"}


class Asked(NamedTuple):
    """A scenario, the question that it puts to the published trade, and its law resolved on it.

    ``alike`` is the law on the sums of the lines of a partner that it treats alike.
    """

    scenario: Scenario
    law: Law
    question: Question
    resolved: Resolved
    alike: Resolved


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    folder = tmp_path_factory.mktemp("tradewar")
    path = copied("us-2025-tradewar", folder)
    write_lists(folder)
    imports = pl.read_parquet(IMPORTS).select(
        pl.col("cty_code").replace_strict(schedule_c()).alias("partner"),
        pl.col("hs10").alias("code"),
        pl.col("imports_usd").cast(pl.Float64).alias("customs_value_usd"),
        pl.col("calculated_duty_usd").cast(pl.Float64),
    )
    trade = write_trade(folder / "trade.parquet", imports, SPEC | {"source_id": "census"})
    scenario = read_scenario(path)
    law = law_at(scenario, published().item(0, "date"))
    question = asked(scenario, law, trade)
    shape = shape_of(question)
    resolved = resolve(question, question.imports(chosen_period(question, shape)))
    assert resolved is not None
    return Asked(scenario, law, question, resolved, added_up(resolved))


def added_up(resolved: Resolved) -> Resolved:
    """The lines of a partner that the law treats alike, added up."""
    partners = resolved.trade.lazy().select(ROW, "partner")
    told = resolved.rows.lazy().join(partners, on=ROW, how="left", validate="m:1")
    trade = groups_of(resolved.trade.lazy(), told).collect()
    rows = resolved.rows.join(trade.select(ROW), on=ROW, how="semi")
    return replace(resolved, trade=trade, rows=rows)


def published() -> pl.DataFrame:
    """The published rates of the dates that can be met: ``date``, ``partner``, ``rate_percent``."""
    rows = pl.read_csv(CASE / "expected_country-by-time.csv", try_parse_dates=True)
    dates = rows["date"].unique().sort().head(DATES)
    return rows.filter(pl.col("date").is_in(dates.implode())).select(
        "date",
        pl.col("country_name").replace_strict(partners_by_name()).alias("partner"),
        pl.col("effective tariff").alias("rate_percent"),
        pl.col("2024 tariff").alias("rate_2024_percent"),
        pl.col("total imports").alias("imports_usd"),
    )


def sums_of(case: Asked, day: date) -> pl.DataFrame:
    """Value and duties by partner under the law of a day, whole ten-thousandths of a USD."""
    law = law_at(case.scenario, day)
    # Which goods and partners a branch names does not change with the day, only whether it is in
    # force: so the law of each day is put to the lines that the first was found to treat alike.
    for scope in ("products", "partners", "exclusions"):
        assert getattr(law, scope).equals(getattr(case.law, scope))
    resolved = under(case.alike, case.question, law.policy)
    return by_partner(assess(case.question, resolved, with_threats=False).lines, day)


def by_partner(lines: pl.DataFrame, day: date) -> pl.DataFrame:
    columns = ("value_e4", "calculated_e4", "increment_e4", "duty_after_e4")
    sums = lines.group_by("partner").agg(pl.col(columns).sum())
    return sums.select(pl.lit(day).alias("date"), "partner", *columns)


@pytest.fixture(scope="module")
def sums(case: Asked) -> pl.DataFrame:
    """The sums of every date."""
    return pl.concat([sums_of(case, day) for day in published()["date"].unique().sort()])


def percent(part: str) -> pl.Expr:
    return 100 * pl.col(part) / pl.col("value_e4")


def test_every_country_on_every_date(sums: pl.DataFrame) -> None:
    both = published().join(sums, on=["date", "partner"], how="full", validate="1:1")
    gaps = both.with_columns(gap=(percent("increment_e4") - pl.col("rate_percent")).abs())

    assert gaps.height == 51 * DATES
    assert gaps["gap"].null_count() == 0
    assert gaps.filter(pl.col("gap") > CLOSE).to_dicts() == []


def test_the_overall_average_on_every_date(sums: pl.DataFrame) -> None:
    daily = pl.read_csv(CASE / "expected_daily-tariff-latest-data.csv", try_parse_dates=True)
    overall = sums.group_by("date").agg(pl.col("value_e4", "duty_after_e4").sum())
    gaps = overall.join(daily, on="date", how="left", validate="1:1").with_columns(
        gap=(percent("duty_after_e4") - pl.col("import_weighted_avg_tariff")).abs()
    )

    assert gaps.height == DATES
    assert gaps["gap"].null_count() == 0
    assert gaps.filter(pl.col("gap") > CLOSE).to_dicts() == []


def test_figures_that_are_printed(sums: pl.DataFrame) -> None:
    """Against a slip in reading the published files: figures written out here."""
    japan = sums.filter(partner="JPN").with_columns(rate=percent("increment_e4"))
    found = dict(zip(japan["date"], japan["rate"], strict=True))
    overall = sums.group_by("date").agg(pl.col("value_e4", "duty_after_e4").sum())
    averages = dict(overall.select("date", percent("duty_after_e4")).iter_rows())

    assert {key: round(found[key[1]], 5) for key in PRINTED} == PRINTED
    assert {day: round(averages[day], 6) for day in OVERALL} == OVERALL


def test_imports_and_duties_of_2024(sums: pl.DataFrame) -> None:
    first = published().filter(pl.col("date") == pl.col("date").min())
    both = first.join(sums, on=["date", "partner"], how="inner", validate="1:1")
    gaps = both.select((percent("calculated_e4") - pl.col("rate_2024_percent")).abs().max())

    assert both.height == 51
    assert (both["value_e4"] == (both["imports_usd"] * 10_000).cast(pl.Int64)).all()
    assert gaps.item() < CLOSE


def test_sums_of_like_lines_pay_what_the_lines_pay(case: Asked, sums: pl.DataFrame) -> None:
    day = published().item(0, "date")
    lines = assess(case.question, case.resolved, with_threats=False).lines

    assert lines.height > 10 * case.alike.trade.height
    assert_frame_equal(
        by_partner(lines, day), sums.filter(date=day), check_row_order=False, check_exact=True
    )


def test_rates_are_exact_in_ten_thousandths_of_a_dollar(case: Asked) -> None:
    """Why sums of rounded duties meet rates to 1e-9: whole dollars, two decimals of a percent."""
    values = case.question.scan().select("customs_value_usd").collect()["customs_value_usd"]
    rates = [rate for measure in case.scenario.measures for rate in measure.rates]
    written = [rate.duty.ad_valorem_rate for rate in rates]

    assert (values == values.round()).all()
    assert written == [round(one, 4) for one in written if one is not None]


LISTS: Mapping[str, tuple[str, int, int, float]] = {
    "canada-2025-03-04": ("list-of-4-march", 855, 39_166_104_551, 0.25),
    "canada-2025-03-13": ("list-of-13-march", 468, 34_286_716_216, 0.25),
    "china-10-percent": ("list-of-10-percent", 488, 19_045_437_268, 0.10),
    "china-15-percent": ("list-of-15-percent", 19, 2_857_368_987, 0.15),
}
SCENARIOS: Mapping[str, tuple[str, ...]] = {
    "canada-2025-03-04": ("canada-2025-03-04",),
    "canada-2025-03-13": ("canada-2025-03-13",),
    "china-2025-03-10": ("china-10-percent", "china-15-percent"),
}
TABLES = {
    "CAN": (("canada-2025-03-04", "canada-2025-03-13"), "fob_value_usd"),
    "CHN": (("china-10-percent", "china-15-percent"), "customs_value_usd"),
}
"""The lists whose exports make an importer's table, and the column of value that it levies on."""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Answer]:
    """What each scenario of countermeasures does to the exports on both lists of its importer."""
    folder = tmp_path_factory.mktemp("countermeasures")
    write_countermeasures(folder)
    found = {}
    for name in SCENARIOS:
        scenario = read_scenario(copied(name, folder))
        trade = folder / f"{name}.parquet"
        write_exports(trade, scenario.importer)
        law = law_at(scenario, date.fromisoformat(name[-10:]))
        found[name] = answer(asked(scenario, law, trade))
    return found


def write_exports(path: Path, importer: str) -> None:
    """The exports on the lists of an importer, each subheading once."""
    lists, column = TABLES[importer]
    rows = pl.concat([exports_of(name) for name in lists]).unique()
    assert rows["code"].is_unique().all()
    flow = {"importer": importer, "partner": "USA", "period": "2024", "flow": "import"}
    write_trade(
        path,
        rows.select("code", pl.col("exports").alias(column)),
        flow | {"nomenclature": "HS2022", "source_id": "census"},
    )


@pytest.mark.parametrize(
    ("scenario", "name"),
    [(scenario, name) for scenario, names in SCENARIOS.items() for name in names],
)
def test_covered_value_is_the_sum_of_the_column(
    answers: Mapping[str, Answer], scenario: str, name: str
) -> None:
    measure, subheadings, value, rate = LISTS[name]
    row = answers[scenario].tables["by_measure"].filter(measure_id=measure)
    expected: dict[str, Any] = {
        "lines": subheadings,
        "covered_value_usd": float(value),
        "in_force_value_usd": float(value),
    }

    assert exports_of(name).height == subheadings
    assert exports_of(name)["exports"].sum() == value
    assert row.select(list(expected)).to_dicts() == [expected]
    assert row["measure_duty_usd"].to_list() == [pytest.approx(value * rate, rel=1e-15)]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_base_is_unknown_and_the_duty_added_is_known(
    answers: Mapping[str, Answer], scenario: str
) -> None:
    row = answers[scenario].tables["by_importer"].row(0, named=True)
    names = SCENARIOS[scenario]

    assert row["covered_value_usd"] == sum(LISTS[name][2] for name in names)
    assert row["lines"] == sum(LISTS[name][1] for name in names)
    assert (row["duty_before_usd"], row["duty_after_usd"]) == (None, None)
    assert row["duty_increment_unknown_value_usd"] == 0.0
