"""A run without what takes most of its time and has tests of its own: for tests of tables alone.

A module whose tests look at nothing but tables, words and exit codes says so by
``pytestmark = pytest.mark.usefixtures("tables_alone")``. The workbook and the page of a run are
then a few bytes, and great-expectations does not judge the trade a second time after polars did.
A test among them that looks at these is marked ``whole_run``.
Both are held by ``tests/report``, ``tests/browser`` and ``tests/validation``, and by every test
that starts the console script.
"""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.report.facts import RunFacts
from pipelines.validation.audit import ENGINE, Audit
from pipelines.validation.rows import Judged
from pipelines.validation.verdict import SuiteOn


def shorten(patch: pytest.MonkeyPatch) -> None:
    """Leave out workbook, page and the second judgement until the patch is undone."""
    patch.setattr("pipelines.run.write.write_workbook", _no_workbook)
    patch.setattr("pipelines.run.write.page", _no_page)
    judge_once(patch)


def judge_once(patch: pytest.MonkeyPatch) -> None:
    """Leave out the second judgement alone: workbook and page are looked at."""
    patch.setattr("pipelines.validation.audit.audit", _judged_by_polars_alone)


def _no_workbook(path: Path, _facts: RunFacts, _tables: Mapping[str, pl.DataFrame]) -> None:
    path.write_bytes(b"left out of this test")


def _no_page(_facts: RunFacts, _tables: Mapping[str, pl.DataFrame]) -> str:
    return "left out of this test\n"


def _judged_by_polars_alone(_table: Path, _judged: Judged, suite_on: SuiteOn, *_: Any) -> Audit:
    return Audit(version=version(ENGINE), suite_on=suite_on, result={"left_out": True}, suites={})
