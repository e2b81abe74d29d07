"""BASE of a scenario: its rows judged by the declared rules, and those of its importer kept."""

from dataclasses import dataclass, field, replace
from datetime import date

import dataframely as dy
import polars as pl

from calc.base import in_force_at
from calc.base_seasons import ALL_YEAR
from calc.dictionary import column_names, polars_schema
from calc.errors import MAX_PROBLEMS_SHOWN, Problem, ScenarioError
from calc.policy.grammar import read_expression
from calc.rate_text import quoted
from calc.rules import Rule, declared_rules, row_rules
from calc.scope import ALL
from calc.tables.base import Base
from pipelines.scenario.base_days import none_in_force, of_day
from pipelines.scenario.base_file import FIRST_ROW, BaseFile, is_parquet, read_base_file
from pipelines.scenario.base_money import in_usd
from pipelines.scenario.base_seasons import not_seasons, with_seasons
from pipelines.scenario.model import UNKNOWN, Duty, Scenario
from pipelines.scenario.preferences import without_ended
from pipelines.scenario.reference import read_reference
from pipelines.scenario.timed import FIRST_DAY

CHAPTERS = 99
PROGRAMME = "mfn"
RATE = "ad_valorem_rate"
BY_ORIGIN = (PROGRAMME, "column-2")
"""Programmes whose rates are owed by origin, without a claim; column 2 names its partners."""
ROW = "row"
ISO_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
KEY = ["importer", "partner", "programme", "code", "season"]
SCHEMA = polars_schema(Base)


@dataclass(frozen=True, slots=True)
class ScenarioBase:
    """The importer's base duties over time, and where they come from.

    ``table`` has all dates, sorted by key. ``source`` is a name and SHA-256; null for one rate
    that the scenario states. ``preferences`` are rates that are owed only where they are claimed,
    in the layout of ``table``.
    """

    table: pl.DataFrame
    source: tuple[str, str] | None
    rows_of_others: int = 0
    preferences: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SCHEMA))

    def change_dates(self) -> list[date]:
        """The days on which a rate follows another on the same goods, sorted."""
        rates = self._all()
        later = rates.filter(pl.col("valid_from") > pl.col("valid_from").min().over(KEY))
        return sorted(set(later["valid_from"]))

    def bounds(self) -> list[date]:
        """Every day on which a rate begins or ends, sorted."""
        rates = self._all()
        return sorted({*rates["valid_from"], *rates["valid_until"].drop_nulls()})

    def _all(self) -> pl.DataFrame:
        """The rates that are owed without a claim and those of preferences."""
        return pl.concat([self.table, self.preferences])

    def preferences_at(self, as_of: date | None) -> pl.DataFrame:
        """The rates of preferences in force at a date; all of them where no date is given."""
        return in_force_at(self.preferences.lazy(), as_of).collect()

    def in_force_at(self, as_of: date | None) -> pl.DataFrame:
        """The rates in force at a date; all of them where no date is given.

        Raises:
            ScenarioError: None is in force.
        """
        found = in_force_at(self.table.lazy(), as_of).collect()
        if found.is_empty() and self.source is not None:
            raise none_in_force(self.table, self.source[0], as_of)
        return found


def base_of(scenario: Scenario) -> ScenarioBase:
    """The base of a scenario over time.

    Raises:
        ScenarioError: Rows of the file break the rules of BASE (all of them are named), none is
            of the importer, or it has rates of several programmes.
        StorageError: The file cannot be read.
    """
    if scenario.base.is_unknown:
        return ScenarioBase(pl.DataFrame(schema=SCHEMA), None)
    if scenario.base.path is None or scenario.base.rate is not None:
        rate = scenario.base.rate or Duty()
        return ScenarioBase(_constant(scenario.importer, rate), None)
    file = read_base_file(scenario.base.path, column_names(Base))
    file = in_usd(file, scenario.stated.get("currencies", {}))
    rows = _judged(file, is_made=is_parquet(scenario.base.path))
    own = rows.filter(pl.col("importer") == scenario.importer)
    _check_use(file.name, scenario.importer, rows, own)
    kept = without_ended(
        of_day(own.select(column_names(Base)).sort(Base.primary_key()), scenario),
        scenario.base.ended,
        name=file.name,
        file=scenario.path.name,
    )
    standing = _without_claim()
    return ScenarioBase(
        kept.filter(standing) if _has_claims(kept) else kept,
        (file.name, file.sha256),
        rows.height - own.height,
        kept.filter(~standing) if _has_claims(kept) else kept.clear(),
    )


def _without_claim() -> pl.Expr:
    """Whether a rate is owed by origin alone; those of preferences have to be claimed."""
    return pl.col("programme").is_in(BY_ORIGIN)


def _has_claims(own: pl.DataFrame) -> bool:
    """Whether a base has rates by origin and others besides, which have to be claimed."""
    return PROGRAMME in set(own["programme"])


def free_base(importer: str) -> pl.DataFrame:
    """BASE of an importer in which all goods are free."""
    return _constant(importer, Duty(text="Free"))


def _constant(importer: str, rate: Duty) -> pl.DataFrame:
    """One rate on each chapter, from the first day that a scenario can name."""
    rows = [
        {
            "importer": importer,
            "partner": ALL,
            "programme": PROGRAMME,
            "code": f"{chapter:02}",
            "season": ALL_YEAR,
            "valid_from": FIRST_DAY,
            "ad_valorem_rate": rate.ad_valorem_rate,
            "rate_text": rate.text,
            "source": "one rate for all goods, stated in the scenario",
        }
        for chapter in range(1, CHAPTERS + 1)
    ]
    return pl.DataFrame(rows, schema=polars_schema(Base)).sort(Base.primary_key())


def _judged(file: BaseFile, *, is_made: bool) -> pl.DataFrame:
    """The rows of a file as declared, with their row numbers, all rules kept.

    What was made by ``retorsion base`` says with three empty cells that a rate is unknown; people
    write the word, so that a cell that was forgotten is told.
    """
    text = file.cells.with_row_index(ROW, offset=FIRST_ROW)
    missing = [name for name in column_names(Base) if name not in text.columns]
    text = with_seasons(text.with_columns(pl.lit(None, pl.String).alias(n) for n in missing))
    forgotten = [] if is_made else _forgotten(file.name, text)
    is_said = pl.col(RATE).str.to_lowercase() == UNKNOWN
    text = text.with_columns(pl.when(~is_said.fill_null(value=False)).then(RATE).alias(RATE))
    rows, problems = _cast(file.name, text, Base)
    rules = row_rules(declared_rules("base", Base))
    problems += forgotten or _not_expressions(file.name, text)
    problems += [found for rule in rules for found in _broken(file.name, text, rows, rule)]
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
    casts = {}
    for column, dtype in polars_schema(declared).items():
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
    if len(programmes) > 1 and PROGRAMME not in programmes:
        raise ScenarioError(
            f"{name} has rates of several programmes ({', '.join(programmes)}), and none is "
            f"{PROGRAMME}, which is owed without a claim",
            where=name,
            hint=f"add the rows of {PROGRAMME}, or keep those of one programme",
        )
