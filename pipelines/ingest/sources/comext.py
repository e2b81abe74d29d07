"""Eurostat's Comext bulk files, the layout of today and the historical one.

Special partners and masked products: from the layouts as other projects' tests document them.
"""

from dataclasses import replace

from pipelines.ingest.sources.declaration import ByFlow, Declaration, Dimension, Special

SPECIALS = (
    Special(pattern=r"(?i)^total$", why="the total of all products"),
    Special(
        pattern=r"[A-Za-z.]",
        why="a confidential or special code of Comext, such as 99SSSS99 or 11XXXXXX",
    ),
)
FLOWS = {"flow": {"1": "import", "2": "export"}}
GIVEN = {"nomenclature": "CN of the year", "unit": "EUR"}

BULK = Declaration(
    name="comext",
    title="Eurostat Comext, bulk file full_v2",
    example="REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA21,PRODUCT_CPA22,"
    "PRODUCT_BEC,PRODUCT_BEC5,PRODUCT_SECTION,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,"
    "VALUE_NAC,QUANTITY_KG,QUANTITY_SUPPL_UNIT",
    known_from="other projects' tests; no raw file was seen",
    recognised_by=("REPORTER", "PARTNER", "PRODUCT_NC", "VALUE_EUR"),
    columns={
        "importer": ("REPORTER",),
        "partner": ("PARTNER",),
        "period": ("PERIOD",),
        "flow": ("FLOW",),
        "code": ("PRODUCT_NC",),
        "quantity": ("QUANTITY_SUPPL_UNIT",),
        "quantity_unit": ("SUPPL_UNIT",),
        "net_mass_kg": ("QUANTITY_KG",),
    },
    by_flow=ByFlow(header="VALUE_EUR", unit="EUR"),
    given=GIVEN,
    basis="imports CIF, exports FOB (statistical value)",
    economies="comext",
    reports=True,
    words=FLOWS,
    periods="compact",
    dimensions=(
        Dimension(header="TRADE_TYPE", totals=(), what="trade type"),
        Dimension(header="STAT_PROCEDURE", totals=(), what="statistical procedure"),
    ),
    specials=SPECIALS,
    zero_is_unknown=("quantity", "net_mass_kg"),
    caveats=("values are EUR: give --rate EUR=1.08, dollars for one",),
)

HISTORICAL = replace(
    BULK,
    name="comext-historical",
    title="Eurostat Comext, bulk file of the historical group",
    example="DECLARANT,DECLARANT_ISO,PARTNER,PARTNER_ISO,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,"
    "PRODUCT_cpa2002,PRODUCT_cpa2008,PRODUCT_CPA2_1,PRODUCT_BEC,PRODUCT_SECTION,FLOW,STAT_REGIME,"
    "SUPP_UNIT,PERIOD,VALUE_IN_EUROS,QUANTITY_IN_KG,SUP_QUANTITY",
    recognised_by=("DECLARANT_ISO", "PARTNER_ISO", "PRODUCT_NC", "VALUE_IN_EUROS"),
    columns=dict(BULK.columns)
    | {
        "importer": ("DECLARANT_ISO",),
        "partner": ("PARTNER_ISO",),
        "quantity": ("SUP_QUANTITY",),
        "quantity_unit": ("SUPP_UNIT",),
        "net_mass_kg": ("QUANTITY_IN_KG",),
    },
    by_flow=ByFlow(header="VALUE_IN_EUROS", unit="EUR"),
    dimensions=(
        Dimension(header="TRADE_TYPE", totals=(), what="trade type"),
        Dimension(header="STAT_REGIME", totals=("4",), what="statistical regime"),
    ),
    caveats=(
        "values are EUR, those before 1999 in ECU at par: give --rate EUR=..., dollars for one",
        "numbers of partners changed over time; the ISO columns are read",
        "regime 4 is the total of the others",
    ),
)
