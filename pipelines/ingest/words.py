"""The words that ingest knows in every file, read from ``words.toml``."""

import functools
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Texts with a declared meaning: missing and suppressed numbers, flows, names, row caps."""

    missing: tuple[str, ...]
    suppressed: tuple[str, ...]
    flows: dict[str, tuple[str, ...]]
    nomenclatures: dict[str, tuple[str, ...]]
    economies: dict[str, tuple[str, ...]]
    former: dict[str, tuple[str, ...]]
    caps: tuple[int, ...]
    unit_endings: dict[str, str]


@functools.lru_cache(maxsize=10_000)
def folded(text: str) -> str:
    """A header or name without case, accents, blanks and punctuation."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[\W_]", "", bare.lower())


@functools.cache
def _declared() -> dict[str, Any]:
    text = resources.files("pipelines.ingest").joinpath("words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@functools.cache
def words() -> Words:
    """The texts with a declared meaning."""
    kept = _declared()
    endings = {ending: unit for unit, said in kept["units"].items() for ending in said["endings"]}
    return Words(
        missing=tuple(kept["cells"]["missing"]),
        suppressed=tuple(kept["cells"]["suppressed"]),
        flows={flow: tuple(said) for flow, said in kept["flows"].items()},
        nomenclatures={name: tuple(said) for name, said in kept["nomenclatures"].items()},
        economies={code: tuple(said) for code, said in kept["economies"].items()},
        former={code: tuple(said) for code, said in kept["former"].items()},
        caps=tuple(kept["caps"]["rows"]),
        unit_endings=endings,
    )
