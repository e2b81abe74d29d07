"""The tables that come with the tool say what their sources say."""

import hashlib
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

ROOT = Path(__file__).parents[2]
RAW = ROOT / "data" / "raw"
ORIGINALS = ROOT.parent / "shared" / "data"
WITHOUT_ENTRY = {"README.md", "sources.toml"}
TABLES = sorted(path.name for path in RAW.glob("*.csv"))

EDITIONS = ["HS1992", "HS1996", "HS2002", "HS2007", "HS2012", "HS2017", "HS2022"]
CODE_COUNTS = {
    "car-parts": [15, 15, 15, 14, 14, 14, 15],
    "flat-glass": [15, 15, 15, 15, 15, 15, 15],
    "telecom": [25, 31, 31, 32, 32, 32, 37],
    "medical-technology": [27, 32, 32, 32, 32, 32, 32],
}
JAPAN = {
    "car-parts": (110, 7_063_070_376, 172_859_790),
    "flat-glass": (31, 80_659_910, 3_501_355),
    "telecom": (129, 1_950_852_620, 1_122_307),
    "medical-technology": (76, 2_517_122_780, 300_254),
}
KEYS = {
    "economies-of-trade.csv": ["number"],
    "economies.csv": ["iso3"],
    "elasticities.csv": ["parameter", "importer", "prefix", "horizon"],
    "hs-codes.csv": ["code", "first_edition"],
    "hs-correlations.csv": ["edition", "older_code", "newer_code"],
    "us-hts-2024-descriptions.csv": ["code"],
    "us-imports-2024.csv": ["partner", "code"],
    "us-japan-1994-synthetic.csv": ["code"],
    "us-mfn-2024.csv": ["code"],
}
RATE_PART = re.compile(r"(?P<cents>[\d.]+) cents/(?P<unit>kg|m2)|(?P<percent>[\d.]+)%")


def table(name: str) -> pl.DataFrame:
    """A table of data/raw, every cell as text."""
    return pl.read_csv(RAW / name, infer_schema=False)


def toml(name: str) -> dict[str, Any]:
    return tomllib.loads((RAW / name).read_text(encoding="utf-8"))


def groups() -> dict[str, Any]:
    found: dict[str, Any] = toml("groups.toml")["groups"]
    return found


def sources() -> dict[str, Any]:
    found: dict[str, Any] = toml("sources.toml")["files"]
    return found


def imports() -> pl.DataFrame:
    return table("us-imports-2024.csv").with_columns(
        pl.col("customs_value_usd", "calculated_duty_usd").cast(pl.Int64)
    )


def imports_with_mfn(partner: str, group: str) -> pl.DataFrame:
    """A partner's lines of a group, each with the duty of its first eight digits."""
    rates = table("us-mfn-2024.csv").select(
        pl.col("code").alias("line"),
        pl.col("ad_valorem_rate", "specific_rate_usd").cast(pl.Float64),
    )
    of_group = pl.col("code").str.head(6).is_in(groups()[group]["codes"]["HS2022"])
    chosen = imports().filter(pl.col("partner") == partner, of_group)
    return chosen.join(
        rates, left_on=pl.col("code").str.head(8), right_on="line", how="left", validate="m:1"
    )


def schedule_c() -> dict[str, str]:
    """Census country code to partner: economies, and aggregates that have one."""
    economies = table("economies.csv").drop_nulls("schedule_c")
    codes = {
        code: iso3
        for iso3, joined in economies.select("iso3", "schedule_c").iter_rows()
        for code in joined.split("|")
    }
    partner_groups = toml("partner-groups.toml")["groups"]
    return codes | {
        group["schedule_c"]: name for name, group in partner_groups.items() if "schedule_c" in group
    }


def written_rate(text: str) -> tuple[float, float | None, str | None]:
    """Ad valorem fraction, specific rate in USD and its unit, read from the printed rate."""
    if text == "Free":
        return 0.0, None, None
    ad_valorem, specific, unit = 0.0, None, None
    for part in text.split(" + "):
        found = RATE_PART.fullmatch(part)
        assert found, text
        if found["percent"]:
            ad_valorem = round(float(found["percent"]) / 100, 6)
        else:
            specific, unit = round(float(found["cents"]) / 100, 6), found["unit"]
    return ad_valorem, specific, unit


def original(name: str) -> Path:
    """A file that a table was compiled from, where a copy is kept beside the checkout."""
    path = ORIGINALS / name
    if not path.is_file():
        pytest.skip(f"the original {path.name} is not kept beside the checkout")
    return path


