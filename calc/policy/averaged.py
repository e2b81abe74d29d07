"""Flows that no portion tells apart: each rate times the part that pays it, a reading of others.

The law is then applied once to the whole flow. A measure that a part of the flow is exempt from is
charged on what is left, and what yields to it yields in all of the flow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from calc.policy.expression import AdValorem, Expression, Sum, Times, ad_valorem_rate
from calc.policy.model import Policy
from calc.policy.outcome import Candidate, Outcome, Segment, UnsettledError
from calc.policy.portions import Factor, Part
from calc.policy.rank import opened
from calc.shares import SHARE_UNITS

AVERAGED_BASE = "average"
"""Programme of a base duty that is the average of several."""
NOT_ALIKE = (
    "is paid by parts of a flow in another mode, on another content or in lieu of the base duty, "
    "of which there is no average,"
)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A part of a flow: what the law reads of it, and the share of the flow that it is."""

    segment: Segment
    share: float


def weighed(parts: Sequence[tuple[Segment, Part]], taken: Mapping[str, int]) -> tuple[Weighed, ...]:
    """The parts of a flow that are any of it, with their shares.

    Args:
        parts: The parts, as portions split the flow.
        taken: What each portion takes of it, in ``SHARE_UNITS``.
    """
    found = (Weighed(segment, _share(part, taken)) for segment, part in parts)
    return tuple(one for one in found if one.share > 0)


def _share(part: Part, taken: Mapping[str, int]) -> float:
    share = 1.0
    for factor in part.times:
        share *= _value(factor, taken)
    for factor in part.per:
        share /= _value(factor, taken)
    return share


def _value(factor: Factor, taken: Mapping[str, int]) -> float:
    whole = taken.get(factor.of, 0) if factor.of else SHARE_UNITS
    left = whole - sum(taken.get(name, 0) for name in factor.less)
    return max(left, 0) / SHARE_UNITS


def opened_on_average(
    candidate: Candidate, parts: Sequence[Weighed], policy: Policy, *, as_if: bool
) -> Outcome:
    """A candidate before rank on the whole flow: what it is in its parts, averaged.

    Raises:
        UnsettledError: Parts of the flow pay it in ways of which there is no average.
    """
    told = [(opened(candidate, one.segment, policy, as_if=as_if), one.share) for one in parts]
    paid = [(one, share) for one, share in told if one.status != "excluded"]
    if not paid:
        return told[0][0]
    share = sum(each for _, each in paid)
    first = paid[0][0]
    branch = policy.branches[candidate.branch]
    is_in_lieu = first.mode == "replace" and len(paid) < len(told)
    if is_in_lieu or len({(one.mode, one.on) for one, _ in paid}) > 1:
        raise UnsettledError(branch, branch, NOT_ALIKE)
    rate = _average([(one.rate, each / share) for one, each in paid])
    whole = replace(first, rate=rate, taken=1.0 if len(paid) == len(told) else share)
    if branch.quota is None or len({one.quota_part for one, _ in paid}) == 1:
        return whole
    reason = f"{first.reason.partition(',')[0]}, what is within and over quota {branch.quota} "
    return replace(whole, reason=f"{reason}averaged", quota_part=None)


def _average(rates: Sequence[tuple[Expression, float]]) -> Expression:
    alike: dict[Expression, float] = {}
    for rate, share in rates:
        alike[rate] = alike.get(rate, 0.0) + share
    if len(alike) == 1:
        return rates[0][0]
    plain = [(ad_valorem_rate(rate), share) for rate, share in alike.items()]
    known = [rate * share for rate, share in plain if rate is not None]
    if len(known) == len(plain):
        return AdValorem(sum(known))
    return Sum(tuple(Times(share, rate) for rate, share in alike.items()))


def shares_of(names: Sequence[tuple[str, float]]) -> dict[str, float]:
    """What each name has of a flow, of pairs of a name and a share."""
    found: dict[str, float] = {}
    for name, share in names:
        found[name] = found.get(name, 0.0) + share
    return found
