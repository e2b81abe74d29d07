"""SDMX-JSON as cells of text: one row a series and observation, a column a dimension."""

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any

import polars as pl

from calc.errors import DataRejectedError
from pipelines.ingest.source import Opened, cell
from pipelines.ingest.workbook import table

VALUE = "OBS_VALUE"


def sdmx_rows(name: str, reply: dict[str, Any]) -> Opened:
    """A reply as cells, the dimensions of series and observation first, then the value.

    Raises:
        DataRejectedError: It has not the shape of the standard, or its keys fit no order of the
            dimensions, or several.
    """
    try:
        series = reply["dataSets"][0]["series"]
        declared = reply["structure"]["dimensions"]
        dimensions, times = declared["series"], declared["observation"][0]
        keys = [tuple(int(part) for part in key.split(":")) for key in series]
        order = _order(name, keys, dimensions)
        rows = [*_rows(series, [dimensions[place] for place in order], times)]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as err:
        raise DataRejectedError(
            f"{name} is not the SDMX-JSON of a reply: {type(err).__name__} {err}",
            where=name,
            hint="download it again, as format JSON",
        ) from err
    headers = [*(dimensions[place]["id"] for place in order), times["id"], VALUE]
    columns = zip(*[headers, *rows], strict=True)
    frame = pl.DataFrame(
        [pl.Series(cell(place), texts, pl.String) for place, texts in enumerate(columns)]
    )
    return table("SDMX-JSON, an observation a row", frame)


def _order(
    name: str, keys: Sequence[tuple[int, ...]], dimensions: Sequence[dict[str, Any]]
) -> tuple[int, ...]:
    """Which dimension each place of a key counts: the declared order where all indexes fit it.

    Services have been seen to write keys in another order than they declare.
    """
    highest = [max(places) for places in zip(*keys, strict=True)]
    sizes = [len(dimension["values"]) for dimension in dimensions]
    declared = tuple(range(len(sizes)))
    if _fits(declared, highest, sizes):
        return declared
    fitting = {
        order: tuple(at for at in enumerate(order) if sizes[at[1]] > 1)
        for order in permutations(declared)
        if _fits(order, highest, sizes)
    }
    if len(set(fitting.values())) != 1:
        raise DataRejectedError(
            f"the keys of {name} do not say which dimension they count: "
            f"{', '.join(dimension['id'] for dimension in dimensions)}",
            where=name,
            hint="ask the service for one reporter and one partner at a time",
        )
    return min(fitting)


def _fits(order: Sequence[int], highest: Sequence[int], sizes: Sequence[int]) -> bool:
    return len(highest) == len(sizes) and all(
        most < sizes[place] for most, place in zip(highest, order, strict=True)
    )


def _rows(
    series: dict[str, Any], dimensions: Sequence[dict[str, Any]], times: dict[str, Any]
) -> Iterator[list[str | None]]:
    for key, found in series.items():
        ids = [
            dimension["values"][int(place)]["id"]
            for place, dimension in zip(key.split(":"), dimensions, strict=True)
        ]
        for when, observed in found["observations"].items():
            value = observed[0]
            yield [*ids, times["values"][int(when)]["id"], None if value is None else str(value)]
