"""The result of a run on one screen."""

from collections import Counter
from collections.abc import Iterator, Mapping
from math import fsum
from typing import Any

from pipelines.report.answers import answer_lines, closure_lines
from pipelines.report.border import border_lines
from pipelines.report.cells import cell_lines
from pipelines.report.checks import failed_checks
from pipelines.report.columns import (
    NOT_APPLICABLE,
    estimated_beside,
    missing_mark,
    unknown_beside,
)
from pipelines.report.facts import PAGE_NAME, RunFacts
from pipelines.report.figures import (
    Figures,
    Tables,
    exact_sum,
    rows_left_out,
    rows_read,
    run_figures,
    unmatched_counts,
)
from pipelines.report.money import a_dollar, money_line, put_in_money, said_in
from pipelines.report.words import dollars, number, percent

SCREEN_COLUMNS = 100
MOST_QUOTAS = 3
QUOTA_STATES = ("unfilled", "exactly filled", "over-quota", "unknown")
MOST_LEFT_OUT = 2
VALUES = {
    "listed_value_usd": "listed value",
    "covered_value_usd": "covered value",
    "in_force_value_usd": "value in force",
    "affected_value_usd": "affected value (the rate changes)",
    "prohibited_value_usd": "prohibited value (may not enter)",
    "threatened_value_usd": "threatened value (not in force)",
    "duty_before_usd": "duty before, at unchanged trade",
    "duty_after_usd": "duty after, at unchanged trade",
    "duty_increment_usd": "duty added, at unchanged trade",
    "threatened_increment_usd": "duty threatened, at unchanged trade",
    "calculated_duty_usd": "duty as the statistics calculated it",
}


def summary_lines(facts: RunFacts, tables: Tables) -> list[str]:
    """What a run found, in at most 24 lines of at most 100 columns, in the money of the facts.

    A line more tells the rate of other money; four more what trade does in answer.
    """
    told = _lines(*put_in_money(facts, tables))
    return [fitted(said_in(facts.currency, line)) for line in told]


def _lines(facts: RunFacts, tables: Tables) -> list[str]:
    figures = run_figures(tables) if facts.adds_up else {}
    has_page = any(file.name == PAGE_NAME for file in facts.files)
    first = PAGE_NAME if has_page else "by_importer.parquet"
    return [
        facts.title,
        *reading_lines(facts),
        *read_lines(facts, tables),
        *left_out_lines(tables),
        *money_line(facts.currency),
        *total_lines(facts),
        *(value_line(name, figures, facts) for name in VALUES if is_told(name, figures)),
        *rate_lines(figures, tables),
        *check_lines(tables, a_dollar(facts.currency)),
        *quota_lines(tables),
        *beside_lines(tables),
        *export_lines(tables),
        *aside_lines(tables),
        *answer_lines(tables),
        *closure_lines(facts.notes),
        *cell_lines(tables),
        *unmatched_lines(tables),
        f"files        {facts.folder}: {first} and {len(facts.files)} files in all",
        f"next         open {first}; retorsion verify {facts.scenario_id}; "
        "edit a rate and run again",
    ]


def fitted(line: str) -> str:
    """The line, cut to the screen."""
    line = line.rstrip()
    return line if len(line) <= SCREEN_COLUMNS else f"{line[: SCREEN_COLUMNS - 3]}..."


def reading_lines(facts: RunFacts) -> Iterator[str]:
    """What figures are not: the law, by readings; points, of finer goods. The page says more."""
    names = (told.partition("reading ")[2].partition(":")[0] for told in facts.readings)
    if facts.readings:
        yield f"not law      by the readings {', '.join(names)}"
    yield from facts.bound_lines


def read_lines(facts: RunFacts, tables: Tables) -> Iterator[str]:
    """What was read: table, period, date of the law, rows, dollars; a line each importer."""
    came_in = rows_read(tables)
    told = {
        part.importer: f"{part.importer}: {part.trade_name} ({part.period}, {part.nomenclature}), "
        f"law as of {part.as_of}"
        for part in facts.parts
    } or {facts.importers[0]: f"{facts.trade_text}, law as of {facts.as_of}"}
    for importer, what in told.items():
        rows, value_usd = came_in.get(importer, (None, None))
        noun = "row" if rows == 1 else "rows"
        read = f": {number(rows)} {noun}, {dollars(value_usd)}" if importer in came_in else ""
        yield f"read         {what}{read}"


