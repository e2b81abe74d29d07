"""The mirror: figures worked by hand on made-up reports, real reports of 2022, and refusals."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from calc.errors import DataRejectedError, UsageError
from calc.tables import TABLES
from pipelines.mirror.step import Mirrored, MirrorSettings, compare_sides, write_mirror
from pipelines.workspace import Workspace
from tests.mirror.reports import Row, put, reported
from tests.run.tool import contents, retorsion

REAL = "comtrade_plus_TradeData_CHN_DEU_USA_TOTAL_2022_latin1_crlf.csv"


def mirrored(
    root: Path, imports: Sequence[Row], exports: Sequence[Row], **settings: Any
) -> Mirrored:
    place = put(root, "imports", imports)
    put(root, "exports", exports)
    given = {"imports": "imports", "against": "exports"} | settings
    return compare_sides(place, MirrorSettings(**given))


def one(done: Mirrored, table: str = "mirror") -> Row:
    """The only row of a table."""
    assert done.tables[table].height == 1
    return done.tables[table].row(0, named=True)


def funnel(done: Mirrored) -> list[tuple[Any, ...]]:
    return done.tables["mirror_funnel"].rows()


def test_cif_value_is_compared_by_the_stated_ratio(tmp_path: Path) -> None:
    imports = [reported("JPN", "DEU", "870899", cif_value_usd=127.2)]
    exports = [reported("JPN", "DEU", "870899", "export", fob_value_usd=150.0)]

    stated = one(mirrored(tmp_path / "a", imports, exports, cif_fob=1.06))
    plain = one(mirrored(tmp_path / "b", imports, exports))

    assert stated == {
        "importer": "JPN", "partner": "DEU", "period": "2022", "nomenclature": "HS2022",
        "code": "870899", "status": "both", "import_rows": 1, "export_rows": 1,
        "import_value_usd": 127.2, "import_basis": "cif", "import_fob_value_usd": 120.0,
        "export_value_usd": 150.0, "re_export_value_usd": None,
        "domestic_export_value_usd": None, "cif_fob_ratio": 1.06, "comparison": "stated ratio",
        "recorded_ratio": 127.2 / 150.0, "compared_ratio": 0.8, "domestic_ratio": None,
        "difference_usd": -30.0, "asymmetry": 0.2, "domestic_asymmetry": None, "flag": None,
    }  # fmt: skip
    assert (plain["comparison"], plain["import_fob_value_usd"]) == ("as recorded", None)
    assert plain["compared_ratio"] == plain["recorded_ratio"] == 127.2 / 150.0
    assert plain["cif_fob_ratio"] is None


@pytest.mark.parametrize(
    ("values", "basis", "fob", "ratio"),
    [
        ({"cif_value_usd": 110.0, "fob_value_usd": 100.0}, "cif", 100.0, 1.1),
        ({"customs_value_usd": 100.0}, "customs", 100.0, None),
        ({"customs_value_usd": 100.0, "cif_value_usd": 104.0}, "customs", 100.0, 1.04),
    ],
)
def test_importer_that_reports_free_on_board_needs_no_ratio(
    values: Row, basis: str, fob: float, ratio: float | None, tmp_path: Path
) -> None:
    """The United States levy on a value free on board: its customs value is one."""
    row = one(
        mirrored(
            tmp_path,
            [reported("USA", "DEU", "870899", **values)],
            [reported("USA", "DEU", "870899", "export")],
            cif_fob=1.5,
        )
    )

    assert (row["import_basis"], row["import_fob_value_usd"]) == (basis, fob)
    assert (row["cif_fob_ratio"], row["comparison"]) == (ratio, "fob")
    assert (row["difference_usd"], row["asymmetry"]) == (0.0, 0.0)


def test_customs_value_of_a_cif_importer_is_compared_by_the_ratio(tmp_path: Path) -> None:
    imports = [reported("JPN", "DEU", "870899", customs_value_usd=105.0)]
    exports = [reported("JPN", "DEU", "870899", "export")]

    row = one(mirrored(tmp_path, imports, exports, cif_fob=1.05))

    assert (row["import_fob_value_usd"], row["comparison"]) == (100.0, "stated ratio")


def test_value_of_unknown_basis_is_compared_as_recorded(tmp_path: Path) -> None:
    """Nothing says on what Brazil's customs value is."""
    imports = [reported("BRA", "DEU", "870899", customs_value_usd=105.0)]
    exports = [reported("BRA", "DEU", "870899", "export")]

    row = one(mirrored(tmp_path, imports, exports, cif_fob=1.05))

    assert (row["import_fob_value_usd"], row["comparison"]) == (None, "as recorded")


