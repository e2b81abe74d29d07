"""A group of products in all editions: its codes in each, and what leaks between them."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from calc.concordance import edition_names
from pipelines.codes.given import group_named
from pipelines.codes.leaks import leaks_of
from pipelines.scenario.reference import ProductGroup, read_reference


@dataclass(frozen=True, kw_only=True)
class ShownGroup:
    """A group, and sentences on what leaves it and comes in from an edition to another."""

    group: ProductGroup
    leaks: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The group as an object, for ``--json``."""
        return {
            "group": self.group.name,
            "title": self.group.title,
            "headings": list(self.group.headings),
            "codes": {edition: list(codes) for edition, codes in self.group.codes.items()},
            "leaks": list(self.leaks),
        }

    def lines(self) -> list[str]:
        """The group for people."""
        group = self.group
        told = [f"@{group.name}  {group.title}, headings {', '.join(group.headings)}"]
        for edition in edition_names():
            codes = group.codes[edition]
            told.append(f"  {edition}  {len(codes)} codes: {', '.join(codes)}")
        told += [f"  {leak}" for leak in self.leaks]
        return [
            *told,
            f"next: retorsion codes convert @{group.name} --from {edition_names()[-1]} "
            f"--to {edition_names()[0]} --trade TABLE tells the dollars",
        ]


def show_group(word: str) -> ShownGroup:
    """A group in all editions, with what leaks from each to the next and from last to first.

    Raises:
        UsageError: The group is not known.
    """
    name, editions = group_named(word), edition_names()
    pairs = [*pairwise(editions), (editions[-1], editions[0])]
    leaks = [told for older, newer in pairs for told in leaks_of(name, older, newer)]
    return ShownGroup(group=read_reference().product_groups[name], leaks=tuple(leaks))
