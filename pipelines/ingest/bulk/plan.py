"""Whether a file can be read in batches, and how each of its columns is then had."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from calc import cast
from calc.cast import Cast
from calc.cast_numbers import Numbers
from calc.dictionary import polars_schema
from calc.rules import Rule, declared_rules, row_rules
from calc.tables.trade import ALL_GOODS, Trade
from pipelines.ingest.bulk.coded import CLASS, PADDED, Coded, UnsuitedError
from pipelines.ingest.casts import NUMBERS, casts_of, number_of
from pipelines.ingest.cells import counts_of, numbers_of
from pipelines.ingest.excluded import reasons_of, text_of
from pipelines.ingest.mapped import BY_FLOW, COLUMNS, Mapped, Mapping
from pipelines.ingest.own_codes import own_codes_of
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.source import Source, cell
from pipelines.ingest.words import words

TEXTS = tuple(name for name in COLUMNS if name not in NUMBERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a file is read in batches.

    Attributes:
        source: The file, and ``cells`` what is read of it: texts, or numbers where they are plain.
        mapping: How its columns are understood.
        coded: Column of numbers to the distinct texts they stand for, in the order in which
            reasons to leave a row out are told.
        constants: TRADE column of text to its one value; null where it is absent.
        numbers: Columns of numbers that are read.
        plain: How each of those is read by itself, where polars' own reading does not do.
        casts: How each TRADE column is had from the cells of a row.
        written: How each column of numbers writes them.
        grouped: Whether it is known how thousands are separated.
        rules: Rules of TRADE that have to be judged row by row.
        on_texts: Rules of TRADE on columns of text alone, judged once a combination of texts.
    """

    source: Source
    cells: pl.LazyFrame
    mapping: Mapping
    coded: dict[str, Coded]
    constants: dict[str, str | None]
    numbers: tuple[Mapped, ...]
    plain: dict[str, Cast]
    casts: dict[str, Cast]
    written: dict[str, Numbers]
    grouped: bool
    rules: tuple[Rule, ...]
    on_texts: tuple[Rule, ...]

    def coder(self, column: str) -> Coded | None:
        """The coder that a TRADE column is read by; null where it is the same throughout."""
        return next((item for item in self.coded.values() if column in item.columns), None)

    @property
    def adds_up(self) -> bool:
        """Whether rows of one key are parts of one flow."""
        return bool(self.mapping.declared.dimensions or self.mapping.declared.cut_to)


def plan_of(
    source: Source,
    mapping: Mapping,
    settings: IngestSettings,
    *,
    grouped: bool = False,
    typed: bool = False,
) -> Plan:
    """How a file is read in batches.

    Args:
        source: The file.
        mapping: How its columns are understood.
        settings: What the caller chooses.
        grouped: Whether to read the file once before, to see how it separates thousands.
        typed: Whether to read plain numbers as such where that can be.

    Raises:
        UnsuitedError: Rows of it have to be seen together.
    """
    _check(source, mapping)
    totals = any(
        dimension.totals and text_of(source, dimension.header) is not None
        for dimension in mapping.declared.dimensions
    )
    seen = grouped or totals or settings.mark != "."
    counts = counts_of(source, mapping, settings) if seen else {}
    numbers = _plain_numbers(mapping, settings)
    if counts:
        numbers, grouped = numbers_of(mapping, settings, counts), True
    casts = casts_of(mapping, settings, numbers, own_codes_of(settings))
    coded, constants = _coders(source, mapping, casts, counts)
    rules = row_rules(declared_rules("trade", Trade))
    on_texts = [rule for rule in rules if _is_on_texts(rule)]
    return Plan(
        source=source,
        cells=_typed(source, mapping, coded) if typed and not seen else source.cells,
        mapping=mapping,
        coded=coded,
        constants=constants,
        numbers=tuple(item for item in mapping.columns if item.column in NUMBERS),
        plain={
            name: number_of(item, mapping, numbers[name])
            for item in mapping.columns
            if (name := item.column) in NUMBERS
        },
        casts=casts,
        written=numbers,
        grouped=grouped,
        rules=tuple(rule for rule in rules if rule not in on_texts and _is_open(rule, mapping)),
        on_texts=tuple(on_texts),
    )


def _typed(source: Source, mapping: Mapping, coded: dict[str, Coded]) -> pl.LazyFrame:
    """The cells of a file, those of nothing but numbers as numbers."""
    texts = {text for coder in coded.values() for text in coder.cells}
    numbers = {cell(item.place) for item in mapping.columns if item.column in NUMBERS} - texts
    return source.cells if source.typed is None else source.typed(numbers)


