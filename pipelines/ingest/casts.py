"""How each column of TRADE is had from the cells of a row, as declared and as the options say."""

import functools
from collections.abc import Mapping as Dictionary

import polars as pl

from calc import cast, cast_numbers
from calc.cast import Cast
from calc.cast_numbers import Numbers
from calc.codes import EDITIONS
from calc.dictionary import polars_schema, unit_of_column
from calc.errors import UsageError, did_you_mean
from calc.tables.trade import ALL_GOODS, WORLD, Trade
from pipelines.ingest.economies import economies
from pipelines.ingest.excluded import is_total_line
from pipelines.ingest.mapped import BY_FLOW, COLUMNS, YEAR_RULES, Mapped, Mapping
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.source import cell
from pipelines.ingest.words import folded, words

NUMBERS = (*(name for name in COLUMNS if unit_of_column(Trade, name)), BY_FLOW)
QUANTITIES = {"quantity_unit": "quantity", "quantity_2_unit": "quantity_2"}
NULL_TEXT = pl.lit(None, dtype=pl.String)
EXPORTED = ("export", "re-export")


def casts_of(
    mapping: Mapping,
    settings: IngestSettings,
    numbers: Dictionary[str, Numbers],
    own_codes: Dictionary[str, str],
) -> dict[str, Cast]:
    """How each TRADE column is had from the cells of a row; absent ones are not known.

    Args:
        mapping: How the columns of the file are understood.
        settings: What the caller chooses.
        numbers: How each column of numbers writes them.
        own_codes: The caller's own codes of economies, folded, to alpha-3 codes.
    """
    casts: dict[str, Cast] = {}
    for column in COLUMNS:
        item = mapping.mapped(column)
        constant_text = mapping.constants.get(column)
        if item is not None and column in NUMBERS:
            casts[column] = number_of(item, mapping, numbers[column])
        elif item is not None:
            casts[column] = _text_cast(column, cell_of(item), mapping, settings, own=own_codes)
        elif constant_text in YEAR_RULES:
            casts[column] = Cast(_of_year(str(constant_text), casts["period"].value), NULL_TEXT)
        elif constant_text is not None:
            casts[column] = Cast(pl.lit(constant(column, constant_text)), NULL_TEXT)
        else:
            absent = pl.lit(None, dtype=polars_schema(Trade)[column])
            casts[column] = Cast(absent, NULL_TEXT)
    casts = _with_units(_by_flow(casts, mapping, numbers), mapping)
    return _with_reporters(casts, mapping, settings)


def cell_of(item: Mapped) -> pl.Expr:
    """The cell that a column is read from."""
    return pl.col(cell(item.place))


def number_of(item: Mapped, mapping: Mapping, numbers: Numbers) -> Cast:
    """How a column of numbers is read from its own cell."""
    text = cell_of(item)
    total = is_total_line(mapping)
    if total is not None:  # a line of totals may separate thousands where no other line does
        bare = text.str.replace_all(numbers.separator, "", literal=True)
        text = pl.when(total).then(bare).otherwise(text)
    read = cast_numbers.number_cast(text, numbers)
    value = cast_numbers.scaled(read.value, item.factor)
    if item.column in mapping.declared.zero_is_unknown:
        value = pl.when(value != 0).then(value)
    return Cast(value, read.fault)


def _by_flow(
    casts: dict[str, Cast], mapping: Mapping, numbers: Dictionary[str, Numbers]
) -> dict[str, Cast]:
    """A value that the flow makes CIF or FOB, where the file does not give that one itself."""
    item = mapping.mapped(BY_FLOW)
    if item is None:
        return casts
    read = number_of(item, mapping, numbers[BY_FLOW])
    exported = casts["flow"].value.is_in(EXPORTED)
    cif, fob = casts["cif_value_usd"], casts["fob_value_usd"]
    return casts | {
        BY_FLOW: read,
        "cif_value_usd": Cast(
            pl.coalesce(cif.value, pl.when(~exported).then(read.value)), cif.fault
        ),
        "fob_value_usd": Cast(
            pl.coalesce(fob.value, pl.when(exported).then(read.value)), fob.fault
        ),
    }


def _with_units(casts: dict[str, Cast], mapping: Mapping) -> dict[str, Cast]:
    """No quantity of a declared source where its unit says that there is none."""
    if not mapping.declared.is_declared:
        return casts
    known = {
        quantity: Cast(
            pl.when(casts[unit].value.is_not_null()).then(casts[quantity].value),
            casts[quantity].fault,
        )
        for unit, quantity in QUANTITIES.items()
        if mapping.mapped(unit) and mapping.mapped(quantity)
    }
    return casts | known


