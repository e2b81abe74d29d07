"""Runs that released versions made are read by this one, or refused by name."""

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from calc.dictionary import polars_schema
from calc.errors import DataRejectedError
from calc.tables import TABLES
from pipelines import doctor
from pipelines.ingest.record import read_record
from pipelines.parquet import SCHEMA_VERSION, file_metadata
from pipelines.report.export import FORMS
from pipelines.run.manifest import CHECKSUM_FILE, MANIFEST_FILE, fitting, read_manifest
from pipelines.run.tables import scan_table
from pipelines.version import tool_version
from tests.golden.keep_run import LAW, ROWS, RUNS, SCENARIO, TRADE
from tests.run.tool import Place

pytestmark = pytest.mark.usefixtures("tables_alone")

NAME = "kept"
VERSIONS = sorted(path.name for path in RUNS.iterdir())
LARGEST = 1_000_000


@pytest.fixture(params=VERSIONS)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """The workspace of a version, to work in."""
    return Place(shutil.copytree(RUNS / request.param, tmp_path / "workspace"))


def rewritten(place: Place, **facts: Any) -> Path:
    """The manifest of the run with other facts, and its checksum made anew."""
    import hashlib

    path = place.folder(NAME) / MANIFEST_FILE
    content = json.dumps(json.loads(path.read_bytes()) | facts).encode()
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    (path.parent / CHECKSUM_FILE).write_text(f"{digest}  {MANIFEST_FILE}\n", encoding="utf-8")
    return path


def test_the_version_that_is_developed_has_its_run() -> None:
    assert tool_version() in VERSIONS, "keep one: python -m tests.golden.keep_run"


@pytest.mark.parametrize("version", VERSIONS)
def test_kept_runs_are_small_and_of_the_sources_that_make_them(version: str) -> None:
    folder = RUNS / version
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < LARGEST
    if version == tool_version():
        assert (folder / TRADE).read_text(encoding="utf-8") == ROWS
        assert (folder / SCENARIO).read_text(encoding="utf-8") == LAW


def test_verify_finds_a_kept_run_whole(kept: Place) -> None:
    done = kept.do("verify", NAME, "--json")
    assert done.code == 0, done.err
    assert done.object["outputs"] == len(read_manifest(kept.folder(NAME)).outputs)


def test_explain_tells_the_trail_of_a_kept_run(kept: Place) -> None:
    """1,000,000 USD at 2.5 %, of which 80 % pay 100 % in lieu of it: 25,000 and 805,000."""
    done = kept.do("explain", NAME, "--line", "870323", "--partner", "JPN", "--json")
    assert done.code == 0, done.err
    lines = [trail["line"] for trail in done.object["trails"]]
    assert sum(line["duty_before_usd"] for line in lines) == pytest.approx(25_000, abs=0.005)
    assert sum(line["duty_after_usd"] for line in lines) == pytest.approx(805_000, abs=0.005)


@pytest.mark.parametrize("form", FORMS)
def test_report_exports_a_kept_run(kept: Place, form: str, tmp_path: Path) -> None:
    done = kept.do("report", NAME, "--format", form, "-o", tmp_path / "out")
    assert done.code == 0, done.err
    assert (tmp_path / "out").exists()


def test_plot_and_audit_read_a_kept_run(kept: Place, tmp_path: Path) -> None:
    assert "cars" in kept.do("plot", NAME, "--by", "measure").out
    pack = tmp_path / "pack.zip"
    assert kept.do("audit", NAME, "-o", pack).code == 0
    assert kept.do("verify", pack).code == 0


def test_tables_of_a_kept_run_are_those_declared_now(kept: Place) -> None:
    """A column that leaves, or changes its type, raises the version of the layout."""
    for path in sorted(kept.folder(NAME).glob("*.parquet")):
        assert scan_table(path.parent, path.stem).collect_schema() == polars_schema(
            TABLES[path.stem]
        )
        left = set(pl.read_parquet_schema(path)) - set(polars_schema(TABLES[path.stem]))
        assert left == set(), f"{path.name}: these columns left"


