"""The duty that sources of markets paid by the statistics, beside that of the scenario's base."""

from collections.abc import Iterator

import polars as pl

from pipelines.report.figures import exact_sum
from pipelines.run.compute import Answer
from pipelines.run.question import Question

NEAR = 0.01
"""Part of the duty by the statistics from which a difference is told."""
MOST_PARTNERS = 3
SOURCE = ("importer", "code", "partner")
BASE, PAID = "duty_before_usd", "calculated_duty_usd"


def duty_by_statistics(question: Question, found: Answer, effects: pl.DataFrame) -> Iterator[str]:
    """What the base duty before of the solved sources comes to beside what the statistics have.

    A partner that no measure names is at the base duty of the scenario, which knows neither other
    measures nor, often, preferences. Told where both are known and differ.
    """
    solved = effects.filter(
        pl.col("model") == "exact", pl.col("verdict") == "solved",
        pl.col("partner") != pl.col("importer"),
    )  # fmt: skip
    imports: pl.LazyFrame = question.imports(found.period).to_native()
    paid = imports.filter(pl.col(PAID).is_not_null()).select(*SOURCE, PAID).collect()
    told = solved.join(paid, on=list(SOURCE), how="semi")
    paid = paid.join(solved, on=list(SOURCE), how="semi")
    base, by_statistics = exact_sum(told, BASE), exact_sum(paid, PAID)
    if base is None or by_statistics is None or abs(base - by_statistics) <= NEAR * by_statistics:
        return
    yield (
        f"Before, these sources owe USD {base:,.0f} by the base duties of the scenario, and paid "
        f"USD {by_statistics:,.0f} by the statistics: measures and preferences that the base has "
        f"not are in no answer of trade. Base less statistics is most for {_most(told, paid)}."
    )


def _most(told: pl.DataFrame, paid: pl.DataFrame) -> str:
    """The partners whose duty differs most, with the difference."""
    gaps = []
    for (partner,), rows in told.group_by("partner"):
        own = paid.filter(pl.col("partner") == partner)
        gap = (exact_sum(rows, BASE) or 0.0) - (exact_sum(own, PAID) or 0.0)
        gaps.append((-abs(gap), str(partner), gap))
    return ", ".join(f"{partner} ({gap:+,.0f})" for _, partner, gap in sorted(gaps)[:MOST_PARTNERS])
