"""A condition is told in words, so that a rule without a message of its own can be read."""

import pytest

from calc.relation import read_condition
from calc.relation_words import in_words
from calc.tables.trade_rules import trade_columns


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("cif_value_usd >= fob_value_usd", "cif_value_usd is at least fob_value_usd"),
        (
            "cif_value_usd <= 1.2 * fob_value_usd",
            "cif_value_usd is at most 1.2 times fob_value_usd",
        ),
        (
            "(cif_value_usd - fob_value_usd) / fob_value_usd < 0.5",
            "(cif_value_usd minus fob_value_usd) divided by fob_value_usd is below 0.5",
        ),
        ('partner != "JPN"', 'partner is not "JPN"'),
        ("quantity > 1000000", "quantity is above 1,000,000"),
        (
            'flow == "import" and (quantity is missing or quantity_unit is given)',
            'flow is "import" and (quantity is missing or quantity_unit is given)',
        ),
        (
            'not (flow == "import" and quantity is missing)',
            'it is not so that (flow is "import" and quantity is missing)',
        ),
        ("not quantity is missing", "it is not so that quantity is missing"),
    ],
)
def test_a_condition_in_words(condition: str, words: str) -> None:
    assert in_words(read_condition(condition, trade_columns())) == words
