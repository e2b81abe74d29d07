"""Pages walked in headless Chromium with axe-core: what a page asks of the network, what is amiss.

Needs ``chromium`` and ``node``, and the two packages of ``package.json`` in this folder, which
``.ci/run`` installs. Where one is absent the tests of pages are skipped, and say why. One browser
serves all tests of a process: its start takes as long as a page.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from threading import Timer
from typing import Any

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


def chromium() -> str | None:
    """The path of the browser; null where there is none."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def absent() -> str:
    """What is not here of what walking needs; empty where all is."""
    if chromium() is None:
        return "there is no chromium"
    if shutil.which("node") is None:
        return "there is no node"
    lacking = [name for name in PACKAGES if not (HERE / "node_modules" / name).is_dir()]
    how = "npm install --no-package-lock --omit=dev --ignore-scripts, in tests/browser"
    return f"{' and '.join(lacking)} not installed: {how}" if lacking else ""


class Browser:
    """The browser, started once and asked line by line by ``browser.mjs``."""

    def __init__(self, folder: Path) -> None:
        """Start it with a profile in a folder."""
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["node", HERE / "browser.mjs", str(chromium()), folder / "profile"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                encoding="utf-8",
            )  # fmt: skip

    def ask(self, does: str, **asked: Any) -> Any:
        """What a program of this folder finds in the browser."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        limit = Timer(SECONDS, self.process.kill)
        limit.start()
        try:
            self.process.stdin.write(json.dumps({"does": does, **asked}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        finally:
            limit.cancel()
        assert line, self.log.read_text(encoding="utf-8")
        answer = json.loads(line)
        assert "failed" not in answer, answer["failed"]
        return answer["told"]

    def close(self) -> None:
        """End it."""
        self.process.communicate(timeout=SECONDS)


def walked(
    browser: Browser,
    pages: Sequence[Path],
    *,
    schemes: Sequence[str] = SCHEMES,
    widths: Sequence[int] = WIDTHS,
    checked: bool = True,
) -> list[Walked]:
    """Each page in light and dark, wide and narrow, with what is found on it.

    Args:
        browser: The browser that all tests share.
        pages: HTML files.
        schemes: Light, dark, or both.
        widths: Of the window, in pixels.
        checked: Whether the accessibility checker looks at them.
    """
    found = browser.ask(
        "walk",
        pages=[str(page.resolve()) for page in pages],
        views=[{"scheme": scheme, "width": width} for scheme in schemes for width in widths],
        checked=checked,
        screenshots=os.environ.get(SCREENSHOTS),
    )
    return [_walked(one) for one in found]


def walked_by_keyboard(browser: Browser, page: Path) -> dict[str, Any]:
    """What is met on the way by keyboard from the top of a page to a trail; see the program."""
    told: dict[str, Any] = browser.ask("keyboard", page=str(page.resolve()))
    return told


def _walked(one: dict[str, Any]) -> Walked:
    kept = {field.name: one[field.name] for field in fields(Walked) if field.name != "view"}
    return Walked(view=f"{one['scheme']}, {one['width']} wide", **kept)