def test_every_file_has_its_source() -> None:
    files = {path.name for path in RAW.iterdir() if path.is_file()}

    assert set(sources()) == files - WITHOUT_ENTRY


@pytest.mark.parametrize("name", sources())
def test_source_agrees_with_file(name: str) -> None:
    entry = sources()[name]
    content = (RAW / name).read_bytes()
    rows = len(toml(name)["groups"]) if name.endswith(".toml") else table(name).height

    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert len(content) == entry["bytes"]
    assert rows == entry["rows"]


@pytest.mark.parametrize("name", sources())
def test_source_is_complete(name: str) -> None:
    entry = sources()[name]
    asked = ("title", "publisher", "dataset", "address", "vintage", "unit", "terms")

    assert [key for key in asked if not entry.get(key)] == []
    assert entry["transformations"]
    assert all(re.fullmatch("[0-9a-f]{64}", f["sha256"]) for f in entry.get("compiled_from", []))


def test_everything_is_small() -> None:
    assert sum(path.stat().st_size for path in RAW.rglob("*") if path.is_file()) < 1_500_000


@pytest.mark.parametrize("path", sorted(RAW.rglob("*.*")), ids=lambda path: path.name)
def test_file_is_plain_utf8_with_unix_line_ends(path: Path) -> None:
    content = path.read_bytes()

    assert content.decode("utf-8").endswith("\n")
    assert b"\r" not in content
    assert not content.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("name", TABLES)
def test_key_is_unique_and_sorted(name: str) -> None:
    keys = table(name).select(KEYS[name])

    assert not keys.is_duplicated().any()
    assert keys.null_count().sum_horizontal().sum() == 0
    assert keys.equals(keys.sort(KEYS[name]))


def test_columns_are_those_that_ingest_reads() -> None:
    assert table("us-imports-2024.csv").columns == [
        *("importer", "partner", "period", "flow", "nomenclature", "code"),
        *("customs_value_usd", "calculated_duty_usd"),
    ]
    assert table("us-mfn-2024.csv").columns == [
        *("importer", "partner", "programme", "code", "ad_valorem_rate"),
        *("specific_rate_usd", "specific_unit", "rate_text", "valid_from", "valid_until", "source"),
    ]
    assert table("us-hts-2024-descriptions.csv").columns == ["code", "description"]
    assert table("economies.csv").columns == ["iso3", "iso2", "name", "m49", "schedule_c"]


def test_imports_are_of_one_importer_year_flow_and_nomenclature() -> None:
    constant = imports().select("importer", "period", "flow", "nomenclature").unique()

    assert constant.rows() == [("USA", "2024", "import", "HTS2024")]


def test_values_are_whole_dollars_and_not_negative() -> None:
    amounts = imports().select("customs_value_usd", "calculated_duty_usd")
    nothing = amounts.filter(pl.col("customs_value_usd") == 0)

    assert amounts.null_count().row(0) == (0, 0)
    assert min(amounts.min().row(0)) == 0
    assert nothing.height == 24
    assert nothing["calculated_duty_usd"].sum() == 0


def test_totals_of_all_rows() -> None:
    rows = imports()

    assert rows.height == 6_805
    assert rows["customs_value_usd"].sum() == 317_159_444_591
    assert rows["calculated_duty_usd"].sum() == 4_812_895_714


@pytest.mark.parametrize("group", JAPAN)
def test_golden_totals_of_japan(group: str) -> None:
    lines = imports_with_mfn("JPN", group)
    totals = lines.select("customs_value_usd", "calculated_duty_usd").sum().row(0)

    assert (lines.height, *totals) == JAPAN[group]


def test_readme_prints_the_golden_totals() -> None:
    readme = (RAW / "README.md").read_text(encoding="utf-8")

    for lines, value, duty in JAPAN.values():
        assert f"| {lines} | {value:,} | {duty:,} |" in readme


def test_slovakia_is_listed_beside_the_union() -> None:
    members = toml("partner-groups.toml")["groups"]["EU27"]["members"]
    doubled = imports().filter(pl.col("partner").is_in(members))

    assert "EU27" in imports()["partner"]
    assert doubled["partner"].unique().to_list() == ["SVK"]
    assert (doubled.height, doubled["customs_value_usd"].sum()) == (127, 216_517_273)


def test_every_partner_is_known() -> None:
    known = {*table("economies.csv")["iso3"], *toml("partner-groups.toml")["groups"]}
    partners = set(imports()["partner"])

    assert len(partners) == 51
    assert partners - known == set()


