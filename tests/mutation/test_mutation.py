"""The faults that are put in are faults, the same each time, and a trial tells what they do."""

import ast
import subprocess
import sys
import types
from pathlib import Path

import pytest

from tests.mutation.__main__ import LIVES, Results, concluded, soonest
from tests.mutation.faults import Fault, drawn, equivalent, every_fault, faults_of
from tests.mutation.imports import distances, nearest_files
from tests.mutation.reach import Reached, lines_of_function
from tests.mutation.sites import faulty, sites
from tests.mutation.trial import Faulty
from tests.mutation.warm import Exchanged, changed

ROOT = Path(__file__).parents[2]
MONEY = (ROOT / "calc" / "money.py").read_text(encoding="utf-8")

SOURCE = '''\
"""Words that compute nothing."""
from __future__ import annotations
LIMIT: "int | None" = 3

@dataclass(frozen=True)
class Thing:
    """A thing."""

def found(frame, *, strict=True):
    """Whether it is so."""
    if not frame.is_null() and LIMIT < 4:
        raise ValueError(f"{LIMIT + 1} is too many")
    return frame.join(other, how="left", validate="m:1").filter(flag | True)

def _sampling_overrides():
    return {"least": 3 + 4}
'''


def test_faults_are_where_something_is_computed() -> None:
    told = [f"{site.line}: {site.old} -> {site.new}" for site in sites(SOURCE)]
    test = "not frame.is_null() and LIMIT < 4"
    joined = "frame.join(other, how='left', validate='m:1')"
    assert [line for line in told if not line.startswith("11: if")] == [
        "3: 3 -> 4",
        "9: True -> False",
        f"11: {test} -> not frame.is_null() or LIMIT < 4",
        "11: not frame.is_null() -> frame.is_null()",
        "11: frame.is_null() -> frame.is_not_null()",
        "11: LIMIT < 4 -> LIMIT <= 4",
        "11: 4 -> 5",
        f"13: {joined}.filter(flag | True) -> {joined}",
        "13: how='left' -> how='inner'",
        "13: flag | True -> flag & True",
        "13: True -> False",
    ]
    assert len(told) == 12


def test_each_fault_changes_one_thing_and_can_be_compiled() -> None:
    plain = ast.unparse(ast.parse(MONEY))
    found = sites(MONEY)
    assert len(found) > 50
    assert sites(MONEY) == found
    for site in found:
        text = faulty(MONEY, site)
        compile(text, "money.py", "exec")
        assert text != plain, site
        lines = zip(plain.splitlines(), text.splitlines(), strict=True)
        assert sum(one != other for one, other in lines) == 1, site


def told(faults: list[Fault]) -> list[str]:
    return [fault.key for fault in faults]


def test_a_fault_is_the_same_where_lines_move_and_each_is_another() -> None:
    """A line that is added above alters neither what a fault is called nor which are drawn."""
    before = list(faults_of("calc/thing.py", SOURCE))
    moved = list(faults_of("calc/thing.py", f"# A line more.\n{SOURCE}"))
    assert told(moved) == told(before)
    assert [fault.site.line - 1 for fault in moved] == [fault.site.line for fault in before]
    assert len(set(told(before))) == 12
    assert told(before)[0] == 'calc/thing.py: LIMIT: "int | None" = 3: 3 -> 4: 1'
    chosen = drawn(before, 5, 1995)
    assert len(chosen) == 5
    assert told(drawn(moved, 5, 1995)) == told(chosen) != told(drawn(before, 5, 1996))
    assert told(drawn(before, 0, 1995)) == told(before)


def test_alike_faults_of_a_file_are_numbered() -> None:
    """Two equal lines have two faults, so that one can be judged and the other not."""
    twice = "def f(x):\n    x = 1\n    x = 1\n"
    assert told(list(faults_of("calc/f.py", twice))) == [
        "calc/f.py: x = 1: 1 -> 2: 1", "calc/f.py: x = 1: 1 -> 2: 2",
    ]  # fmt: skip


def test_each_fault_that_changes_no_result_is_still_in_the_code() -> None:
    """An entry that no longer fits says nothing of the code as it is: judge it anew."""
    judged = equivalent()
    files = sorted({key.partition(": ")[0] for key in judged})
    possible = {key for file in files for key in told(every_fault(file))}
    assert set(judged) - possible == set()
    assert all(len(why) > 20 for why in judged.values())


