"""A duty by a unit that none of the goods it names is counted in: a scenario that cannot be meant.

Goods without any quantity, or of which some are counted in the unit, are another matter: what is
not known of them is said line by line, with its dollars.
"""

from collections.abc import Iterator

import polars as pl

from calc.errors import Problem, ScenarioError
from calc.lines import KEY
from calc.reasons import no_quantity
from pipelines.run.compute import Tables

COUNTED = "^" + no_quantity("(.+)") + "$"


def refuse_other_units(tables: Tables) -> None:
    """Nothing, where each duty by quantity can be computed on some line, or lines lack quantities.

    Raises:
        ScenarioError: All lines of a measure have a quantity, and none in the unit of its rate.
    """
    problems = list(_problems(tables["components"], tables["lines"]))
    if problems:
        raise ScenarioError.collected(problems)


def _problems(components: pl.DataFrame, lines: pl.DataFrame) -> Iterator[Problem]:
    counted = components.filter(pl.col("status") != "excluded").with_columns(
        pl.col("duty_unknown_reason").str.extract(COUNTED).alias("unit")
    )
    among = counted.filter(pl.col("unit").is_not_null().all().over("measure_id"))
    if among.is_empty():
        return
    spelt = lines.select(*KEY, "quantity", "quantity_unit")
    held = among.join(spelt, on=KEY, how="inner", validate="m:1")
    for (measure,), rows in held.group_by("measure_id", maintain_order=True):
        if not rows["quantity"].null_count() and not rows["quantity_unit"].null_count():
            yield _problem(str(measure), rows)


def _problem(measure: str, rows: pl.DataFrame) -> Problem:
    wanted, stated = (", ".join(rows[name].unique().sort()) for name in ("unit", "quantity_unit"))
    return Problem(
        f"the rate of {measure} counts {wanted}, and all of the goods that it names in the trade "
        f"table are counted in {stated}",
        where=f"measure {measure}, rate",
        hint=f"write the rate by {stated}, use trade counted in {wanted}, or state "
        'estimate = "unctad-1" to value quantities',
    )