def test_every_code_has_a_duty_and_a_description() -> None:
    codes = set(imports()["code"])
    lines = set(table("us-mfn-2024.csv")["code"])

    assert all(re.fullmatch(r"[0-9]{10}", code) for code in codes)
    assert all(re.fullmatch(r"[0-9]{8}", code) for code in lines)
    assert {code[:8] for code in codes} - lines == set()
    assert len(lines - {code[:8] for code in codes}) == 11
    assert codes == set(table("us-hts-2024-descriptions.csv")["code"])
    assert len(codes) == 431


def test_every_code_is_in_one_group() -> None:
    placed = [code for group in groups().values() for code in group["codes"]["HS2022"]]

    assert len(placed) == len(set(placed))
    assert set(imports()["code"].str.head(6)) - set(placed) == set()


def test_duties_are_as_printed() -> None:
    rates = table("us-mfn-2024.csv")
    read = rates.select(
        pl.col("ad_valorem_rate").cast(pl.Float64).round(6),
        pl.col("specific_rate_usd").cast(pl.Float64).round(6),
        "specific_unit",
    )

    assert read.rows() == [written_rate(text) for text in rates["rate_text"]]
    assert rates["specific_rate_usd"].count() == 6
    assert rates.select(
        "importer", "partner", "programme", "valid_from", "valid_until"
    ).unique().rows() == [("USA", "*", "mfn", "2024-01-01", "2025-01-01")]


def test_duty_on_car_parts_of_japan_is_the_mfn_duty() -> None:
    lines = imports_with_mfn("JPN", "car-parts")
    owed = (lines["customs_value_usd"] * lines["ad_valorem_rate"]).sum()

    assert owed == pytest.approx(173.02e6, rel=1e-4)
    assert owed == pytest.approx(lines["calculated_duty_usd"].sum(), rel=1e-3)


def test_lines_of_japan_that_need_a_quantity() -> None:
    need = pl.concat([imports_with_mfn("JPN", group) for group in JAPAN]).drop_nulls(
        "specific_rate_usd"
    )

    assert need["code"].to_list() == [
        *("7004902520", "7005211010", "7005211030", "7005290850"),
        *("7005291810", "7005291850", "7005300000"),
    ]
    assert need["customs_value_usd"].sum() == 7_021_793


@pytest.mark.parametrize("group", CODE_COUNTS)
def test_group_has_the_codes_of_its_headings(group: str) -> None:
    entry = groups()[group]
    codes = entry["codes"]

    assert list(codes) == EDITIONS
    assert [len(codes[edition]) for edition in EDITIONS] == CODE_COUNTS[group]
    for listed in codes.values():
        assert listed == sorted(set(listed))
        assert all(re.fullmatch(r"[0-9]{6}", code) for code in listed)
        assert sorted({code[:4] for code in listed}) == entry["headings"]


def test_groups_are_the_four_and_their_words_are_not_shared() -> None:
    words = [word for name, group in groups().items() for word in (name, *group["synonyms"])]

    assert list(groups()) == list(JAPAN)
    assert len(words) == len(set(words))
    assert all(group["title"] and group["note"] for group in groups().values())


def test_digital_cameras_are_in_telecom_as_its_note_says() -> None:
    cameras = imports().filter(pl.col("partner") == "JPN", pl.col("code") == "8525894000")

    assert cameras["customs_value_usd"].to_list() == [594_314_147]
    assert "594 of the 1,951 million USD" in groups()["telecom"]["note"].replace("\n", " ")


def test_economies_have_wellformed_and_unshared_codes() -> None:
    economies = table("economies.csv")
    shapes = {"iso3": "^[A-Z]{3}$", "iso2": "^[A-Z]{2}$", "m49": r"^[0-9]{3}$"}
    codes = economies["schedule_c"].drop_nulls().str.split("|").explode()

    for column, shape in shapes.items():
        filled = economies[column].drop_nulls()
        assert filled.str.contains(shape).all()
        assert filled.is_unique().all()
    assert economies["name"].is_unique().all()
    assert economies["name"].null_count() == economies["iso2"].null_count() == 0
    assert codes.str.contains("^[0-9]{4}$").all()
    assert codes.is_unique().all()
    assert len(codes) == 240


