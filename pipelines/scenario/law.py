"""The law of a scenario at a date, as the declared tables that the calculation reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dataframely as dy
import polars as pl

from calc.dictionary import polars_schema
from calc.errors import ScenarioError
from calc.law import interval_of_law
from calc.policy.model import Policy
from calc.tables.measures import Exclusions, MeasurePartners, MeasureProducts, Measures
from calc.tables.quotas import Quotas
from calc.tables.shares import Shares
from pipelines.scenario import scopes
from pipelines.scenario.base_seasons import seasons_in
from pipelines.scenario.base_table import ScenarioBase, base_of
from pipelines.scenario.beside import charge_of
from pipelines.scenario.branches import MeasureBranch, branches_of
from pipelines.scenario.groups import check_groups
from pipelines.scenario.model import Scenario
from pipelines.scenario.notes import notes_of
from pipelines.scenario.policy import policy_of
from pipelines.scenario.quota_rows import days_of_quotas, quota_rows, quotas_used
from pipelines.scenario.readings import refuse_what_does_not_suit
from pipelines.scenario.reference import (
    ECONOMIES,
    PARTNER_GROUPS,
    PRODUCT_GROUPS,
    PartnerGroup,
    Reference,
    read_reference,
)
from pipelines.workspace import embedded

DATES_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """The law of a scenario at a date: declared tables, sorted by key, and facts about them.

    Attributes:
        as_of: The date; null where the law never changes and none is given.
        measures: MEASURES, one row a branch, with its state at the date.
        products: MEASURE_PRODUCTS.
        partners: MEASURE_PARTNERS, with the members that groups have at the date.
        exclusions: EXCLUSIONS in force at the date.
        shares: SHARES that are assumed at the date.
        quotas: QUOTAS that a duty is under, with their amounts at the date.
        base: BASE of the importer in force at the date.
        preferences: Rates of BASE in force that are owed only where a portion claims them.
        policy: The import duties as objects: branches, stacking, portions, contents, claims.
        export_policy: The duties that exporters levy, in the same form.
        change_dates: Days on which a measure, an exclusion or the members of a group change, or
            one base rate follows another; sorted.
        valid_from: Since when the law stands as it does at the date; null where open.
        valid_until: First day on which it no longer does; null where open. Both also keep to the
            days on which base rates begin and end.
        sources: Name, what it holds and SHA-256 of each file that was used beside the scenario.
        files: The same files, in the same order.
        notes: Facts that a reader must know, such as the codes that a group stands for.
    """

    as_of: date | None
    measures: pl.DataFrame
    products: pl.DataFrame
    partners: pl.DataFrame
    exclusions: pl.DataFrame
    shares: pl.DataFrame
    quotas: pl.DataFrame
    base: pl.DataFrame
    preferences: pl.DataFrame
    policy: Policy
    export_policy: Policy
    change_dates: tuple[date, ...]
    valid_from: date | None
    valid_until: date | None
    sources: tuple[tuple[str, str, str], ...]
    files: tuple[Path, ...]
    notes: tuple[str, ...]


def law_at(scenario: Scenario, as_of: date | None = None) -> Law:
    """The law of a scenario at a date: the one given, else the scenario's own.

    Raises:
        ScenarioError: The scenario includes others, each of which has a law of its own; the law
            changes over time and there is no date (the dates are listed), a flow beside the trade
            is charged by a measure without one ad valorem rate, a group of a measure in force has
            no members at the date, the base cannot be used, or the measures cannot be read as the
            scenario's readings say.
        StorageError: The base file cannot be read.
    """
    if scenario.parts:
        raise ScenarioError(
            "a scenario that includes others has no law of its own",
            where=scenario.path.name,
            hint="read the law of each of its parts",
        )
    refuse_what_does_not_suit(scenario)
    day = as_of or scenario.as_of
    reference, base = read_reference(), base_of(scenario)
    changes = _change_dates(scenario, base, reference)
    if day is None and changes:
        raise _no_date(scenario, changes)
    check_groups(scenario, day, reference)
    bounds = sorted({*changes, *base.bounds(), *_group_bounds(scenario, reference)})
    valid_from, valid_until = interval_of_law(bounds, day)
    branches = [
        branch
        for measure in sorted(scenario.measures, key=lambda each: each.measure_id)
        for branch in branches_of(measure, day, scenario.importer, reference)
    ]
    used = _sources(scenario, base, reference)
    rates = [base.in_force_at(day), base.preferences_at(day)]
    policy = policy_of(scenario, branches, day, base_seasons=seasons_in(pl.concat(rates)))
    for flow in scenario.beside:
        charge_of(flow, policy, scenario.path.name)
    return Law(
        as_of=day,
        **_tables(scenario, branches, day, reference),
        base=rates[0],
        preferences=rates[1],
        policy=policy,
        export_policy=policy_of(scenario, branches, day, instrument="export-duty"),
        change_dates=tuple(changes),
        valid_from=valid_from,
        valid_until=valid_until,
        sources=tuple((name, what, digest) for _, name, what, digest in used),
        files=tuple(path for path, _, _, _ in used),
        notes=notes_of(scenario, day, base, reference),
    )


def change_dates_of(scenario: Scenario) -> list[date]:
    """The days on which the law of a scenario changes, sorted.

    Raises:
        ScenarioError: The base cannot be used.
        StorageError: The base file cannot be read.
    """
    return _change_dates(scenario, base_of(scenario), read_reference())


def _tables(
    scenario: Scenario, branches: list[MeasureBranch], day: date | None, reference: Reference
) -> dict[str, pl.DataFrame]:
    """The declared tables of a law but for its base, by the name that ``Law`` gives them."""
    rows = {
        "measures": (Measures, [scopes.measure_row(scenario, each) for each in branches]),
        "products": (MeasureProducts, [r for each in branches for r in scopes.product_rows(each)]),
        "partners": (MeasurePartners, [r for each in branches for r in scopes.partner_rows(each)]),
        "exclusions": (
            Exclusions,
            [r for each in branches for r in scopes.exclusion_rows(each, day, reference)],
        ),
        "shares": (Shares, [r for each in scenario.shares for r in scopes.share_rows(each, day)]),
        "quotas": (
            Quotas,
            [
                r
                for each in quotas_used(scenario)
                for r in quota_rows(each, scenario.importer, day, reference)
            ],
        ),
    }
    return {name: _frame(listed, table) for name, (table, listed) in rows.items()}


def _frame(rows: Iterable[scopes.Row], table: type[dy.Schema]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=polars_schema(table)).sort(table.primary_key())


def _no_date(scenario: Scenario, changes: list[date]) -> ScenarioError:
    listed = ", ".join(str(day) for day in changes[:DATES_SHOWN])
    more = f" and {len(changes) - DATES_SHOWN} more" if len(changes) > DATES_SHOWN else ""
    return ScenarioError(
        f"the law changes over time and no date is given; it changes on {listed}{more}",
        where=f"{scenario.path.name}, as_of",
        hint=f"write as_of = {changes[-1]} in the scenario, or give --as-of {changes[-1]}",
    )


def _change_dates(scenario: Scenario, base: ScenarioBase, reference: Reference) -> list[date]:
    days = scopes.days_of_change(scenario.measures)
    for share in scenario.shares:
        days |= share.days()
    for era in scenario.eras:
        days |= era.days()
    days |= days_of_quotas(quotas_used(scenario))
    days |= {day for _, day in scenario.base.ended}
    ends = {g.valid_until for g in _groups(scenario, reference) if g.valid_until is not None}
    return sorted(days | set(base.change_dates()) | ends)


def _groups(scenario: Scenario, reference: Reference) -> list[PartnerGroup]:
    names = {name for scope in scenario.scopes for name in scope.groups}
    return [reference.partner_groups[name] for name in sorted(names)]


def _group_bounds(scenario: Scenario, reference: Reference) -> set[date]:
    return {group.valid_from for group in _groups(scenario, reference)}


def _sources(
    scenario: Scenario, base: ScenarioBase, reference: Reference
) -> list[tuple[Path, str, str, str]]:
    """Each file used beside the scenario: where, its name, what it holds, its SHA-256; by name."""
    used = [(ECONOMIES, "economies")]
    if any(scope.groups for scope in scenario.scopes):
        used.append((PARTNER_GROUPS, "groups of partners"))
    if scopes.product_groups(scenario):
        used.append((PRODUCT_GROUPS, "groups of products"))
    found = [(embedded(name), name, what, reference.hashes[name]) for name, what in used]
    found += [(file.path, file.name, file.what, file.sha256) for file in scenario.files]
    if base.source is not None and scenario.base.path is not None:
        found.append((scenario.base.path, scenario.base.path.name, "base duties", base.source[1]))
    return sorted(found, key=lambda file: file[1])
