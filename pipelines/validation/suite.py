"""The rules of a table as a great-expectations suite.

The suite is generated from the same rules that polars runs. It judges the rows themselves up to
a number of rows, and above it the counts by rule.
"""

import contextlib
import importlib
import os
import warnings
from collections.abc import Iterator
from typing import Any

import polars as pl

from calc import judge
from calc.rules import Rule
from pipelines.validation.rows import Judged

SEVERITY = {"error": "critical", "warning": "warning", "information": "info"}


@contextlib.contextmanager
def quiet_engine() -> Iterator[None]:
    """No telemetry, no warnings and Python's own regular expressions while the engine works."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations  # noqa: F401 - the first import warns
        import pandas as pd

        with pd.option_context("mode.string_storage", "python"):
            yield


def rows_frame(frame: pl.DataFrame, judged: Judged) -> Any:
    """The rows of a table as the engine takes them: a pandas frame.

    Text stays text or None. A number that is not finite becomes null, because pandas cannot tell
    it from null: the rule on finite numbers is judged on a flag. A rule that pandas cannot judge
    by itself is a flag too, named by the rule's id: true where the row keeps the rule.
    """
    flags = [rule.passes().alias(rule.rule_id) for rule in judged.rules if is_flag(rule, frame)]
    whole = frame.with_row_index(judge.ROW).with_columns(
        *flags, (~pl.col(judge.ROW).is_in(judged.unusable.implode())).alias(judge.KEEPS)
    )
    return _to_pandas(whole.drop(judge.ROW))


def counts_frame(judged: Judged) -> Any:
    """The failed rows of each rule, as a pandas frame of one row and a column a rule."""
    counts = judged.counts.select("rule_id", "rows_failed").iter_rows()
    return _to_pandas(pl.DataFrame({rule_id: [failed] for rule_id, failed in counts}))


def _to_pandas(frame: pl.DataFrame) -> Any:
    import pandas as pd

    columns = {}
    for series in frame:
        if series.dtype.is_float():
            finite = pl.when(pl.first().is_finite()).then(pl.first())
            columns[series.name] = series.to_frame().select(finite).to_series().to_numpy()
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


def is_flag(rule: Rule, frame: pl.DataFrame) -> bool:
    """Whether a rule is judged on a flag that polars computes."""
    if rule.kind == "presence":
        return rule.column is not None and frame.schema[rule.column].is_float()
    return rule.kind in ("number", "relation")


def rows_suite(judged: Judged, frame: pl.DataFrame) -> list[Any]:
    """An expectation a rule, on the rows themselves."""
    return [_on_rows(rule, flag=is_flag(rule, frame)) for rule in judged.rules]


def counts_suite(judged: Judged) -> list[Any]:
    """An expectation a rule, on the counts: no row breaks it."""
    gxe = _expectations()
    return [
        gxe.ExpectColumnValuesToBeInSet(column=rule.rule_id, value_set=[0], **_about(rule))
        for rule in judged.rules
    ]


def _on_rows(rule: Rule, *, flag: bool) -> Any:
    gxe = _expectations()
    about, column, facts = _about(rule), rule.column or rule.rule_id, rule.parameters
    if flag:
        return gxe.ExpectColumnValuesToBeInSet(column=rule.rule_id, value_set=[True], **about)
    if rule.kind == "presence":
        return gxe.ExpectColumnValuesToNotBeNull(column=column, **about)
    if rule.kind == "pattern":
        regex = python_pattern(facts["pattern"])
        return gxe.ExpectColumnValuesToMatchRegex(column=column, regex=regex, **about)
    if rule.kind == "range":
        low, high = facts["minimum"], facts["maximum"]
        return gxe.ExpectColumnValuesToBeBetween(
            column=column, min_value=low, max_value=high, **about
        )
    if rule.rule_id.endswith(judge.AMONG_KEPT):
        about |= {"row_condition": f"{judge.KEEPS} == True", "condition_parser": "pandas"}
    return gxe.ExpectCompoundColumnsToBeUnique(
        column_list=list(facts["columns"]), ignore_row_if="never", **about
    )


def _expectations() -> Any:
    """The module of expectations; it does not declare what it exports."""
    return importlib.import_module("great_expectations.expectations")


def python_pattern(pattern: str) -> str:
    r"""A pattern with the same meaning in Python: there ``$`` also stands before a line end."""
    return f"{pattern[:-1]}\\Z" if pattern.endswith("$") else pattern


def _about(rule: Rule) -> dict[str, Any]:
    facts = {"rule_id": rule.rule_id, "message": rule.message}
    return {"meta": facts, "severity": SEVERITY[rule.severity]}
