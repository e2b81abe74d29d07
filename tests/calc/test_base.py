"""The base duty of a line: named partner first, then the longest prefix; unknown where absent."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.base import (
    RATE_COLUMNS,
    attach_base,
    averaged_base,
    base_by_programme,
    default_programme,
    in_force_at,
)
from calc.base_seasons import seasons_asked
from calc.policy.model import Policy
from calc.tables.base import Base
from tests.strategies import table

RATE: dict[str, Any] = {
    "importer": "USA",
    "partner": "*",
    "programme": "mfn",
    "code": "87",
    "ad_valorem_rate": 0.025,
    "valid_from": date(1990, 1, 1),
    "source": "schedule",
}
PRICE = {"specific_rate_usd": 0.044, "specific_unit": "kg", "rate_text": "4.4¢/kg"}


def base(*rows: dict[str, Any]) -> pl.LazyFrame:
    return table([RATE | row for row in rows], Base).lazy()


def lines(*rows: tuple[str, str, str]) -> pl.LazyFrame:
    return pl.LazyFrame(list(rows), schema=["importer", "partner", "code"], orient="row")


def attached(law: pl.LazyFrame, duties: pl.LazyFrame) -> pl.DataFrame:
    return attach_base(law, duties, law.select("code").unique()).collect()


def expected(law: pl.LazyFrame, *duties: dict[str, Any]) -> pl.DataFrame:
    """The lines with the columns of these base rows; an empty one is an unknown duty."""
    types = table([], Base).schema
    found = [{new: duty.get(old) for old, new in RATE_COLUMNS.items()} for duty in duties]
    schema = {new: types[old] for old, new in RATE_COLUMNS.items()}
    return law.collect().hstack(pl.DataFrame(found, schema=schema))


def test_longest_prefix_gives_the_whole_rate() -> None:
    law = lines(("USA", "JPN", "870323"), ("USA", "JPN", "87032301"), ("USA", "JPN", "870829"))
    duties = base({}, {"code": "8703", "ad_valorem_rate": 0.1} | PRICE, {"code": "87032301"})
    heading = RATE | {"code": "8703", "ad_valorem_rate": 0.1} | PRICE
    wanted = expected(law, heading, RATE, RATE)
    assert_frame_equal(attached(law, duties), wanted, check_row_order=False)


def test_rate_for_a_named_partner_goes_before_a_longer_prefix_for_all() -> None:
    law = lines(("USA", "CAN", "870323"), ("USA", "JPN", "870323"))
    own = {"partner": "CAN", "programme": "usmca", "ad_valorem_rate": 0.0}
    duties = base({"code": "870323"} | PRICE, own)
    wanted = expected(law, RATE | own, RATE | PRICE)
    assert_frame_equal(attached(law, duties), wanted, check_row_order=False)


def test_line_that_the_base_does_not_know_has_an_unknown_duty_and_stays() -> None:
    law = lines(("USA", "JPN", "010121"), ("CAN", "JPN", "870323"), ("USA", "JPN", "870323"))
    wanted = expected(law, {}, {}, RATE)
    assert_frame_equal(attached(law, base({})), wanted, check_row_order=False)


def test_other_columns_of_the_law_are_kept() -> None:
    law = lines(("USA", "JPN", "870323")).with_columns(measure_id=pl.lit("cars"))
    assert_frame_equal(attached(law, base({})), expected(law, RATE))


def test_rate_is_in_force_from_its_first_day_until_the_day_after_its_last() -> None:
    steps = base(
        {"valid_until": date(1995, 1, 1)},
        {"valid_from": date(1995, 1, 1), "valid_until": date(1996, 1, 1)},
        {"valid_from": date(1996, 1, 1)},
    )

    def first_days(as_of: date | None) -> list[date]:
        return in_force_at(steps, as_of).collect()["valid_from"].to_list()

    assert first_days(date(1989, 12, 31)) == []
    assert first_days(date(1994, 12, 31)) == [date(1990, 1, 1)]
    assert first_days(date(1995, 1, 1)) == [date(1995, 1, 1)]
    assert first_days(date(2030, 1, 1)) == [date(1996, 1, 1)]
    assert first_days(None) == [date(1990, 1, 1), date(1995, 1, 1), date(1996, 1, 1)]


def test_average_of_programmes_is_unknown_where_one_is_an_expression_or_unknown() -> None:
    """3/4 of 4 % and 1/4 of 8 % are 5 %, of 0.04 and of nothing 0.03 USD; words have no average."""
    names = ("table_row", "base_programme", "base_rate_text", "base_ad_valorem_rate",
             "base_specific_rate_usd", "base_specific_unit", "base_expression")  # fmt: skip
    rows = [
        (0, "mfn", "4%", 0.04, 0.04, "kg", None),
        (0, "own", "8%", 0.08, None, None, None),
        (1, "mfn", "4%", 0.04, None, None, None),
        (1, "own", "max(1%, 2%)", 0.08, None, None, "max(1%, 2%)"),
        (2, "mfn", "4%", 0.04, None, None, None),
        (2, "own", None, None, None, None, None),
    ]
    based = pl.LazyFrame(rows, schema=names, orient="row").with_columns(
        kind=0, base_named=pl.lit("*")
    )
    mixes = pl.LazyFrame({"kind": [0, 0], "base_programme": ["mfn", "own"], "share": [0.75, 0.25]})
    found = averaged_base(based, mixes, name="both").sort("table_row").collect()
    assert found["base_ad_valorem_rate"].to_list() == [pytest.approx(0.05), None, None]
    assert found["base_specific_rate_usd"].to_list() == [pytest.approx(0.03), None, None]
    assert found["base_specific_unit"].to_list() == ["kg", None, None]
    assert found["base_rate_text"].to_list() == ["4% and 8%", "4% and max(1%, 2%)", "4%"]
    assert found["base_programme"].to_list() == ["both", "both", "both"]


def test_a_preference_has_its_own_rate_and_the_default_where_it_has_none() -> None:
    """USMCA has a rate for 8703 alone; on 7005 who claims it pays the normal one."""
    duties = base({}, {"code": "70", "ad_valorem_rate": 0.044},
                  {"code": "8703", "programme": "usmca", "ad_valorem_rate": 0.0})  # fmt: skip
    law = lines(("USA", "CAN", "870323"), ("USA", "CAN", "700521")).with_row_index("table_row")
    claimed = ("mfn", "usmca")
    found = base_by_programme(law, duties, claimed, default="mfn", seasons={}).collect()
    wanted = ("table_row", "base_programme", "base_named", "base_ad_valorem_rate")
    assert found.select(wanted).sort(wanted[:2]).rows() == [
        (0, "mfn", "mfn", 0.025),
        (0, "usmca", "usmca", 0.0),
        (1, "mfn", "mfn", 0.044),
        (1, "usmca", "mfn", 0.044),
    ]


def test_who_claims_no_preference_pays_the_normal_rate_or_the_first_there_is() -> None:
    assert default_programme(["usmca", "mfn", "gsp"]) == "mfn"
    assert default_programme(["usmca", "gsp"]) == "gsp"
    assert default_programme([]) == "mfn"


def test_a_line_is_split_by_the_seasons_of_its_own_partner_and_of_all() -> None:
    """The season for all splits the grapes of Chile and Peru, the one for Peru its own alone."""
    policy = Policy(
        as_of=None, branches=(), portions=("spring", "summer"),
        base_seasons={"spring": ("02-15..03-31",), "summer": ("07-01..12-31",)},
    )  # fmt: skip
    duties = base(
        {"code": "0806", "season": "02-15..03-31"},
        {"code": "080610", "season": "07-01..12-31", "partner": "PER"},
        {"code": "080610"},
    )
    rows = lines(("USA", "CHL", "080610"), ("USA", "PER", "080610"), ("USA", "PER", "870323"))
    found = seasons_asked(rows.with_row_index("table_row"), duties, policy).collect()
    assert found.sort(pl.all()).rows() == [
        (0, "USA", "CHL", "080610", 0),
        (1, "USA", "PER", "080610", 0),
        (1, "USA", "PER", "080610", 1),
    ]