def test_rows_of_several_bases_are_added_up_free_on_board(tmp_path: Path) -> None:
    imports = [
        reported("USA", "DEU", "8708991000", cif_value_usd=53.0, fob_value_usd=50.0),
        reported("USA", "DEU", "8708992000", customs_value_usd=30.0),
        reported("USA", "DEU", "8708993000", cif_value_usd=21.2),
    ]
    exports = [reported("USA", "DEU", "870899", "export")]

    row = one(mirrored(tmp_path / "a", imports, exports, cif_fob=1.06))
    without = one(mirrored(tmp_path / "b", imports, exports))

    assert (row["import_rows"], row["import_value_usd"]) == (3, 104.2)
    assert (row["import_basis"], row["import_fob_value_usd"]) == ("mixed", 100.0)
    assert (row["comparison"], row["asymmetry"]) == ("stated ratio", 0.0)
    assert (without["comparison"], without["import_fob_value_usd"]) == ("as recorded", None)


def test_re_exports_are_told_apart(tmp_path: Path) -> None:
    """Singapore's exports to Japan are half of other origin; Japan reports those elsewhere."""
    imports = [
        reported("JPN", "SGP", "854231", cif_value_usd=106.0),
        reported("JPN", "SGP", "854232", cif_value_usd=106.0),
        reported("JPN", "SGP", "854239", cif_value_usd=106.0),
    ]
    exports = [
        reported("JPN", "SGP", "854231", "export", fob_value_usd=200.0),
        reported("JPN", "SGP", "854232", "export", fob_value_usd=200.0),
        reported("JPN", "SGP", "854239", "export", fob_value_usd=200.0),
    ]
    through = [
        reported("JPN", "SGP", "854231", "re-export", fob_value_usd=100.0),
        reported("JPN", "SGP", "854232", "re-export", fob_value_usd=201.0),
        reported("JPN", "SGP", "854290", "re-export", fob_value_usd=7.0),
        reported("KOR", "SGP", "854231", "re-export", fob_value_usd=9.0),
    ]
    put(tmp_path, "through", through)

    done = mirrored(tmp_path, imports, exports, cif_fob=1.06, re_exports="through")

    told = ("code", "re_export_value_usd", "domestic_export_value_usd", "compared_ratio",
            "domestic_ratio", "asymmetry", "domestic_asymmetry", "flag")  # fmt: skip
    assert done.tables["mirror"].select(told).rows() == [
        ("854231", 100.0, 100.0, 0.5, 1.0, 0.5, 0.0, "re-exports"),
        ("854232", 201.0, None, 0.5, None, 0.5, None, "beyond"),
        ("854239", None, None, 0.5, None, 0.5, None, "beyond"),
    ]
    assert [row for row in funnel(done) if row[0] == "re-exporter"] == [
        ("re-exporter", "read", "in", 4, 317.0),
        ("re-exporter", "the importer does not report on the other side", "excluded", 1, 9.0),
        ("re-exporter", "reported by both sides", "kept", 2, 301.0),
        ("re-exporter", "re-exports without exports beside them", "kept", 1, 7.0),
    ]
    assert one(done, "mirror_pairs")["re_export_value_usd"] == 301.0


