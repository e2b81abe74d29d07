"""The first pass over a table, batch by batch: rules on rows, hashes of the key, what it holds."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from calc import judge
from calc.grouped import WORLD
from calc.groups import MONTH
from calc.overlap import any_nested
from calc.rules import Rule, row_rules
from pipelines.validation.coded import Batches, Coded

MISSING_HASH = 0x9E3779B97F4A7C15
"""What stands for the hash of a missing cell: null equals null in a key."""


@dataclass(slots=True)
class Shape:
    """What a table holds: distinct periods and codes, a partner that is the world, importers.

    It decides which rules on groups can judge anything; ``importers`` has the rows of each.
    """

    periods: set[str | None] = field(default_factory=set)
    codes: set[str | None] = field(default_factory=set)
    has_world: bool = False
    importers: Counter[str | None] = field(default_factory=Counter)

    def add(self, coded: Coded) -> None:
        """Take a batch in."""
        self.periods.update(coded.words["period"])
        self.periods.update([None] if coded.rows["period"].null_count() else [])
        self.codes.update(coded.words["code"])
        self.has_world = self.has_world or WORLD in coded.words["partner"]
        counted = coded.rows["importer"].value_counts()
        names = coded.words["importer"].gather(counted["importer"])
        self.importers.update(dict(zip(names, counted["count"], strict=True)))

    @property
    def idle(self) -> set[str]:
        """Kinds of rules that can judge no group of the table."""
        idle = {"jump"} if len(self.periods) < 2 else set()
        idle |= set() if self._has_years_of_months else {"year"}
        idle |= set() if self._has_nested_codes else {"children"}
        return idle if self.has_world else idle | {"world"}

    @property
    def _has_years_of_months(self) -> bool:
        known = [period for period in self.periods if period is not None]
        months = [period for period in known if re.search(MONTH, period)]
        years = {period[:4] for period in set(known).difference(months)}
        return not years.isdisjoint(period[:4] for period in months)

    @property
    def _has_nested_codes(self) -> bool:
        return any_nested([code for code in self.codes if code is not None])


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPass:
    """What the first pass found: rows, their value, those that break a row rule, hashes of keys.

    ``broken`` has ``table_row`` (rising), ``value_e4`` and a flag a row rule; ``hashes`` has the
    64-bit hash of the key of each row.
    """

    rows: int
    value_e4: int | None
    broken: pl.DataFrame
    hashes: np.ndarray[Any, np.dtype[np.uint64]]
    shape: Shape


def first_pass(table: Batches, rules: Sequence[Rule]) -> FirstPass:
    """All rules on rows judged on all rows, and the keys hashed.

    Args:
        table: The batches of a table.
        rules: Its rules; those on groups are passed over.
    """
    key, shape = judge.key_rule_of(rules).parameters["columns"], Shape()
    hashes = np.empty(table.height, np.uint64)
    on_rows, found, values = row_rules(list(rules)), [], []
    for coded in table:
        first = int(coded.rows[judge.ROW][0])
        hashes[first : first + coded.rows.height] = _key_hashes(coded, key)
        found.append(broken_rows(coded, on_rows))
        values.append(coded.rows.select(judge.exact_sum(pl.col(judge.VALUE))))
        shape.add(coded)
    return FirstPass(
        rows=hashes.size,
        value_e4=pl.concat(values).select(judge.exact_sum(pl.col(judge.VALUE))).item(),
        broken=pl.concat(found),
        hashes=hashes,
        shape=shape,
    )


def broken_rows(coded: Coded, rules: Sequence[Rule]) -> pl.DataFrame:
    """The rows of a batch that break a row rule: ``table_row``, ``value_e4``, a flag a rule.

    A rule on one text is judged on the distinct texts, a rule on cells that are the same in all
    rows on one row, all others on every row.
    """
    height = coded.rows.height
    flags = {name: flag for name, flag in _flags(coded, rules) if flag.any()}
    whole = pl.DataFrame({name: _spread(flag, height) for name, flag in flags.items()})
    absent = [pl.lit(value=False).alias(one.rule_id) for one in rules if one.rule_id not in flags]
    key = coded.rows.select(judge.ROW, judge.VALUE)
    kept = (
        key.hstack(whole).filter(pl.any_horizontal(list(flags))) if flags else key.clear()
    ).with_columns(absent)
    return kept.select(judge.ROW, judge.VALUE, *(rule.rule_id for rule in rules))


def _spread(flag: pl.Series, height: int) -> pl.Series:
    return flag if flag.len() == height else flag.new_from_index(0, height)


def _flags(coded: Coded, rules: Sequence[Rule]) -> list[tuple[str, pl.Series]]:
    """Whether each row breaks each rule; one flag for all rows where they are the same."""
    of_words: dict[str, list[Rule]] = {}
    constant, others = [], []
    for rule in rules:
        reads = set(rule.passes().meta.root_names())
        if len(reads) == 1 and not reads.isdisjoint(coded.words):
            of_words.setdefault(reads.pop(), []).append(rule)
        elif all(map(coded.is_constant, reads)):
            constant.append(rule)
        else:
            others.append(rule)
    flags = [flag for name, some in of_words.items() for flag in _of_words(coded, name, some)]
    flags += _of_cells(coded, constant, 1)
    return [(flag.name, flag) for flag in (*flags, *_of_cells(coded, others, None))]


def _of_cells(coded: Coded, rules: Sequence[Rule], rows: int | None) -> list[pl.Series]:
    """Whether the first rows, all where no number is given, break rules, told by their cells."""
    read = sorted({name for rule in rules for name in rule.passes().meta.root_names()})
    cells = pl.LazyFrame({name: coded.cells(name)[:rows] for name in read})
    return (
        cells.select((~rule.passes()).alias(rule.rule_id) for rule in rules).collect().get_columns()
    )


def _of_words(coded: Coded, name: str, rules: Sequence[Rule]) -> Iterator[pl.Series]:
    """Whether the rows break rules on one text, told by the distinct texts."""
    column, words = coded.rows[name], coded.words[name]
    every = pl.DataFrame({name: words.extend_constant(None, 1)})
    for fails in every.select((~rule.passes()).alias(rule.rule_id) for rule in rules):
        met = fails if column.null_count() else fails.head(words.len())
        if met.any():
            yield fails.gather(column.fill_null(words.len())).alias(fails.name)
        else:
            yield pl.Series(fails.name, [False])


def _key_hashes(coded: Coded, key: Sequence[str]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """The sum of a hash of each cell of the key: equal keys have equal sums."""
    total = np.zeros(coded.rows.height, np.uint64)
    for place, name in enumerate(key):
        words = coded.words[name]
        of_words = words.hash(seed=place).extend_constant(MISSING_HASH + place, 1).to_numpy()
        total += of_words[coded.rows[name].fill_null(words.len()).to_numpy()]
    return total


def repeated_hashes(
    hashes: np.ndarray[Any, np.dtype[np.uint64]], part_rows: int
) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """The hashes that occur more than once, each once; sorted a part at a time."""
    bits = max(-(-hashes.size // part_rows) - 1, 0).bit_length()
    found = [hashes[:0]]
    for part in range(1 << bits):
        own = np.sort(hashes if not bits else hashes[hashes >> np.uint64(64 - bits) == part])
        found.append(np.unique(own[1:][own[1:] == own[:-1]]))
    return np.concatenate(found)
