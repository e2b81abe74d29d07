"""Pages walked in headless Chromium with axe-core: what a page asks of the network, what is amiss.

Needs ``chromium`` and ``node``, and the two packages of ``package.json`` in this folder, which
``.ci/run`` installs. Where one is absent the tests of pages are skipped, and say why.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PACKAGES = ("axe-core", "playwright-core")
BROWSERS = ("chromium", "chromium-browser")
SCHEMES = ("light", "dark")
WIDTHS = (1280, 400)
SECONDS = 240
SCREENSHOTS = "RETORSION_SCREENSHOTS"
"""Environment variable that names a folder to keep screenshots in, for people to look at."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What was found on a page in one of its views."""

    page: str
    view: str
    violations: list[dict[str, Any]]
    requests: list[str]
    errors: list[str]
    overflow: int
    scripts: int
    cut: list[str]
    passes: int

    @property
    def faults(self) -> list[str]:
        """All that is amiss, in words; empty where nothing is."""
        told = [
            f"{one['rule']} ({one['impact']}): {one['help']}: {node}"
            for one in self.violations
            for node in one["nodes"]
        ]
        told += [f"asks the network for {url}" for url in self.requests]
        told += [f"error: {text}" for text in self.errors]
        told += [f"cuts off the text of a chart: {text}" for text in self.cut]
        if self.scripts:
            told.append(f"holds {self.scripts} scripts")
        if self.overflow > 0:
            told.append(f"is {self.overflow} pixels wider than the screen")
        return [f"{Path(self.page).name}, {self.view}: {fault}" for fault in told]


def browser() -> str | None:
    """The path of the browser; null where there is none."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def absent() -> str:
    """What is not here of what walking needs; empty where all is."""
    if browser() is None:
        return "there is no chromium"
    if shutil.which("node") is None:
        return "there is no node"
    lacking = [name for name in PACKAGES if not (HERE / "node_modules" / name).is_dir()]
    how = "npm install --no-package-lock --omit=dev --ignore-scripts, in tests/browser"
    return f"{' and '.join(lacking)} not installed: {how}" if lacking else ""


def walked(
    pages: Sequence[Path],
    folder: Path,
    *,
    schemes: Sequence[str] = SCHEMES,
    widths: Sequence[int] = WIDTHS,
    checked: bool = True,
) -> list[Walked]:
    """Each page in light and dark, wide and narrow, with what is found on it.

    The test that asks is skipped where what walking needs is absent.

    Args:
        pages: HTML files.
        folder: A folder that the browser may keep its profile in.
        schemes: Light, dark, or both.
        widths: Of the window, in pixels.
        checked: Whether the accessibility checker looks at them.
    """
    found = _told_by(
        "walk.mjs",
        folder,
        pages=[str(page.resolve()) for page in pages],
        views=[{"scheme": scheme, "width": width} for scheme in schemes for width in widths],
        checked=checked,
        screenshots=os.environ.get(SCREENSHOTS),
    )
    return [_walked(one) for one in found]


def walked_by_keyboard(page: Path, folder: Path) -> dict[str, Any]:
    """What is met on the way by keyboard from the top of a page to a trail; see the program."""
    told: dict[str, Any] = _told_by("keyboard.mjs", folder, page=str(page.resolve()))
    return told


def _told_by(program: str, folder: Path, **asked: Any) -> Any:
    """What a program of this folder finds in the browser; the test is skipped without one."""
    if lacking := absent():
        pytest.skip(lacking)
    done = subprocess.run(
        ["node", HERE / program],
        input=json.dumps({"chromium": browser(), "profile": str(folder / "profile"), **asked}),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _walked(one: dict[str, Any]) -> Walked:
    kept = {field.name: one[field.name] for field in fields(Walked) if field.name != "view"}
    return Walked(view=f"{one['scheme']}, {one['width']} wide", **kept)
