"""The scenario that a run keeps as tables to be changed, and as TOML again."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipelines.run.whole import SCENARIO_FILE
from pipelines.scenario.written import key_of, statements

Document = dict[str, Any]
OWN_KEYS = ("id", "title", "note")


def kept_documents(folder: Path) -> dict[str, Document]:
    """The scenarios of a run as nested tables, by importer: one, or those that it includes."""
    document = _read(folder / SCENARIO_FILE)
    documents = [_read(folder / name) for name in document.get("include", ())] or [document]
    return {one["importer"]: one for one in documents}


def kept_title(folder: Path) -> dict[str, Any]:
    """What the scenario of a run says of itself alone: its id, title and note."""
    document = _read(folder / SCENARIO_FILE)
    return {name: document[name] for name in OWN_KEYS if name in document}


def _read(path: Path) -> Document:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def measure_of(document: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """A measure of a scenario by its id; null where there is none."""
    found: dict[str, Any] | None = next(
        (one for one in document.get("measure", []) if one["id"] == name), None
    )
    return found


def documents_of(documents: Mapping[str, Document], name: str) -> list[str]:
    """The importers whose scenarios have a measure of that id."""
    return [importer for importer, one in documents.items() if measure_of(one, name)]


def scenario_files(
    title: Mapping[str, Any], documents: Mapping[str, Document], name: str
) -> dict[str, bytes]:
    """The scenarios as files, the one to be run first: it includes the others where it has some."""
    if len(documents) == 1:
        (document,) = documents.values()
        return {f"{name}.toml": toml_text(document | {"id": name}).encode()}
    texts = {
        f"{name}-{importer}.toml": toml_text(one | {"id": f"{name}-{importer}"}).encode()
        for importer, one in documents.items()
    }
    top = {**title, "id": name, "include": list(texts)}
    return {f"{name}.toml": toml_text(top).encode(), **texts}


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
