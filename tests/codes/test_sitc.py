"""The SITC beside a code of the HS, from the user's own correlation table."""

from pathlib import Path

import pytest

from calc.errors import DataRejectedError
from pipelines.codes.show import show_code
from pipelines.codes.sitc import read_sitc

TABLE = """HS2022,SITC4,Relationship
870899,784.39,1 to 1
870891,784.39,n to 1
870821,784.32,1 to n
870821,784.33,1 to n
8708,784,
"""
"""Invented pairs in the layout of the UN's correlation tables."""


def table(tmp_path: Path, text: str = TABLE) -> Path:
    path = tmp_path / "hs-sitc.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_code_is_shown_with_its_codes_of_the_sitc(tmp_path: Path) -> None:
    shown = show_code("870821", None, table(tmp_path))
    assert "  SITC4  784.32, 784.33 (of HS2022, hs-sitc.csv)" in shown.lines()
    assert shown.as_dict()["sitc"] == {
        "SITC4": ["784.32", "784.33"],
        "of": "HS2022",
        "source": "hs-sitc.csv",
    }


def test_a_heading_has_the_codes_of_all_below_it(tmp_path: Path) -> None:
    found = read_sitc(table(tmp_path))
    assert found.of("8708") == ["784.32", "784.33", "784.39"]
    assert found.of("010121") == []
    assert "sitc" not in show_code("870821", None).as_dict()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("HS2022,ISIC\n870899,29\n", "hs-sitc.csv has no column of SITC codes"),
        ("code,SITC4\n870899,784.39\n", "hs-sitc.csv has no column of HS codes"),
        ("HS2022,SITC4\n8708,784\n", "hs-sitc.csv pairs no six-digit code with one of the SITC"),
    ],
)
def test_a_table_without_pairs_is_refused(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(DataRejectedError) as caught:
        read_sitc(table(tmp_path, text))
    assert caught.value.problems[0].what == what
