"""Rules of a user's own: read with their lines, judged by both engines, part of the verdict."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calc.errors import RulesError
from calc.rules import Rule, in_order
from calc.tables.trade_rules import trade_rules
from pipelines.validation.audit import audit
from pipelines.validation.known import known
from pipelines.validation.rows import Judged, judge_rows
from pipelines.validation.step import rejected, verdict_for
from pipelines.validation.user_rules import read_user_rules
from pipelines.validation.verdict import LEAVE_OUT, Settings
from pipelines.workspace import Workspace
from tests.validation.tables import lawful_rows, row, trade, write_trade
from tests.validation.test_agreement import by_suite, cells

KNOWN = known()


def own(folder: Path, text: str) -> list[Rule]:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return read_user_rules(path).rules


def rule(**keys: str) -> str:
    """A rule of a file: each key with its value as TOML."""
    whole = {"id": '"mine"', "reason": '"because"'} | keys
    return "\n".join(["[[rule]]", *(f"{key} = {value}" for key, value in whole.items())]) + "\n"


def judged(folder: Path, rows: list[dict[str, Any]], text: str) -> Judged:
    path = folder / "table.parquet"
    trade(rows).write_parquet(path)
    return judge_rows(path, in_order([*trade_rules(), *own(folder, text)]), KNOWN)


def found(folder: Path, rows: list[dict[str, Any]], text: str) -> dict[str, Any]:
    counts = judged(folder, rows, text).counts
    return counts.row(by_predicate=pl.col("rule_id") == "user.mine", named=True)


JAPAN = "'partner == \"JPN\"'"
THREE = [
    row(partner="JPN", customs_value_usd=600.0),
    row(partner="KOR", customs_value_usd=300.0, quantity=None, quantity_unit=None),
    row(partner="DEU", customs_value_usd=100.0, cif_value_usd=2000.0),
]


EACH_KIND = [
    (rule(kind='"presence"', column='"quantity"'), 1, 300.0),
    (rule(kind='"presence"', column='"quantity"', where="'partner == \"JPN\"'"), 0, 0.0),
    (rule(kind='"pattern"', column='"partner"', pattern='"^[JK]"'), 1, 100.0),
    (rule(kind='"set"', column='"partner"', values='["JPN", "KOR"]'), 1, 100.0),
    (rule(kind='"set"', column='"quantity"', values="[3]"), 2, 700.0),
    (rule(kind='"range"', column='"customs_value_usd"', minimum="200"), 1, 100.0),
    (rule(kind='"range"', column='"customs_value_usd"', maximum="300"), 1, 600.0),
    (rule(kind='"relation"', relation='"cif_value_usd <= 1.2 * fob_value_usd"'), 1, 100.0),
    (rule(kind='"unique"', columns='["importer", "code"]'), 3, 1000.0),
    (rule(kind='"unique"', columns='["partner"]'), 0, 0.0),
    # Japan has 600 of 1,000.
    (rule(kind='"share"', part=JAPAN, maximum='"60%"'), 0, 0.0),
    (rule(kind='"share"', part=JAPAN, maximum="0.59"), 3, 1000.0),
    (
        rule(kind='"share"', part=JAPAN, by='["importer"]', minimum='"61%"'),
        3,
        1000.0,
    ),
    # Quantities are 2 + 2.
    (rule(kind='"sum"', column='"quantity"', minimum="4", maximum="4"), 0, 0.0),
    (rule(kind='"sum"', column='"quantity"', by='["partner"]', minimum="2"), 1, 300.0),
    (rule(kind='"control"', column='"value"', equals="1000"), 0, 0.0),
    (rule(kind='"control"', column='"value"', equals="1100", within='"10%"'), 0, 0.0),
    (rule(kind='"control"', column='"value"', equals="1100", within='"9%"'), 3, 1000.0),
    (rule(kind='"control"', column='"value"', equals="600", where=JAPAN), 0, 0.0),
]
"""Rules with the rows that break them, and their dollars."""


@pytest.fixture(scope="module")
def counts_by_rule(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What each of these rules found, all of them judged in one go."""
    text = "".join(
        text.replace('"mine"', f'"mine-{number}"') for number, (text, _, _) in enumerate(EACH_KIND)
    )
    counts = judged(tmp_path_factory.mktemp("kinds"), THREE, text).counts
    return {counted["rule_id"]: counted for counted in counts.iter_rows(named=True)}


@pytest.mark.parametrize("number", range(len(EACH_KIND)))
def test_each_kind_finds_its_rows(counts_by_rule: dict[str, dict[str, Any]], number: int) -> None:
    counted, (_, rows, usd) = counts_by_rule[f"user.mine-{number}"], EACH_KIND[number]
    assert (counted["rows_failed"], counted["value_failed_usd"]) == (rows, usd)
    if counted["groups_judged"] is not None:
        assert (counted["groups_failed"] > 0) == (rows > 0)


