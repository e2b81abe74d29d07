"""A scenario file read: every key understood, or every problem told."""

import re
from pathlib import Path

from calc.codes import EDITIONS, edition_of
from calc.errors import did_you_mean
from calc.rate_text import HIGHEST_RATE, quoted
from pipelines.scenario.base_source import read_base
from pipelines.scenario.document import Document, read_document
from pipelines.scenario.fields import Table, day_of, name_of, note_of, tables_of, text_of
from pipelines.scenario.goods import Goods
from pipelines.scenario.grammar import SCENARIO, check_keys
from pipelines.scenario.ledger import Ledger
from pipelines.scenario.measures import ID, ID_RULE, Setting, read_measure
from pipelines.scenario.model import Measure, Scenario
from pipelines.scenario.partners import read_importer
from pipelines.scenario.reference import read_reference

__all__ = ["Scenario", "read_scenario"]

MAX_MEASURES = 10_000
TABLE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
TABLE_NAME_RULE = "is not the name of an ingested table (small letters, digits and dashes)"
NOMENCLATURES = [f"HS{year}" for year in (1988, *EDITIONS)]
NATIONAL = re.compile(r"(?:HTS|CN)(?:19|20)[0-9]{2}")


def read_scenario(path: Path, *, allow_rate_above: float | None = None) -> Scenario:
    """The scenario that a TOML file holds, in the order of the file.

    The law at a date is made of it by ``pipelines.scenario.law``; rows of a base file are judged
    there too.

    Args:
        path: The file.
        allow_rate_above: Highest rate to be read, as a fraction, where it is above the usual
            limit of 10.0 (1,000 %).

    Raises:
        ScenarioError: The file is missing, is not TOML, or says something that cannot be
            understood; holds all such problems of the file.
        StorageError: The file is there but cannot be read.
    """
    document = read_document(Path(path))
    ledger = Ledger(document)
    highest = max(HIGHEST_RATE, allow_rate_above or 0.0)
    scenario = _scenario(Table((), document.root, ledger), document, highest)
    ledger.raise_if_any()
    return scenario


def _scenario(top: Table, document: Document, highest: float) -> Scenario:
    reference = read_reference()
    check_keys(top, SCENARIO)
    nomenclature = _nomenclature(top)
    importer = read_importer(top, "importer", reference)
    setting = Setting(importer, Goods(nomenclature, reference), reference, highest)
    scenario_id = name_of(
        top, "id", pattern=ID, rule=ID_RULE, example='id = "us-japan-2024" (a name, not a path)'
    )
    table = name_of(
        top, "trade", pattern=TABLE_NAME, rule=TABLE_NAME_RULE, example='trade = "us-2024"'
    )
    return Scenario(
        scenario_id=scenario_id,
        title=text_of(top, "title", example='title = "Duties on car parts"') or scenario_id,
        importer=importer,
        nomenclature=nomenclature,
        trade=table,
        as_of=day_of(top, "as_of"),
        note=note_of(top),
        measures=_measures(top, setting),
        base=read_base(top, document.path.parent, highest=highest),
        path=document.path,
        text_sha256=document.sha256,
    )


def _nomenclature(top: Table) -> str:
    text = text_of(top, "nomenclature", example='nomenclature = "HS2022"')
    if not text or text in NOMENCLATURES:
        return text
    if NATIONAL.fullmatch(text) and edition_of(text) is not None:
        return text
    near = did_you_mean(text, [*NOMENCLATURES, "HTS2024", "CN2024"])
    top.refuse("nomenclature", f"{quoted(text)} is not a nomenclature", near)
    return ""


def _measures(top: Table, setting: Setting) -> tuple[Measure, ...]:
    tables = tables_of(top, "measure", header="[[measure]] before each measure")
    if top.values.get("measure") == []:
        top.refuse("measure", "the schedule is empty: there is no measure", "add a [[measure]]")
    if len(tables) > MAX_MEASURES:
        top.refuse("measure", f"a scenario has at most {MAX_MEASURES:,} measures")
        return ()
    measures = tuple(read_measure(table, setting) for table in tables)
    _refuse_repeated(tables, measures)
    return measures


def _refuse_repeated(tables: list[Table], measures: tuple[Measure, ...]) -> None:
    seen: dict[str, Table] = {}
    for table, measure in zip(tables, measures, strict=True):
        name = measure.measure_id
        if name and name in seen:
            line = table.ledger.line_of(seen[name].path)
            table.refuse("id", f"two measures have the id {quoted(name)}",
                         f"the first is on line {line}; give this one another id")  # fmt: skip
        seen.setdefault(name, table)
