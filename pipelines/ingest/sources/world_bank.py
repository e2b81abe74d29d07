"""WITS, the World Bank's service, as SDMX-JSON; and the WTO's Tariff & Trade Data."""

from pipelines.ingest.sources.declaration import ByFlow, Declaration, Special

WITS = Declaration(
    name="wits",
    title="WITS TradeStats, SDMX-JSON",
    example='{"header": ..., "dataSets": [{"series": {"0:0:0:0:0": ...}}], "structure": ...}',
    known_from="a recorded reply",
    recognised_by=("FREQ", "REPORTER", "PARTNER", "PRODUCTCODE", "INDICATOR", "TIME_PERIOD"),
    columns={
        "importer": ("REPORTER",),
        "partner": ("PARTNER",),
        "period": ("TIME_PERIOD",),
        "flow": ("INDICATOR",),
        "code": ("PRODUCTCODE",),
    },
    by_flow=ByFlow(header="OBS_VALUE", unit="thousand-USD"),
    given={"nomenclature": "HS1992", "unit": "thousand-USD"},
    basis="imports CIF, exports FOB (from UN Comtrade)",
    reports=True,
    words={"flow": {"mprt-trd-vl": "import", "xprt-trd-vl": "export"}},
    partner_totals=("wld", "000"),
    code_totals=("total",),
    specials=(
        Special(
            pattern=r"[A-Za-z_-]",
            why="a group of products of WITS, not a code; groups overlap",
        ),
    ),
    only={"INDICATOR": ("mprt-trd-vl", "xprt-trd-vl")},
    caveats=("products are groups: only their total is a code of the table",),
)

TRAINS = Declaration(
    name="wits-trains",
    title="WITS, UNCTAD TRAINS tariffs, SDMX-JSON",
    example='{"header": {"id": "DF_WITS_Tariff_TRAINS"}, "dataSets": ..., "structure": ...}',
    known_from="a recorded reply",
    recognised_by=("FREQ", "REPORTER", "PARTNER", "PRODUCTCODE", "DATATYPE", "TIME_PERIOD"),
    columns={},
    refused="it holds rates of duty and no trade, cut to whole percents line by line",
)

WTO = Declaration(
    name="wto-ttd",
    title="WTO Tariff & Trade Data, applied rates with imports",
    example="reporter_name,reporter_iso,reporter_code,partner_name,partner_iso,partner_code,"
    "year_dt,hs_code,best_avlbl,imports",
    known_from="an export",
    recognised_by=("reporter_iso", "partner_iso", "year_dt", "hs_code", "best_avlbl", "imports"),
    columns={"importer": ("reporter_iso",), "partner": ("partner_iso",), "code": ("hs_code",)},
    money={"unstated": ("imports",)},
    given={"flow": "import"},
    repeated="year_dt",
    caveats=(
        "the year, unit and valuation of the imports are not in the file: give them",
        "imports are repeated for each date of a rate: they are read once",
        "the rates are read by: retorsion base FILE",
    ),
)
