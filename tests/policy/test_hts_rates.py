"""Every rate that the U.S. schedule prints in columns 1 and 2 is read, or refused with a reason."""

import csv
import gzip
import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from calc.policy.expression import rate_type
from calc.policy.grammar import read_expression
from calc.policy.printed import printed_rate_type, reason_not_read
from calc.policy.wording import text_of
from calc.rate_text import RateTextError

SHARED = Path(__file__).parent.parent.parent.parent / "shared"
SCHEDULE = SHARED / "data" / "tariff" / "usitc_hts_2025_basic.json.gz"
LINES = SHARED / "cases" / "hts" / "mfn_rates_2025_parsed.csv"

pytestmark = pytest.mark.skipif(
    not SCHEDULE.is_file(), reason="the schedule is not beside this checkout"
)

READ = {
    "general": {"ad valorem": 240, "specific": 251, "compound": 197, "other": 13, "free": 1},
    "other": {"ad valorem": 245, "specific": 249, "compound": 249, "other": 3, "free": 1},
}
REFUSED = {
    "general": {
        "is a duty on a part of the good": 84,
        "refers to the rate of another line": 16,
        "is a duty on another value than that of the good": 9,
        "is free on a condition only": 3,
        "depends on a technical measure of the good": 2,
    },
    "other": {
        "is a duty on a part of the good": 49,
        "refers to the rate of another line": 18,
        "is a duty on another value than that of the good": 11,
        "depends on a technical measure of the good": 6,
        "is free on a condition only": 4,
        "states no rate": 1,
    },
}
BY_LINE = {
    ("ad valorem", "ad valorem"): 5917,
    ("free", "free"): 5825,
    ("specific", "specific"): 680,
    ("specific", "other"): 105,  # the duty of another subheading, as it is
    ("specific", "refused"): 77,
    ("compound", "compound"): 313,
    ("compound", "other"): 51,  # the duty of another subheading, with percentage points added
    ("compound", "refused"): 90,  # mostly parts of watches
    ("other", "other"): 10,
    ("other", "refused"): 5,
}
"""By line: what a printed rate looks like, and what it is read as."""
SLIPS_OF_PRINT = {"22¢/kg on drained weght + 45%", "37% /"}


@cache
def printed(column: str) -> frozenset[str]:
    with gzip.open(SCHEDULE, "rt", encoding="utf-8") as file:
        return frozenset(row[column] for row in json.load(file) if row[column])


def refusal(text: str) -> RateTextError | None:
    try:
        read_expression(text)
    except RateTextError as err:
        return err
    return None


@pytest.mark.parametrize("column", ["general", "other"])
def test_every_printed_rate_is_read_or_refused_with_a_reason(column: str) -> None:
    types: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    slips = set()
    for text in printed(column):
        reason = reason_not_read(text.strip())
        if refusal(text) is None:
            assert reason is None, text
            types[rate_type(read_expression(text))] += 1
        elif reason is not None:
            reasons[reason.what] += 1
        else:
            slips.add(text)

    assert types == READ[column]
    assert reasons == REFUSED[column]
    assert slips == (SLIPS_OF_PRINT if column == "other" else set())


@pytest.mark.parametrize("column", ["general", "other"])
def test_what_is_read_is_written_and_read_again(column: str) -> None:
    for text in printed(column):
        if refusal(text) is None:
            expression = read_expression(text)
            assert read_expression(text_of(expression)) == expression, text


def test_forms_by_line_are_those_that_another_engine_counts() -> None:
    with LINES.open(encoding="utf-8", newline="") as file:
        texts = [row["rate_raw"] for row in csv.DictReader(file)]

    assert Counter(printed_rate_type(text) for text in texts) == {
        "ad valorem": 5917,
        "free": 5825,
        "specific": 862,
        "compound": 454,
        "other": 15,
    }


def test_forms_by_line_as_they_are_read() -> None:
    """What that engine calls specific or compound holds words that refer elsewhere, too."""
    with LINES.open(encoding="utf-8", newline="") as file:
        texts = [row["rate_raw"] for row in csv.DictReader(file)]
    found: Counter[tuple[str, str]] = Counter()
    for text in texts:
        is_read = refusal(text) is None
        read_as = rate_type(read_expression(text)) if is_read else "refused"
        found[printed_rate_type(text), read_as] += 1

    assert found == BY_LINE
