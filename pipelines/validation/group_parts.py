"""How the rows of a long table are divided so that each group of a rule is whole in one part."""

from collections.abc import Collection, Mapping

import polars as pl


def parts_of(by: Collection[str], importers: Mapping[str | None, int], parts: int) -> list[pl.Expr]:
    """Conditions on rows, of which each row meets one: some importers together.

    A rule on groups that are not by importer is judged in parts of the first text of its key; one
    on the whole table by all rows at once, which is one group.

    Args:
        by: The columns that tell the groups of a rule apart.
        importers: The rows of each importer.
        parts: How many parts there are to be, about.
    """
    if parts == 1 or not by:
        return [pl.lit(value=True)]
    if "importer" not in by:
        place = pl.col(next(iter(by))).hash() % parts
        return [place == number for number in range(parts)]
    together: list[list[str | None]] = [[]]
    size, least = 0, -(-sum(importers.values()) // parts)
    for name, rows in sorted(importers.items(), key=lambda one: (one[0] is None, one[0] or "")):
        if together[-1] and size + rows > least:
            together.append([])
            size = 0
        together[-1].append(name)
        size += rows
    return [_is_one_of(names) for names in together if names] or [pl.lit(value=True)]


def _is_one_of(names: list[str | None]) -> pl.Expr:
    given = pl.col("importer").is_in([name for name in names if name is not None])
    return given.fill_null(value=None in names)
