"""What the schedules of all importers of a run do together, country by country."""

import dataframely as dy

from calc.tables.effects import CHANGE, COUNT, amount

CLOSURE = r"^foreign supply [0-9.]+$"


class ByCountry(dy.Schema):
    """What schedules and the answers to them do together, in one exact solution a good."""

    closure = dy.String(
        primary_key=True,
        regex=CLOSURE,
        description="Elasticity of every exporter's supply; at an infinite one nothing that an "
        "importer does reaches another, and the parts of the run are the answer.",
    )
    country = dy.String(
        primary_key=True,
        description="Economy; others for all that are no importer of the run and not among the "
        "largest exporters to them.",
    )
    code = dy.String(primary_key=True, regex="^([0-9]{2,6}|all)$", description="Good; all for all.")
    goods = dy.Int64(min=0, metadata=COUNT, description="Goods that it trades.")
    goods_solved = dy.Int64(
        min=0, metadata=COUNT, description="Those solved: the figures are of them alone."
    )
    unsolved_value_usd = amount("Known exports and imports before of the others: in no figure.")
    price_change = dy.Float64(
        nullable=True,
        metadata=CHANGE,
        description="Change of the price that it gets; null of all goods, and without exports.",
    )
    exports_before_usd = amount("Exports to the importers of the run, before.")
    exports_after_usd = amount("The same after.")
    imports_before_usd = amount("Imports before; null of what is no importer of the run.")
    imports_after_usd = amount("Imports after, at world prices.")
    revenue_change_usd = amount("Change in its duty.")
    consumer_surplus_usd = amount("What its buyers gain, with domestic rivals together.")
    producer_surplus_usd = amount("What its exporters gain.")
    welfare_usd = amount("The three together; null of what is no importer of the run.")
