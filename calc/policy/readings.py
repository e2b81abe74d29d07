"""Readings of the law that other engines use in its place, so that their figures can be met.

A reading is no law. Each is known by one name, says how it departs from the law, and is asked for
by name; see ``docs/replication.md``.
"""

from collections.abc import Mapping, Sequence

AVERAGED = "averaged"
HIGHEST = "highest-of-programmes"
SUM = "sum-of-programmes"
CONTENT_FIRST = "content-first-rest"
CONSTANT = "constant-base"

MEANINGS: Mapping[str, str] = {
    AVERAGED: "no flow is told apart by portions: each rate counts times the part that pays it, "
    "and the law is applied to these averages",
    HIGHEST: "of the programmes of an authority the one that comes to most is charged; those on "
    "contents are added up and count as one",
    SUM: "all programmes of an authority are charged, whichever goes first",
    CONTENT_FIRST: "where a programme on a content hits, what is on the rest of its authority is "
    "on what the contents leave, even where a programme on the full value is charged",
    CONSTANT: "the base duty is a constant on top: no measure tops it up or takes its place",
}
"""How each reading departs from the law, by its name."""
OF_ALL = (AVERAGED, CONSTANT)
"""Readings that are of the whole law, and not of one authority."""


def is_read(readings: Mapping[str, Sequence[str]], name: str, authority: str) -> bool:
    """Whether a reading is that of an authority: it is named, or the reading is of all.

    Args:
        readings: Name of a reading to the authorities that are read so; none for all of them.
        name: The reading.
        authority: The authority.
    """
    return name in readings and (not readings[name] or authority in readings[name])


def joins_programmes(readings: Mapping[str, Sequence[str]], authority: str) -> bool:
    """Whether no programme of an authority goes before another."""
    return any(is_read(readings, name, authority) for name in (HIGHEST, SUM))
