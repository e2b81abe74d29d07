"""The licences of what is locked, by what the distributions say of themselves.

``python -m tests.licences > docs/licences.md`` remakes the list.
"""

import re
from importlib import metadata
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"
LOCKED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==(\S+)", re.MULTILINE)
BY_HAND = {"dataframely": "BSD-3-Clause"}
"""Licences of those that say nothing in their metadata, from the licence file that they carry."""

PERMISSIVE = re.compile(r"\b(MIT|BSD|Apache|ISC|PSF|0BSD|Zlib|CC0|Public Domain)", re.IGNORECASE)
WEAK = re.compile(r"\b(MPL|Mozilla|LGPL|Lesser General Public)", re.IGNORECASE)
STRONG = re.compile(r"\bAGPL|\bAffero|(?<!Lesser )General Public|(?<!L)GPL")

HEAD = """# Licences of what is locked

What each distribution in `requirements.lock` says of itself, where it is installed. Those under a
weak copyleft (MPL, LGPL) are used unaltered, as libraries of their own. Made by
`python -m tests.licences > docs/licences.md`, and held by a test.

| distribution | licence | kind |
|---|---|---|
"""


def locked() -> dict[str, str]:
    """Version of each locked distribution, by its name, sorted."""
    return dict(sorted(LOCKED.findall(LOCK.read_text(encoding="utf-8"))))


def licence_of(name: str) -> str | None:
    """What a distribution says of its licence; null where it is not installed here."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    classified = [
        text.rpartition("::")[2].strip()
        for text in said.get_all("Classifier") or []
        if text.startswith("License ::")
    ]
    free = str(said.json.get("license", ""))
    short = free if "\n" not in free and len(free) < 60 else ""
    expression = str(said.json.get("license_expression", ""))
    return expression or short or ", ".join(classified) or BY_HAND.get(name, "")


def kind_of(licence: str) -> str:
    """``permissive``, ``weak copyleft``, ``copyleft``, or ``unknown``."""
    if STRONG.search(licence):
        return "copyleft"
    if WEAK.search(licence):
        return "weak copyleft"
    return "permissive" if PERMISSIVE.search(licence) else "unknown"


def listed() -> str:
    """The list as Markdown."""
    rows = [(name, licence_of(name)) for name in locked()]
    lines = [f"| {name} | {text} | {kind_of(text)} |" for name, text in rows if text is not None]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(listed(), end="")
