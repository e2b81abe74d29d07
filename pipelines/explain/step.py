"""The trail of a figure: from a line of a run back to the source rows and the legal measures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from calc.errors import UsageError, did_you_mean
from calc.quotas import quarter_of
from calc.results import result_ids
from calc.scope import ALL
from pipelines.explain.market import Market, market_lines, market_of
from pipelines.explain.money import exchange_rates
from pipelines.explain.quota import quota_text
from pipelines.explain.wanted import lines_wanted
from pipelines.report.money import Currency, marked, row_in
from pipelines.run.manifest import read_manifest
from pipelines.run.tables import read_table, scan_table

MOST_SOURCES = 10
Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Trail:
    """Everything that a figure of one line and segment rests on.

    ``line`` is a row of LINES, ``sources`` its rows of PROVENANCE, ``components`` its rows of
    COMPONENTS, ``measures`` their rows of BY_MEASURE, ``quotas`` the rows of BY_QUOTA that the
    line counts against, and ``inputs`` the files of the run. ``readings`` say how the run departs
    from the law, ``charges`` are its rows of BORDER_CHARGES, ``exchange`` the rates of
    money that duties name.
    """

    line: Row
    sources: Sequence[Row]
    components: Sequence[Row]
    measures: Mapping[str, Row]
    quotas: Sequence[Row]
    inputs: Sequence[Row]
    market: Market | None = None
    readings: Sequence[str] = ()
    charges: Sequence[Row] = ()
    exchange: Sequence[str] = ()

    def put_in(self, currency: Currency | None) -> "Trail":
        """The same with its amounts in the money; words say USD until ``said_in`` changes them."""
        if currency is None:
            return self
        rows = ("sources", "components", "quotas", "inputs", "charges")
        told = {name: [row_in(currency, row) for row in getattr(self, name)] for name in rows}
        return replace(
            self,
            line=row_in(currency, self.line),
            measures={name: row_in(currency, row) for name, row in self.measures.items()},
            market=None if self.market is None else self.market.put_in(currency),
            readings=marked(self.readings),
            exchange=marked(self.exchange),
            **told,
        )

    def as_dict(self) -> dict[str, Any]:
        """The trail as an object, for ``--json``."""
        return {
            "line": dict(self.line),
            "readings": list(self.readings),
            "sources": [
                {name: row[name] for name in ("source_id", "source_row", "share")}
                for row in self.sources
            ],
            "components": [dict(row) for row in self.components],
            "measures": [dict(row) for row in self.measures.values()],
            "quotas": [dict(row) for row in self.quotas],
            "border_charges": [dict(row) for row in self.charges],
            "formulas": [*formulas(self), *self.exchange],
            "inputs": [dict(row) for row in self.inputs],
            "effects": None if self.market is None else self.market.as_dict(),
        }


def explain(folder: Path, code: str, sides: Mapping[str, str | None]) -> list[Trail]:
    """The trails of the lines of a run that begin with a code.

    Args:
        folder: The run.
        code: The code, or its beginning.
        sides: The ``partner`` of origin and the ``importer`` that levies the duty; null for all.

    Raises:
        UsageError: The code, partner or importer is in no line of the run, or too many lines are.
        StorageError: The run cannot be read.
    """
    lines = scan_table(folder, "lines")
    return _trails(folder, lines_wanted(lines, code, sides))


def explain_result(folder: Path, wanted: str) -> list[Trail]:
    """The trail of the line of a run that has an id.

    Raises:
        UsageError: No line has it.
        StorageError: The run cannot be read.
    """
    lines = scan_table(folder, "lines").with_columns(result_ids("lines"))
    known = lines.select("result_id").collect()["result_id"].to_list()
    if wanted not in known:
        raise UsageError(f"{wanted!r} is no result of the run", where="--result",
                         hint=did_you_mean(wanted, known))  # fmt: skip
    return _trails(folder, lines.filter(result_id=wanted).drop("result_id").collect())


def _trails(folder: Path, wanted: pl.DataFrame) -> list[Trail]:
    manifest = read_manifest(folder)
    key = [name for name in wanted.columns if name in _KEY]
    sources = _beside(folder, "provenance", wanted, key).sort(*key, "source_id", "source_row")
    components = _beside(folder, "components", wanted, key).sort(*key, "measure_id")
    measures = read_table(folder, "by_measure").to_dicts()
    by_id = {(row["importer"], row["measure_id"]): row for row in measures}
    names = ("role", "name", "sha256")
    inputs = [{name: getattr(item, name) for name in names} for item in manifest.inputs]
    quotas = _of_some(folder, "by_quota")
    charges = _of_some(folder, "border_charges")
    trails = []
    for line in wanted.iter_rows(named=True):
        own = [row for row in components.iter_rows(named=True) if _same(row, line, key)]
        trails.append(
            Trail(
                line=line,
                sources=[row for row in sources.iter_rows(named=True) if _same(row, line, key)],
                components=own,
                measures={
                    row["measure_id"]: by_id[row["importer"], row["measure_id"]] for row in own
                },
                quotas=list(counted(quotas, line, own)),
                inputs=inputs,
                market=market_of(folder, line),
                readings=manifest.facts.get("readings", ()),
                charges=[row for row in charges if _same(row, line, key)],
                exchange=list(
                    exchange_rates(
                        folder,
                        {row["measure_id"] for row in own},
                        {row["charge"] for row in charges if _same(row, line, key)},
                        line["base_rate_text"],
                    )
                ),
            )
        )
    return trails


_KEY = ("importer", "partner", "period", "flow", "nomenclature", "code", "segment")


def _of_some(folder: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a table that only some runs have; none where this one has it not."""
    if not (folder / f"{name}.parquet").is_file():
        return []
    return read_table(folder, name).to_dicts()


