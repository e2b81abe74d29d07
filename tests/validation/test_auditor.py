"""great-expectations in a process of its own: what it is given, and that its word is the verdict.

That its findings are those of this process is held by the tests that start the console script: they
compare whole folders with what tests in this process make.
"""

import pickle
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from calc.errors import NotJudgedError, Problem
from calc.tables.trade_rules import trade_rules
from pipelines.ahead import Worker
from pipelines.validation import audit, auditor, suite
from pipelines.validation.known import known
from pipelines.validation.rows import Judged, judge_rows
from pipelines.workspace import Workspace
from tests.validation.tables import lawful_rows, row, write_trade


@pytest.fixture
def table(workspace: Workspace) -> Path:
    rows = [*lawful_rows(3), row(importer="usa"), row(importer="usa")]
    return write_trade(workspace, "faulted", rows)


@pytest.fixture
def judged(table: Path) -> Judged:
    return judge_rows(table, trade_rules(), known())


class Told(Worker):
    """A worker that keeps what it is asked and says what it is told to."""

    def __init__(self, says: Any) -> None:
        super().__init__("nothing")
        self.process = object()  # type: ignore[assignment]
        self.says, self.asked = says, []  # type: ignore[var-annotated]

    def ask(self, request: object) -> int | None:
        self.asked.append(pickle.loads(pickle.dumps(request)))
        return len(self.asked)

    def answer(self, number: int | None) -> Any:
        assert number == len(self.asked)
        return self.says


def asked_of(monkeypatch: pytest.MonkeyPatch, says: Any) -> Told:
    told = Told(says)
    monkeypatch.setattr(auditor, "WORKER", told)
    monkeypatch.setattr(audit, "audit", lambda *_: "judged here")
    return told


@pytest.mark.parametrize("suite_on", ["rows", "counts"])
def test_the_process_is_given_the_counts_and_no_rows_that_it_does_not_need(
    table: Path, judged: Judged, suite_on: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = asked_of(monkeypatch, "judged there")
    found: Any = auditor.audited(table, judged, suite_on, None)
    assert found == "judged there"
    ((path, given, on, docs),) = told.asked
    assert (path, on, docs) == (table, suite_on, None)
    assert given.counts.equals(judged.counts)
    assert given.counts["rows_failed"].sum() > 0
    assert [rule.rule_id for rule in given.rules] == [rule.rule_id for rule in judged.rules]
    assert judged.flagged.height == 2
    assert (given.flagged.height, given.left_out.height, given.beyond.height) == (0, 0, 0)
    assert given.unusable.to_list() == ([3, 4] if suite_on == "rows" else [])


def test_what_it_cannot_judge_is_not_judged(
    table: Path, judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = NotJudgedError("the engine stopped", where="faulted.parquet", hint="try again")
    asked_of(monkeypatch, pickle.loads(pickle.dumps(error)))
    with pytest.raises(NotJudgedError) as caught:
        auditor.audited(table, judged, "rows", None)
    assert caught.value.problems == [
        Problem("the engine stopped", where="faulted.parquet", hint="try again")
    ]


def test_a_process_that_gave_up_is_not_needed(
    table: Path, judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_of(monkeypatch, None)
    found: Any = auditor.audited(table, judged, "rows", None)
    assert found == "judged here"


def test_what_is_put_off_is_loaded_when_something_of_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "slow_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "part.py").write_text("import sys\nsys.slow_part = True\nfigure = 7\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("slow_package.part", "slow_package"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
        monkeypatch.delitem(sys.modules, name)
    suite.put_off("slow_package.part")
    from slow_package import part  # type: ignore[import-not-found]

    assert not hasattr(sys, "slow_part")
    assert part.figure == 7
    assert sys.slow_part  # type: ignore[attr-defined]
    del sys.slow_part  # type: ignore[attr-defined]
    suite.put_off("no_such_package.part")
