"""The law compiled: for each kind of line, its segments and what is charged in each, as rows.

Thousands of lines share a kind, so the law is read once a kind; the rows are then joined to the
lines and the amounts computed there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from calc.base_seasons import programme_on
from calc.policy.averaged import AVERAGED_BASE, Weighed, opened_on_average, shares_of, weighed
from calc.policy.expression import Expression
from calc.policy.model import Policy
from calc.policy.outcome import Candidate, MeetingError, On, Outcome, Segment, UnsettledError
from calc.policy.portions import Family, Part, families_of, parts_of, portions_of, with_outer
from calc.policy.readings import AVERAGED
from calc.policy.stack import resolve, settle

NOTHING = On("rest", ())
STANDING = ("applied", "prohibited", "threatened", "displaced", "excluded")
"""Of several branches of one measure on a line, which counts: the first of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of line: the branches that name it, and how its flow is told apart.

    ``splits`` are the portions that take a part of the flow, ``inside`` those that take all of it;
    a portion in neither takes nothing. ``full`` are the families of portions that leave nothing of
    what they are in. ``taken`` is how much each portion takes, for a reading that averages.
    ``contents`` are those above zero. ``partner`` is empty where no rule asks for it.
    """

    number: int
    candidates: tuple[Candidate, ...]
    partner: str = ""
    splits: tuple[str, ...] = ()
    inside: frozenset[str] = frozenset()
    full: frozenset[Family] = frozenset()
    contents: frozenset[str] = frozenset()
    taken: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRow:
    """A segment of a kind of line: its part of the flow, its place there, its base and state.

    ``place`` counts the segments of a kind from 0. ``applied`` are the measures that are charged or
    prohibit, ``threatened`` those that wait.
    """

    kind: int
    segment: str
    place: int
    part: Part
    programme: str
    base_on: On
    is_covered: bool
    is_in_force: bool
    is_prohibited: bool
    is_threatened: bool
    applied: tuple[Outcome, ...]
    threatened: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentRow:
    """A branch in a segment of a kind of line: what becomes of it, its rate, what it is on."""

    kind: int
    segment: str
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A kind of line on which the law does not say what goes first, or how two combine.

    ``first`` and ``second`` are measures; they are the same where one contradicts itself, and empty
    where portions do. ``place`` is where the file says so; empty where it is in no one place.
    """

    kind: int
    first: str
    second: str
    what: str
    place: str = ""

    @property
    def told(self) -> str:
        """What is not settled, as the beginning of a sentence."""
        if self.first == self.second:
            return f"measure {self.first} {self.what}" if self.first else self.what
        return f"measures {self.first} and {self.second} {self.what}"


@dataclass(slots=True)
class Program:
    """The law on every kind of line.

    ``as_if`` and ``as_if_segments`` say what would be, were all measures in force, of segments on
    which none is and some threaten. ``mixes`` are the programmes of the base duty with their
    shares, of kinds of lines whose base duty is an average.
    """

    segments: list[SegmentRow] = field(default_factory=list)
    components: list[ComponentRow] = field(default_factory=list)
    as_if: list[ComponentRow] = field(default_factory=list)
    as_if_segments: list[SegmentRow] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    mixes: dict[int, dict[str, float]] = field(default_factory=dict)

    def rates(self) -> list[Expression]:
        """The distinct rates, in the order in which they come."""
        rows = (*self.components, *self.as_if)
        return list(dict.fromkeys(row.outcome.rate for row in rows))


def compile_program(kinds: Sequence[Kind], policy: Policy, *, default_programme: str) -> Program:
    """The program of a law on kinds of lines.

    Args:
        kinds: The kinds of lines of a table.
        policy: The law.
        default_programme: Programme of the base duty where no preference is claimed.

    Returns:
        Segments and components of each kind. A kind on which the law is unsettled has a conflict
        in place of components. Where it is unsettled only were all measures in force, it has no
        ``as_if``: what those measures would add is not known.
    """
    program, families = Program(), families_of(policy)
    for kind in kinds:
        for placed in _placed(kind, policy, families):
            _compile_segment(program, kind, placed, (policy, default_programme))
    return program


@dataclass(frozen=True, slots=True)
class Placed:
    """A part of a flow of a kind of line and its place among the others.

    ``of`` are the parts that a reading averages in it; none where the law is read as it is.
    """

    segment: Segment
    place: int
    part: Part
    of: tuple[Weighed, ...] = ()


def _placed(kind: Kind, policy: Policy, families: Sequence[Family]) -> Iterator[Placed]:
    """The parts of a flow that are told apart: all that portions make, or under a reading one."""
    parts = tuple(_segments(kind, policy, families))
    if AVERAGED in policy.readings and len(parts) > 1:
        inside = frozenset.intersection(*(segment.inside for segment, _ in parts))
        whole = Segment(inside, kind.contents, kind.partner)
        yield Placed(whole, 0, Part(), weighed(parts, kind.taken))
        return
    for place, (segment, part) in enumerate(parts):
        yield Placed(segment, place, part)


def _resolved(kind: Kind, placed: Placed, policy: Policy, *, as_if: bool = False) -> list[Outcome]:
    """What becomes of the branches in a part of a flow, or on the average of its parts."""
    if not placed.of:
        return resolve(kind.candidates, placed.segment, policy, as_if=as_if)
    opened = [opened_on_average(one, placed.of, policy, as_if=as_if) for one in kind.candidates]
    return settle(opened, placed.segment, policy)


