"""Base duties in other money, put into USD at the exchange rates that a scenario gives."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from calc.policy.grammar import read_expression, text_of
from calc.rate_text import RateTextError
from pipelines.scenario.base_file import BaseFile

EXPRESSION, TEXT = "expression", "rate_text"


def in_usd(file: BaseFile, currencies: Mapping[str, Any]) -> BaseFile:
    """A file of base duties with its expressions in USD; what they say stays in ``rate_text``.

    An expression that is not understood, or in money of which there is no rate, stays as it is.

    Args:
        file: The cells as text.
        currencies: By currency what the scenario states of it, with ``usd`` for one of it.
    """
    if not currencies or EXPRESSION not in file.cells.columns:
        return file
    usd = {code: float(stated["usd"]) for code, stated in currencies.items()}
    written = file.cells[EXPRESSION].drop_nulls().unique().sort().to_list()
    meant = {text: in_dollars for text in written if (in_dollars := _in_usd(text, usd)) != text}
    if not meant:
        return file
    cells = file.cells
    if TEXT not in cells.columns:
        cells = cells.with_columns(pl.lit(None, pl.String).alias(TEXT))
    said = pl.when(pl.col(EXPRESSION).is_in(list(meant))).then(EXPRESSION)
    cells = cells.with_columns(
        pl.coalesce(TEXT, said).alias(TEXT), pl.col(EXPRESSION).replace(meant)
    )
    return replace(file, cells=cells)


def _in_usd(text: str, usd: Mapping[str, float]) -> str:
    """An expression in USD, where it names other money; else as it is written."""
    try:
        read_expression(text)
    except RateTextError:
        pass
    else:
        return text
    try:
        return text_of(read_expression(text, currencies=usd))
    except RateTextError:
        return text
