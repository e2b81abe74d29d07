"""Whether a run may be used as it is: its own checks, and under ``--strict`` what is unknown."""

from collections.abc import Iterator, Mapping

import polars as pl

from calc.errors import Problem, VerificationError
from pipelines.report.figures import exact_sum
from pipelines.report.words import how_many
from pipelines.run.manifest import Manifest

UNKNOWN = {
    "duty_before_unknown_value_usd": "the base duty cannot be computed",
    "duty_increment_unknown_value_usd": "the added duty cannot be computed",
    "affected_unknown_value_usd": "it is not known whether the rate changes",
}


def refuse_failed(manifest: Manifest, tables: Mapping[str, pl.DataFrame], *, strict: bool) -> None:
    """Nothing, where every check of a run holds; the run itself stays.

    Raises:
        VerificationError: A check failed, or under ``strict`` something is not known.
    """
    failed = [
        Problem(check, where=f"run {manifest.run_id}", hint="a bug of ours; please report it")
        for check in manifest.failed_checks
    ]
    failed += _controls(manifest, tables)
    unknown = list(_unknown(manifest, tables["by_importer"])) if strict else []
    unknown += _unsolved(manifest, tables) if strict else []
    if failed or unknown:
        raise VerificationError.collected([*failed, *unknown])


def _controls(manifest: Manifest, tables: Mapping[str, pl.DataFrame]) -> Iterator[Problem]:
    """The control totals that the run does not meet."""
    if "controls" not in tables:
        return
    for row in tables["controls"].filter(pl.col("verdict") == "not met").iter_rows(named=True):
        yield Problem(
            f"control total {row['figure']} is not met: {row['found_usd']:,.0f} against "
            f"{row['equals_usd']:,.0f} USD, a difference of {row['difference_usd']:+,.0f}",
            where=f"run {manifest.run_id}, {row['importer']}, [control] {row['figure']}",
            hint=f"compare with its source: {row['source']}",
        )


def _unsolved(manifest: Manifest, tables: Mapping[str, pl.DataFrame]) -> Iterator[Problem]:
    """The markets that could not be solved, all in one."""
    if "market_effects" not in tables:
        return
    rows = tables["market_effects"].filter(pl.col("verdict") != "solved")
    if rows.height:
        value = exact_sum(rows, "unsolved_value_usd") or 0.0
        yield Problem(
            f"{how_many(rows.height, 'market')} of USD {value:,.0f} not solved",
            where=f"run {manifest.run_id}, table market_effects, column verdict",
            hint=f"the first: {rows['code'][0]}: {rows['unsolved_reason'][0]}",
        )


def _unknown(manifest: Manifest, by_importer: pl.DataFrame) -> Iterator[Problem]:
    for column, words in UNKNOWN.items():
        value = exact_sum(by_importer, column) or 0.0
        if value:
            yield Problem(
                f"{words} on USD {value:,.0f}",
                where=f"run {manifest.run_id}, table by_importer, column {column}",
                hint="the lines and reasons: lines.parquet, column duty_unknown_reason",
            )
