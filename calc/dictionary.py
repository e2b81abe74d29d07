"""What a declared table says of itself: column order, units, sentences, a page for people."""

from collections.abc import Iterator, Mapping
from functools import cache

import dataframely as dy
import polars as pl


@cache
def declared_columns(table: type[dy.Schema]) -> Mapping[str, dy.Column]:
    """The columns of a table by name, as declared: dataframely makes them anew each time."""
    return table.columns()


@cache
def key_of(table: type[dy.Schema]) -> tuple[str, ...]:
    """The columns of the key of a table, as declared."""
    return tuple(table.primary_key())


def column_names(table: type[dy.Schema]) -> list[str]:
    """The columns of a table as written to files: the key first, then the others as declared."""
    key = key_of(table)
    return [*key, *(name for name in declared_columns(table) if name not in key)]


def unit_of_column(table: type[dy.Schema], name: str) -> str:
    """The unit of a column; empty for text, dates and flags."""
    return str((declared_columns(table)[name].metadata or {}).get("unit", ""))


def polars_schema(table: type[dy.Schema]) -> dict[str, pl.DataType]:
    """Column name to polars type, in the order of ``column_names``."""
    return dict(_types(table))


@cache
def _types(table: type[dy.Schema]) -> tuple[tuple[str, pl.DataType], ...]:
    columns = declared_columns(table)
    return tuple((name, columns[name].dtype) for name in column_names(table))


def is_as_declared(schema: Mapping[str, pl.DataType], table: type[dy.Schema]) -> bool:
    """Whether a frame has the declared columns and no other, in their order and types."""
    return tuple(schema.items()) == _types(table)


def conform(frame: pl.LazyFrame, table: type[dy.Schema]) -> pl.LazyFrame:
    """The declared columns of a frame, in their order and types; other columns are left behind."""
    schema = polars_schema(table)
    return frame.select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def summary(table: type[dy.Schema]) -> str:
    """The first sentence of a table's docstring."""
    return (table.__doc__ or "").strip().splitlines()[0]


def dictionary(name: str, table: type[dy.Schema]) -> Iterator[str]:
    """The data dictionary of a table, one Markdown line at a time."""
    yield from (f"## {name}", "", summary(table), "")
    yield f"Key: {', '.join(f'`{column}`' for column in key_of(table))}"
    yield from ("", "| column | type | unit | null | meaning |", "|---|---|---|---|---|")
    for column in column_names(table):
        declared = declared_columns(table)[column]
        nullable = "may be" if declared.nullable else "never"
        unit = unit_of_column(table, column) or "-"
        kind = f"{declared.dtype}{_bounds(declared)}"
        yield f"| `{column}` | {kind} | {unit} | {nullable} | {declared.description} |"


def _bounds(column: dy.Column) -> str:
    """The least and the most that a number may be, where either is declared."""
    least, most = (getattr(column, name, None) for name in ("min", "max"))
    if least is None:
        return "" if most is None else f", at most {most:g}"
    return f", {least:g} or more" if most is None else f", {least:g} to {most:g}"
