"""What a run is asked: a table, the law at a date, and which part of the table it is put on."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from calc.codes import edition_of
from calc.errors import DataRejectedError, ScenarioError
from calc.hits import with_duty_base
from calc.levied import Basis
from calc.means import BEHIND, mean_of_years
from calc.money import to_usd
from calc.periods import Reference, common_year, lacking, reference_of
from calc.policy.ave import Method
from calc.policy.model import Policy
from calc.resolve import LawTables
from calc.seasons import windows_of
from calc.tables.trade import VALUE_COLUMNS
from calc.terms import Frame
from pipelines.report.words import how_many
from pipelines.run.files import Constants, constant_in_all, may_hold, scanned
from pipelines.run.shape import shaped, summed
from pipelines.run.unsuited import (
    no_basis,
    no_imports,
    no_period,
    no_sum,
    not_whole,
    refuse_overflow,
    refuse_twice,
)
from pipelines.trade_files import TradeFile, constants_of, files_of

if TYPE_CHECKING:
    from pipelines.run.convert import Converted

WHOLE = pl.lit(1, pl.Int64).alias("source_rows"), pl.lit(value=False).alias("is_estimated")
SHAPE_KEY = ("flow", "period", "nomenclature", "importer", "partner")


@dataclass(frozen=True, kw_only=True)
class Question:
    """A trade table, what is left out of it, and the law that is put on it.

    Attributes:
        table: Parquet file in the TRADE layout, or a folder of them.
        left_out: Rows of the table (0-based) that validation left out.
        law: The scopes of the law at one date.
        policy: The law itself.
        default_programme: Programme of the base duty where no preference is claimed.
        interval: The days between which the law stands so.
        importers: Importers whose imports are asked about.
        members: Members of an importer that is a group: what it has from them is no import.
        nomenclature: Edition of the codes of the schedule.
        period: Reference period as asked for (``calc.periods``); None where the table has one.
        with_shapley: Whether duty is shared out among authorities by Shapley's value too.
        estimate: Method by which missing quantities are estimated; null where they are not.
        oecd: Members of the OECD, whose imports a method may take.
        converted: The imports asked about in the schedule's edition; None where they are as in
            the table.
        memory_limit: Bytes that the run may take; None for what is free.
        may_hit_nothing: Whether the scenario says something even where no duty hits a line.
        windows: The days, half-open, on which trade of a period is taken to be entered.
        groups: ``prefix`` and ``product_group``.
        descriptions: ``code`` and ``description``.
        end_uses: ``code`` (six digits) and ``end_use``; None where goods are not classified.
        stated: On which value importers levy duty whose law the tool does not know.
    """

    table: Path
    left_out: pl.Series
    law: LawTables
    policy: Policy
    default_programme: str
    interval: tuple[date | None, date | None]
    importers: tuple[str, ...]
    nomenclature: str
    period: str | None
    groups: pl.DataFrame
    descriptions: pl.DataFrame
    end_uses: pl.DataFrame | None = None
    members: tuple[str, ...] = ()
    may_hit_nothing: bool = False
    windows: Callable[[str], Sequence[tuple[date, date]]] = windows_of
    with_shapley: bool = False
    estimate: Method | None = None
    oecd: tuple[str, ...] = ()
    converted: "Converted | None" = None
    memory_limit: int | None = None
    stated: Mapping[str, Basis] = field(default_factory=dict)

    @functools.cached_property
    def files(self) -> Sequence[TradeFile]:
        """The files of the table, in order."""
        return files_of(self.table)

    @functools.cached_property
    def constants(self) -> Mapping[str, str | None]:
        """Columns of the table that hold one value throughout, which need not be read."""
        return {} if self.converted else constant_in_all(self._constants)

    @functools.cached_property
    def _constants(self) -> Sequence[Constants]:
        """The columns of each file that hold one value throughout."""
        return [constants_of(one.path) for one in self.files]

    @property
    def links(self) -> pl.DataFrame | None:
        """Which rows of the table are in those that were converted; None where none was."""
        return self.converted.links if self.converted else None

    @property
    def held(self) -> Sequence[str]:
        """Value columns of the table that hold anything."""
        return [name for name in VALUE_COLUMNS if name not in self.constants]

    def scan(self, period: Reference | None = None) -> pl.LazyFrame:
        """The rows of the table that may be used, with their row number ``table_row``.

        Files that hold nothing of a period are passed over where one is given.

        ``source_rows`` counts the rows of the table in each, ``is_estimated`` tells those that
        hold a part of a code that a conversion split.
        """
        rows = self.usable(period).with_columns(WHOLE)
        if self.converted is None:
            return rows
        replaced = self.is_asked & pl.col("nomenclature").is_in(self.converted.names)
        schema = rows.collect_schema()
        own = self.converted.rows.lazy().select(
            pl.col(name).cast(dtype) for name, dtype in schema.items()
        )
        return pl.concat([rows.filter(~replaced), own])

    def usable(self, period: Reference | None = None) -> pl.LazyFrame:
        """The rows of the table that validation did not leave out; see ``scan``."""
        places = [place for place, _ in self.files_with(period)] or [0]
        return scanned([self._file(place) for place in places], self.left_out)

    def scans(self) -> list[pl.LazyFrame]:
        """What ``scan`` gives, file by file; all at once where something was converted."""
        files = [self._file(place) for place, _ in self.files_with(None)]
        plain = [scanned([one], self.left_out).with_columns(WHOLE) for one in files]
        return plain if self.converted is None else [self.scan()]

    def files_with(self, period: Reference | None) -> list[tuple[int, TradeFile]]:
        """The files that may hold something of a period, or all of them, with their places."""
        return [
            (place, one)
            for place, one in enumerate(self.files)
            if period is None or may_hold(period, self._constants[place])
        ]

    def _file(self, place: int) -> tuple[TradeFile, Constants]:
        return self.files[place], {} if self.converted else self._constants[place]

    def imports_in(self, place: int, runs: Sequence[tuple[int, int]], period: Reference) -> Frame:
        """What ``imports`` gives of some rows of a file: runs by first row and number."""
        rows = scanned([self._file(place)], self.left_out, runs)
        return self._levied(rows.with_columns(WHOLE).filter(self.is_asked & period.holds()))

    def imports(self, period: Reference) -> Frame:
        """The importers' imports of a period with their value for duty."""
        if period.years > 1:
            return nw.from_native(self.mean(period).lazy().drop(BEHIND))
        return self._recorded(period)

    def mean(self, period: Reference) -> pl.DataFrame:
        """What ``calc.means.mean_of_years`` gives of the imports of years; computed once."""
        if period not in self._means:
            found = mean_of_years(self._recorded(period).to_native(), period)
            self._means[period] = found.collect()
        return self._means[period]

    @functools.cached_property
    def _means(self) -> dict[Reference, pl.DataFrame]:
        return {}

    def _recorded(self, period: Reference) -> Frame:
        chosen = self.is_asked & period.holds()
        return self._levied(self.scan(period).filter(chosen))

    def all_imports(self, period: Reference) -> Frame:
        """The imports of every importer of a period with their value for duty."""
        chosen = (pl.col("flow") == "import") & period.holds()
        is_trade = chosen & (pl.col("partner") != pl.col("importer"))
        return self._levied(self.scan(period).filter(is_trade))

    def _levied(self, rows: pl.LazyFrame) -> Frame:
        return with_duty_base(nw.from_native(rows), held=self.held, stated=self.stated)

    @property
    def is_asked(self) -> pl.Expr:
        """Whether a row is an import of an importer that is asked about, from outside it."""
        is_import = pl.col("importer").is_in(self.importers) & (pl.col("flow") == "import")
        return is_import & ~self.is_within

    @property
    def is_within(self) -> pl.Expr:
        """Whether a row is trade of an importer with itself: with a member, where it is a group."""
        own = pl.col("partner") == pl.col("importer")
        if not self.members:  # asked of every row: looking for none took as long as reading it
            return own
        among = pl.col("importer").is_in(self.importers) & pl.col("partner").is_in(self.members)
        return own | among

    @property
    def importers_text(self) -> str:
        """The importers in words."""
        return ", ".join(self.importers)


