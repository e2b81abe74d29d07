"""great-expectations in a process of its own, where one may be started: its import takes seconds.

It is started as soon as it is known that a table is to be judged, and loads its libraries while the
table is ingested and polars judges. What it finds, and what it cannot judge, is what ``audit`` in
this process gives; where the process gives up, ``audit`` is asked here.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calc.errors import NotJudgedError
from pipelines.ahead import Worker, serve

if TYPE_CHECKING:
    from pipelines.validation.audit import Audit
    from pipelines.validation.rows import Judged
    from pipelines.validation.verdict import SuiteOn

WORKER = Worker("pipelines.validation.auditor")


def audited(table: Path, judged: "Judged", suite_on: "SuiteOn", docs: Path | None) -> "Audit":
    """What ``audit.audit`` gives.

    Raises:
        NotJudgedError: An expectation could not be run, or the engines disagree on a rule.
    """
    from pipelines.validation import audit

    found = None
    if WORKER.process is not None:
        found = WORKER.answer(WORKER.ask((table, _needed(judged, suite_on), suite_on, docs)))
    if isinstance(found, NotJudgedError):
        raise found
    return audit.audit(table, judged, suite_on, docs) if found is None else found


def _needed(judged: "Judged", suite_on: "SuiteOn") -> "Judged":
    """What polars found, without the rows that the engine does not ask for: there may be many."""
    on_rows = suite_on == "rows"
    light = replace(
        judged,
        flagged=judged.flagged.clear(),
        left_out=judged.left_out.clear(),
        beyond=judged.beyond.clear(),
        unusable=judged.unusable if on_rows else judged.unusable.clear(),
        groups=judged.groups if on_rows else judged.groups.clear(),
    )
    vars(light)["counts"] = judged.counts  # counted from the rows that are not there
    return light


def _answer(asked: tuple[Any, ...]) -> "Audit | NotJudgedError":
    from pipelines.validation import audit

    try:
        return audit.audit(*asked)
    except NotJudgedError as err:
        return err


if __name__ == "__main__":
    from pipelines.validation import audit, suite

    with suite.quiet_engine():
        audit.load()
    serve(_answer)
