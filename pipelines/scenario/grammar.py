"""Which keys each table of a scenario has: those read today, and those of a later version.

A key of the language that is not read yet is refused by another message than a misspelt one. To
add a key, move it from ``later`` to ``required`` or ``optional`` and read it in its module.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from calc.errors import did_you_mean, nearest
from pipelines.scenario.fields import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """The keys of a table.

    ``required`` gives an example of each key that a table must have; ``later`` says what each key
    to come would do.
    """

    noun: str
    header: str
    required: Mapping[str, str]
    optional: tuple[str, ...] = ()
    later: Mapping[str, str] = field(default_factory=dict)

    @property
    def known(self) -> tuple[str, ...]:
        """The keys that are read today."""
        return (*self.required, *self.optional)


SCENARIO = Grammar(
    noun="a scenario",
    header="the top of the file",
    required={
        "id": 'id = "us-japan-2024"',
        "importer": 'importer = "USA"',
        "nomenclature": 'nomenclature = "HS2022"',
        "trade": 'trade = "us-2024", the name of an ingested table',
        "base": 'base = "2.5%" or base = "us-mfn-2024.csv"',
        "measure": "[[measure]] and its keys below; the schedule is empty",
    },
    optional=("title", "as_of", "note"),
    later={
        "extends": "builds on another scenario",
        "change": "changes a scenario that it builds on",
        "include": "runs several scenarios together, such as the partner's answer",
        "portions": "splits flows, for instance by the use of a preference",
        "contents": "gives the part of each item's value that a measure bites on",
        "stacking": "says how measures of several authorities combine on a line",
        "quota": "gives a quota that measures share",
        "events": "names events that dates refer to",
        "control": "checks the result against a stated amount",
        "known_at": "leaves out what became known later",
        "reading": "replicates another engine's reading of the law",
        "imposed_by": "gives the partner's duties or bans on its own exports",
        "direction": "gives duties on exports",
    },
)
MEASURE = Grammar(
    noun="a measure",
    header="[[measure]]",
    required={
        "id": 'id = "car-parts"',
        "authority": 'authority = "section-301"',
        "products": 'products = ["8708"]',
        "rate": 'rate = "25%"',
        "source": 'source = "60 FR 26745", the act that says so, or "hypothetical"',
    },
    optional=(
        *("programme", "partners", "except", "but", "mode"),
        *("events", "from", "through", "before", "exclusion", "note"),
    ),
    later={
        "portion": "limits a measure to a part of the flow",
        "by_portion": "gives the parts of a flow different rates",
        "content": "limits a measure to a part of each item's value",
        "on": "puts the rate on a part of each item's value",
        "credit": "takes an amount off the duty",
        "quota": "puts the measure under a quota",
        "instrument": "makes the measure something else than a duty, such as a procurement ban",
        "covered_usd": "gives the contracts that a ban covers",
        "affected": "gives the contracts that a ban affects",
        "would_apply_from": "dates the duty back to before the decision",
        "stacking": "says how the measure combines with others",
        "season": "limits the measure to a part of the year",
        "imposed_by": "makes the measure one of the exporter",
        "direction": "puts the measure on exports",
    },
)
EXCLUSION = Grammar(
    noun="an exclusion",
    header="[[measure.exclusion]]",
    required={
        "products": 'products = ["8708.99.81"]',
        "source": 'source = "86 FR 63438", the act that says so, or "hypothetical"',
    },
    optional=("partners", "from", "through", "before", "note"),
    later={
        "portion": "limits an exclusion to a part of the flow",
        "events": "gives the exclusion events; from, through and before are read",
        "except": "leaves goods out of the exclusion",
        "but": "takes goods into the exclusion again",
    },
)
EVENT = Grammar(
    noun="an event",
    header="events",
    required={"on": "on = 2024-05-16", "is": 'is = "effective"'},
    optional=("source", "note"),
)
PARTNERS = Grammar(
    noun="a scope of partners",
    header="partners",
    required={"all_except": '{ all_except = ["CAN", "MEX"] }'},
    later={"table": "takes the partners from an annex"},
)
TABLES = (SCENARIO, MEASURE, EXCLUSION, EVENT)


def check_keys(table: Table, grammar: Grammar) -> None:
    """Enter a problem for each key that is misspelt, not supported yet, or missing.

    What a misspelt key was probably meant to be is not reported as missing as well; nor is
    anything in a table that holds a key of a later version, which may replace it.
    """
    meant: set[str] = set()
    for key in table.values:
        if key in grammar.known:
            continue
        if key in grammar.later:
            refuse_later(table, key, key, grammar.later[key])
            meant.update(grammar.required)
            continue
        meant.update(nearest(key, grammar.known, count=1))
        table.refuse(
            key, f"{table.shown_key(key)} is not a key of {grammar.noun}", _hint(key, grammar)
        )
    for key, example in grammar.required.items():
        if key not in table.values and key not in meant:
            table.refuse(key, f"{key} is missing: {grammar.noun} must have it", f"write {example}")


def refuse_later(table: Table, key: str, name: str, meaning: str) -> None:
    """Enter that a key or form of the language is not supported yet."""
    table.refuse(key, f"{name} is not supported yet", f"it {meaning}; leave it out in this version")


def _hint(key: str, grammar: Grammar) -> str:
    for other in TABLES:
        if key in other.known or key in other.later:
            return f"it is a key of {other.noun}; write it under {other.header}"
    near = nearest(key, grammar.known, count=1)
    return f"did you mean {near[0]}?" if near else did_you_mean(key, grammar.known)
