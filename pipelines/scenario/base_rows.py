"""The rows of a base file in their types, judged by the declared rules of BASE."""

from dataclasses import replace
from functools import cache

import dataframely as dy
import polars as pl

from calc.dictionary import column_names, polars_schema
from calc.errors import Problem, ScenarioError
from calc.policy.grammar import read_expression
from calc.rate_text import quoted
from calc.rules import Rule, declared_rules, row_rules
from calc.scope import ALL
from calc.tables.base import Base
from pipelines.scenario.base_file import BaseFile
from pipelines.scenario.base_seasons import not_seasons, with_seasons
from pipelines.scenario.model import UNKNOWN
from pipelines.scenario.records import FIRST_ROW
from pipelines.scenario.reference import read_reference

RATE = "ad_valorem_rate"
ROW = "row"
ISO_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
KEY = ["importer", "partner", "programme", "code", "season"]


def judged_rows(file: BaseFile, *, is_made: bool) -> pl.DataFrame:
    """The rows of a file as declared, with their row numbers, all rules kept.

    What was made by ``retorsion base`` says with three empty cells that a rate is unknown; people
    write the word, so that a cell that was forgotten is told.

    Raises:
        ScenarioError: A cell cannot be read, or a row breaks a rule; all of them are named.
    """
    text = file.cells.with_row_index(ROW, offset=FIRST_ROW)
    missing = [name for name in column_names(Base) if name not in text.columns]
    text = with_seasons(text.with_columns(pl.lit(None, pl.String).alias(n) for n in missing))
    forgotten = [] if is_made else _forgotten(file.name, text)
    is_said = pl.col(RATE).str.to_lowercase() == UNKNOWN
    text = text.with_columns(pl.when(~is_said.fill_null(value=False)).then(RATE).alias(RATE))
    rows, problems = _cast(file.name, text, Base)
    problems += forgotten or _not_expressions(file.name, text)
    for rule in _rules_broken(rows):
        problems += _broken(file.name, text, rows, rule)
    problems = problems or _unknown_partners(file.name, rows) or _overlaps(file.name, rows)
    problems = problems or not_seasons(file.name, rows)
    if problems:
        raise ScenarioError.collected(problems)
    return rows


def _forgotten(name: str, text: pl.DataFrame) -> list[Problem]:
    """A problem for each row that has neither a rate in parts nor an expression."""
    empty = text.filter(pl.col(RATE).is_null() & pl.col("expression").is_null())
    return [
        Problem(
            f"the row breaks a rule of a base: {RATE} is given",
            _place(name, row, RATE, None),
            f"write the rate, or {UNKNOWN} where it is not known",
        )
        for row in empty[ROW]
    ]


def _not_expressions(name: str, text: pl.DataFrame) -> list[Problem]:
    """A problem for each duty expression that is not understood."""
    problems = []
    for written in sorted(set(text["expression"].drop_nulls())):
        try:
            read_expression(written)
        except ScenarioError as err:
            rows = text.filter(pl.col("expression") == written)[ROW]
            problems += [
                replace(found, where=_place(name, row, "expression", written))
                for row in rows
                for found in err.problems
            ]
    return problems


def _cast(
    name: str, text: pl.DataFrame, declared: type[dy.Schema]
) -> tuple[pl.DataFrame, list[Problem]]:
    """The rows in the types of BASE, and a problem for each cell that has another."""
    problems: list[Problem] = []
    casts = {name: _typed(name, dtype) for name, dtype in polars_schema(declared).items()}
    rows = text.select(ROW, **casts)
    for column in (one for one in casts if rows[one].null_count() > text[one].null_count()):
        is_date = rows.schema[column] == pl.Date
        wanted = "a date such as 2024-12-31" if is_date else "a number such as 0.025"
        lost = text.filter(pl.col(column).is_not_null() & rows[column].is_null())
        for row, value in lost.select(ROW, column).iter_rows():
            place = _place(name, row, column, value)
            problems.append(Problem(f"{quoted(value)} is not {wanted}", place))
    return rows, problems


def _typed(column: str, dtype: pl.DataType) -> pl.Expr:
    """The text of a column in a type; null where it has another."""
    if dtype != pl.Date:
        return pl.col(column).cast(dtype, strict=False)
    iso = pl.when(pl.col(column).str.contains(ISO_DAY)).then(pl.col(column))
    return iso.str.to_date("%Y-%m-%d", strict=False)


def _rules_broken(rows: pl.DataFrame) -> list[Rule]:
    """The rules of a base that some row breaks: all are judged at once."""
    breaks = rows.select(
        (~rule.passes()).any().alias(str(number)) for number, rule in enumerate(_rules())
    )
    return [rule for rule, is_broken in zip(_rules(), breaks.row(0), strict=True) if is_broken]


@cache
def _rules() -> tuple[Rule, ...]:
    """The rules of a base that can be judged on one row alone."""
    return tuple(row_rules(declared_rules("base", Base)))


def _broken(name: str, text: pl.DataFrame, rows: pl.DataFrame, rule: Rule) -> list[Problem]:
    """A problem for each row that breaks a rule; cells that were not read are told elsewhere."""
    failed = rows.filter(~rule.passes())[ROW]
    written = text.filter(pl.col(ROW).is_in(failed.implode()))
    if rule.kind == "presence" and rule.column is not None:
        written = written.filter(pl.col(rule.column).is_null())
    return [
        Problem(
            f"the row breaks a rule of a base: {rule.message}",
            _place(name, row[ROW], rule.column or "", row[rule.column] if rule.column else None),
        )
        for row in written.iter_rows(named=True)
    ]


def _place(name: str, row: int, column: str, value: str | None) -> str:
    cell = f", column {column}" if column else ""
    return f"{name} row {row}{cell}{'' if value is None else f' = {quoted(value)}'}"


def _unknown_partners(name: str, rows: pl.DataFrame) -> list[Problem]:
    reference = read_reference()
    known = {*reference.names, *reference.partner_groups, ALL}
    problems = []
    for column in ("importer", "partner"):
        unknown = rows.filter(~pl.col(column).is_in(sorted(known)))
        for row, value in unknown.select(ROW, column).iter_rows():
            near = reference.near_partners(value)
            hint = f"did you mean {' or '.join(near)}?" if near else "write an ISO alpha-3 code"
            place = _place(name, row, column, value)
            problems.append(Problem(f"{quoted(value)} is not a known economy", place, hint))
    return problems


def _overlaps(name: str, rows: pl.DataFrame) -> list[Problem]:
    """Two rates in force at once on the same code, partner and programme."""
    ordered = rows.sort(*KEY, "valid_from", ROW).with_columns(
        previous=pl.col(ROW).shift().over(KEY),
        is_over=pl.col("valid_until").shift().over(KEY) <= pl.col("valid_from"),
    )
    clashing = ordered.filter(
        pl.col("previous").is_not_null(), ~pl.col("is_over").fill_null(value=False)
    )
    return [
        Problem(
            f"row {row} gives {code} another rate for days on which row {previous} gives one",
            _place(name, row, "valid_from", str(valid_from)),
            "end the earlier rate with valid_until, the first day of the next",
        )
        for row, code, previous, valid_from in clashing.select(
            ROW, "code", "previous", "valid_from"
        ).iter_rows()
    ]
