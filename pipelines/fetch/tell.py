"""A fetch, and what can be fetched, as told to people and as objects."""

from typing import Any

from calc.errors import UsageError
from pipelines.fetch.record import FetchRecord
from pipelines.fetch.services.registry import SERVICES
from pipelines.fetch.services.service import Service
from pipelines.fetch.step import Fetched, Plan
from pipelines.validation.words import counted

MOST_NAMED = 3
NOT_TRIED = (
    "made from the services' documents and tried on made-up replies, not on the services "
    "themselves: look at the first reply"
)


def fetched_object(done: Fetched, folder: str) -> dict[str, Any]:
    """A fetch as an object: its record, its folder, and the command that comes next."""
    return done.record.as_dict() | {
        "folder": folder,
        "is_new": done.is_new,
        "next": next_command(done.record, folder),
    }


def fetched_lines(done: Fetched, folder: str) -> list[str]:
    """What was received, where it is, and what to do next."""
    record = done.record
    title = SERVICES[record.service].title
    days = sorted({reply.fetched_on for reply in record.replies})
    size = sum(reply.bytes for reply in record.replies)
    told = [f"{record.name}: {title}"]
    if not done.is_new:
        told.append(f"nothing was asked: it is there since {days[-1]}; --again asks anew")
    number = len(record.replies)
    replies = "1 reply" if number == 1 else f"{number:,} replies"
    told.append(f"received     {replies}, {counted(record.rows, 'row')}, {size:,} bytes")
    empty = [reply.question for reply in record.replies if reply.file is None]
    if empty:
        told.append(f"nothing on   {'; '.join(dict.fromkeys(empty))}")
    wholes = dict.fromkeys(reply.whole for reply in record.replies)
    told += [f"whole        {why}" for why in wholes]
    told += [f"cut          {part}: {rows:,} rows" for part, rows in record.cut.items()]
    told.append(f"files        {folder}, with record.json: address, day and SHA-256 of each")
    following = next_command(record, folder)
    return [*told, *([f"next         {following}"] if following else [])]


def next_command(record: FetchRecord, folder: str) -> str:
    """The command that reads the replies; empty where there is nothing to read."""
    files = record.files
    if not files:
        return ""
    suffix = files[0].rpartition(".")[2]
    every = f"{folder}/{record.service}-*.{suffix}"
    named = " ".join(f"{folder}/{file}" for file in files)
    return f"retorsion ingest {named if len(files) <= MOST_NAMED else every} --name {record.name}"


def plan_lines(plan: Plan) -> list[str]:
    """The addresses that would be asked, without the key."""
    return [plan.line.told_url(part) for part in plan.parts]


def plan_object(plan: Plan) -> dict[str, Any]:
    """The same as an object."""
    service = plan.line.service
    return {
        "service": service.name,
        "has_key": bool(plan.line.secret),
        "cap": service.cap(bool(plan.line.secret)),
        "urls": plan_lines(plan),
    }


def services_lines() -> list[str]:
    """The services that can be asked, for people."""
    lines = []
    for service in SERVICES.values():
        lines.append(f"{service.name}: {service.title}")
        lines += [f"  {text}" for text in _facts(service)]
    return [*lines, NOT_TRIED]


def services_object() -> list[dict[str, Any]]:
    """The services that can be asked, as objects."""
    return [
        {
            "name": service.name,
            "title": service.title,
            "base": service.base,
            "key_variable": service.key_variable or None,
            "cap_with_key": service.cap(True),
            "cap_without_key": service.cap(False),
            "documented": service.documented,
            "notes": list(service.notes),
        }
        for service in SERVICES.values()
    ]


def _facts(service: Service) -> list[str]:
    key = f"key: {service.key_variable}, or --key-file" if service.key_variable else "no key"
    return [key, *(f"note: {note}" for note in service.notes), f"documented: {service.documented}"]


def name_needed(name: str | None) -> str:
    """The name of a fetch.

    Raises:
        UsageError: None is given.
    """
    if name is None:
        raise UsageError("the fetch has no name", where="--name", hint="--name us-japan-2024")
    return name
