"""A part of the table: what is counted in others taken out, the rest added up and in order."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from calc import judge
from calc.rules import declared_rules, row_rules
from calc.tables.trade import Trade
from pipelines.ingest.bulk.batches import REMAINDER, Found, Sums
from pipelines.ingest.bulk.coded import CLASS
from pipelines.ingest.bulk.figures import values_of
from pipelines.ingest.bulk.marks import Marks
from pipelines.ingest.bulk.ordered import as_table, as_texts, sorted_rows
from pipelines.ingest.bulk.plan import Plan
from pipelines.ingest.bulk.ranks import Ranked
from pipelines.ingest.bulk.scopes import coders_of
from pipelines.ingest.cells import EXCLUDED
from pipelines.ingest.source import ROW
from pipelines.ingest.table import ADDS, Added, added_note, in_order, special_note
from pipelines.ingest.totals import (
    ALL,
    coarser_codes,
    compared_note,
    key_of,
    mark_coarser,
    refused,
    stays_note,
    sums_of,
    worlds_of,
)

WORLDS = ("partner", "importer")
GOODS = ("nomenclature", "code")


@dataclass(slots=True)
class Ending:
    """What the parts of a table come to, part by part.

    Attributes:
        rows: Rows of the table so far.
        added: How many rows were parts of flows.
        wrong: Codes beside finer ones that do not add up to them.
        broken: Rows of the table that break a rule.
        totals: By role, totals that were left out beside the sums of what they are totals of.
        stays: By column, rows of totals that are kept.
        specials: By reason, the rows whose code is no good.
        met: Numbers of the nomenclatures and codes of the table that were met together.
    """

    plan: Plan
    found: Found
    marks: Marks
    ranks: dict[str, Ranked]
    rows: int = 0
    added: Added = field(default_factory=Added)
    wrong: list[pl.DataFrame] = field(default_factory=list)
    broken: list[pl.DataFrame] = field(default_factory=list)
    totals: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    stays: dict[str, int] = field(default_factory=dict)
    specials: dict[str, Sums] = field(default_factory=dict)
    met: list[pl.DataFrame] = field(default_factory=list)
    faulty: pl.Series | None = None

    @property
    def is_light(self) -> bool:
        """Whether nothing but their order is asked of the rows of a part."""
        specials = any(special.kept for special in self.plan.mapping.declared.specials)
        return not (self.marks.any or self.marks.nested or self.plan.adds_up or specials)

    def part(self, rows: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        """The rows of a part of the table, and those that were added up to them; some at a time."""
        if not self.is_light:
            rows = rows.with_columns(values_of(rows))
        remainders = rows.head(0)
        if REMAINDER in rows.columns:
            is_left = pl.col(REMAINDER).fill_null(value=False)
            remainders, rows = rows.filter(is_left), rows.filter(~is_left)
        kept = self._without_marked(rows, remainders)
        self._count(kept)
        if self.plan.adds_up:
            yield self._added_up(kept)
            return
        for some in sorted_rows(kept, self.ranks):
            table = as_table(self.plan, some, self.ranks)
            self.rows += table.height
            self._note_broken(table)
            yield table, table.head(0)

    def _without_marked(self, rows: pl.DataFrame, remainders: pl.DataFrame) -> pl.DataFrame:
        """The rows that are counted nowhere else; the others counted by reason."""
        if not (self.marks.any or self.marks.nested):
            return rows
        marked = self._marked(rows)
        if self.marks.nested or any(map(self.marks.compared, WORLDS)):
            told = self._as_text(marked).with_row_index(judge.ROW)
            nested, wrong = coarser_codes(told.filter(pl.col(EXCLUDED).is_null()))
            self.wrong.append(wrong)
            told = mark_coarser(told, nested).sort(judge.ROW)
            marked = marked.with_columns(told[EXCLUDED])
            self._compare(told.drop(judge.ROW), self._as_text(self._marked(remainders)))
        for (why,), some in marked.drop_nulls(EXCLUDED).group_by(EXCLUDED):
            self.found.left_out.setdefault(str(why), Sums()).add(some[judge.VALUE])
            self.found.kept.add(some[judge.VALUE], -1)
        return marked.filter(pl.col(EXCLUDED).is_null()).select(rows.columns)

    def _marked(self, rows: pl.DataFrame) -> pl.DataFrame:
        by = self.marks.by
        scopes = self.marks.scopes.select(*by, EXCLUDED)
        if not by:
            return rows.with_columns(pl.lit(scopes[EXCLUDED].item()).alias(EXCLUDED))
        if self.marks.levels is not None:
            code = self.plan.coder("code")
            assert code is not None
            rows = rows.with_columns(self.marks.levels.gather(rows[code.name]).alias(CLASS))
        rows = rows.with_columns(pl.col(by).cast(scopes.schema[by]) for by in self.marks.by)
        return rows.join(scopes, on=by, how="left", validate="m:1", maintain_order="left")

    def _as_text(self, marked: pl.DataFrame) -> pl.DataFrame:
        table = as_texts(as_table(self.plan, marked, self.ranks))
        return table.with_columns(marked[EXCLUDED])

    def _compare(self, told: pl.DataFrame, remainders: pl.DataFrame) -> None:
        for role in filter(self.marks.compared, WORLDS):
            key = key_of(role)
            scope = [name for name in key if name != "code"]
            worlds = worlds_of(told, role)
            sums = sums_of(told, remainders.select(told.columns), role)
            beside = self.marks.scopes.filter(pl.col(EXCLUDED).is_not_null()).select(scope)
            sums = sums.join(beside.unique(), on=scope, how="semi", nulls_equal=True)
            if role == "partner":
                self.totals.setdefault(role, []).append(worlds.join(sums, on=key, how="inner"))
            else:
                self.totals.setdefault(role, []).append(
                    pl.concat([worlds, sums], how="diagonal").select(*key, judge.VALUE, "parts")
                )

    def _count(self, kept: pl.DataFrame) -> None:
        for column, name in ALL.items():
            coder = self.plan.coder(column)
            if coder is not None:
                is_all = (coder.known[column] == name).fill_null(value=False)
                here = int(is_all.gather(kept[coder.name]).sum()) if is_all.any() else 0
                self.stays[column] = self.stays.get(column, 0) + here
            elif self.plan.constants.get(column) == name:
                self.stays[column] = self.stays.get(column, 0) + kept.height
        if names := coders_of(self.plan, GOODS):
            self.met.append(kept.select(names).unique())
        coder = self.plan.coder("code")
        for special in self.plan.mapping.declared.specials:
            if special.kept and coder is not None:
                is_special = (
                    coder.known["code"].str.contains(special.pattern).fill_null(value=False)
                )
                values = kept[judge.VALUE].filter(is_special.gather(kept[coder.name]))
                self.specials.setdefault(special.why, Sums()).add(values)

    def _added_up(self, kept: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        told = as_texts(as_table(self.plan, kept, self.ranks))
        told = told.with_columns(pl.lit(value=True).alias(ADDS), pl.col(ROW).cast(pl.Int64))
        rows, parts, added = in_order(told)
        self.added = Added(*(a + b for a, b in zip(self.added, added, strict=True)))
        parts = parts.with_columns(pl.col("table_row") + self.rows)
        self.rows += rows.height
        rules = row_rules(declared_rules("trade", Trade))
        numbered = rows.lazy().with_row_index(judge.ROW)
        broken = judge.broken_rows(numbered, rules).select(judge.ROW)
        self.broken.append(
            numbered.join(broken, on=judge.ROW, how="semi").drop(judge.ROW).collect()
        )
        return rows, parts

    def _note_broken(self, table: pl.DataFrame) -> None:
        if self.faulty is None:
            self.faulty = pl.concat([*self.found.broken, pl.Series([], dtype=pl.Int64)]).unique()
        if len(self.faulty):
            broken = as_texts(table.filter(table[ROW].cast(pl.Int64).is_in(self.faulty.implode())))
            self.broken.append(broken.with_columns(values_of(broken), pl.col(ROW).cast(pl.Int64)))

    def codes(self) -> pl.DataFrame:
        """The nomenclatures and codes of the table that stand together in it, each once."""
        coders = {name: self.plan.coder(name) for name in GOODS}
        columns: list[pl.Expr | pl.Series] = [
            pl.lit(self.plan.constants[name], dtype=pl.String).alias(name)
            for name, coder in coders.items()
            if coder is None
        ]
        if self.met:
            met = pl.concat(self.met, how="vertical_relaxed")
            columns += [
                coder.of(met[coder.name], name)
                for name, coder in coders.items()
                if coder is not None
            ]
        return pl.select(columns).select(GOODS).unique(maintain_order=True)

    def check(self) -> None:
        """Nothing, where every code beside finer ones is their sum.

        Raises:
            DataRejectedError: One is not.
        """
        wrong = [frame for frame in self.wrong if frame.height]
        if wrong:
            raise refused(pl.concat(wrong))

    def notes(self) -> Iterator[str]:
        """What is told of the table as a whole."""
        for column in ALL:
            yield from stays_note(column, self.stays.get(column, 0))
        for role, frames in self.totals.items():
            both = pl.concat(frames)
            if role == "importer":
                key = key_of(role)
                both = both.group_by(key).agg(
                    pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum())
                    for name in (judge.VALUE, "parts")
                )
                both = both.drop_nulls([judge.VALUE, "parts"])
            yield compared_note(role, both)
        for why in sorted(self.specials):
            yield from special_note(self.specials[why].stage("", "kept", why))
        yield from added_note(self.added)