def test_what_one_side_lacks_is_told_with_its_dollars(tmp_path: Path) -> None:
    imports = [
        reported("USA", "DEU", "870899", cif_value_usd=50.0),
        reported("USA", "DEU", "870810", cif_value_usd=40.0),
        reported("USA", "JPN", "870899", cif_value_usd=30.0),
        reported("USA", "WLD", "870899", cif_value_usd=20.0),
        reported("USA", "DEU", "870899", "re-import", cif_value_usd=10.0),
    ]
    exports = [
        reported("USA", "DEU", "870899", "export", fob_value_usd=100.0),
        reported("USA", "DEU", "870821", "export", fob_value_usd=200.0),
        reported("FRA", "DEU", "870899", "export", fob_value_usd=300.0),
        reported("USA", "DEU", "870899", "export", fob_value_usd=400.0, period="2021"),
    ]

    done = mirrored(tmp_path, imports, exports)

    told = done.tables["mirror"].select(
        "code", "status", "import_value_usd", "export_value_usd", "comparison", "flag"
    )
    assert told.rows() == [
        ("870810", "importer only", 40.0, None, None, None),
        ("870821", "exporter only", None, 200.0, None, None),
        ("870899", "both", 50.0, 100.0, "as recorded", "beyond"),
    ]
    assert funnel(done) == [
        ("importer", "read", "in", 5, 150.0),
        ("importer", "a total of partners", "excluded", 1, 20.0),
        ("importer", "the exporter does not report on the other side", "excluded", 1, 30.0),
        ("importer", "the flow is re-import", "excluded", 1, 10.0),
        ("importer", "reported by both sides", "kept", 1, 50.0),
        ("importer", "reported by the importer only", "kept", 1, 40.0),
        ("exporter", "read", "in", 4, 1000.0),
        ("exporter", "the importer does not report on the other side", "excluded", 2, 700.0),
        ("exporter", "reported by both sides", "kept", 1, 100.0),
        ("exporter", "reported by the exporter only", "kept", 1, 200.0),
    ]
    assert one(done, "mirror_pairs") == {
        "importer": "USA", "partner": "DEU", "period": "2022", "lines": 3, "matched_lines": 1,
        "flagged_lines": 1, "import_value_usd": 90.0, "export_value_usd": 300.0,
        "import_only_usd": 40.0, "export_only_usd": 200.0, "matched_import_usd": 50.0,
        "matched_compared_usd": 50.0, "matched_export_usd": 100.0, "re_export_value_usd": None,
        "recorded_ratio": 0.3, "compared_ratio": 0.5, "difference_usd": -50.0, "asymmetry": 0.5,
    }  # fmt: skip


def test_zero_is_no_gap_and_no_ratio(tmp_path: Path) -> None:
    row = one(
        mirrored(
            tmp_path,
            [reported("USA", "DEU", "870899", cif_value_usd=0.0)],
            [reported("USA", "DEU", "870899", "export", fob_value_usd=0.0)],
        )
    )

    assert (row["recorded_ratio"], row["asymmetry"], row["flag"]) == (None, 0.0, None)


@pytest.mark.parametrize(("threshold", "flag"), [(0.2, None), (0.1999, "beyond"), (0.0, "beyond")])
def test_threshold_is_what_may_be_lacking(
    threshold: float, flag: str | None, tmp_path: Path
) -> None:
    imports = [reported("USA", "DEU", "870899", cif_value_usd=80.0)]
    exports = [reported("USA", "DEU", "870899", "export")]

    assert one(mirrored(tmp_path, imports, exports, threshold=threshold))["flag"] == flag


def test_sides_are_compared_at_the_level_of_both(tmp_path: Path) -> None:
    imports = [
        reported("USA", "DEU", "8708101000", nomenclature="HTS2022"),
        reported("USA", "DEU", "8708999000", nomenclature="HTS2022"),
    ]
    by_four = [reported("USA", "DEU", "8708", "export", fob_value_usd=200.0)]
    whole = [reported("USA", "DEU", "TOTAL", "export", fob_value_usd=200.0, nomenclature="HS2017")]

    at_four = one(mirrored(tmp_path / "a", imports, by_four))
    at_all = one(mirrored(tmp_path / "b", imports, whole))

    assert (at_four["code"], at_four["nomenclature"], at_four["import_rows"]) == (
        "8708",
        "HS2022",
        2,
    )
    assert (at_all["code"], at_all["nomenclature"], at_all["asymmetry"]) == ("TOTAL", "TOTAL", 0.0)


