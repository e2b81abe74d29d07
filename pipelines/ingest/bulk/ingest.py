"""A large file ingested in batches: read once, kept on disk as numbers, written in its order."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from calc.overlap import members_beside
from calc.tables.provenance import TradeProvenance
from calc.tables.trade import ALL_GOODS, WORLD, Trade
from pipelines.ingest.agree import PART_OF, REPORTERS
from pipelines.ingest.bulk.batches import SCOPE, Found, Sums, read_batches
from pipelines.ingest.bulk.coded import UnsuitedError
from pipelines.ingest.bulk.ordered import in_order
from pipelines.ingest.bulk.plan import Plan, plan_of
from pipelines.ingest.cells import Reading
from pipelines.ingest.economies import memberships
from pipelines.ingest.mapped import Mapping
from pipelines.ingest.reading_notes import notes_of, warnings_of
from pipelines.ingest.record import FunnelStage
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.source import ROW, Source
from pipelines.ingest.store import originals_of, write_originals
from pipelines.ingest.words import folded
from pipelines.parquet import TableWriter
from pipelines.progress import Talk

BULK_BYTES = 32_000_000
"""Files of at least this size are read in batches where they can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """What an ingest in batches made.

    Attributes:
        reading: The file as understood, with its notes and without its rows.
        table: The file of the table.
        read: All rows of the file, as a stage of the funnel.
        funnel: All stages.
        notes: What the table is told of as a whole.
        rows: Distinct importer, period and nomenclature of the table.
    """

    reading: Reading
    table: Path
    read: FunnelStage
    funnel: tuple[FunnelStage, ...]
    notes: tuple[str, ...]
    rows: pl.DataFrame


def bulk_ingest(
    opened: Sequence[Source],
    mappings: dict[str, Mapping],
    settings: IngestSettings,
    fresh: Path,
    talk: Talk,
) -> Bulk | None:
    """One large file as a table in a folder; null where it has to be read the other way.

    It has to be where rows must be seen together (totals beside their parts, codes of several
    lengths, months in columns), or where a cell cannot be read.
    """
    if len(opened) != 1 or opened[0].bytes < BULK_BYTES or opened[0].name not in mappings:
        return None
    source = opened[0]
    folder = fresh / "batches"
    folder.mkdir()
    try:
        plan = plan_of(source, mappings[source.name], settings)
        with talk.counting(f"reading {source.name}", source.records) as done:
            found = read_batches(plan, folder, done)
        kept = _scopes(plan, found)
        _check(plan, found, kept)
        with talk.working("writing the table"):
            table = _write(plan, found, settings, fresh)
        return _bulk(plan, found, settings, table, kept=kept)
    except (UnsuitedError, pl.exceptions.ComputeError):  # what polars says of a damaged text
        return None
    finally:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


def _scopes(plan: Plan, found: Found) -> pl.DataFrame:
    """The distinct importers, partners, periods, flows and nomenclatures that stand together."""
    numbers = pl.concat(found.scopes).unique() if found.scopes else pl.DataFrame({"all": [0]})
    columns = []
    for name in SCOPE:
        coder = plan.coder(name)
        if coder is None:
            value = plan.constants[name]
            columns.append(
                pl.repeat(value, numbers.height, dtype=pl.String, eager=True).alias(name)
            )
        else:
            columns.append(coder.of(numbers[coder.cell], name).alias(name))
    return pl.DataFrame(columns).unique()


def _check(plan: Plan, found: Found, kept: pl.DataFrame) -> None:
    """Nothing, where no row of the table can be counted in another.

    Raises:
        UnsuitedError: One may be, the flow contradicts the headers, or rows are missing.
    """
    code = plan.coder("code")
    codes = pl.Series([plan.constants.get("code")]) if code is None else code.known["code"]
    used = codes.drop_nulls()
    flows = set(kept["flow"])
    exports = {"export", "re-export"} & flows
    item = plan.mapping.mapped("importer")
    reports = item is not None and folded(item.header).startswith(REPORTERS)
    unsuited = (
        not found.kept.rows,
        plan.source.records not in (None, found.read.rows),
        WORLD in {*kept["importer"], *kept["partner"]},
        used.str.len_chars().n_unique() != 1 or ALL_GOODS in used,
        any({part, whole} <= flows for part, whole in PART_OF.items()),
        bool(exports) and reports,
        members_beside(kept.lazy(), memberships().lazy()).collect().height > 0,
        any(_breaks(plan, rule) for rule in plan.once),
    )
    if any(unsuited):
        raise UnsuitedError


