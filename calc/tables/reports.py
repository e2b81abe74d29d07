"""Reports: the affected value and the duty by importer, partner, group, product and measure."""

import dataframely as dy

from calc.tables.lines import FRACTION, USD

SHARE = {"unit": "fraction"}
COUNT = {"unit": "number"}


def usd(description: str) -> dy.Float64:
    """A sum of money in USD; null where no line of the cell has a known amount."""
    return dy.Float64(nullable=True, metadata=USD, description=description)


def share(description: str) -> dy.Float64:
    """A share as a fraction; null where the denominator is zero or unknown."""
    return dy.Float64(nullable=True, metadata=SHARE, description=description)


def rate(description: str) -> dy.Float64:
    """A rate as a fraction of value; null where no line has a known rate."""
    return dy.Float64(nullable=True, metadata=FRACTION, description=description)


class Accounting(dy.Schema):
    """Value and duty of a cell at unchanged trade, static accounting."""

    lines = dy.Int64(min=0, metadata=COUNT, description="Trade lines that a measure names.")
    imports_value_usd = usd("Imports of the cell in the table, named or not.")
    listed_value_usd = usd("Value of the lines that a measure names.")
    covered_value_usd = usd("Listed value less what exclusions take out.")
    in_force_value_usd = usd("Covered value that a measure in force reaches.")
    prohibited_value_usd = usd("Covered value that may not enter; it pays no duty after.")
    threatened_value_usd = usd("Covered value that only measures not in force reach.")
    affected_value_usd = usd("Value in force on which the rate changes.")
    affected_unknown_value_usd = usd(
        "Value in force of lines whose rate before or after is unknown, so that no change is told."
    )
    coverage_ratio = share("Covered value as a share of the imports of the cell in the table.")
    share_of_importer_imports = share(
        "Covered value as a share of all imports of the importer in the table."
    )
    calculated_duty_usd = usd("Duty on the covered lines as the statistical office calculated it.")
    duty_before_usd = usd("Statutory base duty on the covered lines, where known.")
    duty_before_unknown_value_usd = usd(
        "Value of the covered lines whose base duty cannot be computed."
    )
    duty_after_usd = usd("Duty on the covered lines with the measures in force, where known.")
    duty_after_unknown_value_usd = usd(
        "Value of the covered lines whose duty with the measures cannot be computed."
    )
    duty_increment_usd = usd("Duty that the measures in force add, where known.")
    duty_increment_unknown_value_usd = usd(
        "Value of the covered lines whose added duty cannot be computed."
    )
    estimated_value_usd = usd("Value of the covered lines of which a duty is an estimate.")
    duty_before_estimated_usd = usd("Part of the base duty that is an estimate.")
    duty_after_estimated_usd = usd("Part of the duty with the measures that is an estimate.")
    duty_increment_estimated_usd = usd("Part of the added duty that is an estimate.")
    threatened_increment_usd = usd("Duty that the measures not in force would add, where known.")
    threatened_increment_unknown_value_usd = usd(
        "Value of the covered lines whose threatened duty cannot be computed."
    )
    statutory_minus_calculated_usd = usd(
        "Statutory base duty less calculated duty on the covered lines where both are known."
    )
    simple_average_rate_before = rate(
        "Mean base rate of the covered tariff lines, by line to HS6, then over HS6."
    )
    simple_average_rate_after = rate(
        "Mean rate with the measures in force, by line to HS6, then over HS6."
    )
    trade_weighted_rate_before = rate("Base duty over the value of the lines where it is known.")
    trade_weighted_rate_after = rate(
        "Duty after over the value of the lines that may enter and where it is known."
    )


FREQUENCY = (
    "Covered codes of the trade table over its codes with trade, by number: the frequency ratio."
)


class ByImporter(Accounting):
    """What the scenario hits, by importer, at unchanged trade."""

    frequency_ratio = share(FREQUENCY)
    importer = dy.String(primary_key=True, description="Economy that levies the duty.")


class ByPartner(Accounting):
    """What the scenario hits, by importer and partner, at unchanged trade."""

    importer = dy.String(primary_key=True, description="Economy that levies the duty.")
    partner = dy.String(primary_key=True, description="Economy of origin.")
    partner_exports_value_usd = usd("All exports of the partner in the table, to every importer.")
    share_of_partner_exports = share(
        "Covered value as a share of all exports of the partner in the table."
    )


