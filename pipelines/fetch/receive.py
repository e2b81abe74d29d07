"""One request and its reply, received into a file; what went wrong is told in our own words."""

import re
import ssl
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

from calc.errors import DataRejectedError, LimitError, RetorsionError, ServiceError
from pipelines.fetch.clock import Clock
from pipelines.fetch.line import Line
from pipelines.fetch.partial import Partial
from pipelines.fetch.replies import shown
from pipelines.fetch.services.service import Part

TIMEOUT_SECONDS = 120.0
BLOCK = 1 << 16
LONGEST_KEY = 1_024
GZIP_WINDOW = 31
WORTH_TRYING_AGAIN = (408, 425, 429, 500, 502, 503, 504)
RANGE = re.compile(r"bytes ([0-9]+)-[0-9]+/([0-9]+|\*)")


class Interrupted(Exception):  # noqa: N818 - not an error yet: it is tried again
    """A request that may succeed when it is sent again, after some seconds where those are said."""

    def __init__(self, what: str, wait_seconds: float | None = None) -> None:
        self.what, self.wait_seconds = what, wait_seconds
        super().__init__(what)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is to come: bytes in all and bytes there already; null where it is not told."""

    in_all: int | None
    there: int


def receive(line: Line, part: Part, place: Path, clock: Clock) -> Path:
    """The reply to a part, whole, in a file; empty where the service has nothing to say.

    Raises:
        Interrupted: It may succeed when it is tried again.
        ServiceError: The service refuses.
        DataRejectedError: The reply is damaged, or repeats the key.
        LimitError: The reply is too large.
        StorageError: The file cannot be written.
    """
    partial = Partial(place, line.told_url(part))
    validator = partial.validator()
    more = {"Range": f"bytes={partial.size()}-", "If-Range": validator} if validator else {}
    try:
        with line.opener.open(line.request(part, more), timeout=TIMEOUT_SECONDS) as response:
            _taken(line, part, response, partial)
    except RetorsionError:
        raise
    except HTTPError as err:
        if err.code == 416:  # what is there is no start of what the service has
            err.close()
            partial.gone()
            raise Interrupted("the service has another version of the reply") from None
        raise _refusal(line, part, err, clock) from None
    except URLError as err:
        raise _unreached(line, err.reason) from None
    except (OSError, HTTPException) as err:
        raise Interrupted(f"the connection was cut: {line.secret.hide(_text(err))}") from None
    return partial.whole()


def _taken(line: Line, part: Part, response: Any, partial: Partial) -> None:
    """The body of a reply, behind what is there already where the service goes on."""
    expected = _begun(response, partial)
    limit = line.max_bytes
    if expected.in_all is not None and expected.in_all > limit:
        raise _too_large(part, limit, f"of {expected.in_all:,} bytes")
    received, tail, written = expected.there, b"", expected.there
    with partial.opened() as stream:
        for raw, chunk in _chunks(response, part):
            received, written = received + raw, written + len(chunk)
            if written > limit:
                partial.gone()
                raise _too_large(part, limit, "of more")
            if line.secret.is_in(tail + chunk):
                partial.gone()
                raise _repeats_key(part)
            tail = (tail + chunk)[-LONGEST_KEY:]
            partial.write(stream, chunk)
    if expected.in_all is not None and received < expected.in_all:
        raise Interrupted(f"the connection was cut after {received:,} of {expected.in_all:,} bytes")


def _begun(response: Any, partial: Partial) -> Expected:
    """Whether a reply goes on behind what is there, and how long it is in all."""
    there = partial.size()
    found = RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if response.status == 206 and found is not None and int(found[1]) == there:
        return Expected(in_all=None if found[2] == "*" else int(found[2]), there=there)
    if response.status == 206:
        partial.gone()
        raise Interrupted("the service went on in another place than where the reply was cut")
    length = response.headers.get("Content-Length", "")
    is_plain = response.headers.get("Content-Encoding", "identity") == "identity"
    can_go_on = is_plain and response.headers.get("Accept-Ranges", "").lower() == "bytes"
    partial.begun(_version(response.headers) if can_go_on else "")
    return Expected(in_all=int(length) if length.isdigit() else None, there=0)


def _version(headers: Any) -> str:
    """What names the version of a reply, as If-Range wants it; a weak tag names none."""
    tag = str(headers.get("ETag", ""))
    return tag if tag and not tag.startswith("W/") else str(headers.get("Last-Modified", ""))


def _chunks(response: Any, part: Part) -> Iterator[tuple[int, bytes]]:
    """The body in pieces, unpacked: bytes as sent, and bytes as meant."""
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise DataRejectedError(
            f"the reply is packed as {encoding!r}, which was not asked for",
            where=part.name,
            hint="a proxy on the way may do that; ask again, or without it",
        )
    if encoding == "identity":
        while chunk := response.read1(BLOCK):
            yield len(chunk), chunk
        return
    unpacker, sent = zlib.decompressobj(GZIP_WINDOW), 0
    while packed := response.read1(BLOCK):
        sent += len(packed)
        try:
            yield len(packed), unpacker.decompress(packed)
        except zlib.error as err:
            raise _damaged(part, sent, "is damaged") from err
    if not unpacker.eof:
        raise _damaged(part, sent, "ends early")


def _damaged(part: Part, sent: int, how: str) -> DataRejectedError:
    return DataRejectedError(
        f"the packed reply {how}: the gzip archive stops after {sent:,} bytes",
        where=part.name,
        hint="run the same command again; where it stays so, ask for less at a time",
    )


def _too_large(part: Part, limit: int, size: str) -> LimitError:
    return LimitError(
        f"a reply {size} than {limit:,} bytes is not received"
        if size == "of more"
        else f"a reply {size} is not received; the limit is {limit:,}",
        where=part.name,
        hint="ask for less at a time (--partner, --code, --period), or raise --max-bytes",
    )


def _repeats_key(part: Part) -> DataRejectedError:
    return DataRejectedError(
        "the reply repeats the key, so it is not kept",
        where=part.name,
        hint="what repeats a key is rarely data; look at the address with --dry-run",
    )


def _refusal(line: Line, part: Part, err: HTTPError, clock: Clock) -> Exception:
    """What a status of refusal means: to wait, to look at the key, or at the question."""
    with err:
        body = err.read(BLOCK).decode("utf-8", "replace")
        after = err.headers.get("Retry-After")
    said = line.secret.hide(shown(body))
    what = f"{line.host} refuses with status {err.code}{': ' if said else ''}{said}"
    if err.code in WORTH_TRYING_AGAIN:
        return Interrupted(what, _seconds(after, clock))
    variable = line.service.key_variable
    hint = "see what was asked for: --dry-run shows the addresses"
    if err.code in (401, 403) and variable:
        state = "the key is refused" if line.secret else "there is no key"
        hint = f"{state}: set {variable}, or give --key-file FILE"
    return ServiceError(what, where=line.secret.hide(part.name), hint=hint)


def _seconds(text: str | None, clock: Clock) -> float | None:
    """How long a service asks to wait, written in seconds or as a date."""
    if text is None:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - clock.now()).total_seconds())
    except (ValueError, TypeError):
        return None


def _unreached(line: Line, reason: object) -> Exception:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return ServiceError(
            f"the certificate of {line.host} cannot be verified",
            where=line.host,
            hint="a proxy on the way may put its own in its place; nothing was sent",
        )
    text = line.secret.hide(_text(reason))
    return Interrupted(f"{line.host} cannot be reached: {text}")


def _text(err: object) -> str:
    """An error of the connection in words."""
    if isinstance(err, OSError) and err.strerror:
        return err.strerror
    if isinstance(err, TimeoutError):
        return f"no answer within {TIMEOUT_SECONDS:.0f} seconds"
    return str(err) or type(err).__name__