def test_trade_table_of_a_kept_run_is_read(kept: Place) -> None:
    table = kept.workspace.trade_table("t")
    record = read_record(table)
    assert record is not None
    assert record.table.rows == 6


@pytest.mark.slow
def test_compare_takes_a_kept_run_apart(kept: Place) -> None:
    """Against the same law at half the rate; what the version itself changes is told apart."""
    halved = kept.root / "halved.toml"
    halved.write_text(LAW.replace('"kept"', '"halved"').replace('"100%"', '"50%"'))
    done = kept.do("compare", NAME, halved, "--json")
    assert done.code == 0, done.err
    causes = {row["cause"] for row in done.object["causes"]}
    assert any("cars" in cause for cause in causes), causes


@pytest.mark.parametrize(
    ("layout", "command"),
    [
        (0, ("verify", NAME)),
        ("x", ("verify", NAME)),
        (2, ("verify", NAME)),
        (2, ("explain", NAME, "--line", "870323")),
        (2, ("report", NAME, "--format", "md")),
        (2, ("report", NAME, "--format", "csv", "-o", "out")),
        (2, ("plot", NAME)),
        (2, ("compare", NAME, SCENARIO)),
        (2, ("audit", NAME, "-o", "pack.zip")),
    ],
)
def test_run_of_another_layout_is_refused_by_name(
    kept: Place, layout: object, command: tuple[str, ...]
) -> None:
    path = rewritten(kept, schema_version=layout, tool_version="9.9.9", libraries=None)
    done = kept.do(*command)
    assert done.code == 5, done
    assert done.err == (
        f"error: run {path.parent.name} is of layout {layout}, written by retorsion 9.9.9; this is "
        f"retorsion {tool_version()}, which reads layout 1\n"
        f"where: {path}\n"
        "hint: read it with that version, or make it again with this one: retorsion run SCENARIO\n"
    )


def test_run_of_another_layout_is_listed_as_not_read(kept: Place) -> None:
    path = rewritten(kept, schema_version=2, tool_version="9.9.9")
    done = kept.do("runs")
    assert done.code == 0
    assert (
        f"not read: run {path.parent.name} is of layout 2, written by retorsion 9.9.9" in done.out
    )
    (told,) = kept.do("runs", "--json").object["not_read"]
    assert told["where"] == str(path)
    found = {item.what: item for item in doctor.examine(kept.workspace)}
    assert found[f"run {path.parent.name}"].mark == "broken"
    assert found[f"run {path.parent.name}"].state == told["what"]


def without(place: Place, name: str, *columns: str) -> Path:
    """A table of the run as a version wrote it that did not have some columns."""
    path = place.folder(NAME) / f"{name}.parquet"
    pl.read_parquet(path).drop(columns).write_parquet(path)
    return path


def test_column_added_since_is_unknown_throughout(kept: Place) -> None:
    before = kept.do("explain", NAME, "--line", "700521", "--json").object["trails"]
    assert any(trail["line"]["quantity_unit"] for trail in before)
    without(kept, "lines", "quantity_unit")
    after = kept.do("explain", NAME, "--line", "700521", "--json").object["trails"]
    assert [trail["line"]["quantity_unit"] for trail in after] == [None] * len(before)
    for trail in (*before, *after):
        trail["line"].pop("quantity_unit")
    assert after == before


def test_column_that_cannot_be_unknown_or_is_of_another_type_is_refused(kept: Place) -> None:
    path = without(kept, "lines", "segment")
    frame = pl.read_parquet(path)
    frame.with_columns(pl.col("customs_value_usd").cast(pl.Int64)).write_parquet(path)
    done = kept.do("explain", NAME, "--line", "700521")
    assert done.code == 5
    again = f"where: {path}\nhint: make the run again with this version: retorsion run SCENARIO\n"
    assert done.err == (
        "error: lines.parquet has no column segment: another version of retorsion wrote it\n"
        f"{again}"
        "error: column customs_value_usd of lines.parquet is Int64, and this version reads "
        f"Float64: another version of retorsion wrote it\n{again}"
    )


