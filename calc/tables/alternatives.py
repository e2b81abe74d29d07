"""SUPPLIERS and BY_END_USE: who else supplies what a schedule hits, and what the goods are for."""

import dataframely as dy

from calc.tables.reports import COUNT, SHARE, share, usd


class Suppliers(dy.Schema):
    """A source of the importer's imports of the codes that a schedule covers."""

    importer = dy.String(primary_key=True, description="Economy that levies the duty.")
    product_group = dy.String(
        primary_key=True,
        description="Named product group; other where a code is in none; all for all of them.",
    )
    partner = dy.String(primary_key=True, description="Economy of origin.")
    is_hit = dy.Bool(description="Whether the scenario covers imports of the group from it.")
    imports_value_usd = usd("Imports of the covered codes of the group from the partner.")
    share_of_codes_imports = share("That as a share of the imports of those codes from all.")
    concentration_index = dy.Float64(
        nullable=True,
        min=0,
        max=1,
        metadata=SHARE,
        description="Herfindahl-Hirschman index of the sources of the group: the sum of their "
        "squared shares, 1 where there is one source.",
    )


class ByEndUse(dy.Schema):
    """What the scenario hits, by what the goods are for, at unchanged trade."""

    importer = dy.String(primary_key=True, description="Economy that levies the duty.")
    end_use = dy.String(
        primary_key=True,
        regex="^(capital|intermediate|consumer|mixed|not classified)$",
        description="capital, intermediate or consumer goods by BEC revision 4; mixed: categories "
        "of several kinds, or motor spirit and passenger cars, which are of several; not "
        "classified: in no category, or in an edition that has none.",
    )
    lines = dy.Int64(min=0, metadata=COUNT, description="Trade lines that a measure names.")
    covered_value_usd = usd("Listed value less what exclusions take out.")
    in_force_value_usd = usd("Covered value that a measure in force reaches.")
    prohibited_value_usd = usd("Covered value that may not enter.")
    threatened_value_usd = usd("Covered value that only measures not in force reach.")
    share_of_covered_value = share("Covered value as a share of that of the importer.")
    duty_before_usd = usd("Statutory base duty on the covered lines, where known.")
    duty_increment_usd = usd("Duty that the measures in force add, where known.")
    duty_increment_unknown_value_usd = usd("Value whose added duty cannot be computed.")
