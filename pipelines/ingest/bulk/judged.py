"""The rows of a batch that break a rule of TRADE: rules on texts are judged by their numbers."""

import math
from collections.abc import Iterator

import polars as pl

from calc.rules import Rule
from pipelines.ingest.bulk.coded import Coded
from pipelines.ingest.bulk.plan import Plan
from pipelines.ingest.casts import NUMBERS
from pipelines.ingest.mapped import COLUMNS
from pipelines.ingest.source import ROW


class Judge:
    """Finds the rows that break a rule of TRADE.

    A rule on columns of text is judged once for all combinations of what is known, and again when
    more is known; but row by row where there are more combinations than rows.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._verdicts: dict[str, tuple[list[int], pl.Series]] = {}

    def broken(self, kept: pl.DataFrame) -> Iterator[pl.Series]:
        """The row numbers of rows that break rules, some rules at a time: a row may come twice.

        Args:
            kept: Rows as numbers of their texts, with their numbers and row numbers.
        """
        by_row = list(self._plan.rules)
        for rule in self._plan.on_texts:
            coders = self._coders(rule)
            heights = [coder.known.height for coder in coders]
            if len(coders) > 1 and math.prod(heights) > kept.height:
                by_row.append(rule)
            elif (verdict := self._verdict(rule, coders, heights)).any():
                yield kept[ROW].filter(verdict.gather(_places(coders, heights, kept)))
        columns = [self._column(kept, name) for name in COLUMNS if name in _named(*by_row)]
        rows = kept.lazy().select(ROW).with_columns(columns)
        breaks = pl.any_horizontal(pl.lit(value=False), *(~rule.passes() for rule in by_row))
        yield rows.filter(breaks).select(ROW).collect().to_series()

    def _coders(self, rule: Rule) -> list[Coded]:
        """What the columns of a rule are read by, each once; none where they never differ."""
        coders = [self._plan.coder(name) for name in sorted(_named(rule))]
        return list({coder.name: coder for coder in coders if coder is not None}.values())

    def _verdict(self, rule: Rule, coders: list[Coded], heights: list[int]) -> pl.Series:
        """Whether each combination breaks a rule, in the order of ``_places``."""
        known = self._verdicts.get(rule.rule_id)
        if known is None or known[0] != heights:
            known = heights, self._combined(_named(rule), coders).select(~rule.passes()).to_series()
            self._verdicts[rule.rule_id] = known
        return known[1]

    def _combined(self, names: set[str], coders: list[Coded]) -> pl.DataFrame:
        combined = pl.DataFrame({"": [None]})
        for coder in coders:
            own = coder.known.select(name for name in coder.columns if name in names)
            combined = combined.join(own, how="cross", maintain_order="left_right")
        absent = names - set(combined.columns)
        return combined.with_columns(self._constant(name) for name in absent)

    def _column(self, kept: pl.DataFrame, name: str) -> pl.Series | pl.Expr:
        if name in kept.columns:
            return kept[name]
        coder = self._plan.coder(name)
        return self._constant(name) if coder is None else coder.of(kept[coder.name], name)

    def _constant(self, name: str) -> pl.Expr:
        plan = self._plan
        own = plan.source.name if name == "source_id" else plan.constants.get(name)
        return pl.lit(own, dtype=pl.Float64 if name in NUMBERS else pl.String).alias(name)


def _named(*rules: Rule) -> set[str]:
    return {name for rule in rules for name in rule.passes().meta.root_names()}


def _places(coders: list[Coded], heights: list[int], kept: pl.DataFrame) -> pl.Series:
    """Which of the combinations each row has."""
    if not coders:
        return pl.repeat(0, kept.height, dtype=pl.UInt32, eager=True)
    place = pl.lit(0, dtype=pl.UInt32)
    for coder, height in zip(coders, heights, strict=True):
        place = place * height + pl.col(coder.name).cast(pl.UInt32)
    return kept.select(place).to_series()
