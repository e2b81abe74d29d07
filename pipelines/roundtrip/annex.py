"""The sheet ``annex`` of a run, edited: codes and rates put into its scenario.

A measure whose rows are as they were keeps its goods as written. Where codes went, they are left
out of it; where codes came, it names them too; a rate that came for all rows is the measure's, and
rates of some rows go into a table beside the scenario. Any other edit makes the rows themselves the
measure's list, in a file beside the scenario.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from calc.errors import Problem, did_you_mean
from pipelines.roundtrip.document import Document, documents_of, measure_of
from pipelines.roundtrip.sheet import SheetRow, refuse

SHEET = "annex"
NEEDED = ("code", "rate", "measure")
WRITTEN = ("code", "rate", "from", "through", "description", "note", "source")
DAYS = ("from", "through")
Rows = dict[str, list[SheetRow]]


@dataclass(frozen=True, slots=True)
class Edited:
    """What was changed, in words, and the lists to be written beside the scenario by name."""

    changes: list[str] = field(default_factory=list)
    lists: dict[str, str] = field(default_factory=dict)


def put_annex(
    documents: Mapping[str, Document],
    edited: Sequence[SheetRow],
    written: Sequence[SheetRow],
    path: Path,
) -> Edited:
    """The edits of a list, which are put into the scenario.

    Args:
        documents: The scenario of each importer as tables, which are changed.
        edited: The rows as a person left them.
        written: The rows of the same sheet as the run wrote them.
        path: The file, for messages.

    Raises:
        DataRejectedError: A row names no measure of the scenario, or one of two importers, or no
            code or rate.
    """
    _check(documents, edited, path)
    new, old = _by_measure(edited), _by_measure(written)
    done = Edited()
    for name in sorted({*new, *old}):
        owners = documents_of(documents, name)
        if not owners:
            continue
        document = documents[owners[0]]
        measure = measure_of(document, name) or {}
        if name not in new:
            document["measure"].remove(measure)
            done.changes.append(f"measure {name}: removed, with its {len(old[name])} rows")
        else:
            _change(measure, new[name], old.get(name, []), done)
    return done


def _check(documents: Mapping[str, Document], edited: Sequence[SheetRow], path: Path) -> None:
    known = [one["id"] for each in documents.values() for one in each.get("measure", [])]
    problems = [
        Problem(f"measure {name} is one of {' and of '.join(owners)}: the list tells not which",
                f"{path.name}, column measure",
                "run the scenario of one importer by itself, and edit that run's list")
        for name in dict.fromkeys(row.cells["measure"] for row in edited)
        if len(owners := documents_of(documents, name)) > 1
    ]  # fmt: skip
    for row in edited:
        where = f"{path.name}, row {row.number}"
        name = row.cells["measure"]
        if name not in known:
            problems.append(Problem(f"{name or 'nothing'} is no measure of the run",
                                    f"{where}, column measure",
                                    did_you_mean(name, known)))  # fmt: skip
        for column in ("code", "rate"):
            if not row.cells[column]:
                problems.append(Problem(f"the row has no {column}", f"{where}, column {column}",
                                        f"write a {column}, or take the row out"))  # fmt: skip
    refuse(problems)


def _by_measure(rows: Sequence[SheetRow]) -> Rows:
    found: Rows = {}
    for row in rows:
        found.setdefault(row.cells["measure"], []).append(row)
    return found


def _change(
    measure: dict[str, Any], new: Sequence[SheetRow], old: Sequence[SheetRow], done: Edited
) -> None:
    """The rows of a measure set against those that the run wrote."""
    before, after = ({_terms(row) for row in rows} for rows in (old, new))
    if before == after:
        return
    codes, known = ({terms[0] for terms in each} for each in (after, before))
    came, went = sorted(codes - known), sorted(known - codes)
    rates, days = {terms[1] for terms in after}, {terms[2:] for terms in after}
    told = [f"{len(came)} codes added ({_some(came)})"] if came else []
    told += [f"{len(went)} codes removed ({_some(went)})"] if went else []
    moved = [terms for terms in after - before if terms[0] in known]
    if moved:
        shown = _some(sorted(f"{code} {rate}" for code, rate, *_ in moved))
        told.append(f"{len(moved)} rows with another rate or day ({shown})")
    old_rates = {terms[1] for terms in before}
    is_open = isinstance(measure["products"], list) or not came
    if len(old_rates) == 1 and is_open and days == {terms[2:] for terms in before}:
        if came:
            measure["products"] = [*measure["products"], *came]
        if went:
            measure["except"] = [*_listed(measure.get("except")), *went]
        if rates != old_rates:
            _put_rates(measure, after, next(iter(old_rates)), done)
    else:
        done.lists[_as_list(measure)] = _csv(new, WRITTEN)
    done.changes.append(f"measure {measure['id']}: {'; '.join(told)}")


def _put_rates(
    measure: dict[str, Any], terms: set[tuple[str, ...]], usual: str, done: Edited
) -> None:
    """One rate for the measure where all rows have it, else a table of those with another."""
    rates = {rate for _, rate, *_ in terms}
    if len(rates) == 1:
        measure["rate"] = next(iter(rates))
        return
    name = f"{measure['id']}-rates.csv"
    others = sorted((code, rate) for code, rate, *_ in terms if rate != usual)
    done.lists[name] = "".join(f"{code},{rate}\n" for code, rate in [("code", "rate"), *others])
    measure["rate"] = {"all": usual, "table": name}


def _listed(goods: Any) -> list[str]:
    return [goods] if isinstance(goods, str) else list(goods or ())


def _terms(row: SheetRow) -> tuple[str, ...]:
    """What a row says that a schedule depends on."""
    code = row.cells["code"].replace(".", "").replace(" ", "")
    return code, row.cells["rate"], *(row.cells.get(day, "") for day in DAYS)


def _as_list(measure: dict[str, Any]) -> str:
    """A measure whose goods and rates are those of a file; the name of the file."""
    name = f"{measure['id']}-list.csv"
    measure["products"] = name
    measure["rate"] = {"column": "rate"}
    for key in ("except", "but"):
        measure.pop(key, None)
    return name


def _csv(rows: Sequence[SheetRow], columns: Sequence[str]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, restval="", extrasaction="ignore",
                            lineterminator="\n")  # fmt: skip
    writer.writeheader()
    for row in rows:
        code = row.cells["code"].replace(".", "").replace(" ", "")
        writer.writerow(row.cells | {"code": code})
    return stream.getvalue()


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
