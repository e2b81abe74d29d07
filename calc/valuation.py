"""The value on which duty is levied, of an importer's own basis or as its customs recorded it.

A value on another basis is never taken in its place; ``calc.levied`` says which basis is whose.
"""

from collections.abc import Collection, Mapping

import narwhals as nw

from calc.levied import BASIS_OF_IMPORTER, NONE_STATED, Basis
from calc.tables.trade import VALUE_COLUMNS

COLUMN_OF_BASIS = {"cif": "cif_value_usd", "fob": "fob_value_usd"}


def duty_base(
    held: Collection[str] = VALUE_COLUMNS, stated: Mapping[str, Basis] = NONE_STATED
) -> nw.Expr:
    """The value on which a row's importer levies duty, in USD; null where it is not known.

    The value that its customs recorded comes first, whatever its basis; then the value on the
    importer's own basis. A value on the other basis is not taken in its place.

    Args:
        held: Value columns that hold anything; the others are not looked at.
        stated: The basis of importers that are not in ``BASIS_OF_IMPORTER``, as a scenario says.
    """
    own, known = [], {**BASIS_OF_IMPORTER, **stated}
    for basis, column in COLUMN_OF_BASIS.items():
        importers = [name for name, found in known.items() if found == basis]
        if column in held:
            own.append(nw.when(nw.col("importer").is_in(importers)).then(nw.col(column)))
    return nw.coalesce(nw.col("customs_value_usd"), *own) if own else nw.col("customs_value_usd")


def export_base(
    held: Collection[str] = VALUE_COLUMNS,
    stated: Mapping[str, Basis] = NONE_STATED,
    *,
    share: float | None = None,
) -> nw.Expr:
    """The value on which a row's exporter levies duty: free on board; null where it is not known.

    The value recorded as such comes first, then the customs value of an importer that levies duty
    on values free on board.

    Args:
        held: Value columns that hold anything.
        stated: The basis of importers that are not in ``BASIS_OF_IMPORTER``, as a scenario says.
        share: Value free on board as a share of a value on another basis, where one is assumed.
    """
    bases = {**BASIS_OF_IMPORTER, **stated}
    importers = [name for name, found in bases.items() if found == "fob"]
    customs = nw.when(nw.col("importer").is_in(importers)).then(nw.col("customs_value_usd"))
    known = [nw.col("fob_value_usd"), customs] if "fob_value_usd" in held else [customs]
    assumed = [] if share is None else [any_value(held, stated) * share]
    return nw.coalesce(*known, *assumed) if len(known) + len(assumed) > 1 else customs


def any_value(
    held: Collection[str] = VALUE_COLUMNS, stated: Mapping[str, Basis] = NONE_STATED
) -> nw.Expr:
    """The value of a row for sums of trade: the duty base, else the CIF, else the FOB value."""
    others = [nw.col(column) for column in COLUMN_OF_BASIS.values() if column in held]
    own = duty_base(held, stated)
    return nw.coalesce(own, *others) if others else own


def basis_text(importer: str, stated: Basis | None = None) -> str:
    """The value on which an importer levies duty, in words."""
    words = {"cif": "values with insurance and freight", "fob": "values free on board"}
    basis = stated or BASIS_OF_IMPORTER.get(importer)
    return words[basis] if basis else f"values for duty as {importer} records them"


def columns_for(importer: str, stated: Basis | None = None) -> str:
    """The columns on which an importer's duty may be computed, in words."""
    basis = stated or BASIS_OF_IMPORTER.get(importer)
    own = f" or {COLUMN_OF_BASIS[basis]}" if basis else ""
    return f"customs_value_usd{own}"