def test_codes_coarser_than_asked_for_are_left_out(tmp_path: Path) -> None:
    imports = [reported("USA", "DEU", "870899"), reported("USA", "DEU", "8703", cif_value_usd=9.0)]
    exports = [reported("USA", "DEU", "870899", "export")]

    done = mirrored(tmp_path, imports, exports, level=6)

    assert one(done)["code"] == "870899"
    assert (
        "importer", "the code is coarser than the level that is compared", "excluded", 1, 9.0
    ) in funnel(done)  # fmt: skip


def test_editions_that_differ_are_refused_or_converted(tmp_path: Path) -> None:
    """8525.81 and 8525.82 of 2022 were 8525.80 in 2017, with 8525.83 and 8525.89."""
    imports = [
        reported("USA", "JPN", "852581", nomenclature="HTS2022", cif_value_usd=60.0),
        reported("USA", "JPN", "852582", nomenclature="HTS2022", cif_value_usd=40.0),
        reported("USA", "JPN", "999999", nomenclature="HTS2022", cif_value_usd=5.0),
        reported("USA", "JPN", "123456", nomenclature="HTS2022", cif_value_usd=3.0),
    ]
    exports = [reported("USA", "JPN", "852580", "export", nomenclature="HS2017")]

    with pytest.raises(DataRejectedError) as caught:
        mirrored(tmp_path, imports, exports)
    done = mirrored(tmp_path, imports, exports, convert=True)

    assert "the sides are in HS2017 and HS2022 in 2022" in str(caught.value)
    assert "--convert" in caught.value.problems[0].hint
    told = done.tables["mirror"].select("nomenclature", "code", "status", "import_value_usd")
    assert ("HS2017", "852580", "both", 100.0) in told.rows()
    kept = sum(row[4] for row in funnel(done) if row[0] == "importer" and row[2] == "kept")
    lost = [
        row for row in funnel(done) if row[1] == "the code has none in the edition that is compared"
    ]
    assert kept + sum(row[4] for row in lost) == 108.0
    assert ("importer", "the code has none in the edition that is compared", "excluded") in [
        row[:3] for row in lost
    ]


def test_codes_of_four_digits_cannot_be_converted(tmp_path: Path) -> None:
    imports = [reported("USA", "JPN", "8525")]
    exports = [reported("USA", "JPN", "8525", "export", nomenclature="HS2017")]

    with pytest.raises(DataRejectedError, match="imports has codes of 4 digits"):
        mirrored(tmp_path, imports, exports, convert=True)


def test_split_code_is_shared_out_to_the_last_unit(tmp_path: Path) -> None:
    """Codes of an older edition that are split on the way to the oldest keep their value."""
    imports = [reported("USA", "JPN", "854231", cif_value_usd=100.0001, nomenclature="HS2022")]
    exports = [reported("USA", "JPN", "854230", "export", nomenclature="HS1992")]

    done = mirrored(tmp_path, imports, exports, convert=True)

    kept = [row[3:] for row in funnel(done) if row[0] == "importer" and row[2] == "kept"]
    assert sum(rows for rows, _ in kept) == 1
    assert sum(value for _, value in kept) == pytest.approx(100.0001, abs=1e-9)


