"""Whether the rates of a measure say what each of its partners pays, and leave none unread."""

from typing import Any

from pipelines.scenario.annex_goods import RATE_COLUMNS
from pipelines.scenario.branches import members_of
from pipelines.scenario.fields import Table
from pipelines.scenario.model import PartnerScope, RateChoice
from pipelines.scenario.rates import Rates, is_in_annex, rates_stated
from pipelines.scenario.setting import Setting


def check_cover(table: Table, rates: Rates, scope: PartnerScope, setting: Setting) -> None:
    """Enter a problem where rates by partner leave out a partner of the measure.

    A rate of a partner that the measure does not reach is noted.
    """
    reference = setting.reference
    stated = rates_stated(rates.stated)
    has_table = any(isinstance(each, dict) and "table" in each for each in stated)
    steps: dict[Any, list[RateChoice]] = {}
    for choice in rates.choices:
        steps.setdefault((choice.valid_from, choice.season), []).append(choice)
    for choices in steps.values():
        named = [choice.partners for choice in choices if choice.partners is not None]
        paying = {member for each in named for member in members_of(each, reference)}
        _note_beyond(table, paying, scope, setting)
        is_all_said = len(named) < len(choices) or has_table or not named
        if not is_all_said and (
            scope.reach != "some" or set(members_of(scope, reference)) - paying
        ):
            table.refuse("rate", "rate does not say what the other partners pay",
                         'add all = "25%", or name in partners those that have a rate')  # fmt: skip


def _note_beyond(table: Table, paying: set[str], scope: PartnerScope, setting: Setting) -> None:
    members = set(members_of(scope, setting.reference))
    beyond = paying & members if scope.reach == "all-except" else paying - members
    names = sorted(beyond) if scope.reach != "all" else []
    if names:
        name = table.values.get("id", table.values.get("measure"))
        setting.note(f"{name} does not reach {', '.join(names)}: the rates that it gives them are "
                     "not used")  # fmt: skip


def check_annex_rates(table: Table, rates: Rates, setting: Setting) -> None:
    """Enter a problem where the annex of goods has rates, and the measure does not use them."""
    if is_in_annex(rates.stated):
        return
    for good in setting.goods.annexes.get((*table.path, "products"), []):
        for column in RATE_COLUMNS:
            if good.row.text(column):
                name = good.row.annex.name
                table.refuse(
                    "rate",
                    f"{name} has rates in its column {column}, and the measure has its own",
                    f'write rate = {{ column = "{column}" }}, or name that column otherwise',
                )
                return
