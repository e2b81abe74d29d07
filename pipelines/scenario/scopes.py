"""The rows of the law's tables: what each measure does, names and leaves out at a date."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from calc.law import IN_FORCE
from pipelines.scenario.assumed import ANY, Share
from pipelines.scenario.branches import MeasureBranch, members_of
from pipelines.scenario.model import ALL, Measure, ProductWord, RateChoice, Scenario
from pipelines.scenario.reference import Reference
from pipelines.scenario.timed import days_of

Row = dict[str, Any]


def measure_row(scenario: Scenario, branch: MeasureBranch) -> Row:
    """The row of MEASURES of one branch."""
    measure, found = branch.measure, branch.interval
    return {
        **_key(branch),
        "importer": scenario.importer,
        "authority": measure.authority,
        "programme": measure.programme,
        "mode": branch.mode,
        "ad_valorem_rate": branch.duty.ad_valorem_rate if measure.instrument.has_rate else None,
        "rate_text": branch.rate_text,
        "state": found.state,
        "is_in_force": found.state == IN_FORCE,
        "names_products": branch.names_products,
        "partner_rank": branch.partner_rank,
        "valid_from": found.valid_from,
        "valid_until": found.valid_until,
        "source": measure.source,
    }


def _key(branch: MeasureBranch) -> Row:
    return {"measure_id": branch.measure.measure_id, "step": branch.step}


def product_rows(branch: MeasureBranch) -> Iterator[Row]:
    """The rows of MEASURE_PRODUCTS of one branch."""
    for role, prefix, written in branch.goods:
        yield {**_key(branch), "role": role, "prefix": prefix, "written": written}


def partner_rows(branch: MeasureBranch) -> Iterator[Row]:
    """The rows of MEASURE_PARTNERS of one branch."""
    for role, partner in branch.partners:
        yield {**_key(branch), "role": role, "partner": partner}


def exclusion_rows(
    branch: MeasureBranch, as_of: date | None, reference: Reference
) -> Iterator[Row]:
    """The rows of EXCLUSIONS of one branch that are in force at a date."""
    for number, exclusion in enumerate(branch.measure.exclusions, 1):
        if exclusion.timing.state_at(as_of).state != IN_FORCE:
            continue
        everyone = exclusion.partners.reach == "all"
        partners = [ALL] if everyone else members_of(exclusion.partners, reference)
        for prefix in _prefixes(exclusion.products, as_of):
            for partner in partners:
                yield {
                    **_key(branch),
                    "exclusion": number,
                    "prefix": prefix,
                    "partner": partner,
                    "source": exclusion.source,
                }


def share_rows(share: Share, as_of: date | None) -> Iterator[Row]:
    """The rows of SHARES of one share that are assumed at a date; all of them without one."""
    for row in share.rows:
        is_begun = as_of is None or row.valid_from <= as_of
        if not is_begun or (as_of and row.valid_until and as_of >= row.valid_until):
            continue
        yield {
            "name": share.name,
            "kind": share.kind,
            "importer": row.importer,
            "programme": share.programme or ANY,
            "prefix": row.prefix,
            "partner": row.partner,
            "valid_from": row.valid_from,
            "valid_until": row.valid_until,
            "central": row.range.central,
            "low": row.range.low,
            "high": row.range.high,
            "source": row.source,
        }


def _prefixes(words: Iterable[ProductWord], as_of: date | None) -> list[str]:
    """The prefixes of goods that are named at a date, sorted."""
    return sorted(
        {
            prefix
            for word in words
            if as_of is None
            or (
                (word.valid_from is None or word.valid_from <= as_of)
                and (word.valid_until is None or as_of < word.valid_until)
            )
            for prefix in word.prefixes
        }
    )


def days_of_change(measures: Iterable[Measure]) -> set[date]:
    """The days on which any of the measures, their rates, goods or exclusions changes."""
    days: set[date] = set()
    for measure in measures:
        days |= days_of([measure.timing, *(each.timing for each in measure.exclusions)])
        items: list[RateChoice | ProductWord] = [*measure.rates, *measure.all_words()]
        for item in items:
            days |= {day for day in (item.valid_from, item.valid_until) if day is not None}
    return days


def product_groups(scenario: Scenario) -> list[str]:
    """The groups of products that the measures and exclusions name, sorted."""
    words = (word for measure in scenario.measures for word in measure.all_words())
    return sorted({word.group for word in words if word.group is not None})
