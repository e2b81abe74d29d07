"""Importers that are groups: their members, and whether they had them when the trade was."""

from collections.abc import Iterator
from datetime import date

from pipelines.scenario.reference import PartnerGroup, read_reference


def members_of_importer(importer: str) -> tuple[str, ...]:
    """The members of an importer that is a group, such as EU27; none of any other."""
    group = read_reference().partner_groups.get(importer)
    return () if group is None else group.members


def membership_notes(importer: str, period: str) -> Iterator[str]:
    """That an importer had other members in the reference period, where it is a group."""
    group = read_reference().partner_groups.get(importer)
    if group is None:
        return
    first, last = (date.fromisoformat(f"{day}") for day in _bounds(period))
    if not (group.is_valid_at(first) and group.is_valid_at(last)):
        yield (
            f"{importer} has its members {_since(group)}, and the trade is of {period}: what comes "
            "from these members is left out, from others it is not"
        )


def _bounds(period: str) -> tuple[str, str]:
    """A year's first and last day; of a month the first and one that every month has."""
    is_year = "-" not in period
    return (f"{period}-01-01", f"{period}-12-31") if is_year else (f"{period}-01", f"{period}-28")


def _since(group: PartnerGroup) -> str:
    until = "" if group.valid_until is None else f" to the day before {group.valid_until}"
    return f"from {group.valid_from}{until}"
