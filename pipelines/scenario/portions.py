"""Portions and contents: stated by a measure, or by name with a value or a table for all lines."""

from typing import Any

from calc.errors import did_you_mean
from calc.policy.expression import Expression, is_zero
from calc.policy.model import FULL, Alternative, Mode
from calc.rate_text import quoted
from pipelines.scenario.assumed import Range, Share, ShareRow
from pipelines.scenario.duties import read_duty
from pipelines.scenario.fields import Table, kind_of, named_tables_of, shown, text_of
from pipelines.scenario.grammar import ALTERNATIVE, CONTENT, PORTION, SHARE, check_keys
from pipelines.scenario.names import LEGAL_BASIS, LEGAL_BASIS_RULE
from pipelines.scenario.ranges import range_of, share_of
from pipelines.scenario.relations import check_relations
from pipelines.scenario.setting import Setting
from pipelines.scenario.share_table import rows_of_table

BARE = "stated in the scenario without a source"


def read_portion(table: Table, name: str, setting: Setting) -> str | None:
    """The name of the portion that a measure or exclusion is limited to; null where it is none.

    A share that the table states itself is kept under ``name``.
    """
    value = table.values.get("portion")
    if value is None:
        return None
    if isinstance(value, str) and "%" not in value:
        return _known(table, "portion", value, "portion", setting)
    calibrated = ""
    if isinstance(value, dict):
        inner = table.inner("portion", value)
        check_keys(inner, SHARE)
        found, source = range_of(inner), text_of(inner, "source", example='source = "..."')
        calibrated = text_of(inner, "calibrated_to", example='calibrated_to = "control"')
    else:
        share = share_of(table, "portion", value)
        found = None if share is None else Range(share)
        source = text_of(table, "source", example='source = "..."') or BARE
    if found is not None:
        row = ShareRow(importer=setting.importer, range=found, source=source)
        setting.shares[name] = Share(
            name=name, kind="portion", rows=(row,), calibrated_to=calibrated
        )
    return name


def read_content(table: Table, key: str, setting: Setting) -> str:
    """The content that a rate is on; ``FULL`` where it is on the full value."""
    value = table.values.get(key)
    if value is None:
        return FULL
    return _known(table, key, value, "content", setting) or FULL


def _known(table: Table, key: str, value: Any, kind: str, setting: Setting) -> str | None:
    names = setting.names(kind)
    if isinstance(value, str) and value in names:
        return value
    if not isinstance(value, str):
        table.refuse(key, f"{key} is {kind_of(value)} ({shown(value)}), not the name of a {kind}")
        return None
    header = f"[{kind}s.{value}]" if LEGAL_BASIS.fullmatch(value) else f"[{kind}s.NAME]"
    near = did_you_mean(value, [name for name in names if "/" not in name])
    table.refuse(key, f"{quoted(value)} is not a {kind} of the scenario",
                 near or f"write {header} and its value")  # fmt: skip
    return None


def read_alternatives(
    table: Table, setting: Setting
) -> tuple[tuple[Alternative, ...], dict[str, Any]]:
    """What parts of the flow pay instead, sorted by portion, and the key as stated."""
    value = table.values.get("by_portion")
    if value is None:
        return (), {}
    example = 'by_portion = { usmca = { rate = "Free" } }'
    if not isinstance(value, dict):
        table.refuse("by_portion", f"by_portion is {kind_of(value)}, not a table",
                     f"write {example}")  # fmt: skip
        return (), {}
    outer, found = table.inner("by_portion", value), []
    for name, stated in value.items():
        if _known(outer, name, name, "portion", setting) is None:
            continue
        if not isinstance(stated, dict):
            outer.refuse(name, f"{name} is {kind_of(stated)}, not a table", f"write {example}")
            continue
        inner = outer.inner(name, stated)
        check_keys(inner, ALTERNATIVE)
        (rate, mode), on = _alternative_rate(inner, setting), read_content(inner, "on", setting)
        place = outer.place_of(name) if len(value) > 1 else ""
        found.append(Alternative(name, rate, on, place=place, mode=mode))
    found.sort(key=lambda each: each.portion)
    return tuple(found), {"by_portion": dict(sorted(value.items()))}


def _alternative_rate(inner: Table, setting: Setting) -> tuple[Expression | None, Mode | None]:
    """The rate of a part of a flow, null where it is exempt; the mode that its words say."""
    if "rate" not in inner.values:
        return None, None
    duty = read_duty(inner, "rate", inner.values["rate"], setting.words)
    if duty is None or is_zero(duty.expression):
        return None, None
    return duty.expression, duty.mode


def read_shares(top: Table, setting: Setting) -> None:
    """The named portions and contents of a file, added to the setting's."""
    for key, kind, grammar in (("portions", "portion", PORTION), ("contents", "content", CONTENT)):
        tables = named_tables_of(
            top, key, pattern=LEGAL_BASIS, example=f"[{key}.NAME] and its value or table"
        )
        for name, table in tables.items():
            check_keys(table, grammar)
            if name in setting.shares and setting.shares[name].kind != kind:
                table.refuse("central", f"{name} is also a {setting.shares[name].kind}",
                             "give one of them another name")  # fmt: skip
            setting.shares[name] = _share(table, name, kind, setting)
        for name, table in tables.items():
            _check_others(table, name, setting)
        if kind == "portion":
            check_relations(tables, setting.shares)


def _share(table: Table, name: str, kind: Any, setting: Setting) -> Share:
    programme = text_of(table, "programme", example='programme = "usmca"') or None
    if programme and not LEGAL_BASIS.fullmatch(programme):
        table.refuse("programme", f"programme {quoted(programme)} {LEGAL_BASIS_RULE}",
                     'write programme = "usmca"')  # fmt: skip
        programme = None
    source = text_of(table, "source", example='source = "..."')
    stated = dict(table.values)
    rows: tuple[ShareRow, ...] = ()
    if "table" in table.values:
        if "central" in table.values:
            table.refuse("central", "central and table both give the share", "keep one of them")
        rows, stated["table"] = rows_of_table(table, setting, source=source, programme=programme)
    elif "central" not in table.values:
        table.refuse("central", f"the {kind} {name} has no value", "write central or table")
    else:
        found = range_of(table)
        if "source" not in table.values:
            table.refuse("source", "source is missing: a share must have it",
                         'write source = "..."')  # fmt: skip
        rows = (ShareRow(range=found, source=source),) if found is not None else ()
    return Share(
        name=name,
        kind=kind,
        rows=rows,
        programme=programme,
        nested_in=text_of(table, "nested_in", example='nested_in = "usmca"') or None,
        disjoint_with=_listed(table, "disjoint_with"),
        calibrated_to=text_of(table, "calibrated_to", example='calibrated_to = "control"'),
        stated=stated,
    )


def _listed(table: Table, key: str) -> tuple[str, ...]:
    value = table.values.get(key, [])
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(sorted(value))
    table.refuse(key, f"{key} is not a list of portions", f'write {key} = ["usmca"]')
    return ()


def _check_others(table: Table, name: str, setting: Setting) -> None:
    """The portions that one is nested in or disjoint with must exist, and be others."""
    share = setting.shares[name]
    keys = {"nested_in": (share.nested_in,), "disjoint_with": share.disjoint_with}
    for key, others in keys.items():
        for other in filter(None, others):
            if other == name:
                table.refuse(key, f"{name} names itself", "name another portion")
            else:
                _known(table, key, other, "portion", setting)
