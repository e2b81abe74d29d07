"""The trail of a sum: the row of a table that a figure stands in, and the lines added up in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from calc.dictionary import polars_schema, summary
from calc.errors import UsageError, did_you_mean
from calc.money import UNITS_PER_USD, in_money
from calc.results import LINES, SUMS_OF_COMPONENTS, Frames, result_id, result_ids
from calc.tables import TABLES
from pipelines.explain.behind import MADE_BY, behind, markets_behind
from pipelines.report.figures import exact_sum
from pipelines.report.money import Currency, named_in, told_in
from pipelines.run.tables import read_table, scan_table

MOST_SHOWN = 5
APPLIED = "applied"
ADDED = {
    "customs_value_usd": "listed_value_usd",
    "duty_before_usd": "duty_before_usd",
    "duty_after_usd": "duty_after_usd",
    "duty_increment_usd": "duty_increment_usd",
    "measure_duty_usd": "measure_duty_usd",
}
"""A column of the lines, and the column of a table that is its sum."""
VALUE = "value_usd"
ANSWERS = ("effects", "market_effects")
CENT = 0.01
FLOAT = 1e-12
"""How far apart two sums of the same numbers may be, of their size."""
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A row of a table of sums, with its figures and the lines behind it.

    Attributes:
        name: Id of the row.
        table: The table that it stands in.
        column: The figure that was asked for; null where the whole row was.
        row: Its cells.
        behind: The lines that are added up, the largest first; null where it is no sum of lines.
        markets: The markets that are added up in an answer of trade, with ``code`` and ``usd``.
        currency: The money of the amounts; null for USD.
    """

    name: str
    table: str
    column: str | None
    row: Row
    behind: pl.DataFrame | None
    markets: pl.DataFrame | None = None
    currency: Currency | None = None

    def put_in(self, currency: Currency | None) -> "Total":
        """The same with its amounts in the money; words say USD until ``said_in`` changes them."""
        if currency is None:
            return self
        schema = polars_schema(TABLES[self.table])
        own = pl.DataFrame([self.row], schema={name: schema[name] for name in self.row})
        source = self._source()
        return replace(
            self,
            row=told_in(currency, self.table, own).row(0, named=True),
            behind=None if self.behind is None else told_in(currency, source, self.behind),
            markets=None
            if self.markets is None
            else self.markets.with_columns(in_money(pl.col("usd"), currency.usd)),
            currency=currency,
        )

    def sums(self) -> dict[str, tuple[float | None, float | None]]:
        """For each figure that is a sum of lines: that sum, and the figure of the table."""
        if self.behind is None:
            return {}
        charged = self.behind
        if self.table in SUMS_OF_COMPONENTS:
            charged = charged.filter(pl.col("status") == APPLIED)
        found = {}
        for own, theirs in ADDED.items():
            # Every line counts in the value that is listed; a duty is owed where it is applied.
            rows = self.behind if own == "customs_value_usd" else charged
            if own in rows.columns and theirs in self.row and rows.height:
                found[theirs] = (exact_sum(rows, own), self.row[theirs])
        if VALUE in self.row and self.behind.height:
            found[VALUE] = (exact_sum(self.behind, "customs_value_usd"), self.row[VALUE])
        return found

    def as_dict(self) -> dict[str, Any]:
        """The trail as an object, for ``--json``."""
        return {
            "result_id": self.name,
            "table": self.table,
            "column": None if self.column is None else self._named(self.column),
            "row": dict(self.row),
            "sums": {name: {"of_lines_usd": own, "in_table_usd": theirs}
                     for name, (own, theirs) in self.sums().items()},
            "lines": None if self.behind is None else self.behind["result_id"].to_list(),
            "markets": None if self.markets is None else [
                {"code": row["code"], "value_usd" if self.currency else "usd": row["usd"]}
                for row in self.markets.iter_rows(named=True)
            ],
        }  # fmt: skip

    def _named(self, column: str) -> str:
        """The name of a figure in the money of the trail."""
        return column if self.currency is None else named_in(self.currency, column)

    def _is_same(self, own: float | None, theirs: float | None, count: int) -> bool:
        """Whether the lines add up to the figure: each is rounded again in other money."""
        if self.currency is None or own is None or theirs is None:
            return own == theirs
        return abs(own - theirs) <= count / UNITS_PER_USD + FLOAT * abs(theirs)

    def lines(self) -> Iterator[str]:
        """The trail for people."""
        yield f"{self.name}: {summary(TABLES[self.table])}"
        every = list(self._figures())
        shown = [self.column] if self.column else [name for name in every if self.row[name] != 0]
        for column in shown:
            told = _cell(column, self.row[column])
            yield f"  figure       {self._named(column)} = {told}"
        if self.column is None and len(shown) < len(every):
            yield f"  figure       {len(every) - len(shown)} more are 0"
        if self.behind is None:
            told = MADE_BY.get(self.table, f"as {self.table} is told of in docs/data-dictionary.md")
            yield f"  made of      {told}"
            yield from self._markets()
            return
        count = self.behind.height
        words = "line" if count == 1 else "lines"
        yield f"  made of      {count:,} {words} of {self._source()}.parquet"
        for name, (own, theirs) in self.sums().items():
            is_same = self._is_same(own, theirs, count)
            same = "as in the table" if is_same else f"the table has {_text(theirs)}"
            yield f"  sum          {self._named(name)}: the lines add up to {_text(own)}, {same}"
        yield from self._largest(self.behind)

    def _figures(self) -> Iterator[str]:
        """The amounts of the row; of what is no sum of lines, its other numbers too."""
        for name, value in self.row.items():
            is_number = isinstance(value, float) and self.behind is None
            if (name.endswith("_usd") or is_number) and (name, value) != ("before_usd", None):
                yield name

    def _markets(self) -> Iterator[str]:
        """The largest markets of an answer, and their sum beside the figure."""
        if self.markets is None or self.markets.is_empty():
            return
        own, theirs = exact_sum(self.markets, "usd"), self.row["central_usd"]
        cent = CENT if self.currency is None else CENT / self.currency.usd
        same = own is not None and theirs is not None and abs(own - theirs) < cent
        told = "as in the table" if same else f"the table has {_text(theirs)}"
        name = self._named("central_usd")
        yield f"  sum          {name}: the markets add up to {_text(own)}, {told}"
        for row in self.markets.head(MOST_SHOWN).iter_rows(named=True):
            yield f"  market       {row['code']}: {_text(row['usd'])}"
        if self.markets.height > MOST_SHOWN:
            yield f"  market       and {self.markets.height - MOST_SHOWN:,} more of less"

    def _source(self) -> str:
        return "components" if self.table in SUMS_OF_COMPONENTS else LINES

    def _largest(self, rows: pl.DataFrame) -> Iterator[str]:
        for row in rows.head(MOST_SHOWN).iter_rows(named=True):
            value, added = _text(row["customs_value_usd"]), _text(row["duty_increment_usd"])
            yield f"  line         {row['result_id']}: value {value}, adds {added}"
        if rows.height > MOST_SHOWN:
            yield f"  line         and {rows.height - MOST_SHOWN:,} more of less value"


