"""The verdict as a page of our own: one file, no script, nothing from the network, escaped."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from pipelines.html import breakable, paragraph, section, whole_page
from pipelines.validation.examples import Examples, Row
from pipelines.validation.html import head, number, table
from pipelines.validation.quarantine import NOTICED_CSV_ROWS
from pipelines.validation.verdict import (
    GROUPS_FILE,
    NOTICED_CSV,
    NOTICED_FILE,
    QUARANTINE_CSV,
    QUARANTINE_FILE,
    Finding,
    Verdict,
    refusals,
)
from pipelines.validation.words import counted, dollars, found_by, money, noticed

SENTENCES = {
    "valid": "The table is valid: no row breaks a rule that refuses it.",
    "valid with quarantine": "The table is valid once the failed rows are left out, as chosen.",
    "invalid": "The table is not valid.",
}


def report(verdict: Verdict, examples: Examples) -> str:
    """The whole page.

    Args:
        verdict: The verdict.
        examples: The first rows and groups that break its rules.
    """
    title = f"Validation of {Path(verdict.subject.name).name}"
    beside = "The rules, their counts and every failed row are beside this page, for machines."
    return whole_page(
        f"{title}: {verdict.state}",
        skip="Skip to the verdict",
        header=paragraph(f"retorsion {verdict.subject.tool_version}, validation"),
        main=body(verdict, examples, title),
        footer=paragraph(beside),
    )


def body(verdict: Verdict, examples: Examples, title: str) -> str:
    """The sections of a verdict, without the page around them."""
    return "\n".join(
        (
            _verdict(verdict, title),
            _judged(verdict),
            _funnel(verdict),
            _noticed(verdict, examples),
            _rules(verdict),
            _quarantine(verdict, examples.failed),
        )
    )


def _verdict(verdict: Verdict, title: str) -> str:
    failed = counted(verdict.rows_failed, "row")
    state = verdict.state.replace(" ", "-")
    worth = f"{failed} ({money(verdict.value_failed_usd)})"
    left_out = f"Left out: {worth}." if verdict.rows_failed else "No row was left out."
    if verdict.state == "invalid":
        left_out = f"Failed: {worth}. {_mend(verdict)}"
    told = f"{left_out} {noticed(verdict).capitalize()}."
    return (
        f"<h1>{escape(title)}</h1>\n"
        f'<p class="verdict {state}"><strong>{escape(verdict.state.capitalize())}.</strong> '
        f"{SENTENCES[verdict.state]} {told}</p>"
    )


def _mend(verdict: Verdict) -> str:
    if verdict.broken_totals:
        names = ", ".join(finding.rule_id for finding in verdict.broken_totals)
        return escape(f"Totals do not hold ({names}): correct the source.")
    if verdict.choice.quarantine:
        return escape(f"{'; '.join(refusals(verdict))}.".capitalize())
    return "Correct the source, or leave them out with --quarantine."


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
    rows = [[head(name), f'<td class="long">{escape(value)}</td>'] for name, value in facts]
    return section("judged", "What was judged", table("The table and its judges", (), rows))


def _funnel(verdict: Verdict) -> str:
    rows = [
        [head(stage.name), number(f"{stage.rows:,}"), number(dollars(stage.value_usd))]
        for stage in verdict.funnel
    ]
    caption = "Rows in the table = left out, by reason + kept"
    return section("funnel", "Funnel", table(caption, ("Rows that", "Rows", "USD"), rows))


def _noticed(verdict: Verdict, examples: Examples) -> str:
    """Warnings and information, each with its reason, what it found, and the first groups."""
    broken = [*verdict.broken_totals, *verdict.noticed]
    if not broken:
        return section("noticed", "Noticed", "<p>No warning, and no other fact to know.</p>")
    parts = [
        f"<p>None of these rows was left out for it. All of them: <code>{NOTICED_FILE}</code>, "
        f"<code>{NOTICED_CSV}</code>{_of_all(examples.noticed_rows)} and "
        f"<code>{GROUPS_FILE}</code>, beside this page.</p>"
    ]
    for finding in broken:
        parts.append(
            f"<h3>{breakable(finding.rule_id)} ({escape(finding.severity)})</h3>\n"
            f"<p>Not so: {escape(finding.message)}. {escape(found_by(finding))}. "
            f"Why it matters: {escape(finding.reason)}.</p>"
        )
        parts += _groups(finding, examples)
    rows = examples.noticed
    if rows:
        parts.append("<h3>Rows noticed</h3>")
        parts.append(_rows_table(rows, f"The first {counted(len(rows), 'row')} noticed"))
    return section("noticed", "Noticed", "\n".join(parts))


def _of_all(rows: int) -> str:
    """How many rows the CSV file has of those noticed, where it does not have all of them."""
    return f" (the first {NOTICED_CSV_ROWS:,} of {rows:,})" if rows > NOTICED_CSV_ROWS else ""


def _groups(finding: Finding, examples: Examples) -> list[str]:
    shown = examples.groups.get(finding.rule_id, ())
    if not shown:
        return []
    rows = [
        [
            head(row["group"]),
            number(f"{row['rows']:,}"),
            number(dollars(row["value_usd"])),
            number(f"{row['figure']:,.6g}"),
        ]
        for row in shown
    ]
    caption = f"The {counted(len(rows), 'group')} of the largest value: {finding.rule_id}"
    return [table(caption, ("Rows with", "Rows", "USD", "Figure"), rows)]


def _rules(verdict: Verdict) -> str:
    columns = (
        *("Rule", "What it asks, and why", "Severity", "Judged", "Groups", "Failed", "USD failed"),
        "Judged by",
    )
    rows = [
        [
            head(item.rule_id),
            f'<td class="long">{escape(item.message)}, because {escape(item.reason)}</td>'
            f"<td>{escape(item.severity)}</td>",
            number(f"{item.rows_judged:,}"),
            number("" if item.groups_judged is None else f"{item.groups_judged:,}"),
            number(f"{item.rows_failed:,}", failed=item.is_broken),
            number(dollars(item.value_failed_usd)),
            f"<td>{escape(item.judged_by)}</td>",
        ]
        for item in verdict.rules
    ]
    caption = "Rows judged and failed by rule; a row can break several"
    return section("rules", "Rules", table(caption, columns, rows))


def _quarantine(verdict: Verdict, quarantined: Sequence[Row]) -> str:
    if not verdict.rows_failed:
        return section("failed", "Failed rows", "<p>None.</p>")
    caption = f"The first {counted(len(quarantined), 'row')} of {verdict.rows_failed:,}"
    where = (
        f"<p>All of them: <code>{QUARANTINE_FILE}</code> and <code>{QUARANTINE_CSV}</code>, beside"
        " this page. Rows are counted as a spreadsheet does: the header is row 1.</p>\n"
    )
    return section("failed", "Failed rows", where + _rows_table(quarantined, caption))


def _rows_table(shown: Sequence[Row], caption: str) -> str:
    columns = ("Source file", "Row", "Rules broken", "What is wrong", "Original text")
    rows = [
        [
            head(row["source_id"]),
            number(f"{row['source_row']}"),
            f"<td>{breakable(row['failed_rules'].replace(';', '; '))}</td>",
            f'<td class="long">{escape(row["reason"])}</td>',
            f"<td>{_cells(row)}</td>",
        ]
        for row in shown
    ]
    return table(caption, columns, rows)


def _cells(row: Row) -> str:
    """The original text of a row; where it is not known, the cells as ingested, and said so."""
    if row["original"] is not None:
        return f"<code>{escape(row['original'])}</code>"
    return f"not at hand; as ingested: <code>{escape(row['as_ingested'])}</code>"