def _plain_numbers(mapping: Mapping, settings: IngestSettings) -> dict[str, Numbers]:
    plain = Numbers(
        decimal=".",
        grouping="none",
        unknown=(*words().missing, *words().suppressed),
        is_stated=settings.decimal is not None,
    )
    return {item.column: plain for item in mapping.columns if item.column in NUMBERS}


def _coders(
    source: Source, mapping: Mapping, casts: dict[str, Cast], counts: dict[str, Any]
) -> tuple[dict[str, Coded], dict[str, str | None]]:
    """The coders of all columns of text, and the values of those that are the same throughout."""
    constants: dict[str, str | None] = {}
    by_cells: dict[tuple[str, ...], dict[str, Cast]] = {}
    for column in TEXTS:
        if roots := tuple(sorted(set(casts[column].value.meta.root_names()))):
            by_cells.setdefault(roots, {})[column] = casts[column]
        else:
            constants[column] = pl.select(casts[column].value).item()
    reasons, order = _reasons(source, mapping, counts, by_cells)
    ordered = dict.fromkeys([*order, *by_cells])
    made = [
        Coded(cells, by_cells.get(cells, {}), reasons.get(cells), also=_also(mapping, cells))
        for cells in ordered
    ]
    return {coder.name: coder for coder in made}, constants


def _reasons(
    source: Source,
    mapping: Mapping,
    counts: dict[str, Any],
    known: dict[tuple[str, ...], dict[str, Cast]],
) -> tuple[dict[tuple[str, ...], pl.Expr], list[tuple[str, ...]]]:
    """Why rows are left out, by the cells which tell, and those cells in their order.

    Raises:
        UnsuitedError: The reasons that one coder tells do not follow one another.
    """
    totals = {
        item.header: bool(counts.get(f"total {item.header}"))
        for item in mapping.declared.dimensions
    }
    found: dict[tuple[str, ...], list[pl.Expr]] = {}
    order: list[tuple[str, ...]] = []
    for condition, why in reasons_of(source, mapping, totals):
        roots = set(condition.meta.root_names())
        cells = next((own for own in sorted(known, key=len) if roots <= set(own)), None)
        cells = cells or tuple(sorted(roots))
        if cells in found and order[-1] != cells:
            raise UnsuitedError
        order += [cells] if cells not in found else []
        text = why if isinstance(why, pl.Expr) else pl.lit(why)
        found.setdefault(cells, []).append(pl.when(condition).then(text))
    return {cells: pl.coalesce(parts) for cells, parts in found.items()}, order


def _also(mapping: Mapping, cells: tuple[str, ...]) -> dict[str, pl.Expr]:
    """What else is asked of the texts of a code: whether zeros were lost, and of which level."""
    item = mapping.mapped("code")
    if item is None or cells != (cell(item.place),):
        return {}
    text, digits = pl.col(cell(item.place)), mapping.declared.code_digits
    level = pl.col("code").str.replace_all("[0-9]", "0")
    return {
        PADDED: cast.is_short(text, digits) if digits else cast.is_padded(text),
        CLASS: pl.when(pl.col("code") == ALL_GOODS)
        .then(pl.lit(ALL_GOODS))
        .otherwise(level)
        .fill_null(""),
    }


def _is_open(rule: Rule, mapping: Mapping) -> bool:
    """Whether a rule can be broken: it is not where all of its columns are absent and may be."""
    roots = set(rule.passes().meta.root_names())
    if any(mapping.mapped(name) or mapping.constants.get(name) for name in roots):
        return True
    if mapping.mapped(BY_FLOW):
        return True
    absent = pl.DataFrame({name: [None] for name in roots}, schema=_schema(roots))
    return not absent.select(rule.passes()).item()


def _schema(names: set[str]) -> dict[str, pl.DataType]:
    declared = polars_schema(Trade)
    return {name: declared[name] for name in names}


def _is_on_texts(rule: Rule) -> bool:
    assert rule.expression is not None
    return set(rule.passes().meta.root_names()) <= {*TEXTS, "source_id"}


def _check(source: Source, mapping: Mapping) -> None:
    declared = mapping.declared
    together = (
        *(declared.repeated, declared.months, source.own_width),
        declared.total_line and mapping.total_place is not None,
        any(mapping.mapped(column) for column in mapping.constants),
    )
    if any(together):
        raise UnsuitedError


def spilled(plan: Plan) -> Sequence[str]:
    """The columns of numbers of texts that rows are kept by."""
    return [name for name, coder in plan.coded.items() if coder.columns]
