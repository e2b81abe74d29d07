"""Classes of codes and partners under one law: what it cannot tell apart has one number."""

import polars as pl

from calc.classes import classes_of
from calc.resolve import LawTables
from tests.run.asking import GROUPS, NO_BASE, NO_SHARES, law_of, policy_of


def test_a_code_of_which_the_law_names_a_part_is_a_class_by_itself() -> None:
    """8703.23.01 is a part of 870323, which is thus told from 870324; 870322 is named as it is.

    Japan is named; Korea and China are alike. Product groups are of the codes, not of the classes.
    """
    law = law_of({"cars": {}}, [("cars", "include", "87032301"), ("cars", "include", "870322")])
    tables = LawTables(
        measures=law.measures.lazy(), products=law.products.lazy(),
        partners=law.partners.lazy(), exclusions=law.exclusions.lazy(), base=NO_BASE.lazy(),
        shares=NO_SHARES.lazy(),
    )  # fmt: skip
    codes = pl.LazyFrame({"code": ["870322", "870323", "870324", "870325"]})
    partners = pl.LazyFrame({"partner": ["CHN", "JPN", "KOR"]})
    of_code, of_partner = classes_of(tables, policy_of(law), (codes, partners), GROUPS.lazy())
    told = of_code.sort("code").select("code", "code_class", "product_group").collect()
    assert told.rows() == [
        ("870322", 0, None), ("870323", 1, "cars"), ("870324", 2, None), ("870325", 2, None),
    ]  # fmt: skip
    assert of_partner.sort("partner").collect().rows() == [("CHN", 0), ("JPN", 1), ("KOR", 0)]
