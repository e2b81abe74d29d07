"""What is paid at the border, added up: the duty of the covered lines, each charge, and all."""

from typing import Any

import polars as pl

from pipelines.report.figures import Tables, exact_sum

TOTAL = "duty and charges"
TIMES = ("before", "after")


def border_totals(tables: Tables) -> list[dict[str, Any]]:
    """A row an importer and charge, in the order of payment, and one of the duty with all of them.

    Sums leave out what is not known; ``unknown_lines`` counts the lines on which it is not.
    """
    if "border_charges" not in tables:
        return []
    rows = []
    for (importer,), own in tables["border_charges"].group_by("importer", maintain_order=True):
        duty = tables["by_importer"].filter(importer=importer).row(0, named=True)
        whole = {f"charge_{time}_usd": duty[f"duty_{time}_usd"] or 0.0 for time in TIMES}
        unknown = 0
        for _, charge in own.sort("place", "charge").group_by("charge", maintain_order=True):
            sums = {name: exact_sum(charge, name) for name in whole}
            missing = charge.filter(pl.any_horizontal(pl.col(list(whole)).is_null())).height
            unknown = max(unknown, missing)
            name = charge["charge"][0]
            rows.append({"importer": importer, "charge": name, **sums, "unknown_lines": missing})
            whole = {at: round(of + (sums[at] or 0.0), 4) for at, of in whole.items()}
        rows.append({"importer": importer, "charge": TOTAL, **whole, "unknown_lines": unknown})
    return rows