def total_lines(facts: RunFacts) -> Iterator[str]:
    """What a figure over several importers is the sum of, or why there is none."""
    if facts.total_text:
        yield f"total        {facts.total_text}"


def left_out_lines(tables: Tables) -> Iterator[str]:
    """What was left out: rows, dollars, why; the rest is counted."""
    steps = rows_left_out(tables)
    label = "left out"
    of_several = len({step["importer"] for step in steps}) > 1
    for step in steps if len(steps) <= MOST_LEFT_OUT else steps[: MOST_LEFT_OUT - 1]:
        reason = step["reason"] or step["stage"]
        reason = f"{step['importer']}: {reason}" if of_several else reason
        rows, usd = number(step["rows"]), in_column(step["value_usd"])
        noun = "row " if step["rows"] == 1 else "rows"
        yield f"{label:13}{step['kind']:9}{rows:>13} {noun} {usd:>26}  {reason}"
        label = ""
    if len(steps) > MOST_LEFT_OUT:
        yield f"{'':13}and {len(steps) - MOST_LEFT_OUT + 1} more steps: see sheet funnel"
    if not steps and "funnel" in tables:
        yield "left out     nothing: every row read is used"


def in_column(value: float | None, *, instead: str = "unknown") -> str:
    """An amount with its money as columns of them have it; a word in its place has none."""
    return f"{instead}    " if value is None else dollars(value)


def is_told(name: str, figures: Figures) -> bool:
    """Whether a figure has a line: all of a result, but prohibited value only where it is some."""
    return bool(figures) and (name != "prohibited_value_usd" or bool(figures[name]))


def value_line(name: str, figures: Figures, facts: RunFacts) -> str:
    """A figure with what is not known of it."""
    value = figures[name]
    beside = figures.get(unknown_beside(name))
    # No sum and nothing unknown: no line is concerned, which is not the same as not knowing.
    nothing = value is None and missing_mark(name, figures) == NOT_APPLICABLE
    shown = in_column(value, instead="none" if nothing else "unknown")
    note = f"unknown on {dollars(beside)}" if beside else ""
    estimated = figures.get(estimated_beside(name))
    if estimated:
        note = "; ".join(filter(None, (note, f"{number(estimated)} of it estimated")))
    share = figures["share_of_importer_imports"]
    if name == "covered_value_usd" and share is not None:
        note = f"{percent(share)} of {facts.importers[0]}'s imports in the table"
    return f"{VALUES[name]:37}{shown:>24}  {note}"


def rate_lines(figures: Figures, tables: Tables) -> Iterator[str]:
    """The average rates before and after; not for several importers together."""
    if not figures or tables["by_importer"].height > 1:
        return
    simple, weighted = (
        f"{percent(figures[f'{kind}_rate_before'])} -> {percent(figures[f'{kind}_rate_after'])}"
        for kind in ("simple_average", "trade_weighted")
    )
    label = "average rate of covered lines"
    yield f"{label:37}simple {simple}, trade-weighted {weighted}"


def check_lines(tables: Tables, a_dollar: float = 1.0) -> list[str]:
    """A blank line where all checks hold, else the first that does not."""
    failed = failed_checks(tables, a_dollar)
    return [f"CHECK FAILED ({len(failed)}) {failed[0]}"] if failed else [""]


def beside_lines(tables: Tables) -> Iterator[str]:
    """Control totals with their verdict, and measures that are no duty, a line each."""
    of_several = tables["by_importer"].height > 1 if "by_importer" in tables else False
    for row in tables["controls"].iter_rows(named=True) if "controls" in tables else ():
        stated, found = dollars(row["equals_usd"]), dollars(row["found_usd"])
        figure = row["figure"].removesuffix("_usd").replace("_", " ")
        figure = f"{row['importer']} {figure}" if of_several else figure
        yield f"control      {figure} should be {stated}, is {found}: {row['verdict']}"
    yield from assumption_lines(tables, of_several=of_several)
    for row in tables["credits"].iter_rows(named=True) if "credits" in tables else ():
        used, unused = number(row["used_usd"]), number(row["unused_usd"])
        what = f"{row['measure_id']}, {row['partner']}, {row['prefix']}"
        yield f"credit       {what}: {used} of {dollars(row['amount_usd'])} used, {unused} not"
    for row in tables["instruments"].iter_rows(named=True) if "instruments" in tables else ():
        covered, affected = dollars(row["covered_usd"]), dollars(row["affected_usd"])
        if row["instrument"] == "export-duty":
            continue
        what = f"{row['measure_id']} ({row['instrument']}, {row['state']})"
        yield f"no duty      {what}: covered {covered}, affected {affected}"


