"""What a solved market means: trade, duty, prices and who gains or loses, source by source.

Money is in USD of the market's values. Sources of a market add up to it, and::

    welfare of the importer = buyers + domestic producers + duty + rent kept at home
                            = terms of trade - rent lost abroad - deadweight loss

Source: areas under curves of constant elasticity, as in Francois and Hall (2003) and USITC Working
Paper 2017-07-B; the split into terms of trade and deadweight is Harberger's.
"""

from dataclasses import dataclass

import numpy as np

from calc.effects.areas import area
from calc.effects.armington import Indices, Solved, solve
from calc.effects.model import Bools, Floats, Market, Schedule, Terms, Verdict, Verdicts
from calc.effects.respond import Sale, duty_change
from calc.effects.terms import duty_over, flat


@dataclass(frozen=True, slots=True)
class BySource:
    """Effects by source and market; NaN is unknown, as in every market that was not solved.

    Changes of price and quantity are fractions of before; the buyer's price of what is banned is
    infinite. ``pass_through`` is the log share of the
    change in duty that is in the buyer's price, unknown where duty does not change. ``diversion``
    is what substitution alone moves, at quantities of all goods unchanged, and ``creation`` the
    rest: both at prices of before, and together the change in quantity. ``producer_surplus_usd``
    is not identified where supply is infinitely elastic. ``is_extensive`` marks a source that sold
    nothing before: the model cannot create trade, so its zeros are no finding.
    """

    price_change: Floats
    buyer_price_change: Floats
    pass_through: Floats
    quantity_change: Floats
    value_before_usd: Floats
    value_after_usd: Floats
    duty_before_usd: Floats
    duty_after_usd: Floats
    rent_before_usd: Floats
    rent_after_usd: Floats
    diversion_usd: Floats
    creation_usd: Floats
    producer_surplus_usd: Floats
    terms_of_trade_usd: Floats
    is_extensive: Bools

    @property
    def value_change_usd(self) -> Floats:
        """Change in value without duty: of a foreign source, the export revenue it loses."""
        return self.value_after_usd - self.value_before_usd

    @property
    def revenue_change_usd(self) -> Floats:
        """Change in duty paid."""
        return self.duty_after_usd - self.duty_before_usd


@dataclass(frozen=True, slots=True)
class ByMarket:
    """Effects by market; NaN is unknown.

    ``producer_surplus_usd`` is that of domestic producers: unknown without domestic sales in the
    data. Such a market's demand is for imports, so ``consumer_surplus_usd`` is then the area under
    that: buyers and domestic rivals together. ``welfare_usd`` is unknown while a part of it is.
    """

    price_index_change: Floats
    import_price_index_change: Floats
    consumer_surplus_usd: Floats
    producer_surplus_usd: Floats
    revenue_change_usd: Floats
    rent_at_home_usd: Floats
    rent_abroad_usd: Floats
    terms_of_trade_usd: Floats
    deadweight_loss_usd: Floats
    welfare_usd: Floats
    verdict: Verdicts


@dataclass(frozen=True, slots=True)
class Effects:
    """What a schedule does, by source and by market."""

    by_source: BySource
    by_market: ByMarket


def effects_of(market: Market) -> Effects:
    """What the schedule does to each source and market, in the shape of the market's inputs."""
    solved = solve(market)
    before = before_of(market.before, solved)
    with np.errstate(all="ignore"):
        by_source = by_source_of(solved, before)
        by_market = by_market_of(solved, by_source, market.rent_share_at_home)
    return Effects(by_source, by_market)


@dataclass(frozen=True, slots=True)
class Paid:
    """Duty and rent of each source."""

    duty: Floats
    rent: Floats


def paid(value: Floats, price: Floats, quantity: Floats, terms: Terms) -> Paid:
    """Duty and rent at a world price and quantity, both as multiples of before.

    Duty is at the one rate up to the quota and at the other over it. Rent is what the buyer's
    price holds above the world price and the duty within, on what comes within.
    """
    within = np.minimum(quantity, terms.quota)
    over = quantity - within
    each = price * terms.rate + terms.specific
    each_over = price * terms.rate_over + terms.specific_over
    duty = value * (within * each + np.where(over > 0, over * each_over, 0.0))
    marginal = terms.buyer_price_before - price - each
    has_rent = ~np.isinf(terms.quota) & (within > 0)
    return Paid(duty, value * np.where(has_rent, within * marginal, 0.0))


def before_of(schedule: Schedule, solved: Solved) -> Paid:
    """Duty and rent before, at the schedule of before; quantities and world prices are 1."""
    terms, shape = solved.terms, solved.shape
    over = duty_over(schedule)
    at_first = terms._replace(
        rate=flat(schedule.within.ad_valorem, shape),
        specific=flat(schedule.within.specific, shape),
        quota=flat(schedule.quota, shape),
        rate_over=flat(over.ad_valorem, shape),
        specific_over=flat(over.specific, shape),
    )
    ones = np.ones_like(terms.value)
    with np.errstate(all="ignore"):
        return paid(terms.value, ones, ones, at_first)


