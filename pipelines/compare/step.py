"""A comparison as one step: two sides read, causes put on one by one, lists set side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from calc import comparison
from calc.tables import TABLES
from pipelines.compare.comments import read_comments
from pipelines.compare.money import IN_DOLLARS, Money, money_of_sides
from pipelines.compare.sides import Side
from pipelines.compare.states import KIND_OF_TOOL, figures_at, labelled, nothing_of, states_between
from pipelines.compare.steps import Step, state_of
from pipelines.files import sha256_of
from pipelines.folders import new_folder
from pipelines.parquet import write_table
from pipelines.report.money import told_in
from pipelines.report.money_object import money_told
from pipelines.run.inputs import Inputs
from pipelines.run.manifest import run_id_of
from pipelines.tables_out import told_at
from pipelines.version import code_sha256, tool_version
from pipelines.workspace import Workspace

NAMES = ("compared", "causes", "schedule_changes", "list_changes")
PAGE_NAME = "comparison.html"
CODES = {"schedule_changes": "prefix", "list_changes": "code"}
SHARED, MOST = ("importer", "partner"), 3
"""Columns of the lines by which two may have nothing in common, and how many names are told."""
State = tuple[Step | None, pl.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two sides and what they differ in: the tables of ``NAMES``.

    ``silent`` are the codes of comments that concern no line or entry that changed, ``apart``
    sentences on what the two have nothing of in common. The tables are in USD; ``money`` says in
    which money people are told them.
    """

    first: Side
    second: Side
    tables: Mapping[str, pl.DataFrame]
    comments_sha256: str | None = None
    silent: Sequence[str] = ()
    apart: Sequence[str] = ()
    money: Money = IN_DOLLARS

    def put_in_money(self) -> "Comparison":
        """The same with its amounts in its money; words say USD until ``said_in`` changes them."""
        currency = self.money.currency
        told = {name: told_in(currency, name, frame) for name, frame in self.tables.items()}
        return replace(self, tables=told)

    def comparison_id(self) -> str:
        """An id of what was compared: the same runs, comments and tool give the same."""
        return run_id_of(
            {
                "first": self.first.facts(),
                "second": self.second.facts(),
                "comments_sha256": self.comments_sha256,
                "code_sha256": code_sha256(),
                **money_told(self.money.currency),
            }
        )


def compare(
    first: Side, second: Side, comments: Path | None = None, *, currency: str | None = None
) -> Comparison:
    """What two sides differ in, with causes that add up exactly to the difference.

    Args:
        first: The one side.
        second: The other.
        comments: Comment log, whose rows are put beside what they are about.
        currency: Code of the money to tell it in; null for that which both are told in.

    Raises:
        UsageError: There is no one dated rate for the money that is asked for.
        ScenarioError: A side's own law cannot be used.
        DataRejectedError: A trade table does not suit it, or the comment log cannot be used.
        StorageError: The comment log cannot be read.
    """
    money = money_of_sides(first, second, currency)
    said = None if comments is None else read_comments(comments)
    states = pl.concat(_states(first, second)).lazy()
    tables = {
        "compared": _sorted("compared", comparison.compared(states)),
        "causes": _sorted("causes", comparison.causes(states)),
        "schedule_changes": _sorted(
            "schedule_changes", comparison.schedule_changes(_entries(first), _entries(second))
        ),
        "list_changes": _sorted(
            "list_changes", comparison.list_changes(_listed(first), _listed(second))
        ),
    }
    silent: list[str] = []
    if said is not None:
        for name, code in CODES.items():
            tables[name] = comparison.with_comments(tables[name], code, said)
        silent = list(_silent(tables, said))
    digest = None if comments is None else sha256_of(comments)
    return Comparison(
        first=first, second=second, tables=tables, comments_sha256=digest, silent=silent,
        apart=list(_apart(first, second)), money=money,
    )  # fmt: skip


def _sorted(name: str, plan: pl.LazyFrame) -> pl.DataFrame:
    return plan.sort(TABLES[name].primary_key()).collect()


def _silent(tables: Mapping[str, pl.DataFrame], said: pl.DataFrame) -> Iterator[str]:
    """The codes of comments that no change is about."""
    changed = {code for name, column in CODES.items() for code in tables[name][column]}
    for code in said["code"].unique().sort():
        if not any(code.startswith(one) or one.startswith(code) for one in changed):
            yield code


