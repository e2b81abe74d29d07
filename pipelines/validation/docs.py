"""What great-expectations' own pages load from elsewhere, by name, beside the pages."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

ASSETS_FILE = "outside-assets.txt"
LOADED = re.compile(
    r"<(?:script|img|iframe)\b[^>]*?\bsrc=[\"'](https?://[^\"'?]+)"
    r"|<link\b[^>]*?\bhref=[\"'](https?://[^\"'?]+)"
    r"|(?:@import\s+[\"']|\burl\(\s*[\"']?)(https?://[^\"')?]+)",
    re.IGNORECASE,
)
"""An address that a page loads by itself; those that it links to are not."""


def write_assets(folder: Path) -> list[str]:
    """Write ``outside-assets.txt`` into a folder of pages: each address that they load, once.

    Returns:
        The addresses, sorted.

    Raises:
        OSError: A page cannot be read, or the list cannot be written.
    """
    found = sorted({address for page in _pages(folder) for address in _loaded(page)})
    (folder / ASSETS_FILE).write_text("\n".join([*found, ""]), encoding="utf-8", newline="\n")
    return found


def _pages(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix in (".html", ".css"))


def _loaded(page: Path) -> Iterator[str]:
    for match in LOADED.finditer(page.read_text(encoding="utf-8")):
        yield next(address for address in match.groups() if address)


def hosts_of(folder: Path) -> list[str]:
    """The hosts that the pages load from, sorted.

    Raises:
        OSError: The list cannot be read.
    """
    listed = (folder / ASSETS_FILE).read_text(encoding="utf-8").split()
    return sorted({urlsplit(address).netloc for address in listed})


def result_pages(folder: Path) -> list[Path]:
    """The pages of results, which can be read without what is loaded; sorted by their subject."""
    return sorted((folder / "validations").rglob("*.html"))
