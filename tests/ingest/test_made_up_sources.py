"""Layouts that are documented but of which there is no raw file: small files made up in them.

All figures are invented; the headers are those that the sources are described with.
"""

import gzip
from pathlib import Path

import py7zr
import pytest

from calc.errors import DataRejectedError
from pipelines.ingest.record import IngestRecord
from pipelines.ingest.sources.registry import SOURCES, source_named
from pipelines.workspace import Workspace
from tests.ingest.files import run, table, write

Left = dict[str, tuple[int, float | None]]


def left_out(record: IngestRecord) -> Left:
    return {stage.reason: (stage.rows, stage.value_usd) for stage in record.left_out()}


def made(header: str, *lines: str, end: str = "\n") -> str:
    return "".join(f"{line}{end}" for line in (header, *lines))


COMEXT_LINES = (
    "DE,JP,E,87082990,78439,29.32,29.32,41,410,17,1,1,NO_SU,202407,1000.50,1000.50,300,",
    "DE,JP,E,87082990,78439,29.32,29.32,41,410,17,1,3,NO_SU,202407,9.50,9.50,5,",
    "DE,JP,E,85171300,76411,26.30,26.30,63,630,16,1,1,p/st,202407,500,500,10,4",
    "DE,JP,E,TOTAL,.....,.....,.....,.....,.....,99,1,1,,202407,1510,1510,315,",
    "DE,JP,E,99SSSS99,.....,.....,.....,.....,.....,99,1,1,,202407,70,70,7,",
    "DE,QZ,E,87082990,78439,29.32,29.32,41,410,17,1,1,NO_SU,202407,30,30,3,",
    "EL,XK,E,87082990,78439,29.32,29.32,41,410,17,2,1,NO_SU,202452,40,40,4,",
)


