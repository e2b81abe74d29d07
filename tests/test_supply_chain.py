"""What is installed is what was locked, under licences that allow it."""

import contextlib
import re
from importlib import metadata
from pathlib import Path

import pytest

from tests.licences import LOCK, LOCKED, kind_of, licence_of, listed, locked

ROOT = Path(__file__).parents[1]
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


def test_every_locked_distribution_has_hashes_and_no_address() -> None:
    text = LOCK.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) == len(LOCKED.findall(text)) > 50
    assert all(HASH.search(entry) for entry in entries)
    assert "://" not in text


def test_every_licence_is_known_and_none_binds_what_uses_it() -> None:
    found = {name: licence_of(name) for name in locked()}
    kinds = {name: kind_of(text) for name, text in found.items() if text is not None}
    assert {name: kind for name, kind in kinds.items() if kind in ("copyleft", "unknown")} == {}


@pytest.mark.parametrize(
    ("licence", "kind"),
    [
        ("MIT", "permissive"),
        ("BSD-3-Clause AND 0BSD", "permissive"),
        ("MPL-2.0 AND MIT", "weak copyleft"),
        ("LGPL-2.1-or-later", "weak copyleft"),
        ("GNU Lesser General Public License v2 or later (LGPLv2+)", "weak copyleft"),
        ("GPL-3.0-only", "copyleft"),
        ("GNU General Public License v3 (GPLv3)", "copyleft"),
        ("AGPL-3.0", "copyleft"),
        ("", "unknown"),
    ],
)
def test_kinds_of_licences(licence: str, kind: str) -> None:
    assert kind_of(licence) == kind


def test_list_of_licences_is_that_of_the_lock() -> None:
    kept = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(): line for line in kept.splitlines() if line.startswith("| ")}
    now = {line.split("|")[1].strip(): line for line in listed().splitlines() if line[:2] == "| "}
    assert set(rows) - {"distribution"} <= set(locked())
    assert {name: rows.get(name) for name in now} == now, (
        "remake it: python -m tests.licences > docs/licences.md"
    )


def test_what_is_installed_is_of_the_locked_versions() -> None:
    """What an audit of the lock says holds of what runs; what is not for this system is left."""
    pinned = LOCKED.findall(LOCK.read_text(encoding="utf-8"))
    found = set()
    for name in locked():
        with contextlib.suppress(metadata.PackageNotFoundError):
            found.add((name, metadata.version(name)))
    assert len(found) > 40
    assert found - set(pinned) == set()
