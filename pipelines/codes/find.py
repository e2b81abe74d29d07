"""Goods by words: names and synonyms of groups first, since no official text says "car parts"."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calc.codes import edition_of, normalise_code
from calc.errors import UsageError, did_you_mean
from pipelines.codes.given import edition_given
from pipelines.codes.texts import NONE, Texts, read_texts
from pipelines.nomenclature import codes_of
from pipelines.scenario.reference import ProductGroup, fold, read_reference

MOST_SHOWN = 40


@dataclass(frozen=True, kw_only=True)
class Match:
    """What some words name: groups with their codes, and codes with their texts."""

    words: str
    nomenclature: str
    groups: tuple[ProductGroup, ...]
    codes: tuple[tuple[str, str], ...]
    texts: Texts

    def as_dict(self) -> dict[str, Any]:
        """The match as an object, for ``--json``."""
        edition = edition_of(self.nomenclature) or ""
        return {
            "words": self.words,
            "nomenclature": self.nomenclature,
            "groups": [
                {
                    "name": group.name,
                    "title": group.title,
                    "headings": list(group.headings),
                    "codes": list(group.codes[edition]),
                }
                for group in self.groups
            ],
            "codes": [{"code": code, "text": text} for code, text in self.codes],
            "texts": self.texts.source,
        }

    def lines(self) -> list[str]:
        """The match for people."""
        edition = edition_of(self.nomenclature) or ""
        told = []
        for group in self.groups:
            codes = group.codes[edition]
            told.append(f"@{group.name}: {group.title}, headings {', '.join(group.headings)}")
            told.append(f"  {len(codes)} codes of {edition}: {', '.join(codes)}")
        shown = self.codes[:MOST_SHOWN]
        told += [f"{code:<10}  {text}".rstrip() for code, text in shown]
        if len(self.codes) > len(shown):
            told.append(f"... and {len(self.codes) - len(shown):,} more; use more words or --json")
        if self.groups:
            told.append(f"next: retorsion codes convert @{self.groups[0].name} "
                        f"--from {self.nomenclature} --to HS1992")  # fmt: skip
        return told


def find(words: str, nomenclature: str, texts_file: Path | None) -> Match:
    """The groups and codes that some words, or the first digits of a code, name.

    Raises:
        UsageError: Nothing is found.
    """
    edition = edition_given(nomenclature, "--nomenclature")
    texts = read_texts(texts_file)
    digits = normalise_code(words)
    groups = _groups(words)
    codes = _begins(digits, edition, texts) if digits else _say(words, texts)
    if not groups and not codes:
        known = read_reference().product_words
        near = did_you_mean(fold(words), list(known))
        if digits:
            near = f"did you mean {', '.join(_beside(digits, edition))}?"
        raise UsageError(
            f"nothing is found for {words!r} in {edition}",
            where=f"groups; texts of {texts.source}",
            hint=near if texts_file else f"{near} {NONE}",
        )
    return Match(words=words, nomenclature=edition, groups=groups, codes=codes, texts=texts)


def _groups(words: str) -> tuple[ProductGroup, ...]:
    """The groups one of whose names holds all the words, or that hold the heading."""
    reference = read_reference()
    wanted = fold(words.removeprefix("@").replace("-", " ")).split()
    named = {
        name
        for word, name in reference.product_words.items()
        if wanted and set(wanted) <= set(word.replace("-", " ").split())
    }
    digits = normalise_code(words)
    found = [
        group
        for name, group in reference.product_groups.items()
        if name in named or (digits is not None and digits[:4] in group.headings)
    ]
    return tuple(found)


def _begins(digits: str, edition: str, texts: Texts) -> tuple[tuple[str, str], ...]:
    listed = [code for code in codes_of(edition) if code.startswith(digits) or code == digits[:6]]
    return tuple((code, texts.by_code.get(code, "")) for code in listed)


def _say(words: str, texts: Texts) -> tuple[tuple[str, str], ...]:
    wanted = fold(words).split()
    return tuple(
        (code, text)
        for code, text in sorted(texts.by_code.items())
        if all(word in fold(text) for word in wanted)
    )


def _beside(digits: str, edition: str) -> list[str]:
    """Codes of the same heading, or else chapter."""
    for length in (4, 2):
        near = [code for code in codes_of(edition) if code.startswith(digits[:length])]
        if near:
            return near[:3]
    return list(codes_of(edition)[:3])
