"""QUOTAS and BY_QUOTA: how much may come in, what is charged beyond, how far it is filled."""

import dataframely as dy
import polars as pl

from calc.tables.reports import share, usd

QUOTA_NAME = r"^[a-z0-9][a-z0-9-]{0,59}$"
LARGEST_AMOUNT = 1e18


class Quotas(dy.Schema):
    """A quota that measures share, at the date of the law: a row a partner that it tells apart."""

    quota_id = dy.String(primary_key=True, regex=QUOTA_NAME, description="Name of the quota.")
    partner = dy.String(
        primary_key=True,
        regex=r"^(\*|[A-Z]{3}|EU[0-9]{2})$",
        description="Economy of origin; * for all that have no row of their own.",
    )
    importer = dy.String(
        regex=r"^([A-Z]{3}|EU[0-9]{2})$", description="Economy that opens the quota."
    )
    origin = dy.String(
        description="Who shares the amount: an economy or a group by name; * for all others."
    )
    amount = dy.Float64(
        min=0,
        max=LARGEST_AMOUNT,
        metadata={"unit": "as unit says"},
        description="What may come in within one period of the quota.",
    )
    unit = dy.String(description="Unit of the amount as the law states it.")
    counted_unit = dy.String(
        description="Unit of quantity that trade is counted in; USD where its value is."
    )
    counted_per_unit = dy.Float64(
        metadata={"unit": "as counted_unit says"},
        description="How many of the counted unit one unit of the amount is.",
    )
    period = dy.String(
        regex="^(year|quarter|month)$", description="Period in which the amount may come in."
    )
    quarter_cap = share(
        "Part of the amount of a year that may come in within a quarter; null where all of it may."
    )
    observed_split = dy.String(
        regex="^(lines|none)$",
        description="lines: the schedule's own lines split the trade; none: split by the fill.",
    )
    over_rate_text = dy.String(
        nullable=True,
        description="What is charged over the quota, or prohibited; null where lines split it.",
    )
    over_portion = dy.String(
        nullable=True,
        description="Portion of the flow that is over the quota; null where lines split it.",
    )
    valid_from = dy.Date(
        nullable=True, description="First day of the amount; null where it has no beginning."
    )
    valid_until = dy.Date(
        nullable=True, description="First day on which it no longer holds; null where open."
    )
    source = dy.String(description="Where the quota is written.")

    @dy.rule()
    def a_unit_counts_something(cls) -> pl.Expr:  # noqa: N805
        """One unit of the amount is more than none of what is counted."""
        return pl.col("counted_per_unit") > 0

    @dy.rule()
    def split_by_fill_has_a_portion(cls) -> pl.Expr:  # noqa: N805
        """Trade is split by the fill exactly where something is charged over the quota."""
        return (pl.col("observed_split") == "none") == pl.col("over_portion").is_not_null()


class ByQuota(dy.Schema):
    """How far a quota is filled by the trade as recorded: one row an amount and its period."""

    importer = dy.String(primary_key=True, description="Economy that opens the quota.")
    quota_id = dy.String(primary_key=True, description="Name of the quota.")
    origin = dy.String(
        primary_key=True, description="Who shares the amount: economy or group; * for all others."
    )
    quota_period = dy.String(
        primary_key=True, description="Period of the imports: 2024, 2024-Q3 or 2024-07."
    )
    status = dy.String(
        primary_key=True,
        regex="^(in force|threatened)$",
        description="in force: filled by measures in force; threatened: and by those that wait.",
    )
    state = dy.String(
        regex="^(unfilled|exactly filled|over-quota|unknown)$",
        description="How the imports stand to the amount; unknown where quantities are missing.",
    )
    amount = dy.Float64(
        min=0,
        metadata={"unit": "as unit says"},
        description="What may come in within the period; of a year, the amounts of its periods; of "
        "a quarter under a cap, at most that and what is left of the year.",
    )
    unit = dy.String(description="Unit of the amount as the law states it.")
    period = dy.String(description="Period of the quota: year, quarter or month.")
    imports_amount = dy.Float64(
        min=0,
        metadata={"unit": "as unit says"},
        description="Imports that count, in the unit of the amount, where their quantity is known.",
    )
    imports_value_usd = usd("Value of the imports that count against the amount.")
    without_quantity_value_usd = usd("Value of those whose quantity is not known.")
    fill_share = share("Imports over the amount; null where a quantity is missing or it is zero.")
    over_share = share(
        "Part of the imports over the amount; null where unknown, and where lines split it."
    )
    over_value_usd = usd("Value over the quota; null as the share is.")
    prohibited_value_usd = usd("Value over the quota that may not enter; null as the share is.")
    is_lower_bound = dy.Bool(
        description="Whether more may be over: the quota runs by shorter periods than the imports, "
        "or caps them, or the table lacks months of the period."
    )
    observed_split = dy.String(
        description="lines: the schedule's own lines split the trade; none: split by the fill."
    )
    partners = dy.String(description="Partners that share the amount; * for all others.")
    source = dy.String(description="Where the quota is written.")
