"""The textbook market: straight lines, a specific tariff, areas by hand.

Demand a - b P and supply c + d P. For teaching, and because its published answers can be checked.

Source: Krugman and Obstfeld, International Economics, 7th edition, chapter 8.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lines:
    """A country's straight lines: demand a - b P, supply c + d P."""

    a: float
    b: float
    c: float
    d: float

    def demand(self, price: float) -> float:
        """What is bought at a price."""
        return self.a - self.b * price

    def supply(self, price: float) -> float:
        """What is made at a price."""
        return self.c + self.d * price


@dataclass(frozen=True, slots=True)
class Gains:
    """What a tariff gives and takes at home, in the currency of the price."""

    consumers: float
    producers: float
    revenue: float

    @property
    def net(self) -> float:
        """All together."""
        return self.consumers + self.producers + self.revenue


@dataclass(frozen=True, slots=True)
class TwoCountries:
    """Free trade and a specific tariff between two countries."""

    world_price: float
    home_price: float
    foreign_price: float
    trade_before: float
    trade_after: float
    home: Gains
    foreign: Gains

    @property
    def terms_of_trade_gain(self) -> float:
        """What the fall of the foreign price is worth to the importer."""
        return (self.world_price - self.foreign_price) * self.trade_after


def trapezoid(change: float, first: float, second: float) -> float:
    """The area between two prices under a straight line."""
    return change * (first + second) / 2.0


def gains_at_home(country: Lines, before: float, after: float, *, tariff: float) -> Gains:
    """What a change of the price from one to another gives, with the tariff on what is imported."""
    rise = after - before
    imports = country.demand(after) - country.supply(after)
    return Gains(
        consumers=-trapezoid(rise, country.demand(before), country.demand(after)),
        producers=trapezoid(rise, country.supply(before), country.supply(after)),
        revenue=tariff * max(imports, 0.0),
    )


def two_countries(home: Lines, foreign: Lines, *, tariff: float) -> TwoCountries:
    """Both prices under a specific tariff of the importer; trade ends where it stops all of it."""
    wanted = (home.a - home.c) - (foreign.c - foreign.a)
    slope_home, slope = home.b + home.d, home.b + home.d + foreign.b + foreign.d
    free = wanted / slope
    foreign_price = (wanted - slope_home * tariff) / slope
    autarky_home = (home.a - home.c) / slope_home
    autarky_foreign = (foreign.a - foreign.c) / (foreign.b + foreign.d)
    home_price = min(foreign_price + tariff, autarky_home)
    foreign_price = max(foreign_price, autarky_foreign)
    return TwoCountries(
        world_price=free,
        home_price=home_price,
        foreign_price=foreign_price,
        trade_before=home.demand(free) - home.supply(free),
        trade_after=home.demand(home_price) - home.supply(home_price),
        home=gains_at_home(home, free, home_price, tariff=tariff),
        foreign=gains_at_home(foreign, free, foreign_price, tariff=0.0),
    )
