"""What a scenario asks of its trade table: rules of its own, and how much may be left out."""

from pathlib import Path

from pipelines.scenario.fields import Table, note_of, number_of, shown, table_of
from pipelines.scenario.grammar import Grammar, check_keys
from pipelines.scenario.model import Acceptance
from pipelines.scenario.setting import Setting
from pipelines.validation.share import SHARE_RULE, share_of

VALIDATION = Grammar(
    noun="what is asked of the trade",
    header="[validation]",
    required={},
    optional=("rules", "max_rejected", "max_rejected_usd", "note"),
)


def read_acceptance(top: Table, setting: Setting) -> Acceptance | None:
    """What ``[validation]`` asks of the trade table; null where a file has no such table."""
    table = table_of(top, "validation", example='[validation] max_rejected = "0.1%"')
    if table is None:
        return None
    check_keys(table, VALIDATION)
    note_of(table)
    rules = _rules(table, setting)
    named = {} if rules is None else {"rules": setting.files.name_of(rules)}
    most = table.values.get("max_rejected_usd")
    return Acceptance(
        rules=rules,
        max_rejected_share=_share(table),
        max_rejected_usd=None
        if most is None
        else number_of(table, "max_rejected_usd", most, example="max_rejected_usd = 1e6"),
        stated=table.values | named,
    )


def _rules(table: Table, setting: Setting) -> Path | None:
    """The file of rules, listed as used; null where none is named, or it is refused."""
    if "rules" not in table.values:
        return None
    from pipelines.files import sha256_of

    path = setting.files.find(table, "rules", table.values["rules"], folder=setting.folder)
    if path is not None:
        setting.files.note(path, "rules that the trade is held to", sha256_of(path))
    return path


def _share(table: Table) -> float | None:
    """The share of the rows that may be left out; null where it is absent or refused."""
    value = table.values.get("max_rejected")
    found = share_of(value) if isinstance(value, str) else None
    if value is not None and found is None:
        table.refuse("max_rejected", f"{shown(value)} is not a share of the rows", SHARE_RULE)
    return found
