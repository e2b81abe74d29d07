"""Sums of the rows of a table, kept by cube as batches come, in parts that are judged one by one.

Texts are kept as numbers (categories): a sum takes some 45 bytes however long its words are.
"""

from collections.abc import Collection, Iterator, Mapping

import polars as pl

from calc import judge
from calc.cubes import STAYS, Cube, can_be_summed

MERGED_ROWS = 3_000_000
"""Rows of parts of a cube that are put together at once."""


class Sums:
    """The sums of a cube, by part of the importers where each group is under one importer.

    Args:
        cube: What rows are summed to.
        parts: Into how many parts importers are divided.
    """

    def __init__(self, cube: Cube, parts: int) -> None:
        self.cube = cube
        self._parts: list[list[pl.DataFrame]] = [[] for _ in range(max(parts, 1))]
        if not cube.is_by_importer:
            del self._parts[1:]

    def add(self, sums: pl.DataFrame) -> None:
        """Take in the sums of a batch of rows, texts as categories, columns in any order."""
        for place, own in self._divided(sums.select(self._columns)):
            part = self._parts[place]
            part.append(own)
            least = max(MERGED_ROWS // len(self._parts), 2 * part[0].height)
            if len(part) > 1 and sum(one.height for one in part) > least:
                part[:] = [self._merged(part)]

    def _divided(self, sums: pl.DataFrame) -> Iterator[tuple[int, pl.DataFrame]]:
        if len(self._parts) == 1:
            yield 0, sums
            return
        place = sums["importer"].cast(pl.String).hash() % len(self._parts)
        for number in place.unique():
            yield number, sums.filter(place == number)

    def frames(self) -> Iterator[pl.DataFrame]:
        """The parts one after another: keys as texts, ``stays``, ``rows``, ``value_e4``, sums."""
        for part in self._parts:
            if part:
                part[:] = [self._merged(part)]
                yield part[0].with_columns(pl.col(pl.Categorical).cast(pl.String))

    def _merged(self, part: list[pl.DataFrame]) -> pl.DataFrame:
        cube = self.cube
        if len(part) == 1:
            return part[0]
        whole = pl.concat(part).group_by(*cube.keys, STAYS)
        return whole.agg(cube.totals).select(self._columns)

    @property
    def _columns(self) -> list[str]:
        cube = self.cube
        sums = [*cube.summed, *cube.largest, *cube.smallest]
        return [*cube.keys, STAYS, judge.ROWS, judge.VALUE, *sums]


def widest_first(cubes: Collection[Cube]) -> list[Cube]:
    """The cubes, such that one that can be summed to another comes before it."""
    return sorted(cubes, key=lambda cube: (-len(cube.keys), cube.keys))


def summed_from(made: Mapping[Cube, pl.DataFrame], cube: Cube) -> pl.DataFrame | None:
    """The sums of a batch for a cube, from those of a wider one; None where there is none."""
    for wider, sums in made.items():
        if can_be_summed(wider, cube):
            return sums.group_by(*cube.keys, STAYS).agg(cube.totals)
    return None
