"""The pages of a run and of its audit pack, in a browser: accessible, without network or script."""

import zipfile
from pathlib import Path

from tests.browser.walk import SCHEMES, WIDTHS, Browser, walked
from tests.run.tool import Done, Place

BROKEN = """<!doctype html><html><head><title></title></head><body>
<img src="https://example.invalid/a.png"><p style="color:#999;background:#aaa">faint</p>
<script></script><svg width="50" height="20"><text x="-20" y="10">cut</text></svg></body></html>"""


def test_pages_of_a_run_and_of_its_pack_have_no_violation(
    browser: Browser, demonstration: tuple[Place, Done], tmp_path: Path
) -> None:
    place, _ = demonstration
    pack = tmp_path / "pack.zip"
    done = place.do("audit", "us-japan-2024", "--output", pack)
    assert done.code == 0, done.err
    with zipfile.ZipFile(pack) as packed:
        packed.extractall(tmp_path / "pack")
    run = place.folder()
    pages = [*sorted((tmp_path / "pack").rglob("*.html")), run / "report.html"]
    assert len(pages) >= len(("audit", "run", "verdict"))
    # the verdict is walked in the pack, which has it as it is beside the run
    verdict = (run / "validation" / "report.html").read_bytes()
    assert verdict in [page.read_bytes() for page in pages]
    found = walked(browser, pages)
    assert len(found) == len(pages) * len(SCHEMES) * len(WIDTHS)
    assert all(one.passes for one in found), "the checker looked at nothing"
    assert [fault for one in found for fault in one.faults] == []


def test_the_walk_finds_what_is_amiss(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "broken.html"
    page.write_text(BROKEN, encoding="utf-8")
    told = "\n".join(fault for one in walked(browser, [page]) for fault in one.faults)
    for rule in ("image-alt", "color-contrast", "html-has-lang", "document-title"):
        assert rule in told
    assert "asks the network for https://example.invalid/a.png" in told
    assert "holds 1 scripts" in told
    assert "cuts off the text of a chart: cut" in told
