"""How trade responds: the closure of markets, tables of elasticities and of domestic sales."""

import math
from collections.abc import Mapping
from typing import Any

from calc.errors import did_you_mean
from calc.rate_text import quoted
from pipelines.scenario.annex import Annex, Row
from pipelines.scenario.assumed import (
    ANY,
    DRAWS,
    HORIZONS,
    SEED,
    DomesticSale,
    Horizon,
    Range,
    Response,
)
from pipelines.scenario.fields import Table, kind_of, shown, table_of, text_of
from pipelines.scenario.grammar import SHARE, Grammar, check_keys
from pipelines.scenario.models_asked import modes_of, switches_of
from pipelines.scenario.ranges import range_of
from pipelines.scenario.setting import Setting
from pipelines.scenario.share_table import importer_of_row, line_of_row

EFFECTS = Grammar(
    noun="how trade responds",
    header="[effects]",
    required={},
    optional=(
        *("penetration", "domestic_sales", "elasticities", "horizon", "draws", "seed", "note"),
        *("model", "smart", "gsim"),
    ),
)
ENDS = ("low", "central", "high")
CELLS = ("parameter", "importer", "code", "horizon", *ENDS, "range_level", "source", "note")
SALES = ("code", "sales_usd", "source", "note")
LARGEST = 1000.0
MOST_DRAWS = 100_000
PLACES = {"draws": (2, MOST_DRAWS, DRAWS), "seed": (0, 2**32 - 1, SEED)}
Cells = Mapping[str, Any]


def read_response(top: Table, setting: Setting) -> Response | None:
    """How trade responds, as ``[effects]`` says; null where a file has no such table."""
    table = table_of(top, "effects", example="[effects] penetration = { central = 0.4, ... }")
    if table is None:
        return None
    check_keys(table, EFFECTS)
    stated = dict(table.values)
    annexes = {
        key: setting.files.annex(table, key, table.values[key], folder=setting.folder)
        for key in ("elasticities", "domestic_sales")
        if key in table.values
    }
    stated |= {key: annex.name for key, annex in annexes.items() if annex is not None}
    rows, sales = annexes.get("elasticities"), annexes.get("domestic_sales")
    return Response(
        penetration=_penetration(table),
        horizon=_horizon(table),
        draws=_whole(table, "draws"),
        seed=_whole(table, "seed"),
        elasticities=() if rows is None else _elasticities(table, rows, setting),
        domestic_sales=None if sales is None else _sales(table, sales, setting),
        modes=modes_of(table),
        smart=switches_of(table, "smart"),
        gsim=switches_of(table, "gsim"),
        stated=stated,
    )


def _penetration(table: Table) -> Range | None:
    example = 'penetration = { central = 0.4, low = 0.2, high = 0.6, source = "..." }'
    inner = table_of(table, "penetration", example=example)
    if inner is None:
        return None
    check_keys(inner, SHARE)
    text_of(inner, "source", example='source = "..."')
    found = range_of(inner)
    if found is not None and min(found.central, found.low or found.central) <= 0:
        inner.refuse("central", "a share of imports of 0 leaves no market for them",
                     "write shares above 0")  # fmt: skip
    return found


def _horizon(table: Table) -> Horizon:
    value = table.values.get("horizon", "central")
    found = next((one for one in HORIZONS if one == value), None)
    if found is None:
        near = did_you_mean(value, HORIZONS) if isinstance(value, str) else ""
        table.refuse("horizon", f"{shown(value)} is not a horizon",
                     near or f"known: {', '.join(HORIZONS)}")  # fmt: skip
    return found or "central"


def _whole(table: Table, key: str) -> int:
    """A whole number within its limits; the default where it is absent or refused."""
    least, most, default = PLACES[key]
    value = table.values.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int):
        table.refuse(key, f"{key} is {kind_of(value)} ({shown(value)}), not a whole number",
                     f"write {key} = {default}")  # fmt: skip
    elif not least <= value <= most:
        table.refuse(key, f"{key} is {shown(value)}, not from {least} to {most:,}")
    else:
        return value
    return default


def _elasticities(table: Table, annex: Annex, setting: Setting) -> tuple[Cells, ...]:
    """The rows of a table of elasticities, each a row of ELASTICITIES."""
    setting.files.mark(annex, CELLS)
    required = ("parameter", "central", "source")
    if not annex.check_columns(table, "elasticities", known=CELLS, required=required):
        return ()
    found: dict[tuple[str, ...], Cells] = {}
    for row in annex.cells(table, "elasticities"):
        cells = _elasticity(row, setting)
        if cells is None:
            continue
        key = tuple(cells[name] for name in ("parameter", "importer", "prefix", "horizon"))
        if key in found:
            row.refuse("parameter", f"an earlier row gives {' '.join(key)} too", "keep one of them")
        found[key] = cells
    return tuple(found[key] for key in sorted(found))


