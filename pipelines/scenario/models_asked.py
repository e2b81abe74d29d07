"""Which linear models are told beside the exact one, and what is chosen of what they leave open."""

from collections.abc import Mapping, Sequence
from typing import Any

from calc.errors import did_you_mean
from pipelines.scenario.assumed import MODELS, Mode
from pipelines.scenario.fields import Table, shown, table_of
from pipelines.scenario.grammar import Grammar, check_keys

SWITCHES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "smart": {
        "diversion": ("linear", "discrete"),
        "rivals": ("together", "each in turn"),
        "price_change": ("relative", "log"),
        "supply_scales": ("creation", "creation and diversion"),
        "welfare": ("area", "triangle"),
        "price_effect_on": ("quantity after", "quantity before"),
    },
    "gsim": {"consumers": ("exact", "taylor", "published")},
}


def modes_of(table: Table) -> tuple[Mode, ...]:
    """The linear models that ``model`` names, one or a list; the exact one always runs."""
    value = table.values.get("model", "exact")
    names = value if isinstance(value, list) else [value]
    found: list[Mode] = []
    for name in names:
        known = next((one for one in MODELS if one == name), None)
        if known is None:
            near = did_you_mean(name, MODELS) if isinstance(name, str) else ""
            table.refuse("model", f"{shown(name)} is not a model",
                         near or f"known: {', '.join(MODELS)}")  # fmt: skip
        elif known != "exact" and known not in found:
            found.append(known)
    return tuple(found)


def switches_of(table: Table, model: str) -> Mapping[str, Any]:
    """What ``[effects.smart]`` or ``[effects.gsim]`` chooses; empty without it."""
    known = SWITCHES[model]
    first = next(iter(known))
    example = f'[effects.{model}] {first} = "{known[first][-1]}"'
    inner = table_of(table, model, example=example)
    if inner is None:
        return {}
    noun = f"what {model} leaves open"
    check_keys(inner, Grammar(noun=noun, header=f"[effects.{model}]", required={},
                              optional=tuple(known)))  # fmt: skip
    chosen = {}
    for key, choices in known.items():
        value = inner.values.get(key, choices[0])
        if value not in choices:
            inner.refuse(key, f"{shown(value)} is no choice of {key}",
                         f"known: {', '.join(choices)}")  # fmt: skip
        elif key in inner.values:
            chosen[key] = value
    return chosen
