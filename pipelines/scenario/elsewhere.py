"""Keys that are known but stand inside the value of another key, with how they are written."""

from collections.abc import Mapping
from types import MappingProxyType

SEASON = 'a season belongs to a rate: rate = { season = "05-16..10-15", rate = "25%" }'
PARTS = 'write portion = { central = 0.27, low = 0.2, high = 0.35, source = "..." }'
EVENTS = ("announced", "adopted", "effective", "suspended", "resumed", "ended", "withdrawn")
EVENT = 'it is an event: events = [{ on = 2024-05-16, is = "announced" }]'
FIRST = "from is the first day: from = 2025-03-04"
LAST = "through is the last day, before the first day after: through = 2025-08-31"
ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("season", "seasons"), SEASON),
        "split": 'firms belong to a rate: rate = { split = "firms.csv" }',
        "firms": 'firms belong to a rate: rate = { split = "firms.csv" }',
        "steps": 'steps are a list: rate = [{ from = 2026-01-01, rate = "25%" }]',
        "all_except": 'it belongs to partners: partners = { all_except = ["CAN", "MEX"] }',
        "cap": 'it belongs to a credit: credit = { table = "offsets.csv", cap = "own duty" }',
        "over": "it belongs to a quota: write it under [quota.NAME]",
        **dict.fromkeys(EVENTS, EVENT),
        **dict.fromkeys(("start", "starts", "valid_from", "effective_from"), FIRST),
        **dict.fromkeys(("until", "to", "end", "ends", "expires", "valid_until"), LAST),
        **dict.fromkeys(
            ("country", "countries", "origin", "origins"), 'did you mean partners = ["JPN"]?'
        ),
        **dict.fromkeys(
            ("goods", "codes", "hs", "hts", "annex"), 'did you mean products = ["8703.23"]?'
        ),
        **dict.fromkeys(("duty", "tariff"), 'did you mean rate = "25%"?'),
        **dict.fromkeys(("central", "low", "high"), PARTS),
    }
)
"""A key that a table does not have, to what is written instead."""

OF_TABLE: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("except", "a scope of partners"): 'did you mean { all_except = ["CAN", "MEX"] }?',
        ("rate", "a measure that is no duty"): "leave it out: a ban has no rate",
        ("origin", "a quota"): "did you mean origins?",
        ("share", "an exclusion"): "did you mean portion = 0.4?",
    }
)
"""A key that one table does not have, by the noun of that table."""
