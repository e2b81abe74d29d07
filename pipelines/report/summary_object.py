"""The result of a run for machines: the figures of the one screen, and more, as an object."""

from collections.abc import Mapping
from typing import Any

from calc.money import UNITS_PER_USD, unit_of
from pipelines.report.border import border_totals
from pipelines.report.checks import failed_checks
from pipelines.report.facts import RunFacts
from pipelines.report.figures import (
    Tables,
    cells_hit,
    rows_left_out,
    rows_read,
    run_figures,
    state_of,
    unmatched_counts,
)
from pipelines.report.money import IN_USD, Currency, a_dollar, named_in, put_in_money, said_in


def summary_dict(facts: RunFacts, tables: Tables) -> dict[str, Any]:
    """The figures of the summary as an object, for ``--json``; unknown figures are null.

    In the money of the facts the names of amounts end in it: ``duty_before_eur``. Each is rounded
    by itself, half away from zero, to four decimals.
    """
    found = _object(*put_in_money(facts, tables))
    return found if facts.currency is None else dict(_named_in(found, facts.currency))


def _object(facts: RunFacts, tables: Tables) -> dict[str, Any]:
    came_in = rows_read(tables)
    read = [
        {"importer": importer, "rows": rows, "value_usd": value_usd}
        for importer, (rows, value_usd) in came_in.items()
    ]
    # One table may be read for several importers: what is read for each is not added up.
    whole = next(iter(came_in.values())) if len(came_in) == 1 else (None, None)
    return {
        "run": facts.as_dict(),
        "read": dict(zip(("rows", "value_usd"), whole, strict=True)),
        "read_by_importer": read,
        "left_out": rows_left_out(tables),
        "figures": run_figures(tables) if facts.adds_up else {},
        "by_importer": cells_hit(tables, "by_importer"),
        "by_group": [cell | {"state": state_of(cell)} for cell in cells_hit(tables, "by_group")],
        "unmatched": unmatched_counts(tables),
        "failed_checks": failed_checks(tables, a_dollar(facts.currency)),
        "by_quota": tables["by_quota"].to_dicts() if "by_quota" in tables else [],
        "instruments": tables["instruments"].to_dicts() if "instruments" in tables else [],
        **{
            name: tables[name].to_dicts() if name in tables else []
            for name in ("export_duties", "beside", "drawback")
        },
        "border_charges": border_totals(tables),
        "effects": tables["by_effect"].to_dicts() if "by_effect" in tables else [],
        "models": tables["by_model"].to_dicts() if "by_model" in tables else [],
        "controls": tables["controls"].to_dicts() if "controls" in tables else [],
        "assumptions": tables["assumptions"].to_dicts() if "assumptions" in tables else [],
    }


def _named_in(value: Any, currency: Currency) -> Any:
    """The object with amounts rounded and named by their money, and other words as written."""
    if isinstance(value, str):
        return said_in(currency, value)
    if isinstance(value, list | tuple):
        return [_named_in(each, currency) for each in value]
    if not isinstance(value, Mapping):
        return value
    return {
        named_in(currency, name): _cell_in(name, each, currency) for name, each in value.items()
    }


def _cell_in(name: str, value: Any, currency: Currency) -> Any:
    """What a name has: an amount, the name of one, or anything else."""
    if name.endswith(IN_USD):
        return _rounded(value)
    if name == "figure" and isinstance(value, str):
        return named_in(currency, value)
    return _named_in(value, currency)


def _rounded(amount: float | None) -> float | None:
    """An amount as the tables in other money have it; null where it is not known."""
    return None if amount is None else unit_of(amount) / UNITS_PER_USD
