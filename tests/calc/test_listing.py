"""Lists put into another edition, on the nomenclature worked by hand."""

import polars as pl

from calc import concordance, listing
from tests.calc.nomenclatures import small


def listed(*codes: str) -> pl.LazyFrame:
    return pl.LazyFrame({"row": list(range(len(codes))), "code": list(codes)})


def forwards(*codes: str) -> list[tuple[object, ...]]:
    """A list of HS1992 in HS1996."""
    rows = listing.expanded(listed(*codes), concordance.codes_in(small(), "HS1992"))
    ahead = concordance.weights_between(small(), "HS1992", "HS1996")
    back = concordance.weights_between(small(), "HS1996", "HS1992")
    columns = ["row", "code", "converted_code", "share", "is_split", "share_named", "is_part"]
    return listing.converted(rows, ahead, back).select(columns).collect().rows()


def test_a_code_stands_for_itself_and_a_heading_for_all_below() -> None:
    rows = listing.expanded(
        listed("0301", "02", "0101100090", "770000"), concordance.codes_in(small(), "HS1992")
    )

    assert rows.sort("row", "hs6").collect().rows() == [
        (0, "0301", "030110"),
        (0, "0301", "030120"),
        (1, "02", "020110"),
        (2, "0101100090", "010110"),
    ]


def test_a_split_code_is_two_and_a_renamed_one_another() -> None:
    assert forwards("010110", "020110") == [
        (0, "010110", "010111", 0.5, True, 1.0, False),
        (0, "010110", "010119", 0.5, True, 1.0, False),
        (1, "020110", "020120", 1.0, False, 1.0, False),
    ]


def test_a_code_with_goods_that_the_list_does_not_name_is_a_part() -> None:
    # 030120 of HS1996 is tagged as 030120 of HS1992, not named; 030110 goes there all the same
    assert forwards("030110") == [(0, "030110", "030120", 1.0, False, 0.0, True)]


def test_a_heading_is_shared_out_by_its_codes() -> None:
    # 0301: 030110 to 030120; 030120 half to 030120, half to 030130. So 3/4 and 1/4 of two codes
    assert forwards("0301") == [
        (0, "0301", "030120", 0.75, True, 1.0, False),
        (0, "0301", "030130", 0.25, True, 1.0, False),
    ]


def test_a_national_code_is_a_part_of_its_six_digits() -> None:
    assert forwards("02011010") == [(0, "02011010", "020120", 1.0, False, 1.0, True)]


def test_what_leads_nowhere_is_lost() -> None:
    whole = listed("040110", "020110")
    found = pl.LazyFrame({"row": [1]}, schema={"row": pl.Int64})

    assert listing.lost(whole, found).collect().rows() == [(0, "040110")]