@pytest.mark.parametrize(
    ("imports", "exports", "message"),
    [
        (
            [reported("USA", "JPN", "870899")],
            [reported("USA", "DEU", "870899", "export")],
            "no flow is reported by its importer and by its exporter",
        ),
        (
            [reported("USA", "DEU", "870899", period="2022-01")],
            [reported("USA", "DEU", "870899", "export")],
            "no flow is reported by its importer and by its exporter",
        ),
        (
            [reported("USA", "DEU", "870899", "export")],
            [reported("USA", "DEU", "870899", "export")],
            "imports holds no flow import, which the importer reports",
        ),
        (
            [reported("USA", "DEU", "870899")],
            [reported("USA", "DEU", "870899")],
            "exports holds no flow export, which the exporter reports",
        ),
        (
            [reported("USA", "DEU", "870899", nomenclature="CN2030")],
            [reported("USA", "DEU", "870899", "export")],
            "the edition of CN2030 is not known",
        ),
    ],
)
def test_tables_that_cannot_be_compared(
    imports: list[Row], exports: list[Row], message: str, tmp_path: Path
) -> None:
    with pytest.raises(DataRejectedError) as caught:
        mirrored(tmp_path, imports, exports)

    assert message in str(caught.value)
    assert caught.value.problems[0].hint
    assert not Workspace(tmp_path).mirrors.exists()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [reported("USA", "DEU", "870899", cif_value_usd=6.4e15)],
            "1 row of imports cannot be summed: ",
        ),
        ([reported("USA", "DEU", "870899", cif_value_usd=-1.0)], "1 row of imports cannot be"),
        ([reported("USA", "DEU", "870899", cif_value_usd=float("nan"))], "1 row of imports cannot"),
        ([reported("USA", "DEU", "87089")], "1 row of imports cannot be summed: "),
        ([reported("USA", "DEU", "870899", cif_value_usd=None)], "1 row of imports cannot be"),
        (
            [reported("USA", "DEU", "870899"), reported("USA", "DEU", "870899")],
            "imports has 1 flow in several rows, which would be counted several times",
        ),
    ],
)
def test_rows_that_cannot_be_summed(rows: list[Row], message: str, tmp_path: Path) -> None:
    with pytest.raises(DataRejectedError) as caught:
        mirrored(tmp_path, rows, [reported("USA", "DEU", "870899", "export")])

    assert message in str(caught.value)
    assert caught.value.problems[0].hint == "retorsion validate imports tells them all"


def test_trade_of_an_economy_with_itself_is_left_out(tmp_path: Path) -> None:
    """China reports imports of Chinese origin: goods returned, which no other side reports."""
    imports = [
        reported("CHN", "CHN", "870899", cif_value_usd=9.0),
        reported("CHN", "DEU", "870899"),
    ]
    exports = [reported("CHN", "DEU", "870899", "export")]

    done = mirrored(tmp_path, imports, exports)

    assert (
        "importer", "the trade of an economy with itself", "excluded", 1, 9.0
    ) in funnel(done)  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cif_fob": 0.94}, "0.94 is no ratio of CIF to FOB value"),
        ({"threshold": 1.0}, "1 is no threshold"),
        ({"level": 5}, "codes of 5 digits are not common to economies"),
        ({"level": 6}, "imports has no codes of 6 digits"),
    ],
)
def test_settings_that_cannot_be_used(settings: Row, message: str, tmp_path: Path) -> None:
    imports = [reported("USA", "DEU", "8708")]
    exports = [reported("USA", "DEU", "8708", "export")]

    with pytest.raises(UsageError) as caught:
        mirrored(tmp_path, imports, exports, **settings)

    assert message in str(caught.value)


def test_files_are_the_same_bytes_whatever_the_order_of_rows(tmp_path: Path) -> None:
    imports = [reported("USA", "DEU", code) for code in ("870899", "870810", "870821")]
    exports = [reported("USA", "DEU", code, "export") for code in ("870899", "870829")]
    found = []
    for name, turn in (("a", 1), ("b", -1)):
        done = mirrored(tmp_path / name, imports[::turn], exports[::turn])
        found.append(contents(write_mirror(Workspace(tmp_path / name), done)))

    csv = {name for name in found[0] if name.endswith(".csv")}
    assert sorted(csv) == ["mirror.csv", "mirror_funnel.csv", "mirror_pairs.csv"]
    assert {name: found[0][name] for name in csv} == {name: found[1][name] for name in csv}


def test_tables_are_as_declared(tmp_path: Path) -> None:
    imports = [reported("USA", "DEU", "870899"), reported("USA", "DEU", "870810")]
    exports = [reported("USA", "DEU", "870899", "export")]

    done = mirrored(tmp_path, imports, exports)
    folder = write_mirror(Workspace(tmp_path), done)

    for name, frame in done.tables.items():
        assert TABLES[name].is_valid(frame)
        assert pl.read_parquet(folder / f"{name}.parquet").equals(frame)
    assert write_mirror(Workspace(tmp_path), done) == folder


