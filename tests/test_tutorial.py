"""The tutorial is followed line by line in an empty folder, and the examples in Python run.

Its commands are carried out in this process, which spares twenty starts; those of the README are
typed into a shell.
"""

import contextlib
import io
import os
import shlex
from pathlib import Path

import pytest

from tests.run.tool import retorsion
from tests.test_docs import DOCS, blocks, followed, screen_of

TUTORIAL, PYTHON = DOCS / "tutorial.md", DOCS / "python.md"
MOST_COMMANDS = 20


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that this process is in, without settings of the tool."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("RETORSION_")]:
        monkeypatch.delenv(name)
    return tmp_path


def screen_here(typed: str, folder: Path) -> str:
    """What a command shows on standard output: one of the tool in this process, or in a shell."""
    program, *arguments = shlex.split(typed)
    if program != "retorsion":
        return screen_of(typed, folder)
    done = retorsion(*arguments)
    assert done.code == 0, f"{typed}\n{done.out}\n{done.err}"
    return done.out


@pytest.mark.slow
def test_tutorial_can_be_followed_in_an_empty_folder(empty_folder: Path) -> None:
    seen = followed(TUTORIAL, empty_folder, screen_here)

    assert 10 < len(seen) <= MOST_COMMANDS
    assert (empty_folder / "duty.svg").read_text(encoding="utf-8").startswith("<svg")
    assert (empty_folder / "tables" / "lines.csv").read_bytes().startswith(b"\xef\xbb\xbfimporter,")


@pytest.mark.slow
def test_examples_in_python_print_what_the_page_shows(empty_folder: Path) -> None:
    screen_here("retorsion init", empty_folder)
    names: dict[str, object] = {}
    page = blocks(PYTHON)
    examples = [place for place, block in enumerate(page) if block.language == "python"]

    assert len(examples) == 4
    for place in examples:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(page[place].text, f"example {place}", "exec"), names)
        assert out.getvalue() == page[place + 1].text
