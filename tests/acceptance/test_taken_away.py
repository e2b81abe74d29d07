"""What is half done goes even where Ctrl-C comes while it is taken away."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from pipelines import folders
from pipelines.ingest.store import scratch_folder


@pytest.mark.parametrize("kind", [folders.new_folder, folders.replaced_folder, "scratch"])
def test_interrupted_while_it_is_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Any
) -> None:
    remove, calls = shutil.rmtree, []

    def struck(path: Path, **settings: Any) -> None:
        calls.append(path)
        if len(calls) == 1:
            raise KeyboardInterrupt
        remove(path, **settings)

    def fails() -> None:
        given = scratch_folder(tmp_path, "x") if kind == "scratch" else kind(tmp_path / "x")
        with given as fresh:
            (fresh / "half").touch()
            raise ValueError("a fault")

    monkeypatch.setattr(shutil, "rmtree", struck)
    with pytest.raises(KeyboardInterrupt):
        fails()
    assert len(calls) == 2
    assert list(tmp_path.iterdir()) == []
