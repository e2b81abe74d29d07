"""Tables of a verdict whose cells are HTML already; the rest of a page is ``pipelines.html``."""

from collections.abc import Sequence
from html import escape

from pipelines.html import breakable

NUMBERS = {
    *("Rows", "Row", "USD", "Judged", "Failed", "USD failed", "Groups", "Figure", "Bytes"),
    *("Before", "Now", "Rows before", "USD before", "Rows now", "USD now"),
    *("Change, rows", "Change, USD"),
}
"""Heads of columns of numbers, which stand over their right edge as the numbers do."""


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


def number(text: str, *, failed: bool = False) -> str:
    """A cell with a number."""
    return f'<td class="number{" failed" if failed else ""}">{escape(text)}</td>'
