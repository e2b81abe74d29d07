"""Tables of amounts against the measure that they are of: its partners and its goods."""

from collections.abc import Iterator

from calc.errors import Problem
from calc.rate_text import quoted
from pipelines.scenario.branches import members_of
from pipelines.scenario.fields import Table
from pipelines.scenario.instruments import AmountRow, Instrument
from pipelines.scenario.model import ALL, PartnerScope, ProductWord
from pipelines.scenario.reference import Reference

Scope = tuple[PartnerScope, tuple[ProductWord, ...]]


def check_amounts(table: Table, instrument: Instrument, scope: Scope, reference: Reference) -> None:
    """Refuse each row of a table of amounts whose partner or code its measure does not reach.

    A row without the one or the other is of all of the measure's.
    """
    partners, products = scope
    for key, amount in (("covered_usd", instrument.covered), ("affected", instrument.affected)):
        for row in amount.rows if amount is not None else ():
            for problem in _problems(row, partners, products, reference):
                if row.table:
                    table.ledger.enter((*table.path, key, "table"), problem)


def _problems(
    row: AmountRow,
    partners: PartnerScope,
    products: tuple[ProductWord, ...],
    reference: Reference,
) -> Iterator[Problem]:
    where = f"{row.table} row {row.number}, column"
    if row.partner and not _is_partner(row.partner, partners, reference):
        what = f"the measure does not reach the partner {row.partner}"
        yield Problem(what, f"{where} partner", "name it in partners, or leave the row out")
    named = {prefix for word in products for prefix in word.prefixes}
    reached = not named or any(
        prefix == ALL or row.code.startswith(prefix) or prefix.startswith(row.code)
        for prefix in named
    )
    if row.code and not reached:
        what = f"the measure does not name goods of {quoted(row.code)}"
        yield Problem(what, f"{where} code", "name them in products, or leave the row out")


def _is_partner(partner: str, scope: PartnerScope, reference: Reference) -> bool:
    """Whether a measure reaches a partner, or any member where that is a group."""
    group = reference.partner_groups.get(partner)
    own = {partner, *(group.partners if group is not None else ())}
    named = set(members_of(scope, reference))
    if scope.reach == "some":
        return bool(own & named)
    return bool(own - named)
