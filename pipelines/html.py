"""Parts of a page in one file: escaped, no script, no network, for keyboard and screen reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True, slots=True)
class Markup:
    """Text that is HTML already; every other text is escaped."""

    text: str


Content = str | Markup


def html_of(content: Content) -> str:
    """A content as HTML."""
    return content.text if isinstance(content, Markup) else escape(content)


def link(text: str, target: str) -> Markup:
    """A link to another part of the page."""
    return Markup(f'<a href="#{escape(target)}">{escape(text)}</a>')


def code(text: str) -> Markup:
    """A text set as code."""
    return Markup(f"<code>{breakable(text)}</code>")


def breakable(text: str) -> str:
    """Escaped text in which a long name may be broken after a dot or an underscore."""
    return escape(text).replace(".", ".<wbr>").replace("_", "_<wbr>").replace("/", "/<wbr>")


def section(name: str, heading: str, *parts: str) -> str:
    """A section with a heading, which the contents can point to."""
    return (
        f'<section aria-labelledby="{name}">\n<h2 id="{name}">{escape(heading)}</h2>\n'
        + "\n".join(part for part in parts if part)
        + "\n</section>"
    )


def paragraph(content: Content, kind: str = "") -> str:
    """A paragraph."""
    named = f' class="{kind}"' if kind else ""
    return f"<p{named}>{html_of(content)}</p>"


def bullets(items: Sequence[Content]) -> str:
    """A list of points; nothing where there are none."""
    if not items:
        return ""
    return "<ul>\n" + "\n".join(f"<li>{html_of(item)}</li>" for item in items) + "\n</ul>"


def table(
    caption: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Content]],
    numbers: int = 0,
    ids: Sequence[str] = (),
) -> str:
    """A table whose first column heads its rows and whose last columns hold numbers.

    Args:
        caption: What the table shows.
        columns: Heads of the columns; none for a list of facts.
        rows: A row of cells each.
        numbers: How many columns at the end are set as numbers.
        ids: The result id of each row, by which it can be found and linked to; none where empty.
    """
    first_number = (len(columns) or max((len(row) for row in rows), default=0)) - numbers
    heads = "".join(
        f'<th scope="col"{_kind(at, first_number)}>{escape(text)}</th>'
        for at, text in enumerate(columns)
    )
    head = f"<thead><tr>{heads}</tr></thead>\n" if columns else ""
    marks = [f' id="{escape(one)}" data-result="{escape(one)}"' for one in ids] or [""] * len(rows)
    body = "\n".join(
        f"<tr{mark}>{_cells(row, first_number)}</tr>" for mark, row in zip(marks, rows, strict=True)
    )
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(caption)}">\n<table>\n'
        f"<caption>{escape(caption)}</caption>\n{head}<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def _cells(row: Sequence[Content], first_number: int) -> str:
    head, *others = row
    rest = (
        f"<td{_kind(at, first_number)}>{html_of(cell)}</td>" for at, cell in enumerate(others, 1)
    )
    return f'<th scope="row">{html_of(head)}</th>{"".join(rest)}'


def _kind(at: int, first_number: int) -> str:
    return ' class="number"' if at >= first_number else ""


def figure(name: str, drawing: str, sentence: str) -> str:
    """A chart with the sentence that says what it shows; the drawing is hidden from readers."""
    return (
        f'<figure id="{name}">\n<div class="chart" role="region" tabindex="0" '
        f'aria-label="Chart: {escape(sentence)}">\n'
        f'<div role="img" aria-label="{escape(sentence)}">{drawing}</div>\n</div>\n'
        f"<figcaption>{escape(sentence)}</figcaption>\n</figure>"
    )


def details(name: str, summary: str, content: str) -> str:
    """A part that opens when asked, or when a link leads to it; it is printed in full.

    The name is that of the content: a browser opens what hides the target of a link.
    """
    inner = f'<div id="{escape(name)}" class="opened">\n{content}\n</div>'
    return f"<details>\n<summary>{escape(summary)}</summary>\n{inner}\n</details>"


def whole_page(title: str, *, skip: str, header: str, main: str, footer: str) -> str:
    """A page.

    Args:
        title: Title of the document.
        skip: Words of the link that goes past the header.
        header: HTML before the main part.
        main: HTML of the main part.
        footer: HTML after it.
    """
    style = (resources.files("pipelines") / "page.css").read_text(encoding="utf-8")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<style>
{style}</style>
</head>
<body>
<a class="skip" href="#main">{escape(skip)}</a>
<header>
{header}
</header>
<main id="main">
{main}
</main>
<footer>
{footer}
</footer>
</body>
</html>
"""
