"""A list of codes put into another nomenclature: what is split, what is a part, what is lost."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from calc.apportion import WEIGHT, WHOLE
from calc.codes import HS6_DIGITS
from calc.concordance import codes_in, single_targets, weights_between, weights_by_value
from calc.errors import StorageError, UsageError
from calc.listing import converted, expanded, lost
from pipelines.codes.given import Listed, edition_given, groups_named, listed_codes
from pipelines.codes.leaks import leaks_of
from pipelines.nomenclature import nomenclature, values_by_code
from pipelines.validation.step import table_of
from pipelines.workspace import Workspace

MOST_SHOWN = 60
ADDED = ("code", "converted_from", "share", "share_named", "is_part")
NATIONAL = (
    "national codes ({count:,}) are converted by their first six digits: the rest is the "
    "importer's own, and how much of a code there it takes in is not known"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A conversion that is asked for.

    Attributes:
        source: Nomenclature of the list.
        target: Nomenclature that is wanted.
        single: One code there for each, for tagging.
        along_all: Over every correlated pair instead of the published conversion.
        weights: Trade table in the target's edition, whose values share codes out; None: equally.
        trade: Trade table in the list's edition, for the dollars; None: none are told.
    """

    source: str
    target: str
    single: bool = False
    along_all: bool = False
    weights: str | None = None
    trade: str | None = None


@dataclass(frozen=True, kw_only=True)
class Converted:
    """A list in another edition; ``rows`` and ``lost`` are as ``calc.listing`` gives them.

    ``values`` is what ``values_by_code`` gives, null where no table was given; ``leaks`` says how
    the baskets of named groups differ.
    """

    source: str
    target: str
    method: str
    listed: Sequence[Listed]
    rows: pl.DataFrame
    lost: pl.DataFrame
    values: pl.DataFrame | None
    leaks: Sequence[str] = ()

    @cached_property
    def notes(self) -> list[str]:
        """Sentences on what a reader of the list must know."""
        told = []
        several = self.rows.filter("is_split")["row"].unique().sort()
        parts = self.rows.filter(pl.col("share_named") < 1)["converted_code"].n_unique()
        national = sum(len(each.code) > HS6_DIGITS for each in self.listed)
        if len(several):
            told.append(f"{counted(len(several), 'code is', 'codes are')} split, {self.method}"
                        f"{self._worth(several, 'shared out')}")  # fmt: skip
        if parts:
            number = counted(parts, "code", "codes")
            told.append(f"{number} of {self.target} with goods that the list does not name "
                        "(is_part): without a portion an upper bound")  # fmt: skip
        if national:
            told.append(NATIONAL.format(count=national))
        told += [*self.leaks, *self._clashes()]
        if self.lost.height:
            codes = ", ".join(self.lost["code"].head(12))
            number = counted(self.lost.height, "code has", "codes have")
            worth = self._worth(self.lost["row"], "left out")
            told.append(f"{number} none in {self.target}{worth}: {codes}")
        return told

    def _worth(self, rows: pl.Series, what: str) -> str:
        """The dollars of some rows of the list, where a trade table tells them."""
        if self.values is None:
            return ""
        heads = {self.listed[row].code[:HS6_DIGITS] for row in rows}
        named = pl.any_horizontal(pl.col("code").str.starts_with(head) for head in sorted(heads))
        total = self.values.filter(named)["value_usd"].sum()
        return f" (USD {total:,} {what})"

    def _clashes(self) -> list[str]:
        """Codes that rows with other cells, such as rates, give differently."""
        cells: dict[str, set[tuple[str, ...]]] = {}
        for row, code in self.rows.select("row", "converted_code").iter_rows():
            cells.setdefault(code, set()).add(tuple(self.listed[row].cells.values()))
        clashing = sorted(code for code, found in cells.items() if len(found) > 1)
        if not clashing:
            return []
        number = counted(len(clashing), "code comes", "codes come")
        listed = ", ".join(clashing[:8])
        return [f"{number} from rows that say different things: {listed}; decide which holds"]

    def as_dict(self) -> dict[str, Any]:
        """The list as an object, for ``--json``."""
        return {
            "from": self.source,
            "to": self.target,
            "method": self.method,
            "codes": [
                row | {"written": self.listed[row.pop("row")].written}
                for row in self.rows.to_dicts()
            ],
            "lost": self.lost["code"].to_list(),
            "notes": self.notes,
        }

    def lines(self) -> list[str]:
        """The list for people."""
        told = [f"{self.source} to {self.target}, {self.method}"]
        for row in self.rows.head(MOST_SHOWN).iter_rows(named=True):
            share = "" if row["share"] == 1 else f"  {row['share']:.1%} of it"
            part = "  a part of it" if row["is_part"] else ""
            told.append(f"{row['code']:<10}  {row['converted_code']}{share}{part}")
        if self.rows.height > MOST_SHOWN:
            told.append(f"... and {self.rows.height - MOST_SHOWN:,} more; see --out or --json")
        return told + [f"note: {note}" for note in self.notes]

    def to_csv(self) -> str:
        """The list as CSV: the code there, where it is from, shares, then the file's columns."""
        others = list(dict.fromkeys(name for each in self.listed for name in each.cells))
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*ADDED, *others])
        for row in self.rows.iter_rows(named=True):
            own = self.listed[row["row"]]
            writer.writerow([row["converted_code"], own.written, f"{row['share']:.12g}",
                             f"{row['share_named']:.12g}", str(row["is_part"]).lower(),
                             *(own.cells.get(name, "") for name in others)])  # fmt: skip
        return stream.getvalue()


