"""A scenario as resolved: as TOML that reads back to the same law, and as a table for people."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pipelines.scenario.assumed import Era, Share
from pipelines.scenario.instruments import BesideFlow
from pipelines.scenario.model import Exclusion, Measure, PartnerScope, ProductWord, Scenario
from pipelines.scenario.readings import stated_of
from pipelines.scenario.timed import FIRST_DAY, VOID, Happening, Timing
from pipelines.scenario.written import key_of, statements

if TYPE_CHECKING:
    from pipelines.scenario.law import Law

NOT_YET = "not-yet"
WORKED_IN = ("rate", "products", "restrict")
BRANCH = ("measure_id", "step")
SEVERAL = 2


def resolved_toml(scenario: Scenario, law: "Law") -> str:
    """The scenario as TOML with everything said out loud: codes of partners, mode, events, date.

    Measures are sorted by id and goods are kept as written. What a scenario builds on and how it
    changes it is worked in. Reading the text gives the same law, the base file and the annexes
    beside the scenario provided. The same law gives the same text.
    """
    top = {
        "id": scenario.scenario_id,
        "title": scenario.title,
        "importer": scenario.importer,
        "nomenclature": scenario.nomenclature,
        "trade": scenario.trade,
        "as_of": law.as_of,
        "known_at": scenario.known_at,
        "reading": stated_of(scenario.reading),
        "reference": scenario.reference,
        "estimate": scenario.estimate,
        "base": scenario.base.written,
        "base_as_of": scenario.base.as_of,
        "note": scenario.note,
        **scenario.stated,
    }
    measures = sorted(scenario.measures, key=lambda measure: measure.measure_id)
    comments = [f"# {note}" for note in law.notes]
    blocks = [
        comments,
        statements(top),
        _waiting(scenario),
        *(_share(share) for share in scenario.shares if share.stated),
        *(_named(f"quota.{quota.name}", quota.stated) for quota in scenario.quotas),
        *(_named(f"control.{each.figure}", each.stated) for each in scenario.controls),
        *(_flow(flow) for flow in scenario.beside),
        _drawback(scenario),
        *(_named(f"charges.{each.charge.name}", each.stated) for each in scenario.charges),
        _response(scenario),
        _acceptance(scenario),
        *(_measure(measure, scenario) for measure in measures),
        *(_era(era) for era in scenario.eras),
        *(_changes(measure) for measure in measures),
        *(_ended(name, day) for name, day in scenario.base.ended),
    ]
    return "\n".join("\n".join(block) + "\n" for block in map(list, blocks) if block)


def _named(header: str, values: Mapping[str, Any]) -> Iterator[str]:
    yield f"[{header}]"
    yield from statements(values)


def _flow(flow: BesideFlow) -> Iterator[str]:
    yield "[[beside]]"
    yield from statements(flow.stated)


def _drawback(scenario: Scenario) -> Iterator[str]:
    if scenario.drawback:
        yield from _named("drawback", {key_of(one.part): one.stated for one in scenario.drawback})


def _response(scenario: Scenario) -> Iterator[str]:
    if scenario.response is not None:
        yield from _named("effects", scenario.response.stated)


def _acceptance(scenario: Scenario) -> Iterator[str]:
    if scenario.acceptance is not None:
        yield from _named("validation", scenario.acceptance.stated)


def _share(share: Share) -> Iterator[str]:
    yield from _named(f"{share.kind}s.{share.name}", share.stated)


def _ended(name: str, day: Any) -> Iterator[str]:
    yield "[[change]]"
    yield from statements({"disable": {"programme": name, "from": day}})


def _era(era: Era) -> Iterator[str]:
    yield "[[stacking]]"
    days = {"from": era.valid_from, "before": era.valid_until}
    others = {key: value for key, value in era.stated.items() if key not in (*days, "through")}
    yield from statements(days | {key_of(key): value for key, value in others.items()})


def _measure(measure: Measure, scenario: Scenario) -> Iterator[str]:
    portions = {share.name: share for share in scenario.shares}
    yield "[[measure]]"
    yield from statements(
        {
            "id": measure.measure_id,
            "authority": measure.authority,
            "programme": measure.programme,
            "partners": None if measure.instrument.imposed_by else _partners(measure.partners),
            "products": measure.stated.get("products") or _goods(measure.products),
            "except": _goods(measure.left_out),
            "but": _goods(measure.taken_in),
            "rate": measure.stated.get("rate"),
            "mode": measure.mode,
            "on": measure.on,
            "portion": _portion(measure.portion, portions),
            **_timing(measure.timing),
            "would_apply_from": _would_apply(measure),
            "quota": measure.quota,
            "order": measure.order or None,
            **{key: value for key, value in measure.stated.items() if key not in WORKED_IN},
            "source": measure.source,
            "note": measure.note,
        }
    )
    for exclusion in measure.exclusions:
        yield "[[measure.exclusion]]"
        yield from statements(_exclusion(exclusion, portions))


def _would_apply(measure: Measure) -> Any:
    """The day from which a measure would apply, where no event says so already."""
    said = any(event.since == measure.would_apply_from for event in measure.timing.events)
    return None if said else measure.would_apply_from


def _exclusion(exclusion: Exclusion, portions: Mapping[str, Share]) -> dict[str, Any]:
    days = {"effective": "from", "ended": "before"}
    timing = exclusion.timing
    is_waiting = not timing.events and not timing.starts_in_force
    return {
        "products": _goods(exclusion.products),
        "partners": _partners(exclusion.partners),
        "portion": _portion(exclusion.portion, portions),
        **{days[event.kind]: event.on for event in timing.events},
        **(_timing(timing) if is_waiting else {}),
        "source": exclusion.source,
        "note": exclusion.note,
    }


def _portion(name: str | None, portions: Mapping[str, Share]) -> Any:
    """A portion by its name, or as a table where the measure states it itself."""
    share = portions.get(name or "")
    if share is None or share.stated:
        return name
    row = share.rows[0]
    return {
        "central": row.range.central,
        "low": row.range.low,
        "high": row.range.high,
        "source": row.source,
        "calibrated_to": share.calibrated_to,
    }


def _goods(words: Iterable[ProductWord]) -> list[str]:
    return list(dict.fromkeys(word.written for word in words))


def _partners(scope: PartnerScope) -> Any:
    named = [*scope.economies, *scope.groups]
    return {"all": "all", "all-except": {"all_except": named}, "some": named}[scope.reach]


def _timing(timing: Timing) -> dict[str, Any]:
    """The events; what only has an end keeps it, since no event begins it.

    What annuls or ends it once more is said by a change.
    """
    if timing.starts_in_force:
        return {"before": timing.events[0].on} if _has_end(timing) else {}
    if timing.events:
        return {"events": [_event(event) for event in timing.events]}
    return {"from": {"earliest": [NOT_YET]}}


def _has_end(timing: Timing) -> bool:
    return bool(timing.events) and timing.events[0].kind == "ended"


def _changes(measure: Measure) -> Iterator[str]:
    """The changes that restrict a measure, and those that end one which no event begins."""
    for left in measure.stated.get("restrict", ()):
        yield "[[change]]"
        restricted = {"measure": measure.measure_id, "products": list(dict.fromkeys(left))}
        yield from statements({"restrict": restricted})
    timing = measure.timing
    if not timing.starts_in_force:
        return
    for event in timing.events[1:] if _has_end(timing) else timing.events:
        void = None
        if event.kind == VOID:
            void = "ex-tunc" if event.since == FIRST_DAY else "ex-nunc"
        yield "[[change]]"
        disabled = {"measure": measure.measure_id, "from": event.on, "void": void}
        yield from statements({"disable": disabled})


def _waiting(scenario: Scenario) -> Iterator[str]:
    """The event that stands for all that have not happened, where something waits for one."""
    for measure in scenario.measures:
        for timing in (measure.timing, *(each.timing for each in measure.exclusions)):
            if not timing.events and not timing.starts_in_force:
                yield f"[events.{NOT_YET}]"
                return


def _event(event: Happening) -> dict[str, Any]:
    is_ex_tunc = event.kind == VOID and event.since == FIRST_DAY
    since = None if is_ex_tunc else event.since
    return {"on": event.on, "is": event.kind, "since": since} | (
        {"void": "ex-tunc"} if is_ex_tunc else {}
    )


def measures_shown(scenario: Scenario, law: "Law") -> list[dict[str, Any]]:
    """One entry a branch, sorted by measure, in plain types: what it does and its state.

    ``codes`` counts the prefixes named, ``left_out`` those of ``except`` and ``excluded`` those
    of the exclusions in force. ``by_portion`` says in words what parts of the flow pay instead.
    """
    counts = {
        role: _counted(law.products.filter(role=role).select(*BRANCH, "prefix"))
        for role in ("include", "exclude")
    }
    excluded = _counted(law.exclusions.select(*BRANCH, "prefix").unique())
    measures = {measure.measure_id: measure for measure in scenario.measures}
    return [
        {
            "id": row["measure_id"],
            "step": row["step"],
            "state": row["state"],
            "since": row["valid_from"],
            "until": row["valid_until"],
            "authority": row["authority"],
            "programme": row["programme"],
            "partners": _partners_of(measures[row["measure_id"]], row, law),
            "products": ", ".join(_goods(measures[row["measure_id"]].products)),
            "codes": counts["include"].get(key, 0) if row["names_products"] else None,
            "left_out": counts["exclude"].get(key, 0),
            "excluded": excluded.get(key, 0),
            "rate": row["rate_text"],
            "mode": row["mode"],
            "by_portion": _by_portion(measures[row["measure_id"]]),
            "source": row["source"],
        }
        for row in law.measures.iter_rows(named=True)
        for key in ((row["measure_id"], row["step"]),)
    ]


def _by_portion(measure: Measure) -> dict[str, str]:
    """What each portion that is named pays instead of the rate, in words."""
    stated: Mapping[str, Any] = measure.stated.get("by_portion", {})
    return {
        name: pays["rate"] + (f" on {pays['on']}" if "on" in pays else "")
        for name, pays in stated.items()
    }


def _counted(rows: Any) -> dict[tuple[str, int], int]:
    """How many rows each branch has."""
    counted = rows.group_by(*BRANCH).len()
    return {(name, step): count for name, step, count in counted.iter_rows()}


def _partners_of(measure: Measure, row: dict[str, Any], law: "Law") -> str:
    """The partners of a branch for people: the measure's, or those with a rate of their own."""
    if len(measure.rates) < SEVERAL:
        return partners_in_words(measure.partners)
    of_branch = law.partners.filter(measure_id=row["measure_id"], step=row["step"])
    named = of_branch.filter(role="include")["partner"].to_list()
    if named != ["*"]:
        return ", ".join(named)
    left_out = of_branch.filter(role="exclude")["partner"].to_list()
    return f"all except {', '.join(left_out)}" if left_out else "all"


def partners_in_words(scope: PartnerScope) -> str:
    """The partners of a scope for people: ``JPN, EU27``, ``all except CAN`` or ``all``."""
    named = ", ".join([*scope.economies, *scope.groups])
    return {"all": "all", "all-except": f"all except {named}", "some": named}[scope.reach]