def test_a_control_total_of_rows_that_are_not_there_is_not_met(tmp_path: Path) -> None:
    text = rule(kind='"control"', column='"value"', equals="5", where="'partner == \"FRA\"'")
    counted = found(tmp_path, THREE, text)
    assert (counted["rows_judged"], counted["groups_failed"]) == (0, 1)


BAD = """
rules = 1
[[rule]]
id = "a"
kind = "presense"

[[rule]]
id = "b"
kind = "range"
colum = "quantity"
reason = "why"

[[rule]]
id = "c"
kind = "relation"
relation = "cif_value_usd > fob_valu_usd"
reason = "why"

[[rule]]
id = "c"
kind = "set"
column = "flow"
values = ["import"]
reason = "why"

[[rule]]
id = "d"
kind = "share"
part = 'partner == "JPN"'
minimum = 25
reason = "why"
"""


def test_problems_are_told_together_with_their_lines(tmp_path: Path) -> None:
    with pytest.raises(RulesError) as caught:
        own(tmp_path, BAD)
    assert caught.value.exit_code == 4
    assert [(one.where, one.what, one.hint) for one in caught.value.problems] == [
        ("own.toml line 2, rules", "rules is not read", "did you mean rule?"),
        ("own.toml line 5, kind", "'presense' is no kind of rule", "did you mean presence?"),
        ("own.toml line 8, id", "rule 'b' has no column", "a rule of kind range needs column"),
        ("own.toml line 10, colum", "a rule of kind range has no colum", "did you mean column?"),
        (
            "own.toml line 16, relation",
            "there is no column fob_valu_usd",
            "did you mean fob_value_usd or cif_value_usd or customs_value_usd?",
        ),
        ("own.toml line 20, id", "there are two rules 'c'", "give each rule its own id"),
        ("own.toml line 30, minimum", "25 is no share", 'write minimum = "5%", or minimum = 0.05'),
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("x = ", "is not TOML"),
        ("", "there is no [[rule]]"),
        ("rule = 1", "there is no [[rule]]"),
        ("[[rule]]\nid = 1", "the rule has no kind"),
        ("[[rule]]\nkind = [1]", "is no kind of rule"),
        (rule(kind='"presence"', column='"quantity"', reason='" "'), "does not say its reason"),
        (rule(kind='"presence"', column='"quantity"', severity='"bad"'), "'bad' is no severity"),
        (rule(kind='"presence"', column='"quantity"', id='"A b"'), "a rule needs an id"),
        (rule(kind='"presence"', column="[1]"), "there is no column [1]"),
        (rule(kind='"presence"', column='"quantity"', message="1"), "the message is no text"),
        (rule(kind='"presence"', column='"quantity"', where="1"), "where is no text"),
        (rule(kind='"pattern"', column='"quantity"', pattern='"x"'), "quantity holds no texts"),
        (rule(kind='"pattern"', column='"code"', pattern="'\\d'"), "\\d is not read in a pattern"),
        (rule(kind='"pattern"', column='"code"', pattern="'^[[:digit:]]+$'"), "[[ is not read"),
        (rule(kind='"pattern"', column='"code"', pattern="'[0-9&&[^8]]'"), "[0-9&& is not read"),
        (rule(kind='"pattern"', column='"code"', pattern='"("'), "the pattern cannot be read"),
        (rule(kind='"pattern"', column='"code"', pattern='"(?=x)"'), "the pattern cannot be read"),
        (rule(kind='"pattern"', column='"code"', pattern="1"), "the pattern is no text"),
        (rule(kind='"set"', column='"flow"', values="[1]"), "a list of texts"),
        (rule(kind='"set"', column='"quantity"', values="[true]"), "a list of numbers"),
        (rule(kind='"set"', column='"flow"', values="[]"), "a list of texts"),
        (rule(kind='"range"', column='"code"', minimum="1"), "code holds no numbers"),
        (rule(kind='"range"', column='"quantity"'), "neither a minimum nor a maximum"),
        (rule(kind='"range"', column='"quantity"', minimum='"1"'), "'1' is no number"),
        (rule(kind='"range"', column='"quantity"', minimum="nan"), "nan is no number"),
        (rule(kind='"range"', column='"quantity"', minimum="2", maximum="1"), "above the maximum"),
        (rule(kind='"unique"', columns="[]"), "columns is no list of columns"),
        (rule(kind='"unique"', columns='["code", "code"]'), "columns is no list of columns"),
        (rule(kind='"unique"', columns='["quantity"]'), "no column of texts quantity"),
        (rule(kind='"sum"', column='"quantity"', by='"code"', minimum="1"), "by is no list"),
        (rule(kind='"control"', column='"value"', equals="0"), "a number other than 0"),
        (rule(kind='"control"', column='"code"', equals="1"), "code holds no numbers"),
        (rule(kind='"share"', part='"quantity"', minimum="0"), "where a condition is needed"),
    ],
)
def test_what_is_no_rule_is_refused(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(RulesError) as caught:
        own(tmp_path, text)
    assert what in caught.value.problems[0].what
    assert "own.toml" in caught.value.problems[0].where


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    own(tmp_path, rule(kind='"presence"', column='"quantity"'))
    with pytest.raises(RulesError) as caught:
        read_user_rules(tmp_path / "owm.toml")
    assert caught.value.problems[0].hint == "did you mean own.toml?"
    (tmp_path / "own.toml").write_bytes(b"id = 1\n\xff")
    with pytest.raises(RulesError, match="not UTF-8: byte 0xff") as bytes_caught:
        read_user_rules(tmp_path / "own.toml")
    assert bytes_caught.value.problems[0].where == "own.toml line 2"


@given(st.text(max_size=80) | st.binary(max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_file_is_read_or_refused(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "any.toml"
    path.write_bytes(content.encode("utf-8", "replace") if isinstance(content, str) else content)
    with pytest.raises(RulesError):
        read_user_rules(path)


@pytest.mark.usefixtures("tables_alone")
def test_own_rules_make_a_verdict_of_their_own(workspace: Workspace, tmp_path: Path) -> None:
    table = write_trade(workspace, "some", lawful_rows(3))
    path = tmp_path / "own.toml"
    path.write_text(rule(kind='"range"', column='"quantity"', maximum="1"), encoding="utf-8")
    plain = verdict_for(workspace, table)
    held = verdict_for(workspace, table, Settings(rules=path))
    assert (plain.state, held.state) == ("valid", "invalid")
    assert plain.folder != held.folder
    assert held.subject.user_rules_sha256 == read_user_rules(path).sha256
    assert (
        rejected(workspace, held, path)
        .problems[0]
        .hint.endswith(f"leave them out with: retorsion validate some --rules {path} --quarantine")
    )
    path.write_text(rule(kind='"range"', column='"quantity"', maximum="2"), encoding="utf-8")
    assert verdict_for(workspace, table, Settings(rules=path)).state == "valid"


@pytest.mark.usefixtures("tables_alone")
def test_a_total_that_does_not_hold_is_not_mended_by_leaving_rows_out(
    workspace: Workspace, tmp_path: Path
) -> None:
    table = write_trade(workspace, "some", [*lawful_rows(3), row(importer="usa")])
    path = tmp_path / "own.toml"
    path.write_text(rule(kind='"control"', column='"value"', equals="4000"), encoding="utf-8")
    verdict = verdict_for(workspace, table, Settings(choice=LEAVE_OUT, rules=path))
    assert verdict.state == "invalid"  # 4,000 with the row that is left out, 3,000 without it
    problems = rejected(workspace, verdict).problems
    assert "leaving rows out does not mend a total" in problems[0].hint
    assert (
        problems[1].what == "the sum of value is 4,000, among the rows that stay: not so in 1 group"
    )
    held = {item.rule_id: item.is_broken for item in verdict.rules if "user" in item.rule_id}
    assert held == {"user.mine": False, "user.mine.among_kept": True}


EVERY_KIND = "".join(
    text.replace('"mine"', f'"mine-{number}"')
    for number, text in enumerate(
        [
            rule(kind='"presence"', column='"quantity"', where="'quantity_2 > 0'"),
            rule(kind='"pattern"', column='"partner"', pattern='"^[A-J]"', severity='"warning"'),
            rule(kind='"set"', column='"quantity_unit"', values='["kg", "number"]'),
            rule(kind='"set"', column='"quantity"', values="[0, 2]", where="'code is given'"),
            rule(kind='"range"', column='"quantity"', minimum="0", where="'flow is given'"),
            rule(
                kind='"relation"',
                relation="'not (cif_value_usd > 2 * fob_value_usd and quantity is missing) or "
                'partner == "JPN"\'',
                where="'net_mass_kg / quantity > 1 or importer != partner'",
            ),
            rule(kind='"unique"', columns='["partner", "code"]'),
            rule(kind='"share"', part="'partner == \"JPN\"'", by='["importer"]', minimum="0.5"),
            rule(kind='"sum"', column='"net_mass_kg"', by='["partner"]', maximum="1e4"),
            rule(kind='"control"', column='"value"', equals="5000", within='"50%"'),
        ]
    )
)


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(faulted=st.lists(cells, min_size=3, max_size=25))
def test_both_engines_agree_on_every_kind_and_faulted_tables(
    tmp_path: Path, faulted: list[dict[str, Any]]
) -> None:
    rows = [*lawful_rows(5), *(row(**part) for part in faulted)]
    both = judged(tmp_path, rows, EVERY_KIND)
    failed = pl.coalesce("groups_failed", "rows_failed")
    counts = dict(both.counts.select("rule_id", failed).iter_rows())
    assert by_suite(audit(tmp_path / "table.parquet", both, "rows")) == counts
    assert sum(name.startswith("user.") for name in counts) >= 10
