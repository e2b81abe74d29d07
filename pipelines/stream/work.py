"""A question answered piece by piece: what is kept of the lines of each is added up into cells.

Each piece of the table goes the way of any run (``resolve``, ``assess``). No line depends on
another, so the figures are those of the whole table, to the last unit.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import narwhals as nw
import polars as pl

from calc import reports
from calc.alternatives import imports_of_codes, suppliers
from calc.assessed import AMOUNTS, CELL, TEXTS, cells
from calc.attributed import AMOUNTS as OF_COMPONENTS
from calc.attributed import component_cells, with_increments
from calc.errors import LimitError
from calc.hits import LINE, totals, totals_by_code
from calc.periods import Reference
from calc.terms import Frame
from calc.unmatched import idle_schedule, missed_trade, unmatched_table
from pipelines.memory import OPTION, allowed
from pipelines.run.assess import assess
from pipelines.run.celled import Worked, celled_tables, refuse_beyond, refuse_mean, restored
from pipelines.run.compute import Tables, codes_named, flows_of, nothing_hit
from pipelines.run.question import Question, chosen_period, refuse_misfits, shape_of
from pipelines.run.resolve import resolve
from pipelines.stream.pieces import Piece, pieces_of
from pipelines.stream.written import Told, write_piece

MOST = 4_000_000_000
"""Bytes that a piece takes at most, wherever there is more."""
LEAST_ROWS = 10_000
"""Rows of a piece that is not divided further."""

NOT_KNOWN = [f"no_{name}" for name in (*AMOUNTS, *TEXTS)]
OF_CELL = [*CELL, *NOT_KNOWN]
OF_MEASURE = ["measure_id", "status", *(f"no_{name}" for name in OF_COMPONENTS)]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is kept of the pieces: tables that do not grow with the lines, a list of one a piece."""

    cells: list[pl.DataFrame] = field(default_factory=list)
    measures: list[pl.DataFrame] = field(default_factory=list)
    named: list[pl.DataFrame] = field(default_factory=list)

    def add(self, piece: Told) -> None:
        """Keep what reports need of a piece."""
        lines, found = piece.found.lines.lazy(), piece.found
        told: pl.LazyFrame = cells(nw.from_native(lines)).to_native()
        whole = component_cells(with_increments(found.components.lazy(), lines))
        plans = [told, whole, codes_named(piece.question, piece.resolved)]
        for kept, one in zip((self.cells, self.measures, self.named), plans, strict=True):
            kept.append(one.collect())
        for kept, key in ((self.cells, OF_CELL), (self.measures, OF_MEASURE)):
            kept[:] = [_together(kept, key)]
        self.named[:] = [pl.concat(self.named).unique()]


def work(question: Question, folder: Path, say: Callable[[str], None]) -> Worked:
    """The reports of a question; the lines of each piece are written into a folder.

    Raises:
        ScenarioError: As ``pipelines.run.compute.answer`` does, and of a mean of years.
        DataRejectedError: The table lacks the values that the importer levies duty on.
        LimitError: The values are beyond what is summed exactly, or a piece beyond memory.
    """
    shape = shape_of(question)
    period = chosen_period(question, shape)
    refuse_misfits(question, shape, period)
    refuse_mean(period, "the engine stream")
    pieces = list(pieces_of(question, period))
    kept = Kept()
    for told in _told(_bounded(question), pieces, period, say):
        write_piece(folder, told)
        kept.add(told)
    if not kept.cells:
        raise nothing_hit(question)
    parts = [piece.imports(question, period) for piece in pieces]
    return _worked(question, kept, parts, (shape, period))


def _bounded(question: Question) -> Question:
    """The question, of which no piece takes more memory than there may be, nor than ``MOST``."""
    most = allowed(question.memory_limit)
    return replace(question, memory_limit=min(MOST, most.bytes if most else MOST))


