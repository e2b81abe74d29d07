"""Markets at drawn elasticities: some of them along one axis, the draws along the next."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from calc.effects.draws import Lognormal
from calc.effects.model import Bools, Duty, Floats, Market, Responses, Schedule
from calc.tables.elasticities import PARAMETERS

SUBSTITUTION = ("between-imports", "with-domestic")


def drawn_market(
    market: Market, distributions: Mapping[str, Lognormal], chunk: slice, normals: Floats
) -> Market:
    """The markets of a chunk along one axis and the draws along the next."""
    drawn = {
        name: distributions[name].chosen(chunk).at(normal)
        for name, normal in zip(PARAMETERS, normals, strict=True)
    }
    cut = replace(
        market,
        value=market.value[:, chunk, None],
        before=cut_schedule(market.before, chunk),
        after=cut_schedule(market.after, chunk),
    )
    return replace(cut, responses=responses_of(cut, drawn))


def held_share(distributions: Mapping[str, Lognormal], chunk: slice, normals: Floats) -> Floats:
    """The share of the draws of each market in which a substitution elasticity is held."""
    held: Bools = np.zeros(normals.shape[1:], dtype=bool)
    for name, normal in zip(PARAMETERS, normals, strict=True):
        if name in SUBSTITUTION:
            held |= distributions[name].chosen(chunk).is_held(normal)
    share: Floats = held.mean(axis=1)
    return share


def cut_schedule(schedule: Schedule, chunk: slice) -> Schedule:
    """A schedule of the markets of a chunk, with an axis for the draws."""

    def cut(part: Floats | float) -> Floats:
        array = np.asarray(part, dtype=np.float64)
        if array.ndim == 0:
            return array
        return array[:, :, None] if array.shape[1] == 1 else array[:, chunk, None]

    over = schedule.over
    return Schedule(
        Duty(*map(cut, schedule.within)),
        cut(schedule.quota),
        None if over is None else Duty(*map(cut, over)),
    )


def responses_of(market: Market, parameters: Mapping[str, Floats]) -> Responses:
    """Responses at values of the parameters: supply is that of domestic or of foreign sources."""
    is_domestic = np.asarray(market.is_domestic)
    shape = (-1, *(1,) * parameters["supply-foreign"].ndim)
    return Responses(
        between_imports=parameters["between-imports"],
        with_domestic=parameters["with-domestic"],
        demand=parameters["demand"],
        supply=np.where(
            is_domestic.reshape(shape), parameters["supply-domestic"], parameters["supply-foreign"]
        ),
    )