def total_of(table: str, row: Row, tables: Frames, column: str | None = None) -> Total:
    """The trail of a row of a table, from the run's lines, components and measures.

    ``tables`` may hold ``effects`` and ``market_effects`` too, for what trade does in answer.
    """
    return Total(
        name=result_id(table, row),
        table=table,
        column=column,
        row=row,
        behind=behind(table, row, tables),
        markets=markets_behind(table, row, tables),
    )


def explain_total(folder: Path, wanted: str) -> Total | None:
    """The trail of a figure by its id; null where the id is that of a line.

    Raises:
        UsageError: The table is one of the run, and no row or column of it has that id.
        StorageError: The run cannot be read.
    """
    table = wanted.partition("/")[0]
    path = folder / f"{table}.parquet"
    if table not in TABLES or not path.is_file():
        return None
    frame = read_table(folder, table).with_columns(result_ids(table))
    known = frame["result_id"].to_list()
    place = next((at for at, name in enumerate(known) if _is_of(wanted, name)), None)
    if place is None:
        raise UsageError(f"{wanted!r} is no result of the run", where="--result",
                         hint=did_you_mean(wanted, known))  # fmt: skip
    row = frame.drop("result_id").row(place, named=True)
    column = wanted[len(known[place]) + 1 :] or None
    if column is not None and column not in row:
        raise UsageError(f"{table} has no column {column!r}", where="--result",
                         hint=did_you_mean(column, list(row)))  # fmt: skip
    names = (LINES, "components", "by_measure", *ANSWERS)
    tables = {name: scan_table(folder, name) for name in names
              if name not in ANSWERS or (folder / f"{name}.parquet").is_file()}  # fmt: skip
    return total_of(table, row, tables, column)


def _is_of(wanted: str, name: str) -> bool:
    """Whether an id is that of a row or of a figure in it."""
    rest = wanted.removeprefix(name)
    return wanted.startswith(name) and (not rest or rest.startswith("/")) and "/" not in rest[1:]


def _cell(column: str, value: Any) -> str:
    """A cell for people: an amount in USD, a share or rate as the number that it is."""
    if isinstance(value, float) and not column.endswith("_usd"):
        return f"{value:.6g}"
    return _text(value)


def _text(value: Any) -> str:
    if value is None:
        return "unknown"
    return f"USD {value:,.2f}" if isinstance(value, float) else str(value)
