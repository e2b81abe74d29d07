"""Economies as files write them, and the declared groups whose members are counted in them."""

import functools
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import polars as pl

from calc import cast
from calc.errors import nearest
from pipelines.ingest.words import words
from pipelines.workspace import embedded

MEMBERSHIP = {
    "aggregate": pl.String,
    "member": pl.String,
    "valid_from": pl.Date,
    "valid_until": pl.Date,
}
UNION = ("EU", "European Union")
"""Names that do not say with which members."""
EUROSTAT = {"EL": "GRC", "UK": "GBR", "XI": "GBR", "XS": "SRB", "XK": "XKX"}
"""Codes of Eurostat's geonomenclature that are not those of ISO 3166."""
EUROSTAT_RESIDUAL = {
    **dict.fromkeys(("QP", "QQ", "QR", "QS", "QU", "QV", "QW", "QX", "QY", "QZ"), "not specified"),
    "EU": "the Union itself",
}
JAPAN = {
    **{"103": "KOR", "105": "CHN", "106": "TWN", "205": "GBR", "213": "DEU", "304": "USA"},
}
"""Numbers of Japan Customs that could be confirmed; the others are given by --partner-codes."""


@dataclass(frozen=True, slots=True)
class Economies:
    """What a folded text means.

    Attributes:
        general: Alpha-3, alpha-2, M49 number or English name, or a declared aggregate.
        schedule_c: Code of the U.S. Census Bureau.
        ambiguous: A name that several economies share, to its choices in words.
        names: Alpha-3 code to English name.
        comtrade: Number of UN Comtrade and BACI, without leading zeros.
        residual: Text, as it is written, that is no economy, to its name; by system.
    """

    general: dict[str, str]
    schedule_c: dict[str, str]
    ambiguous: dict[str, str]
    names: dict[str, str]
    comtrade: dict[str, str] = field(default_factory=dict)
    residual: Mapping[str, dict[str, str]] = field(default_factory=dict)

    def meanings(self, codes: str) -> dict[str, str]:
        """What is understood in a source: its own codes only, or all but the Census Bureau's."""
        own = {
            "schedule_c": self.schedule_c,
            "comtrade": self.comtrade,
            "japan": JAPAN,
            "own": {},
            "comext": self.general | {text.lower(): code for text, code in EUROSTAT.items()},
        }
        return own.get(codes, self.general)


@functools.cache
def economies() -> Economies:
    """The economies and aggregates that come with the tool.

    A name that several economies share before their comma (Korea, Congo) means none of them.
    """
    table = _table("economies.csv")
    numbers = _table("economies-of-trade.csv")
    general = {row["number"]: row["code"] for row in numbers if row["kind"] == "number"}
    general |= _meanings(_said(table, numbers))
    general.pop("490")  # nearly all Taiwan, but it is Comtrade that says so
    schedule_c: dict[str, str] = {}
    shared = defaultdict(list)
    for economy, name in zip(table, _folded([_short(item) for item in table]), strict=True):
        own = filter(None, (economy["schedule_c"] or "").split("|"))
        schedule_c |= dict.fromkeys(own, economy["iso3"])
        shared[name].append(economy)
    for name, group in _aggregates().items():
        schedule_c |= {group["schedule_c"]: name} if "schedule_c" in group else {}
    ambiguous = {
        name: " or ".join(f"{item['iso3']} ({item['name']})" for item in found)
        for name, found in shared.items()
        if len(found) > 1
    }
    ambiguous |= dict.fromkeys(_folded(list(UNION)), _unions())
    return Economies(
        general,
        schedule_c,
        ambiguous,
        {economy["iso3"]: economy["name"] for economy in table},
        _comtrade(table, numbers),
        {"comtrade": _residual(numbers), "comext": EUROSTAT_RESIDUAL},
    )


def _unions() -> str:
    """The memberships that the European Union has had, with their days, in words.

    None of them is taken by the year of the trade: statistics also tell today's members of years
    gone by.
    """
    told = []
    for name, group in _aggregates().items():
        if group["title"].startswith(UNION[1]):
            until, first = group.get("valid_until"), group["valid_from"]
            days = f"{first} to {until - timedelta(days=1)}" if until else f"since {first}"
            told.append((first, f"{name} ({days})"))
    return " or ".join(text for _, text in sorted(told))


