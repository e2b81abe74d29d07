"""The faults that are put in are faults, the same each time, and a trial tells what they do."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.sites import faulty, sites

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


TRIAL = """
import sys
from pathlib import Path
from tests.mutation.sites import faulty, sites
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
