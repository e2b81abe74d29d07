"""What reports say of a run: scenario, data, law, sources, files, and what a reader must know."""

from collections.abc import Iterator, Sequence

import polars as pl

from pipelines.report.facts import PAGE_NAME, WORKBOOK_NAME, OutputFile, RunFacts, Source
from pipelines.report.figures import exact_sum
from pipelines.run.compute import Answer
from pipelines.run.inputs import Inputs
from pipelines.run.members import membership_notes
from pipelines.version import tool_version

TABLE_FILES = {
    "lines": "every line that a measure names: value, duty before and after, why",
    "components": "every measure on every line that it names, and what becomes of it",
    "by_importer": "the whole scenario, by importer",
    "by_partner": "by partner, with its dependence on the importer",
    "by_group": "by product group",
    "by_product": "by HS subheading",
    "by_measure": "by measure, each by itself",
    "by_authority": "duty by authority, in parts that add up",
    "instruments": "measures that are no duty: what they cover and what they take",
    "controls": "published figures that the run should meet, and whether it does",
    "unmatched": "schedule without trade, and trade of the groups that no measure names",
    "funnel": "rows and dollars from the source files to the lines affected",
    "provenance": "the source file and row of every line",
}
OTHER_FILES = {
    PAGE_NAME: "all of it as a page, with charts and trails",
    WORKBOOK_NAME: "all of it as a spreadsheet",
    "scenario.toml": "the scenario as resolved",
    "validation/report.html": "the verdict on the trade table, for people",
    "validation/verdict.json": "the verdict on the trade table, for machines",
    "validation/gx.json": "what great-expectations found",
    "validation/rules.parquet": "what each rule found",
    "validation/quarantine.parquet": "the rows left out, with their original text",
    "validation/quarantine.csv": "the same for spreadsheets",
}
GAP_NOTE = (
    "The statutory base duty is rate times value; the calculated duty is the statistical office's "
    "own figure, which knows preferences, quantities and other duties. On the {lines:,} covered "
    "lines where both are known, statutory less calculated is USD {gap:+,.0f} ({share:+.2%}). The "
    "lines that differ most: {largest}."
)
LARGEST_GAPS = 3


def what_is(name: str) -> str:
    """What a file of a run holds, in words."""
    return TABLE_FILES.get(name.removesuffix(".parquet")) or OTHER_FILES.get(name, "")


def facts_of(inputs: Inputs, found: Answer, folder: str) -> RunFacts:
    """The facts of a run that no table holds."""
    scenario, law = inputs.scenario, inputs.law
    tables = [name for name in TABLE_FILES if name in (*found.tables, "funnel", "provenance")]
    names = [*(f"{name}.parquet" for name in tables), *OTHER_FILES]
    return RunFacts(
        scenario_id=scenario.scenario_id,
        title=scenario.title,
        importers=(scenario.importer,),
        trade_name=inputs.trade_name,
        periods=(found.period,),
        nomenclature=scenario.nomenclature,
        as_of=law.as_of.isoformat() if law.as_of else "any date",
        base_text=scenario.base_text,
        run_id=inputs.run_id(),
        tool_version=tool_version(),
        folder=folder,
        sources=tuple(_sources(inputs)),
        notes=tuple(_notes(inputs, found)),
        files=tuple(OutputFile(name=name, what=what_is(name)) for name in names),
    )


def _sources(inputs: Inputs) -> Iterator[Source]:
    """The inputs that determine the figures; the hashes of raw source files are in the manifest."""
    table = f"trade table {inputs.trade_name}"
    rows = inputs.verdict.rows_judged
    yield Source(name=table, what=f"{rows:,} rows, {inputs.verdict.state}", sha256=_table(inputs))
    for name, what, digest in inputs.law.sources:
        yield Source(name=name, what=what, sha256=digest)


def _table(inputs: Inputs) -> str:
    return inputs.record.table.sha256 if inputs.record else inputs.verdict.subject.sha256


def _notes(inputs: Inputs, found: Answer) -> Sequence[str]:
    lines = found.tables["lines"]
    notes = [note for note in (inputs.scenario.note.strip(), *inputs.law.notes) if note]
    notes += membership_notes(inputs.scenario.importer, found.period)
    notes += _gap(lines.filter(pl.col("status") != "excluded"))
    if lines["base_programme"].null_count() == lines.height:
        notes.append("No line has a base duty at the date of the law: duties before are unknown.")
    return [" ".join(note.split()) for note in notes]


def _gap(covered: pl.DataFrame) -> Iterator[str]:
    """How far the statutory duty is from the calculated one, and on which lines most."""
    both = covered.filter(pl.col("statutory_minus_calculated_usd").is_not_null())
    calculated = exact_sum(both, "calculated_duty_usd")
    gap = exact_sum(both, "statutory_minus_calculated_usd")
    if not calculated or gap is None:
        return
    size = pl.col("statutory_minus_calculated_usd").abs()
    largest = both.sort(size, "importer", "partner", "code", descending=[True, False, False, False])
    told = [
        f"{row['code']} from {row['partner']} ({row['statutory_minus_calculated_usd']:+,.0f})"
        for row in largest.head(LARGEST_GAPS).iter_rows(named=True)
    ]
    share = gap / calculated
    text = ", ".join(told)
    yield GAP_NOTE.format(lines=both.height, gap=gap, share=share, largest=text)
