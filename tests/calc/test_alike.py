"""Codes and partners of one class: those that no law of several tells apart, whatever its dates."""

from typing import Any

import polars as pl

from calc.alike import Laws, code_classes, partner_classes
from calc.tables.base import Base
from calc.tables.measures import Exclusions, MeasurePartners, MeasureProducts
from calc.tables.shares import Shares
from tests.run.policies import share
from tests.strategies import table

NAMED: dict[str, Any] = {"measure_id": "steel", "step": 0, "role": "include", "written": "x"}
RATE: dict[str, Any] = {"importer": "USA", "partner": "*", "programme": "mfn", "source": "made up"}


def laws(**tables: Any) -> Laws:
    of = {
        "products": MeasureProducts, "partners": MeasurePartners, "exclusions": Exclusions,
        "base": Base, "shares": Shares,
    }  # fmt: skip
    return Laws(
        **{
            name: [table(rows, schema).lazy() for rows in tables.get(name, [[]])]
            for name, schema in of.items()
        }
    )


def classes_of(found: pl.LazyFrame, name: str) -> list[list[str]]:
    """The names of each class, sorted."""
    grouped = found.group_by(f"{name}_1", f"{name}_2").agg(pl.col(name).sort())
    return sorted(grouped.collect()[name].to_list())


def codes(*names: str) -> pl.LazyFrame:
    return pl.LazyFrame({"code": list(names)})


def test_codes_are_alike_where_prefixes_of_one_length_name_them() -> None:
    products = [NAMED | {"prefix": prefix} for prefix in ("7208", "7209", "720917")]
    found = code_classes(
        laws(products=[products]), codes("720810", "720890", "720915", "720917", "870323")
    )
    assert classes_of(found, "code") == [["720810", "720890", "720915"], ["720917"], ["870323"]]


def test_a_law_of_another_date_tells_codes_apart() -> None:
    early, late = ([NAMED | {"prefix": prefix} for prefix in one] for one in (["72"], ["7208"]))
    found = code_classes(laws(products=[early, late]), codes("720810", "720915"))
    assert classes_of(found, "code") == [["720810"], ["720915"]]


def test_base_rates_exclusions_and_shares_tell_codes_apart() -> None:
    found = code_classes(
        laws(
            base=[[
                RATE | {"code": "7208", "ad_valorem_rate": 0.02, "rate_text": "2%"},
                RATE | {"code": "7209", "ad_valorem_rate": 0.02, "rate_text": "2.0%"},
                RATE | {"code": "7210", "ad_valorem_rate": 0.02, "specific_rate_usd": 0.1,
                        "specific_unit": "kg", "rate_text": "2% + 10 cents/kg"},
            ]],
            exclusions=[[{"measure_id": "steel", "step": 0, "exclusion": 1, "prefix": "720990",
                          "partner": "JPN", "source": "made up"}]],
            shares=[[share("usmca", 0.5, prefix="720815")]],
        ),
        codes("720810", "720815", "720910", "720990", "721010"),
    )  # fmt: skip
    assert classes_of(found, "code") == [
        ["720810", "720910"], ["720815"], ["720990"], ["721010"],
    ]  # fmt: skip
    told = dict(found.select("code", "has_specific_base").collect().iter_rows())
    assert [code for code, is_specific in told.items() if is_specific] == ["721010"]


def test_partners_are_alike_unless_a_scope_or_a_rule_names_them() -> None:
    scope = [
        {"measure_id": "steel", "step": 0, "role": role, "partner": partner}
        for role, partner in (("include", "*"), ("exclude", "CAN"), ("exclude", "MEX"))
    ]
    base = [RATE | {"code": "72", "partner": "KOR", "ad_valorem_rate": 0.0, "rate_text": "Free"}]
    names = ["AUS", "CAN", "CHN", "JPN", "KOR", "MEX"]
    found = partner_classes(
        laws(partners=[scope], base=[base]), pl.LazyFrame({"partner": names}), apart=["CHN"]
    )
    assert classes_of(found, "partner") == [["AUS", "JPN"], ["CAN", "MEX"], ["CHN"], ["KOR"]]
