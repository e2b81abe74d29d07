"""A measure and its exclusions, from their tables."""

import re
from dataclasses import dataclass
from typing import Any, cast

from calc.errors import did_you_mean
from calc.rate_text import Rate, RateTextError, percent_hint, quoted, read_rate
from pipelines.scenario.fields import (
    Table,
    kind_of,
    name_of,
    note_of,
    shown,
    tables_of,
    text_of,
)
from pipelines.scenario.goods import Goods
from pipelines.scenario.grammar import EXCLUSION, MEASURE, check_keys
from pipelines.scenario.model import ALL, Exclusion, Measure, Mode, PartnerScope
from pipelines.scenario.partners import read_partners
from pipelines.scenario.reference import Reference
from pipelines.scenario.timing import read_timing

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
ID_RULE = "is not a name of at most 80 letters, digits, dots, dashes and underscores"
LEGAL_BASIS = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
LEGAL_BASIS_RULE = "is not a name of at most 60 small letters, digits and dashes"
MODES = ("add", "replace")
LARGEST_EXCLUSION = 32_767
LARGEST_HINT = 1e6
NO_RATE = Rate(0.0, "")
LATER_RATES = {
    "all": "rates partner by partner are",
    "season": "a rate for a season is",
    "split": "rates by firm are",
    "table": "a rate from an annex is",
    "column": "a rate from an annex is",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What a measure is read against; ``highest`` is the limit on rates, as a fraction."""

    importer: str
    goods: Goods
    reference: Reference
    highest: float


def read_measure(table: Table, setting: Setting) -> Measure:
    """A measure from its table; problems go to the table's ledger and leave placeholders."""
    check_keys(table, MEASURE)
    goods = setting.goods
    measure = Measure(
        measure_id=name_of(table, "id", pattern=ID, rule=ID_RULE, example='id = "car-parts"'),
        authority=_legal_basis(table, "authority", 'authority = "section-301"'),
        programme=_legal_basis(table, "programme", 'programme = "steel"') or None,
        partners=read_partners(table, "partners", setting.reference, importer=setting.importer),
        products=goods.read(table, "products", may_be_all=True),
        left_out=goods.read(table, "except", may_be_all=False),
        taken_in=goods.read(table, "but", may_be_all=False),
        rate=rate_of(table, "rate", highest=setting.highest),
        mode=_mode(table),
        is_mode_stated="mode" in table.values,
        timing=read_timing(table),
        exclusions=_exclusions(table, setting),
        source=text_of(table, "source", example='source = "60 FR 26745"'),
        note=note_of(table),
    )
    if "but" in table.values and "except" not in table.values:
        table.refuse("but", "but takes goods in again, and no except leaves any out",
                     "add except, or take but out")  # fmt: skip
    return measure


def _legal_basis(table: Table, key: str, example: str) -> str:
    return name_of(table, key, pattern=LEGAL_BASIS, rule=LEGAL_BASIS_RULE, example=example)


def _mode(table: Table) -> Mode:
    value = table.values.get("mode", "add")
    if value in MODES:
        return cast("Mode", value)
    if isinstance(value, str):
        table.refuse("mode", f"{quoted(value)} is not a mode", did_you_mean(value, MODES))
    else:
        table.refuse("mode", f"mode is {kind_of(value)}, not a text", 'write "add" or "replace"')
    return "add"


def rate_of(table: Table, key: str, *, highest: float) -> Rate:
    """The rate of a key, at most ``highest`` as a fraction; a placeholder where it is refused."""
    value = table.values.get(key)
    if value is None:
        return NO_RATE
    if not isinstance(value, str):
        table.refuse(key, *_no_rate_text(key, value))
        return NO_RATE
    try:
        return read_rate(value, highest=highest)
    except RateTextError as err:
        table.refuse(key, err.problems[0].what, err.problems[0].hint)
        return NO_RATE


def _no_rate_text(key: str, value: Any) -> tuple[str, str]:
    """What is wrong with a rate that is no text, and what to write."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        what = f"{key} {shown(value)} is a bare number, which is never a rate"
        return what, percent_hint(shown(value)) if 0 < value < LARGEST_HINT else 'write "25%"'
    if isinstance(value, list):
        return (
            "a rate that changes in steps is not supported yet",
            "write one measure for each step",
        )
    if isinstance(value, dict):
        form = next((LATER_RATES[name] for name in LATER_RATES if name in value), "such a table is")
        return f"{form} not supported yet", "write one measure for each rate in this version"
    return f"{key} is {kind_of(value)} ({shown(value)}), not a text", 'write "25%"'


def _exclusions(table: Table, setting: Setting) -> tuple[Exclusion, ...]:
    tables = tables_of(table, "exclusion", header="[[measure.exclusion]]")
    if len(tables) > LARGEST_EXCLUSION:
        table.refuse("exclusion", f"a measure has at most {LARGEST_EXCLUSION:,} exclusions")
        return ()
    return tuple(_exclusion(each, setting) for each in tables)


def _exclusion(table: Table, setting: Setting) -> Exclusion:
    check_keys(table, EXCLUSION)
    if isinstance(table.values.get("partners"), dict):
        table.refuse("partners", "all partners except some is not supported yet in an exclusion",
                     "name the partners that it is for")  # fmt: skip
        partners = PartnerScope()
    else:
        partners = read_partners(table, "partners", setting.reference, importer=setting.importer)
    products = setting.goods.read(table, "products", may_be_all=False)
    return Exclusion(
        products=tuple(word for word in products if word.prefixes != (ALL,)),
        partners=partners,
        timing=read_timing(Table(table.path, _shorthand(table), table.ledger)),
        source=text_of(table, "source", example='source = "86 FR 63438"'),
        note=note_of(table),
    )


def _shorthand(table: Table) -> dict[str, Any]:
    """The keys of an exclusion that give its days; its events belong to a later version."""
    return {key: value for key, value in table.values.items() if key != "events"}