def _elasticity(row: Row, setting: Setting) -> Cells | None:
    from calc.tables.elasticities import PARAMETERS  # every table is loaded with it

    parameter, horizon = row.text("parameter"), row.text("horizon") or "central"
    for column, word, known in (
        ("parameter", parameter, PARAMETERS),
        ("horizon", horizon, HORIZONS),
    ):
        if word not in known:
            row.refuse(column, f"{quoted(word)} is not a {column}",
                       did_you_mean(word, known) or f"known: {', '.join(known)}")  # fmt: skip
            return None
    importer = importer_of_row(row, setting)
    prefix, _ = line_of_row(row, setting, what="an elasticity")
    ends = {end: _number(row, end) for end in ENDS}
    level = _number(row, "range_level")
    if not row.text("source"):
        row.refuse("source", "the row has no source", "write where it was published")
    if importer is None or prefix is None or not _is_lawful(row, parameter, ends, level):
        return None
    return {
        "parameter": parameter, "importer": importer, "prefix": prefix, "horizon": horizon,
        "nomenclature": setting.nomenclature if prefix != ANY else None, **ends,
        "range_level": level, "source": row.text("source"),
    }  # fmt: skip


def _number(row: Row, column: str) -> float | None:
    """The number in a cell, infinite where it says ``inf``; null where empty or refused."""
    text = row.text(column)
    try:
        number = float(text) if text else None
    except ValueError:
        number = math.nan
    if number is not None and math.isnan(number):
        row.refuse(column, f"{quoted(text)} is not a number", "write a number, or inf for supply")
        return None
    return number


def _is_lawful(
    row: Row, parameter: str, ends: Mapping[str, float | None], level: float | None
) -> bool:
    """Whether an elasticity has its sign, is within limits, and lies in its range."""
    known = {end: value for end, value in ends.items() if value is not None}
    wrong = next((end for end, value in known.items() if not _fits(parameter, value)), None)
    if "central" not in known:
        row.refuse("central", "the row has no elasticity", "write one, or take the row out")
    elif wrong is not None:
        rule = "below 0" if parameter == "demand" else "above 0"
        row.refuse(wrong, f"{parameter} of {known[wrong]:g} cannot be",
                   f"it is {rule} and at most {LARGEST:,.0f}; only supply may be inf")  # fmt: skip
    elif len(known) == 2 or list(known.values()) != sorted(known.values()):
        row.refuse("low", "low, central and high are not in this order, or one end is missing",
                   "write both ends of the range, or none")  # fmt: skip
    elif level is not None and (len(known) == 1 or not 0.01 <= level <= 0.999):
        row.refuse("range_level", f"{level:g} is not the probability of a range",
                   "write one such as 0.9 where low and high are given")  # fmt: skip
    else:
        return True
    return False


def _fits(parameter: str, value: float) -> bool:
    is_supply = parameter.startswith("supply")
    if math.isinf(value):
        return is_supply and value > 0
    is_signed = value < 0 if parameter == "demand" else value > 0 or (is_supply and value == 0)
    return is_signed and abs(value) <= LARGEST


def _sales(table: Table, annex: Annex, setting: Setting) -> tuple[DomesticSale, ...]:
    """What domestic producers sell in the reference period, a row a good."""
    setting.files.mark(annex, SALES)
    required = ("code", "sales_usd", "source")
    if not annex.check_columns(table, "domestic_sales", known=SALES, required=required):
        return ()
    found: dict[str, DomesticSale] = {}
    for row in annex.cells(table, "domestic_sales"):
        code, _ = line_of_row(row, setting, what="a sale")
        sales = _number(row, "sales_usd")
        if sales is None or not 0 <= sales < math.inf:
            row.refuse("sales_usd", "the row has no sales from 0 on", "write them, or take it out")
        if not row.text("source"):
            row.refuse("source", "the row has no source", "write where it was published")
        if code == ANY:
            row.refuse("code", "sales are of one code", "write the code as the trade table has it")
        if code in found:
            row.refuse("code", f"an earlier row gives {code} too", "keep one of them")
        if code is not None and sales is not None:
            found[code] = DomesticSale(code, sales)
    return tuple(found[key] for key in sorted(found))
