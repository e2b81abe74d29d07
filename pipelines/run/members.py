"""Importers that are groups: their members, and whether they had them when the trade was."""

from collections.abc import Iterator

from calc.periods import Reference
from pipelines.scenario.reference import PartnerGroup, read_reference


def members_of_importer(importer: str) -> tuple[str, ...]:
    """The members of an importer that is a group, such as EU27; none of any other."""
    group = read_reference().partner_groups.get(importer)
    return () if group is None else group.members


def membership_notes(importer: str, period: Reference) -> Iterator[str]:
    """That an importer had other members in the reference period, where it is a group."""
    group = read_reference().partner_groups.get(importer)
    if group is None:
        return
    first, last = period.days
    if not (group.is_valid_at(first) and group.is_valid_at(last)):
        yield (
            f"{importer} has its members {_since(group)}, and the trade is of {period.name}: what "
            "comes from these members is left out, from others it is not"
        )


def _since(group: PartnerGroup) -> str:
    until = "" if group.valid_until is None else f" to the day before {group.valid_until}"
    return f"from {group.valid_from}{until}"
