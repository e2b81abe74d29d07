"""The engine that draws charts, started ahead in a process of its own where one may be started.

Its start takes most of a second, in which Python stands still: vl-convert holds the interpreter.
Beside a run's own work it costs no time where there is a second core. The drawing is the same.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from pipelines.ahead import Worker, serve

Spec = Mapping[str, Any]
FIRST: Spec = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "data": {"values": [{"value": 1}]},
    "mark": "bar",
    "encoding": {"x": {"field": "value", "type": "quantitative"}},
}
"""Drawn by the process before it is asked for anything: it reads what the engine needs."""
WORKER = Worker("pipelines.report.page.engine")


class Drawings:
    """Charts that are asked for and not waited for; a mark in the text holds the place of each.

    A mark is a comment of HTML, which no text of a page can be: it is escaped.
    """

    under_way: ClassVar["Drawings | None"] = None

    def __init__(self) -> None:
        self._asked: list[tuple[Spec, int | None]] = []

    def mark(self, spec: Spec) -> str:
        """What stands for a chart until it is drawn."""
        self._asked.append((spec, WORKER.ask(spec)))
        return _mark(len(self._asked))

    def filled(self, text: str, told: Callable[[str], str] = str) -> str:
        """The text with its charts, each as ``told`` says it in other money."""
        for number, (spec, asked) in enumerate(self._asked, start=1):
            text = text.replace(_mark(number), told(_drawn(spec, asked)))
        return text


def _mark(number: int) -> str:
    return f"<!-- chart {number} -->"


@contextmanager
def drawn_later() -> Iterator[Drawings]:
    """Charts within it are drawn while other work goes on; ``filled`` puts them in their places."""
    Drawings.under_way = drawings = Drawings()
    try:
        yield drawings
    finally:
        Drawings.under_way = None


def svg_of(spec: Spec) -> str:
    """A chart as SVG text: drawn by the process started ahead, or in this one."""
    if Drawings.under_way is not None:
        return Drawings.under_way.mark(spec)
    return _drawn(spec, WORKER.ask(spec))


def _drawn(spec: Spec, asked: int | None) -> str:
    drawn: str | None = WORKER.answer(asked)
    return _drawn_here(spec) if drawn is None else drawn


def _drawn_here(spec: Spec) -> str:
    import vl_convert

    text: str = vl_convert.vegalite_to_svg(dict(spec))
    return text


if __name__ == "__main__":
    _drawn_here(FIRST)
    serve(_drawn_here)
