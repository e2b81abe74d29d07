"""Quotas at a date: the rows of QUOTAS, and what a measure charges beyond each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol, TypeVar

from calc.policy.expression import NOT_KNOWN, AdValorem
from calc.policy.model import Alternative, blind_portion, over_portion
from calc.policy.wording import text_of
from calc.seasons import Days, Season, name_of
from pipelines.scenario.branches import at_date, members_of
from pipelines.scenario.instruments import Quota, QuotaStep
from pipelines.scenario.model import ALL, Measure, PartnerScope, RateChoice, Scenario
from pipelines.scenario.reference import Reference, read_reference

Row = dict[str, Any]
FREE = AdValorem(0.0)


def quotas_used(scenario: Scenario) -> list[Quota]:
    """The quotas that a duty of a scenario is under, by name."""
    names = {one.quota for one in scenario.measures if one.instrument.kind == "duty"}
    return [quota for quota in scenario.quotas if quota.name in names]


def quota_rows(
    quota: Quota, importer: str, as_of: date | None, reference: Reference
) -> Iterator[Row]:
    """The rows of QUOTAS of one quota at a date: each partner told apart, and all others."""
    rates = beyond(quota, as_of)
    texts = _texts(rates)
    amounts = _by_partner(quota.allocations, reference)
    for partner in sorted({ALL, *amounts, *rates}):
        allocation, choices = amounts.get(partner, amounts[ALL]), rates.get(partner, rates.get(ALL))
        step = at_date(allocation.steps, as_of)[0]
        text = _text(choices) if choices else None
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
        texts = _texts(beyond(quota, as_of))
        found += [over_portion(quota.name, text, texts) for text in texts]
        found += [blind_portion(quota.name)] if texts else []
    return found


def seasons_of_quotas(quotas: Iterable[Quota], as_of: date | None) -> list[Season]:
    """The seasons of what is charged beyond quotas at a date."""
    choices = (choice for quota in quotas for choice in at_date(quota.over, as_of))
    return [choice.season for choice in choices if choice.season is not None]


def charged_over(
    measure: Measure,
    quotas: Iterable[Quota],
    as_of: date | None,
    seasons: Mapping[Season, Sequence[Days]],
) -> list[Alternative]:
    """What a measure charges beyond its quota, and where the fill is not known.

    A rate is in the mode that its words say, else in that of the measure.

    Args:
        measure: The measure.
        quotas: The quotas that a duty is under.
        as_of: The date.
        seasons: The stretches of the year that each season of the law consists of.
    """
    quota = next((one for one in quotas if one.name == measure.quota), None)
    if quota is None or not quota.over:
        return []
    held = beyond(quota, as_of)
    texts, found = _texts(held), []
    for choices in dict(zip(map(_text, held.values()), held.values(), strict=True)).values():
        portion = over_portion(quota.name, _text(choices), texts)
        for choice in choices:
            within = tuple(map(name_of, seasons[choice.season])) if choice.season else ()
            also, mode = ((within,) if within else ()), choice.duty.mode or measure.mode
            own = Alternative(portion, choice.duty.expression, measure.on, "over", mode=mode)
            found.append(replace(own, also=also))
            for firm in choice.alternatives:
                rate, of_firm = firm.rate or FREE, (*also, (firm.portion,))
                mode = firm.mode or measure.mode
                found.append(replace(own, rate=rate, mode=mode, also=of_firm))
    blind = blind_portion(quota.name)
    return [*found, Alternative(blind, NOT_KNOWN, measure.on, "not known")]


def beyond(quota: Quota, as_of: date | None) -> dict[str, tuple[RateChoice, ...]]:
    """What is charged beyond a quota from each partner told apart: a rate a season, else one."""
    by_season: dict[Season | None, list[RateChoice]] = {}
    for choice in at_date(quota.over, as_of):
        by_season.setdefault(choice.season, []).append(choice)
    known = [_by_partner(choices, read_reference()) for choices in by_season.values()]
    partners = dict.fromkeys(partner for held in known for partner in held)
    return {partner: tuple(held.get(partner, held[ALL]) for held in known) for partner in partners}


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


def _texts(held: Mapping[str, Sequence[RateChoice]]) -> list[str]:
    return list(dict.fromkeys(_text(choices) for choices in held.values()))


def _text(choices: Iterable[RateChoice]) -> str:
    """Rates over a quota in words: by season and by firm where they have them."""
    return "; ".join(map(_told, choices))


def _told(choice: RateChoice) -> str:
    season = f" ({choice.season.text})" if choice.season else ""
    firms = (f", {one.portion} {text_of(one.rate or FREE)}" for one in choice.alternatives)
    return f"{choice.duty.text}{season}{''.join(firms)}"


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
