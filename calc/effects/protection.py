"""How protected a set of lines is: what is covered, how often, and what uniform duty is as strong.

Lines run along the first axis; further axes are markets. NaN in an input makes the figure NaN.

Source: Anderson and Neary, Feenstra, and Kee, Nicita and Olarreaga (2009) for the restrictiveness
indices, in their partial-equilibrium form (from general knowledge, to be verified); UNCTAD for
coverage and frequency.
"""

import numpy as np

from calc.effects.model import Bools, Floats


def quotient(part: Floats, whole: Floats) -> Floats:
    """A part over a whole; NaN where there is no whole."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), np.nan)


def coverage_ratio(value: Floats, is_covered: Bools) -> Floats:
    """The value that a schedule covers over the value of all lines given.

    Of a partner, of a product group or of all imports: three different figures, and the lines
    given decide which.
    """
    return quotient(np.where(is_covered, value, 0.0).sum(axis=0), value.sum(axis=0))


def frequency_ratio(value: Floats, is_covered: Bools) -> Floats:
    """The number of covered lines with trade over the number of lines with trade."""
    traded = np.where(np.isnan(value), np.nan, (value > 0) * 1.0)
    return quotient(np.where(is_covered, traded, 0.0).sum(axis=0), traded.sum(axis=0))


def average_duty(value: Floats, rate: Floats) -> Floats:
    """The trade-weighted average rate; a duty that stops trade weighs nothing in it."""
    return quotient((value * rate).sum(axis=0), value.sum(axis=0))


def restrictiveness(value: Floats, rate: Floats, demand: Floats) -> Floats:
    """TRI: the uniform duty with the same welfare loss, sqrt(sum w t^2 / sum w), w = v abs(e)."""
    weight = value * np.abs(demand)
    squared: Floats = quotient((weight * rate**2).sum(axis=0), weight.sum(axis=0))
    return np.sqrt(squared)


def overall_restrictiveness(value: Floats, rate: Floats, demand: Floats) -> Floats:
    """OTRI: the uniform duty with the same imports, sum w t / sum w, w = v abs(e)."""
    weight = value * np.abs(demand)
    return quotient((weight * rate).sum(axis=0), weight.sum(axis=0))
