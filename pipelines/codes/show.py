"""A code in all editions: where it is listed, its category, and what it was before and became."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from calc.codes import HS6_DIGITS, normalise_code
from calc.concordance import adjacent_pairs, edition_names
from calc.errors import UsageError, nearest
from pipelines.codes.sitc import Sitc, read_sitc
from pipelines.codes.texts import Texts, read_texts
from pipelines.nomenclature import codes_of, nomenclature
from pipelines.scenario.reference import read_reference

NATIONAL = (
    "a national code: what is shown is its first six digits; the rest is the importer's own and "
    "changes without the editions"
)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What is known of a code.

    Attributes:
        code: The digits asked for.
        editions: Edition to the six-digit codes that it stands for there; none where not listed.
        bec4: Edition to the categories of those codes.
        groups: Names of the groups that hold any of them, by edition.
        changes: Sentences on what changed between editions that follow each other.
        texts: Code to text, of what is known.
        sitc: The user's correlation table with the SITC; null where none is given.
    """

    code: str
    editions: dict[str, list[str]]
    bec4: dict[str, list[str]]
    groups: dict[str, list[str]]
    changes: list[str]
    texts: Texts
    sitc: Sitc | None = None

    def text(self) -> str | None:
        """Its text; null where it is not known."""
        return self.texts.by_code.get(self.code) or self.texts.by_code.get(self.code[:HS6_DIGITS])

    def as_dict(self) -> dict[str, Any]:
        """What is known as an object, for ``--json``."""
        names = ("editions", "bec4", "groups", "changes")
        kept: dict[str, Any] = {"code": self.code, "text": self.text(), "texts": self.texts.source}
        found: dict[str, Any] = kept | {name: getattr(self, name) for name in names}
        if self.sitc is not None:
            found["sitc"] = {self.sitc.revision: self._sitc(), "of": self.sitc.hs,
                            "source": self.sitc.source}  # fmt: skip
        return found

    def _sitc(self) -> list[str]:
        return [] if self.sitc is None else self.sitc.of(self.code[:HS6_DIGITS])

    def lines(self) -> list[str]:
        """What is known, for people."""
        text = self.text()
        told = [f"{self.code}{f'  {text}' if text else ''}"]
        if len(self.code) > HS6_DIGITS:
            told.append(f"  {NATIONAL}")
        for edition, codes in self.editions.items():
            told.append(f"  {edition}  {self._of_edition(edition, codes)}")
        if self.sitc is not None:
            sitc = ", ".join(self._sitc()) or "not listed"
            told.append(f"  {self.sitc.revision}  {sitc} (of {self.sitc.hs}, {self.sitc.source})")
        told += [f"  {change}" for change in self.changes]
        return told

    def _of_edition(self, edition: str, codes: list[str]) -> str:
        if not codes:
            return "not listed"
        count = "" if len(self.code) >= HS6_DIGITS else f", {len(codes)} six-digit codes"
        category = f", BEC {', '.join(self.bec4[edition])}" if self.bec4[edition] else ""
        named = [f"@{name}" for name in self.groups[edition]]
        return f"listed{count}{category}" + (f", in {', '.join(named)}" if named else "")


def show_code(written: str, texts_file: Path | None, sitc_file: Path | None = None) -> Shown:
    """What is known of a code.

    Raises:
        UsageError: It is no code, or no edition lists it.
    """
    code = normalise_code(written)
    if code is None:
        raise UsageError(f"{written!r} is not a code", where="CODE", hint=_instead(written))
    head = code[:HS6_DIGITS]
    editions = {
        name: [each for each in codes_of(name) if each.startswith(head)] for name in edition_names()
    }
    if not any(editions.values()):
        raise UsageError(f"no edition lists {head}", where="CODE", hint=_near(head))
    return Shown(
        code=code,
        editions=editions,
        bec4={name: _categories(name, codes) for name, codes in editions.items()},
        groups={name: _groups(name, codes) for name, codes in editions.items()},
        changes=_changes(head) if len(head) == HS6_DIGITS else [],
        texts=read_texts(texts_file),
        sitc=None if sitc_file is None else read_sitc(sitc_file),
    )


def _instead(written: str) -> str:
    """What to type for something that is not a code: a group, where one is named like it."""
    groups = sorted(read_reference().product_groups)
    named = [name for name in groups if name == written.strip().casefold()]
    near = named or nearest(written, groups)
    if not near:
        return 'write 2 to 10 digits, or use "find"'
    commands = " or ".join(f"retorsion codes show @{name}" for name in near)
    return (
        f"it is the name of a group: {commands}" if named else f"a group may be meant: {commands}"
    )


def _near(head: str) -> str:
    listed = {code for name in edition_names() for code in codes_of(name)}
    for length in (4, 2):
        near = sorted(code for code in listed if code.startswith(head[:length]))
        if near:
            return f"under {head[:length]} there are {', '.join(near[:8])}"
    return "the chapters are 01 to 97, without 77"


def _categories(edition: str, codes: list[str]) -> list[str]:
    runs = nomenclature().codes.filter(
        pl.col("first_edition") <= edition,
        pl.col("last_edition") >= edition,
        pl.col("code").is_in(codes),
    )
    return runs.select(pl.col("bec4").drop_nulls().unique().sort()).collect()["bec4"].to_list()


def _groups(edition: str, codes: list[str]) -> list[str]:
    groups = read_reference().product_groups.values()
    return [group.name for group in groups if set(codes) & set(group.codes[edition])]


def _changes(code: str) -> list[str]:
    """What the code was before, and what it became, wherever that is not the code itself."""
    told = []
    for older, newer in pairwise(edition_names()):
        backward = _related(newer, older, code)
        forward = _related(older, newer, code)
        if backward and backward != [code]:
            told.append(f"{newer}  {code} comes from {', '.join(backward)} of {older}")
        if forward and forward != [code]:
            told.append(f"{newer}  {code} of {older} went to {', '.join(forward)}")
    return told


MOST_NAMED = 8


def _related(source: str, target: str, code: str) -> list[str]:
    pairs = adjacent_pairs(nomenclature(), source, target).filter(pl.col("source") == code)
    found: list[str] = pairs.select(pl.col("target").sort()).collect()["target"].to_list()
    if len(found) > MOST_NAMED:
        return [*found[:MOST_NAMED], f"and {len(found) - MOST_NAMED} more"]
    return found
