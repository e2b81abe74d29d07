"""Operations in the words of polars: what narwhals makes of them, kept for every frame after.

Narwhals translates every expression anew for each frame that it is put to, which took two thirds
of the time of assessing a few lines. What an operation adds depends on its terms alone, so that it
is listened to once: it is put to a frame without rows that notes the columns it is given, and is
itself given back. An operation that does more than add columns gives another frame back, and is
not kept. Other engines than polars are given the operations themselves.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Any

import narwhals as nw
import polars as pl

from calc.terms import Frame, Operation, Terms

Added = Sequence[pl.Expr]
Step = Callable[[pl.LazyFrame], pl.LazyFrame]
MOST_KEPT = 128


class _Listener(pl.LazyFrame):
    """A frame without rows that notes the columns it is to add, and stays as it is.

    What is made of it in any other way notes nothing.
    """

    noted: list[Added] | None = None

    def with_columns(self, *exprs: Any, **named: Any) -> pl.LazyFrame:
        if self.noted is None:
            return super().with_columns(*exprs, **named)
        self.noted.append(exprs)
        return self

    def collect_schema(self) -> pl.Schema:
        raise TypeError("what an operation adds must not depend on the columns that are there")


def performed(operations: Sequence[Operation], frame: Frame, terms: Terms) -> Frame:
    """A frame after every operation in order, by what was kept of them where polars has it."""
    native = frame.to_native()
    if not isinstance(native, pl.LazyFrame):
        for operation in operations:
            frame = operation(frame, terms)
        return frame
    for step in _steps(tuple(operations), terms):
        native = step(native)
    return nw.from_native(native)


@lru_cache(maxsize=MOST_KEPT)
def _steps(operations: tuple[Operation, ...], terms: Terms) -> tuple[Step, ...]:
    """What to do with a frame of polars instead of each operation, in order."""
    return tuple(step for one in operations for step in _steps_of(one, terms))


def _steps_of(operation: Operation, terms: Terms) -> Iterator[Step]:
    """An operation as the columns that it adds, or as it is."""
    listener = _Listener()
    listener.noted = []
    if operation(nw.from_native(listener), terms).to_native() is listener:
        yield from (partial(_add, columns) for columns in listener.noted)
    else:
        yield partial(_as_it_is, operation, terms)


def _add(columns: Added, native: pl.LazyFrame) -> pl.LazyFrame:
    return native.with_columns(*columns)


def _as_it_is(operation: Operation, terms: Terms, native: pl.LazyFrame) -> pl.LazyFrame:
    whole: pl.LazyFrame = operation(nw.from_native(native), terms).to_native()
    return whole
