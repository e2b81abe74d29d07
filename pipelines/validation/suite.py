"""The rules of a table as a great-expectations suite.

The suite is generated from the same rules that polars runs. It judges the rows themselves up to
a number of rows, and above it the counts by rule. Of groups of rows it judges the figures, which
polars computes.
"""

import contextlib
import importlib.util
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import polars as pl

from calc import judge
from calc.grouped import FIGURE
from calc.relation import Columns
from calc.rules import Rule
from pipelines.validation.conditions import LARGEST, fails, holds, is_finite
from pipelines.validation.rows import Judged

SEVERITY = {"error": "critical", "warning": "warning", "information": "info"}


UNUSED = "scipy.stats"
"""What the engine imports for expectations that no suite of ours has: a third of its start."""


def put_off(name: str) -> None:
    """Let a module be loaded when something of it is used, not where it is imported."""
    if name in sys.modules:
        return
    with contextlib.suppress(ImportError):
        package, _, own = name.rpartition(".")
        parent, spec = importlib.import_module(package), importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return
        spec.loader = importlib.util.LazyLoader(spec.loader)
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        setattr(parent, own, module)


@contextlib.contextmanager
def quiet_engine() -> Iterator[None]:
    """No telemetry, no warnings and Python's own regular expressions while the engine works."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        put_off(UNUSED)
        import great_expectations  # noqa: F401 - the first import warns
        import pandas as pd

        with pd.option_context("mode.string_storage", "python"):
            yield


@contextlib.contextmanager
def told_once() -> Iterator[None]:
    """Let an expectation tell its configuration once, for as long as its fields stay as they are.

    The engine asks each expectation for it a hundred times, and writes it anew every time: a third
    of all its work.
    """
    from great_expectations.expectations.expectation import Expectation

    written: Any = Expectation.configuration
    held: dict[int, tuple[Any, dict[str, Any], Any]] = {}

    def told(asked: Any) -> Any:
        kept = held.get(id(asked))
        if kept is None or kept[0] is not asked or kept[1] != vars(asked):
            kept = held[id(asked)] = (asked, dict(vars(asked)), written.fget(asked))
        return kept[2]

    Expectation.configuration = property(told)  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Expectation.configuration = written  # type: ignore[method-assign]


def rows_frame(frame: pl.DataFrame, judged: Judged) -> Any:
    """The rows of a table as the engine takes them: a pandas frame.

    Text stays text or None. What is no number becomes infinite, because pandas takes it for
    missing: the rule on finite numbers finds it all the same. One flag is added: whether a row
    keeps the row rules, which the key is judged by once more.
    """
    keeps = ~pl.col(judge.ROW).is_in(judged.unusable.implode())
    whole = frame.with_row_index(judge.ROW).with_columns(keeps.alias(judge.KEEPS))
    return _to_pandas(whole.drop(judge.ROW))


def groups_frame(judged: Judged) -> Any:
    """The groups of rows with their figures, as a pandas frame."""
    return _to_pandas(judged.groups.select("rule_id", FIGURE))


def counts_frame(judged: Judged) -> Any:
    """What each rule found, as a pandas frame of one row and a column a rule.

    Rows that fail, or groups where a group without any row can fail.
    """
    failed = pl.max_horizontal("rows_failed", "groups_failed")
    counts = judged.counts.select("rule_id", failed).iter_rows()
    return _to_pandas(pl.DataFrame({rule_id: [found] for rule_id, found in counts}))


def _to_pandas(frame: pl.DataFrame) -> Any:
    import pandas as pd

    columns = {}
    for series in frame:
        if series.dtype.is_float():
            columns[series.name] = series.fill_nan(float("inf")).to_numpy()
        elif series.dtype == pl.String:
            columns[series.name] = pd.Series(_texts(series), dtype=object)
        else:
            columns[series.name] = series.to_numpy()
    return pd.DataFrame(columns)


def _texts(series: pl.Series) -> Any:
    """Text or None a row, each distinct text held once: most texts of a table repeat."""
    import numpy as np

    encoded = series.to_arrow().dictionary_encode()
    words = np.array([*encoded.dictionary.to_pylist(), None], dtype=object)
    return words[encoded.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)]


def rows_suite(rules: Sequence[Rule], columns: Columns) -> list[Any]:
    """An expectation a rule on rows or on the key, on the rows themselves."""
    return [_on_rows(rule, columns) for rule in rules if not rule.is_on_groups]


def groups_suite(rules: Sequence[Rule]) -> list[Any]:
    """An expectation a rule on groups, on the figures of the groups."""
    gxe = _expectations()
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column=FIGURE,
            min_value=rule.parameters.get("minimum"),
            max_value=rule.parameters.get("maximum"),
            **_among(f"rule_id == '{rule.rule_id}'"),
            **_about(rule),
        )
        for rule in rules
        if rule.is_on_groups
    ]


def counts_suite(judged: Judged) -> list[Any]:
    """An expectation a rule, on the counts: no row breaks it."""
    gxe = _expectations()
    return [
        gxe.ExpectColumnValuesToBeInSet(column=rule.rule_id, value_set=[0], **_about(rule))
        for rule in judged.rules
    ]


def _on_rows(rule: Rule, columns: Columns) -> Any:
    """The expectation that says what a rule says, with its own way to take what is missing."""
    gxe = _expectations()
    about, facts = _about(rule) | {"column": rule.column}, rule.parameters
    where = [] if rule.where is None else [holds(rule.where, columns)]
    if rule.kind == "presence":
        return gxe.ExpectColumnValuesToNotBeNull(**_among(*where), **about)
    if rule.kind == "pattern":
        regex = python_pattern(facts["pattern"])
        return gxe.ExpectColumnValuesToMatchRegex(regex=regex, **_among(*where), **about)
    if rule.kind == "set":
        among = _among(*where)
        return gxe.ExpectColumnValuesToBeInSet(value_set=facts["values"], **among, **about)
    if rule.kind == "number":
        low, high = -float(LARGEST), float(LARGEST)
        bounds = {"min_value": low, "max_value": high}
        return gxe.ExpectColumnValuesToBeBetween(**bounds, **_among(*where), **about)
    if rule.kind == "range":
        bounds = {"min_value": facts["minimum"], "max_value": facts["maximum"]}
        among = _among(is_finite(str(rule.column)), *where)
        return gxe.ExpectColumnValuesToBeBetween(**bounds, **among, **about)
    return _on_several(rule, where, columns)


def _on_several(rule: Rule, where: Sequence[str], columns: Columns) -> Any:
    gxe = _expectations()
    if rule.relation is not None:
        among = _among(fails(rule.relation, columns), *where)
        return gxe.ExpectTableRowCountToEqual(value=0, **among, **_about(rule))
    is_among_kept = rule.rule_id.endswith(judge.AMONG_KEPT)
    among = _among(f"{judge.KEEPS} == True") if is_among_kept else {}
    return gxe.ExpectCompoundColumnsToBeUnique(
        column_list=list(rule.parameters["columns"]),
        ignore_row_if="never",
        **among,
        **_about(rule),
    )


def _among(*conditions: str) -> dict[str, str]:
    """The rows that an expectation is about; all where no condition is given."""
    if not conditions:
        return {}
    return {"row_condition": " and ".join(conditions), "condition_parser": "pandas"}


def _expectations() -> Any:
    """The module of expectations; it does not declare what it exports."""
    return importlib.import_module("great_expectations.expectations")


def python_pattern(pattern: str) -> str:
    r"""A pattern with the same meaning in Python: there ``$`` also stands before a line end."""
    return f"{pattern[:-1]}\\Z" if pattern.endswith("$") else pattern


def _about(rule: Rule) -> dict[str, Any]:
    """The rule's id and words: for our reader of results, and for the engine's own pages."""
    facts = {"rule_id": rule.rule_id, "message": rule.message}
    told = escape(f"{rule.rule_id}: {rule.message}", quote=False)  # its pages do not escape it
    return {"meta": facts, "description": told, "severity": SEVERITY[rule.severity]}
