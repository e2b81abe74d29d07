"""The sheet ``inputs``: what an analyst changes, and what follows each value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipelines.report.charged import ROUNDING_USD, Charged, Kind
from pipelines.report.columns import NOT_APPLICABLE
from pipelines.report.figures import Tables
from pipelines.report.grid import Cell, Given, Grid
from pipelines.report.live_columns import INPUTS, columns_told

NO_ANSWER = 0.0
"""Elasticity of imports to price as the sheet is written: trade is unchanged."""
FIRST_ROW = 2
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """A measure with the value that drives it: a rate, a floor, or a part of its rate as written.

    ``kind`` is fixed where nothing drives it; ``parts`` are its rows on the sheet ``what_if``.
    """

    importer: str
    measure_id: str
    rate_text: str
    source: str
    kind: Kind
    rate: float | None
    parts: Sequence[Charged]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What stands on the sheet, in its order: rates, elasticities, shares, credits by amount."""

    measures: Sequence[Driven]
    shares: Sequence[Row]
    credits: Sequence[Row]

    def rate_cell(self, at: int) -> str:
        """The cell of the rate of a measure by its place."""
        return f"inputs!D{FIRST_ROW + at}"

    def elasticity_cell(self, at: int) -> str:
        """The cell of the elasticity of a measure by its place."""
        return f"inputs!D{FIRST_ROW + len(self.measures) + at}"

    def credit_cell(self, pool: int) -> str:
        """The cell of a credit by amount by its place in CREDITS."""
        before = 2 * len(self.measures) + len(self.shares)
        return f"inputs!D{FIRST_ROW + before + pool}"

    def factor(self, importer: str, segment: str) -> str:
        """By what a part of the flow changes with its share; empty where no formula follows one."""
        for at, share in enumerate(self.shares):
            if share["importer"] == importer and share["is_live"]:
                cell = f"inputs!D{FIRST_ROW + 2 * len(self.measures) + at}"
                central = share["central"]
                if segment == share["name"]:
                    return f"{cell}/{central!r}"
                if segment == f"not {share['name']}":
                    return f"(1-{cell})/{1.0 - central!r}"
        return ""


def inputs_of(charged: Sequence[Charged], tables: Tables) -> Inputs:
    """The inputs of a run; without measures, shares and credits where it has none."""
    credits = tables["credits"].to_dicts() if "credits" in tables else []
    return Inputs(
        measures=list(_driven(_checked(charged, credits))),
        shares=_shares(tables),
        credits=credits,
    )


def _checked(charged: Sequence[Charged], credits: Sequence[Row]) -> list[Charged]:
    """The rows; those fixed whose credit is shared with another, or is more than the credit."""
    pools = [one.pool for one in charged]

    def is_fit(one: Charged) -> bool:
        if one.pool is None:
            return True
        used = credits[one.pool]["used_usd"]
        is_whole = used is not None and abs(used - one.credit) < ROUNDING_USD
        return is_whole and pools.count(one.pool) == 1

    return [one if is_fit(one) else replace(one, kind="fixed", rate=None) for one in charged]


def _driven(charged: Sequence[Charged]) -> Iterator[Driven]:
    for key in dict.fromkeys((one.importer, one.measure_id) for one in charged):
        parts = [one for one in charged if (one.importer, one.measure_id) == key]
        ways = {(one.kind, one.rate) for one in parts if one.kind != "fixed"}
        mixed: tuple[Kind, float | None] = ("scale" if ways else "fixed", None)
        kind, rate = ways.pop() if len(ways) == 1 else mixed
        yield Driven(
            importer=key[0],
            measure_id=key[1],
            rate_text=parts[0].rate_text,
            source=parts[0].source,
            kind=kind,
            rate=rate,
            parts=parts,
        )


def _shares(tables: Tables) -> list[dict[str, Any]]:
    """The assumed shares: central, low and high where one holds for all lines."""
    if "assumptions" not in tables:
        return []
    ends: dict[tuple[str, str], dict[str, Row]] = {}
    for row in tables["assumptions"].sort("importer", "assumption").iter_rows(named=True):
        if row["kind"] in ("portion", "content"):
            ends.setdefault((row["importer"], row["assumption"]), {})[row["end"]] = row
    segments = set(tables["lines"]["segment"]) if "lines" in tables else set()
    return [_share(name, rows, segments) for (_, name), rows in ends.items()]


def _share(name: str, ends: Mapping[str, Row], segments: set[str]) -> dict[str, Any]:
    first = next(iter(ends.values()))
    is_one = first["central_least"] == first["central_most"]
    central = first["central_least"] if is_one else None
    found = {
        "importer": first["importer"],
        "kind": first["kind"],
        "name": name,
        "central": central,
        "low": _end(ends.get("low")) if is_one else None,
        "high": _end(ends.get("high")) if is_one else None,
        "source": first["source"] or NOT_APPLICABLE,
    }
    why = _why_not(found, segments)
    return found | {"is_live": not why, "why": why}


