"""A run in the forms that people ask for: brief, page, workbook, CSV, annex, JSON."""

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest

from tests.run.tool import Place

RUN = "us-japan-2024"
BRIEF = """# Hypothetical: the United States-Japan talks of 1994 fail, on 2024 trade

Law of USA as of 2024-12-31, on us-2024 (2024, HTS2024). All duties at unchanged trade: no \
forecast of trade or of revenue.

## Imports of USA

The schedule covers 11.6 bn USD of the imports of USA, 3.66 % of those in the \
table. The duty on them is at least 178 m USD before and 7.15 bn USD after, at unchanged trade. \
On 4.47 bn USD of them measures are threatened, not in force: the duty that they would \
add is 4.47 bn USD.

| | USD |
|---|---:|
| imports that the measures reach | 11,611,705,686 |
| of these, imports whose rate changes | ≥ 7,136,708,493 |
| imports that measures not in force reach | 4,467,975,400 |
| duty before | ≥ 177,878,125 |
| duty added | ≥ 6,960,255,183 |
| duty threatened | 4,466,550,585 |
"""


def test_the_brief_fits_a_page_and_has_the_figures(place: Place) -> None:
    done = place.do("report", RUN)

    assert done.code == 0, done.err
    assert done.out.startswith(BRIEF)
    assert "| USA | flat-glass | in force | 80,659,910 | ≥ 70,209,551 |" in done.out
    assert "- Left out: 127 rows, 216,517,273 USD: partner SVK is inside EU27" in done.out
    assert len(done.out.splitlines()) < 60


def test_page_and_workbook_are_those_of_the_run(place: Place, tmp_path: Path) -> None:
    for form, name in (("html", "report.html"), ("xlsx", "report.xlsx")):
        target = tmp_path / f"given.{form}"
        assert place.do("report", RUN, "--format", form, "-o", target).code == 0
        assert target.read_bytes() == (place.folder() / name).read_bytes()


def test_tables_as_csv_hold_what_the_parquet_files_hold(place: Place, tmp_path: Path) -> None:
    done = place.do("report", RUN, "--format", "csv", "-o", tmp_path / "tables", "--json")

    names = {path.stem for path in place.folder().glob("*.parquet")}
    assert {Path(name).stem for name in done.object["written"]} == names
    read = pl.read_csv(tmp_path / "tables" / "by_group.csv")
    kept = place.table("by_group")
    assert read.columns == kept.columns
    assert read["duty_after_usd"].to_list() == kept["duty_after_usd"].to_list()


def test_excel_is_told_that_a_csv_is_utf_8(place: Place, tmp_path: Path) -> None:
    target = tmp_path / "annex.csv"
    assert place.do("report", RUN, "--format", "annex", "--bom", "-o", target).code == 0
    assert target.read_bytes().startswith(b"\xef\xbb\xbfcode,description,rate,")


def test_the_annex_is_read_back_as_a_schedule(place: Place, tmp_path: Path) -> None:
    """The list of car parts and glass, put in a scenario of its own, hits the same trade."""
    listed = list(csv.DictReader(io.StringIO(place.do("report", RUN, "--format", "annex").out)))
    assert len(listed) == 346
    first = listed[0]
    assert (first["code"], first["rate"], first["note"]) == (
        "8708103020", "100%", "car-parts, JPN, in force",
    )  # fmt: skip
    days = {row["measure"]: (row["from"], row["through"]) for row in listed}
    assert days == {  # as the events of each have it; what threatens has no day in force
        "car-parts": ("2024-06-28", ""), "flat-glass": ("2024-12-12", ""),
        "telecom": ("", ""), "medical-technology": ("", ""),
    }  # fmt: skip
    chosen = [row for row in listed if row["note"].endswith("in force")]
    with (tmp_path / "list.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, ("code", "rate", "note"), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(chosen)
    scenario = tmp_path / "again.toml"
    scenario.write_text(
        'id = "again"\nimporter = "USA"\nnomenclature = "HTS2024"\ntrade = "us-2024"\n'
        'base = "us-mfn-2024.csv"\n\n[[measure]]\nid = "list"\nauthority = "section-301"\n'
        'partners = ["JPN"]\nproducts = "list.csv"\nrate = { column = "rate" }\n'
        'mode = "replace"\nsource = "the annex"\n',
        encoding="utf-8",
    )
    done = place.run("--json", scenario=scenario)
    assert done.code == 0, done.err
    figures = done.object["figures"]
    assert figures["covered_value_usd"] == 7_143_730_286.0
    assert figures["duty_increment_usd"] == place.table("by_importer")["duty_increment_usd"].item()


def test_json_is_the_summary(place: Place) -> None:
    told = json.loads(place.do("report", RUN, "--format", "json").out)
    assert told["figures"]["covered_value_usd"] == 11_611_705_686.0


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--format", "pdf"), 2, "'pdf' is no form of a report"),
        (("--format", "xlsx"), 2, "retorsion report us-japan-2024 --format xlsx -o NAME"),
        (("--format", "csv", "-o", __file__), 2, "is a file, and the tables need a folder"),
        (("--format", "md", "-o", "/proc/none/brief.md"), 5, "cannot make folder"),
    ],
)
def test_what_cannot_be_given_is_told(
    place: Place, options: tuple[str, ...], code: int, said: str
) -> None:
    done = place.do("report", RUN, *options)

    assert done.code == code
    assert said in done.err
    assert done.out == ""
