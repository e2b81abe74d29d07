"""A run in another form: a page, a workbook, tables as CSV, a brief, an annex, a notice, JSON."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from calc.errors import StorageError, UsageError
from pipelines.files import write_bytes
from pipelines.report.facts import PAGE_NAME, WORKBOOK_NAME, RunFacts, facts_from
from pipelines.run.tables import read_table

if TYPE_CHECKING:
    import polars as pl

    from pipelines.report.money import Currency

Form = Literal["html", "xlsx", "csv", "json", "md", "annex", "notice"]
FORMS: tuple[Form, ...] = ("html", "xlsx", "csv", "json", "md", "annex", "notice")
COPIED: Mapping[str, str] = {"html": PAGE_NAME, "xlsx": WORKBOOK_NAME}
OWN = "own"
"""The money of a report that nobody asks for otherwise: that of the run itself."""
MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Export:
    """A form of a run, for CSV whether Excel is to see that it is UTF-8, and in which money.

    ``currency`` is a code, or the money that the run itself is told in.
    """

    form: Form
    with_mark: bool = False
    currency: str = OWN


def content_of(folder: Path, wanted: Export) -> bytes:
    """A run in a form that is one file; ``files_of`` gives the tables.

    Raises:
        StorageError: The run cannot be read.
    """
    facts, own = facts_in(folder, wanted)
    if wanted.form in COPIED and facts.currency == own:
        return _read(folder / COPIED[wanted.form])
    if wanted.form == "annex":
        return _annex(folder, wanted)
    return _made(wanted.form, facts, tables_of(folder))


def facts_in(folder: Path, wanted: Export) -> "tuple[RunFacts, Currency | None]":
    """What is said of a run, with the money that is asked for, and the money of the run itself.

    Raises:
        UsageError: There is no dated rate for the money.
        StorageError: The run cannot be read.
    """
    from pipelines.report.currency import currency_told
    from pipelines.run.manifest import read_manifest

    facts = facts_from(read_manifest(folder).facts)
    own = facts.currency
    money = own if wanted.currency == OWN else currency_told(folder, wanted.currency)
    return replace(facts, currency=money), own


def _made(form: Form, facts: RunFacts, tables: "Mapping[str, pl.DataFrame]") -> bytes:
    """A form that is made of the tables, in the money of the facts."""
    from pipelines.report.brief import brief
    from pipelines.report.notice import notice
    from pipelines.report.page.page import page
    from pipelines.report.summary_object import summary_dict
    from pipelines.report.workbook import workbook_bytes

    if form == "xlsx":
        return workbook_bytes(facts, tables)
    if form == "json":
        told = summary_dict(facts, tables)
        return (json.dumps(told, ensure_ascii=False, indent=2, default=str) + "\n").encode()
    texts: dict[str, Callable[[RunFacts, Mapping[str, pl.DataFrame]], str]] = {
        "html": page,
        "md": brief,
        "notice": notice,
    }
    return texts[form](facts, tables).encode()


def files_of(folder: Path, wanted: Export) -> dict[str, bytes]:
    """Every table of a run as CSV, by file name; texts that would run as formulas are marked.

    In other money names say so, so that they lie beside the tables in USD: ``by_group.eur.csv``;
    ``currency.eur.csv`` then tells the rate.

    Raises:
        StorageError: The run cannot be read.
    """
    facts, _ = facts_in(folder, wanted)
    tables, money = tables_of(folder), facts.currency
    if money is None:
        return {f"{name}.csv": _csv(frame, wanted) for name, frame in tables.items()}
    from pipelines.report.currency import converted, rate_table

    told = {name: converted(name, frame, money) for name, frame in tables.items()}
    told["currency"] = rate_table(money)
    ending = f"{money.code.lower()}.csv"
    return {f"{name}.{ending}": _csv(frame, wanted) for name, frame in told.items()}


def tables_of(folder: Path) -> "dict[str, pl.DataFrame]":
    """Every table of a run, by name.

    Raises:
        StorageError: One of them cannot be read.
    """
    return {path.stem: read_table(folder, path.stem) for path in sorted(folder.glob("*.parquet"))}


def write_export(folder: Path, wanted: Export, target: Path) -> list[Path]:
    """The files written: one, or a file a table for CSV; an old file stays if its own fails.

    Raises:
        UsageError: CSV is asked for, and the target is a file.
        StorageError: The run cannot be read, or a file cannot be written.
    """
    if wanted.form != "csv":
        write_bytes(target, content_of(folder, wanted))
        return [target]
    if target.is_file():
        raise UsageError(
            f"{target.name} is a file, and the tables need a folder",
            where="--output",
            hint="name a folder, such as --output tables",
        )
    files = files_of(folder, wanted)
    for name, content in files.items():
        write_bytes(target / name, content)
    return [target / name for name in files]


def _annex(folder: Path, wanted: Export) -> bytes:
    from pipelines.report.annex import annex

    tables = tables_of(folder)
    return _csv(annex(tables["components"], tables["lines"], tables["by_measure"]), wanted)


def _csv(frame: "pl.DataFrame", wanted: Export) -> bytes:
    from pipelines.validation.quarantine import csv_safe

    return (MARK if wanted.with_mark else b"") + csv_safe(frame).write_csv().encode()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as err:
        raise StorageError(f"cannot read {path.name}: {err.strerror}", where=str(path)) from err
