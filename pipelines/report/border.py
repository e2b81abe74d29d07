"""What is paid at the border, added up: the duty of the covered lines, each charge, and all."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from pipelines.report.figures import Tables, exact_sum
from pipelines.report.words import dollars

TOTAL = "duty and charges"
TIMES = ("before", "after")


def border_totals(tables: Tables) -> list[dict[str, Any]]:
    """A row an importer and charge, in the order of payment, and one of the duty with all of them.

    Sums leave out what is not known; ``unknown_lines`` counts the lines on which it is not, and
    ``before_is_at_least`` and ``after_is_at_least`` say that more is paid than the sum.
    """
    if "border_charges" not in tables:
        return []
    rows = []
    for (importer,), own in tables["border_charges"].group_by("importer", maintain_order=True):
        duty = tables["by_importer"].filter(importer=importer).row(0, named=True)
        whole = {f"charge_{time}_usd": duty[f"duty_{time}_usd"] or 0.0 for time in TIMES}
        bound = {time: duty[f"duty_{time}_unknown_value_usd"] > 0 for time in TIMES}
        unknown = 0
        for _, charge in own.sort("place", "charge").group_by("charge", maintain_order=True):
            sums = {name: exact_sum(charge, name) for name in whole}
            missing = charge.filter(pl.any_horizontal(pl.col(list(whole)).is_null())).height
            part = {time: charge[f"charge_{time}_usd"].null_count() > 0 for time in TIMES}
            rows.append(_row(importer, charge["charge"][0], sums, missing, part))
            unknown = max(unknown, missing)
            whole = {at: round(of + (sums[at] or 0.0), 4) for at, of in whole.items()}
            bound = {time: bound[time] or part[time] for time in TIMES}
        rows.append(_row(importer, TOTAL, whole, unknown, bound))
    return rows


def _row(
    importer: Any,
    charge: str,
    sums: Mapping[str, float | None],
    unknown_lines: int,
    bound: Mapping[str, bool],
) -> dict[str, Any]:
    at_least = {f"{time}_is_at_least": bound[time] for time in TIMES}
    named = {"importer": importer, "charge": charge}
    return {**named, **sums, "unknown_lines": unknown_lines, **at_least}


def border_lines(tables: Tables) -> Iterator[str]:
    """The charges and what is paid in all, a line each, before and after the measures."""
    for row in border_totals(tables):
        before, after = (
            f"{'>= ' if row[f'{time}_is_at_least'] and row[name] is not None else ''}"
            f"{dollars(row[name])} {time}"
            for time in TIMES
            for name in (f"charge_{time}_usd",)
        )
        unknown = row["unknown_lines"]
        beside = f"; unknown on {unknown:,} line{'' if unknown == 1 else 's'}" if unknown else ""
        yield f"at the border {row['charge']}: {before}, {after}{beside}"
