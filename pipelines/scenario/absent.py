"""Codes that a scenario names and its edition of the Harmonized System does not have."""

import csv
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache

from calc.codes import edition_of
from calc.errors import nearest
from pipelines.scenario.files import is_annex
from pipelines.scenario.model import ALL, ProductWord, Scenario
from pipelines.scenario.where import Where
from pipelines.workspace import embedded

HS_DIGITS = 6
MOST_SHOWN = 5
OWN_CHAPTERS = ("98", "99")
"""Chapters that importers keep for provisions of their own."""


def absent_codes(scenario: Scenario, where: Where) -> Iterator[str]:
    """A sentence on each word of goods that stands for codes which the edition does not have.

    Of a range some codes may not be there, of a national code its first six digits must be.
    Nothing is told of an edition that is not known.
    """
    edition = edition_of(scenario.nomenclature)
    known = codes_of(edition) if edition else ()
    told: set[tuple[str, ...]] = set()
    for measure in scenario.measures if edition else ():
        for word in measure.all_words():
            lost = [] if word.group or word.prefixes == (ALL,) else _lost(word, known)
            if lost and (word.written, *lost) not in told:
                told.add((word.written, *lost))
                place = where.word(measure.measure_id, word.written)
                place = place or f"measure {measure.measure_id}"
                yield f"{place}: {_said(word, lost)} not in {edition}{_near(lost, known)}"


def _said(word: ProductWord, lost: Sequence[str]) -> str:
    """What is not there: a code, a range, or codes of an annex."""
    if not is_annex(word.written):
        return f'the code "{word.written}" is' if len(lost) == 1 else f'all of "{word.written}" is'
    listed = ", ".join(lost[:MOST_SHOWN])
    more = f" and {len(lost) - MOST_SHOWN:,} more" if len(lost) > MOST_SHOWN else ""
    return f"of {word.written}, {listed}{more} {'is' if len(lost) == 1 else 'are'}"


def _near(lost: Sequence[str], known: Sequence[str]) -> str:
    """The nearest codes of the edition, where one code is not there."""
    if len(lost) > 1:
        return ""
    head = lost[0][:HS_DIGITS]
    heads = sorted({code[: len(head)] for code in known})
    near = nearest(head, [code for code in heads if code[:2] == head[:2]] or heads)
    return f"; did you mean {' or '.join(near)}?" if near else ""


@cache
def codes_of(edition: str) -> Sequence[str]:
    """The six-digit codes of an edition, sorted."""
    with embedded("hs-codes.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return sorted({r["code"] for r in rows if r["first_edition"] <= edition <= r["last_edition"]})


def _lost(word: ProductWord, known: Sequence[str]) -> list[str]:
    """The codes of a word that are not there; of a range only where none of it is."""
    absent = [prefix for prefix in word.prefixes if not _is_there(prefix, known)]
    is_range = len(word.prefixes) > 1 and not is_annex(word.written)
    return [] if is_range and len(absent) < len(word.prefixes) else absent


def _is_there(prefix: str, known: Sequence[str]) -> bool:
    head = prefix[:HS_DIGITS]
    if head.startswith(OWN_CHAPTERS):
        return True
    place = bisect_left(known, head)
    return place < len(known) and known[place].startswith(head)
