"""Chromium as a test drives it: without a window or a network, over a pipe of its own."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe"),
)
KEYS = {"Tab": 9, "Enter": 13, "Space": 32}
TEXTS = {"Enter": "\r", "Space": " "}


def chromium() -> str:
    """The program; the test is skipped where it is not installed."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        pytest.skip("Chromium is not installed: no page can be walked through")
    return found


class Page:
    """A page that is open: keys are pressed on it, and it is asked what it shows."""

    def __init__(self, down: int, up: int) -> None:
        self._down, self._up = down, up
        self._number, self._left = 0, b""
        self._session: str | None = None

    def send(self, method: str, **parameters: Any) -> Any:
        """A command of the DevTools protocol, and its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._down, json.dumps(message).encode() + b"\0")
        while True:
            told = self._read()
            if told.get("id") == self._number:
                assert "error" not in told, told
                return told["result"]

    def _read(self) -> Any:
        while b"\0" not in self._left:
            part = os.read(self._up, 1 << 16)
            assert part, "the browser has ended"
            self._left += part
        whole, _, self._left = self._left.partition(b"\0")
        return json.loads(whole)

    def open(self, path: Path) -> None:
        """Open a file and wait until all of it is there."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self._session = session["sessionId"]
        self.send("Page.enable")
        self.send("Page.navigate", url=path.resolve().as_uri())
        while self.ask("document.readyState") != "complete" or self.ask("location.href").startswith(
            "about"
        ):
            pass

    def ask(self, expression: str) -> Any:
        """The value of an expression on the page."""
        told = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        named = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key]}
        text = {"text": TEXTS[key]} if key in TEXTS else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", **named, **text)
        self.send("Input.dispatchKeyEvent", type="keyUp", **named)


@contextmanager
def opened(path: Path, folder: Path) -> Iterator[Page]:
    """A page in a browser of its own, whose settings are kept in a folder."""
    from_page, to_us = os.pipe()
    from_us, to_page = os.pipe()

    def give() -> None:
        os.dup2(from_us, 3)
        os.dup2(to_us, 4)

    # High numbers first, so that 3 and 4 are free to be given.
    process = subprocess.Popen(
        [chromium(), *OPTIONS, f"--user-data-dir={folder}"],
        pass_fds=(3, 4), preexec_fn=give, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        page = Page(to_page, from_page)
        page.open(path)
        yield page
    finally:
        process.terminate()
        process.wait(timeout=30)
        for end in (from_page, to_us, from_us, to_page):
            os.close(end)
