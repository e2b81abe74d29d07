"""The first rows and groups that break each rule, read from what is kept of a verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.memory import rows_of
from pipelines.validation.quarantine import head_of
from pipelines.validation.verdict import GROUPS_FILE, NOTICED_FILE, QUARANTINE_FILE

ROWS_SHOWN = 50
GROUPS_SHOWN = 5
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """What a page shows of rows and groups.

    ``failed`` and ``noticed`` are rows as in QUARANTINE, ``noticed_rows`` how many are noticed in
    all; ``groups`` has, by rule, groups as in GROUP_FIGURES, the largest value first.
    """

    failed: Sequence[Row]
    noticed: Sequence[Row]
    noticed_rows: int
    groups: Mapping[str, Sequence[Row]]


def examples_of(folder: Path) -> Examples:
    """The first rows and groups that are kept in the folder of a verdict.

    Raises:
        OSError: A file cannot be read.
    """
    broken = pl.scan_parquet(folder / GROUPS_FILE).filter(~pl.col("is_kept"))
    first = broken.sort(
        "rule_id", pl.col("value_usd").fill_null(0.0), "group", descending=[False, True, False]
    )
    shown = first.group_by("rule_id", maintain_order=True).head(GROUPS_SHOWN).collect()
    by_rule: dict[str, list[Row]] = {}
    for row in shown.iter_rows(named=True):
        by_rule.setdefault(row["rule_id"], []).append(row)
    return Examples(
        failed=head_of(folder / QUARANTINE_FILE, ROWS_SHOWN),
        noticed=head_of(folder / NOTICED_FILE, ROWS_SHOWN),
        noticed_rows=rows_of(folder / NOTICED_FILE),
        groups=by_rule,
    )
