"""Quotas at a date: the rows of QUOTAS, and what a measure charges beyond each."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Protocol, TypeVar

from calc.policy.expression import NOT_KNOWN
from calc.policy.model import Alternative, blind_portion, over_portion
from pipelines.scenario.branches import at_date, members_of
from pipelines.scenario.instruments import Quota, QuotaStep
from pipelines.scenario.model import ALL, Measure, PartnerScope, RateChoice, Scenario
from pipelines.scenario.reference import Reference

Row = dict[str, Any]


def quotas_used(scenario: Scenario) -> list[Quota]:
    """The quotas that a duty of a scenario is under, by name."""
    names = {one.quota for one in scenario.measures if one.instrument.kind == "duty"}
    return [quota for quota in scenario.quotas if quota.name in names]


def quota_rows(
    quota: Quota, importer: str, as_of: date | None, reference: Reference
) -> Iterator[Row]:
    """The rows of QUOTAS of one quota at a date: each partner told apart, and all others."""
    choices = at_date(quota.over, as_of)
    texts = _texts(choices)
    amounts = _by_partner(quota.allocations, reference)
    rates = _by_partner(choices, reference)
    for partner in sorted({ALL, *amounts, *rates}):
        allocation, choice = amounts.get(partner, amounts[ALL]), rates.get(partner, rates.get(ALL))
        step = at_date(allocation.steps, as_of)[0]
        text = choice.duty.text if choice else None
        yield {
            "quota_id": quota.name,
            "partner": partner,
            "importer": importer,
            "origin": allocation.origin,
            "amount": step.amount,
            "unit": quota.unit,
            "counted_unit": quota.counted_unit,
            "counted_per_unit": quota.counted_per_unit,
            "period": quota.period,
            "quarter_cap": quota.quarter_cap,
            "observed_split": quota.observed_split,
            "over_rate_text": text,
            "over_portion": over_portion(quota.name, text, texts) if text else None,
            "valid_from": step.valid_from,
            "valid_until": step.valid_until,
            "source": quota.source,
        }


def portions_of_quotas(quotas: Iterable[Quota], as_of: date | None) -> list[str]:
    """The portions of the flow that quotas make: what is over each, and what is not known."""
    found = []
    for quota in quotas:
        texts = _texts(at_date(quota.over, as_of))
        found += [over_portion(quota.name, text, texts) for text in texts]
        found += [blind_portion(quota.name)] if texts else []
    return found


def charged_over(
    measure: Measure, quotas: Iterable[Quota], as_of: date | None
) -> list[Alternative]:
    """What a measure charges beyond its quota, and where the fill is not known."""
    quota = next((one for one in quotas if one.name == measure.quota), None)
    if quota is None or not quota.over:
        return []
    choices = at_date(quota.over, as_of)
    texts, found = _texts(choices), {}
    for choice in choices:
        portion = over_portion(quota.name, choice.duty.text, texts)
        found[portion] = Alternative(portion, choice.duty.expression, measure.on, "over")
    blind = blind_portion(quota.name)
    return [*found.values(), Alternative(blind, NOT_KNOWN, measure.on, "not known")]


def days_of_quotas(quotas: Iterable[Quota]) -> set[date]:
    """The days on which an amount, or what is charged beyond it, changes."""
    days: set[date] = set()
    for quota in quotas:
        steps = [step for one in quota.allocations for step in one.steps]
        dated: list[QuotaStep | RateChoice] = [*steps, *quota.over]
        days |= {day for item in dated for day in (item.valid_from, item.valid_until) if day}
    return days


def quota_notes(scenario: Scenario) -> Iterator[str]:
    """What a reader must know of how quotas are counted."""
    used = quotas_used(scenario)
    for quota in scenario.quotas:
        if quota not in used:
            yield f"no duty is under the quota {quota.name}: it does nothing"
    for quota in used:
        of_year = "; its year is taken to be the calendar year" if quota.period == "year" else ""
        if quota.observed_split == "lines":
            how = "splits no flow, since lines of the schedule do"
        else:
            period = quota.period if quota.quarter_cap is None else "quarter"
            how = f"splits all flows of a {period} alike, by how far they fill it"
        yield f"quota {quota.name} {how}{of_year}"
        if quota.quarter_cap is not None:
            yield (
                f"quota {quota.name} lets at most {quota.quarter_cap:.6g} of its amount in within "
                "a quarter: quarters are filled in their order, with what is left of the year"
            )
        if "factor" in quota.stated:
            size, source = f"{quota.counted_per_unit:,.12g}", quota.stated["factor"]["source"]
            one = f"one {quota.unit} is taken to be {size} {quota.counted_unit}"
            yield f"quota {quota.name}: {one} ({source})"


def _texts(choices: Iterable[RateChoice]) -> list[str]:
    return list(dict.fromkeys(choice.duty.text for choice in choices))


class _Scoped(Protocol):
    @property
    def partners(self) -> PartnerScope | None: ...


T = TypeVar("T", bound=_Scoped)


def _by_partner(items: Iterable[T], reference: Reference) -> dict[str, T]:
    """What holds for each partner that is named, economies before groups; ``*`` for the others."""
    found: dict[str, T] = {}
    for item in sorted(items, key=lambda one: one.partners is not None and not one.partners.groups):
        scope = item.partners
        for partner in [ALL] if scope is None else members_of(scope, reference):
            found[partner] = item
    return found
