"""An economy by any of its names and codes, a group with its members, a state that is no more."""

import csv
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from calc.errors import UsageError
from pipelines.ingest.economies import choices, economies
from pipelines.ingest.words import folded, words
from pipelines.scenario.reference import PartnerGroup, Reference, fold, read_reference
from pipelines.workspace import embedded

TRADE_FILE = "economies-of-trade.csv"
Row = Mapping[str, str]
KINDS = {
    "number": "a number of trade statistics for",
    "former": "a state that is no more:",
    "residual": "no economy, a remainder of trade statistics:",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Economy:
    """What a word names.

    Attributes:
        word: The word.
        code: Alpha-3 code, name of a group, or null where there is none.
        name: English name.
        kind: economy, group, number, former or residual.
        codes: System of codes to the code there.
        names: Other names that are understood.
        groups: Groups that it is a member of, with the days of the membership.
        members: Members, or the economies that came after it.
        note: What must be known of it.
    """

    word: str
    code: str | None
    name: str
    kind: str
    codes: Mapping[str, str]
    names: Sequence[str] = ()
    groups: Sequence[str] = ()
    members: Sequence[str] = ()
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The economy as an object, for ``--json``."""
        return {
            "word": self.word,
            "code": self.code,
            "name": self.name,
            "kind": self.kind,
            "codes": dict(self.codes),
            "names": list(self.names),
            "groups": list(self.groups),
            "members": list(self.members),
            "note": self.note,
        }

    def lines(self) -> list[str]:
        """The economy for people."""
        what = "" if self.kind in ("economy", "group") else f"{KINDS[self.kind]} "
        told = [f"{self.code or '-'}  {what}{self.name}"]
        told += [f"  {system:<22}{code}" for system, code in self.codes.items() if code]
        listed = (("also written", self.names), ("in", self.groups))
        told += [f"  {label:<22}{', '.join(items)}" for label, items in listed if items]
        if self.members:
            label = "members" if self.kind == "group" else "now"
            told.append(f"  {label:<22}{', '.join(read_reference().labels(self.members))}")
        if self.note:
            told.append(f"  {'note':<22}{self.note}")
        return told


def economy(word: str) -> Economy:
    """What a word names: a code or name of an economy, a group, or a number of trade statistics.

    Raises:
        UsageError: Nothing, or several economies of which the word does not say one.
    """
    reference = read_reference()
    meant = economies().schedule_c.get(word.strip(), word)
    group = next((g for n, g in reference.partner_groups.items() if fold(n) == fold(meant)), None)
    if group is not None:
        return _group(word, group)
    row = _of_trade(word)
    if row is not None:
        return _row_of_trade(word, row)
    codes = _codes(word, reference)
    if len(codes) > 1:
        raise UsageError(
            f"{word!r} may be {' or '.join(reference.labels(codes))}",
            where="NAME",
            hint="give the code of the one that you mean",
        )
    if not codes:
        several = choices(word)
        if folded(word) in economies().ambiguous:
            raise UsageError(
                f"{word!r} may be {several}", where="NAME", hint="give the one that you mean"
            )
        near = reference.near_partners(word) or [row["name"] for row in _rows()[:3]]
        raise UsageError(
            f"{word!r} is no economy, group or number that is known",
            where="NAME",
            hint=f"did you mean {several or ' or '.join(near)}?",
        )
    return _economy(word, codes[0], reference)


def _codes(word: str, reference: Reference) -> tuple[str, ...]:
    """The alpha-3 codes that a word may mean, in any system of codes."""
    found = reference.economies(word)
    if found:
        return found
    known = economies()
    digits = word.strip()
    meant = known.schedule_c.get(digits) if len(digits) == 4 else None
    meant = meant or known.general.get(fold(digits))
    if meant is None and digits.isdigit():
        meant = known.general.get(digits.zfill(3))
    return (meant,) if meant is not None and meant in reference.names else ()


@functools.cache
def _rows() -> list[Row]:
    text = embedded(TRADE_FILE).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@functools.cache
def _economy_rows() -> dict[str, Row]:
    text = embedded("economies.csv").read_text(encoding="utf-8")
    return {row["iso3"]: row for row in csv.DictReader(text.splitlines())}


def _of_trade(word: str) -> Row | None:
    """The row of a number of trade statistics, or of a state that is no more by code or name."""
    wanted = fold(word)
    for row in _rows():
        said = {row["number"], row["number"].lstrip("0"), fold(row["name"])}
        if row["kind"] == "former" and row["code"]:
            said |= {fold(name) for name in (row["code"], *words().former.get(row["code"], ()))}
        if wanted in said:
            return row
    return None


def _row_of_trade(word: str, row: Row) -> Economy:
    until = f"until {row['until']}" if row["until"] else ""
    return Economy(
        word=word,
        code=row["code"] or None,
        name=row["name"],
        kind=row["kind"],
        codes={"trade statistics": row["number"]},
        members=tuple(filter(None, row["successors"].split("|"))),
        note="; ".join(filter(None, (until, row["note"]))),
    )


def _group(word: str, group: PartnerGroup) -> Economy:
    until = f", until {group.valid_until}" if group.valid_until else ""
    may = group.is_aggregate or group.listed_as
    name = f" as {group.listed_as}" if group.listed_as else ""
    listed = f"; trade tables may list it{name} as one partner" if may else ""
    if group.also_listed:
        listed += f", and members of it as {', '.join(group.also_listed)}"
    return Economy(
        word=word,
        code=group.name,
        name=f"{len(group.members)} members",
        kind="group",
        codes={},
        members=group.members,
        note=f"with these members since {group.valid_from}{until}{listed}",
    )


def _economy(word: str, code: str, reference: Reference) -> Economy:
    row = _economy_rows()[code]
    numbers = [
        item["number"] for item in _rows() if item["code"] == code and item["kind"] == "number"
    ]
    return Economy(
        word=word,
        code=code,
        name=row["name"],
        kind="economy",
        codes={
            "ISO 3166 alpha-2": row["iso2"],
            "ISO 3166 / M49 number": row["m49"],
            "UN Comtrade, BACI": ", ".join(numbers) or row["m49"],
            "Census Schedule C": row["schedule_c"].replace("|", ", "),
        },
        names=tuple(words().economies.get(code, ())),
        groups=tuple(_dated(g) for g in reference.partner_groups.values() if code in g.members),
        note="; ".join(_notes(code)),
    )


def _dated(group: PartnerGroup) -> str:
    until = f" until {group.valid_until}" if group.valid_until else ""
    return f"{group.name} (members as since {group.valid_from}{until})"


def _notes(code: str) -> list[str]:
    """The states that it was part of, and what its number of trade statistics holds."""
    told = []
    for row in _rows():
        if row["kind"] == "number" and row["code"] == code:
            told.append(f"{row['number']} is {row['name']}")
        if row["kind"] == "former" and code in row["successors"].split("|"):
            told.append(f"in trade of before {row['until']}: {row['name']} ({row['number']})")
    return told