def export_lines(tables: Tables) -> Iterator[str]:
    """Duties of exporters, a line each: whose revenue, on what value."""
    for row in tables["export_duties"].iter_rows(named=True) if "export_duties" in tables else ():
        whose = f"{row['measure_id']} ({row['revenue_of']}'s revenue, {row['state']})"
        off = row["value_not_fob_usd"]
        beside = f"; unknown on {dollars(off)} not free on board" if off else ""
        duty, value = dollars(row["export_duty_usd"]), dollars(row["in_force_value_usd"])
        yield f"export duty  {whose}: {duty} on {value}{beside}"


def aside_lines(tables: Tables) -> Iterator[str]:
    """Flows beside the trade table with their duty, and what is paid back of duties."""
    if "beside" in tables:
        for (name,), rows in tables["beside"].group_by("beside_id", maintain_order=True):
            value, duty = (dollars(exact_sum(rows, one)) for one in ("value_usd", "duty_usd"))
            yield f"beside       {name}: {value} not in the table, duty {duty}"
    if "drawback" in tables:
        names = ("duty_usd", "drawback_usd", "duty_after_drawback_usd")
        duty, back, after = (dollars(exact_sum(tables["drawback"], name)) for name in names)
        yield f"drawback     of {duty} of duty {back} are paid back: {after} are left"
    yield from border_lines(tables)


def assumption_lines(tables: Tables, *, of_several: bool) -> Iterator[str]:
    """The duty between the ends of all shares, or of the only one, and of how portions meet."""
    if "assumptions" not in tables:
        return
    ends: dict[tuple[str, str], list[float]] = {}
    kinds: dict[tuple[str, str], str] = {}
    for row in tables["assumptions"].iter_rows(named=True):
        key = (row["importer"], row["assumption"])
        if row["duty_increment_usd"] is not None:
            ends.setdefault(key, []).append(row["duty_increment_usd"])
            kinds[key] = row["kind"]
    together = {importer for (importer, _), kind in kinds.items() if kind == "all"}
    for (importer, assumption), found in ends.items():
        is_part = kinds[importer, assumption] in ("portion", "content", "credit")
        if len(found) > 1 and not (is_part and importer in together):
            whose = f"{importer} " if of_several else ""
            span = f"{number(min(found))} to {number(max(found))} USD"
            yield f"assumed      {whose}{assumption}: duty added {span}"


def quota_lines(tables: Tables) -> Iterator[str]:
    """Each quota: how many of its amounts are in which state, and the value beyond them."""
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    frame = tables.get("by_quota")
    several = frame is not None and frame["importer"].n_unique() > 1
    for row in frame.iter_rows(named=True) if frame is not None else ():
        name = f"{row['importer']} {row['quota_id']}" if several else row["quota_id"]
        by_name.setdefault(f"{name}, {row['status']}", []).append(row)
    for name, rows in list(by_name.items())[:MOST_QUOTAS]:
        states = Counter(row["state"] for row in rows)
        told = ", ".join(f"{states[state]} {state}" for state in QUOTA_STATES if states[state])
        known = [row["over_value_usd"] for row in rows if row["over_value_usd"] is not None]
        at_least = ">= " if any(row["is_lower_bound"] for row in rows) else ""
        over = f"{at_least}{dollars(fsum(known))}" if len(known) == len(rows) else "unknown"
        yield f"quota        {name}: {told}; over quota {over}"
    if len(by_name) > MOST_QUOTAS:
        yield f"{'':13}and {len(by_name) - MOST_QUOTAS} more: see sheet by_quota"


def unmatched_lines(tables: Tables) -> Iterator[str]:
    """How much of the schedule hit nothing, and how much of the groups no measure names."""
    counts = unmatched_counts(tables)
    if counts:
        named, missed = counts["schedule_lines"], counts["trade_lines"]
        yield (
            f"not matched  {number(named)} schedule line{'' if named == 1 else 's'} without trade; "
            f"{number(missed)} trade line{'' if missed == 1 else 's'} of the groups not named"
        )
