"""The scenario that a run keeps as tables to be changed, and as TOML again."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from calc.errors import UsageError
from pipelines.run.whole import SCENARIO_FILE
from pipelines.scenario.written import key_of, statements


def kept_document(folder: Path) -> dict[str, Any]:
    """The scenario of a run as nested tables.

    Raises:
        UsageError: The run is of several scenarios.
    """
    document = tomllib.loads((folder / SCENARIO_FILE).read_text(encoding="utf-8"))
    if "include" in document:
        raise UsageError(
            f"run {folder.name} is of several scenarios, so which one is edited is not told",
            where=", ".join(document["include"]),
            hint="run one of them by itself, and edit that run's workbook",
        )
    return document


def measure_of(document: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """A measure of a scenario by its id; null where there is none."""
    found: dict[str, Any] | None = next(
        (one for one in document.get("measure", []) if one["id"] == name), None
    )
    return found


def toml_text(document: Mapping[str, Any]) -> str:
    """Nested tables as a scenario file: the top of the file, named tables, lists of tables."""
    return "\n".join("\n".join(block) + "\n" for block in _blocks(document) if block)


def _blocks(document: Mapping[str, Any]) -> Iterator[list[str]]:
    named = {key: value for key, value in document.items() if _is_named(value)}
    listed = {key: value for key, value in document.items() if _is_listed(value)}
    yield statements({key: value for key, value in document.items()
                      if key not in named and key not in listed})  # fmt: skip
    for key, tables in named.items():
        for name, table in tables.items():
            yield [f"[{key_of(key)}.{key_of(name)}]", *_written(table)]
    for key, rows in listed.items():
        for row in rows:
            yield [f"[[{key_of(key)}]]", *_written(row)]


def _written(table: Mapping[str, Any]) -> list[str]:
    return statements({key_of(key): value for key, value in table.items()})


def _is_named(value: Any) -> bool:
    """Whether a value is a table of tables, such as the portions."""
    return isinstance(value, dict) and all(isinstance(one, dict) for one in value.values())


def _is_listed(value: Any) -> bool:
    is_list = isinstance(value, list) and bool(value)
    return is_list and all(isinstance(one, dict) for one in value)