def _why_not(share: Row, segments: set[str]) -> str:
    """Why no formula follows a share; empty where one does."""
    central, name = share["central"], share["name"]
    if share["kind"] == "content":
        return "it is a part of each item's value, which other measures may leave or take"
    if central is None:
        return "it differs from line to line"
    if not 0.0 < central < 1.0:
        return "at 0% or 100% the run has no lines of the other part"
    words = [segment.split("; ") for segment in segments]
    if any(len(parts) > 1 and {name, f"not {name}"} & set(parts) for parts in words):
        return "it meets other shares on some lines"
    return ""


def _end(row: Row | None) -> float | None:
    if row is None or row["end_least"] != row["end_most"]:
        return None
    value: float | None = row["end_least"]
    return value


def inputs_grid(inputs: Inputs) -> Grid:
    """The sheet ``inputs``."""
    names, rows = [], list[list[Cell]]()
    for kind, listed in (("rate", inputs.measures), ("elasticity", inputs.measures)):
        for one in listed:
            if one.kind != "fixed":
                kind_of = "scale" if kind == "rate" and one.kind == "scale" else kind
                names.append((f"{kind_of}_{one.importer}_{one.measure_id}", len(rows), 3))
            rows.append(_rate_row(one) if kind == "rate" else _elasticity_row(one))
    rows += [_share_row(share) for share in inputs.shares]
    rows += [_credit_row(credit) for credit in inputs.credits]
    purpose = (
        "What an analyst may change: rates, floors, credits, shares and elasticities move the "
        "sheets what_if and totals; retorsion import-assumptions reads rates and shares back into "
        "a scenario."
    )
    return Grid(
        name="inputs", purpose=purpose, columns=columns_told(INPUTS), rows=rows, names=names
    )


def _rate_row(one: Driven) -> list[Cell]:
    ends: list[Cell] = [NOT_APPLICABLE, NOT_APPLICABLE]
    some = ", but for its rows there that say not live" if _has_fixed(one) else ""
    drives = {
        "rate": f"Duty of the measure in what_if and totals{some}.",
        "floor": f"All-in rate: it tops the base duty up in what_if and totals{some}.",
        "scale": f"Part that is charged of the rate as written{some}: {one.rate_text}.",
        "fixed": f"Not live: {_why_fixed(one)} ({one.rate_text}).",
    }[one.kind]
    kind = "rate" if one.kind == "fixed" else one.kind
    start: dict[str, Cell] = {
        "scale": Given(1.0, "percent"),
        "fixed": NOT_APPLICABLE,
    }
    given = start.get(one.kind, Given(one.rate or 0.0, "percent"))
    return [one.importer, kind, one.measure_id, given, *ends, drives, one.source]


def _has_fixed(one: Driven) -> bool:
    return any(part.kind == "fixed" for part in one.parts)


def _why_fixed(one: Driven) -> str:
    if any(part.duty is None for part in one.parts):
        return "its duty is unknown on some line"
    if any(part.credit for part in one.parts):
        return "a credit that takes all the duty of a line, or that parts of the flow share"
    return "a floor on a part of the value, or over an unknown base duty"


def _elasticity_row(one: Driven) -> list[Cell]:
    drives = (
        "Percent by which the imports of the measure's lines change where their price with "
        "duty rises by one percent; 0 is unchanged trade. No model: see run --effects."
    )
    given: Cell = NOT_APPLICABLE if one.kind == "fixed" else Given(NO_ANSWER, "number")
    own: list[Cell] = [one.importer, "elasticity", one.measure_id, given]
    return [*own, NOT_APPLICABLE, NOT_APPLICABLE, drives, "none: unchanged trade"]


def _share_row(share: Row) -> list[Cell]:
    values: list[Cell] = [
        NOT_APPLICABLE if share[name] is None else Given(share[name], "percent")
        for name in ("central", "low", "high")
    ]
    drives = (
        "The part of the flow in what_if and totals; low and high only in a run, to which "
        "retorsion import-assumptions takes all three."
        if share["is_live"]
        else f"Not live: {share['why']}. A run follows it: retorsion import-assumptions."
    )
    return [share["importer"], share["kind"], share["name"], *values, drives, share["source"]]


def _credit_row(credit: Row) -> list[Cell]:
    """A credit by amount: at most the duty of its lines is taken off."""
    name = f"{credit['measure_id']}, {credit['partner']}, {credit['prefix']}"
    amount = credit["amount_usd"]
    given: Cell = NOT_APPLICABLE if amount is None else Given(amount, "number")
    drives = "Amount in USD that is taken off the duty in what_if and totals, at most all of it."
    ends: list[Cell] = [NOT_APPLICABLE, NOT_APPLICABLE]
    return [credit["importer"], "credit", name, given, *ends, drives, credit["source"]]
