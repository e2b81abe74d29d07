"""Control totals: whether figures of the run meet what somebody published."""

from typing import TYPE_CHECKING

import polars as pl

from calc.dictionary import polars_schema
from calc.tables.reports import Controls
from pipelines.report.figures import exact_sum

if TYPE_CHECKING:
    from pipelines.run.inputs import Inputs
    from pipelines.scenario.instruments import Control

COLUMNS = {
    "listed_usd": "listed_value_usd",
    "covered_usd": "covered_value_usd",
    "in_force_usd": "in_force_value_usd",
    "affected_usd": "affected_value_usd",
    "prohibited_usd": "prohibited_value_usd",
    "threatened_usd": "threatened_value_usd",
    "customs_value_usd": "imports_value_usd",
}
CALIBRATED = "control"
WHOLE_IMPORTS = "customs_value_usd"
"""A figure of the trade table, which no share can be calibrated to."""


def controls_table(inputs: "Inputs", by_importer: pl.DataFrame) -> pl.DataFrame:
    """CONTROLS: one row a control total of the scenario, sorted by figure.

    Where a share was calibrated to the control it proves nothing, and its verdict says so.
    """
    shares = inputs.scenario.shares
    is_calibrated = any(share.calibrated_to == CALIBRATED for share in shares)
    rows = [_row(one, by_importer, is_calibrated) for one in inputs.scenario.controls]
    importer = pl.lit(inputs.scenario.importer).alias("importer")
    schema = polars_schema(Controls)
    schema.pop("importer")
    return pl.DataFrame(rows, schema=schema).select(importer, pl.all()).sort("figure")


def _row(
    control: "Control", by_importer: pl.DataFrame, is_calibrated: bool
) -> dict[str, str | float | None]:
    found = exact_sum(by_importer, COLUMNS.get(control.figure, control.figure))
    gap = None if found is None else found - control.equals
    return {
        "figure": control.figure,
        "equals_usd": control.equals,
        "within_share": control.within,
        "found_usd": found,
        "difference_usd": gap,
        "verdict": _verdict(control, gap, is_calibrated and control.figure != WHOLE_IMPORTS),
        "source": control.source,
    }


def _verdict(control: "Control", gap: float | None, is_calibrated: bool) -> str:
    if gap is None:
        return "not known"
    if abs(gap) > control.within * control.equals + 0.5:  # half a dollar: published in dollars
        return "not met"
    return "calibrated" if is_calibrated else "met"
