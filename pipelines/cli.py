"""The ``retorsion`` command: parse options, call one step, show its result. No logic here."""

import gc
import importlib
import io
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from functools import cache
from typing import Any, TextIO

import typer
from typer.exceptions import Abort, Exit, TyperException
from typer.main import get_command

from calc.errors import RetorsionError
from pipelines import ahead

INTERRUPTED = 130
BUG = 1
OBJECTS_BETWEEN_SWEEPS = 200_000
"""Objects made between two sweeps for cycles: imports make many, and none of them is garbage."""
STOPPED = "interrupted; nothing was left half done"
SUBJECTS = (
    *("start", "fetch", "data", "base", "codes", "scenario", "validation", "runs", "explain"),
    *("variants", "compare", "mirror", "plot", "imports", "report", "reference"),
)

app = typer.Typer(
    name="retorsion",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)


@app.callback()
def root() -> None:
    """What a tariff schedule does to the trade it hits.

    \b
    Examples:
      retorsion demo
          the main job on U.S. imports of 2024, in one command
      retorsion ingest imports.csv --name my-trade
          read a trade table, count what was left out
      retorsion run scenario.toml
          apply a schedule; reports in Parquet and a workbook
    """  # noqa: D301


@cache
def command_line() -> Callable[..., Any]:
    """The command with those of each subject, in the order of a day's work; made once a process.

    Typer would make it anew for each call, which costs more than many a command.
    """
    for subject in SUBJECTS:
        importlib.import_module(f"pipelines.commands.{subject}").register(app)
    return get_command(app)


def main() -> None:
    """Console-script entry: the only place where an error becomes an exit code.

    Asked to end (SIGTERM), a command stops as it does at Ctrl-C: it removes what is half done.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    gc.set_threshold(OBJECTS_BETWEEN_SWEEPS)
    ahead.allow()
    for stream in (sys.stdout, sys.stderr):
        _can_say_anything(stream)
    sys.exit(run_command())


def _can_say_anything(stream: TextIO | None) -> None:
    """Let a stream print every letter: where its encoding was not asked for, as UTF-8.

    A console of another encoding, or one that ``PYTHONIOENCODING`` names, shows a question mark.
    """
    if not isinstance(stream, io.TextIOWrapper) or stream.encoding.lower() in ("utf-8", "utf8"):
        return
    if "PYTHONIOENCODING" in os.environ or stream.isatty():
        stream.reconfigure(errors="replace")
    else:
        stream.reconfigure(encoding="utf-8")


def run_command(arguments: list[str] | None = None) -> int:
    """Run one command line and give its exit code; see ``calc.errors`` for the codes."""
    try:
        result = command_line()(args=arguments, standalone_mode=False)
    except RetorsionError as err:
        _print_error(err, sys.argv[1:] if arguments is None else arguments)
        return err.exit_code
    except TyperException as err:
        _print_usage(err)
        return 2
    except Exit as err:
        return err.exit_code
    except (Abort, KeyboardInterrupt):
        print(STOPPED, file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # a bug of ours keeps its traceback
        traceback.print_exc()
        print("error: this is a bug of retorsion, not of your input", file=sys.stderr)
        return BUG
    if result == INTERRUPTED:
        print(STOPPED, file=sys.stderr)
    return result if isinstance(result, int) else 0


def _print_usage(err: TyperException) -> None:
    """What is wrong with the command line, with its usage where typer knows it."""
    show = getattr(err, "show", None)
    if show is None:
        print(f"error: {err.format_message()}", file=sys.stderr)
    else:
        show()


def _print_error(err: RetorsionError, arguments: list[str]) -> None:
    if "--json" in arguments:
        print(json.dumps(err.as_dict(), ensure_ascii=False, indent=2))
    else:
        print("\n".join(err.lines()), file=sys.stderr)