def counted(quotas: Sequence[Row], line: Row, components: Sequence[Row]) -> Iterator[Row]:
    """The amounts that a line counts against: those of its partner, else the common ones."""
    names = {part["quota"] for part in components if part["quota_part"] is not None}
    of_line = [
        row
        for row in quotas
        if row["importer"] == line["importer"]
        and row["quota_id"] in names
        and _is_in(row, line["period"])
    ]
    own = {row["quota_id"] for row in of_line if line["partner"] in row["partners"].split()}
    for row in of_line:
        partner = line["partner"] if row["quota_id"] in own else ALL
        if partner in row["partners"].split():
            yield row


def _is_in(quota: Row, period: str) -> bool:
    """Whether a period of trade is in one of a quota."""
    return quota["period"] == "year" or quota["quota_period"] in (period, quarter_of(period))


def _same(row: Row, line: Row, key: Sequence[str]) -> bool:
    return all(row[name] == line[name] for name in key)


def _beside(folder: Path, table: str, wanted: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    found = scan_table(folder, table)
    return found.join(wanted.lazy().select(key), on=list(key), how="semi").sort(key).collect()


def _sources(rows: Sequence[Row]) -> Iterator[str]:
    """The rows that a line is from; of a converted line there may be many."""
    for row in rows[:MOST_SOURCES]:
        part = "" if row["share"] in (None, 1) else f", {row['share']:.4%} of it"
        number = "" if row["source_row"] is None else f", row {row['source_row']}"
        yield f"  source       {row['source_id']}{number}{part}"
    if len(rows) > MOST_SOURCES:
        yield f"  source       and {len(rows) - MOST_SOURCES:,} more rows, in provenance.parquet"


def usd(value: float | None) -> str:
    """An amount in USD with its cents; what is not known is said to be so."""
    return "unknown" if value is None else f"USD {value:,.2f}"


def percent(rate: float | None) -> str:
    """A rate as a percentage, as many digits as it has."""
    return "unknown" if rate is None else f"{100 * rate:.6g} %"


def formulas(trail: Trail) -> Iterator[str]:
    """The arithmetic of a line with its numbers, a sentence a step."""
    line = trail.line
    value = usd(line["customs_value_usd"])
    base = line["base_rate_text"] or "no rate"
    if line["duty_before_usd"] is None:
        yield f"duty before: {base} on {value} = unknown ({line['duty_unknown_reason']})"
    else:
        rate = percent(line["rate_before"])
        yield f"duty before: {base}, {rate} x {value} = {usd(line['duty_before_usd'])}"
    if line["estimate"]:
        yield f"estimated: {line['estimate']}"
    for part in trail.components:
        what = f"{part['rate_text']} on {part['bites_on']} ({value})"
        why = part["duty_unknown_reason"]
        duty = usd(part["measure_duty_usd"]) + (f" ({why})" if why else "")
        owed = "owed" if part["status"] == "applied" else f"not owed: {part['status']}"
        yield f"{part['measure_id']}: {what} = {duty}, {part['mode']}, {owed} ({part['reason']})"
    yield (
        f"duty after: {usd(line['duty_after_usd'])}; "
        f"increment: after less before = {usd(line['duty_increment_usd'])}"
    )
    if line["threatened_increment_usd"] is not None:
        yield f"threatened: would add {usd(line['threatened_increment_usd'])}"
    for row in sorted(trail.charges, key=lambda each: each["place"]):
        base, after = usd(row["base_after_usd"]), usd(row["charge_after_usd"])
        by_value = "%" in row["rate_text"] or row["rate_text"].casefold() == "free"
        of_value = f"{row['charge_on']}, {base}" if by_value else "the quantity"
        told = f"{row['charge']}: {row['rate_text']} on {of_value} = {after}"
        yield f"{told} (before {usd(row['charge_before_usd'])}; {row['source']})"


def trail_lines(trail: Trail) -> Iterator[str]:
    """The trail for people: what, from where, under which law, by which arithmetic."""
    line = trail.line
    part = "" if line["segment"] == "whole" else f", segment {line['segment']}"
    yield f"{line['importer']} from {line['partner']}, {line['code']}, {line['period']}{part}"
    if line["description"]:
        yield f"  goods        {line['description']}"
    yield f"  status       {line['status']}"
    yield from (f"  not law      {told}" for told in trail.readings)
    yield from _sources(trail.sources)
    yield f"  base         {line['base_rate_text'] or 'none'} ({line['base_programme'] or 'none'})"
    for sentence in formulas(trail):
        yield f"  {sentence}"
    yield from (f"  exchange     {told}" for told in trail.exchange)
    for quota in trail.quotas:
        yield f"  quota        {quota_text(quota)}"
    yield from market_lines(trail.market)
    for measure in trail.measures.values():
        yield f"  law          {measure['measure_id']}: {measure['source']}"
    for item in trail.inputs:
        yield f"  file         {item['name']} ({item['role']}), SHA-256 {item['sha256'][:16]}"


def trails_told(trails: Sequence[Trail]) -> tuple[dict[str, Any], list[str]]:
    """Trails as an object, and as lines with an empty one between them."""
    lines = [text for trail in trails for text in (*trail_lines(trail), "")][:-1]
    return {"trails": [trail.as_dict() for trail in trails]}, lines
