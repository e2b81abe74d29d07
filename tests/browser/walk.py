"""Pages walked in headless Chromium with axe-core: what a page asks of the network, what is amiss.

Needs ``chromium`` and ``node``, and the two packages of ``package.json`` in this folder, which
``.ci/run`` installs. Where one is absent the tests of pages are skipped, and say why.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
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


def walked(pages: Sequence[Path], folder: Path) -> list[Walked]:
    """Each page in light and dark, wide and narrow, with what is found on it.

    The test that asks is skipped where what walking needs is absent.

    Args:
        pages: HTML files.
        folder: A folder that the browser may keep its profile in.
    """
    if lacking := absent():
        pytest.skip(lacking)
    views = [{"scheme": scheme, "width": width} for scheme in SCHEMES for width in WIDTHS]
    asked = {
        "chromium": browser(),
        "profile": str(folder / "profile"),
        "pages": [str(page.resolve()) for page in pages],
        "views": views,
        "screenshots": os.environ.get(SCREENSHOTS),
    }
    done = subprocess.run(
        ["node", HERE / "walk.mjs"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return [_walked(one) for one in json.loads(done.stdout)]


def _walked(one: dict[str, Any]) -> Walked:
    kept = {name: one[name] for name in ("page", "violations", "requests", "errors", "overflow")}
    return Walked(view=f"{one['scheme']}, {one['width']} wide", passes=one["passes"], **kept)
