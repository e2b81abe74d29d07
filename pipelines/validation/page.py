"""The verdict as a page of our own: one file, no script, nothing from the network, escaped."""

from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from pipelines.validation.verdict import QUARANTINE_CSV, QUARANTINE_FILE, Verdict
from pipelines.validation.words import counted, dollars, money

ROWS_SHOWN = 50
NUMBERS = {"Rows", "Row", "USD", "Judged", "Failed", "USD failed"}
SENTENCES = {
    "valid": "The table is valid: every row keeps every rule.",
    "valid with quarantine": "The table is valid once the failed rows are left out, as chosen.",
    "invalid": "The table is not valid: some rows break a rule, and nothing was left out.",
}


def report(verdict: Verdict, quarantined: Sequence[dict[str, Any]]) -> str:
    """The whole page.

    Args:
        verdict: The verdict.
        quarantined: The first rows of the quarantine.
    """
    title = f"Validation of {Path(verdict.subject.name).name}"
    body = "\n".join(
        (
            _verdict(verdict, title),
            _judged(verdict),
            _funnel(verdict),
            _rules(verdict),
            _quarantine(verdict, quarantined),
        )
    )
    style = (resources.files("pipelines.validation") / "page.css").read_text(encoding="utf-8")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}: {escape(verdict.state)}</title>
<style>
{style}</style>
</head>
<body>
<a class="skip" href="#verdict">Skip to the verdict</a>
<header><p>retorsion {escape(verdict.subject.tool_version)}, validation</p></header>
<main id="verdict">
{body}
</main>
<footer><p>The rules, their counts and every failed row are beside this page, for machines.</p>
</footer>
</body>
</html>
"""


def _verdict(verdict: Verdict, title: str) -> str:
    failed = counted(verdict.rows_failed, "row")
    state = verdict.state.replace(" ", "-")
    worth = f"{failed} ({money(verdict.value_failed_usd)})"
    told = {
        "valid": "No row was left out.",
        "valid with quarantine": f"Left out: {worth}.",
        "invalid": f"Failed: {worth}. Correct the source, or leave them out with --quarantine.",
    }[verdict.state]
    return (
        f"<h1>{escape(title)}</h1>\n"
        f'<p class="verdict {state}"><strong>{escape(verdict.state.capitalize())}.</strong> '
        f"{SENTENCES[verdict.state]} {told}</p>"
    )


def _judged(verdict: Verdict) -> str:
    subject = verdict.subject
    facts = [
        ("File", subject.name),
        ("SHA-256", subject.sha256),
        ("Rows", f"{verdict.rows_judged:,}"),
        ("Value", money(verdict.value_judged_usd)),
        ("Value of a row", "customs value, else CIF value, else FOB value"),
        ("Rules SHA-256", subject.rules_sha256),
    ]
    facts += [(f"{item.name} {item.version}", f"judged {item.judged}") for item in verdict.engines]
    rows = [[_head(name), f'<td class="long">{escape(value)}</td>'] for name, value in facts]
    return _section("judged", "What was judged", _table("The table and its judges", (), rows))


def _funnel(verdict: Verdict) -> str:
    rows = [
        [_head(stage.name), _number(f"{stage.rows:,}"), _number(dollars(stage.value_usd))]
        for stage in verdict.funnel
    ]
    caption = "Rows in the table = left out, by reason + kept"
    return _section("funnel", "Funnel", _table(caption, ("Rows that", "Rows", "USD"), rows))


def _rules(verdict: Verdict) -> str:
    columns = ("Rule", "What it asks", "Severity", "Judged", "Failed", "USD failed", "Judged by")
    rows = [
        [
            _head(item.rule_id),
            f"<td>{escape(item.message)}</td><td>{escape(item.severity)}</td>",
            _number(f"{item.rows_judged:,}"),
            _number(f"{item.rows_failed:,}", failed=item.rows_failed > 0),
            _number(dollars(item.value_failed_usd)),
            f"<td>{escape(item.judged_by)}</td>",
        ]
        for item in verdict.rules
    ]
    caption = "Rows judged and failed by rule; a row can break several"
    return _section("rules", "Rules", _table(caption, columns, rows))


def _quarantine(verdict: Verdict, quarantined: Sequence[dict[str, Any]]) -> str:
    if not verdict.rows_failed:
        return _section("failed", "Failed rows", "<p>None.</p>")
    columns = ("Source file", "Row", "Rules broken", "What is wrong", "Original text")
    rows = [
        [
            _head(row["source_id"]),
            _number(f"{row['source_row']}"),
            f"<td>{_breakable(row['failed_rules'].replace(';', '; '))}</td>",
            f'<td class="long">{escape(row["reason"])}</td>',
            f"<td><code>{escape(row['original'])}</code></td>",
        ]
        for row in quarantined
    ]
    caption = f"The first {counted(len(rows), 'row')} of {verdict.rows_failed:,}"
    where = (
        f"<p>All of them: <code>{QUARANTINE_FILE}</code> and <code>{QUARANTINE_CSV}</code>, beside"
        " this page. Rows are counted as a spreadsheet does: the header is row 1.</p>\n"
    )
    return _section("failed", "Failed rows", where + _table(caption, columns, rows))


def _section(name: str, heading: str, content: str) -> str:
    return (
        f'<section aria-labelledby="{name}">\n<h2 id="{name}">{heading}</h2>\n{content}\n</section>'
    )


def _table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    heads = "".join(_column(column) for column in columns)
    head = f"<thead><tr>{heads}</tr></thead>\n" if columns else ""
    body = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(caption)}">\n'
        f"<table>\n<caption>{escape(caption)}</caption>\n{head}<tbody>\n{body}\n</tbody>\n"
        "</table>\n</div>"
    )


def _column(text: str) -> str:
    kind = ' class="number"' if text in NUMBERS else ""
    return f'<th scope="col"{kind}>{escape(text)}</th>'


def _head(text: str) -> str:
    return f'<th scope="row">{_breakable(text)}</th>'


def _breakable(text: str) -> str:
    """Escaped text in which a long name may be broken after a dot or an underscore."""
    return escape(text).replace(".", ".<wbr>").replace("_", "_<wbr>")


def _number(text: str, *, failed: bool = False) -> str:
    return f'<td class="number{" failed" if failed else ""}">{escape(text)}</td>'
