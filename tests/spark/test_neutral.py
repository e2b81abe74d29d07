"""The functions that run on a cluster give the figures of the engine here, to the last unit."""

import contextlib
import socket
from importlib import util
from pathlib import Path

import narwhals as nw
import polars as pl
import polars.selectors as cs
import pytest
from polars.testing import assert_frame_equal

from calc.errors import ServiceError
from calc.terms import ROW, Frame
from pipelines.run.celled import Worked
from pipelines.run.compute import answer
from pipelines.run.question import Question
from pipelines.spark.cluster import KEPT, Cluster
from pipelines.spark.master import refuse_unreachable
from pipelines.spark.session import session_options
from pipelines.spark.work import work
from tests.run.tool import SCENARIO, Place, contents
from tests.spark.job import asked

REPORTS = ("by_importer", "by_partner", "by_group", "by_product")


class Here(Cluster):
    """A cluster whose workers are polars: the same job, without Spark."""

    def table(self, question: Question) -> Frame:
        found: Frame = nw.from_native(question.scan().with_columns(pl.col(ROW).cast(pl.Int64)))
        return found

    def handed(self, name: str, frame: pl.DataFrame) -> Frame:
        path = self.folder / f"{name}.handed.parquet"
        frame.with_columns(cs.unsigned_integer().cast(pl.Int64)).write_parquet(path)
        found: Frame = nw.from_native(pl.scan_parquet(path))
        return found

    def collected(self, frame: Frame) -> pl.DataFrame:
        found: pl.DataFrame = frame.to_native().collect()
        return found

    def written(self, lines: Frame, folder: Path) -> Frame:
        kept: pl.DataFrame = lines.select(*KEPT).to_native().collect()
        kept.write_parquet(folder / "lines.parquet")
        found: Frame = nw.from_native(kept.lazy())
        return found


def worked(question: Question, folder: Path) -> Worked:
    folder.mkdir()
    return work(Here(spark=None, folder=folder), question, folder)


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = SCENARIO.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "changed.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("mode", ["replace", "add"])
def test_reports_of_the_job_are_those_of_a_run(place: Place, tmp_path: Path, mode: str) -> None:
    scenario = changed(tmp_path, ('mode = "replace"', f'mode = "{mode}"'))
    question = asked(place, scenario)
    expected, job = answer(question), worked(question, tmp_path / "job")
    assert sorted(job.tables) == sorted(REPORTS)
    for name in REPORTS:
        assert_frame_equal(job.tables[name], expected.tables[name], check_exact=True)


def test_lines_of_the_job_are_those_of_a_run(place: Place, tmp_path: Path) -> None:
    question = asked(place, SCENARIO)
    expected = answer(question).tables["lines"]
    worked(question, tmp_path / "job")
    kept = pl.read_parquet(tmp_path / "job" / "lines.parquet").sort("partner", "code")
    assert kept.height == expected.height == 346
    key = ["importer", "partner", "period", "flow", "nomenclature", "code", "segment"]
    same = [*key, "status", "is_affected", "rate_before", "rate_after"]
    for column in same:
        assert kept.sort(key)[column].equals(expected.sort(key)[column], null_equal=True), column
    assert kept["value_e4"].sum() == 116117056860000


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--effects",), "Spark cannot do --effects yet"),
        (("--shapley", "--estimate", "unctad-1"), "Spark cannot do --estimate yet"),
    ],
)
def test_what_the_engine_cannot_do_is_refused_by_name(
    place: Place, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], said: str
) -> None:
    monkeypatch.setattr("pipelines.spark.session.refuse_absent", lambda: None)
    done = place.run("--engine", "spark", *options)
    assert done.code == 2
    assert said in done.err
    assert "leave --engine out" in done.err


def test_an_answer_is_refused_with_the_scenario(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.spark.session.refuse_absent", lambda: None)
    scenario = tmp_path / "answered.toml"
    scenario.write_text(SCENARIO.read_text(encoding="utf-8") + "\n[effects]\n", encoding="utf-8")
    done = place.run("--engine", "spark", scenario=scenario)
    assert done.code == 4, done.err
    assert "the Spark engine cannot do what trade does in answer ([effects]) yet" in done.err
    assert not (place.workspace.runs / "us-japan-2024" / ".handed").exists()


def test_without_pyspark_it_says_how_to_install_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name: None if name == "pyspark" else found(name))
    done = place.run("--engine", "spark")
    assert done.code == 2
    assert "the Spark engine is not installed" in done.err
    assert "pip install 'retorsion[spark]'" in done.err