def test_real_reports_of_three_economies_in_2022(shared: Path, tmp_path: Path) -> None:
    """UN Comtrade, all goods, 2022: the figures are those of the file, read by hand."""
    read = retorsion(
        "ingest",
        shared / "data" / "comtrade_sample" / REAL,
        "--name",
        "c3",
        "--workspace",
        tmp_path,
    )
    assert read.code == 0, read.err

    done = retorsion("mirror", "c3", "--threshold", "5%", "--workspace", tmp_path, "--json")

    assert done.code == 0, done.err
    pairs = {(row["importer"], row["partner"]): row for row in done.object["pairs"]}
    assert len(pairs) == 6
    china = pairs["USA", "CHN"]
    assert china["import_value_usd"] == 575_688_091_172
    assert china["matched_compared_usd"] == 536_732_471_721
    assert china["export_value_usd"] == 582_756_110_047
    assert china["compared_ratio"] == pytest.approx(0.92102, abs=1e-5)
    germany = pairs["DEU", "CHN"]
    assert germany["recorded_ratio"] == pytest.approx(206_642_208_248 / 116_226_631_561)
    assert {(row["importer"], row["partner"]) for row in done.object["flagged"]} == {
        key for key in pairs if key != ("CHN", "DEU")
    }
    for side in ("importer", "exporter"):
        stages = [row for row in done.object["funnel"] if row["side"] == side]
        assert stages[0]["rows"] == 1_331 == sum(row["rows"] for row in stages[1:])


def test_command_tells_pairs_gaps_and_where_the_tables_are(tmp_path: Path) -> None:
    put(tmp_path, "us", [reported("USA", "DEU", "870899", cif_value_usd=50.0)])
    put(tmp_path, "de", [reported("USA", "DEU", "870899", "export")])

    done = retorsion("mirror", "us", "--against", "de", "--workspace", tmp_path)

    folder = next((tmp_path / "data/processed/mirrors/us--de").iterdir())
    assert done.out.splitlines() == [
        "imports of us against exports of de",
        "codes of 6 digits; as reported; flagged beyond an asymmetry of 25 %",
        "importer     read      1 row, USD 50",
        "importer     kept      1 row, USD 50: reported by both sides",
        "exporter     read      1 row, USD 100",
        "exporter     kept      1 row, USD 100: reported by both sides",
        "",
        "importer exporter period          import USD        export USD      compared USD"
        "       against USD   ratio  lines  flagged",
        "USA      DEU      2022                    50               100                50"
        "               100   0.500      1        1",
        "widest of 1 flagged line:",
        "  USA from DEU 2022 870899: 50 against 100, ratio 0.500",
        "note: 1 line: values with insurance and freight are compared with values free on board: "
        "state their ratio with --cif-fob, such as 1.06",
        "note: exports hold re-exports, goods that the importer reports under their own origin: "
        "give a table of them with --re-exports",
        f"tables: data/processed/mirrors/us--de/{folder.name}: mirror, mirror_pairs, "
        "mirror_funnel, each .parquet and .csv",
    ]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["nothing"], 3, "there is no trade table 'nothing'"),
        (["us", "--threshold", "0.25"], 2, "'0.25' is no share"),
        (["us"], 3, "us holds no flow export, which the exporter reports"),
        (["us", "--against", "us"], 3, "hint: give a table of the exporter's reports by --against"),
        (["junk.parquet"], 3, "junk.parquet is not a Parquet file"),
    ],
)
def test_command_that_cannot_be_done(
    words: list[str], code: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "us", [reported("USA", "DEU", "870899")])
    (tmp_path / "junk.parquet").write_text("junk")
    monkeypatch.chdir(tmp_path)

    done = retorsion("mirror", *words, "--workspace", tmp_path)

    assert (done.code, message in done.err) == (code, True), done.err
