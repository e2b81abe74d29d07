"""Errors a user can act on, and the exit code of each.

Every message answers three questions: what is wrong, where, and what to do next. Problems of one
file are collected, first cause first, and shown together. Anything that is not a
``RetorsionError`` is a bug of this project and keeps its traceback (exit code 1).
"""

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Self

MAX_PROBLEMS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: what, where (file, row, column, value), and what to do next."""

    what: str
    where: str = ""
    hint: str = ""

    def lines(self) -> list[str]:
        """The problem as printed, one fact a line."""
        labelled = (("error", self.what), ("where", self.where), ("hint", self.hint))
        return [f"{label}: {text}" for label, text in labelled if text]


class RetorsionError(Exception):
    """Base of every error caused by an input or the surroundings rather than by our code.

    Args:
        what: One sentence, present tense, naming the offending value.
        where: File, table, row, column or option that holds it.
        hint: One thing to try next; empty when there is no honest advice.
    """

    exit_code = 1
    kind = "error"

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.problems: list[Problem] = [Problem(what, where, hint)]
        super().__init__(what)

    @classmethod
    def collected(cls, problems: Sequence[Problem]) -> Self:
        """One error for all problems of a file; the first problem comes first.

        Raises:
            ValueError: When there is no problem to report.
        """
        if not problems:
            raise ValueError("an error needs at least one problem")
        first = problems[0]
        error = cls(first.what, where=first.where, hint=first.hint)
        error.problems = list(problems)
        return error

    def lines(self) -> list[str]:
        """The message as printed: at most 20 problems, then a count of the rest."""
        shown = self.problems[:MAX_PROBLEMS_SHOWN]
        printed = [line for problem in shown for line in problem.lines()]
        rest = len(self.problems) - len(shown)
        if rest:
            printed.append(f"... and {rest} more problem{'s' if rest > 1 else ''}")
        return printed

    def as_dict(self) -> dict[str, Any]:
        """The message as an object, for ``--json``."""
        shown = self.problems[:MAX_PROBLEMS_SHOWN]
        problems = [{"what": p.what, "where": p.where, "hint": p.hint} for p in shown]
        return {
            "error": self.kind,
            "exit_code": self.exit_code,
            "problem_count": len(self.problems),
            "problems": problems,
        }


class UsageError(RetorsionError):
    """The command was not given what it needs: exit code 2."""

    exit_code, kind = 2, "usage"


class DataRejectedError(RetorsionError):
    """Input data cannot be used as they are: exit code 3."""

    exit_code, kind = 3, "data rejected"


class ScenarioError(RetorsionError):
    """A scenario, its annexes or its base cannot be used as written: exit code 4."""

    exit_code, kind = 4, "scenario rejected"


class RulesError(RetorsionError):
    """Rules of a user's own cannot be used as written: exit code 4."""

    exit_code, kind = 4, "rules rejected"


class StorageError(RetorsionError):
    """A file or folder cannot be read or written: exit code 5."""

    exit_code, kind = 5, "cannot read or write"


class ServiceError(RetorsionError):
    """A service cannot be reached, or refuses: exit code 5."""

    exit_code, kind = 5, "cannot read"


class LockedError(RetorsionError):
    """Another run holds what this one needs: exit code 6."""

    exit_code, kind = 6, "locked"


class LimitError(RetorsionError):
    """A limit of memory, size or range would be passed: exit code 7."""

    exit_code, kind = 7, "resource limit"


class VerificationError(RetorsionError):
    """The work was done, but a check on it failed: exit code 8."""

    exit_code, kind = 8, "verification failed"


class NotJudgedError(RetorsionError):
    """A rule could not be run, so the data are neither valid nor invalid: exit code 9."""

    exit_code, kind = 9, "could not be judged"


def nearest(word: str, known: Collection[str], *, count: int = 3) -> list[str]:
    """The known words closest to ``word``, best first, ignoring case; empty when none is close."""
    folded = {name.casefold(): name for name in sorted(known, reverse=True)}
    close = difflib.get_close_matches(word.casefold(), sorted(folded), n=count, cutoff=0.6)
    return [folded[name] for name in close]


def did_you_mean(word: str, known: Collection[str]) -> str:
    """A hint naming the nearest known words, or else some of what is known."""
    close = nearest(word, known)
    if close:
        return f"did you mean {' or '.join(close)}?"
    listed = sorted(known)
    return f"known: {', '.join(listed[:8])}{' ...' if len(listed) > 8 else ''}" if listed else ""
