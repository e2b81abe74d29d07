"""SOURCES, EFFECTS and their sums: who sells on a market, and what a schedule does to it."""

import dataframely as dy
import polars as pl

from calc.tables.elasticities import PARAMETERS, WORD
from calc.tables.lines import FRACTION, USD
from calc.tables.trade import CODE, ECONOMY, NOMENCLATURE

CHANGE = {"unit": "fraction of before"}
SHARE = {"unit": "fraction"}
COUNT = {"unit": "number"}
FIGURE = (
    r"^(imports_(after|change)|duty_after|revenue_change|consumer_surplus|producer_surplus|"
    r"terms_of_trade|deadweight_loss|welfare)_usd$"
)
DRIVER = rf"^({'|'.join(PARAMETERS)}|share .+)$"
MODEL = r"^(exact|smart|gsim|trist)$"
VERDICT = r"^(solved|not converged|no trade|unknown input|input out of bounds)$"


class MarketKey(dy.Schema):
    """The key of a market: one good of an importer in a period."""

    importer = dy.String(primary_key=True, regex=ECONOMY, description="Economy whose market it is.")
    period = dy.String(primary_key=True, description="Reference period of the flows.")
    flow = dy.String(primary_key=True, description="Direction of the flows.")
    nomenclature = dy.String(
        primary_key=True, regex=NOMENCLATURE, description="Edition of the codes."
    )
    code = dy.String(primary_key=True, regex=CODE, description="Code of the good.")


def amount(description: str) -> dy.Float64:
    """An amount in USD, null where unknown."""
    return dy.Float64(nullable=True, metadata=USD, description=description)


def elasticity(description: str) -> dy.Float64:
    """An elasticity, infinite where supply is perfectly elastic, null where there is none."""
    unit = {"unit": "percent per percent"}
    return dy.Float64(nullable=True, allow_inf=True, metadata=unit, description=description)


def draws(description: str) -> dy.Float64:
    """A share of the draws, null where none is known."""
    return dy.Float64(nullable=True, min=0, max=1, metadata=SHARE, description=description)


def change(description: str) -> dy.Float64:
    """A fraction of what was before, null where unknown."""
    return dy.Float64(nullable=True, metadata=CHANGE, description=description)


class Sources(MarketKey):
    """A source of a market: a partner, or the importer itself, with its duty before and after."""

    partner = dy.String(
        primary_key=True,
        regex=ECONOMY,
        description="Economy that sells; the importer itself for domestic sales.",
    )
    value_usd = dy.Float64(
        nullable=True, min=0, metadata=USD, description="Value before, without duty."
    )
    rate_before = dy.Float64(
        nullable=True, metadata=FRACTION, description="Duty before as a share of value."
    )
    rate_after = dy.Float64(
        nullable=True,
        metadata=FRACTION,
        description="Duty after as a share of the value that may still enter.",
    )
    admitted_share = dy.Float64(
        nullable=True,
        min=0,
        max=1,
        metadata=SHARE,
        description="Share of the value before that may still enter; 1 where nothing is banned.",
    )

    @dy.rule()
    def domestic_sales_pay_no_duty(cls) -> pl.Expr:  # noqa: N805
        """What is sold at home enters nowhere."""
        is_domestic = pl.col("partner") == pl.col("importer")
        return ~is_domestic | ((pl.col("rate_before") == 0) & (pl.col("rate_after") == 0))