@pytest.mark.parametrize(
    "economy",
    [
        ("NAM", "NA", "Namibia", "516", "7920"),
        ("SVK", "SK", "Slovakia", "703", "4359"),
        ("XKX", "XK", "Kosovo", None, "4803"),
        ("TWN", "TW", "Taiwan", "158", "5830"),
        ("PSE", "PS", "Palestine, State of", "275", "5082|5083"),
        ("KOR", "KR", "Korea, Republic of", "410", "5800"),
        ("TUR", "TR", "Türkiye", "792", "4890"),
        ("JPN", "JP", "Japan", "392", "5880"),
    ],
)
def test_economies_that_other_tables_get_wrong(economy: tuple[str | None, ...]) -> None:
    assert economy in table("economies.csv").rows()


def test_synthetic_table_says_what_it_is_scaled_to() -> None:
    entry = sources()["us-japan-1994-synthetic.csv"]
    rows = table("us-japan-1994-synthetic.csv").with_columns(
        pl.col("customs_value_usd").cast(pl.Int64)
    )
    heading = pl.col("code").str.head(4).cast(pl.Int64)

    assert entry["title"].startswith("SYNTHETIC: ")
    assert entry["scaled_to"][0]["codes"] == "all"
    assert rows["customs_value_usd"].sum() == entry["scaled_to"][0]["usd"]
    for total in entry["scaled_to"][1:]:
        ranges = [part.split("-") for part in total["codes"].split(", ")]
        of_total = pl.any_horizontal(
            heading.is_between(int(ends[0]), int(ends[-1])) for ends in ranges
        )
        assert rows.filter(of_total)["customs_value_usd"].sum() == total["usd"], total
        assert total["source"]


def test_partner_groups_have_known_members() -> None:
    partner_groups = toml("partner-groups.toml")["groups"]
    sizes = {name: len(group["members"]) for name, group in partner_groups.items()}
    known = set(table("economies.csv")["iso3"])

    assert sizes == {
        **{"EU12": 12, "EU15": 15, "EU25": 25, "EU27-2007": 27, "EU28": 28, "EU27": 27},
        **{"G7": 7, "USMCA": 3, "OECD": 38},
    }
    for group in partner_groups.values():
        assert group["members"] == sorted(set(group["members"]) & known)
        assert group["valid_from"] < group.get("valid_until", date.max)
        assert group["source"]
    assert {name for name, group in partner_groups.items() if group["aggregate"]} == {
        *("EU12", "EU15", "EU25", "EU27", "EU28"),
    }
    unions = [group for name, group in partner_groups.items() if name.startswith("EU")]
    follow = sorted(unions, key=lambda group: group["valid_from"])
    assert [group["valid_from"] for group in follow[1:]] == [
        group["valid_until"] for group in follow[:-1]
    ]


def test_demonstration_scenario_names_what_is_here() -> None:
    scenario = toml("scenarios/us-japan-2024.toml")
    measures = scenario["measure"]
    last_event = {measure["id"]: measure["events"][-1]["is"] for measure in measures}

    assert (RAW / scenario["base"]).is_file()
    assert scenario["as_of"] == date(2024, 12, 31)
    assert [measure["products"] for measure in measures] == [[f"@{name}"] for name in JAPAN]
    assert last_event == {
        "car-parts": "effective",
        "flat-glass": "effective",
        "telecom": "announced",
        "medical-technology": "announced",
    }
    for measure in measures:
        assert (measure["partners"], measure["rate"], measure["mode"]) == (
            ["JPN"],
            "100%",
            "replace",
        )
        assert measure["source"].startswith("hypothetical; modelled on ")
        assert all(date(2024, 1, 1) <= e["on"] <= scenario["as_of"] for e in measure["events"])


def test_imports_and_descriptions_are_those_of_the_original() -> None:
    path = original("us_census_2024/us_imports_2024_four_sectors_hs10_by_partner.csv.gz")
    published = pl.read_csv(path, infer_schema=False).select(
        pl.col("CTY_CODE").replace_strict(schedule_c()).alias("partner"),
        pl.col("I_COMMODITY").alias("code"),
        pl.col("CON_VAL_YR").cast(pl.Int64).alias("customs_value_usd"),
        pl.col("CAL_DUT_YR").cast(pl.Int64).alias("calculated_duty_usd"),
        pl.col("I_COMMODITY_SDESC").alias("description"),
    )
    ours = imports().join(table("us-hts-2024-descriptions.csv"), on="code", how="left")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()

    assert ours.select(published.columns).equals(published.sort("partner", "code"))
    assert [digest] == [f["sha256"] for f in sources()["us-imports-2024.csv"]["compiled_from"]]
