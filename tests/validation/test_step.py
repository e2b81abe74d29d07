"""The verdict as a step: kept and reused, written whole, the same bytes for the same input."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from calc.errors import DataRejectedError, NotJudgedError, StorageError
from calc.tables import TABLES
from pipelines.folders import replaced_folder
from pipelines.parquet import file_metadata
from pipelines.validation import audit, store
from pipelines.validation.step import rejected, table_of, verdict_for
from pipelines.validation.verdict import LEAVE_OUT, Settings, Verdict
from pipelines.workspace import Workspace
from tests.validation.tables import lawful_rows, row, trade, write_beside, write_trade

FAULTED = [
    *lawful_rows(4),
    row(importer="usa", customs_value_usd=10.0),
    row(code="010101", customs_value_usd=20.0),
    row(code="010101", customs_value_usd=30.0),
]
WITH_QUARANTINE = Settings(choice=LEAVE_OUT)
FILES = [
    "groups-suite.json",
    "groups.parquet",
    "gx.json",
    "noticed.csv",
    "noticed.parquet",
    "quarantine.csv",
    "quarantine.parquet",
    "report.html",
    "rules.parquet",
    "suite.json",
    "verdict.json",
]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def quarantine_of(verdict: Verdict) -> pl.DataFrame:
    return pl.read_parquet(verdict.folder / "quarantine.parquet")


@pytest.fixture(scope="module")
def good(shared: Workspace) -> Verdict:
    """The verdict on lawful rows, to look at."""
    return verdict_for(shared, write_trade(shared, "good", lawful_rows(4)))


@pytest.fixture(scope="module")
def bad(shared: Workspace) -> Verdict:
    """The verdict on faulted rows, to look at."""
    return verdict_for(shared, write_trade(shared, "bad", FAULTED))


@pytest.fixture
def judged(bad: Verdict, shared: Workspace, workspace: Workspace) -> Path:
    """The faulted table in a workspace of the test's own, with its verdict beside it."""
    shutil.copytree(shared.root, workspace.root, dirs_exist_ok=True)
    assert (workspace.validation / bad.folder.name).is_dir()
    return workspace.trade / "bad.parquet"


