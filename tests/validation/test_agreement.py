"""Both engines find the same, or the table is not judged at all."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from calc.errors import NotJudgedError
from calc.tables.trade_rules import trade_rules
from pipelines.validation import suite
from pipelines.validation.audit import Audit, audit
from pipelines.validation.known import known
from pipelines.validation.rows import Judged, judge_rows
from pipelines.workspace import Workspace
from tests.run.tool import Place
from tests.validation.tables import LAWFUL, lawful_rows, row, trade, write_trade
from tests.validation.test_rules_by_row import FAULTS

RULES = trade_rules()
KNOWN = known()
NUMBERS = [name for name, cell in LAWFUL.items() if isinstance(cell, float)]
TEXTS = [name for name, cell in LAWFUL.items() if isinstance(cell, str)]

numbers = st.one_of(st.none(), st.sampled_from([-1.0, 0.0, 9e14, 9.1e14]), st.floats(width=64))
odd_texts = st.sampled_from(
    ["", "USA\n", "\u00a0", "８７０３", "\x1c", "\x85a", "a" * 21, "٢٠٢٤", "é"]
)
texts = st.one_of(
    st.none(), odd_texts, st.text(st.characters(exclude_categories=["Cs"]), max_size=22)
)
cells = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(NUMBERS, numbers) | dict.fromkeys(TEXTS, texts)
)


def judged_both_ways(path: Path, rows: list[dict[str, Any]]) -> tuple[Judged, Audit]:
    trade(rows).write_parquet(path)
    judged = judge_rows(path, RULES, KNOWN)
    return judged, audit(path, judged, "rows")


def by_suite(audited: Audit) -> dict[str, int]:
    """What the second engine counted, by rule."""
    found = {item["rule_id"]: item["result"] for item in audited.result["results"]}
    return {
        name: result.get("unexpected_count", result.get("observed_value"))
        for name, result in found.items()
    }


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(faulted=st.lists(cells, min_size=5, max_size=40))
@example(faulted=[{"quantity": 2.2250738585e-313, "quantity_unit": "kg"}] * 5)
def test_engines_agree_on_faulted_tables(tmp_path: Path, faulted: list[dict[str, Any]]) -> None:
    judged, audited = judged_both_ways(tmp_path / "t.parquet", [row(**part) for part in faulted])
    failed = pl.coalesce("groups_failed", "rows_failed")
    counts = dict(judged.counts.select("rule_id", failed).iter_rows())
    assert by_suite(audited) == counts


def test_engines_agree_on_every_single_fault(tmp_path: Path) -> None:
    rows = [row(code=f"{20000000 + n}") | part for n, (_, part) in enumerate(FAULTS)]
    judged, audited = judged_both_ways(tmp_path / "t.parquet", [*rows, row(), row()])
    on_rows = judged.counts.filter(pl.col("groups_judged").is_null())
    assert (on_rows["rows_failed"] > 0).all()
    assert [item["rule_id"] for item in audited.result["results"]] == [
        rule.rule_id for rule in judged.rules
    ]


def test_an_expectation_that_cannot_run_is_not_a_failed_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = suite.rows_suite

    def with_a_broken_one(*given: Any) -> list[Any]:
        broken = sound(*given)
        broken[0].column = "no_such_column"
        return broken

    monkeypatch.setattr(suite, "rows_suite", with_a_broken_one)
    with pytest.raises(NotJudgedError, match=r"importer\.presence: .*no_such_column") as caught:
        judged_both_ways(tmp_path / "t.parquet", lawful_rows(3))
    assert caught.value.exit_code == 9


def test_a_rule_that_the_engines_read_differently_is_not_a_failed_row(tmp_path: Path) -> None:
    """A dollar sign stands before a last line end too in the one engine, and not in the other."""
    write_trade(Workspace(tmp_path), "t", [row(quantity_unit="kg\n"), row(code="87032302")])
    rules = tmp_path / "rules.toml"
    rules.write_text(
        '[[rule]]\nid = "unit"\nkind = "pattern"\ncolumn = "quantity_unit"\n'
        'pattern = "^(kg$|number)"\nreason = "only these are used"\n',
        encoding="utf-8",
    )
    done = Place(tmp_path).do("validate", "t", "--rules", rules, "-q")
    assert (done.code, done.out) == (9, "")
    assert done.err == (
        "error: polars and great-expectations disagree on rule user.unit: 1 against 0 failed\n"
        "where: user.unit\n"
        "hint: the table is neither valid nor invalid: the engines read this rule differently, as "
        'they do "$" before a line end; write it in another way\n'
    )


def test_an_engine_that_stops_is_not_a_failed_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table with a failed row: what is told is that it could not be judged, and nothing kept."""

    def stops(*_: Any) -> None:
        raise RuntimeError("no suite today")

    table = write_trade(Workspace(tmp_path), "t", [*lawful_rows(2), row(importer="usa")])
    monkeypatch.setattr(suite, "rows_suite", stops)
    done = Place(tmp_path).do("validate", "t", "-q")
    assert (done.code, done.out) == (9, "")
    assert done.err == (
        "error: great-expectations stopped: no suite today\n"
        "where: t.parquet\n"
        "hint: the table is neither valid nor invalid: try again, or report this message\n"
    )
    assert not [path for path in table.parents[1].rglob("*") if "validation" in path.parts[-2]]
    monkeypatch.undo()
    again = Place(tmp_path).do("validate", "t", "-q")
    assert again.code == 3
    assert "1 of 3 rows (USD 1,000 of USD 3,000) cannot be used, 1 rule broken" in again.err


@pytest.mark.parametrize("suite_on", ["rows", "counts"])
def test_disagreement_names_the_rule(tmp_path: Path, suite_on: Any) -> None:
    path = tmp_path / "t.parquet"
    trade(lawful_rows(3)).write_parquet(path)
    judged = judge_rows(path, RULES, KNOWN)
    is_code = pl.col("rule_id") == "trade.code.pattern"
    wrong = pl.when(is_code).then(1).otherwise("rows_failed").cast(pl.Int64).alias("rows_failed")
    frame = suite.counts_frame
    lying = replace(judged)
    vars(lying)["counts"] = judged.counts.with_columns(wrong)
    if suite_on == "counts":
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(suite, "counts_frame", lambda _: frame(judged))
            with pytest.raises(NotJudgedError, match=r"disagree on rule trade\.code\.pattern"):
                audit(path, lying, suite_on)
        return
    with pytest.raises(NotJudgedError, match=r"disagree on rule trade\.code\.pattern"):
        audit(path, lying, suite_on)


def test_an_expectation_is_asked_again_where_its_fields_are_others() -> None:
    with suite.quiet_engine(), suite.told_once():
        asked = suite._expectations().ExpectColumnValuesToNotBeNull(column="code")
        told = asked.configuration
        assert asked.configuration is told
        asked.column = "period"
        assert asked.configuration.kwargs == {"column": "period"}
    assert told.kwargs == {"column": "code"}
    assert asked.configuration is not asked.configuration
