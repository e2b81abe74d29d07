"""The parts of a question, one after another: what is there is kept, what is too large is cut."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from calc.errors import DataRejectedError, Problem, RetorsionError, StorageError
from pipelines.fetch.clock import day_of
from pipelines.fetch.line import Line
from pipelines.fetch.patience import Patience, patiently
from pipelines.fetch.receive import receive
from pipelines.fetch.record import FetchRecord, Reply, write_record
from pipelines.fetch.services.service import Part
from pipelines.files import sha256_of

KEPT = "; {there} of {parts} replies are kept"


@dataclass(kw_only=True)
class Gathering:
    """Replies that are gathered in a folder, with the record of those that are there."""

    line: Line
    folder: Path
    patience: Patience
    record: FetchRecord
    has_asked: bool = False

    def rows(self, part: Part) -> int:
        """The rows of a part, asked for unless they are there.

        Raises:
            RetorsionError: The service cannot be reached or refuses, or its reply is no data, not
                whole or too large.
        """
        there = self.record.reply_to(part.name)
        if there is not None:
            return there.rows
        if part.name in self.record.cut:
            return self._of_pieces(part, self.record.cut[part.name])
        place = self._received(part)
        rows = self.line.service.rows_of(place, part)
        cap = self.line.service.cap(bool(self.line.secret))
        if cap is None or rows < cap:
            self._keep(part, place, rows, _whole(cap))
            return rows
        return self._at_cap(part, place, rows, cap)

    def _at_cap(self, part: Part, place: Path, rows: int, cap: int) -> int:
        """A reply with as many rows as a reply can have: the service's own count tells the rest."""
        number = self._counted(part)
        if number == rows:
            self._keep(part, place, rows, f"the service counts {rows:,} rows too")
            return rows
        place.unlink(missing_ok=True)
        if number is None or number < rows:
            said = "does not count them" if number is None else f"counts {number:,}"
            raise _not_proved(
                part, f"has {rows:,} rows, the cap of a reply, and the service {said}"
            )
        self._note(replace(self.record, cut=self.record.cut | {part.name: number}))
        self.patience.say(f"{part.question}: {number:,} rows, more than {cap:,}: asked in pieces")
        return self._of_pieces(part, number)

    def _of_pieces(self, part: Part, number: int) -> int:
        """The rows of a part's pieces, which are as many as the service counts in it."""
        pieces = self.line.service.narrower(part)
        if not pieces:
            raise _not_proved(part, f"has {number:,} rows, more than a reply holds")
        rows = sum(self.rows(piece) for piece in pieces)
        if rows != number:
            raise _not_proved(part, f"has {number:,} rows, and its pieces have {rows:,} in all")
        return rows

    def _counted(self, part: Part) -> int | None:
        service = self.line.service
        if service.counting is None:
            return None
        place = self._received(service.counting(part))
        number = service.counted(place)
        place.unlink(missing_ok=True)
        return number

    def _received(self, part: Part) -> Path:
        if self.has_asked and self.line.service.pause_seconds:
            self.patience.clock.sleep(self.line.service.pause_seconds)
        self.has_asked = True
        place = self.folder / part.name
        send = partial(receive, self.line, part, place, self.patience.clock)
        return patiently(send, self.patience, f"{self.line.service.name} {part.question}")

    def _keep(self, part: Part, place: Path, rows: int, whole: str) -> None:
        """Record a reply; one without rows is recorded and not kept."""
        try:
            size = place.stat().st_size
        except OSError as err:
            raise StorageError(f"cannot read {place.name}: {err.strerror}") from err
        reply = Reply(
            part=part.name,
            question=part.question,
            file=place.name if rows else None,
            url=self.line.told_url(part),
            fetched_on=day_of(self.patience.clock).isoformat(),
            sha256=sha256_of(place),
            bytes=size,
            rows=rows,
            whole=whole,
        )
        if not rows:
            place.unlink(missing_ok=True)
        self._note(replace(self.record, replies=(*self.record.replies, reply)))

    def _note(self, record: FetchRecord) -> None:
        self.record = record
        write_record(self.folder, record)


def _whole(cap: int | None) -> str:
    return "no cap of rows is documented" if cap is None else f"below the cap of {cap:,} rows"


def _not_proved(part: Part, what: str) -> DataRejectedError:
    return DataRejectedError(
        f"{part.question} {what}: it cannot be proved whole",
        where=part.name,
        hint="ask for less at a time: --partner, --code, --period; a key may raise the cap",
    )


def told(err: RetorsionError, gathering: Gathering, parts: int) -> RetorsionError:
    """An error of a fetch that says how much is kept, where anything is, and never the key."""
    there = len(gathering.record.replies)
    kept = KEPT.format(there=there, parts=max(parts, there)) if there else ""
    hide = gathering.line.secret.hide
    err.problems = [
        Problem(hide(one.what) + ("" if number else kept), hide(one.where), hide(one.hint))
        for number, one in enumerate(err.problems)
    ]
    return err
