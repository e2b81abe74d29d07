"""The rows of the law's tables: what each measure does, names and leaves out at a date."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from calc.law import IN_FORCE
from pipelines.scenario.model import ALL, Exclusion, Measure, PartnerScope, ProductWord, Scenario
from pipelines.scenario.reference import Reference

Row = dict[str, Any]


def measure_row(scenario: Scenario, measure: Measure, as_of: date | None) -> Row:
    """The row of MEASURES of one measure at a date."""
    found = measure.timing.state_at(as_of)
    return {
        "measure_id": measure.measure_id,
        "step": 0,
        "importer": scenario.importer,
        "authority": measure.authority,
        "programme": measure.programme,
        "mode": measure.mode,
        "ad_valorem_rate": measure.rate.ad_valorem_rate,
        "rate_text": measure.rate.text,
        "state": found.state,
        "is_in_force": found.state == IN_FORCE,
        "names_products": measure.names_products,
        "partner_rank": measure.partners.rank,
        "valid_from": found.valid_from,
        "valid_until": found.valid_until,
        "source": measure.source,
    }


def product_rows(measure: Measure) -> Iterator[Row]:
    """The rows of MEASURE_PRODUCTS of one measure, each prefix once a role."""
    written: dict[tuple[str, str], str] = {}
    for role, word in measure.product_words():
        for prefix in word.prefixes:
            key = (role, prefix)
            written[key] = min(written.get(key, word.written), word.written)
    for (role, prefix), word_written in written.items():
        yield {
            "measure_id": measure.measure_id,
            "role": role,
            "prefix": prefix,
            "written": word_written,
        }


def partner_rows(measure: Measure, importer: str, reference: Reference) -> Iterator[Row]:
    """The rows of MEASURE_PARTNERS of one measure; a group stands for itself and its members."""
    named, own = members_of(measure.partners, reference), reference.within(importer)
    is_some = measure.partners.reach == "some"
    if not is_some:
        yield {"measure_id": measure.measure_id, "role": "include", "partner": ALL}
    role = "include" if is_some else "exclude"
    for partner in named:
        if partner not in own:
            yield {"measure_id": measure.measure_id, "role": role, "partner": partner}


def exclusion_rows(measure: Measure, as_of: date | None, reference: Reference) -> Iterator[Row]:
    """The rows of EXCLUSIONS of one measure that are in force at a date."""
    for number, exclusion in enumerate(measure.exclusions, 1):
        if exclusion.timing.state_at(as_of).state != IN_FORCE:
            continue
        everyone = exclusion.partners.reach == "all"
        partners = [ALL] if everyone else members_of(exclusion.partners, reference)
        for prefix in _prefixes(exclusion.products):
            for partner in partners:
                yield {
                    "measure_id": measure.measure_id,
                    "exclusion": number,
                    "prefix": prefix,
                    "partner": partner,
                    "source": exclusion.source,
                }


def members_of(scope: PartnerScope, reference: Reference) -> list[str]:
    """The partners that a scope names, groups by themselves and their members, sorted."""
    named = set(scope.economies)
    for group in scope.groups:
        named.update(reference.partner_groups[group].partners)
    return sorted(named)


def _prefixes(words: Iterable[ProductWord]) -> list[str]:
    return sorted({prefix for word in words for prefix in word.prefixes})


def days_of_change(items: Sequence[Measure | Exclusion]) -> set[date]:
    """The days on which any of the measures or exclusions changes."""
    return {event.on for item in items for event in item.timing.events}


def product_groups(scenario: Scenario) -> list[str]:
    """The groups of products that the measures and exclusions name, sorted."""
    words = [
        word
        for measure in scenario.measures
        for words in (
            measure.products,
            measure.left_out,
            measure.taken_in,
            *(each.products for each in measure.exclusions),
        )
        for word in words
    ]
    return sorted({word.group for word in words if word.group is not None})
