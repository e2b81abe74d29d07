"""Which lines of a run are explained: by the beginning of their code, importer and partner."""

from collections.abc import Mapping

import polars as pl

from calc.codes import normalise_code
from calc.errors import UsageError, did_you_mean
from pipelines.scenario.reference import read_reference

MOST_LINES = 50


def lines_wanted(lines: pl.LazyFrame, code: str, sides: Mapping[str, str | None]) -> pl.DataFrame:
    """The lines that begin with a code, of one importer or partner where one is named.

    Args:
        lines: LINES of a run.
        code: The code, or its beginning.
        sides: ``importer`` and ``partner``, in any word for an economy; null for all.

    Raises:
        UsageError: None is there, or too many are.
    """
    digits = normalise_code(code)
    if digits is None:
        raise UsageError(
            f"{code!r} is not a code", where="--line", hint="write 2 to 10 digits: 870899"
        )
    found = lines.filter(pl.col("code").str.starts_with(digits)).collect()
    if found.is_empty():
        known = lines.select(pl.col("code").unique()).collect()["code"].to_list()
        near = [name for name in known if name.startswith(digits[:4])] or known
        raise UsageError(
            f"no measure names a line that begins with {digits}",
            where="--line",
            hint=did_you_mean(digits, near),
        )
    for side, economy in sides.items():
        found = _of(found, digits, side, economy)
    if found.height > MOST_LINES:
        raise UsageError(
            f"{found.height:,} lines begin with {digits}, more than {MOST_LINES}",
            where="--line",
            hint="write more digits, or name a partner with --partner",
        )
    return found


def _of(found: pl.DataFrame, digits: str, side: str, economy: str | None) -> pl.DataFrame:
    """The lines of one importer or partner; all where none is named."""
    if economy is None:
        return found
    named = {economy.upper(), *read_reference().economies(economy)}
    kept = found.filter(pl.col(side).is_in(list(named)))
    if kept.is_empty():
        known = found[side].unique().sort().to_list()
        raise UsageError(
            f"no measure names {digits} {'from' if side == 'partner' else 'into'} {economy}",
            where=f"--{side}",
            hint=did_you_mean(economy.upper(), known),
        )
    return kept
