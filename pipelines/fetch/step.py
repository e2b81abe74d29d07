"""Fetch as one step: a question to an official service in, its replies as received out."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from calc.errors import DataRejectedError, RetorsionError, StorageError, UsageError
from pipelines.fetch.gather import Gathering, told
from pipelines.fetch.line import Line, base_given
from pipelines.fetch.named import check_asked
from pipelines.fetch.patience import Patience
from pipelines.fetch.record import FetchRecord, altered, read_record, write_record
from pipelines.fetch.secret import read_secret
from pipelines.fetch.services.registry import service_named
from pipelines.fetch.services.service import Asked, Part
from pipelines.fetch.settings import FetchSettings, check_settings
from pipelines.files import clear_leftovers, flush_to_disk, make_folder
from pipelines.folders import flush_all
from pipelines.locks import held
from pipelines.version import tool_version
from pipelines.workspace import Workspace

MOST_PARTS = 5_000


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A question that can be asked: where, by which requests, and the record of it so far."""

    line: Line
    parts: list[Part]
    record: FetchRecord


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What a fetch left: its record, its folder, and whether anything had to be asked."""

    record: FetchRecord
    folder: Path
    is_new: bool


def plan_of(asked: Asked, settings: FetchSettings) -> Plan:
    """What would be asked; nothing is sent.

    Raises:
        UsageError: The service does not understand the question, or a setting is not usable.
        StorageError: The key cannot be read.
    """
    check_settings(settings)
    service = service_named(asked.service)
    check_asked(asked, service.takes)
    secret = read_secret(service.key_variable, settings.key_file)
    base = service.base if settings.base_url is None else base_given(settings.base_url)
    parts = service.parts(asked, bool(secret))
    if len(parts) > MOST_PARTS:
        raise UsageError(
            f"that are {len(parts):,} requests, more than {MOST_PARTS:,}",
            where="--code",
            hint="ask for whole levels (--level 6) or for less",
        )
    limit = settings.max_bytes or service.max_bytes
    line = Line(service=service, base=base, secret=secret, max_bytes=limit)
    record = FetchRecord(
        name=settings.name,
        service=service.name,
        base=base,
        asked=asked.as_dict(),
        tool_version=tool_version(),
    )
    return Plan(line=line, parts=_distinct(parts), record=record)


def _distinct(parts: list[Part]) -> list[Part]:
    """The parts without repetitions: a code given twice is asked for once."""
    return list({part.name: part for part in parts}.values())


def fetch(workspace: Workspace, asked: Asked, settings: FetchSettings) -> Fetched:
    """Ask a service, and keep its replies as received in ``data/raw/<name>``.

    The folder appears whole or not at all. What is received is kept beside it while some is
    lacking, and the same question goes on from there.

    Raises:
        UsageError: The service does not understand the question, or the name is of another one.
        ServiceError: The service cannot be reached, or refuses.
        DataRejectedError: A reply is no data, not whole, or empty.
        LimitError: A reply is too large.
        StorageError: A file cannot be written.
        LockedError: Another process fetches under that name.
    """
    plan = plan_of(asked, settings)
    folder = workspace.raw / settings.name
    with held(workspace, f"fetch-{settings.name}", f"fetch {settings.name}"):
        there = None if settings.again else _there(folder, plan.record)
        if there is not None:
            return Fetched(record=there, folder=folder, is_new=False)
        working = folder.with_name(f".{settings.name}.fetching")
        record = _gathered(plan, working, settings)
        _put_in_place(working, folder)
    return Fetched(record=record, folder=folder, is_new=True)


def _there(folder: Path, wanted: FetchRecord) -> FetchRecord | None:
    """The record of a fetch that is done; null where there is none.

    Raises:
        UsageError: It is of another question.
        DataRejectedError: A file of it is not as received.
    """
    if not folder.exists():
        return None
    found = read_record(folder)
    if found is None or not found.is_of(wanted):
        what = "holds no fetch" if found is None else "holds the replies to another question"
        raise UsageError(
            f"{wanted.name} {what}", where="--name", hint="name another, or replace it with --again"
        )
    changed = altered(folder, found)
    if changed:
        raise DataRejectedError(
            f"{', '.join(changed[:5])} of {wanted.name} is not as received: its SHA-256 differs",
            where=str(folder),
            hint="fetch anew with --again",
        )
    return found


def _gathered(plan: Plan, working: Path, settings: FetchSettings) -> FetchRecord:
    """The record of all replies, which are then in the working folder."""
    patience = Patience(tries=settings.tries, clock=settings.clock, say=settings.say)
    gathering = Gathering(
        line=plan.line,
        folder=working,
        patience=patience,
        record=_begun(working, plan.record, again=settings.again),
    )
    try:
        for number, part in enumerate(plan.parts, start=1):
            rows = gathering.rows(part)
            settings.say(f"{number} of {len(plan.parts)}: {part.question}: {rows:,} rows")
        if not settings.allow_empty:
            _refuse_empty(gathering.record, plan.parts)
    except RetorsionError as err:
        raise told(err, gathering, len(plan.parts)) from None
    record = replace(gathering.record, is_whole=True)
    write_record(working, record)
    return record


def _begun(working: Path, wanted: FetchRecord, *, again: bool) -> FetchRecord:
    """The record of what is received so far of the same question; else a new one."""
    clear_leftovers(working, "record.json")
    found = None if again else read_record(working)
    if found is not None and found.is_of(wanted):
        lost = set(altered(working, found))
        kept = tuple(reply for reply in found.replies if reply.file not in lost)
        return replace(found, replies=kept, is_whole=False)
    if found is not None:
        raise UsageError(
            f"{wanted.name} is an unfinished fetch of another question",
            where="--name",
            hint="name another, or begin anew with --again",
        )
    shutil.rmtree(working, ignore_errors=True)
    make_folder(working)
    write_record(working, wanted)  # so that a first reply that is cut can go on later
    return wanted


def _refuse_empty(record: FetchRecord, parts: list[Part]) -> None:
    """Nothing, where each question has rows: that of several requests in one of them at least.

    Raises:
        DataRejectedError: One has none.
    """
    rows = dict.fromkeys((part.question for part in parts), 0)
    for reply in record.replies:
        rows[reply.question] = rows.get(reply.question, 0) + reply.rows
    empty = [question for question, number in rows.items() if not number]
    if empty:
        more = f" and {len(empty) - 5} more" if len(empty) > 5 else ""
        raise DataRejectedError(
            f"the service has nothing on {'; '.join(empty[:5])}{more}: 0 rows is not zero trade",
            where=f"{record.service}, {record.base}",
            hint="see what was asked for; accept it with --allow-empty",
        )


def _put_in_place(working: Path, folder: Path) -> None:
    """The working folder under its own name; an older one of that name is removed."""
    old = folder.with_name(f".{folder.name}.replaced")
    try:
        shutil.rmtree(old, ignore_errors=True)
        for cut in working.glob("*.part*"):
            cut.unlink()
        flush_all(working)
        if folder.exists():
            folder.rename(old)
        try:
            working.rename(folder)
        except OSError:
            if old.exists() and not folder.exists():
                old.rename(folder)
            raise
        flush_to_disk(folder.parent)
    except OSError as err:
        raise StorageError(
            f"cannot write {folder.name}: {err.strerror or err}",
            where=str(folder),
            hint="free space or choose another folder with --workspace",
        ) from err
    shutil.rmtree(old, ignore_errors=True)