class Effects(MarketKey):
    """What the schedule does to a source of a market, by model; the exact one with a range."""

    partner = dy.String(
        primary_key=True,
        regex=ECONOMY,
        description="Economy that sells; the importer itself for domestic sales.",
    )
    model = dy.String(
        primary_key=True,
        regex=MODEL,
        description="exact, or a linear model for replication: smart, gsim, trist.",
    )
    verdict = dy.String(regex=VERDICT, description="Whether the model solved its market.")
    is_extensive = dy.Bool(
        description="Whether it sold nothing before: the model cannot create its trade."
    )
    is_capped = dy.Bool(
        description="Whether a linear model had more than all of it vanish: cut to what there is, "
        "but in gsim left below zero."
    )
    value_before_usd = amount("Value before, without duty.")
    value_after_usd = amount("Value after.")
    value_after_low_usd = amount("Value after that 5 percent of the draws are below.")
    value_after_high_usd = amount("Value after that 5 percent of the draws are above.")
    quantity_change = change("Change in quantity.")
    price_change = change("Change in the price that the source gets.")
    buyer_price_change = change("Change in the price with duty; null for what is banned.")
    pass_through = dy.Float64(
        nullable=True,
        metadata=SHARE,
        description="Log share of the change in duty that is in the buyer's price.",
    )
    duty_before_usd = amount("Duty before.")
    duty_after_usd = amount("Duty after trade has responded.")
    diversion_usd = amount("Change in quantity at prices before by substitution alone.")
    creation_usd = amount("The rest of the change in quantity at prices before.")
    producer_surplus_usd = amount(
        "What its producers gain; null where supply is infinitely elastic."
    )
    terms_of_trade_usd = amount("What the importer gains by its lower price.")


class MarketEffects(MarketKey):
    """What the schedule does to a market, and what that rests on."""

    verdict = dy.String(regex=VERDICT, description="Whether the market was solved, or why not.")
    has_domestic_sales = dy.Bool(description="Whether domestic sales are in the data.")
    unsolved_value_usd = dy.Float64(
        nullable=True,
        metadata=USD,
        description="Known value before of a market without figures; 0 where it has them.",
    )
    price_index_change = change("Change in the price of all goods of the market.")
    consumer_surplus_usd = amount(
        "What buyers gain; without domestic sales, buyers and domestic rivals together."
    )
    producer_surplus_usd = amount("What domestic producers gain; null without domestic sales.")
    revenue_change_usd = amount("Change in duty after trade has responded.")
    terms_of_trade_usd = amount("What lower foreign prices give.")
    deadweight_loss_usd = amount("What is lost to the importer and gained by nobody.")
    welfare_usd = amount("What the importer gains; null while a part of it is unknown.")
    welfare_low_usd = amount("Welfare that 5 percent of the draws are below.")
    welfare_high_usd = amount("Welfare that 5 percent of the draws are above.")
    share_of_draws_below_zero = dy.Float64(
        nullable=True, min=0, max=1, metadata=SHARE, description="Draws in which welfare falls."
    )
    share_of_draws_failed = dy.Float64(
        nullable=True, min=0, max=1, metadata=SHARE, description="Draws that were not solved."
    )
    elasticities = dy.String(
        description="By which rows of the table each was found, and the demand for imports "
        "where domestic sales are not known."
    )
    unsolved_reason = dy.String(
        nullable=True, description="What is not known of a market that was not solved."
    )


class MarketElasticities(dy.Schema):
    """Each elasticity of a market, with the row of ELASTICITIES by which it was found."""

    importer = dy.String(primary_key=True, regex=ECONOMY, description="Economy whose market it is.")
    code = dy.String(primary_key=True, regex=CODE, description="Code of the good.")
    parameter = dy.String(
        primary_key=True, regex=WORD, description="Which elasticity, as in ELASTICITIES."
    )
    low = elasticity("Lower end of the range; null where no range is stated.")
    central = elasticity("Value that figures are computed with; null where the table has none.")
    high = elasticity("Upper end of the range; null where no range is stated.")
    range_level = dy.Float64(
        nullable=True,
        metadata={"unit": "fraction of probability"},
        description="Probability between the ends; null where the range is one of plausibility.",
    )
    found_importer = dy.String(nullable=True, description="Importer of the row; * for any.")
    found_prefix = dy.String(nullable=True, description="Code prefix of the row; * for all goods.")
    found_horizon = dy.String(nullable=True, description="Horizon of the row.")
    source = dy.String(nullable=True, description="Where the row was published, and by what rule.")
    fallback = dy.String(nullable=True, description="By what it was found, in words.")


