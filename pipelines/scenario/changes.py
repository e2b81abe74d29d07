"""Changes to the law that a scenario builds on: disable, add, set, restrict."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from calc.errors import did_you_mean
from calc.rate_text import quoted
from pipelines.scenario.draft import Draft
from pipelines.scenario.fields import Table, table_of, text_of
from pipelines.scenario.grammar import CHANGE, DISABLE, RESTRICT, SET, check_keys
from pipelines.scenario.measures import read_mode
from pipelines.scenario.model import Measure, ProductWord
from pipelines.scenario.narrow import narrowed_goods, narrowed_partners
from pipelines.scenario.partners import read_partners
from pipelines.scenario.rate_checks import check_cover
from pipelines.scenario.rates import is_in_annex, read_rates
from pipelines.scenario.setting import Setting
from pipelines.scenario.timed import FIRST_DAY, VOID, Happening
from pipelines.scenario.timing import NOT_YET, void_of, when_of

OPERATIONS = ("disable", "add", "set", "restrict")
TARGETS = ("authority", "programme", "measure")
AddFile = Callable[[Table, str, Draft], None]


def apply_change(change: Table, draft: Draft, setting: Setting, add: AddFile) -> None:
    """Apply one change to a draft; what is wrong with it goes to the table's ledger.

    Args:
        change: The table of the change; it has one operation.
        draft: What is changed.
        setting: What the change is read against.
        add: What adds the measures of a file.
    """
    check_keys(change, CHANGE)
    named = [key for key in OPERATIONS if key in change.values]
    if len(named) != 1:
        what = (
            "a change does nothing" if not named else f"{named[0]} and {named[1]} are two changes"
        )
        change.refuse(named[1] if named else "disable", what,
                      "write one of disable, add, set and restrict in each [[change]]")  # fmt: skip
    elif named == ["add"]:
        add(change, "add", draft)
    else:
        inner = table_of(change, named[0], example=f'{named[0]} = {{ measure = "steel" }}')
        if inner is not None:
            {"disable": _disable, "set": _set, "restrict": _restrict}[named[0]](
                inner, draft, setting
            )


def _disable(table: Table, draft: Draft, setting: Setting) -> None:
    """End measures, or a programme of the base, from a day on."""
    check_keys(table, DISABLE)
    named = [key for key in TARGETS if key in table.values]
    if len(named) != 1:
        table.refuse(named[1] if named else "authority",
                     "disable names one thing: an authority, a programme or a measure",
                     'write disable = { authority = "reciprocal", from = 2026-02-20 }')  # fmt: skip
        return
    key = named[0]
    name = text_of(table, key, example=f'{key} = "..."')
    day, void = when_of(table, "from", setting.events), void_of(table, "void")
    since = FIRST_DAY if void == "ex-tunc" else None
    if not name:
        return
    day = day or NOT_YET
    kind = VOID if void is not None else "ended"
    hit = [each for each in draft.measures if name in _names(each, key)]
    if not hit and not (key == "programme" and _end_programme(draft, name, day)):
        known = [word for each in draft.measures for word in _names(each, key)]
        table.refuse(
            key, f"{quoted(name)} is not the {key} of a measure", did_you_mean(name, known)
        )
    for measure in hit if day != NOT_YET else ():
        timing = measure.timing.ended(Happening(day, kind, since)).known_at(setting.known_at)
        draft.replace(replace(measure, timing=timing))


def _names(measure: Measure, key: str) -> list[str]:
    """The words by which a change names a measure, its authority or its programme."""
    if key == "measure":
        return [measure.measure_id]
    if key == "authority":
        return [measure.authority]
    if measure.programme is None:
        return []
    return [measure.programme, f"{measure.authority}/{measure.programme}"]


def _end_programme(draft: Draft, name: str, day: date) -> bool:
    """Whether a preference of the base is ended, where the base is a file that may grant it."""
    if draft.base is None or draft.base.path is None:
        return False
    if day != NOT_YET:
        draft.base = replace(draft.base, ended=(*draft.base.ended, (name, day)))
    return True


def _named_measure(table: Table, draft: Draft) -> Measure | None:
    """The measure that a change names; null where it is refused."""
    name = text_of(table, "measure", example='measure = "232-steel"')
    measure = draft.measure(name)
    if measure is None and name:
        near = did_you_mean(name, [each.measure_id for each in draft.measures])
        table.refuse("measure", f"there is no measure {quoted(name)}", near)
    return measure


def _set(table: Table, draft: Draft, setting: Setting) -> None:
    """Give a measure another rate, mode, goods or partners."""
    check_keys(table, SET)
    measure = _named_measure(table, draft)
    if not {"rate", "mode", "products", "partners"} & set(table.values):
        table.refuse("rate", "set gives nothing", 'write rate = "25%"')
    if measure is None:
        read_rates(table, "rate", setting)  # for what is wrong with them
        return
    if "products" in table.values:
        measure = _with_goods(table, measure, setting)
    if "partners" in table.values:
        scope = read_partners(table, "partners", setting.reference, importer=setting.importer)
        measure = replace(measure, partners=scope)
    if "mode" in table.values:
        measure = replace(measure, mode=read_mode(table), is_mode_stated=True)
    if "rate" in table.values:
        rates = read_rates(table, "rate", setting)
        check_cover(table, rates, measure.partners, setting)
        stated = {**measure.stated, "rate": rates.stated}
        measure = replace(measure, rates=rates.choices, features=rates.features, stated=stated)
    draft.replace(measure)


def _with_goods(table: Table, measure: Measure, setting: Setting) -> Measure:
    """The measure on other goods; a rate that stands in the annex of the old ones must go too."""
    if "rate" not in table.values and is_in_annex(measure.stated.get("rate")):
        table.refuse("products", "the rates of the measure stand in the annex of its products",
                     "give a rate as well")  # fmt: skip
    goods = setting.goods.read(table, "products", may_be_all=True)
    kept = {k: value for k, value in measure.stated.items() if k not in ("products", "restrict")}
    return replace(measure, products=goods, stated=kept)


def _restrict(table: Table, draft: Draft, setting: Setting) -> None:
    """Leave a measure only those of its goods and partners that are named."""
    check_keys(table, RESTRICT)
    measure = _named_measure(table, draft)
    if not {"products", "partners"} & set(table.values):
        table.refuse("products", "restrict names nothing that is left", 'write products = ["8708"]')
    if measure is None:
        return
    if "products" in table.values:
        left = setting.goods.read(table, "products", may_be_all=False)
        goods = narrowed_goods(measure.products, left)
        _refuse_nothing(table, "products", goods)
        measure = replace(measure, products=goods, stated=_narrowed(measure, left))
    if "partners" in table.values:
        scope = read_partners(table, "partners", setting.reference, importer=setting.importer)
        narrowed = narrowed_partners(measure.partners, scope, setting.reference)
        _refuse_nothing(table, "partners", (*narrowed.economies, *narrowed.groups))
        measure = replace(measure, partners=narrowed)
    draft.replace(measure)


def _narrowed(measure: Measure, left: tuple[ProductWord, ...]) -> dict[str, Any]:
    """What a measure states, with its goods as they were and what was left of them."""
    words = [word.written for word in left]
    return {
        **measure.stated,
        "products": measure.stated.get("products")
        or list(dict.fromkeys(word.written for word in measure.products)),
        "restrict": [*measure.stated.get("restrict", ()), words],
    }


def _refuse_nothing(table: Table, key: str, left: Iterable[object]) -> None:
    if not tuple(left) and table.values.get(key):
        table.refuse(key, f"none of these {key} is among those of the measure",
                     "name some that are, or disable the measure")  # fmt: skip
