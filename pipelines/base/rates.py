"""The text of a rate as the parts that BASE holds, or the reason why it has none."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass

import polars as pl

from calc.errors import ScenarioError
from calc.policy.expression import AdValorem, BaseShare, Expression, Specific, Sum, leaves
from pipelines.base.cells import ANOTHER_LINE, NO_RATE, NOT_UNDERSTOOD, printed

LONGEST_UNIT = 20
LONGEST_EXPRESSION = 400

PARTS: dict[str, pl.DataType] = {
    "rate_text": pl.String(),
    "ad_valorem_rate": pl.Float64(),
    "specific_rate_usd": pl.Float64(),
    "specific_unit": pl.String(),
    "expression": pl.String(),
    "rate_type": pl.String(),
    "reason": pl.String(),
    "detail": pl.String(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A rate in the parts of BASE with its type, or the reason why the text gives none."""

    rate_text: str | None
    ad_valorem_rate: float | None = None
    specific_rate_usd: float | None = None
    specific_unit: str | None = None
    expression: str | None = None
    rate_type: str | None = None
    reason: str | None = None
    detail: str | None = None


def parts_of_texts(texts: Iterable[str | None]) -> pl.DataFrame:
    """One row a distinct text, in the layout of ``PARTS``; an empty text is a null."""
    distinct = sorted({text or "" for text in texts})
    rows = [astuple(parts_of_text(text)) for text in distinct]
    return pl.DataFrame(rows, schema=PARTS, orient="row")


def parts_of_text(text: str) -> Parts:
    """The parts of one text, read as a duty expression."""
    from calc.policy.grammar import read_expression
    from calc.policy.printed import reason_not_read

    if not text:
        return Parts(rate_text=None, reason=NO_RATE)
    try:
        return parts_of(text, read_expression(text))
    except ScenarioError as err:
        known = reason_not_read(text)
        reason = NOT_UNDERSTOOD if known is None else f"the text {known.what}"
        return Parts(rate_text=text, reason=reason, detail=printed(err.problems[0].what))


def parts_of(text: str, expression: Expression) -> Parts:
    """An expression as one ad valorem and one specific part where it is that, else as its text.

    One that counts on a base duty is no base duty: it is refused.
    """
    from calc.policy.expression import rate_type
    from calc.policy.wording import text_of

    if any(isinstance(leaf, BaseShare) for leaf in leaves(expression)):
        return Parts(rate_text=text, reason=ANOTHER_LINE)
    kind = rate_type(expression)
    terms = expression.terms if isinstance(expression, Sum) else (expression,)
    shares = [term for term in terms if isinstance(term, AdValorem)]
    amounts = [term for term in terms if isinstance(term, Specific)]
    in_two = len(shares) <= 1 and len(amounts) <= 1 and len(shares) + len(amounts) == len(terms)
    if in_two and all(len(amount.unit) <= LONGEST_UNIT for amount in amounts):
        return Parts(
            rate_text=text,
            ad_valorem_rate=shares[0].rate if shares else 0.0,
            specific_rate_usd=amounts[0].usd if amounts else None,
            specific_unit=amounts[0].unit if amounts else None,
            rate_type=kind,
        )
    written = text_of(expression)
    if len(written) > LONGEST_EXPRESSION:
        return Parts(rate_text=text, reason=NOT_UNDERSTOOD, detail="it is too long to be kept")
    return Parts(rate_text=text, expression=written, rate_type=kind)
