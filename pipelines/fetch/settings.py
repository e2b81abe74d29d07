"""What a caller chooses of a fetch beside the question itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from calc.errors import UsageError
from pipelines.fetch.clock import Clock, SystemClock
from pipelines.ingest.settings import NAME

MOST_TRIES = 20


def _silent(_: str) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class FetchSettings:
    """What a caller chooses of a fetch.

    Attributes:
        name: Name of the folder of the replies: lower case letters, digits and dashes.
        key_file: A file that holds the key; else the environment may.
        base_url: Start of the addresses in place of the service's own.
        max_bytes: The most that is received as one reply; else as the service declares.
        tries: How often a request is sent before it is given up.
        again: Ask anew, even where the replies are there.
        allow_empty: Accept a part of the question that the service has nothing to say to.
        clock: What waits, and knows the day.
        say: Told what goes on.
    """

    name: str
    key_file: Path | None = None
    base_url: str | None = None
    max_bytes: int | None = None
    tries: int = 5
    again: bool = False
    allow_empty: bool = False
    clock: Clock = field(default_factory=SystemClock)
    say: Callable[[str], None] = _silent


def check_settings(settings: FetchSettings) -> None:
    """Nothing, where the settings are usable.

    Raises:
        UsageError: One is not.
    """
    if not NAME.fullmatch(settings.name):
        raise UsageError(
            f"{settings.name!r} cannot name a fetch",
            where="--name",
            hint="use lower case letters, digits and dashes, such as us-japan-2024",
        )
    if not 1 <= settings.tries <= MOST_TRIES:
        raise UsageError(
            f"{settings.tries} tries are not possible", where="--tries", hint=f"1 to {MOST_TRIES}"
        )
    if settings.max_bytes is not None and settings.max_bytes < 1:
        raise UsageError(
            f"a limit of {settings.max_bytes:,} bytes receives nothing", where="--max-bytes"
        )
