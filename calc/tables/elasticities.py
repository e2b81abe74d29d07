"""ELASTICITIES: how buyers and sellers respond, with the range and where each figure is from."""

import dataframely as dy
import polars as pl

from calc.tables.trade import NOMENCLATURE

LARGEST = 1000.0
PARAMETERS = ("between-imports", "with-domestic", "demand", "supply-foreign", "supply-domestic")
WORD = rf"^({'|'.join(PARAMETERS)})$"


class Elasticities(dy.Schema):
    """An elasticity: one row a parameter, importer, code prefix and horizon."""

    parameter = dy.String(
        primary_key=True,
        regex=WORD,
        description="between-imports and with-domestic: substitution; demand of all buyers; supply-"
        "foreign and supply-domestic.",
    )
    importer = dy.String(
        primary_key=True,
        regex=r"^(\*|[A-Z]{3}|EU[0-9]{2})$",
        description="Economy whose market it is of; * for any.",
    )
    prefix = dy.String(
        primary_key=True,
        regex=r"^(\*|[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{8}|[0-9]{10})$",
        description="Code prefix that it is of; * for all goods.",
    )
    horizon = dy.String(
        primary_key=True,
        regex=r"^(short|central|long)$",
        description="short: a year or two; long: when suppliers have changed; central: between.",
    )
    nomenclature = dy.String(
        nullable=True,
        regex=NOMENCLATURE,
        description="Edition of the codes in which it was estimated; null where of all goods.",
    )
    low = dy.Float64(
        nullable=True,
        metadata={"unit": "percent per percent"},
        description="Lower end of the range; null where no range is stated.",
    )
    central = dy.Float64(
        allow_inf=True,
        metadata={"unit": "percent per percent"},
        description="Value that figures are computed with; inf where supply is perfectly elastic.",
    )
    high = dy.Float64(
        nullable=True,
        allow_inf=True,
        metadata={"unit": "percent per percent"},
        description="Upper end of the range; null where no range is stated.",
    )
    range_level = dy.Float64(
        nullable=True,
        min=0.01,
        max=0.999,
        metadata={"unit": "fraction of probability"},
        description="Probability between the ends; null where the range is one of plausibility.",
    )
    source = dy.String(
        regex=r"^[^\x00-\x1f]{1,400}$", description="Where it was published, and by what rule."
    )

    @dy.rule()
    def range_holds_the_central(cls) -> pl.Expr:  # noqa: N805
        """The central value lies between the ends, and both ends are stated or none."""
        central = pl.col("central")
        paired = pl.col("low").is_null() == pl.col("high").is_null()
        return paired & (pl.col("low").is_null() | central.is_between("low", "high"))

    @dy.rule()
    def level_has_a_range(cls) -> pl.Expr:  # noqa: N805
        """A probability is that of a range."""
        return pl.col("range_level").is_null() | pl.col("low").is_not_null()

    @dy.rule()
    def sign_is_that_of_the_parameter(cls) -> pl.Expr:  # noqa: N805
        """Demand is below 0, and every other elasticity above it; supply may be 0."""
        highest = pl.coalesce("high", "central")
        lowest = pl.coalesce("low", "central")
        is_supply = pl.col("parameter").str.starts_with("supply")
        positive = pl.when(is_supply).then(lowest >= 0).otherwise(lowest > 0)
        return pl.when(pl.col("parameter") == "demand").then(highest < 0).otherwise(positive)

    @dy.rule()
    def only_supply_is_infinite(cls) -> pl.Expr:  # noqa: N805
        """A finite elasticity is at most 1,000; only that of supply may be infinite."""
        ends = [pl.col(name) for name in ("low", "central", "high")]
        is_supply = pl.col("parameter").str.starts_with("supply")
        fits = [end.is_null() | (end.abs() <= LARGEST) | (end.is_infinite() & is_supply)
                for end in ends]  # fmt: skip
        return pl.all_horizontal(fits)

    @classmethod
    def _sampling_overrides(cls) -> dict[str, pl.Expr]:
        """Values of the right sign within their range, so that lawful rows can be drawn."""
        size = (pl.col("prefix").hash(seed=1) % 999 + 1).cast(pl.Float64) / 100
        central = pl.when(pl.col("parameter") == "demand").then(-size).otherwise(size)
        has_range = pl.col("source").hash(seed=2) % 2 == 0
        return {
            "low": pl.when(has_range).then(pl.min_horizontal(central * 0.5, central * 1.5)),
            "central": central,
            "high": pl.when(has_range).then(pl.max_horizontal(central * 0.5, central * 1.5)),
            "range_level": pl.when(has_range).then("range_level"),
        }