def test_a_master_is_for_spark(place: Place) -> None:
    done = place.run("--master", "local[*]")
    assert done.code == 2
    assert "--master local[*] is for the Spark engine" in done.err


class Marked(Here):
    """Workers that say so when all parts of the lines are there."""

    def written(self, lines: Frame, folder: Path) -> Frame:
        folder.mkdir()
        found = super().written(lines, folder)
        (folder / "_SUCCESS").touch()
        return found


class Unmarked(Marked):
    """Workers whose parts never became the whole."""

    def written(self, lines: Frame, folder: Path) -> Frame:
        found = super().written(lines, folder)
        (folder / "_SUCCESS").unlink()
        return found


class Failing(Marked):
    """Workers that fail once they have written a part."""

    def written(self, lines: Frame, folder: Path) -> Frame:
        super().written(lines, folder)
        raise ServiceError("the job on Spark failed: a disk is full", where="here")


def on(monkeypatch: pytest.MonkeyPatch, workers: type[Cluster]) -> None:
    """Let ``--engine spark`` work without Spark, on these workers."""
    monkeypatch.setattr("pipelines.spark.session.refuse_absent", lambda: None)
    monkeypatch.setattr("pipelines.spark.step.session", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr("pipelines.spark.step.Cluster", workers)


@pytest.mark.parametrize(
    ("workers", "said"),
    [
        (Failing, "the job on Spark failed: a disk is full"),
        (Unmarked, "the lines of the workers are not here"),
    ],
)
def test_a_job_that_fails_half_way_leaves_the_earlier_result(
    place: Place, monkeypatch: pytest.MonkeyPatch, workers: type[Cluster], said: str
) -> None:
    assert place.run().code == 0
    runs = place.workspace.runs
    before = contents(runs)
    on(monkeypatch, workers)
    done = place.run("--engine", "spark")
    assert done.code == 5, done.err
    assert said in done.err
    assert contents(runs) == before


LONG = 10_000_000


@pytest.mark.parametrize("rows", [100, LONG])
def test_options_keep_a_cluster_of_this_machine_off_the_network(rows: int) -> None:
    for master in ("spark://127.0.0.1:7077", "local[*]"):
        options = session_options(master, rows)
        assert options["spark.driver.bindAddress"] == "127.0.0.1"
        assert options["spark.sql.ansi.enabled"] == "true"
    apart = session_options("spark://10.0.0.5:7077", rows)
    assert not [name for name in apart if name.startswith(("spark.driver", "spark.executor"))]
    assert apart["spark.sql.ansi.enabled"] == "true"


def test_java_compiles_for_long_work_where_there_is_long_work() -> None:
    java = "spark.driver.extraJavaOptions", "spark.executor.extraJavaOptions"
    told = {
        (master, rows): [name in session_options(master, rows) for name in java]
        for master in ("spark://127.0.0.1:7077", "local[*]")
        for rows in (100, LONG)
    }
    assert told == {
        ("spark://127.0.0.1:7077", 100): [True, True],
        ("spark://127.0.0.1:7077", LONG): [True, False],
        ("local[*]", 100): [True, True],
        ("local[*]", LONG): [False, False],  # what plans is what works
    }


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> str:
    """An address of this machine at which nothing listens; PySpark need not be there."""
    monkeypatch.setattr("pipelines.spark.session.refuse_absent", lambda: None)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def test_a_master_that_does_not_answer_is_told_before_anything_is_read(
    place: Place, silent: str
) -> None:
    master = f"spark://{silent},{silent}"
    before = contents(place.root)
    done = place.run("--engine", "spark", "--master", master, scenario=Path("absent.toml"))
    assert done.code == 5
    assert "no Spark master answers: Connection refused" in done.err
    assert f"--master {master}" in done.err
    assert "python -m pipelines.spark.standalone" in done.err
    assert contents(place.root) == before


def test_one_master_of_several_need_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        ports = other.getsockname()[1], server.getsockname()[1]
        refuse_unreachable(f"spark://127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}")


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize("master", ["spark://host", "spark://:7077", "spark://host:70770"])
def test_an_address_that_is_none_is_refused(place: Place, master: str) -> None:
    done = place.run("--engine", "spark", "--master", master)
    assert done.code == 2
    assert f"{master} is no address of a Spark master" in done.err
    assert "write spark://HOST:PORT" in done.err


@pytest.mark.parametrize("master", [None, "local[*]", "yarn", "k8s://https://host:443"])
def test_clusters_of_another_kind_are_asked_by_spark(master: str | None) -> None:
    refuse_unreachable(master)
