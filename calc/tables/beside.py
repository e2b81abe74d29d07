"""What stands beside the trade table and its duties: other flows, and duty that is paid back."""

import dataframely as dy

from calc.tables.lines import FRACTION, USD

COUNT = {"unit": "number"}


def usd(description: str) -> dy.Float64:
    """An amount in USD; null where it is not stated or not known."""
    return dy.Float64(nullable=True, metadata=USD, description=description)


def share(description: str) -> dy.Float64:
    """A share as a fraction; null where it is not stated."""
    return dy.Float64(nullable=True, metadata={"unit": "fraction"}, description=description)


class Beside(dy.Schema):
    """A flow that the trade table does not hold, such as small parcels, and the duty on it."""

    importer = dy.String(primary_key=True, description="Economy that levies the duty.")
    beside_id = dy.String(primary_key=True, description="Name of the flows in the scenario.")
    source_row = dy.Int64(
        primary_key=True,
        min=1,
        metadata=COUNT,
        description="Row in the file, whose header is row 1; 1 where the scenario states one flow.",
    )
    source_id = dy.String(description="Name of the file.")
    partner = dy.String(nullable=True, description="Economy or group that the flow comes from.")
    code = dy.String(nullable=True, description="Code of the goods.")
    product_group = dy.String(nullable=True, description="Named product group of the goods.")
    value_usd = dy.Float64(metadata=USD, description="Value of the flow.")
    value_low_usd = usd("Least that it may be.")
    value_high_usd = usd("Most that it may be.")
    measure_id = dy.String(nullable=True, description="Measure that it is charged by.")
    rate = dy.Float64(metadata=FRACTION, description="Rate that is or would be charged.")
    rate_text = dy.String(description="Rate as the scenario writes it.")
    status = dy.String(
        regex="^(charged|threatened|not reached)$",
        description="charged; threatened: not in force; not reached: the measure does not name it.",
    )
    duty_usd = dy.Float64(metadata=USD, description="Duty that is charged; 0 where none is.")
    duty_low_usd = usd("The same on the least value.")
    duty_high_usd = usd("The same on the most value.")
    threatened_duty_usd = dy.Float64(
        metadata=USD, description="Duty that would be charged, were it in force."
    )
    source = dy.String(description="Where the flow or the table is from.")


class Drawback(dy.Schema):
    """What is paid back of a duty, as a share of it, beside the duty and never in its rate."""

    importer = dy.String(primary_key=True, description="Economy that levies the duty.")
    part = dy.String(
        primary_key=True,
        description="base: the duty before; else an authority and what it adds in order of law.",
    )
    duty_usd = usd("Duty before anything is paid back, where known.")
    drawback_share = share("Assumed share of it that is paid back.")
    drawback_low_share = share("Least that the share may be.")
    drawback_high_share = share("Most that the share may be.")
    drawback_usd = usd("What is paid back.")
    duty_after_drawback_usd = usd("Duty less what is paid back.")
    duty_after_drawback_low_usd = usd("The same at the highest share.")
    duty_after_drawback_high_usd = usd("The same at the lowest share.")
    source = dy.String(description="Citation of the assumption.")
