"""Random but lawful tables for the property tests: trade, base, and measures with their scopes.

Codes are drawn from a few subheadings and national lines below them, so that prefixes of every
length name some and miss others. Tables have the columns and types of their declarations.

A strategy is made once and kept: hypothesis works out anew of each one what it can draw, which
took as long as drawing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import dataframely as dy
import polars as pl
from hypothesis import strategies as st

from calc.dictionary import polars_schema
from calc.law import STATE_AFTER, Event
from calc.tables.base import Base
from calc.tables.measures import Exclusions, MeasurePartners, MeasureProducts, Measures
from calc.tables.trade import Trade

IMPORTERS = ("USA", "CAN")
PARTNERS = (
    *("USA", "CAN", "MEX", "JPN", "CHN", "DEU"),
    *("FRA", "GBR", "KOR", "BRA", "IND", "EU27"),
)
SUBHEADINGS = ("870321", "870323", "870829", "700510", "020130")
LINES = tuple(f"{code}{line}" for code in SUBHEADINGS for line in ("00", "10"))
STATISTICAL = tuple(f"{code}{suffix}" for code in LINES for suffix in ("05", "90"))
CODES = {6: SUBHEADINGS, 8: LINES, 10: STATISTICAL}
DIGITS = (2, 4, 6, 8, 10)
PREFIXES = sorted(
    {code[:digits] for codes in CODES.values() for code in codes for digits in DIGITS}
)
AUTHORITIES = ("section-232", "section-301", "surtax-order")
PROGRAMMES = (None, "cars", "steel")
UNITS = ("kg", "m2", "number")
STATES = (*dict.fromkeys(STATE_AFTER.values()), "not yet in force")
LARGEST_VALUE_USD = 1e12
LARGEST_QUANTITY = 1e9

Row = dict[str, Any]
Rows = st.SearchStrategy[list[Row]]


def table(rows: Iterable[Mapping[str, Any]], schema: type[dy.Schema]) -> pl.DataFrame:
    """Rows as a table with every column of a declaration; cells not given are null."""
    return pl.DataFrame(list(rows), schema=polars_schema(schema))


@cache
def amounts(largest: float = LARGEST_VALUE_USD) -> st.SearchStrategy[float]:
    """Amounts of money in USD from 0 on: whole dollars, cents, and any fraction."""
    return (
        st.integers(0, int(largest)).map(float)
        | st.integers(0, int(largest)).map(lambda cents: cents / 100)
        | st.floats(0, largest, allow_subnormal=False)
    )


@cache
def rates(largest: float = 2.0) -> st.SearchStrategy[float]:
    """Ad valorem rates as a fraction of value: free, tenths of a percent, and any fraction."""
    tenths = st.integers(0, int(largest * 1000)).map(lambda tenth: tenth / 1000)
    return st.just(0.0) | tenths | st.floats(0, largest, allow_subnormal=False)


@cache
def codes(digits: tuple[int, ...] = (6, 8, 10)) -> st.SearchStrategy[str]:
    """Codes of goods with as many digits as asked for."""
    return st.sampled_from([code for count in digits for code in CODES[count]])


@cache
def prefixes() -> st.SearchStrategy[str]:
    """Code prefixes, a chapter as likely as a statistical line, so that scopes overlap."""
    of_length = {digits: [one for one in PREFIXES if len(one) == digits] for digits in DIGITS}
    return st.one_of(*(st.sampled_from(same) for same in of_length.values()))


def days() -> st.SearchStrategy[date]:
    """Days of a few years, so close together that some coincide."""
    return st.dates(date(2018, 1, 1), date(2018, 1, 12)) | st.dates(
        date(2015, 1, 1), date(2026, 12, 31)
    )


def events(max_size: int = 6) -> st.SearchStrategy[list[Event]]:
    """What happens to a measure, in any order of days."""
    event = st.builds(Event, on=days(), kind=st.sampled_from(sorted(STATE_AFTER)))
    return st.lists(event, max_size=max_size)


FREIGHT = st.floats(0, 0.2)
VALUES_KNOWN = st.sets(
    st.sampled_from(["cif_value_usd", "customs_value_usd", "fob_value_usd"]), min_size=1
)
QUANTITY = st.none() | st.just(0.0) | st.floats(0, LARGEST_QUANTITY, allow_subnormal=False)
UNIT = st.sampled_from(UNITS)
PARTNER = st.sampled_from(PARTNERS)
ALL_OR_PARTNER = st.just("*") | PARTNER
CALCULATED = st.none() | amounts(1e9)


def _values(draw: st.DrawFn) -> Row:
    """The values of a flow: CIF not below FOB, at least one of them known."""
    fob = draw(amounts(LARGEST_VALUE_USD / 2))
    known = {
        "customs_value_usd": draw(amounts()),
        "cif_value_usd": fob * (1 + draw(FREIGHT)),
        "fob_value_usd": fob,
    }
    return {name: known[name] for name in sorted(draw(VALUES_KNOWN))}


def _quantities(draw: st.DrawFn) -> Row:
    """Two quantities, each with its unit or unknown, and a mass or none."""
    first, second = draw(QUANTITY), draw(QUANTITY)
    return {
        "quantity": first,
        "quantity_unit": None if first is None else draw(UNIT),
        "quantity_2": second,
        "quantity_2_unit": None if second is None else draw(UNIT),
        "net_mass_kg": draw(QUANTITY),
    }


@cache
def _flow_keys(
    least: int, most: int, digits: tuple[int, ...], periods: tuple[str, ...], flows: tuple[str, ...]
) -> st.SearchStrategy[list[tuple[str, ...]]]:
    """Keys of flows, none twice, no importer its own partner."""
    key = st.tuples(
        st.sampled_from(IMPORTERS),
        PARTNER,
        st.sampled_from(periods),
        st.sampled_from(flows),
        codes(digits),
    ).filter(lambda cells: cells[0] != cells[1])
    return st.lists(key, unique=True, min_size=least, max_size=most)


@st.composite
def trade_tables(
    draw: st.DrawFn,
    *,
    min_rows: int = 0,
    max_rows: int = 12,
    digits: Sequence[int] = (6, 8, 10),
    periods: Sequence[str] = ("2024",),
    flows: Sequence[str] = ("import",),
) -> pl.DataFrame:
    """A lawful TRADE table: no key twice, no importer its own partner, each row with a value."""
    keys = _flow_keys(min_rows, max_rows, tuple(digits), tuple(periods), tuple(flows))
    names = ("importer", "partner", "period", "flow", "code")
    rows = [
        dict(zip(names, cells, strict=True))
        | {"nomenclature": "HTS2024", "source_id": "drawn.csv"}
        | _values(draw)
        | _quantities(draw)
        | {"calculated_duty_usd": draw(CALCULATED)}
        for cells in draw(keys)
    ]
    return table(rows, Trade)


@cache
def _unique(element: st.SearchStrategy[Any], most: int, least: int = 0) -> st.SearchStrategy[Any]:
    return st.lists(element, unique=True, min_size=least, max_size=most)


BASE_KEY = st.tuples(st.sampled_from(IMPORTERS), ALL_OR_PARTNER, prefixes())
SPECIFIC = st.none() | st.tuples(rates(500.0), UNIT)


@st.composite
def base_tables(draw: st.DrawFn, *, max_rows: int = 10) -> pl.DataFrame:
    """A lawful BASE in force throughout: rates for all and for named partners, some specific."""
    rows = []
    for importer, partner, code in draw(_unique(BASE_KEY, max_rows)):
        rate, unit = draw(SPECIFIC) or (None, None)
        ad_valorem = draw(rates())
        rows.append(
            {
                "importer": importer,
                "partner": partner,
                "programme": "mfn",
                "code": code,
                "season": "*",
                "ad_valorem_rate": ad_valorem,
                "specific_rate_usd": rate,
                "specific_unit": unit,
                "rate_text": f"{code} {partner}: {ad_valorem:g} + {rate} per {unit}",
                "valid_from": date(1990, 1, 1),
                "source": "drawn",
            }
        )
    return table(rows, Base)


@dataclass(frozen=True, slots=True)
class Law:
    """The measures of a scenario at a date, with their scopes: four tables."""

    measures: pl.DataFrame
    products: pl.DataFrame
    partners: pl.DataFrame
    exclusions: pl.DataFrame


def scope_of(measure: Row) -> Row:
    """The cells by which a row of a scope says of which measure and branch it is."""
    return {"measure_id": measure["measure_id"], "step": measure["step"]}


def _product_rows(draw: st.DrawFn, measure: Row) -> list[Row]:
    """Goods that a measure names, leaves out and takes in again."""
    prefix = prefixes()
    included = draw(_unique(prefix, 4, least=1)) if measure["names_products"] else ["*"]
    drawn = {
        "include": included,
        "exclude": draw(_unique(prefix, 3)),
        "but": draw(_unique(prefix, 2)),
    }
    return [
        scope_of(measure) | {"role": role, "prefix": one, "written": one}
        for role, of_role in drawn.items()
        for one in of_role
    ]


def _partner_rows(draw: st.DrawFn, measure: Row) -> list[Row]:
    """Partners that a measure hits and leaves out; all of them below the rank of a group."""
    rank = measure["partner_rank"]
    included = draw(_unique(PARTNER, 8, least=1)) if rank >= 2 else ["*"]
    excluded = [] if rank == 0 else draw(_unique(PARTNER, 2, least=1 if rank == 1 else 0))
    return [
        scope_of(measure) | {"role": role, "partner": one}
        for role, partners in (("include", included), ("exclude", excluded))
        for one in partners
    ]


EXCLUDED = st.tuples(prefixes(), ALL_OR_PARTNER)


def _exclusion_rows(draw: st.DrawFn, measure: Row) -> list[Row]:
    """Goods of some partners left out of a measure."""
    return [
        scope_of(measure)
        | {"exclusion": number, "prefix": prefix, "partner": partner, "source": "drawn"}
        for number, (prefix, partner) in enumerate(draw(_unique(EXCLUDED, 2)), 1)
    ]


def _at_rate(rate: float) -> Row:
    return {"ad_valorem_rate": rate, "rate_text": f"{rate * 100:g}%"}


STATE = st.just("in force") | st.sampled_from(STATES)
RANK = st.integers(0, 3)
IS_SO = st.booleans()
RANKS = st.tuples(IS_SO, RANK)
IMPORTER, MODE = st.sampled_from(IMPORTERS), st.sampled_from(("add", "replace"))
AUTHORITY, PROGRAMME = st.sampled_from(AUTHORITIES), st.sampled_from(PROGRAMMES)


def _measure_row(draw: st.DrawFn, number: int) -> Row:
    """A measure of any authority, rank and state."""
    state = draw(STATE)
    rate = draw(rates())
    return {
        "measure_id": f"m{number}",
        "step": 0,
        "importer": draw(IMPORTER),
        "authority": draw(AUTHORITY),
        "programme": draw(PROGRAMME),
        "mode": draw(MODE),
        **_at_rate(rate),
        "state": state,
        "is_in_force": state == "in force",
        "names_products": draw(IS_SO),
        "partner_rank": draw(RANK),
        "source": "drawn",
    }


@cache
def _others(named: frozenset[str]) -> st.SearchStrategy[str]:
    return st.sampled_from([one for one in PARTNERS if one not in named])


def _likes(draw: st.DrawFn, measures: list[Row], partners: list[Row]) -> dict[str, list[Row]]:
    """For some measures another on the same goods, of partners that its like does not name.

    No line is under both, so they leave nothing unsettled that was settled without them.
    """
    found: dict[str, list[Row]] = {}
    for measure in measures:
        if measure["partner_rank"] >= 2 and draw(IS_SO):
            of_like = [row for row in partners if row["measure_id"] == measure["measure_id"]]
            named = {row["partner"] for row in of_like if row["role"] == "include"}
            others = _others(frozenset(named))
            cells = {"measure_id": f"{measure['measure_id']}-like", "step": 0, "role": "include"}
            found[measure["measure_id"]] = [
                cells | {"partner": one} for one in draw(_unique(others, 4, least=1))
            ]
    return found


def _law(draw: st.DrawFn, measures: list[Row]) -> Law:
    """The measures with scopes drawn for each, and others on the same goods of other partners."""
    products = [row for measure in measures for row in _product_rows(draw, measure)]
    partners = [row for measure in measures for row in _partner_rows(draw, measure)]
    likes = _likes(draw, measures, partners)
    partners += [row for rows in likes.values() for row in rows]
    products += [
        row | {"measure_id": f"{row['measure_id']}-like"}
        for row in products
        if row["measure_id"] in likes
    ]
    measures += [
        row | {"measure_id": f"{row['measure_id']}-like"} | _at_rate(draw(rates()))
        for row in measures
        if row["measure_id"] in likes
    ]
    exclusions = [row for measure in measures for row in _exclusion_rows(draw, measure)]
    return Law(
        table(measures, Measures),
        table(products, MeasureProducts),
        table(partners, MeasurePartners),
        table(exclusions, Exclusions),
    )


@cache
def _counts(most: int) -> st.SearchStrategy[int]:
    return st.integers(0, most)


@st.composite
def laws(draw: st.DrawFn, *, max_measures: int = 5) -> Law:
    """Any measures: some lines may have equal ranks, or two authorities without a rule."""
    count = draw(_counts(max_measures))
    return _law(draw, [_measure_row(draw, number) for number in range(1, count + 1)])


@st.composite
def settled_laws(draw: st.DrawFn, *, min_measures: int = 0, max_measures: int = 5) -> Law:
    """Measures between which the rank decides everywhere: one authority, no two of one rank.

    Two are of one rank where they are on the same goods of different partners.
    """
    ranks = _unique(RANKS, max_measures, min_measures)
    measures = [
        _measure_row(draw, number)
        | {
            "authority": "section-301",
            "programme": None,
            "names_products": names_products,
            "partner_rank": partner_rank,
        }
        for number, (names_products, partner_rank) in enumerate(draw(ranks), 1)
    ]
    return _law(draw, measures)


@st.composite
def shuffled(draw: st.DrawFn, frame: pl.DataFrame) -> pl.DataFrame:
    """The same rows in another order."""
    order = draw(st.permutations(range(frame.height)))
    return frame[order] if frame.height else frame


@st.composite
def reordered(draw: st.DrawFn, law: Law) -> Law:
    """The same law, the rows of each of its tables in another order."""
    tables = (law.measures, law.products, law.partners, law.exclusions)
    return Law(*(draw(shuffled(frame)) for frame in tables))
