"""The result of a run for machines: the figures of the one screen, and more, as an object."""

from typing import Any

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
from pipelines.report.money import a_dollar, put_in_money
from pipelines.report.money_object import object_in


def summary_dict(facts: RunFacts, tables: Tables) -> dict[str, Any]:
    """The figures of the summary as an object, for ``--json``; unknown figures are null.

    In the money of the facts the names of amounts end in it: ``duty_before_eur``. Each is rounded
    by itself, half away from zero, to four decimals.
    """
    found: dict[str, Any] = object_in(facts.currency, _object(*put_in_money(facts, tables)))
    return found


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
