"""BY_CALENDAR: a scenario over a calendar year, as its law changes."""

import dataframely as dy

from calc.tables.reports import COUNT, share, usd


class ByCalendar(dy.Schema):
    """What each importer's part comes to over a calendar year whose law changes, and in all of it.

    Interval 0 is the year: the sum of its intervals. The trade is that of the reference period,
    month for month.
    """

    interval = dy.Int16(
        primary_key=True, min=0, metadata=COUNT, description="Order of the interval; 0: the year."
    )
    importer = dy.String(primary_key=True, description="Economy that levies the duty.")
    valid_from = dy.Date(description="First day of the interval.")
    valid_until = dy.Date(description="First day after it.")
    days = dy.Int64(min=1, max=366, metadata={"unit": "days"}, description="Days of the interval.")
    weight = share("Part of the year's imports that falls into the interval.")
    weighted_by = dy.String(
        regex="^(months|days)$",
        description="months: by the trade of each, a month that is cut by its days; or days.",
    )
    listed_value_usd = usd("Value of the lines that a measure names.")
    covered_value_usd = usd("Value that measures reach, after exclusions.")
    in_force_value_usd = usd("Covered value that a measure in force reaches.")
    prohibited_value_usd = usd("Covered value that may not enter; it pays no duty after.")
    threatened_value_usd = usd("Covered value that only measures not in force reach.")
    affected_value_usd = usd("Value in force on which the rate changes.")
    duty_before_usd = usd("Statutory base duty, where known.")
    duty_after_usd = usd("Duty with the measures in force, where known.")
    duty_increment_usd = usd("Duty that the measures in force add, where known.")
    duty_increment_unknown_value_usd = usd("Value whose added duty cannot be computed.")
    threatened_increment_usd = usd("Duty that the measures not in force would add, where known.")
