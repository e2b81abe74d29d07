"""Messages that say what, where and what next, and the exit code of each kind of error."""

import pytest

from calc.errors import (
    DataRejectedError,
    LimitError,
    LockedError,
    NotJudgedError,
    Problem,
    RetorsionError,
    RulesError,
    ScenarioError,
    ServiceError,
    StorageError,
    UsageError,
    VerificationError,
    did_you_mean,
    nearest,
)

KINDS: list[tuple[type[RetorsionError], int, str]] = [
    (RetorsionError, 1, "error"),
    (UsageError, 2, "usage"),
    (DataRejectedError, 3, "data rejected"),
    (ScenarioError, 4, "scenario rejected"),
    (RulesError, 4, "rules rejected"),
    (StorageError, 5, "cannot read or write"),
    (ServiceError, 5, "cannot read"),
    (LockedError, 6, "locked"),
    (LimitError, 7, "resource limit"),
    (VerificationError, 8, "verification failed"),
    (NotJudgedError, 9, "could not be judged"),
]


@pytest.mark.parametrize(("error", "code", "kind"), KINDS)
def test_each_kind_has_its_exit_code(error: type[RetorsionError], code: int, kind: str) -> None:
    assert (error.exit_code, error.kind) == (code, kind)
    assert error("x").as_dict() == {
        "error": kind,
        "exit_code": code,
        "problem_count": 1,
        "problems": [{"what": "x", "where": "", "hint": ""}],
    }


def test_every_kind_is_listed_here() -> None:
    assert set(RetorsionError.__subclasses__()) == {error for error, _, _ in KINDS[1:]}


def test_message_is_what_where_and_hint_one_a_line() -> None:
    error = ScenarioError("unknown key rte", where="s.toml line 3", hint="did you mean rate?")
    assert str(error) == "unknown key rte"
    assert error.lines() == [
        "error: unknown key rte",
        "where: s.toml line 3",
        "hint: did you mean rate?",
    ]


def test_fact_that_is_not_known_has_no_line() -> None:
    assert UsageError("no table").lines() == ["error: no table"]


def problems(count: int) -> list[Problem]:
    return [Problem(f"problem {number}") for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("count", "last"),
    [
        (1, "error: problem 1"),
        (20, "error: problem 20"),
        (21, "... and 1 more problem"),
        (430, "... and 410 more problems"),
    ],
)
def test_at_most_twenty_problems_are_shown_then_a_count(count: int, last: str) -> None:
    error = DataRejectedError.collected(problems(count))
    assert type(error) is DataRejectedError
    assert str(error) == "problem 1"
    printed = error.lines()
    assert printed[0] == "error: problem 1"
    assert printed[-1] == last
    assert len(printed) == min(count, 20) + (count > 20)
    told = error.as_dict()
    assert told["problem_count"] == count
    assert len(told["problems"]) == min(count, 20)


def test_error_without_a_problem_is_a_bug() -> None:
    with pytest.raises(ValueError, match="an error needs at least one problem"):
        DataRejectedError.collected([])


KEYS = ["rate", "mode", "partners", "products", "Programme"]


@pytest.mark.parametrize(
    ("word", "close"),
    [
        ("rte", ["rate"]),
        ("RATE", ["rate"]),
        ("programm", ["Programme"]),
        ("zzz", []),
        ("", []),
    ],
)
def test_nearest_known_words(word: str, close: list[str]) -> None:
    assert nearest(word, KEYS) == close


@pytest.mark.parametrize("known", [["Rate", "RATE"], ["RATE", "Rate"]])
def test_of_names_that_differ_in_case_only_the_same_one_is_named(known: list[str]) -> None:
    assert nearest("rate", known) == ["RATE"]


def test_nearest_codes_best_first_and_no_more_than_asked_for() -> None:
    codes = ["870323", "870322", "870829", "010121", "870333"]
    assert nearest("870323", codes)[0] == "870323"
    assert nearest("870332", codes, count=2) == ["870333", "870323"]


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("rte", KEYS, "did you mean rate?"),
        ("870332", ["870323", "870333"], "did you mean 870333 or 870323?"),
        ("zzz", KEYS, "known: Programme, mode, partners, products, rate"),
        ("zzz", list("jihgfedcba"), "known: a, b, c, d, e, f, g, h ..."),
        ("zzz", [], ""),
    ],
)
def test_hint_names_the_nearest_or_else_what_is_known(
    word: str, known: list[str], hint: str
) -> None:
    assert did_you_mean(word, known) == hint
