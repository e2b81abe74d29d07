"""What is no import duty: bans, duties of the exporter, and the amounts stated of them."""

import dataframely as dy

from calc.tables.lines import FRACTION, USD

COUNT = {"unit": "number"}


def usd(description: str) -> dy.Float64:
    """An amount in USD; null where it is not stated or not known."""
    return dy.Float64(nullable=True, metadata=USD, description=description)


class Instruments(dy.Schema):
    """A measure that is no import duty: what it covers, what it takes, the trade on its goods."""

    importer = dy.String(primary_key=True, description="Importer of the scenario.")
    measure_id = dy.String(primary_key=True, description="The measure.")
    instrument = dy.String(description="procurement-ban, import-ban, export-duty or export-ban.")
    imposed_by = dy.String(description="Economy that imposes it.")
    authority = dy.String(description="Legal basis.")
    state = dy.String(description="State of the measure at the date of the law.")
    covered_usd = usd("What the measure reaches, such as contracts, as the scenario states it.")
    covered_low_usd = usd("Least that it may reach.")
    covered_high_usd = usd("Most that it may reach.")
    covered_rows = dy.Int64(
        nullable=True,
        min=1,
        metadata=COUNT,
        description="Rows of the table of amounts that were summed; null where it is one amount.",
    )
    affected_usd = usd("What it takes, such as awards that were won, as the scenario states it.")
    affected_low_usd = usd("Least that it may take.")
    affected_high_usd = usd("Most that it may take.")
    affected_rows = dy.Int64(
        nullable=True,
        min=1,
        metadata=COUNT,
        description="Rows of the table of amounts that were summed; null where it is one amount.",
    )
    affected_share = dy.Float64(
        nullable=True,
        metadata={"unit": "fraction"},
        description="What it takes as a share of what it reaches.",
    )
    trade_value_usd = usd(
        "Trade in its goods in the table: imports from its partners, or exports of who imposes "
        "it; null where the table has no value of them on the basis."
    )
    source = dy.String(description="Citation of the legal act or of the assumption.")


class Amounts(dy.Schema):
    """A row of a table of amounts that a measure which is no import duty covers or takes."""

    importer = dy.String(primary_key=True, description="Importer of the scenario.")
    measure_id = dy.String(primary_key=True, description="The measure.")
    amount = dy.String(
        primary_key=True, regex="^(covered|affected)$", description="Which sum the row is in."
    )
    source_row = dy.Int64(
        primary_key=True,
        min=2,
        metadata=COUNT,
        description="Row in the file as a spreadsheet counts it: the header is row 1.",
    )
    source_id = dy.String(description="Name of the file.")
    partner = dy.String(nullable=True, description="Economy or group that the amount is of.")
    code = dy.String(nullable=True, description="Code of the good.")
    product_group = dy.String(nullable=True, description="Named product group of the goods.")
    amount_usd = dy.Float64(metadata=USD, description="The amount.")
    amount_low_usd = usd("Least that it may be.")
    amount_high_usd = usd("Most that it may be.")
    source = dy.String(nullable=True, description="Where the amount is from.")
    note = dy.String(nullable=True, description="Note of the row.")


class ExportDuties(dy.Schema):
    """A duty that an exporter levies on what the importer buys; its revenue is the exporter's."""

    importer = dy.String(primary_key=True, description="Economy whose imports the duty is on.")
    measure_id = dy.String(primary_key=True, description="The measure.")
    revenue_of = dy.String(description="Economy that levies it, whose revenue it is.")
    authority = dy.String(description="Legal basis.")
    state = dy.String(description="State of the measure at the date of the law.")
    rate_text = dy.String(description="Rate as the scenario writes it.")
    lines = dy.Int64(min=0, metadata=COUNT, description="Trade lines that the measure names.")
    covered_value_usd = usd("Value free on board of those lines, less exclusions.")
    in_force_value_usd = usd("Covered value on which the duty is levied.")
    threatened_value_usd = usd("Covered value on which it is not in force.")
    value_not_fob_usd = usd(
        "Value on another basis of the lines whose value free on board is not known; in no other "
        "figure of the row."
    )
    export_duty_usd = usd("Duty on the value in force at unchanged trade, where known.")
    export_duty_unknown_value_usd = usd("Value in force whose duty cannot be computed.")
    threatened_export_duty_usd = usd("Duty on the threatened value, were it in force.")
    fob_share = dy.Float64(
        nullable=True,
        metadata=FRACTION,
        description="Assumed value free on board as a share of a value on another basis; null "
        "where none is stated.",
    )
    source = dy.String(description="Citation of the legal act or of the assumption.")
