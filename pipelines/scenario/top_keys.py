"""The keys at the top of a file: what the scenario is of, and by what its words are read."""

import re
from typing import Any

from calc.codes import EDITIONS, edition_of
from calc.errors import did_you_mean
from calc.levied import BASIS_OF_IMPORTER, Basis
from calc.policy.ave import SOURCES_BY_METHOD, Method
from calc.rate_text import quoted
from pipelines.scenario.assumed import Range
from pipelines.scenario.draft import Draft
from pipelines.scenario.fields import Table, day_of, name_of, note_of, shown, table_of, text_of
from pipelines.scenario.grammar import SHARE, Grammar, check_keys
from pipelines.scenario.names import ID, ID_RULE, TABLE_NAME, TABLE_NAME_RULE
from pipelines.scenario.partners import read_importer
from pipelines.scenario.ranges import range_of
from pipelines.scenario.readings import read_readings
from pipelines.scenario.reference import read_reference
from pipelines.scenario.report_in import check_report_in

NOMENCLATURES = [f"HS{year}" for year in (1988, *EDITIONS)]
STATED = ("report_in", "currencies", "min_max", "fob_share", "levied_on")
BASES: tuple[Basis, ...] = ("cif", "fob")
LEVIED_ON = Grammar(
    noun="the value for duty",
    header="levied_on",
    required={"basis": 'basis = "cif"', "source": 'source = "..."'},
    optional=("note",),
)
NATIONAL = re.compile(r"(?:HTS|CN|NCM)(?:19|20)[0-9]{2}")


def read_frame(top: Table, draft: Draft) -> None:
    """The importer and the nomenclature of a file; they must be those of the files below it."""
    nomenclature = _nomenclature(top)
    importer = read_importer(top, "importer", read_reference())
    below = {"importer": (draft.importer, importer),
             "nomenclature": (draft.nomenclature, nomenclature)}  # fmt: skip
    for key, (old, new) in below.items():
        if old and new and old != new:
            top.refuse(key, f"{key} {new} is not that of the scenario that this belongs to: {old}",
                       "leave it out: codes and partners mean others in another")  # fmt: skip
    draft.importer = draft.importer or importer
    draft.nomenclature = draft.nomenclature or nomenclature


def read_top(top: Table, draft: Draft) -> None:
    """The keys at the top of a scenario but for its base, put over what the draft holds."""
    draft.scenario_id = name_of(
        top, "id", pattern=ID, rule=ID_RULE,
        example='id = "us-japan-2024" (a name, not a path)'
    )  # fmt: skip
    read_frame(top, draft)
    trade = name_of(top, "trade", pattern=TABLE_NAME, rule=TABLE_NAME_RULE,
                    example='trade = "us-2024"')  # fmt: skip
    draft.trade = trade or draft.trade
    draft.title = text_of(top, "title", example='title = "Duties on car parts"')
    draft.note = note_of(top) or draft.note
    draft.as_of = day_of(top, "as_of") or draft.as_of
    draft.reading = read_readings(top) or draft.reading
    draft.reference = read_reference_period(top) or draft.reference
    draft.fob_share = _fob_share(top) or draft.fob_share
    draft.levied_on = _levied_on(top, draft.importer) or draft.levied_on
    draft.estimate = _estimate(top) or draft.estimate
    currencies = {**draft.stated.get("currencies", {}), **_currencies(top)}
    draft.stated |= {key: top.values[key] for key in STATED if key in top.values}
    draft.stated |= {"currencies": currencies} if currencies else {}
    check_report_in(top, draft.stated.get("report_in"), [currencies])


def _currencies(top: Table) -> dict[str, Any]:
    """The exchange rates of a file as it states them; those of a file below stay beside them."""
    stated = top.values.get("currencies", {})
    return stated if isinstance(stated, dict) else {}


def _fob_share(top: Table) -> Range | None:
    """A value free on board as a share of a value on another basis; null where none is stated."""
    inner = table_of(top, "fob_share", example='fob_share = { central = 0.94, source = "..." }')
    if inner is None:
        return None
    check_keys(inner, SHARE)
    text_of(inner, "source", example='source = "..."')
    return range_of(inner)


def _levied_on(top: Table, importer: str) -> Basis | None:
    """The value on which an importer levies duty that the tool does not know; null: not stated."""
    inner = table_of(top, "levied_on", example='levied_on = { basis = "cif", source = "..." }')
    if inner is None:
        return None
    check_keys(inner, LEVIED_ON)
    text_of(inner, "source", example='source = "..."')
    value = inner.values.get("basis")
    found = next((basis for basis in BASES if basis == value), None)
    if value is not None and found is None:
        inner.refuse("basis", f"{shown(value)} is not a value that duty is levied on",
                     'write "cif" (with insurance and freight) or "fob" (without)')  # fmt: skip
    known = BASIS_OF_IMPORTER.get(importer)
    if known and found and known != found:
        inner.refuse("basis", f"{importer} levies duty on {known} values, by law", "leave it out")
    return found


def read_reference_period(top: Table) -> str | None:
    """The trade that the law is put on; null where it is the only period of the table."""
    value = top.values.get("reference")
    if value is None:
        return None
    from calc.periods import FORMS, is_reference

    if isinstance(value, str) and is_reference(value):
        return value
    top.refuse("reference", f"{shown(value)} is not a reference period", f"write {FORMS}")
    return None


def _estimate(top: Table) -> Method | None:
    """The method by which missing quantities are estimated; null where they are not."""
    value = top.values.get("estimate")
    found = next((method for method in SOURCES_BY_METHOD if method == value), None)
    if value is not None and found is None:
        near = did_you_mean(value, SOURCES_BY_METHOD) if isinstance(value, str) else ""
        top.refuse("estimate", f"{shown(value)} is not a method of estimating quantities",
                   near or f"known: {', '.join(SOURCES_BY_METHOD)}")  # fmt: skip
    return found


def _nomenclature(top: Table) -> str:
    text = text_of(top, "nomenclature", example='nomenclature = "HS2022"')
    if not text or text in NOMENCLATURES:
        return text
    if NATIONAL.fullmatch(text) and edition_of(text) is not None:
        return text
    near = did_you_mean(text, [*NOMENCLATURES, "HTS2024", "CN2024"])
    top.refuse("nomenclature", f"{quoted(text)} is not a nomenclature", near)
    return ""
