"""Exponents and areas of curves of constant elasticity, with their limits."""

import numpy as np

from calc.effects.model import Floats

UNITARY = 1e-12
"""An exponent nearer to 0 than this is taken as this, which changes no figure by more than it."""


def exponent(sigma: Floats) -> Floats:
    """1 - sigma, kept off 0."""
    return kept_off_zero(1.0 - sigma)


def kept_off_zero(power: Floats) -> Floats:
    """A power, the least one in the place of 0."""
    return np.where(np.abs(power) < UNITARY, UNITARY, power)


def area(value: Floats, power: Floats, log_change: Floats) -> Floats:
    """The area between two prices left of a curve of constant elasticity.

    value (exp(power x) - 1) / power, and value x where the power is 0.
    """
    power = kept_off_zero(power)
    moved: Floats = value * np.expm1(power * log_change) / power
    return moved
