"""Duty expressions as lawyers write them, read into the tree of ``calc.policy.expression``.

A text is only ever read, never run: a fixed grammar, at most 1,000 characters and 20 brackets deep.
What it does not understand is refused, with the position and the nearest form that is read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from calc.policy.expression import AdValorem, Expression, rate_type
from calc.policy.meaning import Terms, all_in_of, duty_meant
from calc.policy.refusals import not_a_rate, refuse_at_once, refuse_negative_start
from calc.policy.units import unit_pattern
from calc.policy.wording import text_of
from calc.rate_text import HIGHEST_RATE, RateTextError, quoted

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

__all__ = ["RateWords", "Reading", "rate_type", "read_expression", "read_rate_words", "text_of"]

Reading = Literal["uk", "left-to-right"]

GRAMMAR = r"""
rate: chain                                     -> duty
    | chain OR chain WHICHEVER                  -> whichever
    | operand ALL_IN                            -> all_in
    | APPLICABLE                                -> applicable
    | APPLICABLE (PLUS | MINUS) NUMBER PERCENT  -> applicable

chain: operand ((PLUS | MINUS | EXTREME | LIMIT) operand)*

?operand: "(" chain ")"
    | EXTREME "(" chain ("," chain)+ ")"        -> extreme
    | FREE                                      -> free
    | (NUMBER | FRACTION) PERCENT               -> percent
    | (NUMBER | FRACTION) PERCENT OF BASE       -> base
    | (NUMBER | FRACTION) PERCENT OF share      -> share
    | NUMBER POINTS                             -> points
    | BASE                                      -> base
    | VALUE                                     -> value
    | price per                                 -> specific
    | NUMBER                                    -> bare

?share: "(" chain ")"
    | VALUE                                     -> value

price: NUMBER
    | NUMBER CENT
    | SYMBOL NUMBER
    | NUMBER SYMBOL
    | CURRENCY NUMBER
    | NUMBER CURRENCY

per: EACH
    | SLASH UNIT
    | SLASH (NUMBER | THOUSANDS)
    | SLASH (NUMBER | THOUSANDS) UNIT
    | SLASH OTHER_UNIT
    | SLASH (NUMBER | THOUSANDS) OTHER_UNIT

APPLICABLE: /the duty (?:rate )?provided (?:for )?in ?(?:the applicable|such) subheading/i
ALL_IN.2: /all[- ]?in\b/i
EXTREME.2: /(?:min|max)\b/i
LIMIT.2: /,?\s*but\s+not\s+(?:less|more)\s+than\b/i
OR: /or\b/i
WHICHEVER.2: /,?\s*whichever\s+(?:is|be)\s+(?:the\s+)?(?:greater|higher|lesser|less|lower)\b/i
PLUS.2: /\+|plus\b/i
MINUS.2: /[-−–]|minus\b/i
FREE: /free\b/i
BASE: /base\b/i
VALUE: /unit_value\b/i
OF: /of\b/i
PERCENT.2: /%|per ?cent\b/i
POINTS.2: /pp\b|percentage points?\b/i
CENT: /¢|[Cc]ents?\b|c(?![A-Za-z])/
SYMBOL: /US\$|[$€£]/
CURRENCY: /(?!MIN|MAX)[A-Z]{3}(?![A-Za-z])/
EACH: /each\b/i
SLASH: /\/|per\b/i
UNIT.1: /UNIT_PATTERN/i
OTHER_UNIT.-1: /[A-Za-z][A-Za-z0-9_.²³]*/
FRACTION.3: /[0-9]+\s+[0-9]+\/[0-9]+(?=\s*(?:%|per))/
THOUSANDS.2: /10{0,2}(?:,000)+/
NUMBER: /NUMBER_PATTERN/
%ignore /\s+/
"""
NUMBER_PATTERN = (
    r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+"
    r"|[0-9]{1,3}(?:,[0-9]{3}){2,}"
    r"|[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+(?![0-9])(?:\.[0-9]+)?"
    r"|[0-9]+(?:\.[0-9]+)?"
)
"""Blanks may divide thousands; commas only where they cannot be decimals: 1,250.50 or 1,000,000."""
PLAIN = re.compile(r"\s*[0-9]{1,4}(?:\.[0-9]{1,6})?%\s*", re.ASCII)
"""What most rates are, read as the grammar reads it: building the parser takes a tenth of a second
of a run whose schedule says nothing else."""


@dataclass(frozen=True, slots=True)
class RateWords:
    """A rate and how it stands to the base duty: null for what the measure says, or all-in."""

    expression: Expression
    mode: Literal["all-in"] | None


def read_expression(
    text: str,
    *,
    highest: float = HIGHEST_RATE,
    currencies: Mapping[str, float] | None = None,
    currency: str | None = None,
    reading: Reading | None = None,
) -> Expression:
    """The duty that a text states.

    Args:
        text: Words such as ``2.5%``, ``4.4¢/kg + 8%``, ``max(13.8%, 13.0 EUR/100kg)``.
        highest: Highest percentage allowed, as a fraction: 10.0 stands for 1,000 %.
        currencies: USD for one unit of each currency, by its ISO 4217 code.
        currency: Currency of amounts that the text writes without one.
        reading: How MIN and MAX stand to plus and minus where brackets do not say: ``uk`` splits
            at the last MIN or MAX, ``left-to-right`` takes one after the other.

    Returns:
        The expression; amounts in USD for one canonical unit.

    Raises:
        RateTextError: The text is not understood, can be read in two ways, is an all-in rate, or
            needs an exchange rate that is not given.
    """
    terms = Terms(text, highest, currencies or {}, currency, reading)
    words = _read(text, terms)
    if words.mode is not None:
        raise RateTextError(
            f"{quoted(text.strip())} is an all-in rate, where a duty by itself is asked for",
            hint='the rate of a measure may be all-in; here write "15%"',
        )
    return words.expression


def read_rate_words(
    text: str,
    *,
    highest: float = HIGHEST_RATE,
    currencies: Mapping[str, float] | None = None,
    currency: str | None = None,
    reading: Reading | None = None,
) -> RateWords:
    """The rate of a measure: as ``read_expression``, and ``15% all-in`` with its mode.

    Raises:
        RateTextError: As of ``read_expression``, but for the all-in rate.
    """
    return _read(text, Terms(text, highest, currencies or {}, currency, reading))


def _read(text: str, terms: Terms) -> RateWords:
    if PLAIN.fullmatch(text):
        rate = float(f"{text.strip()[:-1]}e-2")
        if rate <= terms.highest:
            return RateWords(AdValorem(rate), None)
    refuse_at_once(text)
    tree = _parsed(text)
    if tree.data == "all_in":
        return RateWords(all_in_of(tree, terms), "all-in")
    return RateWords(duty_meant(tree, terms), None)


def _parsed(text: str) -> "Tree[Token]":
    from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

    try:
        return parser().parse(text)
    except (UnexpectedCharacters, UnexpectedToken) as err:
        at_end = isinstance(err, UnexpectedToken) and err.token.type == "$END"
        position = None if at_end else err.pos_in_stream
    except UnexpectedEOF:
        position = None
    refuse_negative_start(text)
    raise not_a_rate(text, position)


@cache
def parser() -> "Lark":
    """The parser of the grammar, built once and on first use: building it takes time."""
    from lark import Lark

    grammar = GRAMMAR.replace("NUMBER_PATTERN", NUMBER_PATTERN.replace("/", r"\/"))
    grammar = grammar.replace("UNIT_PATTERN", unit_pattern().replace("/", r"\/"))
    return Lark(grammar, start="rate", parser="lalr", maybe_placeholders=False)
