"""The whole page of a run, from its facts and tables."""

from collections.abc import Iterator

from pipelines.html import html_of, paragraph, whole_page
from pipelines.report.checks import failed_checks
from pipelines.report.facts import RunFacts
from pipelines.report.figures import Tables
from pipelines.report.money import (
    Currency,
    a_dollar,
    money_note,
    named_on_page,
    put_in_money,
    said_in,
)
from pipelines.report.page import alternatives, answers, beside, cells, headline, sums, trails


def page(facts: RunFacts, tables: Tables) -> str:
    """The page as HTML, in the money that the facts name.

    Args:
        facts: What the run is.
        tables: Its tables with provenance, as declared in ``calc.tables``.
    """
    return told_in(facts.currency, _page(*put_in_money(facts, tables)))


def told_in(currency: Currency | None, text: str) -> str:
    """A page, or a part of it, with its words and the names of its amounts in the money."""
    return named_on_page(currency, said_in(currency, text))


def _page(facts: RunFacts, tables: Tables) -> str:
    sections = list(_with_sums(facts, tables))
    names = [(name, heading) for name, heading, _ in sections]
    return whole_page(
        f"{facts.title}: retorsion",
        skip="Skip to the result",
        header=_header(facts) + "\n" + cells.contents(names),
        main="\n".join(text for _, _, text in sections),
        footer=paragraph(
            f"retorsion {facts.tool_version}, run {facts.run_id} of {facts.scenario_id}. Every "
            "figure is in the tables beside this page."
        ),
    )


def _with_sums(facts: RunFacts, tables: Tables) -> Iterator[tuple[str, str, str]]:
    """The sections, with the trails of all sums that they lead to before what was left out."""
    sections = list(_sections(facts, tables))
    shown = "".join(text for _, _, text in sections)
    for section in sections:
        if section[0] == "left-out" and sums.LINKED.search(shown):
            yield "sums", "Sums", sums.sums(tables, facts, shown)
        yield section


def _alternatives(tables: Tables) -> Iterator[tuple[str, str, str]]:
    """Who else supplies the goods, and what they are for."""
    others, uses = alternatives.suppliers(tables), alternatives.end_uses(tables)
    if others:
        yield "suppliers", "Other suppliers", others
    if uses:
        yield "end-uses", "End uses", uses


def _header(facts: RunFacts) -> str:
    return "\n".join(
        (
            f"<h1>{html_of(facts.title)}</h1>",
            paragraph(
                f"Trade {facts.trade_text}; law of {', '.join(facts.importers)} as of "
                f"{facts.as_of}; duty without the scenario: {facts.base_text}."
            ),
            *(paragraph(note) for note in money_note(facts.currency)),
            *(paragraph(f"{told.capitalize()}.") for told in facts.readings),
            *(
                [paragraph(f"Figures over all importers: {facts.total_text}.")]
                if facts.parts
                else []
            ),
        )
    )


def _sections(facts: RunFacts, tables: Tables) -> Iterator[tuple[str, str, str]]:
    """Name, heading for the contents, and HTML of each section that has something to say."""
    if tables["by_importer"].height:
        yield "headline", "What is hit", headline.headline(tables)
    if "by_effect" in tables:
        yield "answers", "If trade responds", answers.answers(tables)
    yield "funnel", "Funnel", headline.funnel(tables)
    others = beside.others(tables)
    if tables["lines"].height:
        yield "groups", "Product groups", cells.groups(tables)
        yield "partners", "Partners", cells.partners(tables)
        yield from _alternatives(tables)
        yield "authorities", "Legal bases", cells.authorities(tables)
        yield "measures", "Measures", cells.measures(tables)
    if others:
        yield "beside", "Beside the duties", others
    if tables["lines"].height:
        yield "lines", "Largest lines", trails.lines(tables, facts)
        yield "trails", "Trails", trails.trails(tables, facts)
    yield "left-out", "What does not meet", beside.left_out(tables)
    yield (
        "about",
        "Notes and sources",
        beside.about(facts, failed_checks(tables, a_dollar(facts.currency))),
    )
