"""Whether a file can be read in batches, and how each of its columns is then had."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from calc.cast import Cast, Numbers
from calc.dictionary import polars_schema
from calc.rules import Rule, declared_rules, row_rules
from calc.tables.trade import Trade
from pipelines.ingest.bulk.coded import Coded, UnsuitedError
from pipelines.ingest.casts import NUMBERS, casts_of
from pipelines.ingest.excluded import of_codes, of_partners, text_of
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
        source: The file.
        mapping: How its columns are understood.
        coded: Cell to its distinct texts.
        constants: TRADE column of text to its one value; null where it is absent.
        numbers: Columns of numbers that are read.
        casts: How each of those is read where polars' own reading does not do.
        rules: Rules of TRADE that have to be judged row by row.
        once: Rules of TRADE on a column of text alone, judged once a text.
    """

    source: Source
    mapping: Mapping
    coded: dict[str, Coded]
    constants: dict[str, str | None]
    numbers: tuple[Mapped, ...]
    casts: dict[str, Cast]
    rules: tuple[Rule, ...]
    once: tuple[Rule, ...]

    def coder(self, column: str) -> Coded | None:
        """The coded cell that a TRADE column is read from; null where it is the same throughout."""
        return next((item for item in self.coded.values() if column in item.columns), None)


def plan_of(source: Source, mapping: Mapping, settings: IngestSettings) -> Plan:
    """How a file is read in batches.

    Raises:
        UnsuitedError: Rows of it have to be seen together, or a column depends on several cells.
    """
    _check(source, mapping, settings)
    plain = Numbers(decimal=".", grouping="none", unknown=(*words().missing, *words().suppressed))
    casts = casts_of(
        mapping,
        settings,
        {item.column: plain for item in mapping.columns if item.column in NUMBERS},
        own_codes_of(settings),
    )
    constants: dict[str, str | None] = {}
    by_cell: dict[str, dict[str, Cast]] = {}
    for column in TEXTS:
        roots = set(casts[column].value.meta.root_names())
        if len(roots) > 1:
            raise UnsuitedError
        if roots:
            by_cell.setdefault(roots.pop(), {})[column] = casts[column]
        else:
            constants[column] = pl.select(casts[column].value).item()
    reasons = _reasons(mapping)
    coded = {name: Coded(name, found, reasons.get(name)) for name, found in by_cell.items()}
    numbers = tuple(item for item in mapping.columns if item.column in NUMBERS)
    if any(set(casts[n.column].value.meta.root_names()) != {cell(n.place)} for n in numbers):
        raise UnsuitedError
    rules = row_rules(declared_rules("trade", Trade))
    alone = [rule for rule in rules if _is_of_text(rule)]
    return Plan(
        source=source,
        mapping=mapping,
        coded=coded,
        constants=constants,
        numbers=numbers,
        casts=casts,
        rules=tuple(rule for rule in rules if rule not in alone and _is_open(rule, mapping)),
        once=tuple(alone),
    )


def _is_open(rule: Rule, mapping: Mapping) -> bool:
    """Whether a rule can be broken: it is not where all of its columns are absent and may be."""
    roots = set(rule.passes().meta.root_names())
    if any(mapping.mapped(name) or mapping.constants.get(name) for name in roots):
        return True
    absent = pl.DataFrame({name: [None] for name in roots}, schema=_schema(roots))
    return not absent.select(rule.passes()).item()


def _schema(names: set[str]) -> dict[str, pl.DataType]:
    declared = polars_schema(Trade)
    return {name: declared[name] for name in names}


def _is_of_text(rule: Rule) -> bool:
    assert rule.expression is not None
    roots = set(rule.expression.meta.root_names())
    return len(roots) == 1 and roots <= {*TEXTS, "source_id"}


def _check(source: Source, mapping: Mapping, settings: IngestSettings) -> None:
    declared = mapping.declared
    together = (
        *(declared.only, declared.repeated, declared.no_flow, declared.cut_to, declared.months),
        *(declared.total_line and mapping.total_place is not None, declared.reports),
        *(mapping.mapped(BY_FLOW), source.misshapen, source.own_width, settings.level),
        any(mapping.mapped(column) for column in mapping.constants),
        any(text_of(source, item.header) is not None for item in declared.dimensions),
    )
    if any(together) or settings.decimal != ".":
        raise UnsuitedError


def _reasons(mapping: Mapping) -> dict[str, pl.Expr]:
    """Cell to why a row with a text in it is left out."""
    found: dict[str, list[pl.Expr]] = {}
    for condition, why in [*of_partners(mapping), *of_codes(mapping)]:
        (name,) = set(condition.meta.root_names())
        text = why if isinstance(why, pl.Expr) else pl.lit(why)
        found.setdefault(name, []).append(pl.when(condition).then(text))
    return {name: pl.coalesce(parts) for name, parts in found.items()}


def reason_order(plan: Plan) -> Sequence[str]:
    """The cells whose texts may leave a row out, in the order in which the reason is told."""
    cells = [name for role in ("importer", "partner", "code") if (item := plan.mapping.mapped(role))
             for name in [cell(item.place)]]  # fmt: skip
    return [name for name in dict.fromkeys(cells) if name in plan.coded]
