"""Flows beside the trade table with their duty, and what is paid back of duties."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from calc.dictionary import polars_schema
from calc.funnel import Stage
from calc.money import UNITS_PER_USD, unit_of
from calc.tables.beside import Beside, Drawback
from pipelines.report.figures import exact_sum
from pipelines.scenario.beside import charge_of

if TYPE_CHECKING:
    from pipelines.run.inputs import Inputs
    from pipelines.scenario.instruments import AmountRow, BesideFlow, PaidBack

ORDER = "order of law"
BASE, EVERY = "base", "share"
SMALLEST = Decimal("0.0001")


def beside_table(inputs: "Inputs") -> pl.DataFrame:
    """BESIDE: the flows of the scenario that the trade table does not hold, sorted by key.

    Raises:
        ScenarioError: A flow names a measure that is no duty of one ad valorem rate.
    """
    rows = [row for flow in inputs.scenario.beside for row in _rows(inputs, flow)]
    return pl.DataFrame(rows, schema=polars_schema(Beside)).sort(Beside.primary_key())


def _rows(inputs: "Inputs", flow: "BesideFlow") -> Iterator[dict[str, Any]]:
    rate, text, is_in_force = _charge(inputs, flow)
    for row in flow.rows:
        is_reached = flow.measure_id is None or _is_reached(inputs, flow.measure_id, row)
        status = ("charged" if is_in_force else "threatened") if is_reached else "not reached"
        is_charged, waits = status == "charged", status == "threatened"
        yield {
            "importer": inputs.scenario.importer,
            "beside_id": flow.name,
            "source_row": row.number,
            "source_id": row.table or inputs.scenario.path.name,
            "partner": row.partner or None,
            "code": row.code or None,
            "product_group": row.group or None,
            "value_usd": float(row.central),
            "value_low_usd": None if row.low is None else float(row.low),
            "value_high_usd": None if row.high is None else float(row.high),
            "measure_id": flow.measure_id,
            "rate": rate,
            "rate_text": text,
            "status": status,
            "duty_usd": _duty(row.central, rate) if is_charged else 0.0,
            "duty_low_usd": _bound(row.low, rate) if is_charged else None,
            "duty_high_usd": _bound(row.high, rate) if is_charged else None,
            "threatened_duty_usd": _duty(row.central, rate) if waits else 0.0,
            "source": row.source or flow.source,
        }


def _duty(value: Decimal, rate: float) -> float:
    """A share of a value, rounded half away from zero to ten-thousandths of a USD."""
    return float((value * Decimal(str(rate))).quantize(SMALLEST, ROUND_HALF_UP))


def _bound(value: Decimal | None, rate: float) -> float | None:
    return None if value is None else _duty(value, rate)


def _charge(inputs: "Inputs", flow: "BesideFlow") -> tuple[float, str, bool]:
    """The rate of a flow, as a fraction and as written, and whether it is in force."""
    rate, is_in_force = charge_of(flow, inputs.law.policy, inputs.scenario.path.name)
    if flow.measure_id is None:
        return rate, flow.rate_text, is_in_force
    texts = inputs.law.measures.filter(measure_id=flow.measure_id)["rate_text"]
    return rate, texts[0], is_in_force


def _is_reached(inputs: "Inputs", measure_id: str, row: "AmountRow") -> bool:
    """Whether a measure reaches a row: its partner, and its code where the row has one.

    A row without a partner is reached by a measure on all partners only; a row without a code is
    taken to be of the measure's goods.
    """
    partners = inputs.law.partners.filter(measure_id=measure_id)
    named = set(partners.filter(role="include")["partner"])
    left_out = set(partners.filter(role="exclude")["partner"])
    partner = row.partner or "*"
    if partner not in named and ("*" not in named or partner in left_out):
        return False
    if not row.code:
        return True
    goods = inputs.law.products.filter(measure_id=measure_id)
    hits = {
        role: [p for p in goods.filter(role=role)["prefix"] if p == "*" or row.code.startswith(p)]
        for role in ("include", "exclude", "but")
    }
    return bool(hits["include"]) and (not hits["exclude"] or bool(hits["but"]))


def beside_stages(beside: pl.DataFrame) -> Iterator[Stage]:
    """The flows beside the trade table as steps of the funnel that no other step adds up."""
    for (name,), rows in beside.group_by("beside_id", maintain_order=True):
        yield Stage(
            stage=f"beside the trade table: {name}",
            kind="beside",
            reason="not in the table, and in no figure of its lines",
            rows=rows.height,
            value_usd=exact_sum(rows, "value_usd"),
        )


def drawback_table(inputs: "Inputs", tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """DRAWBACK: what is paid back of the base duty and of what authorities add, sorted by key.

    What no share is stated for is not in it.
    """
    shares = {one.part: one for one in inputs.scenario.drawback}
    duties: dict[str, float | None] = {BASE: exact_sum(tables["by_importer"], "duty_before_usd")}
    added = tables["by_authority"].filter(method=ORDER)
    duties |= dict(added.select("authority", "duty_increment_usd").iter_rows())
    rows = [
        {"importer": inputs.scenario.importer, "part": part, **_paid_back(duty, share)}
        for part, duty in duties.items()
        if (share := shares.get(part, shares.get(EVERY))) is not None
    ]
    return pl.DataFrame(rows, schema=polars_schema(Drawback)).sort(Drawback.primary_key())


def _paid_back(duty: float | None, share: "PaidBack") -> dict[str, Any]:
    """The amounts of a row of DRAWBACK; unknown where the duty is."""
    assumed = share.range
    return {
        "duty_usd": duty,
        "drawback_share": assumed.central,
        "drawback_low_share": assumed.low,
        "drawback_high_share": assumed.high,
        "drawback_usd": None if duty is None else unit_of(duty * assumed.central) / UNITS_PER_USD,
        "duty_after_drawback_usd": _less(duty, assumed.central),
        "duty_after_drawback_low_usd": _less(duty, assumed.high),
        "duty_after_drawback_high_usd": _less(duty, assumed.low),
        "source": share.source,
    }


def _less(duty: float | None, share: float | None) -> float | None:
    """A duty less a share of it, to ten-thousandths of a USD; null where either is."""
    if duty is None or share is None:
        return None
    return (unit_of(duty) - unit_of(duty * share)) / UNITS_PER_USD