class ByGroup(Accounting):
    """What the scenario hits, by importer and named product group, at unchanged trade."""

    frequency_ratio = share(FREQUENCY)
    importer = dy.String(primary_key=True, description="Economy that levies the duty.")
    product_group = dy.String(
        primary_key=True, description="Named product group; other where the code is in none."
    )
    hit_partners_imports_value_usd = usd(
        "Imports of the group in the table from the partners that the scenario hits."
    )
    coverage_of_hit_partners = share(
        "Covered value as a share of the imports of the group from the partners that are hit."
    )


class ByProduct(Accounting):
    """What the scenario hits, by importer and HS6 subheading, at unchanged trade."""

    importer = dy.String(primary_key=True, description="Economy that levies the duty.")
    hs6 = dy.String(
        primary_key=True, description="HS subheading, or the shorter code of the trade table."
    )
    product_group = dy.String(nullable=True, description="Named product group of the subheading.")


class ByMeasure(dy.Schema):
    """What each measure reaches, alone, at unchanged trade; measures may share lines."""

    importer = dy.String(primary_key=True, description="Economy that levies the duty.")
    measure_id = dy.String(primary_key=True, description="The measure.")
    authority = dy.String(description="Legal basis.")
    state = dy.String(description="State of the measure at the date of the law.")
    valid_from = dy.Date(
        nullable=True, description="First day of the state; null where it has no beginning."
    )
    valid_until = dy.Date(
        nullable=True, description="First day of the next state; null where none follows."
    )
    mode = dy.String(description="add or replace.")
    rate_text = dy.String(description="Rate as the scenario writes it.")
    lines = dy.Int64(min=0, metadata=COUNT, description="Trade lines that the measure names.")
    listed_value_usd = usd("Value of the lines that the measure names.")
    covered_value_usd = usd("Listed value less what the measure's exclusions take out.")
    in_force_value_usd = usd("Covered value on which the measure is applied.")
    prohibited_value_usd = usd("Covered value that the measure keeps out.")
    displaced_value_usd = usd("Covered value on which another measure goes first.")
    threatened_value_usd = usd("Covered value on which the measure is not in force.")
    measure_duty_usd = usd("Duty of the measure on the lines where it is applied.")
    credit_usd = usd("What credits take off it, so that it is less by this.")
    duty_increment_usd = usd(
        "What the measure adds where it is applied: its duty less the base duty that it replaces. "
        "Adds up over the measures to what all add."
    )
    threatened_measure_duty_usd = usd("Duty of the measure on the lines where it only threatens.")
    source = dy.String(description="Citation of the legal act or of the assumption.")


class Unmatched(dy.Schema):
    """Schedule lines that hit no trade, and trade of named groups that no line hits."""

    kind = dy.String(
        primary_key=True,
        regex="^(schedule|trade)$",
        description="schedule: named but without trade; trade: in a named group but not named.",
    )
    importer = dy.String(primary_key=True, description="Economy that levies the duty.")
    measure_id = dy.String(
        primary_key=True, description="The measure; empty for trade that no measure names."
    )
    partner = dy.String(
        primary_key=True, description="Economy of origin; * for all of the measure."
    )
    code = dy.String(primary_key=True, description="Code prefix named, or code of the trade.")
    product_group = dy.String(nullable=True, description="Named product group of the code.")
    customs_value_usd = usd("Value of the trade that no line hits; null for a schedule line.")
    reason = dy.String(description="Why there is no match.")
    suggestion = dy.String(nullable=True, description="Nearest codes that have trade.")


class Funnel(dy.Schema):
    """Rows and dollars from the source files to the lines affected, for each importer by itself."""

    importer = dy.String(
        primary_key=True, description="Economy whose imports the rows are read for."
    )
    step = dy.Int16(primary_key=True, min=1, metadata=COUNT, description="Order of the step.")
    stage = dy.String(description="What the rows of the step are.")
    kind = dy.String(
        regex="^(in|rejected|excluded|kept|part|beside)$",
        description="in, less rejected, less excluded, is kept; part: a part of what is kept; "
        "beside: flows that the trade table does not hold, in no other step.",
    )
    reason = dy.String(nullable=True, description="Why rows leave at the step.")
    rows = dy.Int64(nullable=True, min=0, metadata=COUNT, description="Rows of the step.")
    value_usd = usd("Value of the rows of the step that have one.")
    value_unknown_rows = dy.Int64(
        nullable=True,
        min=0,
        metadata=COUNT,
        description="Rows of the step whose value is not known.",
    )


