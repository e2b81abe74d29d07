"""Which keys each table of a scenario has: those read today, and those of a later version.

A key of the language that is not read yet is refused by another message than a misspelt one. To
add a key, move it from ``later`` to ``required`` or ``optional`` and read it in its module.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from calc.errors import did_you_mean, nearest
from pipelines.scenario.elsewhere import ELSEWHERE, OF_TABLE
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


LAW = (
    *("portions", "contents", "stacking", "events", "quota", "control"),
    *("beside", "drawback", "charges"),
)
SETTINGS = (
    *("title", "as_of", "note", "known_at", "reading", "reference", "estimate", "base_as_of"),
    *("currencies", "report_in", "min_max", "fob_share", "levied_on", "effects", "validation"),
)
SCENARIO = Grammar(
    noun="a scenario",
    header="the top of the file",
    required={
        "id": 'id = "us-japan-2024"',
        "importer": 'importer = "USA"',
        "nomenclature": 'nomenclature = "HS2022"',
        "trade": 'trade = "us-2024", the name of an ingested table',
        "base": 'base = "2.5%" or base = "us-mfn-2024.csv"',
    },
    optional=("measure", *SETTINGS, *LAW, "change"),
)
EXTENDING = Grammar(
    noun="a scenario that extends another",
    header="the top of the file",
    required={"id": 'id = "us-2026-after-ruling"', "extends": 'extends = "us-2026.toml"'},
    optional=("importer", "nomenclature", "trade", "base", "measure", *SETTINGS, *LAW, "change"),
)
INCLUDING = Grammar(
    noun="a scenario that includes others",
    header="the top of the file",
    required={"id": 'id = "trade-war"', "include": 'include = ["us.toml", "canada.toml"]'},
    optional=("title", "as_of", "note", "trade", "report_in"),
)
ADDED = Grammar(
    noun="a file that a change adds",
    header="the top of the file",
    required={},
    optional=("id", "title", "note", "importer", "nomenclature", "measure", *LAW),
)
MEASURE_REQUIRED = {
    "id": 'id = "car-parts"',
    "authority": 'authority = "section-301"',
    "products": 'products = ["8708"]',
    "rate": 'rate = "25%"',
    "source": 'source = "60 FR 26745", the act that says so, or "hypothetical"',
}
MEASURE = Grammar(
    noun="a measure",
    header="[[measure]]",
    required=MEASURE_REQUIRED,
    optional=(
        *("programme", "partners", "except", "but", "mode", "on", "portion", "by_portion"),
        *("events", "from", "through", "before", "would_apply_from", "exclusion", "note", "order"),
        *("instrument", "direction", "imposed_by", "covered_usd", "affected", "quota", "credit"),
    ),
    later={"stacking": "belongs to the schedule: write [[stacking]] beside the measures"},
)
BAN = Grammar(
    noun="a measure that is no duty",
    header="[[measure]]",
    required={key: text for key, text in MEASURE_REQUIRED.items() if key != "rate"},
    optional=MEASURE.optional,
    later=MEASURE.later,
)
EXCLUSION = Grammar(
    noun="an exclusion",
    header="[[measure.exclusion]]",
    required={
        "products": 'products = ["8708.99.81"]',
        "source": 'source = "86 FR 63438", the act that says so, or "hypothetical"',
    },
    optional=("partners", "portion", "from", "through", "before", "note"),
    later={
        "events": "gives the exclusion events; from, through and before are read",
        "except": "leaves goods out of the exclusion",
        "but": "takes goods into the exclusion again",
    },
)
EVENT = Grammar(
    noun="an event",
    header="events",
    required={"on": "on = 2024-05-16", "is": 'is = "effective"'},
    optional=("since", "void", "source", "note"),
)
PARTNERS = Grammar(
    noun="a scope of partners",
    header="partners",
    required={"all_except": '{ all_except = ["CAN", "MEX"] }'},
    later={"table": "takes the partners from an annex"},
)
STEP = Grammar(
    noun="a step of a rate",
    header="rate",
    required={"from": "from = 2026-01-01", "rate": 'rate = "25%"'},
    optional=("note",),
)
SEASON = Grammar(
    noun="a rate for a season",
    header="rate",
    required={"season": 'season = "05-16..10-15"', "rate": 'rate = "25%"'},
)
FIRMS = Grammar(noun="rates by firm", header="rate", required={"split": 'split = "firms.csv"'})
ALTERNATIVE = Grammar(
    noun="what a portion pays",
    header="by_portion",
    required={"rate": 'rate = "Free"'},
    optional=("on", "note"),
)
SHARE = Grammar(
    noun="a share",
    header="portion",
    required={"central": "central = 0.27", "source": 'source = "..."'},
    optional=("low", "high", "calibrated_to", "note"),
)
PORTION = Grammar(
    noun="a portion",
    header="[portions.NAME]",
    required={},
    optional=(
        *("table", "central", "low", "high", "source", "calibrated_to", "programme"),
        *("nested_in", "disjoint_with", "note"),
    ),
)
CONTENT = Grammar(
    noun="a content",
    header="[contents.NAME]",
    required={},
    optional=("table", "central", "low", "high", "source", "calibrated_to", "note"),
)
NAMED_EVENT = Grammar(
    noun="a named event",
    header="[events.NAME]",
    required={},
    optional=("on", "source", "note"),
)
CURRENCY = Grammar(
    noun="an exchange rate",
    header="[currencies.EUR]",
    required={"usd": "usd = 1.08", "source": 'source = "..."'},
    optional=("on", "note"),
)
STACKING = Grammar(
    noun="a rule of stacking",
    header="[[stacking]]",
    required={"source": 'source = "EO 14289"'},
    optional=("from", "through", "before", "first", "within", "note"),
)
RELATION = Grammar(
    noun="a relation between authorities",
    header="[[stacking]]",
    required={},
    optional=("on", "excludes", "replaces", "but"),
)
QUOTA = Grammar(
    noun="a quota",
    header="[quota.NAME]",
    required={
        "amount": "amount = 65005",
        "unit": 'unit = "t"',
        "period": 'period = "year"',
        "source": 'source = "..."',
    },
    optional=("over", "origins", "observed_split", "quarter_cap", "factor", "note"),
)
QUOTA_STEP = Grammar(
    noun="a step of an amount",
    header="amount",
    required={"from": "from = 2018-02-07", "amount": "amount = 2.5"},
    optional=("note",),
)
UNIT_FACTOR = Grammar(
    noun="what a unit is taken to be",
    header="factor",
    required={"is": "is = 1000", "unit": 'unit = "kg"', "source": 'source = "..."'},
    optional=("note",),
)
AMOUNT = Grammar(
    noun="an amount",
    header="[[measure]]",
    required={"source": 'source = "..."'},
    optional=("central", "low", "high", "table", "note"),
)
BESIDE = Grammar(
    noun="a flow beside the trade",
    header="[[beside]]",
    required={"id": 'id = "parcels"', "source": 'source = "..."'},
    optional=("table", "central", "low", "high", "rate", "measure", "note"),
)
CREDIT = Grammar(
    noun="a credit",
    header="credit",
    required={},
    optional=("table", "cap", "rate", "share", "source", "note"),
)
CONTROL = Grammar(
    noun="a control total",
    header="[control]",
    required={"equals": "equals = 5.9e9", "source": 'source = "..."'},
    optional=("within", "note"),
)
CHANGE = Grammar(
    noun="a change",
    header="[[change]]",
    required={},
    optional=("disable", "add", "set", "restrict", "source", "note"),
)
DISABLE = Grammar(
    noun="what is disabled",
    header="[[change]]",
    required={"from": "from = 2026-02-20"},
    optional=("authority", "programme", "measure", "void"),
)
SET = Grammar(
    noun="what is set",
    header="[[change]]",
    required={"measure": 'measure = "232-steel"'},
    optional=("rate", "mode", "products", "partners"),
)
RESTRICT = Grammar(
    noun="what is restricted",
    header="[[change]]",
    required={"measure": 'measure = "232-steel"'},
    optional=("products", "partners"),
)
TABLES = (SCENARIO, EXTENDING, INCLUDING, MEASURE, EXCLUSION, EVENT)


def check_keys(table: Table, grammar: Grammar, *, others: Collection[str] = ()) -> None:
    """Enter a problem for each key that is misspelt, not supported yet, or missing.

    What a misspelt key was probably meant to be is not reported as missing as well; nor is
    anything in a table that holds a key of a later version, which may replace it. ``others`` are
    keys that the caller reads itself, such as names of partners.
    """
    meant: set[str] = set()
    for key in table.values:
        if key in grammar.known:
            continue
        if key in grammar.later:
            refuse_later(table, key, key, grammar.later[key])
            meant.update(grammar.required)
            continue
        if key in others:
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
    if key in ELSEWHERE or (key, grammar.noun) in OF_TABLE:
        return OF_TABLE.get((key, grammar.noun)) or ELSEWHERE[key]
    for other in TABLES:
        if key in other.known or key in other.later:
            return f"it is a key of {other.noun}; write it under {other.header}"
    near = nearest(key, grammar.known, count=1)
    return f"did you mean {near[0]}?" if near else did_you_mean(key, grammar.known)
