"""A limit of memory: what it may look like, what jobs take, and who is refused before starting."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from calc.errors import LimitError, UsageError
from pipelines import memory
from pipelines.cli import run_command
from pipelines.memory import ENVIRONMENT, MB, START, limit_given, refuse_beyond, refuse_files
from pipelines.run.accepted import refuse_too_large
from pipelines.run.inputs import RunSettings
from pipelines.scenario.read import read_scenario
from pipelines.workspace import embedded
from tests.run.asking import trade_of
from tests.run.years import SCENARIO, YEARS, by_year, write_folder, year_of_trade

GB = 1000**3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2GB", 2 * GB), ("1500MB", 1500 * MB), ("4GiB", 4 * 1024**3), ("1.5 gb", 1500 * MB),
        ("800m", 800 * MB), ("123456", 123_456), (None, None),
    ],
)  # fmt: skip
def test_a_limit_has_a_number_and_a_unit(text: str | None, expected: int | None) -> None:
    assert limit_given(text) == expected


@pytest.mark.parametrize("text", ["", "much", "-2GB", "2 GB RAM", "0MB", "2,5GB"])
def test_another_word_is_no_limit(text: str) -> None:
    with pytest.raises(UsageError, match="is no amount of memory") as raised:
        limit_given(text)
    assert raised.value.problems[0].hint == "write a number and a unit: 2GB, 1500MB or 4GiB"


def test_the_environment_sets_a_limit_and_the_option_goes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "1GB")

    refuse_beyond(GB, None, what="a job", hint="wait")
    refuse_beyond(2 * GB, 3 * GB, what="a job", hint="wait")
    with pytest.raises(LimitError):
        refuse_beyond(GB + 1, None, what="a job", hint="wait")
    monkeypatch.setenv(ENVIRONMENT, "plenty")
    with pytest.raises(UsageError, match="'plenty' is no amount of memory"):
        refuse_beyond(1, None, what="a job", hint="wait")


def test_what_does_not_fit_is_refused_with_both_figures_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.setattr(memory, "free_memory", lambda: 750 * MB)

    with pytest.raises(LimitError) as raised:
        refuse_beyond(2_345 * MB, None, what="a job", hint="wait")

    told = raised.value.problems[0]
    assert told.what == (
        "a job is estimated to take 2.3GB of memory, and what is free on this machine is 750MB"
    )
    assert told.hint == "wait; or allow more with --memory-limit 2.4GB"
    assert limit_given("2.4GB") == 2_400 * MB  # what the hint proposes is accepted


def test_where_free_memory_cannot_be_told_nothing_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.setattr(memory, "free_memory", lambda: None)

    refuse_beyond(10**15, None, what="a job", hint="wait")


def test_files_take_a_multiple_of_their_size_and_packed_ones_more(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.csv", tmp_path / "b.csv.gz"
    for path in (plain, packed):
        path.write_bytes(bytes(1_000_000))
    needed = START + 3_000_000 + 3_000_000  # the first batch beside what it becomes

    refuse_files([plain], needed, times=memory.BATCHED)
    with pytest.raises(LimitError, match=r"the ingest of a\.csv, read in batches,"):
        refuse_files([plain], needed - 1, times=memory.BATCHED)
    with pytest.raises(LimitError):
        refuse_files([packed], needed + 1, times=memory.BATCHED)
    refuse_files([tmp_path / "absent.csv"], START, times=memory.HELD)


def test_a_parquet_counts_as_the_text_that_its_cells_are_read_as(tmp_path: Path) -> None:
    """Ten digits, three, a unit of two letters, and a sign behind each: 18 bytes a row."""
    path = tmp_path / "a.parquet"
    rows = {"code": ["8703230000"] * 30_000, "value": [125] * 30_000, "unit": ["kg"] * 30_000}
    pl.DataFrame(rows).write_parquet(path)
    assert path.stat().st_size < 20_000
    assert memory.size_as_text(path) == 30_000 * (10 + 3 + 2 + 3)

    pl.DataFrame({"code": ["8703230000", None], "value": [1, 2]}).write_parquet(path)
    assert memory.size_as_text(path) == max(path.stat().st_size, 10 + 2 + 4)
    path.write_bytes(b"no Parquet")
    assert memory.size_as_text(path) == 10
    pl.DataFrame({"code": [["8703230000"]]}).write_parquet(path)
    assert memory.size_as_text(path) == path.stat().st_size


@pytest.mark.parametrize(
    ("rows", "size", "peak", "times"),
    [
        (1_000_000, 6_605_926, 574, memory.BATCHED),
        (4_000_000, 26_436_337, 955, memory.BATCHED),
        (13_000_000, 85_898_635, 1_451, memory.BATCHED),
        (26_000_000, 171_986_148, 1_535, memory.BATCHED),
        (300_000, 1_983_168, 436, memory.HELD),
        (1_000_000, 6_605_926, 909, memory.HELD),
    ],
)
def test_a_parquet_is_estimated_above_what_was_measured_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, size: int, peak: int, times: float
) -> None:
    """Peaks in MB of the ingest of made-up trade of nine columns (``docs/performance.md``)."""
    path = tmp_path / "a.parquet"
    with path.open("wb") as stream:
        stream.truncate(size)
    monkeypatch.setattr(memory, "size_as_text", lambda _: rows * 52.7)
    with pytest.raises(LimitError):
        refuse_files([path], peak * MB, times=times)
    refuse_files([path], (peak + 200) * MB, times=times)


def test_a_text_of_any_size_is_read_in_batches_of_the_same_size(tmp_path: Path) -> None:
    """A file of 3 GB took 996 MB, one of 206 MB 871 (``docs/performance.md``)."""
    large = tmp_path / "a.csv"
    for size, peak in ((206_000_000, 871 * MB), (3_009_000_000, 996 * MB)):
        with large.open("wb") as stream:
            stream.truncate(size)  # a hole, which takes no place on disk
        with pytest.raises(LimitError):
            refuse_files([large], peak, times=memory.BATCHED)
        refuse_files([large], 1_500 * MB, times=memory.BATCHED)
    with pytest.raises(LimitError, match=r"the inspection of a\.csv, held whole"):
        refuse_files([large], 30_000 * MB, times=memory.HELD, job="the inspection")


def test_a_job_is_estimated_above_what_was_measured_of_it() -> None:
    """Peaks in MB of ``docs/performance.md`` and ``docs/scale.md``."""
    assert memory.run_needs(1_310_720) > 538 * MB  # 3 million rows, as many of its importers
    assert memory.run_needs(9_437_184) > 2_319 * MB  # 33 million rows
    assert memory.lines_need(404_631) > 1_135 * MB
    assert memory.judging_needs(10_000_000, has_suite_on_rows=False) > 1_370 * MB
    assert memory.judging_needs(1_000_000, has_suite_on_rows=True) > 1_210 * MB
    assert 2_422 * MB < memory.judging_needs(100_000_000, has_suite_on_rows=False) < 3_300 * MB
    assert memory.judging_needs(300_000_000, has_suite_on_rows=False) < 8_000 * MB


def test_rows_are_counted_where_an_importer_may_be(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    importers = ["CAN"] * 4 + ["JPN"] * 4 + ["USA"] * 2
    pl.DataFrame({"importer": importers}).write_parquet(path, row_group_size=4)

    assert memory.rows_of(path) == 10
    assert memory.rows_of_importers(path, ["JPN"]) == 4
    assert memory.rows_of_importers(path, ["CAN", "USA"]) == 6
    assert memory.rows_of_importers(path, ["DEU"]) == 0


@pytest.mark.parametrize(
    ("period", "years"),
    [(None, YEARS), ("2022", ("2022",)), ("2022..2023", YEARS[1:]), ("2021+..+2023", YEARS)],
)
def test_of_a_folder_the_files_of_the_period_count(
    tmp_path: Path, period: str | None, years: tuple[str, ...]
) -> None:
    folder = write_folder(tmp_path, by_year(), tells_period=False)

    rows = sum(year_of_trade(year).height for year in years)
    assert memory.rows_of_importers(folder, ["USA"], period) == rows > 0
    assert memory.rows_of_importers(folder, ["ZWE"], period) == 0


def test_a_run_at_once_is_refused_where_one_by_pieces_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    write_folder(tmp_path / "world", by_year())
    monkeypatch.setattr(memory, "PIECE_ROWS", 10)
    asked = RunSettings(
        trade=str(tmp_path / "world"),
        period="2021+..+2023",
        memory_limit=START + 10 * memory.ROW,
    )
    scenario = tmp_path / "cars.toml"
    scenario.write_text(SCENARIO, encoding="utf-8")
    read = read_scenario(scenario)
    refuse_too_large(tmp_path / "world", read, replace(asked, engine="stream"))
    with pytest.raises(LimitError) as refused:
        refuse_too_large(tmp_path / "world", read, asked)
    (problem,) = refused.value.problems
    assert problem.what.startswith("a run on world (68 rows that may be of USA) is estimated to")
    assert "--engine stream" in problem.hint


def test_what_is_no_table_of_trade_is_left_to_its_reader(tmp_path: Path) -> None:
    text, other = tmp_path / "t.txt", tmp_path / "t.parquet"
    text.write_text("importer", encoding="utf-8")
    pl.DataFrame({"a": [1]}).write_parquet(other)

    assert memory.rows_of(text) == memory.rows_of_importers(text, ["USA"]) == 0
    assert memory.rows_of_importers(other, ["USA"]) == 0


def test_a_mirror_is_refused_before_it_compares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    flow = {"importer": "USA", "partner": "JPN", "code": "870310", "fob_value_usd": 5.0}
    imports = [flow | {"flow": "import"}, flow | {"flow": "import", "code": "870321"}]
    trade_of([*imports, flow | {"flow": "export"}]).write_parquet("t.parquet")
    needed = START + 3 * memory.MIRRORED_ROW

    code = run_command(["mirror", "t.parquet", "--memory-limit", str(needed - 1)])

    said = capsys.readouterr().err
    assert code == 7, said
    assert "a mirror of 3 reported rows is estimated to take 301MB of memory" in said
    assert "compare tables of fewer years or economies" in said
    assert [path.name for path in tmp_path.rglob("*")] == ["t.parquet"]
    assert run_command(["mirror", "t.parquet", "--memory-limit", str(needed)]) == 0


@pytest.mark.parametrize(
    ("command", "what"),
    [
        (["ingest", "t.csv", "--name", "t"], "the ingest of t.csv, read in batches,"),
        (["inspect", "t.csv"], "the inspection of t.csv, held whole,"),
        (["validate", "t.parquet"], "judging t.parquet (3 rows)"),
        (["run", "{scenario}", "--trade", "t.parquet"],
         "a run on t.parquet (3 rows that may be of USA)"),
        (["sweep", "{scenario}", "--by-date", "--trade", "t.parquet"],
         "a run on t.parquet (3 rows that may be of USA)"),
    ],
)  # fmt: skip
def test_a_command_is_refused_before_it_writes_anything(
    command: list[str], what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text("importer,partner\n", encoding="utf-8")
    flows = [{"importer": "USA", "code": code} for code in ("870310", "870321", "870322")]
    trade_of(flows).write_parquet("t.parquet")
    scenario = str(embedded("scenarios/us-japan-2024.toml"))

    words = [word.replace("{scenario}", scenario) for word in command]
    code = run_command([*words, "--memory-limit", "100MB"])

    said = capsys.readouterr().err
    assert code == 7, said
    taken = ("550MB", "551MB") if "judging" in what else ("300MB", "301MB")
    assert any(f"{what} is estimated to take {each}" in said for each in taken)
    assert not list(tmp_path.rglob("*.json"))