def test_nearest_tests_are_tried_first() -> None:
    """Of the tests of a line: those of its module, then the soon done that reach little else."""
    file = "calc/money.py"
    fault = next(one for one in faults_of(file, MONEY) if lines_of_function(file, one.site.line))
    line = fault.site.line
    lines = {
        "tests/a.py::wide": {file: [line], "calc/duty.py": list(range(500))},
        "tests/a.py::other": {"calc/duty.py": [line]},
        "tests/a.py::slow": {file: [line]},
        "tests/a.py::soon": {file: [line]},
        "tests/test_money.py::named": {file: [line]},
    }
    seconds = {name: 5.0 if "slow" in name else 0.1 for name in lines}
    width = {name: sum(map(len, files.values())) for name, files in lines.items()}
    found = Reached(seconds, lines, width)
    assert [name.partition("::")[2] for name in found.tests_of(fault)] == [
        "named", "soon", "slow", "wide",
    ]  # fmt: skip
    assert soonest(seconds, found.tests_of(fault), 0.4) == [
        "tests/test_money.py::named", "tests/a.py::soon", "tests/a.py::wide",
    ]  # fmt: skip


def test_what_was_found_is_kept_and_what_changes_no_result_is_not_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = list(faults_of("calc/thing.py", SOURCE))[:4]
    kept = Results(tmp_path / "results")
    for fault, what in zip(faults, ("tests/a.py::one", LIVES, LIVES, "ended with -9"), strict=True):
        kept.told(fault, what)
    kept.told(faults[1], "tests/a.py::new")
    read = Results(kept.file)
    read.read()
    assert read.found == kept.found
    assert concluded(faults, read.found, {}) == 0.75
    assert concluded(faults, read.found, {faults[2].key: "It is so, for a reason."}) == 1.0
    assert capsys.readouterr().out.splitlines() == [
        "1 live:",
        f"  {faults[2]}",
        "3 of 4 faults found, 75.0%; 0 others change no result",
        f"changes no result  {faults[2]}: It is so, for a reason.",
        "none lives",
        "3 of 3 faults found, 100.0%; 1 others change no result",
    ]


def test_files_of_tests_are_near_by_what_imports_what_and_by_the_name_of_a_command() -> None:
    assert distances("calc.codes")["calc.codes"] == 0
    assert distances("calc.codes")["tests.calc.test_codes"] == 1
    assert "calc.errors" not in distances("calc.codes")
    laws = nearest_files("calc.concordance", ("properties", "compare"), 2)
    assert "tests/properties/test_concordance_laws.py" in laws
    assert nearest_files("calc.comparison", ("compare",), 5) == ["tests/compare/test_compare.py"]


LOADED = """
import functools

LIMIT = 1

class Thing:
    def doubled(self, x):
        return x * 2

def several(x):
    return [one + 1 for one in range(x)]

@functools.cache
def kept():
    return several(2)
"""


def test_code_of_functions_is_exchanged_where_it_alone_differs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was remembered of the code before is forgotten; a constant cannot be exchanged so."""
    module = types.ModuleType("calc.made_up_for_a_test")
    exec(LOADED, module.__dict__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert module.kept() == [1, 2]
    found = {site.old: changed(LOADED, faulty(LOADED, site)) for site in sites(LOADED)}
    assert {old: codes and set(codes) for old, codes in found.items()} == {
        "1": {"several"}, "x * 2": {"Thing.doubled"}, "one + 1": {"several"},
        "2": {"kept"},
    }  # fmt: skip
    for site in sites(LOADED):
        text = faulty(LOADED, site)
        codes = changed(LOADED, text)
        assert (codes is None) == (site.line == 4)
        if site.old in ("x * 2", "one + 1") and codes is not None:
            Exchanged(Faulty(module.__name__, Path("made up"), text), codes).put_in()
    assert module.Thing().doubled(4) == 2.0
    assert module.kept() == module.several(2) == [-1, 0]
    unknown = Exchanged(Faulty(module.__name__, Path("made up"), ""), {"other": several.__code__})
    with pytest.raises(LookupError, match=r"^other$"):
        unknown.put_in()


def several() -> None:
    """A function that the made-up module does not have."""


TRIAL = """
import sys
from pathlib import Path
from tests.mutation.sites import faulty, sites
from tests.mutation.trial import Faulty
from tests.mutation.warm import Exchanged, changed
from tests.mutation.trial import Faulty, loaded, tried

loaded()
path = Path("calc/codes.py").resolve()
text = path.read_text(encoding="utf-8")
fault = next(site for site in sites(text) if site.old == "match is None")
whole = tried(["tests/calc/test_codes.py"], 60)
print(whole.code, len(whole.seconds) > 3, any(whole.lines.values()))
print(tried(["tests/calc/test_codes.py"], 60, Faulty("calc.codes", path, faulty(text, fault))).code)
print(tried(["tests/calc/test_codes.py"], 1, Faulty("calc.codes", path, "while True: pass")).code)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="trials are forked, and limited as on Linux")
def test_a_trial_tells_a_fault_and_a_hang() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRIAL], cwd=ROOT, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["0 True True", "1", "-9"]
