"""What ingest would make of a file, without writing anything."""

import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from calc.errors import DataRejectedError
from pipelines.ingest.settings import IngestSettings, check_settings
from pipelines.memory import HELD, refuse_files
from pipelines.validation.words import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a file is and how its columns would be understood.

    ``missing`` holds what ingest would refuse the columns for; the lists of distinct values, the
    rows and ``unreadable_rows`` are of a file whose columns are understood, and so is ``next``, the
    command that would ingest it.
    """

    name: str
    said: str
    headers: tuple[str, ...]
    source: str
    layout: str
    why: str
    basis: str
    unit: str
    mapping: dict[str, str]
    missing: tuple[str, ...] = ()
    rows: int = 0
    unreadable_rows: int = 0
    left_out_rows: int = 0
    periods: tuple[str, ...] = ()
    importers: tuple[str, ...] = ()
    partners: int = 0
    codes: int = 0
    code_digits: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    next: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The inspection as an object for ``--json``."""
        return asdict(self)

    def lines(self) -> list[str]:
        """The inspection for people."""
        lines = [
            f"{self.name}: {self.said}",
            f"headers: {', '.join(self.headers)}",
            f"source: {self.source}, {self.layout}: {self.why}",
        ]
        if self.missing:
            return [*lines, *(f"missing: {text}" for text in self.missing)]
        digits = " and ".join(str(number) for number in self.code_digits)
        return [
            *lines,
            *(f"  {column}: {source}" for column, source in self.mapping.items()),
            *([f"  basis: {self.basis}"] if self.basis else []),
            *([f"  unit: {self.unit}"] if self.unit else []),
            f"{counted(self.rows, 'row')}; {self.unreadable_rows:,} cannot be read, "
            f"{self.left_out_rows:,} are totals",
            f"importers: {', '.join(self.importers[:8])}; {counted(self.partners, 'partner')}",
            f"periods: {', '.join(self.periods[:8])}",
            f"codes: {self.codes:,} of {digits} digits",
            *(f"note: {note}" for note in self.notes),
            f"next: {self.next}",
        ]


def inspect_file(path: Path, settings: IngestSettings) -> Inspection:
    """What ingest would make of a file.

    Raises:
        UsageError: An option is not one that ingest knows.
        DataRejectedError: The file is no table at all.
        LimitError: It is too large to be opened, or to be held in memory.
    """
    from pipelines.ingest import agree, mapping, sniff, source
    from pipelines.ingest.reshape import reshaped
    from pipelines.ingest.sources.registry import recognise

    check_settings(settings)
    refuse_files([path], settings.memory_limit, times=HELD, job="the inspection")
    sniff.check_files([path])
    with tempfile.TemporaryDirectory(prefix="retorsion-") as scratch:
        opened = source.open_source(path, settings, Path(scratch))
        facts: dict[str, Any] = {
            "name": opened.name,
            "said": opened.said,
            "headers": opened.headers,
        }
        taken_for = recognise(opened.headers, settings.source)
        declared = taken_for.declaration
        facts |= {
            "source": declared.name,
            "layout": declared.title,
            "why": taken_for.why,
            "basis": declared.basis,
            "unit": declared.given.get("unit", ""),
        }
        opened = reshaped(opened, declared)
        try:
            understood = mapping.map_columns(opened.name, opened.headers, settings, taken_for)
            facts["unit"] = settings.unit or facts["unit"]
            if problems := list(agree.other_money(opened, understood)):
                raise DataRejectedError.collected(problems)
        except DataRejectedError as err:
            missing = tuple(f"{problem.what}: {problem.hint}" for problem in err.problems)
            return Inspection(**facts, mapping={}, missing=missing)
        again = settings.command([str(path)], name="NAME")
        return Inspection(**facts, **_understood(opened, understood, settings), next=again)


def _understood(opened: Any, understood: Any, settings: IngestSettings) -> dict[str, Any]:
    import polars as pl

    from pipelines.ingest import cells, odd

    reading = cells.read_cells(opened, understood, settings)
    left_out = pl.col(cells.EXCLUDED).is_not_null() | _is_total()
    kept = reading.rows.filter(~left_out & ~pl.col(cells.REJECTED))
    if not kept.height:  # then the totals are what there is
        left_out = pl.col(cells.EXCLUDED).is_not_null()
        kept = reading.rows.filter(~left_out & ~pl.col(cells.REJECTED))
    sources = {item.column: item.told for item in understood.columns}
    given = {name: text for name, text in understood.constants.items() if name not in sources}
    return {
        "mapping": sources | {name: f"{text} (all rows)" for name, text in given.items()},
        "rows": reading.rows.height,
        "unreadable_rows": reading.rows[cells.REJECTED].sum(),
        "left_out_rows": reading.rows.filter(left_out).height,
        "periods": tuple(sorted(kept["period"].unique())),
        "importers": tuple(sorted(kept["importer"].unique())),
        "partners": kept["partner"].n_unique(),
        "codes": kept["code"].n_unique(),
        "code_digits": tuple(sorted(kept["code"].str.len_chars().unique())),
        "notes": (*reading.notes, *odd.warnings_of(kept.lazy(), kept, kept)),
    }


def _is_total() -> Any:
    """Whether a row is a total over partners or goods, which stays where nothing is beside it."""
    import polars as pl

    from calc.tables.trade import ALL_GOODS, WORLD

    worlds = [(pl.col(role) == WORLD).fill_null(value=False) for role in ("importer", "partner")]
    return pl.any_horizontal(*worlds, (pl.col("code") == ALL_GOODS).fill_null(value=False))
