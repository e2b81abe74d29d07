"""What reports say of a run: scenario, data, law, sources, files, and what a reader must know."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from calc.codes import edition_of
from calc.valuation import basis_text
from pipelines.report.currency import money_of
from pipelines.report.facts import PAGE_NAME, WORKBOOK_NAME, OutputFile, PartFacts, RunFacts, Source
from pipelines.report.figures import exact_sum
from pipelines.run.accepted import left_out_notes
from pipelines.run.effects import EFFECT_TABLES
from pipelines.run.finer import bounded, finer_notes
from pipelines.run.inputs import Inputs
from pipelines.run.members import membership_notes
from pipelines.run.parts import ALONE, Part, Together
from pipelines.run.reference_notes import reference_notes, season_notes
from pipelines.run.whole import SCENARIO_FILE, VALIDATION_FOLDER, Whole
from pipelines.scenario.readings import applied_readings, reading_notes, told_title
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
    "by_end_use": "by capital, intermediate and consumer goods",
    "suppliers": "who else supplies the codes covered, and how concentrated the sources are",
    "by_quota": "how far each quota is filled, and the value over it",
    "instruments": "measures that are no duty: what they cover and what they take",
    "amounts": "the rows of tables of amounts that measures which are no duty cover or take",
    "export_duties": "duties of exporters on their exports: no revenue of the importer",
    "beside": "flows that the trade table does not hold, with their duty: in no other figure",
    "drawback": "what is paid back of the duty, by assumption: in no other figure",
    "border_charges": "excise, VAT and fees on each covered line, before and after",
    "credits": "amounts taken off the duties of measures: what is used and what is not",
    "controls": "published figures that the run should meet, and whether it does",
    "assumptions": "what the result is at the ends of each assumed share",
    "by_effect": "what trade does in answer, added up: with 5 to 95 percent of the draws",
    "effects": "what each source of each market does in answer",
    "market_effects": "what the answer means for each market, and which were not solved",
    "effect_ranges": "each figure of a source: median, 5 to 95 percent, and of which sign",
    "market_ranges": "each figure of a market: median, 5 to 95 percent, and of which sign",
    "by_country": "what the schedules of all importers of the run do together",
    "protection": "average duties, TRI and OTRI; trade covered, duty and trade displaced",
    "market_elasticities": "the elasticities of each market, and where each is from",
    "by_model": "the exact totals beside SMART, GSIM, TRIST and other supply elasticities",
    "effect_drivers": "which elasticities drive the range of the totals",
    "conversion": "what became of each code that was put into another edition",
    "unmatched": "schedule without trade, and trade of the groups that no measure names",
    "funnel": "rows and dollars from the source files to the lines affected",
    "provenance": "the source file and row of every line",
}
OF_SOME = (
    *("assumptions", "by_quota", "instruments", "amounts", "export_duties", "beside", "drawback"),
    *("border_charges", "credits", "controls"),
    *EFFECT_TABLES,
    "conversion",
)
"""Tables that a run has only where its scenario, or its caller, says something of that kind."""
VALIDATION_FILES = {
    "report.html": "the verdict on the trade table, for people",
    "verdict.json": "the verdict on the trade table, for machines",
    "gx.json": "what great-expectations found",
    "rules.parquet": "what each rule found",
    "suite.json": "the rules on rows as a suite of great-expectations, to run alone",
    "groups-suite.json": "the same of the rules on groups, to run on groups.parquet",
    "groups.parquet": "the groups of rows that rules judge, of a long table those that break one",
    "noticed.parquet": "the rows that a warning names; none is left out for it",
    "noticed.csv": "the same for spreadsheets, the first 10,000 of them",
    "quarantine.parquet": "the rows left out, with their original text",
    "quarantine.csv": "the same for spreadsheets",
}
OTHER_FILES = {
    PAGE_NAME: "all of it as a page, with charts and trails",
    WORKBOOK_NAME: "all of it as a spreadsheet",
    SCENARIO_FILE: "the scenario as resolved",
    **{f"{VALIDATION_FOLDER}/{name}": what for name, what in VALIDATION_FILES.items()},
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
    if name in OTHER_FILES:
        return OTHER_FILES[name]
    if name.startswith("scenario-"):
        return f"the part of {name.removeprefix('scenario-').removesuffix('.toml')} as resolved"
    folder, _, rest = name.removeprefix(f"{VALIDATION_FOLDER}/").partition("/")
    if rest:
        return f"{OTHER_FILES.get(f'{VALIDATION_FOLDER}/{rest}', '')}, {folder}"
    return TABLE_FILES.get(name.removesuffix(".parquet"), "")


def facts_of(
    inputs: Whole, parts: Sequence[Part], folder: str, together: Together = ALONE
) -> RunFacts:
    """The facts of a run that no table holds."""
    told = [_part_facts(part) for part in parts]
    scenario = inputs.scenario
    return RunFacts(
        scenario_id=scenario.scenario_id,
        title=told_title(scenario.title, _readings_of(inputs)),
        importers=tuple(part.importer for part in told),
        trade_name=_each(told, "trade_name"),
        periods=tuple(dict.fromkeys(part.period for part in told)),
        nomenclature=_each(told, "nomenclature"),
        as_of=_each(told, "as_of"),
        base_text=_each(told, "base_text"),
        run_id=inputs.run_id(),
        tool_version=tool_version(),
        folder=folder,
        sources=tuple(dict.fromkeys(source for part in parts for source in _sources(part.inputs))),
        notes=(*_notes(inputs, parts), *together.notes),
        readings=tuple(dict.fromkeys(_readings_told(inputs))),
        currency=money_of(scenario.stated, [part.inputs.scenario.stated for part in parts]),
        bounds=tuple(dict.fromkeys(name for part in parts for name in _bounded(part))),
        files=tuple(
            OutputFile(name=name, what=what_is(name)) for name in _names(inputs, parts, together)
        ),
        parts=tuple(told) if inputs.includes else (),
        **_total(told),
    )


def _part_facts(part: Part) -> PartFacts:
    scenario, law = part.inputs.scenario, part.inputs.law
    return PartFacts(
        importer=scenario.importer,
        scenario_id=scenario.scenario_id,
        title=told_title(scenario.title, scenario.reading),
        trade_name=part.inputs.trade_name,
        period=part.found.period.name,
        nomenclature=scenario.nomenclature,
        as_of=law.as_of.isoformat() if law.as_of else "any date",
        base_text=scenario.base_text,
        value_basis=basis_text(scenario.importer, scenario.levied_on),
    )


def _each(parts: Sequence[PartFacts], name: str) -> str:
    """A fact that all parts share, or that of each part."""
    told = {part.importer: str(getattr(part, name)) for part in parts}
    if len(set(told.values())) == 1:
        return next(iter(told.values()))
    return "; ".join(f"{importer}: {fact}" for importer, fact in told.items())


def _total(parts: Sequence[PartFacts]) -> dict[str, Any]:
    """Whether figures of several importers may be added up, and what the sum is of."""
    if len(parts) == 1:
        return {}
    differing: dict[str, set[str | None]] = {
        "duty is levied on values on different bases": {part.value_basis for part in parts},
        "codes are of different editions": {edition_of(part.nomenclature) for part in parts},
        "the trade is of different periods": {part.period for part in parts},
    }
    reasons = [why for why, kinds in differing.items() if len(kinds) > 1]
    names = ", ".join(part.importer for part in parts)
    if reasons:
        return {"adds_up": False, "total_text": f"none over {names}: {'; '.join(reasons)}"}
    return {"total_text": f"sum over {names}, {parts[0].value_basis}; each duty is of its importer"}


def _names(inputs: Whole, parts: Sequence[Part], together: Together) -> Iterator[str]:
    """The files of a run but its manifest."""
    held = {name for part in parts for name in part.tables} | {"provenance", *together.tables}
    yield from (f"{name}.parquet" for name in TABLE_FILES if name in held)
    yield PAGE_NAME
    yield WORKBOOK_NAME
    yield from inputs.resolved()
    for folder in inputs.verdicts():
        yield from (f"{folder}/{name}" for name in VALIDATION_FILES)


def _sources(inputs: Inputs) -> Iterator[Source]:
    """The inputs that determine the figures; the hashes of raw source files are in the manifest."""
    table = f"trade table {inputs.trade_name}"
    rows = inputs.verdict.rows_judged
    yield Source(name=table, what=f"{rows:,} rows, {inputs.verdict.state}", sha256=_table(inputs))
    for name, what, digest in inputs.law.sources:
        yield Source(name=name, what=what, sha256=digest)


def _table(inputs: Inputs) -> str:
    return inputs.record.table.sha256 if inputs.record else inputs.verdict.subject.sha256


def _readings_of(inputs: Whole) -> Mapping[str, tuple[str, ...]]:
    """The readings in place of the law, of a scenario or of any that it includes."""
    held = (applied_readings(part.scenario) for part in inputs.parts)
    return {name: whom for readings in held for name, whom in readings.items()}


def _readings_told(inputs: Whole) -> Iterator[str]:
    return (note for part in inputs.parts for note in reading_notes(part.scenario))


def _notes(inputs: Whole, parts: Sequence[Part]) -> Iterator[str]:
    """The notes of the run, then those of each part, which is named where there are several."""
    whole = inputs.scenario.note.strip() if inputs.includes else ""
    notes = [whole] if whole else []
    for part in parts:
        of_part = f"{part.importer}: " if inputs.includes else ""
        notes += [f"{of_part}{note}" for note in _part_notes(part)]
    return (" ".join(note.split()) for note in notes)


def _bounded(part: Part) -> list[str]:
    return bounded(part.inputs, part.tables["components"]) if "components" in part.tables else []


def _part_notes(part: Part) -> list[str]:
    inputs, lines = part.inputs, part.tables.get("lines")
    notes = [*_conversion(part)]
    if "components" in part.tables:
        notes += finer_notes(inputs, part.tables["components"])
    notes += [note for note in (inputs.scenario.note.strip(), *inputs.law.notes) if note]
    notes += reference_notes(part.found, part.importer)
    notes += season_notes(part.found) if lines is not None else []
    notes += membership_notes(part.importer, part.found.period)
    if lines is not None:
        notes += [*_estimates(lines), *_gap(lines.filter(pl.col("status") != "excluded"))]
    notes += [*part.notes, *left_out_notes(inputs.verdict)]
    if lines is not None and lines["base_programme"].null_count() == lines.height:
        notes.append("No line has a base duty at the date of the law: duties before are unknown.")
    notes += _fills(part.tables)
    return notes


def _estimates(lines: pl.DataFrame) -> Iterator[str]:
    """On how many lines a duty is an estimate, and on how many dollars."""
    told = lines.filter(pl.col("estimate").is_not_null() & (pl.col("status") != "excluded"))
    if told.height:
        value = exact_sum(told, "customs_value_usd") or 0.0
        yield (
            f"A duty is an estimate on {told.height:,} lines, USD {value:,.0f}: column estimate "
            "of LINES and COMPONENTS says why and by which method."
        )


def _fills(tables: Mapping[str, pl.DataFrame]) -> Iterator[str]:
    """Where the fill of a quota is not known, or more may be over it than is told."""
    for row in tables["by_quota"].iter_rows(named=True) if "by_quota" in tables else ():
        amount = f"quota {row['quota_id']}, {row['origin']}, {row['quota_period']}, {row['status']}"
        if row["without_quantity_value_usd"]:
            yield (
                f"{amount}: imports of USD {row['without_quantity_value_usd']:,.0f} have no "
                f"quantity in {row['unit']}, so that how far it is filled is not known."
            )
        if row["is_lower_bound"]:
            yield (
                f"{amount}: more may be over than is told: the quota runs by {row['period']}, and "
                "the table does not have each month of it by itself."
            )


def _conversion(part: Part) -> Iterator[str]:
    """How the trade was put into the edition of the schedule."""
    if part.converted is not None:
        estimated = part.tables["lines"].filter("is_estimated")
        yield part.converted.note(exact_sum(estimated, "customs_value_usd"))


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
