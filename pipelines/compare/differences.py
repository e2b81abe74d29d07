"""How a part of one scenario differs from the same part of another, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from pipelines.scenario.assumed import Range, Share
from pipelines.scenario.model import Exclusion, Measure, PartnerScope, ProductWord, RateChoice
from pipelines.scenario.timed import Timing

MOST_NAMED = 6
REMARKS = {"stated": {}, "note": "", "source": "", "title": ""}
"""What says something about a part without changing what it does."""

WORDS = {
    "left_out": "goods left out",
    "on": "what it bites on",
    "taken_in": "goods taken in again",
    "would_apply_from": "day from which it would apply",
}


def plain(thing: Any) -> Any:
    """A part of a scenario without remarks, so that two which do the same are equal."""
    if isinstance(thing, tuple):
        return tuple(plain(item) for item in thing)
    if not is_dataclass(thing) or isinstance(thing, type):
        return thing
    kept = {field.name: plain(getattr(thing, field.name)) for field in fields(thing)}
    bare = {name: empty for name, empty in REMARKS.items() if name in kept}
    if isinstance(thing, Measure | Exclusion):
        bare["products"] = tuple(sorted(kept["products"], key=_by_text))
    return replace(thing, **kept | bare)


def _by_text(word: Any) -> tuple[str, str, str]:
    return word.written, str(word.valid_from), str(word.valid_until)


def is_same(first: Any, second: Any) -> bool:
    """Whether two parts of scenarios do the same."""
    return bool(plain(first) == plain(second))


def measure_change(first: Measure, second: Measure) -> str:
    """In what two versions of a measure differ."""
    return "; ".join(_measure_changes(plain(first), plain(second)))


def _measure_changes(first: Measure, second: Measure) -> Iterator[str]:
    for field in fields(first):
        old, new = getattr(first, field.name), getattr(second, field.name)
        if old == new:
            continue
        if field.name == "rates":
            yield f"rate {rates_text(old)} -> {rates_text(new)}"
        elif field.name in ("products", "left_out", "taken_in"):
            yield f"{_words(field.name)}: {_lists(_codes(old), _codes(new))}"
        elif field.name == "partners":
            yield f"partners {partners_text(old)} -> {partners_text(new)}"
        elif field.name == "timing":
            yield f"dates: {timing_text(old)} -> {timing_text(new)}"
        elif field.name == "exclusions":
            yield f"exclusions: {len(old)} -> {len(new)}"
        elif field.name != "is_mode_stated":
            yield f"{_words(field.name)} {_said(old)} -> {_said(new)}"


def _words(name: str) -> str:
    return WORDS.get(name, name.replace("_", " "))


def _said(value: Any) -> str:
    if value is None or value == ():
        return "none"
    return str(value) if isinstance(value, str | int | float) else "as it was"


def rates_text(rates: Sequence[RateChoice]) -> str:
    """The rates of a measure as written, each once."""
    listed = list(dict.fromkeys(one.duty.text for one in rates)) or ["none"]
    more = f" and {len(listed) - MOST_NAMED} more" if len(listed) > MOST_NAMED else ""
    return ", ".join(listed[:MOST_NAMED]) + more


def partners_text(scope: PartnerScope) -> str:
    """The partners that a scope names."""
    named = " ".join((*scope.economies, *scope.groups))
    return {"all": "all", "all-except": f"all but {named}"}.get(scope.reach, named)


def timing_text(timing: Timing) -> str:
    """The events of a measure with their days."""
    listed = [f"{event.kind} {event.on}" for event in timing.events]
    return ", ".join(listed) or ("always" if timing.starts_in_force else "not yet")


def _codes(words: Sequence[ProductWord]) -> list[str]:
    return [word.written for word in words]


def _lists(old: Sequence[str], new: Sequence[str]) -> str:
    """What was added to a list and removed from it."""
    told = []
    for verb, left in (("added", set(new) - set(old)), ("removed", set(old) - set(new))):
        if left:
            more = f" and {len(left) - MOST_NAMED} more" if len(left) > MOST_NAMED else ""
            told.append(f"{len(left)} {verb} ({', '.join(sorted(left)[:MOST_NAMED])}{more})")
    return ", ".join(told) or "other parts of them"


def share_change(first: Share, second: Share) -> str:
    """In what two versions of an assumed share differ."""
    if len(first.rows) == len(second.rows) == 1:
        return f"{range_text(first.rows[0].range)} -> {range_text(second.rows[0].range)}"
    return f"{len(first.rows)} rows -> {len(second.rows)} rows"


def range_text(value: Range | None) -> str:
    """An assumed share with its ends, where it has any."""
    if value is None:
        return "none"
    central = f"{100 * value.central:.6g}%"
    if value.low is None or value.high is None:
        return central
    return f"{central} ({100 * value.low:.6g}% to {100 * value.high:.6g}%)"
