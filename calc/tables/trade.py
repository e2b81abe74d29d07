"""TRADE: bilateral flows as recorded."""

import dataframely as dy
import polars as pl

from calc.relation_truth import finite

ECONOMY = r"^([A-Z]{3}|EU[0-9]{2})$"
WORLD = "WLD"
"""The partner of a total over all partners, kept only where no partner stands beside it."""
ALL_GOODS = "TOTAL"
"""The code of a total over all goods, kept only where no code stands beside it."""
NOMENCLATURE = r"^(HS(1988|1992|1996|2002|2007|2012|2017|2022)|(HTS|CN|NCM)(19|20)[0-9]{2})$"
CODE = r"^(TOTAL|[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{8}|[0-9]{10})$"
UNIT = r"^[^\s\x00-\x1f](.{0,18}[^\s\x00-\x1f])?$"
# Patterns say [0-9] and not \d, and name the control characters beside \s: engines differ on which
# digits and which spaces of Unicode those stand for, and two engines judge every pattern.


class Trade(dy.Schema):
    """A bilateral flow as recorded: one row an importer, partner, period, tariff line and flow."""

    importer = dy.String(
        primary_key=True,
        regex=ECONOMY,
        description="Importing economy, ISO 3166 alpha-3, or a declared aggregate such as EU27.",
    )
    partner = dy.String(
        primary_key=True,
        regex=ECONOMY,
        description="Economy of origin of the good, ISO 3166 alpha-3, or a declared aggregate.",
    )
    period = dy.String(
        primary_key=True,
        regex=r"^(19|20)[0-9]{2}(-(0[1-9]|1[0-2]))?$",
        description="Year (2024) or month (2024-07) of the flow.",
    )
    flow = dy.String(
        primary_key=True,
        regex=r"^(import|export|re-import|re-export)$",
        description="Direction as the reporting customs recorded it.",
    )
    nomenclature = dy.String(
        primary_key=True,
        regex=NOMENCLATURE,
        description="Edition of the codes: HS1992 to HS2022, or a national one such as HTS2024.",
    )
    code = dy.String(
        primary_key=True,
        regex=CODE,
        description="Code of the good: digits only, leading zeros kept, or TOTAL alone.",
    )
    customs_value_usd = dy.Float64(
        nullable=True,
        min=0,
        max=9e14,
        metadata={"unit": "USD"},
        description="Value for duty as the importer's customs recorded it; null where unknown.",
    )
    cif_value_usd = dy.Float64(
        nullable=True,
        min=0,
        max=9e14,
        metadata={"unit": "USD"},
        description="Value with insurance and freight to the border; null where unknown.",
    )
    fob_value_usd = dy.Float64(
        nullable=True,
        min=0,
        max=9e14,
        metadata={"unit": "USD"},
        description="Value free on board at the exporter's border; null where unknown.",
    )
    calculated_duty_usd = dy.Float64(
        nullable=True,
        min=0,
        max=9e14,
        metadata={"unit": "USD"},
        description="Duty that the statistical office calculated on the flow; null where unknown.",
    )
    quantity = dy.Float64(
        nullable=True,
        min=0,
        max=1e18,
        metadata={"unit": "as quantity_unit says"},
        description="Quantity in the first unit; null where not reported.",
    )
    quantity_unit = dy.String(
        nullable=True,
        regex=UNIT,
        description="Unit of the first quantity, such as kg, m2 or number.",
    )
    quantity_2 = dy.Float64(
        nullable=True,
        min=0,
        max=1e18,
        metadata={"unit": "as quantity_2_unit says"},
        description="Quantity in the second unit; null where not reported.",
    )
    quantity_2_unit = dy.String(
        nullable=True,
        regex=UNIT,
        description="Unit of the second quantity.",
    )
    net_mass_kg = dy.Float64(
        nullable=True,
        min=0,
        max=1e18,
        metadata={"unit": "kg"},
        description="Net mass; null where not reported.",
    )
    source_id = dy.String(
        regex=r"^[^\x00-\x1f]{1,200}$",
        description="Name of the file that the row came from.",
    )

    @dy.rule()
    def importer_is_not_partner(cls) -> pl.Expr:  # noqa: N805
        """An economy does not import from itself; goods returned are a flow of their own."""
        return pl.col("importer") != pl.col("partner")

    @dy.rule()
    def has_a_value(cls) -> pl.Expr:  # noqa: N805
        """A flow without any value cannot be counted, so it is never silently worth nothing."""
        values = ("customs_value_usd", "cif_value_usd", "fob_value_usd")
        return pl.any_horizontal(pl.col(name).is_not_null() for name in values)

    @dy.rule()
    def quantity_has_a_unit(cls) -> pl.Expr:  # noqa: N805
        """A quantity without a unit cannot carry a specific duty."""
        return pl.col("quantity").is_null() | pl.col("quantity_unit").is_not_null()

    @dy.rule()
    def quantity_2_has_a_unit(cls) -> pl.Expr:  # noqa: N805
        """A second quantity without a unit cannot carry a specific duty."""
        return pl.col("quantity_2").is_null() | pl.col("quantity_2_unit").is_not_null()

    @dy.rule()
    def cif_is_not_below_fob(cls) -> pl.Expr:  # noqa: N805
        """Freight and insurance are not negative: a CIF value below FOB mixes two bases."""
        return finite(pl.col("cif_value_usd")) >= finite(pl.col("fob_value_usd"))


VALUE_COLUMNS = ("customs_value_usd", "cif_value_usd", "fob_value_usd")
KEY = ("importer", "partner", "period", "flow", "nomenclature", "code")