def counted(number: int, one: str, several: str) -> str:
    """A number with its words: ``1 code is``, ``2 codes are``."""
    return f"{number:,} {one if number == 1 else several}"


def convert(workspace: Workspace, words: Sequence[str], asked: Asked) -> Converted:
    """A list of codes in another nomenclature.

    Raises:
        UsageError: A nomenclature, a code or a group is not known, or two options do not agree.
        DataRejectedError: A file or table cannot be used.
        ScenarioError: A file cannot be used as a list.
        StorageError: A file cannot be read.
    """
    if asked.single and (asked.weights or asked.along_all):
        raise UsageError("--single takes one code for each, so nothing is shared out",
                         where="--single", hint="leave out --weights and --all-pairs")  # fmt: skip
    source = edition_given(asked.source, "--from")
    target = edition_given(asked.target, "--to")
    listed = listed_codes(words, source)
    frame = pl.LazyFrame(
        {"row": range(len(listed)), "code": [each.code for each in listed]},
        schema={"row": pl.UInt32, "code": pl.String},
    )
    known = nomenclature()
    rows = expanded(frame, codes_in(known, source))
    forward, method = _forward(workspace, source, target, asked)
    back = weights_between(known, target, source, along="all" if asked.along_all else "tagged")
    found = converted(rows, forward, back).collect()
    values = _values(workspace, asked.trade, source) if asked.trade else None
    groups = groups_named(words)
    return Converted(
        source=asked.source.strip().upper(),
        target=target,
        method=method,
        listed=listed,
        rows=found,
        lost=lost(frame, found.lazy()).collect(),
        values=values,
        leaks=[told for name in groups for told in leaks_of(name, source, target, values)],
    )


def _values(workspace: Workspace, trade: str, edition: str) -> pl.DataFrame:
    return values_by_code(table_of(workspace, trade), edition)


def _forward(
    workspace: Workspace, source: str, target: str, asked: Asked
) -> tuple[pl.LazyFrame, str]:
    """The weights from the list's edition, and how they were made in words."""
    known = nomenclature()
    if asked.weights:
        values = _values(workspace, asked.weights, target)
        return weights_by_value(
            known, source, target, values.lazy()
        ), f"by trade in {asked.weights}"
    plain = weights_between(known, source, target, along="all" if asked.along_all else "tagged")
    if asked.single:
        one = single_targets(plain).with_columns(pl.lit(WHOLE).alias(WEIGHT))
        return one, "one code for each"
    pairs = "every correlated code" if asked.along_all else "the published conversion"
    return plain, f"in equal shares along {pairs}"


def write_csv(path: Path, text: str) -> None:
    """Write a list.

    Raises:
        StorageError: It cannot be written.
        UsageError: There is a file already.
    """
    try:
        with path.open("x", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except FileExistsError as err:
        raise UsageError(f"{path} is there already", where="--out", hint="name another") from err
    except OSError as err:
        raise StorageError(f"cannot write {path}: {err.strerror}", where="--out") from err
