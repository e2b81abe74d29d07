"""Economies as files write them, and the declared groups whose members are counted in them."""

import functools
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import polars as pl

from calc import cast
from pipelines.ingest.layouts import words
from pipelines.workspace import embedded

MEMBERSHIP = {
    "aggregate": pl.String,
    "member": pl.String,
    "valid_from": pl.Date,
    "valid_until": pl.Date,
}
TRADE_NUMBERS = {"842": "USA", "251": "FRA", "757": "CHE", "699": "IND", "579": "NOR"}
"""Numbers that trade statistics use beside ISO 3166 for an economy with its territories."""


@dataclass(frozen=True, slots=True)
class Economies:
    """What a folded text means.

    Attributes:
        general: Alpha-3, alpha-2, M49 number or English name, or a declared aggregate.
        schedule_c: Code of the U.S. Census Bureau.
        ambiguous: A name that several economies share, to its choices in words.
        names: Alpha-3 code to English name.
    """

    general: dict[str, str]
    schedule_c: dict[str, str]
    ambiguous: dict[str, str]
    names: dict[str, str]

    def meanings(self, codes: str) -> dict[str, str]:
        """What is understood in a layout: its own codes only, or all but the Census Bureau's."""
        return self.schedule_c if codes == "schedule_c" else self.general


@functools.cache
def economies() -> Economies:
    """The economies and aggregates that come with the tool.

    A name that several economies share before their comma (Korea, Congo) means none of them.
    """
    table = pl.read_csv(
        embedded("economies.csv"), infer_schema=False, empty_string_is_null=False
    ).to_dicts()
    general: dict[str, str] = dict(TRADE_NUMBERS)
    schedule_c: dict[str, str] = {}
    shared = defaultdict(list)
    for economy in table:
        code = economy["iso3"]
        said = [code, economy["iso2"], economy["m49"], economy["name"]]
        said += words().economies.get(code, ())
        general |= dict.fromkeys(_folded([text for text in said if text]), code)
        schedule_c |= dict.fromkeys(filter(None, (economy["schedule_c"] or "").split("|")), code)
        shared[_folded([economy["name"].split(",")[0]])[0]].append(economy)
    for name, group in _aggregates().items():
        general |= dict.fromkeys(_folded([name, group["title"]]), name)
        schedule_c |= {group["schedule_c"]: name} if "schedule_c" in group else {}
    ambiguous = {
        name: " or ".join(f"{item['iso3']} ({item['name']})" for item in found)
        for name, found in shared.items()
        if len(found) > 1
    }
    names = {economy["iso3"]: economy["name"] for economy in table}
    return Economies(general, schedule_c, ambiguous, names)


def _folded(texts: list[str]) -> list[str]:
    """The texts folded by the very expression that folds the cells."""
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    return frame.select(cast.folded(pl.col("text")))["text"].to_list()


@functools.cache
def _aggregates() -> dict[str, dict[str, Any]]:
    """The declared groups that a trade table may list as one partner."""
    declared = tomllib.loads(embedded("partner-groups.toml").read_text(encoding="utf-8"))
    return {name: group for name, group in declared["groups"].items() if group["aggregate"]}


def memberships() -> pl.DataFrame:
    """One row a member of an aggregate: ``aggregate``, ``member`` and its dates."""
    rows = [
        {
            "aggregate": name,
            "member": member,
            "valid_from": group["valid_from"],
            "valid_until": group.get("valid_until"),
        }
        for name, group in _aggregates().items()
        for member in group["members"]
    ]
    return pl.DataFrame(rows, schema=MEMBERSHIP)
