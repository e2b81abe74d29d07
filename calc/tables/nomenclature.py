"""HS_CODES, HS_CORRELATIONS, CONVERSION: editions of the Harmonized System, what joins them."""

import dataframely as dy

from calc.tables.trade import CODE, ECONOMY, NOMENCLATURE

EDITION = r"^HS(1992|1996|2002|2007|2012|2017|2022)$"
HS6 = r"^[0-9]{6}$"


class HsCodes(dy.Schema):
    """The six-digit codes of the Harmonized System, a row an unbroken run of editions."""

    code = dy.String(primary_key=True, regex=HS6, description="Six-digit code.")
    first_edition = dy.String(
        primary_key=True, regex=EDITION, description="First edition of the run that lists it."
    )
    last_edition = dy.String(regex=EDITION, description="Last edition of the run that lists it.")
    bec4 = dy.String(
        nullable=True,
        regex=r"^[0-9]{1,3}(\|[0-9]{1,3})*$",
        description="Broad Economic Category, revision 4; several joined by a bar.",
    )


class HsCorrelations(dy.Schema):
    """Which codes of two editions that follow each other share goods; unchanged codes left out."""

    edition = dy.String(
        primary_key=True, regex=EDITION, description="The newer edition; the older is before it."
    )
    older_code = dy.String(primary_key=True, regex=HS6, description="Code of the older edition.")
    newer_code = dy.String(primary_key=True, regex=HS6, description="Code of the newer edition.")
    relation = dy.String(
        regex="^(renamed|split|merge|n:m)$",
        description="Read forwards: renamed; split of one into several; merge; n:m, both.",
    )
    is_tag = dy.Bool(
        description="Whether the newer code counts as this older one where it may be one only."
    )


class Conversion(dy.Schema):
    """What became of each code of a trade table that was put into another nomenclature."""

    importer = dy.String(primary_key=True, regex=ECONOMY, description="Importer whose imports.")
    nomenclature = dy.String(
        primary_key=True, regex=NOMENCLATURE, description="Edition of the codes of the table."
    )
    code = dy.String(primary_key=True, regex=CODE, description="Code of the table.")
    converted_nomenclature = dy.String(
        regex=NOMENCLATURE, description="Edition that it was put into."
    )
    converted_code = dy.String(
        primary_key=True,
        regex=r"^([0-9]{6}|none)$",
        description="Code there; none where there is none.",
    )
    share = dy.Float64(
        nullable=True,
        min=0,
        max=1,
        metadata={"unit": "fraction"},
        description="Part of the code's trade that is taken to be the other's; null where none.",
    )
    value_usd = dy.Float64(
        nullable=True,
        metadata={"unit": "USD"},
        description="That part in USD: null where none is known.",
    )