def _breaks(plan: Plan, rule: object) -> bool:
    from calc.rules import Rule

    assert isinstance(rule, Rule)
    (name,) = set(rule.passes().meta.root_names())
    coder = plan.coder(name)
    same = plan.source.name if name == "source_id" else plan.constants.get(name)
    values = pl.Series([same], dtype=pl.String)
    values = values if coder is None else coder.known[name]
    broken = pl.DataFrame({name: values}).select(~rule.passes()).to_series()
    return (bool(broken.any()) and coder is None) or bool((broken & values.is_not_null()).any())


def _write(plan: Plan, found: Found, settings: IngestSettings, fresh: Path) -> Path:
    """Write the table, its provenance, and the original text of rows that break a rule."""
    table = fresh / f"{settings.name}.parquet"
    provenance = fresh / f"{settings.name}.provenance.parquet"
    broken = pl.concat(found.broken)
    rows_broken = []
    with (
        TableWriter(table, "trade", Trade) as rows_out,
        TableWriter(provenance, "trade_provenance", TradeProvenance) as sources_out,
    ):
        for rows in in_order(plan, found, table.parent / "batches"):
            rows_out.write(rows)
            sources_out.write(rows.select("source_id", ROW))
            if len(broken):
                rows_broken.append(rows.filter(rows[ROW].is_in(broken.implode())))
    if rows_broken:
        originals = originals_of(pl.concat(rows_broken), [_reading(plan)])
        write_originals(fresh, settings.name, originals)
    return table


def _reading(plan: Plan) -> Reading:
    return Reading(source=plan.source, mapping=plan.mapping, casts=plan.casts, rows=pl.DataFrame())


def _bulk(
    plan: Plan, found: Found, settings: IngestSettings, table: Path, *, kept: pl.DataFrame
) -> Bulk:
    counts = {**found.counts, "rows": found.read.rows, "padded first": found.padded_first}
    notes = (
        *plan.mapping.notes,
        *notes_of(plan.source, plan.mapping, settings, {}, counts=counts),
    )
    reading = Reading(
        source=plan.source,
        mapping=plan.mapping,
        casts=plan.casts,
        rows=pl.DataFrame(),
        notes=notes,
        warnings=warnings_of(plan.source, counts),
    )
    read = found.read.stage("read", "in", "rows of the files")
    funnel = (
        read,
        *(
            found.left_out[why].stage("counted twice", "excluded", why)
            for why in sorted(found.left_out)
        ),
        found.kept.stage("table", "kept", "rows of the table"),
    )
    return Bulk(
        reading=reading,
        table=table,
        read=read,
        funnel=funnel,
        notes=tuple(_specials(plan, found)),
        rows=kept.select("importer", "period", "nomenclature"),
    )


def _specials(plan: Plan, found: Found) -> list[str]:
    """Rows and dollars of codes that are no goods and stay in the table."""
    from pipelines.ingest.table import special_note

    coder = plan.coder("code")
    kinds = [special for special in plan.mapping.declared.specials if special.kept]
    if coder is None or not kinds:
        return []
    pairs = pl.concat(found.pairs)
    codes = coder.of(pairs[coder.cell], "code")
    notes = []
    for special in kinds:
        rows = pairs.filter(codes.str.contains(special.pattern).fill_null(value=False))
        sums = Sums(*(int(rows[name].sum()) for name in ("rows", "units", "unknown")))
        notes += special_note(sums.stage("", "kept", special.why))
    return notes
