"""The audit pack: the same bytes, whole or not at all, checked anywhere, refused when touched."""

import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from calc.errors import StorageError, VerificationError
from pipelines.audit.check import verify_pack
from pipelines.audit.pack import write_pack
from pipelines.audit.page import trend
from pipelines.audit.trend import changes, verdict_before
from pipelines.demo import run_demo
from pipelines.progress import Talk
from pipelines.validation.step import verdict_for
from pipelines.validation.verdict import Verdict
from pipelines.workspace import Workspace
from tests.validation.tables import lawful_rows, row, write_trade
from tests.validation.test_page import Outline

Parts = dict[str, bytes]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Path, Path]:
    """The workspace of the demonstration, its run, and its pack."""
    folder = tmp_path_factory.mktemp("demo")
    workspace = Workspace(folder)
    run = run_demo(workspace, Talk(quiet=True)).folder
    write_pack(workspace, run, folder / "pack.zip")
    return workspace, run, folder / "pack.zip"


def parts_of(path: Path) -> Parts:
    with zipfile.ZipFile(path) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def zipped(path: Path, parts: Parts, *more: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as pack:
        for name, content in (*parts.items(), *more):
            pack.writestr(name, content)
    return path


def test_the_same_run_gives_the_same_bytes(
    made: tuple[Workspace, Path, Path], tmp_path: Path
) -> None:
    workspace, run, path = made
    write_pack(workspace, run, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == path.read_bytes()
    with zipfile.ZipFile(path) as pack:
        assert pack.namelist() == sorted(pack.namelist())
        assert {info.date_time for info in pack.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert str(workspace.root).encode() not in b"".join(parts_of(path).values())


def test_it_holds_what_an_auditor_needs(made: tuple[Workspace, Path, Path]) -> None:
    parts = parts_of(made[2])
    names = {"manifest.json", "scenario.toml", "versions.json", "funnel.csv", "rules.csv"}
    assert names | {"audit.html", "pack.json", "pack.sha256"} <= set(parts)
    kept = ("gx.json", "suite.json", "groups-suite.json", "quarantine.csv", "verdict.json")
    assert {f"validation/{name}" for name in kept} <= set(parts)
    assert len(parts["rules.csv"].splitlines()) > 40
    assert b"because" in parts["audit.html"]


def test_it_is_checked_on_another_machine(
    made: tuple[Workspace, Path, Path], tmp_path: Path
) -> None:
    alone = shutil.copyfile(made[2], tmp_path / "sent.zip")
    checked = verify_pack(alone)
    assert checked.run_id == made[1].name
    assert checked.files == len(parts_of(alone))


def altered(name: str) -> Callable[[Parts], Parts]:
    return lambda parts: parts | {name: parts[name] + b" "}


def without(name: str) -> Callable[[Parts], Parts]:
    return lambda parts: {key: value for key, value in parts.items() if key != name}


def of_another_run(parts: Parts) -> Parts:
    about = json.loads(parts["pack.json"])
    return relisted(parts, about | {"run_id": "0123456789ab"})


def with_another_verdict(parts: Parts) -> Parts:
    """A file changed and its hash mended in the list: the manifest of the run still tells."""
    import hashlib

    name = "validation/verdict.json"
    parts = parts | {name: parts[name] + b" "}
    about = json.loads(parts["pack.json"])
    for item in about["files"]:
        if item["name"] == name:
            item |= {
                "sha256": hashlib.sha256(parts[name]).hexdigest(),
                "bytes": len(parts[name]),
            }
    return relisted(parts, about)


def relisted(parts: Parts, about: dict[str, Any]) -> Parts:
    import hashlib

    content = json.dumps(about).encode()
    digest = hashlib.sha256(content).hexdigest()
    return parts | {"pack.json": content, "pack.sha256": f"{digest}  pack.json\n".encode()}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (altered("audit.html"), "audit.html does not have its recorded hash"),
        (altered("validation/quarantine.csv"), "quarantine.csv does not have its recorded hash"),
        (altered("pack.json"), "pack.json does not have its recorded hash"),
        (without("validation/gx.json"), "validation/gx.json is missing"),
        (without("pack.json"), "is no audit pack"),
        (without("pack.sha256"), "is no audit pack"),
        (lambda parts: parts | {"more.txt": b""}, "more.txt is not listed"),
        (lambda parts: parts | {"../up.txt": b""}, "'../up.txt' would lead out of its folder"),
        (lambda parts: parts | {"/root.txt": b""}, "'/root.txt' would lead out of its folder"),
        (lambda parts: parts | {"a\\..\\b": b""}, "would lead out of its folder"),
        (lambda parts: parts | {"C:x": b""}, "would lead out of its folder"),
        (of_another_run, "manifest.json is of another run"),
        (with_another_verdict, "validation/verdict.json is not the file that the run wrote"),
    ],
)
def test_what_was_touched_is_told(
    made: tuple[Workspace, Path, Path],
    tmp_path: Path,
    change: Callable[[Parts], Parts],
    what: str,
) -> None:
    path = zipped(tmp_path / "touched.zip", change(parts_of(made[2])))
    with pytest.raises(VerificationError) as caught:
        verify_pack(path)
    assert any(what in problem.what for problem in caught.value.problems)
    assert caught.value.exit_code == 8


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice(made: tuple[Workspace, Path, Path], tmp_path: Path) -> None:
    path = zipped(tmp_path / "twice.zip", parts_of(made[2]), ("audit.html", b"other"))
    with pytest.raises(VerificationError, match=r"audit\.html is there 2 times"):
        verify_pack(path)


def test_a_cut_file_is_no_zip(made: tuple[Workspace, Path, Path], tmp_path: Path) -> None:
    path = tmp_path / "cut.zip"
    path.write_bytes(made[2].read_bytes()[:-100])
    with pytest.raises(VerificationError, match=r"cut\.zip is no whole zip file"):
        verify_pack(path)
    flipped = bytearray(made[2].read_bytes())
    flipped[len(flipped) // 2] ^= 1
    path.write_bytes(flipped)
    with pytest.raises(VerificationError):
        verify_pack(path)


def unheeded(whole: bytes) -> dict[str, int]:
    """Bytes that no file of a pack is read from, by what they are."""
    listing = whole.rindex(b"PK\x01\x02")
    return {
        "time in the head of a file": 10,
        "time in the list of files": listing + 12,
        "rights in the list of files": listing + 40,
        "end of the last stream": whole.index(b"PK\x01\x02") - 1,
        "hash at the end": len(whole) - 1,
    }


@pytest.mark.parametrize("what", unheeded(b"PK\x01\x02"))
def test_a_bit_that_no_file_is_read_from_is_told(
    made: tuple[Workspace, Path, Path], tmp_path: Path, what: str
) -> None:
    whole = bytearray(made[2].read_bytes())
    whole[unheeded(bytes(whole))[what]] ^= 0x80
    path = tmp_path / "flipped.zip"
    path.write_bytes(whole)
    with pytest.raises(VerificationError):
        verify_pack(path)


def test_an_earlier_pack_stays_when_a_new_one_fails(
    made: tuple[Workspace, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, run, _ = made
    path = tmp_path / "pack.zip"
    path.write_bytes(b"earlier")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(StorageError, match="No space left"):
        write_pack(workspace, run, path)
    assert [item.name for item in tmp_path.iterdir()] == ["pack.zip"]
    assert path.read_bytes() == b"earlier"


def test_a_pack_is_not_written_into_the_run(made: tuple[Workspace, Path, Path]) -> None:
    workspace, run, _ = made
    with pytest.raises(StorageError, match="inside the run"):
        write_pack(workspace, run, run / "pack.zip")
    with pytest.raises(StorageError, match="would be a folder"):
        write_pack(workspace, run, run.parent)


def test_the_page_asks_nothing_of_the_network(made: tuple[Workspace, Path, Path]) -> None:
    page = parts_of(made[2])["audit.html"].decode()
    outline = Outline(page)
    assert not {"script", "img", "link", "iframe"} & set(outline.names())
    assert {attrs["href"] for tag, attrs in outline.found if tag == "a"} == {"#main"}
    identifiers = [attrs["id"] for _, attrs in outline.found if "id" in attrs]
    assert len(identifiers) == len(set(identifiers))
    assert outline.names().count("table") == outline.names().count("caption")


def test_the_verdict_before_is_of_the_same_name_and_other_contents(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)

    def verdict(name: str, rows: list[dict[str, Any]]) -> Verdict:
        return verdict_for(workspace, write_trade(workspace, name, rows))

    first = verdict("some", [*lawful_rows(2), row(importer="usa", customs_value_usd=5.0)])
    assert verdict_before(workspace, first) is None
    verdict("other", lawful_rows(4))
    now = verdict("some", lawful_rows(3))
    before = verdict_before(workspace, now)
    assert before is not None
    assert before.subject == first.subject
    told = [(one.rule_id, one.rows_before, one.usd_before, one.rows_now, one.usd_now)
            for one in changes(before, now)]  # fmt: skip
    assert told == [("trade.importer.pattern", 1, 5.0, 0, 0.0)]
    section = trend(now, before)
    row_of = re.search(r"importer.*?</tr>", section, re.S)
    assert row_of is not None
    assert re.findall(r"<td[^>]*>([^<]*)</td>", row_of[0]) == ["1", "5", "0", "0", "-1", "-5"]
    assert re.findall(r'<th scope="col" class="number">([^<]*)</th>', section) == [
        *("Rows before", "USD before", "Rows now", "USD now", "Change, rows", "Change, USD"),
    ]
    assert "3 rows then, 3 now; invalid then, valid now" in section
    assert "nothing to compare" in trend(first, None)
