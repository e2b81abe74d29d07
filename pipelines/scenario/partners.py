"""The words that name partners: economies, groups, ``all`` and all except some."""

from typing import Any

from calc.rate_text import quoted
from pipelines.scenario.fields import Place, Table, kind_of, shown, words_of
from pipelines.scenario.grammar import PARTNERS, check_keys
from pipelines.scenario.model import PartnerScope
from pipelines.scenario.reference import Reference

EVERYONE = PartnerScope()
WORLD = {"world", "wld", "w00", "0"}


def read_partners(table: Table, key: str, reference: Reference, *, importer: str) -> PartnerScope:
    """The partners that a key names; all of them where it is absent.

    Args:
        table: The measure or exclusion.
        key: The key that names partners.
        reference: Economies and groups.
        importer: The economy that levies the duty, which cannot be its own partner; empty where
            it is not known.
    """
    value = table.values.get(key)
    if isinstance(value, dict):
        inner = Table((*table.path, key), value, table.ledger)
        check_keys(inner, PARTNERS)
        economies, groups = _named(inner, "all_except", reference)
        return PartnerScope("all-except", economies, groups)
    if value is None or _is_all(table, key, value):
        return EVERYONE
    economies, groups = _named(table, key, reference)
    _refuse_importer(table, key, [*economies, *groups], (importer, reference.within(importer)))
    return PartnerScope("some", economies, groups)


def read_importer(table: Table, key: str, reference: Reference) -> str:
    """The economy or aggregate that levies the duty; empty where it is absent or refused."""
    value = table.values.get(key)
    if value is None:
        return ""
    if isinstance(value, list):
        table.refuse(key, "a scenario has one importer, not several",
                     "write one for each, and run them together with include")  # fmt: skip
        return ""
    economy, group = resolve(table, key, value, reference)
    if group is not None and not reference.partner_groups[group].is_aggregate:
        listed = reference.partner_groups[group].listed_as
        table.refuse(key, f"{group} levies no duty of its own",
                     f"tables list it as {listed}: name that" if listed
                     else "name one of its members")  # fmt: skip
        return ""
    return economy or group or ""


def _is_all(table: Table, key: str, value: Any) -> bool:
    words = value if isinstance(value, list) else [value]
    found = [isinstance(word, str) and word.strip().casefold() == "all" for word in words]
    if any(found) and len(found) > 1:
        table.refuse(key, f'{key} names "all" beside others', 'write "all" alone, or not')
    return any(found)


def _named(table: Table, key: str, reference: Reference) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Alpha-3 codes and group names, each once, sorted."""
    economies, groups = set(), set()
    for number, item in words_of(table, key):
        place, at = (table, key) if number is None else (table.at(key), number)
        economy, group = resolve(place, at, item, reference)
        economies.add(economy)
        groups.add(group)
    return tuple(sorted(filter(None, economies))), tuple(sorted(filter(None, groups)))


def resolve(
    place: Place, at: str | int, item: Any, reference: Reference
) -> tuple[str | None, str | None]:
    """The economy or else the group that a word means; neither where it is refused."""
    if not isinstance(item, str):
        place.refuse(at, f"{kind_of(item)} ({shown(item)}) is not a partner",
                     'write codes as texts, such as "JPN"')  # fmt: skip
        return None, None
    word = item.strip()
    group = next((n for n in reference.partner_groups if n.casefold() == word.casefold()), None)
    found = reference.economies(word)
    if group is not None:
        return None, group
    if len(found) == 1:
        return found[0], None
    if found:
        choices = " or ".join(reference.labels(found))
        place.refuse(at, f"{quoted(word)} may mean several economies", f"write {choices}")
    else:
        place.refuse(at, f"{quoted(word)} is not an economy or a group of partners",
                     _hint(word, reference))  # fmt: skip
    return None, None


def _hint(word: str, reference: Reference) -> str:
    if word.casefold() in WORLD:
        return 'for all partners write "all"'
    near = reference.near_partners(word)
    groups = f"groups: {', '.join(reference.partner_groups)}"
    return f"did you mean {' or '.join(near)}?" if near else f"write an ISO code; {groups}"


def _refuse_importer(
    table: Table, key: str, named: list[str], importer: tuple[str, frozenset[str]]
) -> None:
    """An importer is never its own partner, nor is a member of an importing aggregate."""
    name, own = importer
    for partner in named if name else []:
        if partner in own:
            what = f"{partner} is the importer" if partner == name else f"{partner} is in {name}"
            table.refuse(key, f"{what}, which cannot be its own partner", "name another partner")
