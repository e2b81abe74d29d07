"""Whether what files say agrees: with the options, with each other, and with what TRADE means."""

import re
from collections.abc import Iterator, Sequence

import polars as pl

from calc import cast
from calc.errors import DataRejectedError, Problem
from pipelines.ingest.casts import constant
from pipelines.ingest.cells import EXCLUDED, REJECTED, Reading
from pipelines.ingest.mapped import BARE_UNIT, Mapping
from pipelines.ingest.source import ROW, Source, cell
from pipelines.ingest.words import folded
from pipelines.validation.words import counted

REPORTERS = ("reporter", "declarant")
CURRENCY = ("currency", "currencycode", "currencyunit", "cur")
DOLLARS = ("usd", "us$", "$", "us dollar", "us dollars", "u.s. dollar", "u.s. dollars", "840")
MONEY = (
    r"usd|us\$|[$€£¥]|dollar|euro|\b(eur|yen|jpy|gbp|cny)\b|^(thousand|million|billion)s?( of)?$"
)
"""What a unit of money holds, in small letters."""
PART_OF = {"re-import": "import", "re-export": "export"}


def check_twice(sources: Sequence[Source]) -> None:
    """Nothing, where no two files with a header hold the same bytes.

    Raises:
        DataRejectedError: Two do.
    """
    first: dict[str, str] = {}
    for source in sources:
        if source.headers and source.sha256 in first:
            raise DataRejectedError(
                f"{source.name} and {first[source.sha256]} hold the same bytes: all would be "
                "counted twice",
                where=source.name,
                hint="give one of them",
            )
        first[source.sha256] = source.name


def check_options(reading: Reading) -> None:
    """Nothing, where no option contradicts a column of the file, and reporters are importers.

    Raises:
        DataRejectedError: A column that an option gives says something else.
    """
    mapping = reading.mapping
    if mapping is None:
        return
    used = reading.rows.filter(pl.col(EXCLUDED).is_null() & ~pl.col(REJECTED))
    problems = [
        problem
        for column, text in mapping.constants.items()
        if mapping.mapped(column)
        for problem in _other(reading, used, column, constant(column, text))
    ]
    problems += _reporters(reading, used, mapping)
    if problems:
        raise DataRejectedError.collected(problems)


def _other(reading: Reading, used: pl.DataFrame, column: str, value: str) -> Iterator[Problem]:
    other = used.filter(pl.col(column) != value)
    if other.height:
        says = ", ".join(sorted(other[column].unique())[:5])
        yield Problem(
            f"--{column} {value} contradicts {other.height:,} of {used.height:,} rows of "
            f"{reading.source.name}, which say {says}",
            where=f"{reading.source.name} row {other[ROW][0]}, column {column}",
            hint=f"leave --{column} away, or keep the rows of {value} in a file of their own",
        )


def _reporters(reading: Reading, used: pl.DataFrame, mapping: Mapping) -> Iterator[Problem]:
    """The reporter of an export is the exporter."""
    if mapping.declared.reports:
        return
    item = mapping.mapped("importer")
    exports = used.filter(pl.col("flow").is_in(["export", "re-export"]))
    if item is not None and folded(item.header).startswith(REPORTERS) and exports.height:
        yield Problem(
            f'"{item.header}" is the exporter in {counted(exports.height, "row")} of '
            f"{reading.source.name}, of exports",
            where=f"{reading.source.name} row {exports[ROW][0]}",
            hint="keep the rows of imports, or name the columns importer and partner",
        )


