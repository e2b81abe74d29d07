"""What scenarios may name: economies, groups of partners, groups of products."""

import csv
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256

from calc.errors import nearest
from pipelines.ingest.words import words
from pipelines.workspace import embedded

ECONOMIES = "economies.csv"
PARTNER_GROUPS = "partner-groups.toml"
PRODUCT_GROUPS = "groups.toml"


@dataclass(frozen=True, slots=True)
class PartnerGroup:
    """A group of partners with its members; ``valid_until`` is null where it still is so.

    An aggregate is also a partner of its own in trade tables, by its name or as ``listed_as``;
    ``also_listed`` are codes by which they list members beside their own.
    """

    name: str
    is_aggregate: bool
    members: tuple[str, ...]
    valid_from: date
    valid_until: date | None
    listed_as: str = ""
    also_listed: tuple[str, ...] = ()

    def is_valid_at(self, day: date) -> bool:
        """Whether the group has these members on a day."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)

    @property
    def partners(self) -> tuple[str, ...]:
        """The members, and the aggregate itself where trade tables may list it."""
        itself = self.listed_as or (self.name if self.is_aggregate else "")
        return (*([itself] if itself else []), *self.members, *self.also_listed)


@dataclass(frozen=True, slots=True)
class ProductGroup:
    """A group of products: its title, headings, and six-digit codes by edition of the HS."""

    name: str
    title: str
    headings: tuple[str, ...]
    codes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Reference:
    """Everything that a scenario may name, and the SHA-256 of the files that say so.

    ``words`` leads from a folded code or name of an economy to its alpha-3 codes (several where
    the name alone does not decide), ``product_words`` from a name or synonym to a group,
    with blanks or dashes between its words.
    """

    names: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    partner_groups: Mapping[str, PartnerGroup]
    product_groups: Mapping[str, ProductGroup]
    product_words: Mapping[str, str]
    hashes: Mapping[str, str]

    def economies(self, word: str) -> tuple[str, ...]:
        """The alpha-3 codes that a code or English name may mean; none where it is unknown."""
        return self.words.get(fold(word), ())

    def within(self, economy: str) -> frozenset[str]:
        """An economy itself, and the members where it is an aggregate."""
        group = self.partner_groups.get(economy)
        return frozenset({economy, *(group.partners if group is not None else ())})

    def near_partners(self, word: str) -> list[str]:
        """The nearest codes of groups and economies, with the name where the name was near."""
        begun = [name for name in self.partner_groups if name.startswith(word.strip().upper())]
        if begun and word.strip():
            return begun
        known = {fold(name): name for name in self.partner_groups}
        known |= {name: " or ".join(self.labels(codes)) for name, codes in self.words.items()}
        found = [known[near] for near in nearest(fold(word), known)]
        return list(dict.fromkeys(found))

    def labels(self, codes: Iterable[str]) -> list[str]:
        """Codes with their names: ``KOR (Korea, Republic of)``."""
        return [f"{code} ({self.names[code]})" for code in codes]


def fold(word: str) -> str:
    """A word without accents, case and repeated blanks, so that ``Turkiye`` finds Türkiye."""
    plain = unicodedata.normalize("NFKD", word)
    kept = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(kept.replace("’", "'").casefold().split())


@cache
def read_reference() -> Reference:
    """The reference tables that come with the tool; read once.

    Raises:
        DataRejectedError: One of them is missing, so the installation is incomplete.
    """
    content = {
        name: embedded(name).read_bytes() for name in (ECONOMIES, PARTNER_GROUPS, PRODUCT_GROUPS)
    }
    text = {name: raw.decode("utf-8") for name, raw in content.items()}
    rows = list(csv.DictReader(text[ECONOMIES].splitlines()))
    product_groups = _product_groups(text[PRODUCT_GROUPS])
    return Reference(
        names={row["iso3"]: row["name"] for row in rows},
        words=_words(rows),
        partner_groups=_partner_groups(text[PARTNER_GROUPS]),
        product_groups={group.name: group for group, _ in product_groups},
        product_words={
            fold(said): group.name
            for group, synonyms in product_groups
            for word in synonyms
            for said in (word, word.replace(" ", "-"))
        },
        hashes={name: sha256(raw).hexdigest() for name, raw in content.items()},
    )


def _words(rows: list[dict[str, str]]) -> dict[str, tuple[str, ...]]:
    """Codes and names, folded. What stands before a comma may belong to several: both Koreas."""
    others = words().economies.items()
    names = {fold(name): {code} for code, own in others for name in own}
    for row in rows:
        stem, _, rest = row["name"].partition(", ")
        for name in {row["name"], stem, f"{rest} {stem}".strip()}:
            names.setdefault(fold(name), set()).add(row["iso3"])
    codes = {fold(row[column]): {row["iso3"]} for row in rows for column in ("iso2", "iso3")}
    return {word: tuple(sorted(found)) for word, found in (names | codes).items()}


def _partner_groups(text: str) -> dict[str, PartnerGroup]:
    return {
        name: PartnerGroup(
            name,
            entry["aggregate"],
            tuple(entry["members"]),
            entry["valid_from"],
            entry.get("valid_until"),
            entry.get("listed_as", ""),
            tuple(entry.get("also_listed", ())),
        )
        for name, entry in tomllib.loads(text)["groups"].items()
    }


def _product_groups(text: str) -> list[tuple[ProductGroup, tuple[str, ...]]]:
    """Each group with the words that name it."""
    found = []
    for name, entry in tomllib.loads(text)["groups"].items():
        codes = {edition: tuple(listed) for edition, listed in entry["codes"].items()}
        group = ProductGroup(name, entry["title"], tuple(entry["headings"]), codes)
        found.append((group, (name, *entry["synonyms"])))
    return found
