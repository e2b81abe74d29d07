"""ASSUMPTIONS: what the result is at the ends of what is assumed of flows and values."""

import dataframely as dy

from calc.tables.reports import share, usd


class Assumptions(dy.Schema):
    """What the result is at the ends of each assumed share or credit, the others central."""

    importer = dy.String(primary_key=True, description="Economy that levies the duty.")
    assumption = dy.String(
        primary_key=True,
        description="Portion, content or credits of a measure; all together; or how portions meet.",
    )
    end = dy.String(
        primary_key=True,
        regex="^(low|high|least duty|most duty|least overlap|greatest overlap)$",
        description="low or high; of all together each share at the end at which it gives the "
        "least or the most duty by itself; of portions that meet, laid end to end or over each "
        "other: exact bounds for two, an arrangement for more.",
    )
    kind = dy.String(
        regex="^(portion|content|credit|all|overlap)$",
        description="portion of a flow; content of a value; credits by amount of a measure; all of "
        "them; overlap of portions.",
    )
    central_least = share("Least of its central shares over lines; null of a credit.")
    central_most = share("Most of its central shares over lines; null of a credit.")
    end_least = share("Least of its shares at this end; null where no range is stated.")
    end_most = share("Most of its shares at this end; null where no range is stated.")
    covered_value_usd = usd("Value that measures reach at this end, after exclusions.")
    in_force_value_usd = usd("Covered value that a measure in force reaches at this end.")
    affected_value_usd = usd("Value in force on which the rate changes at this end.")
    duty_increment_usd = usd("Duty that the measures in force add at this end, where known.")
    duty_increment_unknown_value_usd = usd("Value whose added duty cannot be computed at this end.")
    reason = dy.String(nullable=True, description="Why there are no figures.")
    calibrated_to = dy.String(
        nullable=True, description="What the share was chosen to meet, if anything."
    )
    source = dy.String(nullable=True, description="Source of the share.")
