"""Trying again: after a while that doubles, or as long as the service asks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from calc.errors import ServiceError
from pipelines.fetch.clock import Clock
from pipelines.fetch.receive import Interrupted

T = TypeVar("T")
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 120.0
LATER = "run the same command again later: it goes on with what is lacking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often a request is sent, and what waits in between."""

    tries: int
    clock: Clock
    say: Callable[[str], None]


def patiently(request: Callable[[], T], patience: Patience, where: str) -> T:
    """What a request gives, sent again where it was interrupted.

    Args:
        request: Sends it once.
        patience: How often, and the clock.
        where: What is asked for, in words.

    Raises:
        ServiceError: It never succeeded, or the service asks to wait for too long.
    """
    wait = FIRST_WAIT_SECONDS
    for attempt in range(1, patience.tries + 1):
        try:
            return request()
        except Interrupted as err:
            pause = wait if err.wait_seconds is None else err.wait_seconds
            if pause > LONGEST_WAIT_SECONDS:
                what = f"{err.what}; it asks to wait {pause:,.0f} seconds"
                raise ServiceError(what, where=where, hint=LATER) from None
            if attempt == patience.tries:
                tried = f"tried {attempt} times" if attempt > 1 else "tried once"
                raise ServiceError(f"{err.what}; {tried}", where=where, hint=LATER) from None
            patience.say(f"{where}: {err.what}; again in {pause:.0f} s")
            patience.clock.sleep(pause)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
    raise AssertionError("a request is sent at least once")
