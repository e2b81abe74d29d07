"""A measure and its exclusions, from their tables."""

from typing import Any, cast

from calc.errors import did_you_mean
from calc.policy.model import Mode
from calc.rate_text import quoted
from pipelines.scenario.amount_checks import check_amounts
from pipelines.scenario.credits import read_credit
from pipelines.scenario.fields import (
    Table,
    day_of,
    kind_of,
    name_of,
    note_of,
    number_of,
    tables_of,
    text_of,
)
from pipelines.scenario.grammar import BAN, EXCLUSION, MEASURE, check_keys
from pipelines.scenario.instrument_keys import (
    exporter_scope,
    kind_of_instrument,
    read_instrument,
    read_quota_name,
)
from pipelines.scenario.instruments import WITHOUT_A_RATE, Instrument
from pipelines.scenario.model import ALL, Exclusion, Measure, PartnerScope
from pipelines.scenario.names import ID, ID_RULE, LEGAL_BASIS, LEGAL_BASIS_RULE
from pipelines.scenario.partners import read_partners
from pipelines.scenario.portions import read_alternatives, read_content, read_portion
from pipelines.scenario.rate_checks import check_annex_rates, check_cover
from pipelines.scenario.rates import Rates, read_rates
from pipelines.scenario.setting import Setting
from pipelines.scenario.timing import read_timing

MODES = ("add", "replace", "all-in")
SAID_OF_MODES = {
    **dict.fromkeys(("on top", "additional", "in addition", "cumulative", "surcharge"), "add"),
    **dict.fromkeys(("in lieu", "in lieu of", "instead"), "replace"),
    **dict.fromkeys(("floor", "inclusive", "top-up", "top up"), "all-in"),
}
LARGEST_EXCLUSION = 32_767


def read_measure(table: Table, setting: Setting) -> Measure:
    """A measure from its table; problems go to the table's ledger and leave placeholders."""
    kind = kind_of_instrument(table)
    check_keys(table, BAN if kind in WITHOUT_A_RATE else MEASURE)
    goods, name = setting.goods, _id(table)
    products = goods.read(table, "products", may_be_all=True)
    instrument, stated_instrument = read_instrument(table, kind, setting)
    scope = _scope(table, instrument, setting)
    check_amounts(table, instrument, (scope, products), setting.reference)
    rates = _rates(table, scope, setting)
    alternatives, stated = read_alternatives(table, setting)
    credit, stated_credit = read_credit(table, setting)
    measure = Measure(
        measure_id=name,
        authority=_legal_basis(table, "authority", 'authority = "section-301"'),
        programme=_legal_basis(table, "programme", 'programme = "steel"') or None,
        partners=scope,
        products=products,
        left_out=goods.read(table, "except", may_be_all=False),
        taken_in=goods.read(table, "but", may_be_all=False),
        rates=rates.choices,
        mode=read_mode(table),
        is_mode_stated=_says_mode(table, rates.choices),
        timing=read_timing(table, setting.events, setting.known_at),
        exclusions=_exclusions(table, name, setting),
        source=text_of(table, "source", example='source = "60 FR 26745"'),
        note=note_of(table),
        on=read_content(table, "on", setting),
        portion=read_portion(table, f"{name}/portion", setting),
        alternatives=alternatives,
        would_apply_from=day_of(table, "would_apply_from"),
        instrument=instrument,
        credit=credit,
        quota=read_quota_name(table, kind, setting),
        order=_order(table),
        features=rates.features,
        stated={"rate": rates.stated} | stated | stated_instrument | stated_credit,
    )
    _refuse_what_does_not_fit(table, measure)
    return measure


def _scope(table: Table, instrument: Instrument, setting: Setting) -> PartnerScope:
    """The partners of a measure: those named, or the exporter that imposes it."""
    return exporter_scope(instrument, setting.reference) or read_partners(
        table, "partners", setting.reference, importer=setting.importer
    )


def _refuse_what_does_not_fit(table: Table, measure: Measure) -> None:
    """Enter a problem where one key of a measure makes no sense beside another."""
    if measure.alternatives and any(choice.alternatives for choice in measure.rates):
        table.refuse("by_portion", "rates by firm and by portion are two ways to split a flow",
                     "keep one of them")  # fmt: skip
    if "but" in table.values and "except" not in table.values:
        table.refuse("but", "but takes goods in again, and no except leaves any out",
                     "add except, or take but out")  # fmt: skip


def _rates(table: Table, scope: PartnerScope, setting: Setting) -> Rates:
    """The rates of a measure, which must cover its partners and use its annexes."""
    rates = read_rates(table, "rate", setting)
    check_cover(table, rates, scope, setting)
    check_annex_rates(table, rates, setting)
    return rates


def _order(table: Table) -> float:
    """The place of a measure among those that overwrite each other; 0 where none is given."""
    if "order" not in table.values:
        return 0
    return number_of(table, "order", table.values["order"], example="order = 2") or 0


def _id(table: Table) -> str:
    return name_of(table, "id", pattern=ID, rule=ID_RULE, example='id = "car-parts"')


def _legal_basis(table: Table, key: str, example: str) -> str:
    return name_of(table, key, pattern=LEGAL_BASIS, rule=LEGAL_BASIS_RULE, example=example)


def read_mode(table: Table) -> Mode:
    """How a rate stands to the base duty; added to it where the table does not say."""
    value = table.values.get("mode", "add")
    if value in MODES:
        return cast("Mode", value)
    if isinstance(value, str):
        meant = SAID_OF_MODES.get(value.strip().casefold())
        hint = f'write "{meant}"' if meant else did_you_mean(value, MODES)
        table.refuse("mode", f"{quoted(value)} is not a mode", hint)
    else:
        table.refuse("mode", f"mode is {kind_of(value)}, not a text", 'write "add" or "replace"')
    return "add"


def _says_mode(table: Table, choices: tuple[Any, ...]) -> bool:
    """Whether the file says how each rate stands to the base duty."""
    return "mode" in table.values or all(choice.duty.mode is not None for choice in choices)


def _exclusions(table: Table, name: str, setting: Setting) -> tuple[Exclusion, ...]:
    tables = tables_of(table, "exclusion", header="[[measure.exclusion]]")
    if len(tables) > LARGEST_EXCLUSION:
        table.refuse("exclusion", f"a measure has at most {LARGEST_EXCLUSION:,} exclusions")
        return ()
    return tuple(
        _exclusion(each, f"{name}/exclusion-{number}", setting)
        for number, each in enumerate(tables, 1)
    )


def _exclusion(table: Table, name: str, setting: Setting) -> Exclusion:
    check_keys(table, EXCLUSION)
    if isinstance(table.values.get("partners"), dict):
        table.refuse("partners", "all partners except some is not supported yet in an exclusion",
                     "name the partners that it is for")  # fmt: skip
        partners = PartnerScope()
    else:
        partners = read_partners(table, "partners", setting.reference, importer=setting.importer)
    products = setting.goods.read(table, "products", may_be_all=False)
    dates = Table(table.path, _shorthand(table), table.ledger)
    return Exclusion(
        products=tuple(word for word in products if word.prefixes != (ALL,)),
        partners=partners,
        timing=read_timing(dates, setting.events, setting.known_at),
        portion=read_portion(table, name, setting),
        source=text_of(table, "source", example='source = "86 FR 63438"'),
        note=note_of(table),
    )


def _shorthand(table: Table) -> dict[str, Any]:
    """The keys of an exclusion that give its days; its events belong to a later version."""
    return {key: value for key, value in table.values.items() if key != "events"}
