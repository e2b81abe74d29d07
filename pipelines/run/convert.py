"""The trade of a question put into the edition of its schedule, before any law is applied."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from calc import convert as cut
from calc.codes import edition_of
from calc.concordance import weights_between, weights_by_value
from calc.dictionary import conform
from calc.money import to_units
from calc.tables.nomenclature import Conversion
from calc.terms import ROW
from calc.valuation import any_value
from pipelines.nomenclature import nomenclature, values_by_code

if TYPE_CHECKING:
    from pipelines.run.question import Question

EQUAL = "in equal shares along the published conversion"


@dataclass(frozen=True, kw_only=True)
class Converted:
    """The imports that were put into another edition; other rows of the table stay as they are.

    Attributes:
        names: Nomenclatures of the table that were converted.
        target: The edition that they were put into.
        method: How codes were shared out, in words.
        rows: The converted imports: columns of TRADE, ``table_row``, ``source_rows`` and
            ``is_estimated``. Their row numbers begin after those of the table.
        links: ``table_row``, ``of_row`` (a row of the table) and ``share``.
        became: CONVERSION.
        lost: What has no code there: ``rows``, ``value_e4`` and ``rows_without`` a value.
    """

    names: tuple[str, ...]
    target: str
    method: str
    rows: pl.DataFrame
    links: pl.DataFrame
    became: pl.DataFrame
    lost: pl.DataFrame

    def note(self, estimated_usd: float | None, of: str = "lines") -> str:
        """What a reader must know of the conversion, as a sentence.

        ``estimated_usd`` is the value that rests on shares of split codes, ``of`` in words of what.
        """
        several = pl.len().over("nomenclature", "code") > 1
        split = self.became.filter(several)["code"].n_unique()
        worth = f"USD {estimated_usd:,.0f} of the {of}" if estimated_usd else "no line"
        gone = self.lost["value_e4"].item() / cut.UNITS
        national = any(not name.startswith("HS") for name in self.names)
        by_six = " National codes are converted by their first six digits." if national else ""
        return (
            f"Imports in {', '.join(self.names)} were put into {self.target}, {self.method}: "
            f"{split:,} of {self.became['code'].n_unique():,} codes are split, {worth} rests on "
            f"such shares (is_estimated), and USD {gone:,.0f} has no code there and is left out."
            f"{by_six}"
        )


def with_conversion(question: "Question", by: Path | None) -> "Question":
    """The question on its trade in the edition of the schedule.

    The same question where nothing is in another edition.

    Args:
        question: What is asked.
        by: Trade table in the schedule's edition, whose values share codes out; None: equally.

    Raises:
        DataRejectedError: The table of ``by`` cannot be used.
    """
    target = edition_of(question.nomenclature)
    names = _foreign(question, target)
    if target is None or not names:
        return question
    values = values_by_code(by, target) if by else None
    weights = pl.concat([_weights(name, target, values) for name in names])
    asked = question.scan().filter(question.is_asked, pl.col("nomenclature").is_in(names))
    trade = asked.with_columns(pl.col("nomenclature").cast(pl.String)).collect()
    first = sum(one.rows for one in question.files)
    method = f"by the value of trade in {by.stem}" if by else EQUAL
    found = _converted(trade, weights.collect(), target, first)
    return replace(question, converted=replace(found, names=names, method=method))


def _foreign(question: "Question", target: str | None) -> tuple[str, ...]:
    """The nomenclatures of the imports asked about that are of another edition, sorted."""
    asked = question.scan().filter(question.is_asked)
    names = asked.select(pl.col("nomenclature").cast(pl.String).unique()).collect()["nomenclature"]
    return tuple(sorted(name for name in names if edition_of(name) not in (target, None)))


def _weights(name: str, target: str, values: pl.DataFrame | None) -> pl.LazyFrame:
    source, known = edition_of(name) or "", nomenclature()
    if values is None:
        return cut.weights_of(weights_between(known, source, target), name)
    return cut.weights_of(weights_by_value(known, source, target, values.lazy()), name)


def _converted(trade: pl.DataFrame, weights: pl.DataFrame, target: str, first: int) -> Converted:
    parts = cut.parts_of(trade.lazy(), weights.lazy()).collect()
    columns = [name for name in trade.columns if name not in (ROW, cut.SOURCE_ROWS, cut.ESTIMATED)]
    number = pl.int_range(first, first + pl.len(), dtype=pl.UInt32).alias(ROW)
    rows = (
        cut.put_together(parts.lazy(), target)
        .with_columns(number)
        .select(*columns, ROW, cut.SOURCE_ROWS, cut.ESTIMATED)
        .collect()
    )
    links = cut.links_of(parts.lazy(), rows.lazy(), target).sort(ROW, "of_row").collect()
    valued: pl.DataFrame = (
        nw.from_native(trade).with_columns(to_units(any_value()).alias("value_e4")).to_native()
    )
    lost = valued.join(parts.select(ROW).unique(), on=ROW, how="anti")
    became = cut.became(parts.lazy(), lost.lazy(), pl.col("value_e4"))
    told = became.with_columns(converted_nomenclature=pl.lit(target))
    return Converted(
        names=(),
        target=target,
        method="",
        rows=rows,
        links=links,
        became=conform(told, Conversion).collect(),
        lost=lost.select(
            rows=pl.len(),
            value_e4=pl.col("value_e4").sum(),
            rows_without=pl.col("value_e4").null_count(),
        ),
    )
