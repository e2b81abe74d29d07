"""What a text that is no known economy nearly says, where it can be one economy only."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from pipelines.ingest.economies import economies
from pipelines.ingest.words import folded

LONGER = {"rep": "republic", "dem": "democratic", "st": "saint", "is": "islands", "fed": "federal"}
PASSED_OVER = ("the", "of", "and")
CLOSE = 0.84
"""Likeness from which on a name is taken for a slip of the pen: one letter in six."""
SHORTEST = 5
"""Letters below which a name is like too many others."""
MOST = 1_000
"""Different texts that are looked at, in their order: likeness is slow to tell."""


def spellings(texts: Iterable[str], codes: str) -> dict[str, str]:
    """Texts to what each must mean: an alpha-3 code, or a code of the source as it knows it.

    Args:
        texts: Cells that are no economy that is known.
        codes: The system of codes of the source, as its declaration names it.
    """
    known = economies().meanings(codes)
    names = {text: code for text, code in known.items() if len(text) >= SHORTEST}
    names = {text: code for text, code in names.items() if not text.isdigit()}
    by_words = _by_words(set(names.values()))
    found = {}
    for text in sorted(set(texts))[:MOST]:
        meant = _meant(text, known, names, by_words)
        if meant is not None:
            found[text] = meant
    return found


def _meant(
    text: str, known: Mapping[str, str], names: Mapping[str, str], by_words: Mapping[str, str]
) -> str | None:
    """What a text must mean; None where it may mean several, or nothing that is known."""
    if folded(text) in economies().ambiguous:
        return None
    for bare in _bared(text):
        if folded(bare) in known:
            exact = known[folded(bare)]
            return exact if known.get(exact.lower()) == exact else bare
    code = by_words.get(_words(text)) or _alike(folded(text), names)
    return code if code and known.get(code.lower()) == code else None


def _bared(text: str) -> Iterable[str]:
    """The text without damage of its encoding, decimals, and marks of footnotes behind it."""
    for encoding in ("cp1252", "latin-1"):
        try:
            yield text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    yield re.sub(r"^([0-9]+)\.0$", r"\1", text)
    yield re.sub(r"(?:\s*[*†‡#]+|\s*\(?[0-9]{1,2}[/)])$", "", text)


def _words(text: str) -> str:
    """The words of a name in their alphabet, without those that any name may have."""
    parts = re.findall(r"[^\W_]+", text.lower().replace("'", "").replace("’", ""))
    long = {LONGER.get(part, part) for part in parts}
    return " ".join(sorted(folded(part) for part in long.difference(PASSED_OVER)))


def _by_words(codes: set[str]) -> dict[str, str]:
    """The words of each name to its code, where no other economy has the same."""
    shared = defaultdict(set)
    for code, name in economies().names.items():
        if code in codes:
            shared[_words(name)].add(code)
    return {said: next(iter(found)) for said, found in shared.items() if len(found) == 1}


def _alike(text: str, names: Mapping[str, str]) -> str | None:
    """The one economy whose names are like a folded text."""
    if len(text) < SHORTEST or text.isdigit():
        return None
    close = difflib.get_close_matches(text, sorted(names), n=4, cutoff=CLOSE)
    meant = {names[name] for name in close}
    return meant.pop() if len(meant) == 1 else None
