"""What a schedule says in finer codes than the trade has: dollars that are an upper bound."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from calc.codes import LEVELS
from calc.lines import KEY
from calc.money import to_units, to_usd
from calc.scope import ALL
from pipelines.scenario.notes import is_bound

if TYPE_CHECKING:
    from pipelines.run.inputs import Inputs

IS_FINER = pl.col("prefix").str.len_chars() > pl.col("code").str.len_chars()


def finer_notes(inputs: "Inputs", components: pl.DataFrame) -> Iterator[str]:
    """Sentences on each measure whose codes, or exceptions, are finer than those of the trade.

    Args:
        inputs: What the run was made from.
        components: COMPONENTS of the run.
    """
    portioned = {one.measure_id for one in inputs.scenario.measures if one.portion is not None}
    named = components.filter(pl.col("prefix") != ALL).sort("measure_id")
    for (measure,), rows in named.filter(IS_FINER).group_by("measure_id", maintain_order=True):
        codes = f"parts of {rows['code'].n_unique():,} codes of the trade, in finer codes"
        if measure in portioned:
            yield f"{measure} names {codes}: its portion says how much of each"
        else:
            yield (
                f"{measure} names {codes}: all of their USD {_value(rows):,.0f} is taken, an upper "
                "bound; a portion says how much is meant"
            )
    yield from _left_in(inputs, components)


def bounded(inputs: "Inputs", components: pl.DataFrame) -> list[str]:
    """The measures whose figures are an upper bound, because goods are finer than the trade.

    Args:
        inputs: What the run was made from.
        components: COMPONENTS of the run.
    """
    told = (note for note in finer_notes(inputs, components) if "an upper bound" in note)
    partly = (one.measure_id for one in inputs.scenario.measures if is_bound(one))
    return sorted({*(note.split(" ", 1)[0] for note in told), *partly})


def _value(rows: pl.DataFrame) -> float:
    """The value of the lines of some components, each once."""
    lines = nw.from_native(rows.unique(KEY))
    units = lines.select(to_units(nw.col("customs_value_usd"))).get_column("customs_value_usd")
    return float(to_usd(units.sum()))


def _left_in(inputs: "Inputs", components: pl.DataFrame) -> Iterator[str]:
    """Exceptions and exclusions without a portion that are finer: they leave nothing out."""
    law = inputs.law
    whole = {
        (one.measure_id, number)
        for one in inputs.scenario.measures
        for number, exclusion in enumerate(one.exclusions, 1)
        if exclusion.portion is None
    }
    pairs = set(law.products.filter(pl.col("role") == "exclude")
                .select("measure_id", "prefix").iter_rows())  # fmt: skip
    pairs |= {
        (measure, prefix)
        for measure, number, prefix in law.exclusions.select(
            "measure_id", "exclusion", "prefix"
        ).iter_rows()
        if (measure, number) in whole
    }
    codes = set(components.select("measure_id", "code").iter_rows())
    for measure in sorted({measure for measure, _ in codes}):
        finer = sorted(
            prefix
            for of, prefix in pairs
            if of == measure
            and any((of, prefix[:digits]) in codes for digits in LEVELS if digits < len(prefix))
        )
        if finer:
            yield (
                f"{measure} leaves out {', '.join(finer[:6])}{' ...' if finer[6:] else ''}, finer "
                "than the codes of the trade: nothing is left out of them, an upper bound; an "
                "exclusion with a portion takes that part out"
            )
