"""Harmonized System codes as text: digits only, leading zeros kept.

A code's parents are its prefixes: two digits a chapter, four a heading, six a subheading, eight
or ten a national tariff or statistical line.
"""

import re

LEVELS = (2, 4, 6, 8, 10)
HS6_DIGITS = 6
"""Digits of a subheading, the finest that all importers share."""
PUNCTUATION = re.compile(r"[.\s  '’-]")
PREFIX = re.compile(r"^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{8}|[0-9]{10})$")
EDITIONS = (1992, 1996, 2002, 2007, 2012, 2017, 2022)
NEXT_EDITION = 2028
"""Year from which on an edition is in force whose codes are not known here."""
NATIONAL_LINE_DIGITS = {"HTS": 8, "CN": 8, "NCM": 8}
"""Digits of the national line that carries the duty; finer digits are statistical."""


def normalise_code(text: str) -> str | None:
    """The digits of a code as written (``8703.23.00``, ``8703 23``), or null when it is not one.

    A code has 2, 4, 6, 8 or 10 digits. An odd length (``10121`` for ``010121``) is not guessed.
    """
    digits = PUNCTUATION.sub("", text)
    return digits if PREFIX.match(digits) else None


def edition_of(nomenclature: str) -> str | None:
    """The HS edition whose first six digits a nomenclature uses; null when it is not known.

    ``HS1992`` to ``HS2022`` are editions. A national nomenclature of a year (``HTS2024``,
    ``CN2025``, ``NCM2025``) uses the edition in force that year; ``HS1988`` is the first edition,
    whose codes are those of 1992.

    Source: World Customs Organization, editions of 1 January 1988 (amended 1992), 1996, 2002,
    2007, 2012, 2017 and 2022; the next is that of 1 January 2028.
    """
    match = re.fullmatch(r"(HS|HTS|CN|NCM)([0-9]{4})", nomenclature)
    if match is None:
        return None
    system, year = match[1], int(match[2])
    if system == "HS":
        known = year in EDITIONS or year == 1988
        return f"HS{max(year, 1992)}" if known else None
    in_force = [edition for edition in EDITIONS if edition <= max(year, 1992)]
    return f"HS{in_force[-1]}" if 1988 <= year < NEXT_EDITION else None


def line_digits(nomenclature: str) -> int:
    """How many digits the line that carries the duty has: eight in HTS, CN and NCM, else six."""
    return NATIONAL_LINE_DIGITS.get(nomenclature.rstrip("0123456789"), 6)
