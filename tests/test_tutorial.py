"""The tutorial is followed line by line in an empty folder, and the examples in Python run."""

import contextlib
import io
import os
from pathlib import Path

import pytest

from tests.test_docs import DOCS, blocks, followed, screen_of

TUTORIAL, PYTHON = DOCS / "tutorial.md", DOCS / "python.md"
MOST_COMMANDS = 20


@pytest.mark.slow
def test_tutorial_can_be_followed_in_an_empty_folder(tmp_path: Path) -> None:
    seen = followed(TUTORIAL, tmp_path)

    assert 10 < len(seen) <= MOST_COMMANDS
    assert (tmp_path / "duty.svg").read_text(encoding="utf-8").startswith("<svg")
    assert (tmp_path / "tables" / "lines.csv").read_bytes().startswith(b"\xef\xbb\xbfimporter,")


@pytest.mark.slow
def test_examples_in_python_print_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen_of("retorsion init", tmp_path)
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("RETORSION_")]:
        monkeypatch.delenv(name)
    names: dict[str, object] = {}
    page = blocks(PYTHON)
    examples = [place for place, block in enumerate(page) if block.language == "python"]

    assert len(examples) == 4
    for place in examples:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(page[place].text, f"example {place}", "exec"), names)
        assert out.getvalue() == page[place + 1].text