@pytest.fixture(scope="module")
def left_out_at_once(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    """The verdict on faulted rows whose first judgement was told to leave them out."""
    place = Workspace(tmp_path_factory.mktemp("at-once"))
    return verdict_for(place, write_trade(place, "bad", FAULTED), WITH_QUARANTINE)


def test_a_lawful_table_is_valid(good: Verdict) -> None:
    verdict = good
    assert (verdict.state, verdict.rows_judged, verdict.value_judged_usd) == ("valid", 4, 4000.0)
    assert verdict.quarantine_rows.to_list() == []
    assert [engine.rows for engine in verdict.engines] == [4, 4]
    assert sorted(contents(verdict.folder)) == FILES


def test_a_faulted_table_is_invalid_and_its_rows_can_be_had(bad: Verdict) -> None:
    verdict = bad
    assert verdict.state == "invalid"
    assert verdict.quarantine_rows.to_list() == [4, 5, 6]
    funnel = [(stage.rows, stage.value_usd) for stage in verdict.funnel]
    assert funnel == [(7, 4060.0), (1, 10.0), (2, 50.0), (4, 4000.0)]
    assert (verdict.rows_failed, verdict.value_failed_usd) == (3, 60.0)


def test_kept_tables_are_as_declared(bad: Verdict) -> None:
    verdict = bad
    quarantine, rules = quarantine_of(verdict), pl.read_parquet(verdict.folder / "rules.parquet")
    assert TABLES["quarantine"].is_valid(quarantine)
    assert TABLES["rule_counts"].is_valid(rules)
    assert file_metadata(verdict.folder / "quarantine.parquet")["table"] == "quarantine"
    assert rules["judged_by"].unique().sort().to_list() == [
        "polars and great-expectations",
        "polars; its figures by great-expectations",
    ]


def test_quarantine_by_choice_states_rows_and_dollars(left_out_at_once: Verdict) -> None:
    page = (left_out_at_once.folder / "report.html").read_text(encoding="utf-8")
    assert left_out_at_once.state == "valid with quarantine"
    assert "Left out: 3 rows (USD 60)." in page


def test_choice_made_later_gives_the_same_bytes_without_judging_again(
    workspace: Workspace,
    judged: Path,
    bad: Verdict,
    left_out_at_once: Verdict,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_once, refused = contents(left_out_at_once.folder), contents(bad.folder)
    monkeypatch.setattr(audit, "audit", lambda *_: pytest.fail("judged again"))
    later = verdict_for(workspace, judged, WITH_QUARANTINE)
    assert later.state == "valid with quarantine"
    assert contents(later.folder) == at_once
    assert contents(verdict_for(workspace, judged).folder) == refused != at_once


def test_same_input_gives_the_same_bytes(bad: Verdict, tmp_path: Path) -> None:
    elsewhere = Workspace(tmp_path / "elsewhere")
    again = contents(verdict_for(elsewhere, write_trade(elsewhere, "bad", FAULTED)).folder)
    assert again == contents(bad.folder)
    for folder in (tmp_path, bad.folder.parent):
        assert str(folder).encode() not in b"".join(again.values())


def test_rows_in_another_order_change_row_numbers_only(workspace: Workspace, bad: Verdict) -> None:
    straight, turned = bad, verdict_for(workspace, write_trade(workspace, "bad", FAULTED[::-1]))
    for name in ("rules.parquet", "gx.json"):
        assert contents(straight.folder)[name] == contents(turned.folder)[name]
    numbers = ("table_row", "source_row", "source_id")
    first, second = (
        quarantine_of(verdict).drop(numbers).sort(pl.all()) for verdict in (straight, turned)
    )
    assert first.equals(second)


def test_kept_verdicts_are_reused_without_loading_the_engines(
    shared: Workspace, good: Verdict, bad: Verdict
) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from pipelines.validation.step import verdict_for\n"
        "from pipelines.workspace import Workspace\n"
        f"place = Workspace(Path({str(shared.root)!r}))\n"
        "states = [verdict_for(place, place.trade / f'{name}.parquet').state\n"
        "          for name in ('good', 'bad')]\n"
        "heavy = {'great_expectations', 'pandas', 'polars', 'pyarrow', 'dataframely'}\n"
        "print(*states, sorted(heavy & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert (good.state, bad.state) == ("valid", "invalid")
    assert told.stdout.strip() == "valid invalid []"


def judged_again(
    workspace: Workspace, table: Path, patch: pytest.MonkeyPatch, settings: Settings
) -> bool:
    """Whether a verdict is made anew; the engine is stopped if it is."""

    def stopped(*_: Any) -> None:
        raise NotJudgedError("judged again")

    patch.setattr(audit, "audit", stopped)
    try:
        verdict_for(workspace, table, settings)
    except NotJudgedError:
        return True
    return False


@pytest.mark.parametrize("what", ["rules", "provenance", "damage", "threshold", "nothing"])
def test_verdict_is_made_anew_when_anything_it_rests_on_changes(
    workspace: Workspace, judged: Path, bad: Verdict, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    folder = workspace.validation / bad.folder.name
    if what == "rules":
        monkeypatch.setattr(store, "rules_sha256", lambda: "other")
    elif what == "provenance":
        write_beside(judged, len(FAULTED), {})
    elif what == "damage":
        (folder / "quarantine.parquet").write_bytes(b"PAR1")
    settings = Settings(suite_rows=3) if what == "threshold" else Settings()
    assert judged_again(workspace, judged, monkeypatch, settings) == (what != "nothing")


def test_above_the_threshold_the_suite_judges_counts_and_the_report_says_so(
    workspace: Workspace, bad: Verdict
) -> None:
    found = [finding.rows_failed for finding in bad.rules]
    table = write_trade(workspace, "bad", FAULTED)
    verdict = verdict_for(workspace, table, Settings(suite_rows=6))
    assert [finding.rows_failed for finding in verdict.rules] == found
    assert [(engine.name, engine.rows) for engine in verdict.engines] == [
        ("polars", 7),
        ("great-expectations", 0),
    ]
    page = (verdict.folder / "report.html").read_text(encoding="utf-8")
    assert "judged the count of failed rows of each rule, no row itself" in page
    assert json.loads((verdict.folder / "gx.json").read_bytes())["judged_on"] == "counts"


def test_nothing_is_written_when_a_table_could_not_be_judged(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = write_trade(workspace, "bad", FAULTED)
    assert judged_again(workspace, table, monkeypatch, Settings(data_docs=True))
    assert not any(workspace.validation.iterdir())


@pytest.mark.usefixtures("tables_alone")
def test_quarantine_shows_source_row_and_original_text(workspace: Workspace) -> None:
    table = write_trade(workspace, "bad", [*FAULTED, row(code="=1+1")])
    original = '{"Value": "<script>alert(1)</script>"}'
    write_beside(table, 8, {4: original, 7: '{"Code": "=1+1"}'})
    verdict = verdict_for(workspace, table)
    kept = quarantine_of(verdict)
    told = kept.select("source_id", "source_row", "failed_rules", "original")
    assert told.row(0) == ("raw.csv", 7, "trade.importer.pattern", original)
    assert told.row(1) == ("raw.csv", 8, "trade.key.unique", None)
    assert json.loads(kept["as_ingested"][1])["code"] == "010101"
    page = (verdict.folder / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.usefixtures("tables_alone")
def test_csv_does_not_run_as_a_formula_and_keeps_numbers(workspace: Workspace) -> None:
    table = write_trade(workspace, "bad", [row(customs_value_usd=-5.0)])
    write_beside(table, 1, {0: "=cmd|'/C calc'!A0"})
    lines = (verdict_for(workspace, table).folder / "quarantine.csv").read_text().splitlines()
    assert ",-5.0,'=cmd|'/C calc'!A0," in lines[1]


def test_provenance_of_another_table_is_refused(workspace: Workspace) -> None:
    table = write_trade(workspace, "bad", FAULTED)
    write_beside(table, 3, {})
    with pytest.raises(DataRejectedError, match="does not have a row for each row"):
        verdict_for(workspace, table)


@pytest.mark.usefixtures("tables_alone")
def test_rejection_names_file_row_column_and_value_row_rules_first(workspace: Workspace) -> None:
    table = write_trade(
        workspace, "bad", [row(code="01"), row(code="01"), row(importer="u\x1b[31m")]
    )
    write_beside(table, 3, {})
    problems = rejected(workspace, verdict_for(workspace, table)).problems
    assert problems[0].what == (
        "bad.parquet is not valid: 3 of 3 rows (USD 3,000 of USD 3,000) cannot be used,"
        " 2 rules broken"
    )
    assert problems[0].hint.endswith("leave them out with: retorsion validate bad --quarantine")
    assert problems[1].what.startswith('importer = "u\\x1b[31m": importer matches')
    assert [problem.where for problem in problems[1:]] == [
        "raw.csv row 5",
        "raw.csv row 3",
        "raw.csv row 4",
    ]


def test_row_without_provenance_is_counted_as_a_spreadsheet_does(bad: Verdict) -> None:
    assert quarantine_of(bad).select("source_id", "source_row").row(0) == ("bad.parquet", 6)


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda path: path.write_text("importer,partner\n"), "is not a Parquet file"),
        (lambda path: path.write_bytes(b"PAR1 and no more"), "cannot be read as Parquet"),
        (lambda path: trade([]).write_parquet(path), "0 rows is not zero trade"),
        (lambda path: trade([row()]).drop("flow").write_parquet(path), "column flow .* is missing"),
        (
            lambda path: trade([row()]).with_columns(code=1).write_parquet(path),
            "column code is Int32, the TRADE layout has String",
        ),
    ],
)
def test_what_is_no_trade_table_is_refused_with_the_way_in(
    workspace: Workspace, tmp_path: Path, write: Any, message: str
) -> None:
    path = tmp_path / "given.parquet"
    write(path)
    with pytest.raises(DataRejectedError, match=message) as caught:
        verdict_for(workspace, path)
    assert caught.value.problems[0].hint


def test_table_is_found_by_name_or_by_file(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = write_trade(workspace, "us-2024", lawful_rows(1))
    monkeypatch.chdir(tmp_path)
    assert table_of(workspace, "us-2024") == table
    assert table_of(workspace, str(table)) == table
    with pytest.raises(DataRejectedError) as unknown:
        table_of(workspace, "us-2042")
    assert "us-2024" in unknown.value.problems[0].hint
    with pytest.raises(DataRejectedError, match="does not exist"):
        table_of(workspace, "none.parquet")


def test_folder_is_old_or_new_never_half(tmp_path: Path) -> None:
    def fail_after_writing() -> None:
        with replaced_folder(folder) as fresh:
            (fresh / "a").write_text("new")
            raise OSError(28, "No space left on device")

    folder = tmp_path / "kept"
    with replaced_folder(folder) as fresh:
        (fresh / "a").write_text("old")
    left_by_a_killed_run = tmp_path / ".kept.writing-999999999"
    left_by_a_killed_run.mkdir()
    with pytest.raises(StorageError):
        fail_after_writing()
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (folder / "a").read_text() == "old"


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ("y2023.parquet", "put its files into one table: retorsion ingest {}/*.parquet --name N"),
        (
            "period=2023/part.parquet",
            "give the files of its folders names of their own, and put them into one table: "
            "retorsion ingest FILE FILE --name N",
        ),
        ("notes.txt", "make a table with: retorsion ingest FILE --name N"),
    ],
)
def test_a_folder_is_refused_with_how_a_table_is_made_of_it(
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    inside: str,
    told: str,
) -> None:
    folder = tmp_path / "years"
    (folder / inside).parent.mkdir(parents=True)
    (folder / inside).touch()
    with pytest.raises(DataRejectedError) as refused:
        table_of(workspace, str(folder))
    (problem,) = refused.value.problems
    assert problem.what == f"{folder} is a folder, not a file"
    assert problem.hint == told.format(folder)

    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataRejectedError, match="years is a folder, not a file"):
        table_of(workspace, "years")
