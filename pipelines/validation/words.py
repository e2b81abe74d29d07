"""Counts, amounts and the verdict as people read them."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from pipelines.validation.verdict import Verdict


def counted(number: int, thing: str) -> str:
    """A number of things: ``1 row``, ``12,345 rows``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def money(usd: float | None) -> str:
    """An amount in whole USD; in words where it is not known."""
    return f"USD {dollars(usd)}" if usd is not None else "value not known"


def dollars(usd: float | None) -> str:
    """An amount in whole dollars, rounded half away from zero; in words where it is not known."""
    if usd is None:
        return "not known"
    whole = Decimal(repr(usd)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return f"{whole if whole else Decimal(0):,}"


def sentence(verdict: Verdict) -> str:
    """The verdict as a sentence with rows and USD."""
    name = Path(verdict.subject.name).name
    rows, usd = counted(verdict.rows_judged, "row"), money(verdict.value_judged_usd)
    if not verdict.rows_failed:
        return f"{name} is valid: {rows}, {usd}, every rule kept"
    rules = counted(sum(not finding.is_among_kept for finding in verdict.failing), "rule")
    failed = f"{verdict.rows_failed:,} of {rows} ({money(verdict.value_failed_usd)} of {usd})"
    if verdict.quarantine:
        return f"{name} is valid with quarantine: {failed} are left out, {rules} broken"
    return f"{name} is not valid: {failed} cannot be used, {rules} broken"
