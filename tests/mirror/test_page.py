"""The page on the mirror can be followed, and shows what comes out."""

import shlex
from pathlib import Path

import pytest

from tests.run.tool import retorsion
from tests.test_docs import DOCS, blocks, commands, without_id

PAGE = DOCS / "mirror.md"


def test_page_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RETORSION_WORKSPACE", raising=False)
    seen = []
    for block in blocks(PAGE):
        if block.file:
            Path(block.file).write_text(block.text, encoding="utf-8")
        for command in commands(block):
            typed, _, elsewhere = command.typed.partition(" > ")
            done = retorsion(*shlex.split(typed)[1:])
            assert done.code == 0, done.err
            assert elsewhere or without_id(done.out) == without_id(command.shown), typed
            seen.append(typed)

    assert len(seen) == 3
