"""The scenario file as a document: found, bounded, decoded and parsed, or refused at once."""

import re
import tomllib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from calc.errors import ScenarioError, StorageError, did_you_mean
from pipelines.scenario.no_day import no_such_day

MAX_BYTES = 2_000_000
NO_SCENARIO = "no .toml file is in that folder; to start from one that runs: retorsion init"
OTHER_LANGUAGES = {".yaml", ".yml", ".json"}
PART = r"(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')"
ABSURD_KEY = re.compile(rf"(?<![\w-]){PART}(?:[ \t]*+\.[ \t]*+{PART}){{99}}")
"""A key of a hundred parts: the time to parse one grows with the square of its length."""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed scenario file: its name, where it is, its text, its tables and its SHA-256."""

    path: Path
    text: str
    root: dict[str, Any]
    sha256: str

    @property
    def name(self) -> str:
        """The file's name, as messages give it."""
        return self.path.name


def read_document(path: Path) -> Document:
    """The scenario file, parsed but not yet understood.

    Raises:
        ScenarioError: There is no such file, it is not TOML in UTF-8, or it is absurdly large or
            nested.
        StorageError: The file is there but cannot be read.
    """
    content = _content_of(path)
    text = _decoded(path.name, content)
    return Document(path, text, _parsed(path.name, text), sha256(content).hexdigest())


def _content_of(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise _not_a_file(path)
        if path.suffix.casefold() in OTHER_LANGUAGES:
            raise ScenarioError(
                f"{path.name} is not read: scenarios are TOML",
                where=str(path),
                hint=f"write it as TOML in {path.stem}.toml; a bare NO or 0402 then stays a text",
            )
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as err:
        raise StorageError(f"cannot read {path.name}: {err.strerror}", where=str(path)) from err
    if len(content) > MAX_BYTES:
        raise ScenarioError(
            f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB, too large for a scenario",
            where=str(path),
        )
    return content


def _not_a_file(path: Path) -> ScenarioError:
    if path.is_dir():
        near = sorted(item.name for item in path.glob("*.toml"))
        hint = f"name a file in it: {', '.join(near[:8])}" if near else ""
        return ScenarioError(f"{path.name} is a folder, not a file", where=str(path), hint=hint)
    near = sorted(item.name for item in path.parent.glob("*.toml"))
    there = f"in that folder are: {', '.join(near[:8])}" if near else NO_SCENARIO
    hint = did_you_mean(path.name, near) or there
    return ScenarioError(f"there is no scenario {path.name}", where=str(path), hint=hint)


def _decoded(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        line = content.count(b"\n", 0, err.start) + 1
        raise ScenarioError(
            f"{name} is not UTF-8: byte 0x{content[err.start]:02x} cannot be read",
            where=f"{name} line {line}, byte {err.start + 1} of the file",
            hint="save the file as UTF-8",
        ) from err


def _parsed(name: str, text: str) -> dict[str, Any]:
    absurd = ABSURD_KEY.search(text)
    if absurd is not None:
        line = text.count("\n", 0, absurd.start()) + 1
        raise ScenarioError(f"{name} is nested absurdly deep", where=f"{name} line {line}")
    try:
        return tomllib.loads(text)
    except RecursionError as err:
        raise ScenarioError(f"{name} is nested absurdly deep", where=name) from err
    except ValueError as err:
        raise _not_toml(name, text, str(err)) from err


def _not_toml(name: str, text: str, reason: str) -> ScenarioError:
    """What the parser says, with its position as a place."""
    found = re.search(r" \(at (line (\d+), column \d+|end of document)\)$", reason)
    what = reason[: found.start()] if found else reason.split(";")[0]
    place = f"{name} {found[1]}" if found else name
    line = text.split("\n")[int(found[2]) - 1] if found and found[2] else ""
    if what == r"Illegal character '\n'":
        hint = "the text on this line is not closed: write the quote at its end"
        return ScenarioError(f"{name} is not TOML: {what}", where=place, hint=hint)
    hint = no_such_day(line) or 'texts need quotes (rate = "25%"), dates none (as_of = 2024-12-31)'
    return ScenarioError(f"{name} is not TOML: {what}", where=place, hint=hint)
