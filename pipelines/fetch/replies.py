"""Whether a reply is data: not a web page, an error in JSON, nothing, or a part of something."""

import json
import re
from pathlib import Path
from typing import Any

from calc.errors import DataRejectedError

HEAD_BYTES = 4_096
SHOWN = 200
TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
AGAIN = "run the same command again: what is whole is kept"
NO_DATA = "see what was asked for: retorsion fetch ... --dry-run shows the addresses"


def head_of(path: Path) -> bytes:
    """The first bytes of a reply, without the mark of its encoding and blanks."""
    with path.open("rb") as stream:
        return stream.read(HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()


def shown(text: str) -> str:
    """A text of a service as it may stand in a message: one line, short."""
    line = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    return f"{line[:SHOWN]}..." if len(line) > SHOWN else line


def refuse_page(path: Path, name: str) -> None:
    """Nothing, where a reply is no web page or XML.

    Raises:
        DataRejectedError: It is one.
    """
    head = head_of(path)
    if head.startswith(b"<"):
        text = head.decode("utf-8", "replace")
        found = TITLE.search(text)
        raise DataRejectedError(
            f"the service replied with a web page, not data: {shown(found[1] if found else text)}",
            where=name,
            hint="a wrong or missing key and maintenance are told in this way: look at both",
        )


def json_of(path: Path, name: str) -> Any:
    """A reply in JSON; null where it holds nothing at all.

    Raises:
        DataRejectedError: It is a web page, or no JSON that is whole.
    """
    if not head_of(path):
        return None
    refuse_page(path, name)
    content = path.read_bytes()
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as err:
        is_start = head_of(path)[:1] in (b"[", b"{")
        what = "is cut off, or no JSON" if is_start else "is no JSON"
        text = content[:HEAD_BYTES].decode("utf-8", "replace")
        raise DataRejectedError(
            f"the reply {what}: {len(content):,} bytes that begin {shown(text)[:60]}",
            where=name,
            hint=AGAIN,
        ) from err


def refuse_error(reply: Any, name: str) -> None:
    """Nothing, where a reply in JSON tells of no error.

    Raises:
        DataRejectedError: It does.
    """
    if not isinstance(reply, dict):
        return
    told = [reply.get(word) for word in ("error", "errorMessage", "fault")]
    if not any(told) and "data" not in reply and "dataSets" not in reply:
        told = [reply.get("message")]
    found = next((text for text in told if text), None)
    if found:
        raise DataRejectedError(
            f"the service replied with an error: {shown(str(found))}",
            where=name,
            hint="see what the service asks for, and whether the key is good for it",
        )


def not_shaped(name: str, found: str) -> DataRejectedError:
    """That a reply has another shape than the service documents."""
    return DataRejectedError(
        f"the reply has another shape than the service documents: {found}",
        where=name,
        hint="the service may have changed; see its documentation",
    )
