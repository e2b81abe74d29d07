"""The rules of TRADE: its declaration, its relations as text, reasons, rules on groups of rows."""

from dataclasses import replace
from functools import cache
from typing import Any

import polars as pl

from calc.relation import Columns, read_condition
from calc.rules import GroupKind, Rule, Severity, declared_rules
from calc.tables.trade import Trade

RELATIONS = {
    "importer_is_not_partner": "importer != partner",
    "has_a_value": "customs_value_usd is given or cif_value_usd is given or fob_value_usd is given",
    "quantity_has_a_unit": "quantity is missing or quantity_unit is given",
    "quantity_2_has_a_unit": "quantity_2 is missing or quantity_2_unit is given",
    "cif_is_not_below_fob": "cif_value_usd >= fob_value_usd",
}
"""The cross-column rules of TRADE as conditions, which great-expectations is given too."""

REASONS = {
    "importer.pattern": "rates are looked up by the alpha-3 code; by a name nothing would be found",
    "partner.pattern": "measures name partners by alpha-3 code; a name would escape every measure",
    "period.pattern": "trade is compared by year and month; 10/2024 could be either way round",
    "flow.pattern": "only imports pay the duty; another word would be left out unseen",
    "nomenclature.pattern": "a code means another good in another edition",
    "code.pattern": "a code of odd length has lost a zero and names another chapter",
    "source_id.presence": "each figure must lead back to the file that it came from",
}
"""Why a rule on a column exists, where the reason of its kind says too little."""

SERIES = ("importer", "partner", "period", "flow", "nomenclature", "code")


def trade_columns() -> Columns:
    """The columns of TRADE, and whether they hold texts or numbers."""
    return {
        name: "text" if column.dtype == pl.String else "number"
        for name, column in Trade.columns().items()
    }


def trade_rules() -> list[Rule]:
    """All rules of TRADE: on a row, on the key, then on groups of rows."""
    return [*_declared(), *GROUP_RULES]


@cache
def _declared() -> tuple[Rule, ...]:
    """The rules of TRADE on a row and on the key, with their reasons, read once."""
    return tuple(_reasoned(rule) for rule in declared_rules("trade", Trade))


def _reasoned(rule: Rule) -> Rule:
    name = rule.rule_id.removeprefix("trade.")
    rule = replace(rule, reason=REASONS.get(name, rule.reason))
    if name in RELATIONS:
        return replace(rule, relation=read_condition(RELATIONS[name], trade_columns()))
    return rule


def _on_groups(name: str, kind: GroupKind, severity: Severity, message: str, **facts: Any) -> Rule:
    reason = facts.pop("reason")
    return Rule(
        rule_id=f"trade.{name}",
        table="trade",
        column=facts.get("column"),
        kind=kind,
        severity=severity,
        message=message,
        reason=reason,
        parameters=facts,
    )


GROUP_RULES: tuple[Rule, ...] = (
    _on_groups(
        "code.edition",
        "edition",
        "warning",
        "the code is in the HS edition that its nomenclature follows",
        by=["nomenclature", "code"],
        minimum=1.0,
        reason="a code of another edition matches nothing in a schedule, or another good",
    ),
    *(
        _on_groups(
            f"{role}.existence",
            "existence",
            "warning",
            f"the {role} was an economy in that period",
            column=role,
            by=[role, "period"],
            minimum=1.0,
            reason="trade of a state that was not there yet, or any more, belongs to another one",
        )
        for role in ("importer", "partner")
    ),
    _on_groups(
        "code.children",
        "children",
        "warning",
        "a code is the sum of its finer codes beside it, within 0.5 %",
        by=list(SERIES),
        maximum=0.005,
        reason="where a total and its parts differ, goods are missing below or counted twice above",
    ),
    _on_groups(
        "partner.world",
        "world",
        "warning",
        "the world is the sum of the partners beside it, within 1 %",
        by=[name for name in SERIES if name != "partner"],
        maximum=0.01,
        reason="a partner that is missing makes every share of the others too large",
    ),
    _on_groups(
        "period.months",
        "months",
        "warning",
        "a year by months has twelve of them",
        by=["importer", "flow", "year"],
        minimum=12.0,
        reason="a year with a month missing looks like a fall in trade",
    ),
    _on_groups(
        "period.year",
        "year",
        "warning",
        "a year is the sum of its months beside it, within 1 %",
        by=[*(name for name in SERIES if name != "period"), "year"],
        maximum=0.01,
        reason="two releases of one year disagree after a revision; only one of them is to be used",
    ),
    _on_groups(
        "value.unit_value",
        "unit value",
        "warning",
        "the value of a unit is within 1,000 times that of the other rows of its code and unit",
        by=["flow", "nomenclature", "code", "unit"],
        maximum=1000.0,
        least_rows=5,
        reason="a factor of a thousand is a slip of units: kg for tonnes, dollars for thousands",
    ),
    _on_groups(
        "value.jump",
        "jump",
        "warning",
        "the value of a code is within 100 times that of the period before, from USD 1 million on",
        by=["importer", "flow", "nomenclature", "code", "period"],
        maximum=100.0,
        least_usd=1_000_000,
        reason="a jump is more often a changed unit, code or confidentiality than a changed trade",
    ),
    _on_groups(
        "partner.dominance",
        "dominance",
        "information",
        "no partner of five or more holds more than 95 % of the value",
        by=["importer", "period", "flow", "nomenclature"],
        maximum=0.95,
        least_partners=5,
        reason="a partner that holds nearly all is often a total under another name",
    ),
    _on_groups(
        "value.first_digit",
        "first digit",
        "information",
        "first digits are near Benford's law: a mean gap of at most 0.015 in 1,000 rows or more",
        by=["importer", "flow"],
        maximum=0.015,
        least_rows=1000,
        reason="amounts made up by hand have other first digits; so have a few goods of one price",
    ),
)
"""Rules on groups of rows of TRADE. None of them refuses a table: each can have a good cause."""
