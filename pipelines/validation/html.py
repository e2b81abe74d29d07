"""Parts of a page: sections and tables, escaped, for eye, keyboard and screen reader alike."""

from collections.abc import Sequence
from html import escape
from importlib import resources

NUMBERS = {
    "Rows",
    "Row",
    "USD",
    "Judged",
    "Failed",
    "USD failed",
    "Groups",
    "Figure",
    "Before",
    "Now",
}


def whole_page(title: str, header: str, body: str, footer: str) -> str:
    """A page in one file: no script, nothing from the network."""
    style = (resources.files("pipelines.validation") / "page.css").read_text(encoding="utf-8")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<style>
{style}</style>
</head>
<body>
<a class="skip" href="#verdict">Skip to the verdict</a>
<header><p>{escape(header)}</p></header>
<main id="verdict">
{body}
</main>
<footer><p>{footer}</p>
</footer>
</body>
</html>
"""


def section(name: str, heading: str, content: str) -> str:
    """A section of a page with its heading."""
    return (
        f'<section aria-labelledby="{name}">\n<h2 id="{name}">{heading}</h2>\n{content}\n</section>'
    )


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with its caption, which can be scrolled by keyboard where it is wide."""
    heads = "".join(column(text) for text in columns)
    top = f"<thead><tr>{heads}</tr></thead>\n" if columns else ""
    body = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(caption)}">\n'
        f"<table>\n<caption>{escape(caption)}</caption>\n{top}<tbody>\n{body}\n</tbody>\n"
        "</table>\n</div>"
    )


def column(text: str) -> str:
    """The head of a column."""
    kind = ' class="number"' if text in NUMBERS else ""
    return f'<th scope="col"{kind}>{escape(text)}</th>'


def head(text: str) -> str:
    """The head of a row; a long name may be broken after a dot or an underscore."""
    return f'<th scope="row">{breakable(text)}</th>'


def breakable(text: str) -> str:
    """Escaped text in which a long name may be broken after a dot or an underscore."""
    return escape(text).replace(".", ".<wbr>").replace("_", "_<wbr>")


def number(text: str, *, failed: bool = False) -> str:
    """A cell with a number."""
    return f'<td class="number{" failed" if failed else ""}">{escape(text)}</td>'
