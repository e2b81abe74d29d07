"""The page of an audit pack: the verdict, what changed, what the run read, its funnel, versions."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from pipelines.audit.trend import changes
from pipelines.html import paragraph, section, whole_page
from pipelines.run.manifest import Manifest
from pipelines.validation import page
from pipelines.validation.examples import Examples
from pipelines.validation.html import head, number, table
from pipelines.validation.verdict import Verdict
from pipelines.validation.words import dollars

CHANGES = ("Change, rows", "Change, USD")
CHECK = (
    "<p>Every file of this pack is listed with its SHA-256 in <code>pack.json</code>, whose own is "
    "in <code>pack.sha256</code>. With the tool: <code>retorsion verify PACK.zip</code>. Without "
    "it: unpack, then <code>sha256sum --check pack.sha256</code> and compare the list; the suites "
    "in <code>validation/</code> run in plain great-expectations, as their notes say.</p>"
)


def report(
    manifest: Manifest,
    verdict: Verdict,
    examples: Examples,
    funnel: Sequence[Mapping[str, Any]],
    before: Verdict | None,
) -> str:
    """The whole page.

    Args:
        manifest: The manifest of the run.
        verdict: The verdict on its trade table.
        examples: The first rows and groups that break the rules.
        funnel: The rows of FUNNEL.
        before: The verdict before on the same dataset; None where none is kept.
    """
    title = f"Audit of run {manifest.run_id}: {manifest.title}"
    parts = (
        page.body(verdict, examples, title),
        trend(verdict, before),
        _funnel(funnel),
        _inputs(manifest),
        _versions(manifest),
        section("check", "How to check this pack", CHECK),
    )
    return whole_page(
        f"{title}: {verdict.state}",
        skip="Skip to the verdict",
        header=paragraph(f"retorsion {manifest.tool_version}, audit"),
        main="\n".join(parts),
        footer=paragraph("The data behind this page are beside it in the pack."),
    )


def _signed(before: float | None, now: float | None) -> str:
    """What came to be more, with its sign; in words where either is not known."""
    if before is None or now is None:
        return dollars(None)
    more = dollars(now - before)
    return more if more.startswith("-") or more == "0" else f"+{more}"


def trend(verdict: Verdict, before: Verdict | None) -> str:
    """What changed since the verdict before on the same dataset, as a section of the page."""
    if before is None:
        none = "<p>No other verdict on this dataset is kept, so there is nothing to compare.</p>"
        return section("trend", "Since the verdict before", none)
    found = list(changes(before, verdict))
    facts = (
        f"<p>Compared with the contents of SHA-256 <code>{escape(before.subject.sha256)}</code>: "
        f"{before.rows_judged:,} rows then, {verdict.rows_judged:,} now; "
        f"{escape(before.state)} then, {escape(verdict.state)} now.</p>\n"
    )
    if not found:
        none = facts + "<p>No rule was broken then, and none is now.</p>"
        return section("trend", "Since the verdict before", none)
    rows = [
        [
            head(change.rule_id),
            number("not judged" if change.rows_before is None else f"{change.rows_before:,}"),
            number("" if change.rows_before is None else dollars(change.usd_before)),
            number(f"{change.rows_now:,}"),
            number(dollars(change.usd_now)),
            number(_signed(change.rows_before, change.rows_now)),
            number(_signed(change.usd_before, change.usd_now)),
        ]
        for change in found
    ]
    columns = ("Rule", "Rows before", "USD before", "Rows now", "USD now", *CHANGES)
    caption = "Rules that rows break, then and now"
    return section("trend", "Since the verdict before", facts + table(caption, columns, rows))


def _funnel(funnel: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [
            head(row["stage"]),
            f"<td>{escape(row['kind'])}</td><td>{escape(row['reason'] or '')}</td>",
            number(f"{row['rows']:,}"),
            number(dollars(row["value_usd"])),
        ]
        for row in funnel
    ]
    caption = "From the rows of the source files to the lines on which a rate changes"
    columns = ("Stage", "Kind", "Reason", "Rows", "USD")
    return section("run-funnel", "Funnel of the run", table(caption, columns, rows))


def _inputs(manifest: Manifest) -> str:
    rows = [
        [
            head(item.name),
            f'<td>{escape(item.role)}</td><td class="long"><code>{item.sha256}</code></td>',
            number(f"{item.bytes:,}"),
        ]
        for item in manifest.inputs
    ]
    columns = ("File", "Role", "SHA-256", "Bytes")
    return section("inputs", "What the run read", table("Files with their hash", columns, rows))


def _versions(manifest: Manifest) -> str:
    facts = {"retorsion": manifest.tool_version, "SHA-256 of the code": manifest.code_sha256}
    rows = [
        [head(name), f'<td class="long">{escape(version)}</td>']
        for name, version in (facts | dict(manifest.libraries)).items()
    ]
    return section("versions", "Versions", table("What made the run", ("What", "Version"), rows))