def _with_reporters(
    casts: dict[str, Cast], mapping: Mapping, settings: IngestSettings
) -> dict[str, Cast]:
    """Importer and partner in their places where the one who reports is the exporter."""
    if not mapping.declared.reports or "importer" in settings.constants:
        return casts
    exported = casts["flow"].value.is_in(EXPORTED)
    reporter, other = casts["importer"], casts["partner"]
    return casts | {
        "importer": Cast(
            pl.when(exported).then(other.value).otherwise(reporter.value), reporter.fault
        ),
        "partner": Cast(pl.when(exported).then(reporter.value).otherwise(other.value), other.fault),
    }


def _text_cast(
    column: str,
    text: pl.Expr,
    mapping: Mapping,
    settings: IngestSettings,
    *,
    own: Dictionary[str, str],
) -> Cast:
    declared = mapping.declared
    if column == "code":
        read = cast.code_cast(
            text,
            pad=settings.pad_codes,
            fill_to=declared.code_digits,
            cut_to=declared.cut_to,
        )
        return _or_total(read, cast.is_said(text, declared.code_totals), ALL_GOODS)
    if column == "period":
        return cast.period_cast(text, of_year=mapping.of_year, written=declared.periods)
    if column in ("flow", "nomenclature"):
        return _word_cast(column, text, declared.words.get(column, {}))
    if column in ("importer", "partner"):
        known = economies()
        canonical = column == "importer" and not declared.reports and declared.name == "census-api"
        codes = "general" if canonical else declared.economies
        meanings = {**known.meanings(codes), **own}
        read = cast.economy_cast(text, meanings, known.ambiguous if codes == "general" else {})
        return _or_total(read, cast.is_said(text, declared.partner_totals), WORLD)
    return _unit(text, declared.words.get(column, {}))


def _or_total(read: Cast, is_total: pl.Expr, name: str) -> Cast:
    return Cast(
        pl.when(is_total).then(pl.lit(name)).otherwise(read.value),
        pl.when(is_total).then(None).otherwise(read.fault),
    )


def _unit(text: pl.Expr, meanings: Dictionary[str, str]) -> Cast:
    read = cast.text_cast(text, words().missing)
    if not meanings:
        return read
    named = read.value.str.to_lowercase().replace(dict(meanings)).replace("", None)
    is_named = read.value.str.to_lowercase().is_in(list(meanings))
    return Cast(pl.when(is_named).then(named).otherwise(read.value), read.fault)


def _of_year(rule: str, period: pl.Expr) -> pl.Expr:
    """The nomenclature of a period: the national one, or the edition in force in its year."""
    year = period.str.slice(0, 4)
    if YEAR_RULES[rule] != "HS":
        return YEAR_RULES[rule] + year
    number = year.cast(pl.Int32, strict=False)
    found = pl.lit("HS1992")
    for edition in EDITIONS[1:]:
        found = pl.when(number >= edition).then(pl.lit(f"HS{edition}")).otherwise(found)
    return found


def _word_cast(column: str, text: pl.Expr, own: Dictionary[str, str]) -> Cast:
    meanings = {**_meanings(column), **{folded(text): value for text, value in own.items()}}
    if column == "flow":
        return cast.word_cast(text, meanings, "is not a flow that is known")
    return cast.nomenclature_cast(text, meanings)


@functools.cache
def _meanings(column: str) -> Dictionary[str, str]:
    declared = words().flows if column == "flow" else words().nomenclatures
    return {folded(text): value for value, said in declared.items() for text in said}


@functools.cache
def constant(column: str, text: str) -> str:
    """The value that an option gives to a column of all rows.

    Raises:
        UsageError: It cannot be one.
    """
    cells = pl.col("text")
    known = economies()
    if column == "period":
        read = cast.period_cast(cells, of_year=False)
    elif column in ("importer", "partner"):
        read = cast.economy_cast(cells, known.general, known.ambiguous)
    elif text in YEAR_RULES:
        return text
    else:
        read = _word_cast(column, cells, {})
    found = pl.DataFrame({"text": [text]}).select(value=read.value, fault=read.fault)
    value, fault = found.row(0)
    if fault is not None:
        raise UsageError(f'"{text}" {fault}', where=f"--{column}", hint=_choices(column, text))
    return str(value)


def _choices(column: str, text: str) -> str:
    if column == "period":
        return "a year or a month, such as 2024 or 2024-07"
    if column == "nomenclature":
        return f"{did_you_mean(text, list(words().nomenclatures))}; or such as HTS2024, CN2025"
    if column == "flow":
        return did_you_mean(text, list(words().flows))
    return did_you_mean(text, [*economies().names, *economies().names.values()])
