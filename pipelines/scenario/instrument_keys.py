"""Keys of a measure that make it something else than a duty, or take something off it."""

from typing import Any

from calc.errors import did_you_mean
from calc.rate_text import quoted
from pipelines.scenario.amounts import read_amounts, sum_of
from pipelines.scenario.fields import (
    Table,
    kind_of,
    name_of,
    shown,
    table_of,
    text_of,
)
from pipelines.scenario.grammar import AMOUNT, check_keys
from pipelines.scenario.instruments import INSTRUMENTS, Amount, AmountRow, Instrument
from pipelines.scenario.model import PartnerScope
from pipelines.scenario.names import LEGAL_BASIS
from pipelines.scenario.partners import resolve
from pipelines.scenario.ranges import amounts_of
from pipelines.scenario.reference import Reference
from pipelines.scenario.setting import Setting

DIRECTIONS = ("import", "export")
EXPORT_KINDS = ("export-duty", "export-ban")


def kind_of_instrument(table: Table) -> str:
    """The kind of instrument that a measure is; a duty where it does not say."""
    kind = one_of(table, "instrument", INSTRUMENTS) or "duty"
    if one_of(table, "direction", DIRECTIONS) == "export" and kind == "duty":
        return "export-duty"
    return kind


def one_of(table: Table, key: str, words: tuple[str, ...]) -> str | None:
    """The word of a key; null where it is absent or refused."""
    value = table.values.get(key)
    if value is None or value in words:
        return value
    what = quoted(value) if isinstance(value, str) else f"{kind_of(value)} ({shown(value)})"
    near = did_you_mean(value, words) if isinstance(value, str) else f"known: {', '.join(words)}"
    table.refuse(key, f"{what} is not a known {key}", near)
    return None


def read_instrument(table: Table, kind: str, setting: Setting) -> tuple[Instrument, dict[str, Any]]:
    """What a measure does, and its keys as stated with paths from the scenario's folder."""
    imposed_by = _imposed_by(table, kind, setting)
    covered, stated_covered = _amount(table, "covered_usd", setting)
    affected, stated_affected = _amount(table, "affected", setting)
    stated = {"instrument": kind} if kind != "duty" else {}
    stated |= {"imposed_by": imposed_by} if imposed_by else {}
    return Instrument(
        kind, covered, affected, imposed_by
    ), stated | stated_covered | stated_affected


def _imposed_by(table: Table, kind: str, setting: Setting) -> str:
    """The exporter that imposes a measure; empty where it is the importer's."""
    if "imposed_by" not in table.values:
        if kind == "export-duty":
            table.refuse("imposed_by", "an export duty must say which exporter levies it",
                         'write imposed_by = "CHN"')  # fmt: skip
        return ""
    economy, group = resolve(table, "imposed_by", table.values["imposed_by"], setting.reference)
    imposed_by = economy or group or ""
    if kind not in EXPORT_KINDS:
        table.refuse("imposed_by", "a measure on imports is imposed by the importer",
                     'write direction = "export", or leave imposed_by out')  # fmt: skip
    elif imposed_by and imposed_by in setting.reference.within(setting.importer):
        if kind == "export-duty":
            what = f"{imposed_by} is the importer, which levies no duty on exports to itself"
            table.refuse(
                "imposed_by", what, "write it in a scenario of the economy that it sells to"
            )
        return ""
    elif imposed_by and "partners" in table.values:
        table.refuse("partners", f"what {imposed_by} imposes on its exports reaches those of "
                     f"{imposed_by}", "leave partners out")  # fmt: skip
    return imposed_by


def exporter_scope(instrument: Instrument, reference: Reference) -> PartnerScope | None:
    """The partners that a measure on exports of another economy reaches: that economy."""
    name = instrument.imposed_by
    if not name:
        return None
    if name in reference.partner_groups:
        return PartnerScope("some", (), (name,))
    return PartnerScope("some", (name,), ())


def _amount(table: Table, key: str, setting: Setting) -> tuple[Amount | None, dict[str, Any]]:
    inner = table_of(table, key, example=f'{key} = {{ central = 10e9, source = "..." }}')
    if inner is None:
        return None, {}
    check_keys(inner, AMOUNT)
    stated, name, found = dict(inner.values), "", amounts_of(inner)
    rows: tuple[AmountRow, ...] = ()
    if "table" in inner.values:
        if found is not None:
            inner.refuse("central", f"{key} has an amount and a table of amounts", "write one")
        rows = read_amounts(inner, setting)
        name = stated["table"] = rows[0].table if rows else ""
        found = sum_of(rows)
    elif "central" not in inner.values:
        inner.refuse("central", f"{key} has no amount", "write central or table")
    source = text_of(inner, "source", example='source = "..."')
    return Amount(found, name, source, rows), {key: stated}


def read_quota_name(table: Table, kind: str, setting: Setting) -> str | None:
    """The quota that a measure is under; null where it is under none."""
    if "quota" in table.values and kind != "duty":
        table.refuse("quota", f"a measure that is {kind} is under no quota: only duties are",
                     "leave quota out")  # fmt: skip
        return None
    name = name_of(table, "quota", pattern=LEGAL_BASIS, rule="is not the name of a quota",
                   example='quota = "beef-other"')  # fmt: skip
    if name and name not in setting.quotas:
        table.refuse("quota", f"{quoted(name)} is not a quota of the scenario",
                     did_you_mean(name, setting.quotas) or f"write [quota.{name}]")  # fmt: skip
    return name or None