class ByEffect(dy.Schema):
    """What trade does in answer, added up over solved markets: central, median, 5 to 95 percent."""

    importer = dy.String(primary_key=True, regex=ECONOMY, description="Economy whose market it is.")
    kind = dy.String(
        primary_key=True,
        regex="^(all|product group|partner)$",
        description="All markets, those of a product group, or the sales of a partner on them.",
    )
    name = dy.String(primary_key=True, description="The product group or partner; all for all.")
    figure = dy.String(
        primary_key=True,
        regex=FIGURE,
        description="imports and their change, at prices without duty (of a partner what it gains "
        "or loses in exports); duty after trade has responded and its change; what buyers, "
        "domestic producers and lower foreign prices give; what is lost; welfare of the importer.",
    )
    markets = dy.Int64(min=0, metadata=COUNT, description="Markets that a measure names.")
    markets_solved = dy.Int64(
        min=0, metadata=COUNT, description="Those solved: the figures are of them alone."
    )
    unsolved_value_usd = amount("Known value before of what was not solved: in no figure.")
    before_usd = amount("The figure before; null where it is a change.")
    central_usd = amount("At the central elasticities; null while a part of it is unknown.")
    low_usd = amount("What 5 percent of the draws of the total are below.")
    median_usd = amount("What half of the draws are below.")
    high_usd = amount("What 5 percent of the draws are above.")
    share_of_draws_above_zero = draws("Draws in which it is above 0.")
    share_of_draws_below_zero = draws("Draws in which it is below 0.")
    share_of_draws_failed = draws("Draws in which a market of it was not solved: not counted.")


class ByModel(dy.Schema):
    """The exact totals beside those of other models and closures: never a part of the ranges."""

    importer = dy.String(primary_key=True, regex=ECONOMY, description="Economy whose market it is.")
    model = dy.String(
        primary_key=True,
        regex=r"^(smart|gsim|trist|exact, foreign supply [0-9.]+)$",
        description="A linear model, or the exact one at another foreign supply elasticity.",
    )
    figure = dy.String(primary_key=True, regex=FIGURE, description="Which total, as in BY_EFFECT.")
    markets = dy.Int64(min=0, metadata=COUNT, description="Markets that a measure names.")
    markets_compared = dy.Int64(
        min=0, metadata=COUNT, description="Those that both models solve: figures are of them."
    )
    central_usd = amount("The model's total at central values; null where it has none.")
    exact_usd = amount("The exact total of the same markets.")
    gap_usd = amount("The model's less the exact.")
    is_sign_flipped = dy.Bool(
        nullable=True, description="Whether one is above 0 and the other below."
    )
    share_of_markets_capped = dy.Float64(
        nullable=True,
        min=0,
        max=1,
        metadata=SHARE,
        description="Markets in which the model has more than all trade of a source vanish.",
    )
    share_of_markets_large = dy.Float64(
        nullable=True,
        min=0,
        max=1,
        metadata=SHARE,
        description="Markets with a change of duty beyond 15 percent of 1 + t, too large for it.",
    )


class EffectDrivers(dy.Schema):
    """What drives the range of a total: its rank correlation with each elasticity and share."""

    importer = dy.String(primary_key=True, regex=ECONOMY, description="Economy whose market it is.")
    figure = dy.String(primary_key=True, regex=FIGURE, description="The total over all markets.")
    parameter = dy.String(
        primary_key=True,
        regex=DRIVER,
        description="Which elasticity, as in ELASTICITIES, or share, as in SHARES.",
    )
    rank_correlation = dy.Float64(
        nullable=True,
        min=-1,
        max=1,
        metadata={"unit": "correlation"},
        description="Spearman's; demand by its size, which stands for the share of imports too. "
        "Averaged over markets by the trade that moves. Null where either does not vary, where no "
        "market has a use for the parameter, or the total is unknown.",
    )