def test_facts_of_another_version(kept: Place) -> None:
    """One more fact is left; one that lacks is told."""
    facts = dict(read_manifest(kept.folder(NAME)).facts)
    more = {"new": 1, "sources": [{**one, "new": 1} for one in facts["sources"]]}
    rewritten(kept, facts=facts | more)
    assert kept.do("report", NAME, "--format", "md").code == 0
    rewritten(kept, facts={name: value for name, value in facts.items() if name != "title"})
    done = kept.do("report", NAME, "--format", "md")
    assert done.code == 5
    assert done.err.startswith(
        "error: what the run says of itself cannot be read by this version: RunFacts"
    )


def test_verdict_of_another_layout_is_not_packed(kept: Place) -> None:
    from pipelines.audit.pack import verdict_of_run
    from pipelines.validation.verdict import VERDICT_FILE

    folder = kept.folder(NAME) / "validation"
    path = folder / VERDICT_FILE
    assert verdict_of_run(folder).rows_judged == 6
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"schema_version": 2}))
    told = "the verdict of run .* cannot be read by this version"
    with pytest.raises(DataRejectedError, match=told):
        verdict_of_run(folder)


def test_trade_table_of_another_layout_is_refused(kept: Place) -> None:
    path = kept.workspace.trade_table("t").with_suffix(".json")
    facts = {"schema_version": 1, "tool_version": "0.0.9", "beside": None}
    path.write_text(json.dumps(json.loads(path.read_bytes()) | facts))
    done = kept.do("run", kept.root / SCENARIO)
    assert done.code == 3
    assert (
        "error: the record t.json is of layout 1, written by retorsion 0.0.9; this is retorsion "
        f"{tool_version()}, which reads layout 2\n"
    ) in done.err
    assert "hint: use the table with that version, or ingest again: retorsion ingest FILE" in (
        done.err
    )


def test_pack_of_another_layout_is_refused(kept: Place, tmp_path: Path) -> None:
    import hashlib
    import zipfile

    pack, other = tmp_path / "pack.zip", tmp_path / "other.zip"
    assert kept.do("audit", NAME, "-o", pack).code == 0
    with zipfile.ZipFile(pack) as source, zipfile.ZipFile(other, "w") as target:
        held = {name: source.read(name) for name in source.namelist()}
        about = json.loads(held["pack.json"]) | {"schema_version": 2, "tool_version": "9.9.9"}
        held["pack.json"] = json.dumps(about).encode()
        digest = hashlib.sha256(held["pack.json"]).hexdigest()
        held["pack.sha256"] = f"{digest}  pack.json\n".encode()
        for name, content in held.items():
            target.writestr(name, content)
    done = kept.do("verify", other)
    assert done.code == 8
    assert done.err.startswith(
        "error: other.zip is of layout 2, written by retorsion 9.9.9; this is retorsion "
        f"{tool_version()}, which checks layout 1\n"
    )


def test_every_parquet_file_says_its_schema_version(kept: Place) -> None:
    files = [*kept.folder(NAME).rglob("*.parquet"), *kept.workspace.trade.glob("*.parquet")]
    assert len(files) > 15
    assert {file_metadata(path).get("schema_version") for path in files} == {str(SCHEMA_VERSION)}


def test_what_a_record_of_today_takes_of_a_later_one() -> None:
    from pipelines.run.manifest import Output

    kept = {"name": "n", "what": "w", "sha256": "s", "bytes": 1, "rows": None}
    assert fitting(Output, kept | {"added": 1}) == kept