def choices(text: str) -> str | None:
    """The economies that a text may mean by a name that several share, in words; null where none.

    The name is the text, one of its words ("Congo Republic") or nearly the text ("Kongo").
    """
    shared = economies().ambiguous
    words_of = _folded([text, *re.split(r"[^\w]+", text)])
    found = next((word for word in words_of if word in shared), None)
    near = [found] if found is not None else nearest(words_of[0], shared)
    return shared[near[0]] if near else None


def _said(
    table: list[dict[str, str]], numbers: list[dict[str, str]]
) -> Iterator[tuple[str, Sequence[str]]]:
    """Each economy and aggregate with the texts that mean it; of two of one text the later."""
    for row in numbers:
        if row["kind"] == "former" and row["code"]:
            others = words().former.get(row["code"], ())
            yield row["code"], [row["number"], row["code"], row["name"], *others]
    for economy in table:
        code = economy["iso3"]
        own = [code, economy["iso2"], economy["m49"], economy["name"]]
        yield code, [text for text in (*own, *words().economies.get(code, ())) if text]
    for name, group in _aggregates().items():
        yield group.get("listed_as", name), [name, group["title"]]


def _meanings(said: Iterable[tuple[str, Sequence[str]]]) -> dict[str, str]:
    """Folded text to what it means; folded together, which is far faster than one by one."""
    pairs = [(text, code) for code, texts in said for text in texts]
    folded = _folded([text for text, _ in pairs])
    return {text: code for text, (_, code) in zip(folded, pairs, strict=True)}


def _short(economy: Mapping[str, str]) -> str:
    return economy["name"].split(",")[0]


def _table(name: str) -> list[dict[str, str]]:
    return pl.read_csv(embedded(name), infer_schema=False, empty_string_is_null=False).to_dicts()


def _comtrade(table: list[dict[str, str]], numbers: list[dict[str, str]]) -> dict[str, str]:
    """Number of trade statistics to code; a state that is no more has its code of that time."""
    found = {row["m49"].lstrip("0"): row["iso3"] for row in table if row["m49"]}
    own = {row["number"].lstrip("0"): row["code"] for row in numbers if row["code"]}
    alone = {
        row["number"].lstrip("0"): row["successors"]
        for row in numbers
        if not row["code"] and row["successors"] and "|" not in row["successors"]
    }
    every = found | own | alone
    padded = {number.zfill(3): code for number, code in every.items()}
    return every | padded


def _residual(numbers: list[dict[str, str]]) -> dict[str, str]:
    """Numbers that are no economy of the table, to their names."""
    lacking = [row for row in numbers if not row["code"] and "|" in row["successors"]]
    remainders = [row for row in numbers if row["kind"] == "residual"]
    return {
        text: row["name"]
        for row in (*lacking, *remainders)
        for text in (row["number"], row["number"].lstrip("0"))
    }


def _folded(texts: list[str]) -> list[str]:
    """The texts folded by the very expression that folds the cells."""
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    return frame.select(cast.folded(pl.col("text")))["text"].to_list()


@functools.cache
def _aggregates() -> dict[str, dict[str, Any]]:
    """The declared groups that a trade table may list as one partner."""
    declared = tomllib.loads(embedded("partner-groups.toml").read_text(encoding="utf-8"))
    return {
        name: group
        for name, group in declared["groups"].items()
        if group["aggregate"] or "listed_as" in group
    }


@functools.cache
def memberships() -> pl.DataFrame:
    """One row a member of an aggregate: ``aggregate``, ``member`` and its dates."""
    rows = [
        {
            "aggregate": group.get("listed_as", name),
            "member": member,
            "valid_from": group["valid_from"],
            "valid_until": group.get("valid_until"),
        }
        for name, group in _aggregates().items()
        for member in (*group["members"], *group.get("also_listed", ()))
    ]
    return pl.DataFrame(rows, schema=MEMBERSHIP)
