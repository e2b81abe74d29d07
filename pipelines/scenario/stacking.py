"""How authorities and programmes combine on a line: the eras of ``[[stacking]]``."""

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, cast

from calc.errors import did_you_mean
from calc.policy.model import Relation, Stacking
from calc.rate_text import quoted
from pipelines.scenario.assumed import Era
from pipelines.scenario.fields import Table, day_of, kind_of, shown, tables_of, text_of
from pipelines.scenario.grammar import RELATION, STACKING, check_keys
from pipelines.scenario.legal import known_authorities
from pipelines.scenario.partners import resolve
from pipelines.scenario.reference import Reference

REST_OF = re.compile(r"(?:the )?rest of (.+)", re.IGNORECASE)
SLIP = 0.9
"""How like the name of a measure another must be to be taken for a slip of the pen."""

WITHIN = ("highest", "sum", "latest")
EVERY = "every authority"
A_RELATION = 'write "adds", { on = "rest of section-232" }, { excludes = ["..."] } or ' \
             '{ but = { CHN = "adds" } }'  # fmt: skip
Within = Mapping[str, Literal["highest", "sum", "latest"]]


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of an authority or programme, and where the file mentions it."""

    table: Table
    key: str | int
    name: str


@dataclass(frozen=True, slots=True)
class StackingRead:
    """The eras of a file, and the names that they mention, to be checked against the measures."""

    eras: tuple[Era, ...] = ()
    mentions: tuple[Mention, ...] = ()


def read_stacking(top: Table, reference: Reference) -> StackingRead:
    """The eras of a file, in its order, with their days as stated."""
    mentions: list[Mention] = []
    tables = tables_of(top, "stacking", header="[[stacking]] before each rule")
    eras = [_era(table, reference, mentions) for table in tables]
    for place, (table, era) in enumerate(zip(tables, eras, strict=True)):
        if any(other.valid_from == era.valid_from for other in eras[:place]):
            since = era.valid_from or "the beginning"
            table.refuse("from", f"two rules of stacking begin on {since}", "keep one of them")
    return StackingRead(tuple(eras), tuple(mentions))


def in_order(eras: Collection[Era]) -> tuple[Era, ...]:
    """Eras sorted by their first day, each ending at the latest where the next begins."""
    ordered = sorted(eras, key=lambda era: (era.valid_from is not None, era.valid_from))
    found = []
    for place, era in enumerate(ordered):
        following = ordered[place + 1].valid_from if place + 1 < len(ordered) else None
        ends = [day for day in (era.valid_until, following) if day is not None]
        until = min(ends, default=None)
        found.append(
            Era(
                valid_from=era.valid_from,
                valid_until=until,
                stacking=era.stacking,
                stated=era.stated,
            )
        )
    return tuple(found)


def check_names(mentions: Collection[Mention], known: Collection[str]) -> list[str]:
    """Enter a problem for each name that is no authority or programme; sentences on the unused.

    A rule of the law may name authorities of which the scenario has no measure: those that the
    tool knows, and other programmes of those that it has, are noted. A name that is nearly that
    of a measure is taken for a slip of the pen.
    """
    authorities = {*known, *known_authorities()}
    unused = set()
    for each in mentions:
        if each.name in known:
            continue
        is_slip = bool(difflib.get_close_matches(each.name, known, n=1, cutoff=SLIP))
        is_slip = is_slip and each.name not in authorities
        if each.name.partition("/")[0] in authorities and not is_slip:
            unused.add(each.name)
            continue
        each.table.refuse(each.key, f"{quoted(each.name)} is not an authority or a programme "
                          "of the measures", did_you_mean(each.name, known))  # fmt: skip
    return [f"stacking names {name}, of which there is no measure" for name in sorted(unused)]


def _era(table: Table, reference: Reference, mentions: list[Mention]) -> Era:
    names = {key: value for key, value in table.values.items() if key not in STACKING.known}
    check_keys(table, STACKING, others=names)
    first = _first(table, mentions)
    relations = {}
    for name, value in names.items():
        mentions.append(Mention(table, name, name))
        relation = _relation(table, name, value, (reference, mentions))
        if relation is not None:
            is_placed = any(name in group for group in first)
            if relation.kind == "by priority" and not is_placed:
                table.refuse(name, f"{name} says what is so for some partners, but not for the "
                             "others", "place it in first too, or add what it does")  # fmt: skip
            relations[name] = relation
    start, last, end = (day_of(table, key) for key in ("from", "through", "before"))
    until = last + timedelta(days=1) if last is not None else end
    if start is not None and until is not None and until <= start:
        table.refuse("through" if last else "before", f"the rule ends before it begins ({start})")
    source = text_of(table, "source", example='source = "EO 14289"')
    stacking = Stacking(
        first=first, relations=relations, within=_within(table, mentions), source=source
    )
    return Era(valid_from=start, valid_until=until, stacking=stacking, stated=dict(table.values))


def _first(table: Table, mentions: list[Mention]) -> tuple[tuple[str, ...], ...]:
    """The order of priority; an inner list cumulates."""
    listed = table.values.get("first", [])
    if not isinstance(listed, list):
        table.refuse("first", f"first is {kind_of(listed)}, not a list",
                     'write first = ["section-232/cars", "fentanyl"]')  # fmt: skip
        return ()
    place, groups, seen = table.at("first"), [], set()
    for number, item in enumerate(listed):
        words = item if isinstance(item, list) and item else [item]
        names = [word for word in words if isinstance(word, str)]
        if len(names) != len(words):
            place.refuse(number, f"{kind_of(item)} ({shown(item)}) is not a name",
                         'write a name, or a list of names that cumulate')  # fmt: skip
        for name in names:
            if name in seen:
                place.refuse(number, f"{quoted(name)} is in first twice", "keep one of them")
            seen.add(name)
            mentions.append(Mention(place, number, name))
        groups.append(tuple(names))
    return tuple(groups)


def _relation(
    table: Table, key: str, value: Any, context: tuple[Reference, list[Mention]]
) -> Relation | None:
    """The relation that a value states; null where it is refused."""
    if value == "adds":
        return Relation("adds")
    if isinstance(value, str) and REST_OF.fullmatch(value.strip()):
        value = {"on": value}
    if not isinstance(value, dict):
        near = did_you_mean(value, ["adds"]) if isinstance(value, str) else ""
        table.refuse(key, f"{shown(value)} is not a relation", A_RELATION if not near or
                     near.startswith("known") else near)  # fmt: skip
        return None
    inner = table.inner(key, value)
    check_keys(inner, RELATION)
    kinds = [name for name in ("on", "excludes", "replaces") if name in value]
    if len(kinds) > 1:
        inner.refuse(kinds[1], f"{kinds[0]} and {kinds[1]} are two relations", "keep one of them")
    but = _but(inner, context)
    if "on" in value:
        return Relation("rest of", _rest(inner, value["on"], context[1]), but)
    if kinds:
        kind = cast("Literal['excludes', 'replaces']", kinds[0])
        return Relation(kind, _names(inner, kind, context[1]), but)
    return Relation("by priority", (), but)


def _rest(inner: Table, value: Any, mentions: list[Mention]) -> tuple[str, ...]:
    found = REST_OF.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        inner.refuse("on", f"{shown(value)} is not what something leaves",
                     'write on = "rest of section-232"')  # fmt: skip
        return ()
    names = tuple(name.strip() for name in re.split(r",| and ", found[1]) if name.strip())
    mentions += [Mention(inner, "on", name) for name in names]
    return names


def _names(inner: Table, key: str, mentions: list[Mention]) -> tuple[str, ...]:
    value = inner.values[key]
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) for name in names):
        inner.refuse(key, f"{key} is not a list of names", f'write {key} = ["section-232"]')
        return ()
    mentions += [Mention(inner, key, name) for name in names]
    return tuple(names)


def _but(inner: Table, context: tuple[Reference, list[Mention]]) -> dict[str, Relation]:
    """The relation for each partner that is named, groups by their members."""
    value = inner.values.get("but", {})
    if not isinstance(value, dict):
        inner.refuse("but", f"but is {kind_of(value)}, not a table",
                     'write but = { CHN = "adds" }')  # fmt: skip
        return {}
    reference, place, found = context[0], inner.inner("but", value), {}
    for key, stated in value.items():
        economy, group = resolve(place, key, key, reference)
        relation = _relation(place, key, stated, context)
        if relation is None or relation.but or relation.kind == "by priority":
            if relation is not None:
                place.refuse(key, "a relation for one partner has no exceptions", A_RELATION)
            continue
        members = reference.partner_groups[group].partners if group is not None else (economy,)
        found.update({member: relation for member in members if member is not None})
    return found


def _within(table: Table, mentions: list[Mention]) -> Within:
    """What becomes of equal rank, by authority or programme; one word is for every authority."""
    value = table.values.get("within", {})
    if isinstance(value, str):
        value = {EVERY: value}
        place, at = table, "within"
    elif isinstance(value, dict):
        place, at = table.inner("within", value), ""
    else:
        table.refuse("within", f"within is {kind_of(value)}", 'write within = "highest"')
        return {}
    found = {}
    for name, word in value.items():
        if word not in WITHIN:
            near = did_you_mean(word, WITHIN) if isinstance(word, str) else ""
            place.refuse(at or name, f"{shown(word)} does not settle equal rank",
                         near or f"write one of {', '.join(WITHIN)}")  # fmt: skip
            continue
        found[name] = cast("Literal['highest', 'sum', 'latest']", word)
        if name != EVERY:
            mentions.append(Mention(place, name, name))
    return found
