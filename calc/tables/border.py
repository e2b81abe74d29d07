"""What is paid at the border beside the duty."""

import dataframely as dy

from calc.tables.beside import usd
from calc.tables.lines import LineKey


class BorderCharges(LineKey):
    """A charge at the border on a covered line, such as VAT, before and after the measures."""

    charge = dy.String(primary_key=True, description="Name of the charge in the scenario.")
    place = dy.Int16(
        min=1, metadata={"unit": "number"}, description="Place in the order in which they are paid."
    )
    rate_text = dy.String(description="Rate as the scenario writes it.")
    charge_on = dy.String(description="What it is on: value, duty, charges before it.")
    base_before_usd = usd("What it is on without the measures.")
    charge_before_usd = usd("The charge without the measures, at unchanged trade.")
    base_after_usd = usd("What it is on with the measures in force.")
    charge_after_usd = usd("The charge with the measures in force, at unchanged trade.")
    charge_increment_usd = usd("What the measures add to the charge.")
    source = dy.String(description="Where the charge is written.")
