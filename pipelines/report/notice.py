"""The list of a run in the form of an official notice: measure, goods, rate, days, in Markdown."""

from collections.abc import Iterator

import polars as pl

from pipelines.report.annex import annex
from pipelines.report.facts import RunFacts
from pipelines.report.figures import Tables
from pipelines.report.money import money_note, put_in_money, said_in
from pipelines.report.page.words import usd


def notice(facts: RunFacts, tables: Tables) -> str:
    """The annex of a notice: a part a measure, with its goods in the order of their codes."""
    told = "\n".join(_lines(*put_in_money(facts, tables))) + "\n"
    return said_in(facts.currency, told)


def _lines(facts: RunFacts, tables: Tables) -> Iterator[str]:
    yield f"# Annex: {facts.title}"
    yield ""
    yield (
        f"The law of {', '.join(facts.importers)} as of {facts.as_of}. Codes are those of "
        f"{facts.nomenclature}; values are of {facts.trade_text}. A draft made by retorsion "
        f"{facts.tool_version} from run {facts.run_id}, not a legal act."
    )
    for note in money_note(facts.currency):
        yield from ("", note)
    measures = tables["by_measure"].sort("importer", "measure_id").filter(pl.col("lines") > 0)
    for at, row in enumerate(measures.iter_rows(named=True), 1):
        own = tables["components"].filter(
            (pl.col("measure_id") == row["measure_id"])
            & (pl.col("importer") == row["importer"])
            & (pl.col("status") != "excluded")
        )
        goods = annex(own, tables["lines"], tables["by_measure"])
        yield from ("", f"## {at}. {row['measure_id']} ({row['authority']}), {row['state']}", "")
        yield (
            f"{goods.height:,} lines, approximate annual trade value "
            f"{usd(row['covered_value_usd'])} USD; imports of {row['importer']} from "
            f"{_partners(own)}. Source: {row['source'] or 'not said'}."
        )
        yield from ("", "| code | description | rate |", "|---|---|---|")
        for code, description, rate in goods.select("code", "description", "rate").iter_rows():
            yield f"| {code} | {_cell(description)} | {_cell(rate)} |"


def _partners(components: pl.DataFrame) -> str:
    return ", ".join(components["partner"].unique().sort().to_list())


def _cell(text: str) -> str:
    """A text that stays inside its cell."""
    return " ".join(text.split()).replace("|", "\\|")
