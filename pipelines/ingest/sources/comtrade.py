"""UN Comtrade: the download of today with names, the API's JSON, the bulk file, the old download.

Flow letters and the meaning of the totals: UN Comtrade's own reference lists, as seen in the files.
"""

from dataclasses import replace

from pipelines.ingest.sources.declaration import (
    ByFlow,
    Declaration,
    Dimension,
    Special,
    Value,
)

SPECIALS = (
    Special(pattern=r"^9999(99)?$", why="9999: commodities not specified according to kind"),
    Special(pattern=r"[A-Za-z]", why="a special code of the reporter, such as 9999AA"),
)
FLOWS = {
    **{"m": "import", "x": "export", "rm": "re-import", "rx": "re-export"},
    **{"1": "import", "2": "export", "3": "re-export", "4": "re-import"},
}

PLUS = Declaration(
    name="comtrade",
    title="UN Comtrade, download of Comtrade Plus or reply of its API",
    example="typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,"
    "reporterDesc,flowCode,flowDesc,partnerCode,partnerISO,partnerDesc,partner2Code,partner2ISO,"
    "partner2Desc,classificationCode,classificationSearchCode,isOriginalClassification,cmdCode,"
    "cmdDesc,aggrLevel,isLeaf,customsCode,customsDesc,mosCode,motCode,motDesc,qtyUnitCode,"
    "qtyUnitAbbr,qty,isQtyEstimated,altQtyUnitCode,altQtyUnitAbbr,altQty,isAltQtyEstimated,netWgt,"
    "isNetWgtEstimated,grossWgt,isGrossWgtEstimated,cifvalue,fobvalue,primaryValue,"
    "legacyEstimationFlag,isReported,isAggregate",
    known_from="two downloads and a recorded reply",
    recognised_by=("reporterCode", "partnerCode", "cmdCode", "primaryValue", "qtyUnitAbbr"),
    columns={
        "importer": ("reporterCode",),
        "partner": ("partnerCode",),
        "period": ("period",),
        "flow": ("flowCode",),
        "nomenclature": ("classificationCode",),
        "code": ("cmdCode",),
        "quantity": ("qty",),
        "quantity_unit": ("qtyUnitAbbr",),
        "quantity_2": ("altQty",),
        "quantity_2_unit": ("altQtyUnitAbbr",),
        "net_mass_kg": ("netWgt",),
    },
    values=(
        Value(column="cif_value_usd", header="cifvalue", unit="USD"),
        Value(column="fob_value_usd", header="fobvalue", unit="USD"),
    ),
    by_flow=ByFlow(header="primaryValue"),
    given={"unit": "USD"},
    basis="imports CIF, exports FOB (primaryValue)",
    economies="comtrade",
    reports=True,
    words={"flow": FLOWS},
    periods="compact",
    partner_totals=("0",),
    code_totals=("total",),
    dimensions=(
        Dimension(header="partner2Code", totals=("0", ""), what="second partner"),
        Dimension(header="customsCode", totals=("c00", ""), what="customs procedure"),
        Dimension(header="mosCode", totals=("0", ""), what="mode of supply"),
        Dimension(header="motCode", totals=("0", ""), what="mode of transport"),
    ),
    specials=SPECIALS,
    zero_is_unknown=("quantity", "quantity_2", "net_mass_kg"),
    encoding="latin-1",
    extra_fields=1,
    caveats=(
        "every row ends in a comma: 48 fields under 47 headers; the last must be empty",
        "a quantity or weight of 0 means not known",
        "an export's partner is its importer here; exports hold re-exports",
    ),
)

BULK = replace(
    PLUS,
    name="comtrade-bulk",
    title="UN Comtrade, bulk file (tab-separated text in gzip)",
    example="typeCode\tfreqCode\trefPeriodId\trefYear\trefMonth\tperiod\treporterCode\tflowCode\t"
    "partnerCode\tpartner2Code\tclassificationCode\tcmdCode\tcustomsCode\tmosCode\tmotCode\t"
    "qtyUnitCode\tqty\tnetWgt\tcifvalue\tfobvalue\tprimaryValue",
    known_from="the names of the API; no raw file was seen",
    recognised_by=("reporterCode", "partnerCode", "cmdCode", "primaryValue"),
    columns={
        **{name: headers for name, headers in PLUS.columns.items() if "quantity" not in name},
        "quantity": ("qty",),
        "quantity_unit": ("qtyUnitCode",),
    },
    words={
        "flow": FLOWS,
        "quantity_unit": {"-1": "", "5": "number", "8": "kg", "2": "m2", "7": "litre", "12": "m3"},
    },
    encoding="",
    extra_fields=0,
    caveats=("names of economies are absent: numbers are read", *PLUS.caveats[1:]),
)

LEGACY = Declaration(
    name="comtrade-legacy",
    title="UN Comtrade, download until 2023, whole or with columns cut",
    example="Classification,Year,Period,Period Desc.,Aggregate Level,Is Leaf Code,Trade Flow Code,"
    "Trade Flow,Reporter Code,Reporter,Reporter ISO,Partner Code,Partner,Partner ISO,"
    "2nd Partner Code,2nd Partner,2nd Partner ISO,Customs Proc. Code,Customs,"
    "Mode of Transport Code,Mode of Transport,Commodity Code,Commodity,Qty Unit Code,Qty Unit,Qty,"
    "Alt Qty Unit Code,Alt Qty Unit,Alt Qty,Netweight (kg),Gross weight (kg),Trade Value (US$),"
    "CIF Trade Value (US$),FOB Trade Value (US$),Flag",
    known_from="a download; the bulk variant of 22 columns from its use in public projects",
    recognised_by=("Trade Flow", "Commodity Code", "Trade Value (US$)"),
    columns={
        "importer": ("Reporter Code",),
        "partner": ("Partner Code",),
        "period": ("Period", "Year"),
        "flow": ("Trade Flow Code", "Trade Flow"),
        "nomenclature": ("Classification",),
        "code": ("Commodity Code",),
        "quantity": ("Qty",),
        "quantity_unit": ("Qty Unit",),
        "net_mass_kg": ("Netweight (kg)",),
    },
    values=(
        Value(column="cif_value_usd", header="CIF Trade Value (US$)", unit="USD"),
        Value(column="fob_value_usd", header="FOB Trade Value (US$)", unit="USD"),
    ),
    by_flow=ByFlow(header="Trade Value (US$)"),
    given={"unit": "USD"},
    basis="imports CIF, exports FOB (Trade Value)",
    economies="comtrade",
    reports=True,
    words={
        "flow": FLOWS,
        "quantity_unit": {
            **{"no quantity": "", "number of items": "number", "weight in kilograms": "kg"},
            **{"area in square metres": "m2", "volume in litres": "litre"},
            **{"volume in cubic meters": "m3"},
        },
    },
    periods="compact",
    partner_totals=("0", "world"),
    code_totals=("total",),
    dimensions=(
        Dimension(header="2nd Partner Code", totals=("0", ""), what="second partner"),
        Dimension(header="Customs Proc. Code", totals=("c00", ""), what="customs procedure"),
        Dimension(header="Mode of Transport Code", totals=("0", ""), what="mode of transport"),
    ),
    specials=SPECIALS,
    zero_is_unknown=("quantity", "net_mass_kg"),
    encoding="latin-1",
    caveats=(
        "exports hold re-exports: re-exports beside exports are left out",
        "codes cut to integers have lost their zero: --pad-codes gives it back",
    ),
)