def known(figures: Floats, where: Bools) -> Floats:
    """Figures where they are known, NaN elsewhere."""
    return np.where(where, figures, np.nan)


def pass_through(sale: Sale, terms: Terms) -> Floats:
    """The log change of the buyer's price over what it is at an unchanged world price."""
    duty = duty_change(terms, terms.rate, terms.specific)
    return sale.buyer_price / np.where(duty == 0.0, np.nan, duty)


def diversion(sale: Sale, indices: Indices, terms: Terms) -> Floats:
    """Change in quantity by substitution alone, the quantity of all goods together unchanged."""
    pull = np.where(
        terms.is_domestic,
        terms.with_domestic * indices.all_goods,
        (terms.between_imports - terms.with_domestic) * indices.imports
        + terms.with_domestic * indices.all_goods,
    )
    moved: Floats = terms.value * np.expm1(pull - terms.sigma * sale.buyer_price)
    return moved


def by_source_of(solved: Solved, before: Paid) -> BySource:
    """Effects of each source."""
    terms, sale = solved.terms, solved.answer.sale
    price, quantity = np.exp(sale.world_price), np.exp(sale.quantity)
    at_after = terms._replace(
        buyer_price_before=terms.buyer_price_before * np.exp(sale.buyer_price)
    )
    after = paid(terms.value, price, quantity, at_after)
    moved = diversion(sale, solved.indices, terms)
    supply = np.where(np.isinf(terms.supply), np.nan, terms.supply)
    figures = {
        "price_change": np.expm1(sale.world_price),
        "buyer_price_change": np.expm1(sale.buyer_price),
        "pass_through": pass_through(sale, terms),
        "quantity_change": np.expm1(sale.quantity),
        "value_before_usd": terms.value,
        "value_after_usd": terms.value * price * quantity,
        "duty_before_usd": before.duty,
        "duty_after_usd": after.duty,
        "rent_before_usd": before.rent,
        "rent_after_usd": after.rent,
        "diversion_usd": moved,
        "creation_usd": terms.value * np.expm1(sale.quantity) - moved,
        "producer_surplus_usd": area(terms.value, 1.0 + supply, sale.world_price),
        "terms_of_trade_usd": np.where(
            terms.is_domestic, 0.0, terms.value * quantity * -np.expm1(sale.world_price)
        ),
    }
    fit = solved.verdict == Verdict.SOLVED
    shaped = {name: known(array, fit).reshape(solved.shape) for name, array in figures.items()}
    is_extensive = (terms.value == 0.0).reshape(solved.shape)
    return BySource(**shaped, is_extensive=is_extensive)


def by_market_of(solved: Solved, by_source: BySource, rent_share: float | None) -> ByMarket:
    """Effects of each market; its sources are summed."""
    terms, shape = solved.terms, solved.shape[1:]
    spent = (terms.value * terms.buyer_price_before).sum(axis=0)
    consumer = -area(spent, 1.0 + terms.demand, solved.indices.all_goods).reshape(shape)
    is_domestic = terms.is_domestic.reshape(solved.shape)
    has_domestic = np.any(is_domestic & ~by_source.is_extensive, axis=0, keepdims=False)
    surplus = np.where(is_domestic & ~by_source.is_extensive, by_source.producer_surplus_usd, 0.0)
    producer = known(surplus.sum(axis=0), has_domestic)
    revenue = by_source.revenue_change_usd.sum(axis=0)
    rent = (by_source.rent_after_usd - by_source.rent_before_usd).sum(axis=0)
    home = np.where(rent == 0.0, 0.0, rent * (np.nan if rent_share is None else rent_share))
    terms_of_trade = by_source.terms_of_trade_usd.sum(axis=0)
    of_producers = np.where(has_domestic, producer, 0.0)
    fit = (solved.verdict == Verdict.SOLVED).reshape(shape)
    return ByMarket(
        price_index_change=known(np.expm1(solved.indices.all_goods).reshape(shape), fit),
        import_price_index_change=known(np.expm1(solved.indices.imports).reshape(shape), fit),
        consumer_surplus_usd=known(consumer, fit),
        producer_surplus_usd=known(producer, fit),
        revenue_change_usd=revenue,
        rent_at_home_usd=home,
        rent_abroad_usd=rent - home,
        terms_of_trade_usd=terms_of_trade,
        deadweight_loss_usd=known(terms_of_trade - consumer - of_producers - revenue - rent, fit),
        welfare_usd=known(consumer + of_producers + revenue + home, fit),
        verdict=solved.verdict.reshape(shape),
    )
