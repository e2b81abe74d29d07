"""Which of polars' engines works a plan out: the one that is cheaper for as many rows."""

from typing import Literal

import polars as pl

FEW_ROWS = 50_000
"""Up to here all that a plan makes on its way is some tens of megabytes."""

AT_ONCE: Literal["in-memory"] = "in-memory"
"""For plans of few rows whatever the trade: of codes, partners, and branches of a law."""


def engine_for(*held: pl.DataFrame | int) -> Literal["in-memory", "streaming"]:
    """The engine for a plan of so many rows, or of those of frames.

    Of few rows the start of the streaming engine is most of its time: it takes two to three times
    that of the other. Of many it holds less in memory.
    """
    rows = (one if isinstance(one, int) else one.height for one in held)
    return AT_ONCE if all(count <= FEW_ROWS for count in rows) else "streaming"
