"""What every command shares: its options, and how results are shown."""

import errno
import json
import os
import re
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from calc.errors import StorageError, UsageError

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the result only.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        help="Folder that holds data/processed; else RETORSION_WORKSPACE, else this folder.",
        show_default=False,
    ),
]

AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="Read the law as of this day (2024-12-31); else the scenario's own date.",
        show_default=False,
    ),
]
HighRate = Annotated[
    str | None,
    typer.Option(
        "--allow-rate-above",
        metavar="RATE",
        help='Accept rates above 1,000 % up to this one, such as "2500%".',
        show_default=False,
    ),
]
MaxRejected = Annotated[
    str | None,
    typer.Option(
        "--max-rejected",
        metavar="SHARE",
        help='Leave failed rows out, up to this share of the rows, such as "0.1%".',
        show_default=False,
    ),
]
MaxRejectedUsd = Annotated[
    float | None,
    typer.Option(
        "--max-rejected-usd",
        metavar="USD",
        min=0,
        help="Leave failed rows out, up to this value in USD.",
        show_default=False,
    ),
]
OwnRules = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        metavar="FILE",
        help="Rules of your own beside the declared ones, TOML.",
        show_default=False,
    ),
]
MemoryLimit = Annotated[
    str | None,
    typer.Option(
        "--memory-limit",
        metavar="SIZE",
        help="Refuse what would take more, such as 2GB; else RETORSION_MEMORY_LIMIT, else what is "
        "free.",
        show_default=False,
    ),
]
Money = Annotated[
    str | None,
    typer.Option(
        "--currency",
        metavar="CODE",
        help="Money of the amounts, such as EUR, at the rate of [currencies]; else the run's.",
        show_default=False,
    ),
]
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def show(result: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    """Print a result on standard output: as JSON, or as lines for people.

    Where nobody reads it any more the work is done all the same.

    Raises:
        StorageError: Standard output cannot be written.
    """
    text = "\n".join(lines)
    if as_json:
        text = json.dumps(result, ensure_ascii=False, indent=2, sort_keys=False, default=str)
    try:
        typer.echo(text)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as err:
        if err.errno == errno.EBADF:  # standard output was closed on purpose
            return
        what = f"cannot write to standard output: {err.strerror}"
        raise StorageError(what, hint="free space, or print elsewhere") from err


def period_given(text: str | None) -> str | None:
    """The reference period of an option; null where it is not given.

    Raises:
        UsageError: It names no reference period.
    """
    from calc.periods import FORMS, is_reference

    if text is None or is_reference(text):
        return text
    raise UsageError(f"{text!r} is not a reference period", where="--period", hint=f"write {FORMS}")


def day_given(text: str | None) -> date | None:
    """The date of an option; null where it is not given.

    Raises:
        UsageError: It is not a day written year-month-day.
    """
    if text is None:
        return None
    try:
        if ISO_DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    from pipelines.scenario.no_day import no_such_day

    hint = no_such_day(text) or "write year-month-day: 2024-12-31"
    raise UsageError(f"{text!r} is not a date", where="--as-of", hint=hint)


def method_given(text: str | None) -> Any:
    """The method of an option by which missing quantities are estimated; null where not given.

    Raises:
        UsageError: There is no such method.
    """
    from calc.errors import did_you_mean
    from calc.policy.ave import SOURCES_BY_METHOD

    if text is not None and text not in SOURCES_BY_METHOD:
        raise UsageError(
            f"{text!r} is not a method of estimating quantities",
            where="--estimate",
            hint=did_you_mean(text, SOURCES_BY_METHOD),
        )
    return text


def rate_given(text: str | None) -> float | None:
    """The fraction of a rate given as an option; null where it is not given.

    Raises:
        UsageError: It is not a percentage.
    """
    from calc.rate_text import RateTextError, read_rate

    if text is None:
        return None
    try:
        return read_rate(text, highest=float("inf")).ad_valorem_rate
    except RateTextError as err:
        problem = err.problems[0]
        raise UsageError(problem.what, where="--allow-rate-above", hint=problem.hint) from err


def share_given(text: str | None) -> float | None:
    """The fraction of a percentage given as an option; null where it is not given.

    Raises:
        UsageError: It is no percentage from 0 to 100.
    """
    from pipelines.validation.share import SHARE_RULE, share_of

    found = None if text is None else share_of(text)
    if text is not None and found is None:
        raise UsageError(
            f"{text!r} is not a share of the rows", where="--max-rejected", hint=SHARE_RULE
        )
    return found


def engine_given(engine: str, master: str | None) -> Any:
    """The engine, where a master is given for Spark only.

    Raises:
        UsageError: A master is given for another engine.
    """
    if master is not None and engine != "spark":
        raise UsageError(
            f"--master {master} is for the Spark engine",
            where="--master",
            hint="add --engine spark, or leave --master out",
        )
    return engine