def shape_of(question: Question) -> pl.DataFrame:
    """Rows and value of the table by flow, period, nomenclature, importer and partner.

    Values are ``calc.valuation.any_value``; ``rows_without`` counts rows without one,
    ``rows_off_basis`` those without one on which their importer levies duty.
    """
    varying = [name for name in SHAPE_KEY if name not in question.constants]
    key = varying or list(SHAPE_KEY)
    plans = [shaped(nw.from_native(rows), question, key).to_native() for rows in question.scans()]
    fixed = [
        pl.lit(question.constants[name]).alias(name) for name in SHAPE_KEY if name not in varying
    ]
    shape = summed(plans, key).with_columns(fixed if varying else []).sort(SHAPE_KEY)
    refuse_overflow(question, shape)
    return shape


def chosen_period(question: Question, shape: pl.DataFrame) -> Reference:
    """The reference period: the one asked for, or the only one of the importers' imports.

    Raises:
        ScenarioError: An importer has no imports in the table, the period asked for is not in it
            whole, it has several and none is asked for, or a year and its months; or years are
            added up and the law has quotas.
    """
    imports = shape.filter(question.is_asked)
    present = set(imports["importer"].unique())
    for importer in question.importers:
        if importer not in present:
            raise no_imports(question, importer, shape.filter(pl.col("flow") == "import"))
    periods = sorted(imports["period"].unique())
    wanted = question.period or common_year(periods)
    reference = None if wanted is None else reference_of(wanted, periods)
    if reference is None:
        raise no_period(question, periods)
    for importer in question.importers:
        own = sorted(imports.filter(importer=importer)["period"].unique())
        if missing := lacking(reference, own):
            raise not_whole(question, reference, missing, own)
    for part in reference.parts:
        refuse_twice(question, imports, part)
    if question.policy.derived:
        no_sum(reference, "quotas are filled year by year")
    return reference


def refuse_misfits(question: Question, shape: pl.DataFrame, period: Reference) -> None:
    """Nothing, where the table's codes and values suit the schedule.

    Raises:
        ScenarioError: Codes of another HS edition than the schedule's.
        DataRejectedError: Rows without a value on which their importer levies duty.
    """
    imports = shape.filter(question.is_asked & period.holds())
    edition = edition_of(question.nomenclature)
    names = [name for name in imports["nomenclature"].unique() if edition_of(name) != edition]
    foreign = imports.filter(pl.col("nomenclature").is_in(names))
    if foreign.height:
        raise ScenarioError(
            f"the schedule is in {question.nomenclature}, the trade in {', '.join(sorted(names))}: "
            f"{how_many(int(foreign['rows'].sum()), 'row')}, USD "
            f"{to_usd(foreign['total_e4'].sum()):,.0f}",
            where=f"{question.table.name}, column nomenclature",
            hint="use trade and schedule of one HS edition, or put the trade into that of the "
            "schedule with --convert; codes mean other goods in another",
        )
    off_basis = imports.group_by("importer").agg(pl.col("rows_off_basis").sum()).sort("importer")
    problems = [
        no_basis(question, row["importer"], row["rows_off_basis"])
        for row in off_basis.iter_rows(named=True)
        if row["rows_off_basis"]
    ]
    if problems:
        raise DataRejectedError.collected(problems)
