"""What changed since the verdict before on the same dataset, where one is kept."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.validation.verdict import VERDICT_FILE, Verdict, from_dict
from pipelines.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A rule then and now: rows and USD that break it; null where it was not judged."""

    rule_id: str
    rows_before: int | None
    usd_before: float | None
    rows_now: int
    usd_now: float | None


def verdict_before(workspace: Workspace, verdict: Verdict) -> Verdict | None:
    """The verdict kept last of other contents of the same dataset; None where there is none.

    A dataset is told by its name in the workspace; verdicts by other rules of a user's own are
    another matter. The last is the one written last.
    """
    others = [
        (path.stat().st_mtime_ns, found)
        for path in sorted(workspace.validation.glob(f"*/{VERDICT_FILE}"))
        if (found := _kept(path)) is not None
        and found.subject.name == verdict.subject.name
        and found.subject.user_rules_sha256 == verdict.subject.user_rules_sha256
        and found.subject.sha256 != verdict.subject.sha256
    ]
    return max(others, key=lambda entry: entry[0])[1] if others else None


def _kept(path: Path) -> Verdict | None:
    """A verdict; None where it is of another version, or damaged."""
    try:
        return from_dict(json.loads(path.read_bytes()), path.parent)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def changes(before: Verdict, now: Verdict) -> Iterator[Change]:
    """The rules that are broken then or now, in their order now."""
    then = {finding.rule_id: finding for finding in before.rules}
    for finding in now.rules:
        old = then.get(finding.rule_id)
        if not finding.is_broken and (old is None or not old.is_broken):
            continue
        yield Change(
            rule_id=finding.rule_id,
            rows_before=None if old is None else old.rows_failed,
            usd_before=None if old is None else old.value_failed_usd,
            rows_now=finding.rows_failed,
            usd_now=finding.value_failed_usd,
        )
