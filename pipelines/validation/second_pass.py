"""The second pass over a table, batch by batch: rows summed to the cubes that rules judge."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from calc import judge
from calc.cubes import STAYS, Cube, with_unit_value
from calc.group_statistics import UNIT, rows_beyond
from calc.grouped import key_of
from calc.rules import Rule
from pipelines.validation.coded import Batches, Coded
from pipelines.validation.sums import Sums, summed_from, widest_first

PLACE = "place"
DIGITS = 11
"""First digits 0 to 9, and a place for none."""


def summed(table: Batches, cubes: Collection[Cube], left_out: pl.Series) -> dict[Cube, Sums]:
    """The cubes of a table, in parts where it is a long one.

    Args:
        table: The batches of a table.
        cubes: What to sum its rows to.
        left_out: ``table_row`` of the rows that cannot be used, rising.
    """
    kept = {cube: Sums(cube, table.parts) for cube in widest_first(cubes)}
    for coded in table.of_groups() if cubes else ():
        rows = _with_stays(coded.rows, left_out)
        made: dict[Cube, pl.DataFrame] = {}
        for cube, sums in kept.items():
            of_wider = summed_from(made, cube)
            made[cube] = _summed(rows, coded, cube) if of_wider is None else of_wider
            sums.add(made[cube])
    return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """The groups that break a rule on unit values, and ``table_row`` of rows that take no part."""

    rule: Rule
    groups: pl.DataFrame
    without: pl.Series


def beyond(table: Batches, failing: Sequence[Failing]) -> pl.DataFrame:
    """The rows whose value of a unit is itself beyond the bound of a rule.

    Args:
        table: The batches of a table.
        failing: The groups that break each rule.

    Returns:
        ``rule_id``, ``table_row`` and ``value_e4``, rising by rule.
    """
    found: list[list[pl.DataFrame]] = [[] for _ in failing]
    for coded in table.of_groups() if failing else ():
        for one, rows in zip(failing, found, strict=True):
            told = rows_beyond(_priced(coded, one), one.rule, one.groups.lazy())
            named = told.select(pl.lit(one.rule.rule_id).alias("rule_id"), judge.ROW, judge.VALUE)
            rows.append(named.sort(judge.ROW).collect())
    return pl.concat([part for parts in found for part in parts]) if failing else pl.DataFrame()


def _priced(coded: Coded, failing: Failing) -> pl.LazyFrame:
    """The rows of a batch with a unit value, those under the codes of groups that fail."""
    wanted = coded.words["code"].is_in(failing.groups["code"].implode())
    is_missing = failing.groups["code"].null_count() > 0
    of_code = wanted.extend_constant(value=is_missing, n=1).gather(
        coded.rows["code"].fill_null(wanted.len())
    )
    rows = _with_stays(coded.rows.filter(of_code), failing.without).filter(STAYS)
    names = [name for name in key_of(failing.rule) if name in coded.words] + ["quantity_unit"]
    cells = [coded.words[name].gather(rows[name]).alias(name) for name in names]
    return with_unit_value(rows.with_columns(cells).lazy())


def _with_stays(rows: pl.DataFrame, left_out: pl.Series) -> pl.DataFrame:
    """The rows of a batch, each counted once, and whether it stays."""
    number = rows[judge.ROW]
    near = left_out.filter(left_out.is_between(number.min() or 0, number.max() or 0))
    stays = ~pl.col(judge.ROW).is_in(near.implode()) if near.len() else pl.lit(value=True)
    return rows.with_columns(pl.lit(1, pl.Int64).alias(judge.ROWS), stays.alias(STAYS))


def _summed(rows: pl.DataFrame, coded: Coded, cube: Cube) -> pl.DataFrame:
    """A batch as a part of a cube: grouped by one number, which says all cells of the key."""
    prepared = cube.prepare(rows.lazy())
    sizes = {
        name: coded.words[name].len() + 1 if name in coded.words else DIGITS for name in cube.keys
    }
    place, step = pl.col(STAYS).cast(pl.UInt64), 2
    for name, size in sizes.items():
        place = place + pl.col(name).fill_null(size - 1).cast(pl.UInt64) * step
        step *= size
    if step > 2**63:  # as many texts as no real table has
        return _decoded(prepared.group_by(*cube.keys, STAYS).agg(cube.totals).collect(), coded)
    grouped = prepared.group_by(place.alias(PLACE)).agg(cube.totals).collect()
    return _decoded(_with_keys(grouped, sizes), coded)


def _with_keys(grouped: pl.DataFrame, sizes: Mapping[str, int]) -> pl.DataFrame:
    """What was grouped by one number, with the cells that the number says, still as codes."""
    keys, step = [(pl.col(PLACE) % 2 == 1).alias(STAYS)], 2
    for name, size in sizes.items():
        code = (pl.col(PLACE) // step % size).cast(pl.UInt32)
        keys.append(pl.when(code < size - 1).then(code).alias(name))
        step *= size
    return grouped.with_columns(keys).drop(PLACE)


def _decoded(part: pl.DataFrame, coded: Coded) -> pl.DataFrame:
    names = [name for name in part.columns if name in coded.words]
    words = {name: coded.words[name].cast(pl.Categorical) for name in names}
    return part.with_columns(words[name].gather(part[name]).alias(name) for name in names)


def with_group_sums(failing: pl.DataFrame, cube: pl.LazyFrame, rule: Rule) -> pl.DataFrame:
    """Groups that break a rule on unit values, with their number of rows and sum of powers."""
    by = key_of(rule)
    sums = (pl.col(judge.ROWS).sum().alias("group_rows"),
            pl.col("all_powers").sum().alias("group_powers"))  # fmt: skip
    totals = cube.with_columns(UNIT).group_by(by).agg(*sums)
    groups = failing.lazy().select(by)
    return groups.join(totals, on=by, how="left", validate="1:1", nulls_equal=True).collect()
