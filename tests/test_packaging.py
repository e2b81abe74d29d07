"""The wheel holds what it should and works away from the checkout."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RAW = ROOT / "data" / "raw"
WHERE = "import calc, pipelines; print(calc.__file__); print(pipelines.__file__)"

pytestmark = pytest.mark.slow


def run(
    command: Sequence[str | Path], folder: Path, *, environment: Mapping[str, str] | None = None
) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed wheel and nothing else; dependencies stay where they are."""
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    options = ["--quiet", "--no-deps", "--no-index", "--target", str(target)]
    run([*pip, "install", *options, wheel], target)
    return target


@pytest.fixture
def beside_a_decoy(tmp_path: Path) -> Path:
    """A user's folder that happens to have packages named as ours."""
    for name in ("pipelines", "calc"):
        (tmp_path / name).mkdir()
        decoy = tmp_path / name / "__init__.py"
        decoy.write_text("raise ImportError('the decoy was imported')\n", encoding="utf-8")
    return tmp_path


def apart_from_checkout(installed: Path) -> dict[str, str]:
    """An environment in which the installed wheel comes before the editable install."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RETORSION_")}
    return kept | {"PYTHONPATH": str(installed)}


def test_wheel_top_level_is_calc_and_pipelines(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        top = {name.split("/")[0] for name in archive.namelist()}

    assert {name for name in top if not name.endswith(".dist-info")} == {"calc", "pipelines"}
    assert len(top) == 3


def test_wheel_holds_every_module(wheel: Path) -> None:
    modules = [path for name in ("calc", "pipelines") for path in (ROOT / name).rglob("*.py")]
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())

    assert {path.relative_to(ROOT).as_posix() for path in modules} - held == set()


def test_wheel_holds_raw_data_unchanged(wheel: Path) -> None:
    files = {path.relative_to(RAW).as_posix(): path for path in RAW.rglob("*") if path.is_file()}
    prefix = "pipelines/_data/"
    with zipfile.ZipFile(wheel) as archive:
        held = {name.removeprefix(prefix) for name in archive.namelist() if name.startswith(prefix)}
        changed = {
            name
            for name in held & files.keys()
            if archive.read(prefix + name) != files[name].read_bytes()
        }

    assert files
    assert held == files.keys()
    assert changed == set()


def test_demo_of_the_wheel_runs_beside_a_decoy(installed: Path, beside_a_decoy: Path) -> None:
    environment = apart_from_checkout(installed)
    found = run([sys.executable, "-P", "-c", WHERE], beside_a_decoy, environment=environment)
    assert all(Path(line).is_relative_to(installed) for line in found.splitlines())

    run([installed / "bin" / "retorsion", "demo"], beside_a_decoy, environment=environment)

    runs = beside_a_decoy / "data" / "processed" / "runs"
    assert list(runs.glob("*/*/manifest.json"))
