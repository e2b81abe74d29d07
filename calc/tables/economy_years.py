"""Economies that began in the years of trade statistics, with their first and last year.

A year of change counts for both sides, since statistics turn in the course of it. An economy that
is only renamed, and is reported under its new code for all years, is not listed.

Source: ISO 3166 newsletters and the entries of United Nations member states (general
knowledge, to be verified).
"""

BEGUN_1991_TO_1993 = (
    *("ARM", "AZE", "BIH", "BLR", "CZE", "ERI", "EST", "GEO", "HRV", "KAZ", "KGZ", "LTU"),
    *("LVA", "MDA", "MKD", "RUS", "SVK", "SVN", "TJK", "TKM", "UKR", "UZB"),
)
BEGUN: dict[str, tuple[int | None, int | None]] = {
    **dict.fromkeys(BEGUN_1991_TO_1993, (1991, None)),
    "BES": (2010, None),
    "CUW": (2010, None),
    "MNE": (2006, None),
    "NAM": (1990, None),
    "PLW": (1994, None),
    "SRB": (2006, None),
    "SSD": (2011, None),
    "SXM": (2010, None),
    "TLS": (1999, None),
    "XKX": (2008, None),
    "YUG": (None, 2003),
}
ECONOMY_YEARS: dict[str, tuple[int | None, int | None]] = BEGUN
"""Economy to its first and last year; null where that side is open.

``YUG`` stood for Serbia and Montenegro after the federation had ended. Other economies that ended
are in ``economies-of-trade.csv``, groups with their dates in ``partner-groups.toml``.
"""
