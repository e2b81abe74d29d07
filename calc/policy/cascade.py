"""What is paid at the border: duties, other charges, excise and VAT, each on what comes before it.

Rates are fractions. Nothing is rounded between the steps: a schedule's total is rounded once.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cascade:
    """The charges on one line, in the currency of its value."""

    cif: float
    duty: float
    other: float
    excise: float
    vat: float

    @property
    def total(self) -> float:
        """All charges together."""
        return self.duty + self.other + self.excise + self.vat

    @property
    def statutory_incidence(self) -> float | None:
        """All charges as a fraction of the value at the border; null where that is zero."""
        return self.total / self.cif if self.cif else None


def border_cascade(
    cif: float,
    duties: Mapping[str, float],
    *,
    other_rate: float = 0.0,
    excise_rate: float = 0.0,
    vat_rate: float = 0.0,
) -> Cascade:
    """The charges on a line, from its value at the border and its duties by name.

    Other charges are on the value; excise on value, duties and other charges; VAT on all of these
    and the excise. Source: order of charges as in tariff reform impact tools (TRIST).
    """
    duty = sum(duties.values())
    other = cif * other_rate
    excise = (cif + duty + other) * excise_rate
    return Cascade(cif, duty, other, excise, (cif + duty + other + excise) * vat_rate)
