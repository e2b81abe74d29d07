"""The wheel holds what it should and works away from the checkout."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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


WITHOUT = """
import sys
from importlib.abc import MetaPathFinder

UNNEEDED = {unneeded!r}

class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in UNNEEDED:
            raise ModuleNotFoundError(f"{{name}} is no dependency of retorsion", name=name)

sys.meta_path.insert(0, Absent())
"""


def needed(name: str) -> set[str]:
    """A distribution and all that it needs, without extras, where they are installed."""
    found: set[str] = set()
    open_ones = [name]
    while open_ones:
        one = canonicalize_name(open_ones.pop())
        if one in found:
            continue
        try:
            listed = metadata.requires(one) or []
        except metadata.PackageNotFoundError:
            continue
        found.add(one)
        wanted = [Requirement(text) for text in listed]
        open_ones += [
            item.name for item in wanted if not item.marker or item.marker.evaluate({"extra": ""})
        ]
    return found


def unneeded() -> list[str]:
    """The modules that are installed here for development alone: all but those needed."""
    kept = needed("retorsion")
    return sorted(
        module
        for module, owners in metadata.packages_distributions().items()
        if not {canonicalize_name(owner) for owner in owners} & kept
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed wheel; dependencies stay where they are, others seem absent."""
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    options = ["--quiet", "--no-deps", "--no-index", "--target", str(target)]
    run([*pip, "install", *options, wheel], target)
    hidden = WITHOUT.format(unneeded=unneeded())
    (target / "sitecustomize.py").write_text(hidden, encoding="utf-8")
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
    own = [*RAW.glob("*"), *(RAW / "scenarios").rglob("*")]
    files = {path.relative_to(RAW).as_posix(): path for path in own if path.is_file()}
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


def test_wheel_and_sdist_leave_out_what_was_fetched_in_the_checkout(tmp_path: Path) -> None:
    """Fetched replies are folders of data/raw, which a checkout shares with the tool's tables."""
    from hatchling.builders.sdist import SdistBuilder
    from hatchling.builders.wheel import WheelBuilder

    settings = ("pyproject.toml", ".gitignore", "README.md", "CHANGELOG.md", "LICENSE")
    for name in settings:
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(RAW, tmp_path / "data/raw")
    (tmp_path / "data/raw/census-japan").mkdir()
    (tmp_path / "data/raw/census-japan/part-1.json").write_text("[]", encoding="utf-8")

    wheel, sdist = WheelBuilder(str(tmp_path)), SdistBuilder(str(tmp_path))
    packed = {
        "wheel": [file.distribution_path for file in wheel.recurse_included_files()],
        "sdist": [file.distribution_path for file in sdist.recurse_included_files()],
    }

    assert "pipelines/_data/us-mfn-2024.csv" in packed["wheel"]
    assert "pipelines/_data/scenarios/us-japan-2024.toml" in packed["wheel"]
    assert "data/raw/us-mfn-2024.csv" in packed["sdist"]
    assert [name for names in packed.values() for name in names if "census-japan" in name] == []


def test_what_is_for_development_alone_is_absent(installed: Path, tmp_path: Path) -> None:
    told = unneeded()
    assert {"hypothesis", "pytest", "mypy", "openpyxl", "hatchling", "coverage"} <= set(told)
    assert {"polars", "lark", "scipy", "great_expectations", "typer"}.isdisjoint(told)
    code = "import importlib.util\ntry:\n import pytest\nexcept ImportError as err: print(err)"
    said = run(
        [sys.executable, "-P", "-c", code], tmp_path, environment=apart_from_checkout(installed)
    )
    assert said == "pytest is no dependency of retorsion\n"


def test_demo_of_the_wheel_runs_beside_a_decoy(installed: Path, beside_a_decoy: Path) -> None:
    environment = apart_from_checkout(installed)
    found = run([sys.executable, "-P", "-c", WHERE], beside_a_decoy, environment=environment)
    assert all(Path(line).is_relative_to(installed) for line in found.splitlines())

    run([installed / "bin" / "retorsion", "demo"], beside_a_decoy, environment=environment)

    runs = beside_a_decoy / "data" / "processed" / "runs"
    assert list(runs.glob("*/*/manifest.json"))