def _compile_segment(program: Program, kind: Kind, placed: Placed, law: tuple[Policy, str]) -> None:
    policy, name = law[0], placed.part.name
    try:
        outcomes, mix = _resolved(kind, placed, policy), _programmes(placed, law)
    except UnsettledError as err:
        first, second, what, place = err.first, err.second, err.what, err.place
        program.conflicts.append(
            Conflict(kind=kind.number, first=first, second=second, what=what, place=place)
        )
        return
    if len(mix) > 1:
        program.mixes[kind.number] = mix
    programme = AVERAGED_BASE if len(mix) > 1 else next(iter(mix))
    row = _segment_row(kind, placed, outcomes, programme)
    program.segments.append(row)
    program.components += _rows(kind, name, outcomes, policy)
    if row.is_in_force or not row.is_threatened:
        return
    try:
        would_be = _resolved(kind, placed, policy, as_if=True)
    except UnsettledError:
        return
    program.as_if += _rows(kind, name, would_be, policy)
    program.as_if_segments.append(_segment_row(kind, placed, would_be, row.programme))


def _rows(
    kind: Kind, name: str, outcomes: Sequence[Outcome], policy: Policy
) -> Iterator[ComponentRow]:
    """A row a measure: of its branches the one that counts, by ``STANDING``."""
    by_measure: dict[str, Outcome] = {}
    for one in outcomes:
        measure = policy.branches[one.candidate.branch].measure_id
        held = by_measure.get(measure)
        if held is None or STANDING.index(one.status) < STANDING.index(held.status):
            by_measure[measure] = one
    for one in by_measure.values():
        yield ComponentRow(kind=kind.number, segment=name, outcome=one)


def _programmes(placed: Placed, law: tuple[Policy, str]) -> dict[str, float]:
    """The base programmes of a part of a flow with their shares: one, or several on average."""
    parts = placed.of or (Weighed(placed.segment, 1.0),)
    return shares_of([(_programme(one.segment, law), one.share) for one in parts])


def _programme(segment: Segment, law: tuple[Policy, str]) -> str:
    """The base programme that a segment claims, else the default one.

    What a nested portion claims goes before what the one around it does.

    Raises:
        MeetingError: Portions that meet claim different programmes: an entry claims one.
    """
    policy, default = law
    claims = [one for one in policy.claims if one.portion in segment.inside]
    around = {
        outer
        for one in claims
        for outer in with_outer([one.portion], policy.nested_in) - {one.portion}
    }
    nearest = [one for one in claims if one.portion not in around]
    for one in nearest[1:]:
        if one.programme != nearest[0].programme:
            both = f"{nearest[0].portion} and {one.portion}"
            programmes = f"{nearest[0].programme} and {one.programme}"
            raise MeetingError(
                "", f"the portions {both} claim the programmes {programmes} and meet"
            )
    programme = nearest[0].programme if nearest else default
    return programme_on(programme, segment.inside, policy)


def _segment_row(
    kind: Kind, placed: Placed, outcomes: Sequence[Outcome], programme: str
) -> SegmentRow:
    applied = [one for one in outcomes if one.status == "applied"]
    banned = [one for one in outcomes if one.status == "prohibited"]
    waiting = [one for one in outcomes if one.status == "threatened"]
    return SegmentRow(
        kind=kind.number,
        segment=placed.part.name,
        place=placed.place,
        part=placed.part,
        programme=programme,
        base_on=NOTHING if banned else _base_on(applied),
        is_covered=any(one.status != "excluded" for one in outcomes),
        is_in_force=bool(applied),
        is_prohibited=bool(banned),
        is_threatened=bool(waiting),
        applied=(*applied, *banned),
        threatened=tuple(waiting),
    )


def _base_on(applied: Sequence[Outcome]) -> On:
    """What the base duty is still on: all, or what measures in lieu of it leave."""
    instead = [one for one in applied if one.mode == "replace"]
    if not instead:
        return On()
    if any(one.on.kind != "content" for one in instead):
        return NOTHING
    return On("rest", tuple(sorted(name for one in instead for name in one.on.contents)))


def _segments(
    kind: Kind, policy: Policy, families: Sequence[Family]
) -> Iterator[tuple[Segment, Part]]:
    """The parts into which portions split a kind of line, with what the law reads of each."""
    is_asked = kind.splits or kind.inside  # else portions take nothing, whatever is asked for
    asked = with_outer(portions_asked(kind, policy) if is_asked else (), policy.nested_in)
    splits = frozenset(kind.splits) & asked
    full = {one for one in kind.full if splits >= set(one.members) & set(kind.splits)}
    for part in parts_of(families, splits, full):
        yield Segment(part.inside | kind.inside & asked, kind.contents, kind.partner), part


def portions_asked(kind: Kind, policy: Policy) -> frozenset[str]:
    """The portions that any branch of a kind, or a claim of a preference, asks for."""
    asked = {*(claim.portion for claim in policy.claims), *policy.base_seasons}
    for candidate in kind.candidates:
        if candidate.is_left_out or candidate.excluded_by is not None:
            continue
        branch = policy.branches[candidate.branch]
        asked |= portions_of(branch)
        taken = (branch.exclusion_portions.get(number) for number in candidate.partly_by)
        asked |= {portion for portion in taken if portion}
    return frozenset(asked)