class ByAuthority(dy.Schema):
    """Duty by authority, shared out so that the parts add up to what the measures in force add."""

    importer = dy.String(primary_key=True, description="Economy that levies the duty.")
    authority = dy.String(primary_key=True, description="Legal basis.")
    method = dy.String(
        primary_key=True,
        description="order of law: what each adds to those before it; or shapley: on average.",
    )
    duty_increment_usd = usd(
        "What the authority adds at unchanged trade, by the method, where it is known; null "
        "where no part of it is."
    )


class Credits(dy.Schema):
    """An amount that is taken off the own duty of a measure: what of it is used, what is not."""

    importer = dy.String(primary_key=True, description="Economy that levies the duty.")
    measure_id = dy.String(primary_key=True, description="The measure.")
    partner = dy.String(primary_key=True, description="Economy of origin; * for all.")
    prefix = dy.String(primary_key=True, description="Code prefix of the goods; * for all.")
    lines = dy.Int64(min=0, metadata=COUNT, description="Trade lines that share in it.")
    amount_usd = usd("The amount for the period of the trade.")
    amount_low_usd = usd("Least that it may be.")
    amount_high_usd = usd("Most that it may be.")
    used_usd = usd("What is taken off; null where the duty of a line that shares in it is unknown.")
    unused_usd = usd("What is left of it: it takes at most the measure's own duty.")
    source = dy.String(description="Where the amount is from.")


class Controls(dy.Schema):
    """A figure that the result should meet, as somebody published it, and whether it does."""

    importer = dy.String(primary_key=True, description="Economy that levies the duty.")
    figure = dy.String(primary_key=True, description="Figure of the result.")
    equals_usd = usd("What the figure should be.")
    within_share = share("How far it may be from that, as a share of it.")
    found_usd = usd("What the figure is in this run.")
    difference_usd = usd("What it is less what it should be.")
    verdict = dy.String(
        regex="^(met|not met|calibrated|not known)$",
        description="met; not met; calibrated: a share was set so that it is met; or not known.",
    )
    source = dy.String(description="Who published the figure.")


class Sweep(dy.Schema):
    """What an importer's part comes to at each rate that a measure is given, at unchanged trade."""

    importer = dy.String(primary_key=True, description="Economy whose measure it is.")
    measure_id = dy.String(primary_key=True, description="The measure whose rate is changed.")
    measure_rate = dy.Float64(
        primary_key=True, metadata=FRACTION, description="Ad valorem rate that it is given."
    )
    covered_value_usd = usd("Value that measures reach, after exclusions.")
    in_force_value_usd = usd("Covered value that a measure in force reaches.")
    prohibited_value_usd = usd("Covered value that may not enter; it pays no duty after.")
    affected_value_usd = usd("Value in force on which the rate changes.")
    duty_before_usd = usd("Statutory base duty, where known.")
    duty_after_usd = usd("Duty with the measures in force, where known.")
    duty_increment_usd = usd("Duty that the measures in force add, where known.")
    duty_increment_unknown_value_usd = usd("Value whose added duty cannot be computed.")


class ByDate(dy.Schema):
    """What each importer's part comes to between two changes of a law, at unchanged trade."""

    interval = dy.Int16(
        primary_key=True, min=1, metadata=COUNT, description="Order of the interval, from 1."
    )
    importer = dy.String(primary_key=True, description="Economy that levies the duty.")
    valid_from = dy.Date(
        nullable=True,
        description="Day from which the law stands so; null before its first change.",
    )
    valid_until = dy.Date(
        nullable=True, description="First day on which the law changes; null where it does not."
    )
    listed_value_usd = usd("Value of the lines that a measure names.")
    covered_value_usd = usd("Value that measures reach, after exclusions.")
    in_force_value_usd = usd("Covered value that a measure in force reaches.")
    prohibited_value_usd = usd("Covered value that may not enter; it pays no duty after.")
    threatened_value_usd = usd("Covered value that only measures not in force reach.")
    affected_value_usd = usd("Value in force on which the rate changes.")
    duty_before_usd = usd("Statutory base duty of a full year, where known.")
    duty_after_usd = usd("Duty of a full year with the measures in force, where known.")
    duty_increment_usd = usd("Duty of a full year that the measures in force add, where known.")
    duty_increment_unknown_value_usd = usd("Value whose added duty cannot be computed.")
    threatened_increment_usd = usd("Duty that the measures not in force would add, where known.")
