"""A run on one page of plain text in Markdown, for somebody who reads nothing else."""

from collections.abc import Iterator

from pipelines.report.answers import answer_sentences
from pipelines.report.facts import RunFacts
from pipelines.report.figures import Tables, cells_hit, rows_left_out, state_of
from pipelines.report.lead import lead
from pipelines.report.money import money_note, put_in_money, said_in
from pipelines.report.page.words import money_cell, percent, usd

MOST_CELLS = 5
OTHERWISE = ", but where it says otherwise"
MOST_NOTES = 4
FIGURES = {
    "covered_value_usd": "imports that the measures reach",
    "affected_value_usd": "of these, imports whose rate changes",
    "threatened_value_usd": "imports that measures not in force reach",
    "duty_before_usd": "duty before",
    "duty_increment_usd": "duty added",
    "threatened_increment_usd": "duty threatened",
}


def brief(facts: RunFacts, tables: Tables) -> str:
    """The page: what is hit, what is owed, what is not known, and what it rests on.

    Its amounts are in USD, or in the money that the facts name, at the rate that the page tells.
    """
    told = "\n".join(_lines(*put_in_money(facts, tables))) + "\n"
    return said_in(facts.currency, told)


def _lines(facts: RunFacts, tables: Tables) -> Iterator[str]:
    yield f"# {facts.title}"
    yield ""
    yield (
        f"Law of {', '.join(facts.importers)} as of {facts.as_of}, on {facts.trade_text}. All "
        f"duties at unchanged trade{OTHERWISE if 'by_effect' in tables else ''}: "
        "no forecast of trade or of revenue."
    )
    for note in money_note(facts.currency):
        yield from ("", note)
    for row in cells_hit(tables, "by_importer"):
        yield from _importer(row)
    yield from _answers(facts, tables)
    yield from _groups(tables)
    yield from _caveats(facts, tables)
    yield ""
    yield (
        f"Made by retorsion {facts.tool_version}, run {facts.run_id} of {facts.scenario_id}. "
        f"Check it with: `retorsion verify {facts.run_id}`"
    )


def _importer(row: dict[str, object]) -> Iterator[str]:
    yield from (
        "",
        f"## Imports of {row['importer']}",
        "",
        lead(row),
        "",
        "| | USD |",
        "|---|---:|",
    )
    for name, words in FIGURES.items():
        yield f"| {words} | {money_cell(name, row)} |"
    before, after = (
        percent(row[f"trade_weighted_rate_{time}"])  # type: ignore[arg-type]
        for time in ("before", "after")
    )
    yield ""
    yield f"The average rate on them goes from {before} to {after}, weighted by trade."


def _answers(facts: RunFacts, tables: Tables) -> Iterator[str]:
    for importer, told in answer_sentences(tables, facts.notes):
        yield from ("", f"## Imports of {importer} if trade responds", "", told)


def _groups(tables: Tables) -> Iterator[str]:
    cells = cells_hit(tables, "by_group")
    if not cells:
        return
    yield from ("", "## By product group", "")
    yield "| importer | group | state | covered USD | duty added USD |"
    yield "|---|---|---|---:|---:|"
    for cell in cells[:MOST_CELLS]:
        yield (
            f"| {cell['importer']} | {cell['product_group']} | {state_of(cell)} | "
            f"{money_cell('covered_value_usd', cell)} | {money_cell('duty_increment_usd', cell)} |"
        )
    if len(cells) > MOST_CELLS:
        yield f"\n{len(cells) - MOST_CELLS} more groups stand in by_group.parquet."


def _caveats(facts: RunFacts, tables: Tables) -> Iterator[str]:
    yield from ("", "## What to know", "")
    left_out = rows_left_out(tables)
    for step in left_out:
        rows = "an unknown number of" if step["rows"] is None else f"{step['rows']:,.0f}"
        yield (
            f"- Left out: {rows} rows, {usd(step['value_usd'])} USD: "
            f"{step['reason'] or step['stage']}."
        )
    if not left_out:
        yield "- Nothing was left out of the trade table."
    for row in cells_hit(tables, "by_importer"):
        unknown = row["duty_increment_unknown_value_usd"]
        if unknown:
            whose = f"imports of {row['importer']}"
            yield (
                f"- The added duty is unknown on {usd(unknown)} USD of {whose}; ≥ (at least) "
                "stands before a sum that leaves them out."
            )
    yield f"- Duty without the scenario: {facts.base_text}."
    yield from (f"- {note}" for note in facts.notes[:MOST_NOTES])
    if len(facts.notes) > MOST_NOTES:
        yield f"- {len(facts.notes) - MOST_NOTES} more notes stand in the report."
