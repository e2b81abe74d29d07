"""COMPARED, CAUSES, SCHEDULE_CHANGES, LIST_CHANGES: what two scenarios or runs differ in."""

import dataframely as dy

from calc.tables.lines import USD
from calc.tables.measures import MEASURE_ID
from calc.tables.trade import CODE, ECONOMY

ORDER = {"unit": "number"}
CAUSE_KINDS = ("the tool", "data", "assumptions", "law", "together", "the rest")


def dollars(description: str) -> dy.Float64:
    """An amount in USD that may be unknown."""
    return dy.Float64(nullable=True, metadata=USD, description=description)


class Compared(dy.Schema):
    """A figure of the first and of the second run, at unchanged trade."""

    importer = dy.String(
        primary_key=True, regex=ECONOMY, description="Economy that levies the duty."
    )
    figure = dy.String(
        primary_key=True,
        description="A column of BY_IMPORTER without its unit; sums are of what is known, and what "
        "is not known is a figure of its own.",
    )
    first_usd = dy.Float64(metadata=USD, description="The figure in the first run.")
    second_usd = dy.Float64(metadata=USD, description="The figure in the second run.")
    change_usd = dy.Float64(metadata=USD, description="The second less the first.")


class Causes(dy.Schema):
    """A cause of the difference between two runs, with what it changes of a figure.

    Causes are put on the first run one after another, in the order of ``step``, each computed anew,
    so that they add up to the whole change exactly. In another order a cause may have other
    dollars, since what a rate changes depends on the trade that it meets.
    """

    importer = dy.String(
        primary_key=True, regex=ECONOMY, description="Economy that levies the duty."
    )
    step = dy.Int64(
        primary_key=True, min=1, metadata=ORDER, description="Place of the cause in the order."
    )
    figure = dy.String(primary_key=True, description="A figure of COMPARED.")
    kind = dy.String(
        regex=f"^({'|'.join(CAUSE_KINDS)})$",
        description="the tool (the same inputs give another figure), data, assumptions, law, "
        "together (of several kinds that cannot be put on one by one), or the rest: what no other "
        "cause names.",
    )
    cause = dy.String(description="What was added, removed or changed.")
    what = dy.String(description="How it was changed, in words.")
    change_usd = dy.Float64(metadata=USD, description="What the cause changes of the figure.")


class Comments(dy.Schema):
    """What a comment log says of a line of a list; null where it says nothing."""

    commenter = dy.String(nullable=True, description="Who asked; several are joined by ;.")
    ask = dy.String(nullable=True, description="What was asked for: keep, remove, another rate.")
    decision = dy.String(nullable=True, description="What was decided.")
    decision_reason = dy.String(nullable=True, description="Why it was decided so.")


class ScheduleChanges(Comments):
    """An entry of a schedule, as its measure names it, that one of two versions has otherwise."""

    importer = dy.String(
        primary_key=True, regex=ECONOMY, description="Economy that levies the duty."
    )
    measure_id = dy.String(primary_key=True, regex=MEASURE_ID, description="The measure.")
    prefix = dy.String(primary_key=True, description="Code prefix as it is named; * for all.")
    change = dy.String(
        regex="^(added|removed|rate changed)$", description="What became of the entry."
    )
    rate_first = dy.String(nullable=True, description="Its rate in the first version, in words.")
    rate_second = dy.String(nullable=True, description="Its rate in the second version, in words.")
    named_value_first_usd = dollars("Trade that the entry names in the first version.")
    named_value_second_usd = dollars("Trade that the entry names in the second version.")
    duty_increment_change_usd = dollars(
        "Change of the duty that the measure adds on it; null where either is unknown."
    )


class ListChanges(Comments):
    """A line of trade that is on the list of one run only, or on both otherwise."""

    importer = dy.String(
        primary_key=True, regex=ECONOMY, description="Economy that levies the duty."
    )
    partner = dy.String(primary_key=True, regex=ECONOMY, description="Economy of origin.")
    code = dy.String(primary_key=True, regex=CODE, description="Code of the good.")
    description = dy.String(nullable=True, description="Short description of the good.")
    change = dy.String(
        regex="^(added|removed|rate changed|measure changed|value changed|duty changed)$",
        description="added or removed: covered in one run only; else the first of what differs: "
        "the rate, the measure, the value of the trade, the duty added.",
    )
    rate_first = dy.String(
        nullable=True, description="Rates on the line in the first run, in words; null off it."
    )
    rate_second = dy.String(
        nullable=True, description="Rates on the line in the second run, in words; null off it."
    )
    measure_first = dy.String(nullable=True, description="Measures in the first run.")
    measure_second = dy.String(nullable=True, description="Measures in the second run.")
    covered_value_first_usd = dollars("Covered value in the first run; 0 off its list.")
    covered_value_second_usd = dollars("Covered value in the second run; 0 off its list.")
    duty_increment_first_usd = dollars("Duty that measures in force add in the first run.")
    duty_increment_second_usd = dollars("Duty that measures in force add in the second run.")
    duty_increment_change_usd = dollars("Change of the duty added; null where either is unknown.")
