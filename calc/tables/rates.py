"""RATES: the resolved law on each importer, partner and code that a measure names."""

import dataframely as dy

from calc.tables.measures import MEASURE_ID
from calc.tables.trade import CODE, ECONOMY

MODE = r"^(add|replace)$"


class Rates(dy.Schema):
    """The resolved duty of an importer, partner, code and segment over an interval of the law."""

    importer = dy.String(
        primary_key=True, regex=ECONOMY, description="Economy that levies the duty."
    )
    partner = dy.String(primary_key=True, regex=ECONOMY, description="Economy of origin.")
    code = dy.String(
        primary_key=True, regex=CODE, description="Code of the good in the trade table."
    )
    segment = dy.String(
        primary_key=True,
        description="Part of the flow that the law treats alike; whole where unsplit.",
    )
    is_covered = dy.Bool(description="Whether a measure reaches the line after its exclusions.")
    is_in_force = dy.Bool(description="Whether a measure that reaches the line is in force.")
    measure_id = dy.String(
        nullable=True,
        regex=MEASURE_ID,
        description="Measure in force on the line; null where none is.",
    )
    mode = dy.String(
        nullable=True, regex=MODE, description="add or replace, of the measure in force."
    )
    measure_rate = dy.Float64(
        nullable=True,
        min=0,
        metadata={"unit": "fraction of value"},
        description="Ad valorem rate of the measure in force.",
    )
    threats = dy.UInt32(
        metadata={"unit": "number"},
        description="Authorities that reach the line with a measure that is not in force.",
    )
    threatened_measure_id = dy.String(
        nullable=True,
        regex=MEASURE_ID,
        description="Measure that reaches the line but is not in force; null where none does.",
    )
    threatened_mode = dy.String(
        nullable=True, regex=MODE, description="add or replace, of the measure not in force."
    )
    threatened_rate = dy.Float64(
        nullable=True,
        min=0,
        metadata={"unit": "fraction of value"},
        description="Ad valorem rate of the measure not in force.",
    )
    base_programme = dy.String(
        nullable=True,
        description="Programme of the base duty; null where the base has no such line.",
    )
    base_ad_valorem_rate = dy.Float64(
        nullable=True,
        min=0,
        metadata={"unit": "fraction of value"},
        description="Ad valorem part of the base duty; null where the base has no such line.",
    )
    base_specific_rate_usd = dy.Float64(
        nullable=True,
        min=0,
        metadata={"unit": "USD per base_specific_unit"},
        description="Specific part of the base duty; null where there is none.",
    )
    base_specific_unit = dy.String(
        nullable=True, description="Unit that the specific part of the base duty counts."
    )
    base_rate_text = dy.String(
        nullable=True, description="The base rate as its schedule prints it."
    )