def _apart(first: Side, second: Side) -> Iterator[str]:
    """What no line of both has in common: their difference then says nothing of a schedule."""
    lists = [_listed(side).select(SHARED).unique().collect() for side in (first, second)]
    for column in SHARED:
        met = [rows[column].unique().sort().to_list() for rows in lists]
        if all(met) and not set(met[0]) & set(met[1]):
            these, others = (
                ", ".join(names[:MOST]) + " ..." * (len(names) > MOST) for names in met
            )
            yield (
                f"the two have no {column} in common ({these} against {others}): the difference "
                "is between two flows of trade, not between two schedules"
            )


def _listed(side: Side) -> pl.LazyFrame:
    return comparison.listed(side.tables["lines"].lazy(), side.tables["components"].lazy())


def _entries(side: Side) -> pl.LazyFrame:
    """The entries of each importer's schedule, whose measures may share their names."""
    components = side.tables["components"].lazy()
    parts = [
        comparison.entries(
            inputs.law.measures.lazy(),
            inputs.law.products.lazy(),
            components.filter(pl.col("importer") == importer),
        )
        for importer, inputs in side.parts.items()
    ]
    return pl.concat(parts)


def _states(first: Side, second: Side) -> Iterator[pl.DataFrame]:
    """The figures of each state of each importer, labelled and numbered."""
    before, after = first.parts, second.parts
    for importer in sorted({*before, *after}):
        ends = (_recorded(first, importer), _recorded(second, importer))
        way = _way(importer, before.get(importer), after.get(importer), ends)
        for number, (step, figures) in enumerate(_that_matter(way)):
            yield labelled(figures, step, number)


def _recorded(side: Side, importer: str) -> pl.DataFrame | None:
    """The figures that a kept run holds of an importer; null where none is kept."""
    if side.recorded is None or importer not in side.parts:
        return None
    own = side.recorded.filter(pl.col("importer") == importer)
    return nothing_of(importer) if own.is_empty() else own


def _way(
    importer: str,
    first: Inputs | None,
    second: Inputs | None,
    ends: tuple[pl.DataFrame | None, pl.DataFrame | None],
) -> Iterator[State]:
    """The states from one importer's part to another: as kept, as computed now, step by step."""
    again = Step(
        kind=KIND_OF_TOOL, cause="another version of the tool", put_on=lambda at: at,
        what="the same inputs give another figure than the run that is kept",
    )  # fmt: skip
    if ends[0] is not None:
        yield None, ends[0]
    if first is None:
        yield None, nothing_of(importer)
    else:
        yield again, figures_at(state_of(first))
    if first is not None and second is not None:
        yield from states_between(first, second)
    else:
        what = "added" if first is None else "removed"
        whole = Step(kind="law", cause=f"all of {importer}", what=what, put_on=lambda at: at)
        yield whole, nothing_of(importer) if second is None else figures_at(state_of(second))
    if ends[1] is not None:
        yield again, ends[1]


def _that_matter(way: Iterator[State]) -> Iterator[State]:
    """The states, without the tool and the rest where they change nothing."""
    last: pl.DataFrame | None = None
    for step, figures in way:
        ordered = figures.sort("importer", "figure")
        is_quiet = step is None or step.kind in (KIND_OF_TOOL, "the rest")
        if last is not None and is_quiet and ordered.equals(last):
            continue
        yield (None if last is None else step), ordered
        last = ordered


def write_comparison(workspace: Workspace, done: Comparison) -> Path:
    """The folder of a comparison, written whole: its tables and a page.

    Raises:
        StorageError: It cannot be written.
    """
    from pipelines.compare.page import page

    names = [str(side.facts()["scenario"]) for side in (done.first, done.second)]
    folder = workspace.comparisons / "--".join(names) / done.comparison_id()
    about: dict[str, Any] = {"comparison": done.comparison_id(), "tool_version": tool_version()}
    about |= told_at(done.money.currency)
    if folder.is_dir():
        return folder
    with new_folder(folder) as fresh:
        for name in NAMES:
            write_table(fresh / f"{name}.parquet", done.tables[name], name, TABLES[name], about)
        (fresh / PAGE_NAME).write_text(page(done), encoding="utf-8", newline="\n")
    return folder
