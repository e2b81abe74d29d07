"""Time: annulled and dated back, events that may not have happened, the law as known on a day."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.scenario.law import law_at
from tests.scenario.files import LAWFUL, law, only, problems, read

EVENTS = """\
would_apply_from = 2024-05-20
events = [
  { on = 2024-05-16, is = "announced" },
  { on = 2024-06-28, is = "effective" },
]
"""
VOID = """\
events = [
  { on = 2024-05-16, is = "effective" },
  { on = 2024-08-01, is = "void", void = "ex-tunc" },
]
"""


def states(folder: Path, text: str, *days: date) -> list[str]:
    scenario = read(folder, text)
    return [law_at(scenario, day).measures["state"].item() for day in days]


def test_duty_is_dated_back_once_it_is_in_force(tmp_path: Path) -> None:
    days = (date(2024, 5, 15), date(2024, 5, 16), date(2024, 5, 20), date(2024, 6, 28))

    assert states(tmp_path, LAWFUL + EVENTS, *days) == [
        *("not yet in force", "announced", "in force", "in force"),
    ]
    assert law(tmp_path, LAWFUL + EVENTS).change_dates == (date(2024, 5, 16), date(2024, 5, 20))


def test_what_is_only_announced_is_not_dated_back(tmp_path: Path) -> None:
    text = LAWFUL + EVENTS.replace("effective", "withdrawn")

    assert states(tmp_path, text, date(2024, 6, 1), date(2024, 7, 1)) == ["announced", "withdrawn"]
    assert "cars would apply from 2024-05-20 once it comes into force" in law(tmp_path, text).notes


def test_retroactive_changes_are_not_known_before_they_are_made(tmp_path: Path) -> None:
    text = "known_at = 2024-06-01\n" + LAWFUL + EVENTS

    assert states(tmp_path, text, date(2024, 6, 1)) == ["announced"]
    known_later = text.replace("2024-06-01", "2024-06-28")
    assert states(tmp_path, known_later, date(2024, 6, 1)) == ["in force"]


@pytest.mark.parametrize(
    ("void", "expected"),
    [
        ("ex-tunc", ["void", "void", "void"]),
        ("ex-nunc", ["not yet in force", "in force", "void"]),
    ],
)
def test_annulment(tmp_path: Path, void: str, expected: list[str]) -> None:
    days = (date(2024, 5, 1), date(2024, 6, 1), date(2024, 8, 1))

    assert states(tmp_path, LAWFUL + VOID.replace("ex-tunc", void), *days) == expected


def test_annulment_ex_tunc_is_not_known_before(tmp_path: Path) -> None:
    text = "known_at = 2024-07-31\n" + LAWFUL + VOID

    assert states(tmp_path, text, date(2024, 6, 1), date(2024, 9, 1)) == ["in force", "in force"]


def test_earliest_of_a_day_and_an_event(tmp_path: Path) -> None:
    text = LAWFUL + 'from = { earliest = [2025-06-01, "panel-ruling"] }\n'
    happened = "\n[events.panel-ruling]\non = 2024-06-01\n"
    open_event = "\n[events.panel-ruling]\n"
    days = (date(2024, 5, 31), date(2024, 6, 1), date(2025, 6, 1))

    assert states(tmp_path, text + happened, *days) == ["not yet in force", "in force", "in force"]
    assert states(tmp_path, text + open_event, *days) == [
        *("not yet in force", "not yet in force", "in force"),
    ]


def test_an_event_may_wait_for_another(tmp_path: Path) -> None:
    """Adopted, in force on a day or at a ruling before, and suspended at a deal that may come."""
    text = LAWFUL + (
        'events = [{ on = 2018-06-20, is = "adopted" }, '
        '{ on = { earliest = [2025-06-01, "ruling"] }, is = "effective" }, '
        '{ on = "deal", is = "suspended" }]\n'
    )
    days = (date(2024, 5, 31), date(2024, 6, 1), date(2025, 6, 1), date(2025, 7, 1))

    none = "[events.ruling]\n[events.deal]\n"
    assert states(tmp_path, text + none, *days) == [
        "adopted", "adopted", "in force", "in force",
    ]  # fmt: skip
    ruled = "[events.ruling]\non = 2024-06-01\n[events.deal]\non = 2025-06-15\n"
    assert states(tmp_path, text + ruled, *days) == [
        "adopted", "in force", "in force", "suspended",
    ]  # fmt: skip


def test_events_that_all_wait_are_not_in_force(tmp_path: Path) -> None:
    text = LAWFUL + 'events = [{ on = "ruling", is = "effective" }]\n[events.ruling]\n'
    assert states(tmp_path, text, date(2024, 6, 1)) == ["not yet in force"]


def test_what_waits_for_an_event_is_not_in_force(tmp_path: Path) -> None:
    text = LAWFUL + 'from = "ruling"\n[events.ruling]\nnote = "may come"\n'
    found = law(tmp_path, text)

    assert found.measures.select("state", "valid_from", "valid_until").rows() == [
        ("not yet in force", None, None)
    ]
    assert found.change_dates == ()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('from = "rulnig"\n[events.ruling]\n', '"rulnig" is neither a date nor a named event'),
        ('from = { earliest = ["rulnig"] }\n[events.ruling]\n', '"rulnig" is not a named event'),
        ("from = { earliest = [] }\n", "earliest is not a list of dates and events"),
        ("from = { earliest = [1] }\n", "day is a number (1), not a date"),
        ("from = 2024-05-01\nwould_apply_from = 2024-05-01\n",
         "would_apply_from 2024-05-01 is not before 2024-05-01, when it comes into force"),
        ('events = [{ on = 2024-01-01, is = "effective", void = "ex-tunc" }]\n',
         "void says how something is annulled, and the event is effective"),
        ('events = [{ on = 2024-01-01, is = "effective" }, '
         '{ on = 2024-02-01, is = "void", void = "ex-post" }]\n',
         '"ex-post" is not a way to annul'),
        ('events = [{ on = 2024-01-01, is = "effective", since = 2024-02-01 }]\n',
         "since 2024-02-01 is not before on 2024-01-01"),
    ],
)  # fmt: skip
def test_times_that_cannot_be_read(tmp_path: Path, text: str, what: str) -> None:
    assert only(tmp_path, LAWFUL + text).what == what


def test_problem_of_a_named_event(tmp_path: Path) -> None:
    found = problems(tmp_path, LAWFUL + "[events.ruling]\non = 1\nis = 2\n")

    assert [(problem.what, problem.where) for problem in found] == [
        ("on is a number (1), not a date", "cars.toml line 16, events, ruling, on"),
        ("is is not a key of a named event", "cars.toml line 17, events, ruling, is"),
    ]
