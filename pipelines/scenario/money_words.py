"""Exchange rates, and how MIN and MAX are read: what duties in words need beside them."""

import re
from typing import Literal, cast

from calc.errors import did_you_mean
from calc.rate_text import quoted
from pipelines.scenario.fields import Table, day_of, number_of, shown, table_of, text_of
from pipelines.scenario.grammar import CURRENCY, check_keys

CODE = re.compile(r"[A-Z]{3}")
READINGS = ("uk", "left-to-right")
AN_EXAMPLE = 'currencies.EUR = { usd = 1.08, on = 2024-12-31, source = "ECB" }'
"""Stands at the top of a file, above its first header."""


def read_currencies(top: Table) -> dict[str, float]:
    """USD for one unit of each currency that a file gives."""
    outer = table_of(top, "currencies", example=AN_EXAMPLE)
    found = {}
    for code, value in (outer.values if outer is not None else {}).items():
        if outer is None:
            break
        if not CODE.fullmatch(code):
            outer.refuse(
                code, f"{quoted(code)} is not a currency", "write its ISO code, such as EUR"
            )
            continue
        inner = table_of(outer, code, example=AN_EXAMPLE)
        if inner is None:
            continue
        check_keys(inner, CURRENCY)
        text_of(inner, "source", example='source = "ECB"')
        day_of(inner, "on")
        if "usd" in inner.values:
            usd = number_of(inner, "usd", value["usd"], example="usd = 1.08")
            if usd == 0:
                inner.refuse("usd", "usd is 0, which is no exchange rate", "write usd = 1.08")
            found[code] = usd or 1.0
    return found


def read_min_max(top: Table) -> Literal["uk", "left-to-right"] | None:
    """How MIN and MAX stand to plus and minus; null where brackets must say."""
    value = top.values.get("min_max")
    if value is None or value in READINGS:
        return cast("Literal['uk', 'left-to-right'] | None", value)
    near = did_you_mean(value, READINGS) if isinstance(value, str) else ""
    top.refuse("min_max", f"{shown(value)} is not a way to read MIN and MAX",
               near or f"known: {', '.join(READINGS)}")  # fmt: skip
    return None
