"""A scenario as resolved: as TOML that reads back to the same law, and as a table for people."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.scenario.model import Exclusion, Measure, PartnerScope, ProductWord, Scenario, Timing

if TYPE_CHECKING:
    from pipelines.scenario.law import Law

EVENT_OF_END = "ended"


def resolved_toml(scenario: Scenario, law: "Law") -> str:
    """The scenario as TOML with everything said out loud: codes of partners, mode, events, date.

    Measures are sorted by id and goods are kept as written. Reading the text gives the same law,
    a base file beside the scenario provided. The same law gives the same text.
    """
    top = {
        "id": scenario.scenario_id,
        "title": scenario.title,
        "importer": scenario.importer,
        "nomenclature": scenario.nomenclature,
        "trade": scenario.trade,
        "as_of": law.as_of,
        "base": scenario.base.written,
        "note": scenario.note,
    }
    measures = sorted(scenario.measures, key=lambda measure: measure.measure_id)
    comments = [f"# {note}" for note in law.notes]
    blocks = [comments, _statements(top), *(_measure(measure) for measure in measures)]
    return "\n".join("\n".join(block) + "\n" for block in map(list, blocks) if block)


def _measure(measure: Measure) -> Iterator[str]:
    yield "[[measure]]"
    yield from _statements(
        {
            "id": measure.measure_id,
            "authority": measure.authority,
            "programme": measure.programme,
            "partners": _partners(measure.partners),
            "products": _goods(measure.products),
            "except": _goods(measure.left_out),
            "but": _goods(measure.taken_in),
            "rate": measure.rate.text,
            "mode": measure.mode,
            **_timing(measure.timing),
            "source": measure.source,
            "note": measure.note,
        }
    )
    for exclusion in measure.exclusions:
        yield "[[measure.exclusion]]"
        yield from _statements(_exclusion(exclusion))


def _exclusion(exclusion: Exclusion) -> dict[str, Any]:
    days = {"effective": "from", EVENT_OF_END: "before"}
    return {
        "products": _goods(exclusion.products),
        "partners": _partners(exclusion.partners),
        **{days[event.kind]: event.on for event in exclusion.timing.events},
        "source": exclusion.source,
        "note": exclusion.note,
    }


def _goods(words: Iterable[ProductWord]) -> list[str]:
    return [word.written for word in words]


def _partners(scope: PartnerScope) -> Any:
    named = [*scope.economies, *scope.groups]
    return {"all": "all", "all-except": {"all_except": named}, "some": named}[scope.reach]


def _timing(timing: Timing) -> dict[str, Any]:
    """The events; a measure that only has an end keeps it, since no event begins it."""
    if timing.starts_in_force:
        return {"before": timing.events[0].on} if timing.events else {}
    return {"events": [{"on": event.on, "is": event.kind} for event in timing.events]}


def _statements(values: dict[str, Any]) -> list[str]:
    """One line a key; what is not given (null, empty) has no line."""
    return [
        f"{key} = {_toml(value)}" for key, value in values.items() if value not in (None, "", [])
    ]


def _toml(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(item)}' for key, item in value.items())} }}"
    return f'"{"".join(_character(char) for char in value)}"'


def _character(char: str) -> str:
    """A character inside a TOML text; quotes, backslashes and control characters are escaped."""
    if char in '"\\':
        return f"\\{char}"
    if char == "\n":
        return "\\n"
    is_control = ord(char) < ord(" ") or "\x7f" <= char <= "\x9f"
    return f"\\u{ord(char):04x}" if is_control else char


def measures_shown(scenario: Scenario, law: "Law") -> list[dict[str, Any]]:
    """One entry a measure, sorted by id, in plain types: what it does and the state it is in.

    ``codes`` counts the prefixes named, ``left_out`` those of ``except`` and ``excluded`` those
    of the exclusions in force.
    """
    counts = {
        role: dict(law.products.filter(role=role).group_by("measure_id").len().iter_rows())
        for role in ("include", "exclude")
    }
    excluded = dict(
        law.exclusions.select("measure_id", "prefix").unique().group_by("measure_id").len()
        .iter_rows()
    )  # fmt: skip
    by_id = {measure.measure_id: measure for measure in scenario.measures}
    return [
        {
            "id": name,
            "state": row["state"],
            "since": row["valid_from"],
            "until": row["valid_until"],
            "authority": row["authority"],
            "programme": row["programme"],
            "partners": partners_in_words(by_id[name].partners),
            "products": ", ".join(_goods(by_id[name].products)),
            "codes": counts["include"].get(name, 0) if row["names_products"] else None,
            "left_out": counts["exclude"].get(name, 0),
            "excluded": excluded.get(name, 0),
            "rate": row["rate_text"],
            "mode": row["mode"],
            "source": row["source"],
        }
        for row in law.measures.iter_rows(named=True)
        for name in (row["measure_id"],)
    ]


def partners_in_words(scope: PartnerScope) -> str:
    """The partners of a scope for people: ``JPN, EU27``, ``all except CAN`` or ``all``."""
    named = ", ".join([*scope.economies, *scope.groups])
    return {"all": "all", "all-except": f"all except {named}", "some": named}[scope.reach]
