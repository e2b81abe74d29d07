"""SWEEP_EFFECTS: what trade does in answer at each value of a rate or an assumption."""

import dataframely as dy

from calc.tables.effects import COUNT, amount, draws


class SweepEffects(dy.Schema):
    """What trade does in answer at each value of a rate, an elasticity or a share: totals."""

    importer = dy.String(primary_key=True, description="Economy whose markets they are.")
    swept = dy.String(
        primary_key=True, description="The measure or the assumption that is changed."
    )
    swept_value = dy.Float64(
        primary_key=True,
        metadata={"unit": "fraction, or percent per percent"},
        description="Its value: a rate or a share as a fraction, or an elasticity.",
    )
    figure = dy.String(primary_key=True, description="Which total, as in BY_EFFECT.")
    markets = dy.Int64(min=0, metadata=COUNT, description="Markets that a measure names.")
    markets_solved = dy.Int64(
        min=0, metadata=COUNT, description="Those solved: the figures are of them alone."
    )
    unsolved_value_usd = amount("Known value before of what was not solved: in no figure.")
    central_usd = amount("At the central values.")
    low_usd = amount("What 5 percent of the draws are below.")
    median_usd = amount("What half of the draws are below.")
    high_usd = amount("What 5 percent of the draws are above.")
    share_of_draws_below_zero = draws("Draws in which it is below 0.")
