"""A nomenclature of three editions, small enough to work by hand.

HS1992 to HS1996: 010110 splits into 010111 and 010119 (both tagged as it); 020110 is renamed
020120; 030110 and 030120 share goods with 030120 and 030130 (n:m; 030130 is tagged as 030120);
999999 stays; 040110 leads nowhere. HS1996 to HS2002: 010111 and 010119 merge into 010115 (tagged
as 010111).
"""

import polars as pl

from calc.concordance import Nomenclature

CODES = [
    *(("010110", "HS1992", "HS1992"), ("010111", "HS1996", "HS1996")),
    *(("010115", "HS2002", "HS2002"), ("010119", "HS1996", "HS1996")),
    *(("020110", "HS1992", "HS1992"), ("020120", "HS1996", "HS2002")),
    *(("030110", "HS1992", "HS1992"), ("030120", "HS1992", "HS2002")),
    *(("030130", "HS1996", "HS2002"), ("040110", "HS1992", "HS1992")),
    ("999999", "HS1992", "HS2002"),
]  # fmt: skip
CORRELATIONS = [
    ("HS1996", "010110", "010111", "split", True),
    ("HS1996", "010110", "010119", "split", True),
    ("HS1996", "020110", "020120", "renamed", True),
    ("HS1996", "030110", "030120", "n:m", False),
    ("HS1996", "030120", "030120", "n:m", True),
    ("HS1996", "030120", "030130", "n:m", True),
    ("HS2002", "010111", "010115", "merge", True),
    ("HS2002", "010119", "010115", "merge", False),
]


def small() -> Nomenclature:
    """The nomenclature."""
    codes = pl.LazyFrame(CODES, schema=["code", "first_edition", "last_edition"], orient="row")
    pairs = pl.LazyFrame(
        CORRELATIONS,
        schema=["edition", "older_code", "newer_code", "relation", "is_tag"],
        orient="row",
    )
    return Nomenclature(codes.with_columns(bec4=pl.lit(None, pl.String)), pairs)