def _told(
    question: Question, pieces: Sequence[Piece], period: Reference, say: Callable[[str], None]
) -> Iterator[Told]:
    """What is found in each piece; one that does not fit is worked on in halves.

    Raises:
        LimitError: One that can hardly be divided does not fit.
    """
    left, number = list(pieces), 0
    while left:
        piece, *left = left
        say(f"piece {number + 1} of {number + 1 + len(left)}")
        try:
            resolved = resolve(question, piece.imports(question, period))
        except LimitError as err:
            if err.problems[0].where != OPTION or piece.rows <= LEAST_ROWS:
                raise
            left = [*piece.halves(), *left]
            continue
        if resolved is not None:
            found = assess(question, resolved)
            yield Told(number=number, question=question, resolved=resolved, found=found)
        number += 1


def _worked(
    question: Question,
    kept: Kept,
    pieces: Sequence[Frame],
    told: tuple[pl.DataFrame, Reference],
) -> Worked:
    shape, period = told
    found = restored(_sorted(kept.cells[0]))
    refuse_beyond(question, found)
    sums, flows = _totals(question, found, pieces, told)
    tables = celled_tables(question, found, sums) | _others(question, kept, (found, sums))
    tables["suppliers"] = suppliers(found.lazy(), flows).collect()
    return Worked(tables=tables, cells=found, shape=shape, period=period)


def _together(parts: Sequence[pl.DataFrame], key: Sequence[str]) -> pl.DataFrame:
    """Cells of several pieces as those of all of them."""
    return pl.concat(parts).group_by(key).agg(pl.all().sum())


def _sorted(found: pl.DataFrame) -> pl.DataFrame:
    return found.sort(OF_CELL, nulls_last=True)


def _totals(
    question: Question,
    found: pl.DataFrame,
    pieces: Sequence[Frame],
    told: tuple[pl.DataFrame, Reference],
) -> tuple[reports.Totals, pl.LazyFrame]:
    """What ``pipelines.run.compute`` sums of the whole table, piece by piece."""
    pairs = found.lazy().select("importer", "partner", is_hit=pl.lit(value=True)).unique().collect()
    tags = found.lazy().select("product_group").unique().drop_nulls()
    groups = question.groups.lazy().join(tags, on="product_group", how="semi").collect()
    prefixes = groups["prefix"].to_list()
    parts = [_sums_of(found, piece, pairs, prefixes) for piece in pieces]
    keys = (["importer", "code"], LINE, ["importer", "product_group", "partner"])
    by_code, by_line, flows = (
        _together([part[place] for part in parts], key).sort(key).lazy()
        for place, key in enumerate(keys)
    )
    by_flow = flows_of(question, *told)
    return reports.Totals(by_flow=by_flow, by_code=by_code, by_line=by_line), flows


def _sums_of(
    found: pl.DataFrame, imports: Frame, pairs: pl.DataFrame, prefixes: list[str]
) -> list[pl.DataFrame]:
    """Of a piece: sums by code, by line of the groups and partners that are hit, by supplier."""
    hit = nw.from_native(pairs.lazy())
    of_groups = imports.filter(nw.col("code").str.slice(0, 6).is_in(prefixes))
    of_pairs = of_groups.join(hit, on=["importer", "partner"], how="semi")
    told = imports.select(*LINE, "value_e4").to_native()
    plans = [
        totals_by_code(imports, hit).to_native(),
        totals(of_pairs, LINE).to_native(),
        imports_of_codes(found.lazy(), told),
    ]
    return pl.collect_all(plans, engine="streaming")


def _others(question: Question, kept: Kept, told: tuple[pl.DataFrame, reports.Totals]) -> Tables:
    """By measure, and what of the schedule or of its product groups matched nothing."""
    found, sums = told
    measures, groups = question.law.measures, question.groups.lazy()
    amounts = [pl.when(~pl.col(f"no_{name}")).then(name).alias(name) for name in OF_COMPONENTS]
    components = kept.measures[0].lazy().with_columns(amounts)
    schedule = idle_schedule(question.law.products, kept.named[0].lazy(), measures, sums.by_code)
    missed = missed_trade(sums.by_line, found.lazy())
    plans = {
        "by_measure": reports.by_measure(components, measures),
        "unmatched": unmatched_table(schedule, missed, groups),
    }
    return dict(zip(plans, pl.collect_all(list(plans.values())), strict=True))
