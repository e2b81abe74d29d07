"""Which run a person means; listing, removing; the newest first whatever happened in between."""

import shutil
from pathlib import Path

import pytest

from calc.errors import UsageError
from pipelines.run.store import find_run
from tests.run.tool import Place, contents

pytestmark = pytest.mark.usefixtures("tables_alone")

DAY = "2024-11-{:02}"
NAME = "us-japan-2024"


@pytest.fixture
def three(place: Place) -> Place:
    """A workspace with three runs of one scenario, made by renaming copies of the first."""
    first = place.folder()
    for run_id in ("aaaa00000001", "aabb00000002"):
        shutil.copytree(first, first.with_name(run_id))
    order = [first.name, "aabb00000002", "aaaa00000001"]
    (first.parent / "latest").write_text("".join(f"{item}\n" for item in order), encoding="utf-8")
    return place


def ids(place: Place) -> list[str]:
    """Run ids as the folders are named, newest first."""
    return [Path(run["folder"]).name for run in place.runs()]


def found(place: Place, wanted: str) -> str:
    return find_run(place.workspace, wanted).name


def test_run_by_name_age_id_beginning_and_path(
    three: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest, middle, oldest = ids(three)
    assert [run["run"] for run in three.runs()] == [f"{NAME}~{back}" for back in (0, 1, 2)]
    assert found(three, NAME) == found(three, f"{NAME}~0") == newest
    assert found(three, f"{NAME}~1") == middle
    assert found(three, f"{NAME}~2") == oldest
    assert found(three, oldest) == oldest
    assert found(three, "aabb") == found(three, "aabb0") == middle
    assert found(three, newest[:6]) == newest
    path = three.root / "data/processed/runs" / NAME / middle
    assert found(three, str(path)) == middle
    monkeypatch.chdir(three.root)
    assert found(three, f"data/processed/runs/{NAME}/{middle}") == middle
    assert found(three, f"data/processed/runs/{NAME}/{middle}/") == middle


@pytest.mark.parametrize(
    ("wanted", "what", "hint"),
    [
        ("us-jpan-2024", "there is no run 'us-jpan-2024'", "did you mean us-japan-2024?"),
        ("aa", "there is no run 'aa'", ""),
        ("zzzzzz", "there is no run 'zzzzzz'", ""),
        ("us-japan-2024~3", "us-japan-2024 has 3 runs, so there is no us-japan-2024~3",
         "list them with: retorsion runs"),
        ("us-japan-2024~x", "there is no run 'us-japan-2024~x'", "did you mean us-japan-2024?"),
        ("us-japan-2024~", "there is no run 'us-japan-2024~'", "did you mean us-japan-2024?"),
        ("aaa", "there is no run 'aaa'", ""),
    ],
)  # fmt: skip
def test_unknown_run_is_refused_with_a_hint(
    three: Place, wanted: str, what: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        find_run(three.workspace, wanted)
    problem = caught.value.problems[0]
    assert problem.what == what
    assert hint in problem.hint
    assert problem.hint
    done = three.do("verify", wanted)
    assert done.code == 2
    assert done.err.startswith(f"error: {what}\nwhere: data/processed/runs")


def test_beginning_of_two_ids_is_refused(three: Place) -> None:
    shutil.copytree(three.folder(), three.folder().with_name("aaaa00000003"))
    with pytest.raises(UsageError, match="2 runs begin with 'aaaa'"):
        find_run(three.workspace, "aaaa")


def test_workspace_without_runs(tmp_path: Path) -> None:
    empty = Place(tmp_path)
    done = empty.do("runs")
    assert done.code == 0
    assert done.out.startswith("no runs yet; make one with: retorsion demo")
    assert empty.do("verify", "x").code == 2
    assert empty.do("prune").out == "nothing to remove\n"
    assert list(tmp_path.iterdir()) == []


def test_runs_are_listed_newest_first(place: Place) -> None:
    first = ids(place)
    for day in (DAY.format(1), DAY.format(2)):
        assert place.run("--as-of", day).code == 0
    listed = ids(place)
    assert listed[2:] == first
    assert [run["as_of"] for run in place.runs()] == [DAY.format(2), DAY.format(1), "2024-12-31"]
    assert place.run("--as-of", DAY.format(1), "--json").object["reused"] is True
    assert ids(place) == [listed[1], listed[0], listed[2]]
    lines = place.do("runs").out.splitlines()
    assert lines[0] == f"{NAME}~0{' ' * 17}  {listed[1]}  us-2024, law as of {DAY.format(1)}"


def test_lost_list_of_runs_is_made_again(three: Place) -> None:
    (three.root / "data/processed/runs" / NAME / "latest").write_text("gone\n", encoding="utf-8")
    assert ids(three) == sorted(ids(three))
    assert len(ids(three)) == 3


def test_prune_keeps_the_newest(three: Place) -> None:
    newest, middle, oldest = ids(three)
    would = three.do("prune", "--dry-run", "--json").object
    folders = [f"data/processed/runs/{NAME}/{name}" for name in (middle, oldest)]
    assert would == {"removed": [], "found": folders}
    assert ids(three) == [newest, middle, oldest]
    done = three.do("prune")
    assert done.out.splitlines() == [f"removed {name}" for name in folders]
    assert ids(three) == [newest]
    assert three.do("prune").out == "nothing to remove\n"
    assert three.do("verify", NAME).code == 0


def test_prune_keeps_as_many_as_asked(three: Place) -> None:
    newest, middle, _ = ids(three)
    assert three.do("prune", NAME, "--keep", "2").code == 0
    assert ids(three) == [newest, middle]
    assert three.do("prune", "--keep", "0").code == 0
    assert three.runs() == []
    assert list((three.root / "data/processed/runs").iterdir()) == []


def test_prune_of_one_run_leaves_the_others_as_they_are(three: Place) -> None:
    newest, middle, oldest = ids(three)
    runs = three.root / "data/processed/runs" / NAME
    before = contents(runs)
    done = three.do("prune", "--run", f"{NAME}~1")
    assert done.out == f"removed data/processed/runs/{NAME}/{middle}\n"
    assert ids(three) == [newest, oldest]
    kept = {name: content for name, content in before.items() if not name.startswith(middle)}
    assert contents(runs) == kept | {"latest": f"{newest}\n{oldest}\n".encode()}


def test_prune_of_an_unknown_run_removes_nothing(three: Place) -> None:
    before = contents(three.root)
    done = three.do("prune", "--run", "nothing")
    assert done.code == 2
    assert contents(three.root) == before


@pytest.mark.parametrize("name", ["us-jpan-2024", "..", "../runs/us-japan-2024", "."])
def test_runs_and_prune_know_only_names_of_scenarios(three: Place, name: str) -> None:
    before = contents(three.root)
    for command in (("runs", name), ("prune", name, "--keep", "0")):
        done = three.do(*command)
        assert done.code == 2
        assert done.err.startswith(f"error: there are no runs of {name!r}\n")
    assert contents(three.root) == before
