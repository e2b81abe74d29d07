"""What the result is at the ends of what a scenario assumes: shares, credits, portions meeting."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import narwhals as nw
import polars as pl

from calc.accounting import sums_of
from calc.dictionary import polars_schema
from calc.errors import ScenarioError
from calc.joint import joint_weights, kinds_that_meet
from calc.money import unit_of
from calc.policy.model import Credit
from calc.policy.portions import portions_of
from calc.tables.assumptions import Assumptions
from calc.terms import Frame
from pipelines.run.alike import like_lines
from pipelines.run.assess import assess
from pipelines.run.compute import Answer
from pipelines.run.match import Matched, match
from pipelines.run.question import Question
from pipelines.run.resolve import Resolved, resolved_on

End = Literal["low", "high"]
ENDS: tuple[End, End] = ("low", "high")
FIGURES = (
    *("covered_value_usd", "in_force_value_usd", "affected_value_usd"),
    *("duty_increment_usd", "duty_increment_unknown_value_usd"),
)
NO_RANGE = "no range is stated"
ALL, OVERLAP = "all together", "portions that meet"
SOURCES = 3
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Trials:
    """A question, its shares, and sums of the trade that no end of a share tells apart.

    ``matched`` is what measures name of them, whatever the shares; null where nothing is named.
    """

    question: Question
    shares: pl.DataFrame
    trade: pl.DataFrame
    matched: Matched | None

    def at(self, ends: Mapping[str, End]) -> Question:
        """The question with some shares at one of their ends, the others central."""
        return question_at(self.question, self.shares, ends)

    def resolved(self, ends: Mapping[str, End]) -> Resolved | None:
        """The law with some shares at one of their ends."""
        if self.matched is None:
            return None
        imports: Frame = nw.from_native(self.trade.lazy())
        return resolved_on(self.at(ends), self.matched, imports)

    def figures(self, resolved: Resolved | None, ends: Mapping[str, End]) -> Row:
        """What it comes to; nothing where no measure names a line."""
        if resolved is None:
            return dict.fromkeys(FIGURES, 0.0)
        found = assess(self.at(ends), resolved, with_threats=False)
        sums = sums_of(found.lines.lazy(), ["importer"]).select(FIGURES).collect()
        figures = sums.row(0, named=True)
        is_nothing = figures["covered_value_usd"] == 0  # what reaches nothing adds nothing
        return figures | ({"duty_increment_usd": 0.0} if is_nothing else {})

    def told(self, ends: Mapping[str, End]) -> Row:
        """What it comes to, or why that cannot be told."""
        try:
            return self.figures(self.resolved(ends), ends)
        except ScenarioError as err:
            return {"reason": err.problems[0].what if err.problems else str(err)}


def question_at(question: Question, shares: pl.DataFrame, ends: Mapping[str, End]) -> Question:
    """The question with some of its shares at one of their ends, the others central."""
    central = pl.col("central")
    for end in ENDS:
        names = [name for name, own in ends.items() if own == end]
        central = pl.when(pl.col("name").is_in(names)).then(
            pl.coalesce(end, "central")
        ).otherwise(central)  # fmt: skip
    changed = shares.with_columns(central=central)
    credits = tuple(_credit_at(one, ends.get(_name_of(one))) for one in question.policy.credits)
    return replace(
        question,
        law=question.law._replace(shares=changed.lazy()),
        policy=replace(question.policy, credits=credits),
    )


def _name_of(credit: Credit) -> str:
    """The name under which all credits of a measure go to their ends together."""
    return f"{credit.measure_id}/credit"


def _credit_at(credit: Credit, end: End | None) -> Credit:
    """A credit at one of its ends; central where it has none."""
    amount = {"low": credit.low_usd, "high": credit.high_usd, None: None}[end]
    return credit if amount is None else replace(credit, amount_e4=unit_of(amount))


def assumptions_table(
    question: Question, found: Answer, calibrated: Mapping[str, str]
) -> pl.DataFrame | None:
    """ASSUMPTIONS, sorted by key; null where no share or credit touches what a measure names.

    Computed on sums of like lines, each rounded once, so that a figure may differ from the run's
    by a fraction of a dollar.

    Args:
        question: What was asked.
        found: The answer to it.
        calibrated: What shares were chosen to meet, by their names.
    """
    names = touching(question, found)
    shares = question.law.shares.filter(pl.col("name").is_in(names)).collect()
    credits = _credits(question, found)
    if shares.is_empty() and not credits:
        return None
    every = question.law.shares.collect()
    asked = [
        question,
        *(question_at(question, every, dict.fromkeys(names, end)) for end in ENDS),
    ]
    imports: pl.LazyFrame = question.imports(found.period).to_native()
    by = ["period"] if question.policy.seasons else []
    trade = like_lines(asked, imports, by=by)
    matched = match(question, nw.from_native(trade.lazy()), found.scopes)
    trials = Trials(question=question, shares=every, trade=trade, matched=matched)
    named = _Named(shares=shares, credits=credits, calibrated=calibrated)
    rows = [{"importer": question.importers[0]} | row for row in _rows(trials, named)]
    told = pl.DataFrame(rows, schema=polars_schema(Assumptions), orient="row")
    return told.sort(Assumptions.primary_key())


def touching(question: Question, found: Answer) -> list[str]:
    """The shares that a measure which names a line, or a claim of a preference, asks for."""
    named = set(found.tables["components"]["measure_id"].unique())
    if not named:
        return []
    names = {claim.portion for claim in question.policy.claims}
    for branch in question.policy.branches:
        if branch.measure_id in named:
            names |= portions_of(branch) | set(branch.exclusion_portions.values())
            names |= {branch.on, *(one.on for one in branch.alternatives)}
    return sorted(names - {""})


def _credits(question: Question, found: Answer) -> dict[str, list[Credit]]:
    """The credits by amount of measures that name a line, where any of a measure has a range."""
    named = set(found.tables["components"]["measure_id"].unique())
    by_name: dict[str, list[Credit]] = {}
    for one in question.policy.credits:
        if one.measure_id in named:
            by_name.setdefault(_name_of(one), []).append(one)
    return {name: own for name, own in by_name.items() if any(map(_is_ranged, own))}


def _is_ranged(credit: Credit) -> bool:
    return credit.low_usd is not None or credit.high_usd is not None


@dataclass(frozen=True, kw_only=True)
class _Named:
    """What is assumed: shares, credits by the name of their assumption, what either was fit to."""

    shares: pl.DataFrame
    credits: Mapping[str, Sequence[Credit]]
    calibrated: Mapping[str, str]


def _rows(trials: Trials, named: _Named) -> Iterator[Row]:
    """Both ends of each share and credit, then of all together, then of how portions meet."""
    known: dict[str, dict[End, Row]] = {}
    yield from _of_shares(trials, named, known)
    for name, credits in named.credits.items():
        known[name] = {end: trials.told({name: end}) for end in ENDS}
        source = _sources(pl.DataFrame({"source": [one.source for one in credits]}))
        for end in ENDS:
            plain = {"assumption": name, "end": end, "kind": "credit", "source": source}
            yield plain | known[name][end]
    yield from _together(trials, known)
    yield from _meeting(trials)


def _of_shares(trials: Trials, named: _Named, known: dict[str, dict[End, Row]]) -> Iterator[Row]:
    """Both ends of each share; what has a range is added to what is known."""
    for (name, kind), own in named.shares.group_by("name", "kind", maintain_order=True):
        is_ranged = own.select(pl.col("low").is_not_null() | pl.col("high").is_not_null())
        told = {
            end: trials.told({name: end}) if is_ranged.to_series().any() else {"reason": NO_RANGE}
            for end in ENDS
        }
        known |= {name: told} if is_ranged.to_series().any() else {}
        for end in ENDS:
            stated = {"calibrated_to": named.calibrated.get(name) or None, "source": _sources(own)}
            yield (
                {"assumption": name, "end": end, "kind": kind}
                | stated
                | _range(own, end)
                | told[end]
            )


def _sources(own: pl.DataFrame) -> str:
    """The sources of the rows of a share: the first few, and how many more."""
    sources = sorted(own["source"].unique())
    more = len(sources) - SOURCES
    return "; ".join(sources[:SOURCES]) + (f"; and {more} more" if more > 0 else "")


def _range(own: pl.DataFrame, end: End) -> Row:
    """The least and the most of the shares of an assumption, central and at an end."""
    return own.select(
        central_least=pl.col("central").min(),
        central_most=pl.col("central").max(),
        end_least=pl.col(end).min(),
        end_most=pl.col(end).max(),
    ).row(0, named=True)


def _together(trials: Trials, known: Mapping[str, Mapping[End, Row]]) -> Iterator[Row]:
    """All that has a range, each at the end at which it gives the least or most duty."""
    if len(known) < 2:
        return
    for end, is_less in (("least duty", True), ("most duty", False)):
        chosen: dict[str, End] = {}
        for name, told in known.items():
            low, high = (told[one].get("duty_increment_usd") for one in ENDS)
            is_low_less = low is not None and (high is None or low <= high)
            chosen[name] = "low" if is_low_less == is_less else "high"
        yield {"assumption": ALL, "end": end, "kind": "all"} | trials.told(chosen)


def _meeting(trials: Trials) -> Iterator[Row]:
    """Portions that meet on lines, laid end to end and over each other rather than independent."""
    resolved = trials.resolved({})
    if resolved is None or not kinds_that_meet(resolved.program.segments):
        return
    ends: Sequence[tuple[str, bool]] = (("least overlap", False), ("greatest overlap", True))
    for end, is_greatest in ends:
        weights = joint_weights(
            resolved.weights, resolved.held, resolved.program.segments,
            trials.question.policy, is_greatest=is_greatest,
        )  # fmt: skip
        laid = replace(resolved, weights=weights.collect())
        yield {"assumption": OVERLAP, "end": end, "kind": "overlap"} | trials.figures(laid, {})
