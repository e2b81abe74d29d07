"""Reference tables that come with the tool: product groups by edition, descriptions of codes."""

import tomllib
from functools import cache

import polars as pl

from calc.alternatives import end_use_of
from calc.codes import edition_of
from calc.dictionary import polars_schema
from calc.tables.elasticities import Elasticities
from pipelines.workspace import embedded

CODES_FILE = "hs-codes.csv"
GROUPS_FILE = "groups.toml"
ELASTICITIES_FILE = "elasticities.csv"
DESCRIPTIONS = {"HTS2024": "us-hts-2024-descriptions.csv"}


@cache
def product_groups(nomenclature: str) -> pl.DataFrame:
    """The named product groups in the HS edition of a nomenclature.

    Returns:
        One row a six-digit code: ``prefix`` and ``product_group``, sorted; empty where the groups
        are not known in that edition.
    """
    groups = tomllib.loads(embedded(GROUPS_FILE).read_text(encoding="utf-8"))["groups"]
    edition = edition_of(nomenclature) or ""
    pairs = [
        (code, name) for name, group in groups.items() for code in group["codes"].get(edition, ())
    ]
    return pl.DataFrame(
        sorted(pairs), schema={"prefix": pl.String, "product_group": pl.String}, orient="row"
    )


@cache
def descriptions(nomenclature: str) -> pl.DataFrame:
    """Short descriptions of the codes of a nomenclature: ``code`` and ``description``.

    Empty where none come with the tool.
    """
    name = DESCRIPTIONS.get(nomenclature)
    if name is None:
        return pl.DataFrame(schema={"code": pl.String, "description": pl.String})
    return pl.read_csv(embedded(name), infer_schema=False)


@cache
def end_uses(nomenclature: str) -> pl.DataFrame:
    """``code`` (six digits) and ``end_use`` in the HS edition of a nomenclature, sorted by code.

    Empty where the edition is not known; a code of no category is not classified.
    """
    edition = edition_of(nomenclature) or ""
    codes = pl.read_csv(embedded(CODES_FILE), infer_schema=False)
    listed = codes.filter(
        (pl.col("first_edition") <= edition) & (pl.col("last_edition") >= edition)
    )
    told = [end_use_of(categories) for categories in listed["bec4"]]
    return listed.select("code", end_use=pl.Series(told, dtype=pl.String)).sort("code")


def elasticities() -> pl.DataFrame:
    """The elasticities that come with the tool: rows of ELASTICITIES."""
    return pl.read_csv(embedded(ELASTICITIES_FILE), schema=polars_schema(Elasticities))
