"""Mutated files of trade: each gives the right figure or an error, never a traceback or a hang.

``make fuzz`` tries far more of them than a run of the tests: RETORSION_FUZZ says how many.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest.record import read_record
from tests.draws import draws
from tests.fuzz.mutants import AMOUNTS, KINDS, TEXT, Mutation, mutated, read_simply
from tests.run.tool import ROOT, environment, retorsion

IN_TESTS = draws(800, 2000)
"""Files that a run of the tests tries, the same every time."""
FILES = int(os.environ.get("RETORSION_FUZZ", IN_TESTS))
SECONDS = 20
REFUSED = {2, 3, 5, 7}
SETTINGS = settings(
    max_examples=FILES // len(KINDS),
    deadline=SECONDS * 1000,
    database=None,
    derandomize=FILES == IN_TESTS,
    suppress_health_check=[HealthCheck.too_slow],
)


def total_of(table: Path) -> Decimal:
    amounts = pl.read_parquet(table)["customs_value_usd"]
    return sum((Decimal(repr(one)) for one in amounts if one is not None), Decimal(0))


def outcome(content: bytes, place: Path) -> tuple[int, str, Path]:
    """The exit code of ``ingest`` on a file, what it said, and the table that it may have made."""
    (place / "in.csv").write_bytes(content)
    table = place / "data" / "processed" / "trade" / "t.parquet"
    shutil.rmtree(place / "data", ignore_errors=True)
    done = retorsion("ingest", place / "in.csv", "--name", "t", "--workspace", place, "-q")
    return done.code, done.out + done.err, table


def test_the_lawful_file_is_read_to_the_cent(tmp_path: Path) -> None:
    code, said, table = outcome(TEXT, tmp_path)
    assert code == 0, said
    assert total_of(table) == sum(map(Decimal, AMOUNTS))


@pytest.mark.parametrize("kind", KINDS)
def test_a_mutated_file_gives_the_right_figure_or_an_error(kind: str) -> None:
    @SETTINGS
    @given(st.tuples(KINDS[kind], *[st.none() | st.one_of(*KINDS.values())] * 3))
    def judged(mutations: tuple[Mutation | None, ...]) -> None:
        _judge(mutated([mutate for mutate in mutations if mutate is not None]))

    judged()


def _judge(content: bytes) -> None:
    """Nothing, where a file gives the right figure or an error that is told as one."""
    with tempfile.TemporaryDirectory() as folder:
        code, said, table = outcome(content, Path(folder))
        assert "Traceback" not in said
        if code:
            assert code in REFUSED, said
            assert "error" in said, said
            assert not table.exists(), "something was written by what was refused"
            return
        expected = read_simply(content)
        if expected is not None:
            left_out = _left_out(table)
            assert total_of(table) + left_out == sum(expected.values()), (content, said)


def _left_out(table: Path) -> Decimal:
    """What the funnel of the record says was left out, in USD."""
    record = read_record(table)
    assert record is not None
    stages = [one for one in record.funnel if one.kind in ("excluded", "rejected")]
    return sum((Decimal(repr(one.value_usd)) for one in stages if one.value_usd), Decimal(0))


PROBE = """
import os
import sys
from pipelines.cli import run_command
for folder in sorted(os.listdir()):
    os.chdir(folder)
    (name,) = os.listdir()
    command = folder.split("-")[1]
    named = ["--name", "t"] if command == "ingest" else []
    code = run_command([command, name, *named, "--workspace", os.getcwd()])
    loaded = sorted(name for name in ("great_expectations", "pandas") if name in sys.modules)
    print(f"{folder}: exit {code}, loaded {loaded}")
    os.chdir("..")
"""
"""Carries out a command on the file of each folder, and says what is loaded after each."""
BROKEN = {
    "1-ingest": ("in.csv", TEXT[:-30] + b"\xff\xfe\n"),
    "2-ingest": ("in.csv", TEXT.replace(b"1009", b"n.a.")),
    "3-ingest": ("in.csv", b"<html><body>busy</body></html>"),
    "4-ingest": ("in.csv.gz", b"\x1f\x8b\x08\x00broken"),
    "5-ingest": ("in.parquet", b"PAR1broken"),
    "6-ingest": ("in.xlsx", b"PK\x03\x04broken"),
    "7-ingest": ("in.json", b'{"count":0,"data":[]}'),
    "8-validate": ("in.parquet", b"PAR1broken"),
    "9-validate": ("in.parquet", b""),
    "99-validate": ("in.parquet", TEXT),
}


def test_broken_files_are_refused_before_great_expectations_is_loaded(tmp_path: Path) -> None:
    for folder, (name, content) in BROKEN.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    told = [line for line in done.stdout.splitlines() if ": exit " in line]
    assert told == [f"{name}: exit 3, loaded []" for name in sorted(BROKEN)], done.stderr
    assert str(ROOT) not in done.stderr