def check_together(mappings: dict[str, Mapping], sources: Sequence[Source]) -> None:
    """Nothing, where the files give money in one unit, on one valuation and in U.S. dollars.

    Raises:
        DataRejectedError: Two files differ, or a column that is not read says another currency.
    """
    units = {name: item.units for name, item in mappings.items()}
    valuations = {name: item.valuations for name, item in mappings.items()}
    problems = [
        Problem(
            f"the files give values {what}: "
            + "; ".join(f"{name}: {', '.join(sorted(said))}" for name, said in found.items()),
            hint="ingest them under names of their own",
        )
        for what, found in (("in several units", units), ("on several valuations", valuations))
        if len({frozenset(said) for said in found.values()}) > 1
    ]
    problems += [
        Problem(
            f"{name} gives money in several units: {', '.join(sorted(said))}",
            where=f"{name} row 1",
            hint="give all of it in one unit",
        )
        for name, said in units.items()
        if len(said) > 1
    ]
    for source in sources:
        if source.name in mappings:
            problems += other_money(source, mappings[source.name])
            problems += unit_of_money(source, mappings[source.name])
    if problems:
        raise DataRejectedError.collected(problems)


def other_money(source: Source, mapping: Mapping) -> Iterator[Problem]:
    """A problem for each column of currencies that says another than that of the values.

    A source whose values are declared says in its own way what its money is in.
    """
    headers = mapping.unused if mapping.declared.money else ()
    code = next((unit[-3:] for unit in mapping.units), "USD")
    own = DOLLARS if code == "USD" else (code.lower(),)
    for header in (one for one in headers if folded(one) in CURRENCY):
        text = cast.trimmed(pl.col(cell(source.headers.index(header))))
        other = (text != "") & ~text.str.to_lowercase().is_in(own)
        found = source.cells.filter(other).select(
            text.unique().sort().head(5).implode().alias("said"),
            pl.len().alias("rows"),
            pl.col(ROW).min().alias("first"),
        )
        said, rows, first = found.collect(engine="streaming").row(0)
        if rows:
            yield Problem(
                f'column "{header}" says {", ".join(said)} in {counted(rows, "row")}: values are '
                f"read as {'U.S. dollars' if code == 'USD' else code}",
                where=f"{source.name} row {first}",
                hint=_what_to_do(said, code),
            )


def _what_to_do(said: Sequence[str], code: str) -> str:
    """How values in another currency are read: by a rate where all are in one."""
    one = said[0].upper() if len(said) == 1 and code == "USD" else ""
    if re.fullmatch("[A-Z]{3}", one):
        return (
            f"if all values are in it, give --unit {one} --rate {one}=..., the dollars for one; if "
            "the column is not of the values, rename it"
        )
    return (
        "convert the values, or take these rows out; if the column is not of the values, rename it"
    )


def unit_of_money(source: Source, mapping: Mapping) -> Iterator[Problem]:
    """A problem where a column ``Unit``, taken for that of the quantity, says one of money."""
    item = mapping.mapped("quantity_unit")
    if item is None or folded(item.header) not in BARE_UNIT:
        return
    text = cast.trimmed(pl.col(cell(item.place))).str.to_lowercase()
    found = source.cells.filter(text.str.contains(MONEY)).select(
        text.unique().sort().head(5).implode().alias("said"),
        pl.col(ROW).min().alias("first"),
    )
    said, first = found.collect(engine="streaming").row(0)
    if first is not None:
        yield Problem(
            f'column "{item.header}" says {", ".join(said)}: a unit of money, and it was taken for '
            "that of the quantity",
            where=f"{source.name} row {first}",
            hint="if it is of the values, rename it to value_unit and give --unit; if a cell of it "
            "is of the quantity, name the column quantity_unit",
        )


def check_flows(rows: pl.DataFrame) -> None:
    """Nothing, where no flow stands beside one that it is a part of.

    Raises:
        DataRejectedError: Re-imports stand beside imports, or re-exports beside exports.
    """
    flows = set(rows["flow"].unique())
    problems = []
    for part, whole in PART_OF.items():
        if {part, whole} <= flows:
            first = rows.filter(pl.col("flow") == part)
            problems.append(
                Problem(
                    f"{counted(first.height, 'row')} of {part}s beside {whole}s: statistics count "
                    f"the first in the second",
                    where=f"{first['source_id'][0]} row {first[ROW][0]}",
                    hint=f"keep the rows of one flow: {whole} or {part}",
                )
            )
    if problems:
        raise DataRejectedError.collected(problems)
