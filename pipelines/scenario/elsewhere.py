"""Keys that are known but stand inside the value of another key, with how they are written."""

from collections.abc import Mapping
from types import MappingProxyType

SEASON = 'a season belongs to a rate: rate = { season = "05-16..10-15", rate = "25%" }'
PARTS = 'write portion = { central = 0.27, low = 0.2, high = 0.35, source = "..." }'
ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("season", "seasons"), SEASON),
        "split": 'firms belong to a rate: rate = { split = "firms.csv" }',
        "firms": 'firms belong to a rate: rate = { split = "firms.csv" }',
        "steps": 'steps are a list: rate = [{ from = 2026-01-01, rate = "25%" }]',
        "all_except": 'it belongs to partners: partners = { all_except = ["CAN", "MEX"] }',
        "cap": 'it belongs to a credit: credit = { table = "offsets.csv", cap = "own duty" }',
        "over": "it belongs to a quota: write it under [quota.NAME]",
        **dict.fromkeys(("central", "low", "high"), PARTS),
    }
)
"""A key that a table does not have, to what is written instead."""
