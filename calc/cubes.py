"""What rules on groups of rows need of the rows, summed once: a cube, from which figures are told.

A cube has a row a combination of cells, with its number of ``rows``, their exact ``value_e4``, the
sums of its kind, and whether the rows stay or are left out. So the figures on all rows and on those
that stay come from the same sums, and a table of many millions of rows is added up batch by batch.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from calc import judge
from calc.grouped import VALUE, key_of
from calc.rules import Rule

STAYS = "stays"
POWER_UNITS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cube:
    """How rows are summed.

    Attributes:
        keys: The cells that tell its rows apart.
        prepare: What is made of rows first; it drops those that take no part.
        summed, largest, smallest: Columns of what was prepared, by how they are put together.
    """

    keys: tuple[str, ...]
    prepare: Callable[[pl.LazyFrame], pl.LazyFrame]
    summed: tuple[str, ...] = ()
    largest: tuple[str, ...] = ()
    smallest: tuple[str, ...] = ()

    @property
    def is_by_importer(self) -> bool:
        """Whether all that a rule needs of a group is under one importer.

        Such a cube grows with the table, and can be judged a part of the importers at a time; the
        others have a row a code, an economy or a period, and are whole at all times.
        """
        return "importer" in self.keys

    @property
    def totals(self) -> list[pl.Expr]:
        """Number, value and the sums of rows of a table, or of rows of cubes of its parts."""
        return [
            pl.col(judge.ROWS).sum(),
            judge.exact_sum(VALUE).alias(judge.VALUE),
            *(pl.col(name).sum() for name in self.summed),
            *(pl.col(name).max() for name in self.largest),
            *(pl.col(name).min() for name in self.smallest),
        ]


def cubes_of(rules: Sequence[Rule]) -> dict[str, Cube]:
    """The cube from which each rule is judged, by the rule's id; the same one for several.

    Args:
        rules: Rules on groups; those that need the rows themselves are passed over.
    """
    needed = {rule.rule_id: _needed(rule) for rule in rules if rule.kind in CUBED}
    widest = sorted(set(needed.values()), key=lambda cube: (-len(cube.keys), cube.keys))
    return {
        rule_id: next(cube for cube in widest if _holds(cube, least))
        for rule_id, least in needed.items()
    }


def _needed(rule: Rule) -> Cube:
    """The smallest cube that a rule can be judged from."""
    if rule.kind in SPECIAL:
        return SPECIAL[rule.kind]
    finer = {"dominance": ["partner"], "months": ["period"]}.get(rule.kind, [])
    return Cube(keys=tuple(sorted({*key_of(rule), *finer} - {"year"})), prepare=as_they_are)


def can_be_summed(cube: Cube, least: Cube) -> bool:
    """Whether one cube can be summed to another."""
    return cube.prepare == least.prepare and set(least.keys) <= set(cube.keys)


def _holds(cube: Cube, least: Cube) -> bool:
    """Whether a rule that needs one cube is judged from another."""
    is_alike = cube.is_by_importer == least.is_by_importer
    return is_alike and can_be_summed(cube, least)


def as_they_are(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows themselves."""
    return rows


def with_unit_value(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows with a value and a quantity, else a mass, and what one unit is worth.

    Returns:
        The rows with a unit value: ``quantity_unit`` is null where a kilogram is the unit, and
        ``all_powers``, ``highest`` and ``lowest`` are each the power of ten of the value of a unit,
        in whole billionths.
    """
    has_quantity = (pl.col("quantity") > 0) & pl.col("quantity_unit").is_not_null()
    amount = pl.when(has_quantity).then("quantity").otherwise("net_mass_kg")
    usable = amount.is_finite() & (amount > 0) & (VALUE > 0)
    # A difference of powers, for the value over a quantity of almost nothing is infinite.
    power = (VALUE.cast(pl.Float64).log10() - amount.log10()) * POWER_UNITS
    whole = power.round(0).cast(pl.Int64)
    return rows.filter(usable).with_columns(
        pl.when(has_quantity).then("quantity_unit").alias("quantity_unit"),
        *(whole.alias(name) for name in ("all_powers", "highest", "lowest")),
    )


def with_first_digit(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows with a value above 0, and the first ``digit`` of it."""
    place = (VALUE.cast(pl.Float64).log10() + 1e-12) % 1.0
    digit = pl.lit(10.0).pow(place).floor().alias("digit")
    return rows.filter(VALUE > 0).with_columns(digit.cast(pl.UInt32))


CUBED = {"edition", "existence", "months", "dominance", "jump", "unit value", "first digit"}
"""The kinds of rules that are judged from a cube."""
SPECIAL: Mapping[str, Cube] = {
    "unit value": Cube(
        keys=("flow", "nomenclature", "code", "quantity_unit"),
        prepare=with_unit_value,
        summed=("all_powers",),
        largest=("highest",),
        smallest=("lowest",),
    ),
    "first digit": Cube(keys=("importer", "flow", "digit"), prepare=with_first_digit),
}
