"""BASE of a scenario: its rows judged by the declared rules, and those of its importer kept."""

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from calc.base import in_force_at
from calc.base_seasons import ALL_YEAR
from calc.dictionary import column_names, polars_schema
from calc.errors import MAX_PROBLEMS_SHOWN, ScenarioError
from calc.scope import ALL
from calc.tables.base import Base
from pipelines.scenario.base_days import none_in_force, of_day
from pipelines.scenario.base_file import is_parquet, read_base_file
from pipelines.scenario.base_money import in_usd
from pipelines.scenario.base_rows import KEY, judged_rows
from pipelines.scenario.model import Duty, Scenario
from pipelines.scenario.preferences import without_ended
from pipelines.scenario.timed import FIRST_DAY

CHAPTERS = 99
PROGRAMME = "mfn"
BY_ORIGIN = (PROGRAMME, "column-2")
"""Programmes whose rates are owed by origin, without a claim; column 2 names its partners."""
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
    rows = judged_rows(file, is_made=is_parquet(scenario.base.path))
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
