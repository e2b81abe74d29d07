"""The sheet ``inputs`` of a run's workbook, edited: rates and shares put into its scenario."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calc.errors import Problem, UsageError
from pipelines.roundtrip.document import Document, measure_of
from pipelines.roundtrip.sheet import SheetRow, refuse

SHEET = "inputs"
NEEDED = ("kind", "name", "value")
SHARES = {"portion": "portions", "content": "contents"}
SAME = 1e-12
WORKBOOK_ONLY = {
    "elasticity": "an elasticity drives the workbook only; a scenario has [effects]",
    "credit": "a credit is changed in the scenario, with its source",
    "scale": "a rate that is no single percentage is changed in the scenario, part by part",
}


@dataclass(frozen=True, slots=True)
class Edit:
    """A value that was changed: of what, from what, to what."""

    what: str
    before: str
    after: str

    def line(self) -> str:
        """The change for people."""
        return f"{self.what}: {self.before} -> {self.after}"


def put_inputs(
    documents: Mapping[str, Document],
    edited: Sequence[SheetRow],
    written: Sequence[SheetRow],
    path: Path,
) -> list[Edit]:
    """The edits of a sheet, which are put into the scenario.

    Args:
        documents: The scenario of each importer as tables, which are changed.
        edited: The rows as a person left them.
        written: The rows of the same sheet as the run wrote them.
        path: The file, for messages.

    Raises:
        DataRejectedError: A row is of nothing that the run has, or a value is no number in range.
    """
    problems: list[Problem] = []
    known = {_key(row): row for row in written}
    edits = []
    for row in edited:
        old = known.get(_key(row))
        if old is None:
            kind, name = row.cells["kind"], row.cells["name"]
            problems.append(Problem(f"the run has no {kind or 'input'} {name!r}",
                                    f"{path.name}, row {row.number}",
                                    "change values only, or edit the scenario"))  # fmt: skip
            continue
        for column in ("value", "low", "high"):
            new = _number(row, column, path, problems)
            before = _number(old, column, path, problems)
            if not _is_same(new, before):
                edits.append(_put(_own(documents, row), row, column, (before, new)))
    refuse(problems)
    return edits


def not_taken(edits: Sequence[Edit]) -> Iterator[Edit]:
    """The edits that no scenario takes: elasticities and scales drive the workbook only."""
    yield from (edit for edit in edits if edit.what.partition(" ")[0] in WORKBOOK_ONLY)


def _key(row: SheetRow) -> tuple[str, str, str]:
    return row.cells.get("importer", ""), row.cells["kind"], row.cells["name"]


def _own(documents: Mapping[str, Document], row: SheetRow) -> Document:
    """The scenario that a row is of: the only one, or that of its importer."""
    only = next(iter(documents.values()))
    return documents[row.cells["importer"]] if len(documents) > 1 else only


def _is_same(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return abs(first - second) <= SAME


def _number(row: SheetRow, column: str, path: Path, problems: list[Problem]) -> float | None:
    """The number in a cell: 0.25, or 25%; null where it is empty."""
    text = row.cells.get(column, "")
    if not text:
        return None
    is_percent = text.endswith("%")
    try:
        value = float(text.removesuffix("%")) / (100 if is_percent else 1)
    except ValueError:
        value = float("nan")
    kind = row.cells["kind"]
    highest = {"rate": 10.0, "floor": 10.0, "credit": 1e15, "scale": 10.0, "elasticity": 100.0}.get(
        kind, 1.0
    )
    lowest = -100.0 if kind == "elasticity" else 0.0
    if not lowest <= value <= highest:
        problems.append(Problem(
            f"{text} is no {kind} from {lowest:g} to {highest:g}",
            f"{path.name}, row {row.number}, column {column}",
            "write a fraction such as 0.25, or a percentage such as 25%",
        ))  # fmt: skip
        return None
    return value


def _put(
    document: dict[str, Any], row: SheetRow, column: str, values: tuple[float | None, float | None]
) -> Edit:
    """A changed value put into the scenario."""
    kind, name = row.cells["kind"], row.cells["name"]
    old, new = values
    if kind == "scale":
        return Edit(f"scale {name}", percent(old), percent(new))
    if kind == "credit":
        return Edit(f"credit {name}", f"{old:,.0f}", "none" if new is None else f"{new:,.0f}")
    if kind == "floor":
        measure = measure_of(document, name)
        if measure is not None:
            measure["rate"] = f"{percent(new)} all-in"
        return Edit(f"floor of measure {name}", percent(old), percent(new))
    if kind == "elasticity":
        return Edit(f"elasticity {name}", f"{old:g}", "none" if new is None else f"{new:g}")
    if kind == "rate":
        measure = measure_of(document, name)
        if measure is not None:
            measure["rate"] = percent(new)
        return Edit(f"rate of measure {name}", percent(old), percent(new))
    table = _share_table(document, kind, name)
    key = {"value": "central"}.get(column, column)
    if new is None:
        table.pop(key, None)
    else:
        table[key] = new
    return Edit(f"{kind} {name}, {key}", percent(old), percent(new))


def _share_table(document: Document, kind: str, name: str) -> dict[str, Any]:
    """The table of a share: named by itself, or stated by a measure (measure/portion).

    Raises:
        UsageError: It is stated elsewhere, such as by an exclusion or in a file.
    """
    named: dict[str, dict[str, Any]] = document.get(SHARES[kind], {})
    if name in named:
        return named[name]
    measure = measure_of(document, name.removesuffix(f"/{kind}"))
    if measure is None or kind not in measure:
        raise UsageError(f"{kind} {name} is stated by no measure and not by itself",
                         where="sheet inputs", hint="change it in the scenario")  # fmt: skip
    if not isinstance(measure.get(kind), dict):
        measure[kind] = {"central": measure.get(kind)}
    own: dict[str, Any] = measure[kind]
    return own


def percent(value: float | None) -> str:
    """A fraction as a percentage, with all its digits."""
    return "none" if value is None else f"{float(f'{100 * value:.12g}'):.12g}%"
