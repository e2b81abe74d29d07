"""What the guided search begins with is held to, so that it would tell where it is not."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.guided import MODULES, SEEDS, TARGETS, grammar

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "seed"), [(name, seed) for name, seeds in SEEDS.items() for seed in seeds]
)
def test_seeds_hold(name: str, seed: bytes, tmp_path: Path) -> None:
    TARGETS[name](seed, tmp_path)
    TARGETS[name](seed[: len(seed) // 2], tmp_path)


def test_watched_modules_are_there() -> None:
    assert set(MODULES) == set(TARGETS) == set(SEEDS)
    for module in (module for modules in MODULES.values() for module in modules):
        importlib.import_module(module)


def test_harm_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text of a duty that reads back to another one ends the search."""
    monkeypatch.setattr("calc.policy.grammar.text_of", lambda _: "1%")
    grammar(b"1%", tmp_path)
    with pytest.raises(AssertionError):
        grammar(b"25%", tmp_path)


def test_without_atheris_it_says_what_to_install() -> None:
    code = "import sys; sys.modules['atheris'] = None; from tests.fuzz.guided import guided; "
    code += "from pathlib import Path; guided('grammar', 1, Path('none'))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "atheris is not installed: .venv/bin/pip install atheris\n"
