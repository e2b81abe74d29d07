"""The original text of a failed row is kept, or read again from the very file that was ingested."""

import gzip
import json
from pathlib import Path

import polars as pl
import pytest

from tests.run.tool import Done, retorsion

pytestmark = pytest.mark.usefixtures("tables_alone")

TEXT = """\
Reporter,Partner,Year,Commodity Code,Trade Value (US$)
Canada,United States,2023,8703.23,"1,500,000.0"
Canada,Japan,2023,8703.23,"250,000"
Canada,Japan,2023,"8703 23 ","2,250,000"
Canada,Japan,2023,8708.29,
Canada,Mexico,2023,8708.29,"1,000"
"""
OWN = """\
[[rule]]
id = "large"
kind = "range"
column = "fob_value_usd"
minimum = 5000
reason = "small flows are of another survey"
"""


def ingested(folder: Path, name: str, packed: bool = False) -> Path:
    path = folder / name
    raw = TEXT.encode()
    path.write_bytes(gzip.compress(raw, mtime=0) if packed else raw)
    options = ("--valuation", "fob", "--flow", "import", "--nomenclature", "HS2022")
    done = retorsion("ingest", path, "--name", "ca", *options, "--workspace", folder)
    assert done.code == 0, done.err
    return path


def judged(folder: Path, *more: str | Path) -> tuple[Done, pl.DataFrame]:
    done = retorsion("validate", "ca", "--quarantine", *more, "--workspace", folder)
    assert done.code == 0, done.err
    (path,) = (folder / "data" / "processed" / "validation").glob("*/quarantine.parquet")
    return done, pl.read_parquet(path).sort("source_row")


def values(found: pl.DataFrame) -> list[tuple[int, str | None]]:
    """Source row, and the value as the file has it."""
    texts = [None if text is None else json.loads(text) for text in found["original"]]
    told = [None if text is None else text["Trade Value (US$)"] for text in texts]
    return list(zip(found["source_row"].to_list(), told, strict=True))


@pytest.mark.parametrize("packed", [False, True])
def test_rows_of_a_repeated_key_and_of_own_rules_have_their_text(
    tmp_path: Path, packed: bool
) -> None:
    ingested(tmp_path, "t.csv.gz" if packed else "t.csv", packed)
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    done, found = judged(tmp_path, "--rules", tmp_path / "own.toml")
    assert values(found) == [(3, "250,000"), (4, "2,250,000"), (5, ""), (6, "1,000")]
    assert json.loads(found["original"][1])["Commodity Code"] == "8703 23 "
    assert json.loads(found["as_ingested"][1])["code"] == "870323"
    assert "not known" not in done.err
    (folder,) = (tmp_path / "data" / "processed" / "validation").iterdir()
    assert not (folder / "sources").exists()


@pytest.mark.parametrize("fate", ["gone", "changed", "moved"])
def test_a_file_that_is_gone_or_another_leaves_the_text_unknown(tmp_path: Path, fate: str) -> None:
    path = ingested(tmp_path, "t.csv")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    if fate == "changed":
        path.write_text(TEXT.replace("250,000", "250,001"), encoding="utf-8")
    else:
        path.rename(elsewhere / "t.csv")
    more = ("--sources", elsewhere) if fate == "moved" else ()
    done, found = judged(tmp_path, *more)
    told = "the original text of 2 failed rows of t.csv is not known"
    assert (told in done.err) == (fate != "moved")
    kept = ("250,000", "2,250,000") if fate == "moved" else (None, None)
    assert values(found) == [(3, kept[0]), (4, kept[1]), (5, "")]
    assert json.loads(found["as_ingested"][0])["fob_value_usd"] == "250000.0"
    (page,) = (tmp_path / "data" / "processed" / "validation").glob("*/report.html")
    assert ("not at hand; as ingested" in page.read_text(encoding="utf-8")) == (fate != "moved")


def test_a_file_found_later_fills_in_what_was_unknown(tmp_path: Path) -> None:
    path = ingested(tmp_path, "t.csv")
    later = tmp_path / "later"
    later.mkdir()
    path.rename(later / "t.csv")
    assert values(judged(tmp_path)[1])[0] == (3, None)
    assert values(judged(tmp_path, "--sources", later)[1])[0] == (3, "250,000")
    done, found = judged(tmp_path)
    assert values(found)[0] == (3, "250,000")
    assert "not known" not in done.err
