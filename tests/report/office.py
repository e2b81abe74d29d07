"""LibreOffice as a test drives it: a workbook opened without a window and worked out anew."""

import shutil
import subprocess
from pathlib import Path

import pytest

SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
 oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
"""Formulas are worked out when a file is opened, whatever values they carry."""


def office() -> str:
    """The program; the test is skipped where it is not installed."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        pytest.skip("LibreOffice Calc is not installed: no workbook can be worked out anew")
    return found


def recalculated(path: Path, folder: Path, *others: Path) -> Path:
    """A copy of a workbook with every formula worked out by LibreOffice; ``others`` beside it."""
    user = folder / "user" / "user"
    user.mkdir(parents=True, exist_ok=True)
    (user / "registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")
    done = subprocess.run(
        [
            office(), "--headless", f"-env:UserInstallation={(folder / 'user').as_uri()}",
            "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", folder / "out", path,
            *others,
        ],
        capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "out" / path.name
