"""Random but lawful markets: sources, schedules and responses of a size that occurs."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from calc.effects.model import Duty, Floats, Market, Responses, Schedule

INF = float("inf")


COLUMNS = 8


def figures(least: float, most: float) -> st.SearchStrategy[float]:
    """Figures between two bounds, to four places, so that a failure can be read."""
    return st.floats(least, most).map(lambda figure: round(figure, 4))


def some(chance: np.random.Generator, figures: Floats, special: float, share: float) -> Floats:
    """Figures of which some are a special one."""
    return np.where(chance.random(figures.shape) < share, special, figures.round(4))


@st.composite
def markets(
    draw: st.DrawFn,
    *,
    domestic: bool | None = None,
    specific: bool = True,
    quotas: bool = True,
    largest_rate: float = 3.0,
) -> Market:
    """Eight markets of two to five sources; the first source is domestic where ``domestic`` says.

    Drawn from a seed, as drawing each figure by itself takes most of the time of a test.
    """
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = (draw(st.integers(2, 5)), COLUMNS)
    home = bool(chance.random() < 0.5) if domestic is None else domestic
    taxed = np.ones(size)
    taxed[0] = 0.0 if home else 1.0

    def rate(most: float = largest_rate) -> Floats:
        return some(chance, chance.uniform(0, most, size), 0.0, 0.3) * taxed

    def elasticity(most: float) -> Floats:
        return some(chance, chance.uniform(0.3, most, COLUMNS), 1.0, 0.2)

    after = Duty(rate(), rate(1.0) if specific and chance.random() < 0.5 else np.zeros(size))
    quota, over = np.full(size, INF), None
    if quotas and chance.random() < 0.5:
        quota = np.where(taxed > 0, some(chance, chance.uniform(0.05, 2.0, size), INF, 0.3), INF)
        over = Duty(after.ad_valorem + rate(), after.specific)
    values = some(chance, chance.lognormal(3.0, 3.0, size), 0.0, 0.15)
    values[-1] = np.maximum(values[-1], 1.0)
    return Market(
        value=values,
        is_domestic=np.arange(size[0]) < (1 if home else 0),
        before=Schedule(Duty(rate())),
        after=Schedule(after, quota, over),
        responses=Responses(
            between_imports=elasticity(9.0),
            with_domestic=elasticity(9.0),
            demand=-elasticity(4.0),
            supply=some(chance, chance.lognormal(1.0, 1.0, size), INF, 0.3),
        ),
        rent_share_at_home=draw(st.sampled_from([0.0, 0.5, 1.0])),
    )


def flat_market(market: Market) -> Market:
    """The same with one elasticity of substitution."""
    responses = market.responses
    return replace(market, responses=responses._replace(with_domestic=responses.between_imports))


def reordered(market: Market, order: list[int]) -> Market:
    """The same with its sources in another order."""
    return replace(
        market,
        value=market.value[order],
        is_domestic=market.is_domestic[order],
        before=reordered_schedule(market.before, order),
        after=reordered_schedule(market.after, order),
        responses=market.responses._replace(supply=market.responses.supply[order]),
    )


def reordered_schedule(schedule: Schedule, order: list[int]) -> Schedule:
    over = schedule.over
    return Schedule(
        reordered_duty(schedule.within, order),
        moved(schedule.quota, order),
        None if over is None else reordered_duty(over, order),
    )


def reordered_duty(duty: Duty, order: list[int]) -> Duty:
    return Duty(duty.ad_valorem[order], moved(duty.specific, order))


def moved(part: Floats | float, order: list[int]) -> Floats | float:
    """Figures by source in another order; one figure for all is the same in any."""
    return part[order] if isinstance(part, np.ndarray) else part