@pytest.fixture(params=["dat", "7z"])
def comext(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = write(
        tmp_path / "full_v2_202407.dat", made(source_named("comext").example, *COMEXT_LINES)
    )
    if request.param == "dat":
        return path
    packed = tmp_path / "full_v2_202407.7z"
    with py7zr.SevenZipFile(packed, "w") as archive:
        archive.write(path, path.name)
    return packed


def test_comext(workspace: Workspace, comext: Path) -> None:
    record = run(workspace, comext, rate="EUR=1.1")
    rows = table(workspace)

    assert record.layout == "comext"
    assert left_out(record) == {
        "the partner QZ is no economy: not specified": (1, 33.0),
        "special code: a confidential or special code of Comext, such as 99SSSS99 or 11XXXXXX": (
            1,
            77.0,
        ),
        "special code: the total of all products": (1, 1661.0),
    }
    columns = ["importer", "partner", "period", "flow", "nomenclature", "code"]
    assert rows.select(*columns, "cif_value_usd", "fob_value_usd", "net_mass_kg").rows() == [
        ("DEU", "JPN", "2024-07", "import", "CN2024", "85171300", 550.0, None, 10.0),
        ("DEU", "JPN", "2024-07", "import", "CN2024", "87082990", 1111.0, None, 305.0),
        ("XKX", "GRC", "2024", "export", "CN2024", "87082990", None, 44.0, 4.0),
    ]
    assert rows["quantity"].to_list() == [4.0, None, None]
    assert sorted(path.name for path in workspace.trade.iterdir()) == [
        "t.json",
        "t.parquet",
        "t.parts.parquet",
        "t.provenance.parquet",
    ]


def test_comext_needs_the_rate_of_the_euro(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "t.dat", made(source_named("comext").example, *COMEXT_LINES))
    with pytest.raises(DataRejectedError) as caught:
        run(workspace, path)
    problem = caught.value.problems[0]
    assert problem.what.startswith('"VALUE_EUR" of t.dat is EUR, and the rate')
    assert problem.hint == "give the dollars for one EUR: --rate EUR=..."


def test_comext_historical(workspace: Workspace, tmp_path: Path) -> None:
    path = write(
        tmp_path / "nc199205.dat",
        made(
            source_named("comext-historical").example,
            "0003,NL,0400,US,E,01011100,00150,,,01.43,41,01,1,4,NO_SU,199205,100,5,",
            "0003,NL,0400,US,E,01011100,00150,,,01.43,41,01,1,1,NO_SU,199205,100,5,",
            "0003,NL,0732,JP,E,99RRR100,.....,,,,,99,1,4,NO_SU,199205,8,1,",
        ),
    )
    record = run(workspace, path, rate="EUR=1.25")
    rows = table(workspace).select("importer", "partner", "period", "code", "cif_value_usd").rows()
    assert record.layout == "comext-historical"
    assert rows == [("NLD", "USA", "1992-05", "01011100", 125.0)]
    assert left_out(record)["a part by statistical regime of a total beside it"] == (1, 125.0)


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
JAPAN = "Exp or Imp,Year,HS,Country,Unit1,Unit2,Quantity1-Year,Quantity2-Year,Value-Year" + "".join(
    f",Quantity1-{month},Quantity2-{month},Value-{month}"
    for month in (
        "Jan",
        "Feb",
        "Mar",
        "Apr",
        "May",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Oct",
        "Nov",
        "Dec",
    )
)


def japan_line(start: str, *values: int) -> str:
    months = [*values, *[0] * (12 - len(values))]
    return f"{start},NO,KG,0,0,{sum(values)}" + "".join(f",0,0,{value}" for value in months)


def test_japan_customs(workspace: Workspace, tmp_path: Path) -> None:
    path = write(
        tmp_path / "d01h4724.csv",
        made(
            JAPAN,
            japan_line("2,2024,'870829110,304", 100, 200),
            japan_line("2,2024,'870829190,304", 1),
            japan_line("2,2024,'870829190,105", 0, 7),
            japan_line("1,2024,'870829000,304", 0, 50),
        ),
    )
    record = run(workspace, path, rate="JPY=0.01")
    rows = table(workspace)
    columns = ["importer", "partner", "period", "code", "cif_value_usd", "fob_value_usd"]
    assert record.layout == "japan-customs"
    assert rows.select(columns).rows() == [
        ("JPN", "CHN", "2024-02", "870829", 70.0, None),
        ("JPN", "USA", "2024-01", "870829", 1010.0, None),
        ("JPN", "USA", "2024-02", "870829", 2000.0, None),
        ("USA", "JPN", "2024-02", "870829", None, 500.0),
    ]
    assert set(rows["nomenclature"]) == {"HS2022"}
    assert left_out(record) == {"no trade in the month, or not published yet": (43, 0.0)}
    assert record.funnel[0].rows == 48
    assert rows["source_id"].unique().to_list() == ["d01h4724.csv"]


def test_japan_customs_country_that_is_not_known(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", made(JAPAN, japan_line("2,2024,'870829110,999", 5)))
    with pytest.raises(DataRejectedError, match="cannot be read"):
        run(workspace, path, rate="JPY=0.01")
    codes = write(tmp_path / "codes.csv", "code,iso3\n999,FRA\n")
    run(workspace, path, rate="JPY=0.01", partner_codes=codes)
    assert table(workspace)["partner"].unique().to_list() == ["FRA"]


COMEXSTAT_LINES = (
    '"2025";"01";"02013000";"10";"160";"MT";"01";"0817600";40;1000;200',
    '"2025";"01";"02013000";"10";"160";"SP";"04";"0817600";60;2000;300',
    '"2025";"02";"02013000";"10";"063";"SP";"01";"0817600";10;500;100',
)


def test_comexstat(workspace: Workspace, tmp_path: Path) -> None:
    path = write(
        tmp_path / "EXP_2025.csv", made(source_named("comexstat").example, *COMEXSTAT_LINES)
    )
    codes = write(
        tmp_path / "PAIS.csv",
        '"CO_PAIS";"CO_PAIS_ISON3";"CO_PAIS_ISOA3";"NO_PAIS"\n"160";"156";"CHN";"China"\n'
        '"063";"032";"ARG";"Argentina"\n',
    )
    record = run(workspace, path, partner_codes=codes)
    rows = table(workspace)
    assert record.layout == "comexstat"
    columns = ["importer", "partner", "period", "flow", "code", "fob_value_usd", "net_mass_kg"]
    assert rows.select(columns).rows() == [
        ("ARG", "BRA", "2025-02", "export", "02013000", 100.0, 500.0),
        ("CHN", "BRA", "2025-01", "export", "02013000", 500.0, 3000.0),
    ]
    assert record.nomenclatures == ("NCM2025",)


def test_comexstat_imports_have_another_flow(workspace: Workspace, tmp_path: Path) -> None:
    lines = [f"{line};5;1" for line in COMEXSTAT_LINES[:1]]
    path = write(tmp_path / "IMP_2025.csv", made(source_named("comexstat-imports").example, *lines))
    codes = write(tmp_path / "codes.csv", "code,iso3\n160,CHN\n")
    record = run(workspace, path, partner_codes=codes)
    row = table(workspace).row(0, named=True)
    assert record.layout == "comexstat-imports"
    assert (row["importer"], row["partner"], row["flow"]) == ("BRA", "CHN", "import")


def test_comtrade_bulk(workspace: Workspace, tmp_path: Path) -> None:
    line = "C\tA\t20220101\t2022\t52\t2022\t764\tM\t{}\t{}\tH6\t{}\tC00\t0\t{}\t8\t0\t0\t{}\t\t{}"
    lines = [
        line.format("392", "0", "854231", "0", "70", "70"),
        line.format("392", "0", "854231", "1000", "40", "40"),
        line.format("392", "0", "854231", "2000", "30", "30"),
        line.format("0", "0", "854231", "0", "75", "75"),
        line.format("490", "0", "854231", "0", "5", "5"),
        line.format("392", "0", "9999AA", "0", "11", "11"),
        line.format("392", "0", "999999", "0", "13", "13"),
    ]
    text = made(source_named("comtrade-bulk").example, *lines)
    path = write(tmp_path / "COMTRADE-FINAL-CA764202201H6.txt.gz", gzip.compress(text.encode()))
    record = run(workspace, path)
    assert record.layout == "comtrade-bulk"
    assert table(workspace).select("partner", "code", "cif_value_usd", "net_mass_kg").rows() == [
        ("JPN", "854231", 70.0, None),
        ("TWN", "854231", 5.0, None),
    ]
    assert left_out(record) == {
        "a part by mode of transport of a total beside it": (2, 70.0),
        "special code: 9999: commodities not specified according to kind": (1, 13.0),
        "special code: a special code of the reporter, such as 9999AA": (1, 11.0),
        "the partner is the world or a total": (1, 75.0),
    }


def test_comtrade_legacy_with_columns_cut(workspace: Workspace, tmp_path: Path) -> None:
    path = write(
        tmp_path / "cut.csv",
        made(
            "Year,Trade Flow,Commodity Code,Commodity,Trade Value (US$)",
            "2016,Import,10121,Horses,7",
            "2016,Import,870829,Parts,9",
        ),
    )
    options = {"importer": "USA", "partner": "JPN", "nomenclature": "HS2012", "pad_codes": True}
    record = run(workspace, path, **options)
    assert record.layout == "comtrade-legacy"
    assert table(workspace).select("code", "cif_value_usd").rows() == [
        ("010121", 7.0),
        ("870829", 9.0),
    ]


def test_ace_entry_lines(workspace: Workspace, tmp_path: Path) -> None:
    path = write(
        tmp_path / "ES-003.csv",
        made(
            source_named("ace-es-003").example,
            "ABC0001,1,04/08/2025,JP,1,8708.29.5160,1000.00,25.00,40,KG",
            "ABC0001,1,04/08/2025,JP,2,9903.94.05,0.00,250.00,,",
            "ABC0002,3,4/28/2025,JP,1,8708295160,500.00,12.50,10,KG",
            "ABC0002,4,05/02/2025,MX,1,8708295160,80.00,,2,KG",
        ),
    )
    record = run(workspace, path)
    rows = table(workspace)
    assert record.layout == "ace-es-003"
    columns = ["partner", "period", "code", "customs_value_usd", "calculated_duty_usd", "quantity"]
    assert rows.select(columns).rows() == [
        ("JPN", "2025-04", "8708295160", 1500.0, 37.5, 50.0),
        ("MEX", "2025-05", "8708295160", 80.0, None, 2.0),
    ]
    assert list(left_out(record).values()) == [(1, 0.0)]
    assert set(rows["nomenclature"]) == {"HTS2025"}


def test_sku_sheet(workspace: Workspace, tmp_path: Path) -> None:
    path = write(
        tmp_path / "skus.csv",
        made(
            source_named("sku-sheet").example,
            "A-1,8708295160,Japan,1000,40,kg,2025-04-08",
            "A-2,8708295160,Japan,500,10,kg,2025-04-28",
            "B-1,7007110000,Japan,70,3,m2,2025-04-28",
        ),
    )
    record = run(workspace, path, importer="USA", nomenclature="HTS2025")
    assert record.layout == "sku-sheet"
    columns = ["partner", "period", "code", "customs_value_usd", "quantity", "quantity_unit"]
    assert table(workspace).select(columns).rows() == [
        ("JPN", "2025-04", "7007110000", 70.0, 3.0, "m2"),
        ("JPN", "2025-04", "8708295160", 1500.0, 50.0, "kg"),
    ]


def test_census_day_of_a_year_and_month(workspace: Workspace, tmp_path: Path) -> None:
    reply = (
        '[["CTY_CODE","I_COMMODITY","CON_VAL_MO","time"],["5880","8708295160","5","2024-07-01"]]'
    )
    run(workspace, write(tmp_path / "reply.json", reply))
    assert table(workspace)["period"].to_list() == ["2024-07"]


@pytest.mark.parametrize("source", [item for item in SOURCES if item.example[0] != "{"])
def test_every_source_is_recognised_by_its_own_example(source: object) -> None:
    from pipelines.ingest.sources.declaration import Declaration
    from pipelines.ingest.sources.registry import recognise

    assert isinstance(source, Declaration)
    separator = max(",;\t", key=source.example.count)
    headers = [text.strip('"') for text in source.example.split(separator)]
    assert recognise(headers).declaration is source


def test_source_overrides_what_the_content_says(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", made("t,i,j,k,v,q,remark", "2021,392,842,10121,5,1,x"))
    record = run(workspace, path, source="baci", nomenclature="HS1992")
    assert record.recognised == (
        "t.csv: taken for baci, CEPII BACI, reconciled bilateral trade: --source says so",
    )
    row = table(workspace).row(0, named=True)
    assert (row["importer"], row["partner"], row["code"]) == ("USA", "JPN", "010121")
    assert (row["fob_value_usd"], row["net_mass_kg"]) == (5000.0, 1000.0)
