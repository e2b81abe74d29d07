"""How protected the markets of a schedule are, before and after, and what an answer comes to."""

import dataframely as dy

from calc.tables.effects import COUNT, SHARE, amount
from calc.tables.lines import FRACTION
from calc.tables.trade import ECONOMY


def rate(description: str) -> dy.Float64:
    """A rate as a fraction of value, null where no line of the cell has one."""
    return dy.Float64(nullable=True, metadata=FRACTION, description=description)


class Protection(dy.Schema):
    """Averages, restrictiveness and three measures of equivalence of the markets of a schedule."""

    importer = dy.String(primary_key=True, regex=ECONOMY, description="Economy that levies.")
    kind = dy.String(
        primary_key=True,
        regex="^(all|product group|partner)$",
        description="All markets, those of a product group, or the sales of a partner on them.",
    )
    name = dy.String(primary_key=True, description="The product group or partner; all for all.")
    lines = dy.Int64(
        min=0,
        metadata=COUNT,
        description="Partners of solved markets with trade, whose duties are known.",
    )
    left_out_value_usd = amount(
        "Value before of lines not solved or of unknown duty: in no figure."
    )
    value_before_usd = amount("Value before of the lines.")
    covered_value_usd = amount("That of lines whose duty changes: trade covered.")
    duty_change_usd = amount("Change in duty on those lines after trade has responded.")
    displaced_value_usd = amount("What those lines lose in value: trade displaced.")
    frequency_ratio = dy.Float64(
        nullable=True, metadata=SHARE, description="Those lines over the lines, by number."
    )
    average_rate_before = rate("Duty over value, before.")
    average_rate_after = rate("Duty over value, after, at unchanged trade.")
    average_rate_responded = rate("Duty over value, both after trade has responded.")
    tri_before = rate("Uniform duty of the same welfare loss, before (TRI).")
    tri_after = rate("The same with the schedule, at unchanged trade.")
    otri_before = rate("Uniform duty of the same imports, before (OTRI).")
    otri_after = rate("The same with the schedule, at unchanged trade.")
