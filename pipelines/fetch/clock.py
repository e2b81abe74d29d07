"""The clock that fetching needs: how long to wait, and the day of a reply."""

import os
import time
from datetime import UTC, date, datetime
from typing import Protocol

from calc.errors import UsageError

EPOCH = "SOURCE_DATE_EPOCH"


class Clock(Protocol):
    """What waits and knows the time; tests have one that does not wait."""

    def sleep(self, seconds: float) -> None:
        """Wait."""

    def now(self) -> datetime:
        """The time, with its zone."""


class SystemClock:
    """The clock of the machine."""

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)


def day_of(clock: Clock) -> date:
    """The day that records bear: that of ``SOURCE_DATE_EPOCH`` where it is set, else today's, UTC.

    Raises:
        UsageError: The variable is no number of seconds.
    """
    given = os.environ.get(EPOCH)
    if given is None:
        return clock.now().astimezone(UTC).date()
    try:
        return datetime.fromtimestamp(int(given), UTC).date()
    except (ValueError, OverflowError, OSError) as err:
        raise UsageError(
            f"{given!r} is no number of seconds", where=EPOCH, hint=f"{EPOCH}=1735603200, or unset"
        ) from err
