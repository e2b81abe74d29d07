"""Which faults are put in: drawn from all of ``calc``, and told apart when lines have moved."""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.sites import Site, sites

ROOT = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.toml")


@dataclass(frozen=True, slots=True)
class Fault:
    """A small fault in a file, by its path in the checkout.

    ``text`` is the line as it is written; ``number`` counts what is alike in a file, from 1.
    """

    file: str
    site: Site
    text: str
    number: int

    def __str__(self) -> str:
        return f"{self.file}:{self.site.line}: {self.old} -> {self.new}"

    @property
    def old(self) -> str:
        """What is there, in one line."""
        return " ".join(self.site.old.split())

    @property
    def new(self) -> str:
        """What is put there, in one line."""
        return " ".join(self.site.new.split())

    @property
    def key(self) -> str:
        """The fault without the number of its line: the same where other lines are changed."""
        return f"{self.file}: {self.text}: {self.old} -> {self.new}: {self.number}"

    @property
    def module(self) -> str:
        """The module of the file, as it is imported."""
        return self.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def faults_of(file: str, text: str) -> Iterator[Fault]:
    """Every fault of a file with such a text."""
    lines, seen = ["", *text.splitlines()], Counter[tuple[str, str, str]]()
    for site in sites(text):
        alike = lines[site.line].strip(), site.old, site.new
        seen[alike] += 1
        yield Fault(file, site, alike[0], seen[alike])


def every_fault(only: str = "") -> list[Fault]:
    """Every fault of ``calc``, or of the files in whose path a text is."""
    return [
        fault
        for path in sorted((ROOT / "calc").rglob("*.py"))
        if only in (file := path.relative_to(ROOT).as_posix())
        for fault in faults_of(file, path.read_text(encoding="utf-8"))
    ]


def drawn(faults: Iterable[Fault], count: int, seed: int) -> list[Fault]:
    """Some of the faults, in their order; all where 0. Others of a file do not alter who is drawn.

    Each has a number of its own, made from the seed and what the fault is, and the lowest are
    drawn: a line that is added to a module changes a draw by little.
    """
    every = list(faults)
    lots = {
        fault.key: hashlib.sha256(f"{seed}:{fault.key}".encode()).hexdigest() for fault in every
    }
    lowest = sorted(every, key=lambda fault: lots[fault.key])[: count or None]
    chosen = {fault.key for fault in lowest}
    return [fault for fault in every if fault.key in chosen]


def equivalent() -> Mapping[str, str]:
    """Why a fault changes no result, by its key, as people judged it.

    Raises:
        KeyError: An entry lacks a word.
    """
    listed = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["fault"]
    return {
        f"{one['file']}: {one['line']}: {one['old']} -> {one['new']}: {number}": one["why"]
        for one in listed
        for number in one.get("numbers", [1])
    }
