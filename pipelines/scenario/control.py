"""Control totals: figures that the result should meet, each with its source."""

from collections.abc import Iterator

from calc.errors import did_you_mean
from pipelines.scenario.fields import Table, number_of, table_of, text_of
from pipelines.scenario.grammar import CONTROL, check_keys
from pipelines.scenario.instruments import Control
from pipelines.scenario.ranges import share_of

FIGURES = (
    *("listed_usd", "covered_usd", "in_force_usd", "affected_usd", "threatened_usd"),
    *(
        "prohibited_usd",
        "customs_value_usd",
        "duty_before_usd",
        "duty_after_usd",
        "duty_increment_usd",
    ),
)


def read_controls(top: Table) -> tuple[Control, ...]:
    """The control totals of a file, sorted by figure."""
    outer = table_of(top, "control", example="[control] threatened_usd = { equals = 5.9e9 }")
    return tuple(sorted(_controls(outer), key=lambda each: each.figure)) if outer else ()


def _controls(outer: Table) -> Iterator[Control]:
    for figure, value in outer.values.items():
        if figure not in FIGURES:
            outer.refuse(figure, f"{outer.shown_key(figure)} is not a figure of a result",
                         did_you_mean(figure, FIGURES))  # fmt: skip
            continue
        inner = table_of(outer, figure, example=f'{figure} = {{ equals = 5.9e9, source = "..." }}')
        if inner is None:
            continue
        check_keys(inner, CONTROL)
        values = inner.values
        equals, within = None, share_of(inner, "within", values.get("within", 0))
        if "equals" in values:
            equals = number_of(inner, "equals", values["equals"], example="equals = 5.9e9")
        source = text_of(inner, "source", example='source = "..."')
        if equals is not None and within is not None:
            yield Control(figure, equals, within, source, dict(value))
