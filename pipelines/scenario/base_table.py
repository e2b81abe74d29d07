"""BASE of a scenario: its rows judged by the declared rules, and those of its importer kept."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from calc.base import in_force_at
from calc.dictionary import column_names, polars_schema
from calc.errors import MAX_PROBLEMS_SHOWN, Problem, ScenarioError
from calc.rate_text import Rate, quoted
from calc.rules import Rule, declared_rules, row_rules
from calc.scope import ALL
from calc.tables.base import Base
from pipelines.scenario.base_file import FIRST_ROW, BaseFile, read_base_file
from pipelines.scenario.fields import FIRST_DAY
from pipelines.scenario.model import Scenario
from pipelines.scenario.reference import read_reference

CHAPTERS = 99
PROGRAMME = "mfn"
ROW = "row"
ISO_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
KEY = ["importer", "partner", "programme", "code"]


@dataclass(frozen=True, slots=True)
class ScenarioBase:
    """The importer's base duties over time, and where they come from.

    ``table`` has all dates, sorted by key. ``source`` is a name and SHA-256; null for one rate
    that the scenario states.
    """

    table: pl.DataFrame
    source: tuple[str, str] | None
    rows_of_others: int = 0

    def change_dates(self) -> list[date]:
        """The days on which a rate follows another on the same goods, sorted."""
        later = self.table.filter(pl.col("valid_from") > pl.col("valid_from").min().over(KEY))
        return sorted(set(later["valid_from"]))

    def bounds(self) -> list[date]:
        """Every day on which a rate begins or ends, sorted."""
        ends = self.table["valid_until"].drop_nulls()
        return sorted({*self.table["valid_from"], *ends})

    def in_force_at(self, as_of: date | None) -> pl.DataFrame:
        """The rates in force at a date; all of them where no date is given.

        Raises:
            ScenarioError: None is in force.
        """
        found = in_force_at(self.table.lazy(), as_of).collect()
        if found.is_empty() and self.source is not None:
            ends = self.table["valid_until"].to_list()
            until = "" if None in ends else f", the last ends before {max(ends)}"
            raise ScenarioError(
                f"no base rate of {self.source[0]} is in force at {as_of}",
                where=self.source[0],
                hint=f"the first begins on {min(self.table['valid_from'].to_list())}{until}",
            )
        return found


def base_of(scenario: Scenario) -> ScenarioBase:
    """The base of a scenario over time.

    Raises:
        ScenarioError: Rows of the file break the rules of BASE (all of them are named), none is
            of the importer, or it has rates of several programmes.
        StorageError: The file cannot be read.
    """
    if scenario.base.path is None or scenario.base.rate is not None:
        rate = scenario.base.rate or Rate(0.0, "")
        return ScenarioBase(_constant(scenario.importer, rate), None)
    file = read_base_file(scenario.base.path, column_names(Base))
    rows = _judged(file)
    own = rows.filter(pl.col("importer") == scenario.importer)
    _check_use(file.name, scenario.importer, rows, own)
    table = own.drop(ROW).sort(Base.primary_key())
    return ScenarioBase(table, (file.name, file.sha256), rows.height - own.height)


def _constant(importer: str, rate: Rate) -> pl.DataFrame:
    """One rate on each chapter, from the first day that a scenario can name."""
    rows = [
        {
            "importer": importer,
            "partner": ALL,
            "programme": PROGRAMME,
            "code": f"{chapter:02}",
            "valid_from": FIRST_DAY,
            "ad_valorem_rate": rate.ad_valorem_rate,
            "rate_text": rate.text,
            "source": "one rate for all goods, stated in the scenario",
        }
        for chapter in range(1, CHAPTERS + 1)
    ]
    return pl.DataFrame(rows, schema=polars_schema(Base)).sort(Base.primary_key())


def _judged(file: BaseFile) -> pl.DataFrame:
    """The rows of a file as BASE with their row numbers, all rules kept."""
    text = pl.DataFrame(
        file.rows, schema=dict.fromkeys(file.columns, pl.String), orient="row"
    ).with_row_index(ROW, offset=FIRST_ROW)
    missing = [name for name in column_names(Base) if name not in text.columns]
    text = text.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)
    rows, problems = _cast(file.name, text)
    rules = row_rules(declared_rules("base", Base))
    problems += [found for rule in rules for found in _broken(file.name, text, rows, rule)]
    problems = problems or _unknown_partners(file.name, rows) or _overlaps(file.name, rows)
    if problems:
        raise ScenarioError.collected(problems)
    return rows


def _cast(name: str, text: pl.DataFrame) -> tuple[pl.DataFrame, list[Problem]]:
    """The rows in the types of BASE, and a problem for each cell that has another."""
    problems: list[Problem] = []
    casts = {}
    for column, dtype in polars_schema(Base).items():
        if dtype == pl.Date:
            iso = pl.when(pl.col(column).str.contains(ISO_DAY)).then(pl.col(column))
            casts[column] = iso.str.to_date("%Y-%m-%d", strict=False)
        else:
            casts[column] = pl.col(column).cast(dtype, strict=False)
        wanted = "a date such as 2024-12-31" if dtype == pl.Date else "a number such as 0.025"
        lost = text.filter(pl.col(column).is_not_null() & casts[column].is_null())
        for row, value in lost.select(ROW, column).iter_rows():
            place = _place(name, row, column, value)
            problems.append(Problem(f"{quoted(value)} is not {wanted}", place))
    return text.select(ROW, **casts), problems


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


def _check_use(name: str, importer: str, rows: pl.DataFrame, own: pl.DataFrame) -> None:
    if own.is_empty():
        others = ", ".join(sorted(set(rows["importer"]))[:MAX_PROBLEMS_SHOWN])
        raise ScenarioError(
            f"{name} has no rate of the importer {importer}",
            where=name,
            hint=f"it has rates of {others}",
        )
    programmes = sorted(set(own["programme"]))
    if len(programmes) > 1:
        raise ScenarioError(
            f"{name} has rates of several programmes ({', '.join(programmes)}); preferences are "
            "not supported yet",
            where=name,
            hint="keep the rows of one programme, such as mfn",
        )
