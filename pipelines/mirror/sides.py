"""The tables that are held against each other, and what they have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from calc.codes import HS6_DIGITS, edition_of
from calc.concordance import weights_between
from calc.convert import weights_of
from calc.errors import DataRejectedError, UsageError
from calc.mirror import FLOW_OF, Side, digits, reporting
from pipelines.ingest.record import read_record
from pipelines.mirror.checks import check_rows
from pipelines.nomenclature import nomenclature
from pipelines.validation.layout import check_layout
from pipelines.validation.step import table_of
from pipelines.workspace import Workspace

GIVEN: dict[Side, str] = {
    "importer": "give the importer's reports first, the exporter's by --against",
    "exporter": "give a table of the exporter's reports by --against",
    "re-exporter": "give a table of re-exports alone by --re-exports: ingest leaves them out of a "
    "file that has exports",
}


@dataclass(frozen=True, kw_only=True)
class Reports:
    """A table as the reports of one side."""

    side: Side
    table: Path

    def scan(self) -> pl.LazyFrame:
        """All rows of the table."""
        return pl.scan_parquet(self.table)

    def own(self) -> pl.LazyFrame:
        """The rows of the flow that the side reports."""
        return self.scan().filter(pl.col("flow") == FLOW_OF[self.side])


def reports_of(workspace: Workspace, name: str, side: Side) -> Reports:
    """A table by its name or path, as the reports of one side.

    Raises:
        DataRejectedError: There is none, it is none in the layout of TRADE, it was altered, or
            its rows cannot be summed.
        StorageError: It cannot be read.
    """
    table = table_of(workspace, name)
    check_layout(table)
    read_record(table)
    reports = Reports(side=side, table=table)
    flows = reports.scan().select(pl.col("flow").unique()).collect()["flow"].sort().to_list()
    if FLOW_OF[side] not in flows:
        raise DataRejectedError(
            f"{table.stem} holds no flow {FLOW_OF[side]}, which the {side} reports",
            where=f"{table.name}, column flow: {', '.join(flows)}",
            hint=GIVEN[side],
        )
    check_rows(reports.own(), table.stem)
    return reports


def check_both_report(imports: Reports, exports: Reports) -> None:
    """Nothing, where an importer and an exporter of one flow report on the same period.

    Raises:
        DataRejectedError: None do.
    """
    wanted = reporting(exports.scan(), "exporter").rename({"economy": "partner"})
    seen = imports.own().with_columns(pl.col("partner", "importer").cast(pl.String))
    importers = reporting(imports.scan(), "importer").rename({"economy": "importer"})
    both = (
        seen.join(wanted, on=["partner", "period"], how="semi")
        .join(importers, on=["importer", "period"], how="semi")
        .filter(pl.col("importer") != pl.col("partner"))
    )
    if both.head(1).collect().is_empty():
        raise DataRejectedError(
            "no flow is reported by its importer and by its exporter",
            where=f"{_told(imports, 'importer')}; {_told(exports, 'partner')}",
            hint="the partners of the first must be the exporters of the second, in the same "
            "periods, both by year or both by month",
        )


def _told(reports: Reports, column: str) -> str:
    """Who reports on which periods, in words."""
    names, periods = (
        reports.own().select(pl.col(name).cast(pl.String).unique()).collect()[name].sort().to_list()
        for name in (column, "period")
    )
    who = f"{', '.join(names[:5])}{' ...' if len(names) > 5 else ''}"
    when = f"{', '.join(periods[:5])}{' ...' if len(periods) > 5 else ''}"
    return f"{reports.side}s of {reports.table.stem}: {who} ({when})"


def common_level(sides: Sequence[Reports], asked: int | None) -> int:
    """The level at which all sides have codes, or the one that is asked for where they have it.

    Raises:
        UsageError: A side has only coarser codes than those asked for.
    """
    coarsest: dict[str, int] = {}
    finest: dict[str, int] = {}
    for reports in sides:
        found = reports.own().select(least=digits().min(), most=digits().max()).collect()
        coarsest[reports.table.stem], finest[reports.table.stem] = found.row(0)
    if asked is None:
        return min(coarsest.values())
    for name, most in finest.items():
        if most < asked:
            raise UsageError(
                f"{name} has no codes of {asked} digits",
                where="--level",
                hint=f"--level {most}, or leave it away: the coarsest level of all is taken",
            )
    return asked


@dataclass(frozen=True, kw_only=True)
class Editions:
    """The nomenclatures of the tables, and the edition that each is compared in.

    Attributes:
        edition: Nomenclature to the edition of its first six digits.
        target: The edition that all are put into; null where none has to be.
        weights: What ``calc.convert.weights_of`` gives of each; null where none has to be.
    """

    edition: dict[str, str]
    target: str | None = None
    weights: pl.LazyFrame | None = None


def editions_of(sides: Sequence[Reports], level: int, *, convert: bool) -> Editions:
    """How the codes of all sides are brought into one edition.

    Raises:
        DataRejectedError: Sides are of several editions in one period and are not to be converted,
            or an edition is not known.
    """
    named = pl.concat(
        reports.own().select(pl.col("nomenclature").cast(pl.String), "period").unique()
        for reports in sides
    )
    pairs = named.unique().sort("period", "nomenclature").collect().rows()
    edition = {name: edition_of(name) or "" for name, _ in pairs}
    if level == 0:
        return Editions(edition=edition)
    unknown = sorted(name for name, found in edition.items() if not found)
    if unknown:
        raise DataRejectedError(
            f"the edition of {', '.join(unknown)} is not known, so its codes cannot be compared",
            where="column nomenclature",
            hint="compare all goods together with --level 0",
        )
    by_period: dict[str, set[str]] = {}
    for name, period in pairs:
        by_period.setdefault(period, set()).add(edition[name])
    apart = {period: found for period, found in by_period.items() if len(found) > 1}
    if not apart:
        return Editions(edition=edition)
    if not convert:
        period, found = min(apart.items())
        raise DataRejectedError(
            f"the sides are in {' and '.join(sorted(found))} in {period}: the same code is not "
            "always the same good",
            where="column nomenclature",
            hint="--convert puts them into the oldest edition along the published conversion; "
            "--level 0 compares all goods together",
        )
    return _converted(edition, min(edition.values()), sides)


def _converted(edition: dict[str, str], target: str, sides: Sequence[Reports]) -> Editions:
    for reports in sides:
        least = reports.own().select(digits().min()).collect().item()
        if least < HS6_DIGITS:
            raise DataRejectedError(
                f"{reports.table.stem} has codes of {least} digits: only those of six and more "
                "can be put into another edition",
                where=f"{reports.table.name}, column code",
                hint="--level 0 compares all goods together",
            )
    known = nomenclature()
    weights = [
        weights_of(weights_between(known, source, target), name)
        for name, source in sorted(edition.items())
    ]
    return Editions(edition=edition, target=target, weights=pl.concat(weights))
