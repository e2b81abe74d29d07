"""The mirror as one step: two sides' tables in, the tables of the comparison out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from calc.dictionary import conform
from calc.errors import UsageError
from calc.mirror import (
    REASON,
    MirrorTerms,
    Side,
    in_edition,
    mirror,
    reporting,
    summed,
    with_reasons,
)
from calc.mirror_sums import funnel, pairs
from calc.tables import TABLES
from pipelines.files import sha256_of, write_bytes
from pipelines.folders import new_folder
from pipelines.memory import mirror_needs, refuse_beyond
from pipelines.mirror.sides import (
    Editions,
    Reports,
    check_both_report,
    common_level,
    editions_of,
    reports_of,
)
from pipelines.parquet import write_table
from pipelines.run.manifest import run_id_of
from pipelines.validation.quarantine import csv_safe
from pipelines.version import code_sha256, tool_version
from pipelines.workspace import Workspace

NAMES = ("mirror", "mirror_pairs", "mirror_funnel")
LEVELS = (0, 2, 4, 6)
LARGEST_RATIO = 3.0
HELD_AGAINST: dict[Side, Side] = {
    "importer": "exporter",
    "exporter": "importer",
    "re-exporter": "exporter",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorSettings:
    """What a caller chooses of a comparison.

    Attributes:
        imports: Table with the importers' reports.
        against: Table with the exporters'; the same one where it has both.
        re_exports: Table with the re-exports among them; None where they are not given.
        cif_fob: CIF over FOB value, as stated; None where none is.
        threshold: Asymmetry beyond which a line is flagged, a fraction.
        level: Digits of the codes that are compared; None: the finest that all have.
        convert: Put codes of several editions into the oldest.
        memory_limit: Bytes that it may take; None: what is free.
    """

    imports: str
    against: str | None = None
    re_exports: str | None = None
    cif_fob: float | None = None
    threshold: float = 0.25
    level: int | None = None
    convert: bool = False
    memory_limit: int | None = None


@dataclass(frozen=True, kw_only=True)
class Mirrored:
    """A comparison: the tables of ``NAMES``, and how it was made."""

    sides: tuple[Reports, ...]
    terms: MirrorTerms
    editions: Editions
    tables: Mapping[str, pl.DataFrame]

    def facts(self) -> dict[str, Any]:
        """What it was made of, as an object."""
        return {
            "tables": {side.side: side.table.stem for side in self.sides},
            "sha256": {side.side: sha256_of(side.table) for side in self.sides},
            "level": self.terms.level,
            "cif_fob_ratio": self.terms.cif_fob_ratio,
            "threshold": self.terms.threshold,
            "converted_to": self.editions.target,
        }

    def mirror_id(self) -> str:
        """An id of what was compared and how: the same gives the same."""
        return run_id_of(self.facts() | {"code_sha256": code_sha256()})


def compare_sides(workspace: Workspace, settings: MirrorSettings) -> Mirrored:
    """The importers' reports held against the exporters'.

    Raises:
        UsageError: A setting is not usable.
        DataRejectedError: A table cannot be used, or no flow is reported by both.
        LimitError: It would take more memory than there may be.
        StorageError: A table cannot be read.
    """
    _check(settings)
    imports = reports_of(workspace, settings.imports, "importer")
    exports = reports_of(workspace, settings.against or settings.imports, "exporter")
    sides = [imports, exports]
    if settings.re_exports is not None:
        sides.append(reports_of(workspace, settings.re_exports, "re-exporter"))
    check_both_report(imports, exports)
    _refuse_large(sides, settings.memory_limit)
    level = common_level(sides, settings.level)
    terms = MirrorTerms(level=level, cif_fob_ratio=settings.cif_fob, threshold=settings.threshold)
    editions = editions_of(sides, level, convert=settings.convert)
    return Mirrored(
        sides=tuple(sides),
        terms=terms,
        editions=editions,
        tables=_tables(sides, terms, editions),
    )


def _check(settings: MirrorSettings) -> None:
    if settings.cif_fob is not None and not 1 <= settings.cif_fob <= LARGEST_RATIO:
        raise UsageError(
            f"{settings.cif_fob:g} is no ratio of CIF to FOB value",
            where="--cif-fob",
            hint=f"1 to {LARGEST_RATIO:g}, such as 1.06 for 6 % freight and insurance",
        )
    if not 0 <= settings.threshold < 1:
        raise UsageError(
            f"{settings.threshold:g} is no threshold", where="--threshold", hint='such as "25%"'
        )
    if settings.level is not None and settings.level not in LEVELS:
        raise UsageError(
            f"codes of {settings.level} digits are not common to economies",
            where="--level",
            hint=f"one of {', '.join(map(str, LEVELS))}; 0 is all goods together",
        )


def _refuse_large(sides: list[Reports], limit: int | None) -> None:
    counts = pl.collect_all([side.own().select(pl.len()) for side in sides])
    rows = sum(int(count.item()) for count in counts)
    refuse_beyond(
        mirror_needs(rows),
        limit,
        what=f"a mirror of {rows:,} reported rows",
        hint="compare tables of fewer years or economies",
    )


def _tables(
    sides: list[Reports], terms: MirrorTerms, editions: Editions
) -> dict[str, pl.DataFrame]:
    """The tables of a comparison, from the rows of each side."""
    imports, exports = (reporting(side.scan(), side.side) for side in sides[:2])
    others: dict[Side, pl.LazyFrame] = {
        "importer": exports,
        "exporter": imports,
        "re-exporter": imports,
    }
    rows = {
        side.side: _in_one_edition(
            with_reasons(side.scan(), side.side, others[side.side], terms), editions
        )
        for side in sides
    }
    sums = {side: summed(found, terms).collect(engine="streaming") for side, found in rows.items()}
    through = sums.get("re-exporter", sums["exporter"].clear())
    lines = mirror(
        sums["importer"].lazy(), sums["exporter"].lazy(), through.lazy(), terms
    ).collect()
    stages = [
        funnel(rows[side], sums[side].lazy(), sums[HELD_AGAINST[side]].lazy(), side)
        for side in rows
    ]
    found = {
        "mirror": lines.lazy(),
        "mirror_pairs": pairs(lines.lazy()),
        "mirror_funnel": pl.concat(stages),
    }
    return {
        name: conform(plan, TABLES[name]).collect(engine="streaming")
        for name, plan in found.items()
    }


def _in_one_edition(rows: pl.LazyFrame, editions: Editions) -> pl.LazyFrame:
    """Rows with the edition of their codes in place of the nomenclature."""
    if editions.weights is not None:
        cut = in_edition(rows, editions.weights)
        return cut.with_columns(nomenclature=pl.lit(editions.target))
    is_compared = pl.col(REASON).is_null()
    edition = pl.col("nomenclature").replace_strict(editions.edition, default=None)
    return rows.with_columns(
        nomenclature=pl.when(is_compared).then(edition).otherwise("nomenclature")
    )


def write_mirror(workspace: Workspace, done: Mirrored) -> Path:
    """The folder of a comparison, written whole: each table as Parquet and as CSV.

    Raises:
        StorageError: It cannot be written.
    """
    names = [side.table.stem for side in done.sides[:2]]
    folder = workspace.mirrors / "--".join(names) / done.mirror_id()
    about = {"mirror": done.mirror_id(), "tool_version": tool_version()}
    if folder.is_dir():
        return folder
    with new_folder(folder) as fresh:
        for name in NAMES:
            frame = done.tables[name]
            write_table(fresh / f"{name}.parquet", frame, name, TABLES[name], about)
            write_bytes(fresh / f"{name}.csv", csv_safe(frame).write_csv().encode())
    return folder
