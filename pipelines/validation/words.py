"""Counts, amounts and the verdict as people read them."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from pipelines.validation.verdict import Finding, Verdict


def share_of(part: float | None, whole: float | None) -> str:
    """An amount of all of it: ``USD 5 of USD 10``; what is not known is told apart."""
    if part is None:
        return f"value not known, beside {money(whole)} in all"
    return f"{money(part)} of {money(whole)}"


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
    broken = [item for item in verdict.failing if not item.is_among_kept]
    rules = counted(len(broken) + len(verdict.broken_totals), "rule")
    if not verdict.rows_failed and verdict.broken_totals:
        return f"{name} is not valid: no row is wrong by itself, {rules} broken by its totals"
    if not verdict.rows_failed:
        kept = "every rule kept" if not verdict.noticed else f"no row refused, {noticed(verdict)}"
        return f"{name} is valid: {rows}, {usd}, {kept}"
    worth = share_of(verdict.value_failed_usd, verdict.value_judged_usd)
    failed = f"{verdict.rows_failed:,} of {rows} ({worth})"
    if verdict.quarantine:
        return f"{name} is valid with quarantine: {failed} are left out, {rules} broken"
    return f"{name} is not valid: {failed} cannot be used, {rules} broken"


def noticed(verdict: Verdict) -> str:
    """How many warnings and how many facts a verdict holds, in words."""
    words = {"warning": "warning", "information": "fact to know"}
    parts = [
        counted(number, word) if severity == "warning" or number == 1 else f"{number} facts to know"
        for severity, word in words.items()
        if (number := sum(item.severity == severity for item in verdict.noticed))
    ]
    return " and ".join(parts) or "no warning"


def found_by(finding: Finding) -> str:
    """What a rule found: groups where it judges groups, rows, and their value."""
    rows = f"{counted(finding.rows_failed, 'row')}, {money(finding.value_failed_usd)}"
    if finding.groups_failed is None:
        return rows
    return f"{counted(finding.groups_failed, 'group')}, {rows}"
