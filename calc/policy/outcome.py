"""What becomes of a branch of the law in a part of the flow of a kind of line."""

from dataclasses import dataclass
from typing import Literal

from calc.policy.expression import Expression, is_zero
from calc.policy.model import Basis, Branch, Mode, QuotaPart

Status = Literal["applied", "prohibited", "displaced", "threatened", "excluded"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A branch that names a kind of line: by a prefix of which length, and what takes it out.

    ``partly_by`` are the exclusions that take a portion of it out.
    """

    branch: int
    length: int
    is_left_out: bool = False
    excluded_by: int | None = None
    partly_by: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the flow of a kind of line: which portions it is in, and which contents it has.

    ``partner`` is empty where no rule of the law asks for it.
    """

    inside: frozenset[str] = frozenset()
    contents: frozenset[str] = frozenset()
    partner: str = ""


@dataclass(frozen=True, slots=True)
class On:
    """The part of a segment's value that something bites on.

    ``all`` of it, the ``content`` named, or the ``rest`` that the contents named leave.
    """

    kind: Literal["all", "content", "rest"] = "all"
    contents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a branch in a segment, why, at which rate and on what.

    ``quota_part`` says where the segment stands to the branch's quota; null where it has none.
    ``mode`` is how the rate that is paid in the segment stands to the base duty. ``side`` is what
    it is charged with where only the highest of several sides is, which depends on the line; empty
    where nothing is compared. ``taken`` is the part of the flow that pays it, where a reading tells
    no parts of it apart.
    """

    candidate: Candidate
    status: Status
    reason: str
    rate: Expression
    on: On = On()
    quota_part: QuotaPart | None = None
    mode: Mode = "add"
    side: str = ""
    taken: float = 1.0


class UnsettledError(Exception):
    """The law does not say which of two branches goes first, or how they combine.

    ``place`` is where the file says so; empty where it is in no one place.
    """

    place = ""

    def __init__(self, first: Branch, second: Branch, what: str) -> None:
        self.first, self.second, self.what = first.measure_id, second.measure_id, what
        super().__init__(f"{self.first} and {self.second} {what}")


class MeetingError(UnsettledError):
    """Portions that share a part of a flow ask for different things of it.

    ``first`` and ``second`` are the measure that asks; empty where no measure does.
    """

    def __init__(self, measure_id: str, what: str, place: str = "") -> None:
        self.first = self.second = measure_id
        self.what, self.place = what, place
        Exception.__init__(self, f"{measure_id} {what}".strip())


def names_of(basis: Basis) -> tuple[str, ...]:
    """The names by which stacking knows an authority and programme, the closer first."""
    authority, programme = basis
    return (f"{authority}/{programme}", authority) if programme else (authority,)


def hits(outcome: Outcome, segment: Segment) -> bool:
    """Whether something charged bites: its rate is not zero, and what it is on is there."""
    if outcome.status != "applied" or is_zero(outcome.rate):
        return False
    return outcome.on.kind != "content" or outcome.on.contents[0] in segment.contents
