"""A comparison told on a terminal and as an object."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from calc.comparison import FIGURES
from pipelines.compare.sides import Side
from pipelines.compare.step import Comparison
from pipelines.report.money import as_written, said_in
from pipelines.report.money_object import money_told, object_in

COLUMNS = 100
ORDER_TOLD = (
    "causes are put on one after another, each computed anew: data, then assumptions, then law, "
    "measure by measure by name, those that go first; another order may share the change out "
    "otherwise"
)
SHOWN = ("covered_value", "duty_before", "duty_after", "duty_increment", "threatened_increment")
"""The figures of which each cause is told; the tables hold them all."""

FIGURE_WORDS = {
    "listed_value": "listed value",
    "covered_value": "covered value",
    "in_force_value": "value in force",
    "prohibited_value": "value that may not enter",
    "affected_value": "affected value",
    "threatened_value": "threatened value",
    "duty_before": "duty before",
    "duty_after": "duty after",
    "duty_increment": "duty added",
    "threatened_increment": "duty threatened",
    "affected_unknown_value": "value, change of rate unknown",
    "duty_before_unknown_value": "value, duty before unknown",
    "duty_after_unknown_value": "value, duty after unknown",
    "duty_increment_unknown_value": "value, duty added unknown",
    "threatened_increment_unknown_value": "value, threatened duty unknown",
}
MOST_LINES, WIDTH = 10, 60
CHANGES = (
    "added",
    "removed",
    "rate changed",
    "measure changed",
    "value changed",
    "duty changed",
)


def figures_moved(told: Sequence[tuple[Any, dict[str, float]]]) -> list[str]:
    """The figures that some cause changes by a dollar or more; the first of all where none is."""
    return [name for name in SHOWN if any(round(each[name]) for _, each in told)] or [SHOWN[0]]


def comparison_dict(done: Comparison, folder: str) -> dict[str, Any]:
    """A comparison as an object: both sides, figures, causes, entries; counts of the lines."""
    money = done.money
    told: dict[str, Any] = object_in(money.currency, _object(done.put_in_money(), folder))
    why = {"money": money.reason} if money.reason else {}
    return told | money_told(money.currency) | why


def _object(done: Comparison, folder: str) -> dict[str, Any]:
    return {
        "first": as_written(done.money.currency, done.first.facts()),
        "second": as_written(done.money.currency, done.second.facts()),
        "nothing_in_common": list(done.apart),
        "compared": done.tables["compared"].to_dicts(),
        "order": ORDER_TOLD,
        "causes": [
            dict(row) | {"changes_usd": changes}
            for row, changes in causes_told(done.tables["causes"])
        ],
        "schedule_changes": done.tables["schedule_changes"].to_dicts(),
        "list_changes": counts(done.tables["list_changes"]),
        "comments_on_nothing_changed": list(done.silent),
        "folder": folder,
    }


def causes_told(causes: pl.DataFrame) -> Iterator[tuple[dict[str, Any], dict[str, float]]]:
    """Each cause in its order, with what it changes of every figure."""
    key = ("importer", "step", "kind", "cause", "what")
    for values, rows in causes.group_by(key, maintain_order=True):
        changes = dict(zip(rows["figure"], rows["change_usd"], strict=True))
        yield dict(zip(key, values, strict=True)), {name: changes[name] for name in FIGURES}


def counts(changes: pl.DataFrame) -> list[dict[str, Any]]:
    """Lines by what became of them, with covered value and the change of the duty added."""
    told = []
    for change in CHANGES:
        rows = changes.filter(pl.col("change") == change)
        if rows.height:
            told.append({"change": change, "lines": rows.height} | _dollars(rows))
    return told


def unknown(row: dict[str, Any]) -> str:
    """On how many of the lines counted the change of the duty is not known, in words."""
    lines = row["lines_of_unknown_change"]
    return f", unknown on {lines:,} lines" if lines else ""


def _dollars(rows: pl.DataFrame) -> dict[str, float | None]:
    from pipelines.report.figures import exact_sum

    names = ("covered_value_first_usd", "covered_value_second_usd", "duty_increment_change_usd")
    lines_unknown = {"lines_of_unknown_change": rows[names[-1]].null_count()}
    return {name: exact_sum(rows, name) for name in names} | lines_unknown


def comparison_lines(done: Comparison, folder: str) -> list[str]:
    """A comparison for people at a terminal."""
    money = done.money.currency
    return [said_in(money, line) for line in _lines(done.put_in_money(), folder)]


def money_lines(done: Comparison) -> list[str]:
    """In which money a comparison is told where it is not USD, or why it is not that of a side."""
    money = done.money
    told = [f"amounts in {money.currency.at}"] if money.currency else []
    reason = [money.reason] if money.reason else []
    return [as_written(money.currency, one) for one in (*told, *reason)]


def _lines(done: Comparison, folder: str) -> list[str]:
    tables, money = done.tables, done.money.currency
    sides = (("first     ", done.first), ("second    ", done.second))
    return [
        *(as_written(money, f"{name}{_side(side)}") for name, side in sides),
        *(text for one in money_lines(done) for text in wrapped("money     ", one)),
        *(text for one in done.apart for text in wrapped("apart     ", one)),
        *_figures(tables["compared"]),
        "",
        *_causes(tables["causes"]),
        *wrapped("order     ", ORDER_TOLD),
        "",
        *_lists(tables["schedule_changes"], tables["list_changes"], in_files=bool(folder)),
        *_silent(done.silent),
        as_written(money, f"files     {folder}: comparison.html and 4 tables"),
    ]


def _side(side: Side) -> str:
    facts = side.facts()
    kind = "run" if facts["is_kept_run"] else "computed now,"
    return (
        f"{facts['scenario']}, {kind} {facts['run_id']}: {facts['trade']}, law as of "
        f"{facts['as_of']}"
    )


def amount(value: float | None) -> str:
    """An amount in whole dollars; what is not known is said to be so."""
    return "unknown" if value is None else f"{value:,.0f}"


def signed(value: float | None) -> str:
    """A change in whole dollars with its sign; none is 0."""
    if value is None:
        return "unknown"
    return "0" if round(value) == 0 else f"{value:+,.0f}"


def with_money(told: str) -> str:
    """An amount or a change in words with its money; what is not known has none."""
    return told if told == "unknown" else f"{told} USD"


def wrapped(label: str, text: str) -> list[str]:
    """A sentence behind its label, on lines that fit a terminal."""
    return textwrap.wrap(text, COLUMNS, initial_indent=label, subsequent_indent=" " * len(label))


def figures_shown(compared: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """The figures that are not 0 on both sides, in the order of the accounting."""
    order = {name: place for place, name in enumerate(FIGURES)}
    rows = compared.filter((pl.col("first_usd") != 0) | (pl.col("second_usd") != 0)).to_dicts()
    yield from sorted(rows, key=lambda row: (row["importer"], order[row["figure"]]))


def _figures(compared: pl.DataFrame) -> Iterator[str]:
    yield f"{'USD':<36}{'first':>19}{'second':>19}{'change':>19}"
    for row in figures_shown(compared):
        name = f"{row['importer']}  {FIGURE_WORDS[row['figure']]}"
        yield (
            f"{name:<36}{amount(row['first_usd']):>19}{amount(row['second_usd']):>19}"
            f"{signed(row['change_usd']):>19}"
        )


def _causes(causes: pl.DataFrame) -> Iterator[str]:
    """Each cause with what it changes of the figures shown, and their sum."""
    told = list(causes_told(causes))
    if not told:
        yield "causes    none: the two are alike"
        return
    shown = figures_moved(told)
    width = max(30, *(len(_cause(row)) for row, _ in told)) + 2
    yield "cause".ljust(width) + "".join(f"{FIGURE_WORDS[name]:>19}" for name in shown)
    for row, changes in told:
        yield _cause(row).ljust(width) + "".join(f"{signed(changes[name]):>19}" for name in shown)
        if row["what"]:
            yield from (f"    {part}" for part in row["what"].split("; "))
    sums = causes.group_by("figure").agg(pl.col("change_usd").sum())
    totals = dict(zip(sums["figure"], sums["change_usd"], strict=True))
    yield "sum".ljust(width) + "".join(f"{signed(totals[name]):>19}" for name in shown)


def _cause(row: dict[str, Any]) -> str:
    return f"{row['importer']}  {row['kind']}: {row['cause']}"


def _lists(schedule: pl.DataFrame, lines: pl.DataFrame, *, in_files: bool) -> Iterator[str]:
    told = counts(lines)
    if not told and schedule.is_empty():
        yield "list      the same lines at the same rates"
        return
    for row in told:
        yield from wrapped(
            f"lines     {row['change']:<16}{row['lines']:>7,}  ",
            f"covered {amount(row['covered_value_first_usd'])} -> "
            f"{with_money(amount(row['covered_value_second_usd']))}, duty added "
            f"{with_money(signed(row['duty_increment_change_usd']))}{unknown(row)}",
        )
    for change, rows in schedule.group_by("change", maintain_order=True):
        yield f"schedule  {change[0]:<16}{rows.height:>7,}  entries, as a measure names them"
    yield from _largest(schedule, in_files=in_files)


def _largest(schedule: pl.DataFrame, *, in_files: bool) -> Iterator[str]:
    """The entries of the schedule that move most, with who asked for it."""
    for row in largest(schedule, MOST_LINES):
        rates = f"{row['rate_first'] or '-'} -> {row['rate_second'] or '-'}"
        said = "; ".join(said_of(row))
        asked = f"  [{said}]" if said else ""
        moved = signed(row["duty_increment_change_usd"])
        yield (
            f"  {row['prefix']:<12}{row['change']:<14}{moved:>18}  "
            f"{row['measure_id']}: {rates}{asked}"
        )
    if schedule.height > MOST_LINES:
        # An edit that is only shown has no files yet.
        where = " in schedule_changes.parquet" if in_files else ""
        yield f"  ... and {schedule.height - MOST_LINES:,} more{where}"


def largest(changes: pl.DataFrame, count: int) -> list[dict[str, Any]]:
    """The changes that move most dollars of duty first; an unknown one counts as its trade."""
    columns = changes.columns
    values = [name for name in columns if "_value_" in name]
    moved = pl.max_horizontal(pl.col(name).fill_null(0.0).abs() for name in values)
    duty = pl.coalesce(pl.col("duty_increment_change_usd").abs(), moved)
    ordered = changes.with_columns(duty_moved=duty, value_moved=moved).sort(
        "duty_moved", "value_moved", descending=True, maintain_order=True
    )
    return ordered.select(columns).head(count).to_dicts()


def said_of(row: dict[str, Any]) -> Iterator[str]:
    """What a comment log says of a change, in words."""
    if row["commenter"] or row["ask"]:
        yield f"{row['commenter'] or 'somebody'} asked: {row['ask'] or 'not said'}"
    if row["decision"]:
        yield f"decided: {row['decision']}"
    if row["decision_reason"]:
        yield f"because: {row['decision_reason']}"


def _silent(codes: Sequence[str]) -> Iterator[str]:
    if codes:
        more = f" and {len(codes) - MOST_LINES} more" if len(codes) > MOST_LINES else ""
        listed = ", ".join(codes[:MOST_LINES])
        yield f"comments  {len(codes)} on codes that did not change: {listed}{more}"
