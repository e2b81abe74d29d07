"""The layout of TRADE, or one that names the same things otherwise."""

from pipelines.ingest.sources.declaration import Declaration

CANONICAL = Declaration(
    name="canonical",
    title="a table of bilateral trade, one flow a row",
    example="importer,partner,period,flow,nomenclature,code,customs_value_usd",
    known_from="retorsion schema trade",
    recognised_by=(),
    columns={
        "importer": (
            *("importer", "importer_iso3", "importing country", "reporter", "reporterISO"),
            *("reporter iso3", "reporter country", "declarant"),
        ),
        "partner": (
            *("partner", "partner_iso3", "partnerISO", "partner country", "exporter", "origin"),
            *("country of origin", "origin country", "country"),
        ),
        "period": ("period", "year", "refYear", "yr", "time", "month"),
        "flow": ("flow", "flowCode", "flow code", "trade flow", "flow type", "direction"),
        "nomenclature": (
            *("nomenclature", "classification", "classificationCode", "hs version"),
            *("hs edition", "hs revision"),
        ),
        "code": (
            *("code", "hs", "hs_code", "hs2", "hs4", "hs6", "hs8", "hs10", "hts", "hts8", "hts10"),
            *("hts number", "cn8", "commodity", "commodity_code", "cmdCode", "product"),
            *("product_code", "tariff line"),
        ),
        "quantity": ("quantity", "qty", "quantity_1"),
        "quantity_unit": (
            *("quantity_unit", "qty_unit", "qtyUnitAbbr", "unit of quantity", "quantity unit"),
            *("uom", "unit of measure", "quantity_1_unit"),
        ),
        "quantity_2": ("quantity_2", "altQty", "second quantity"),
        "quantity_2_unit": ("quantity_2_unit", "altQtyUnitAbbr", "second quantity unit"),
        "net_mass_kg": ("net_mass_kg", "netWgt", "net_weight_kg", "netweight (kg)"),
    },
    money={
        "customs": ("customs_value", "customs", "value for duty", "dutiable value customs"),
        "cif": ("cif_value", "cif", "value cif", "cif trade value"),
        "fob": ("fob_value", "fob", "value fob", "fob trade value"),
        "unstated": ("value", "trade_value", "import value", "imports"),
        "duty": ("calculated_duty", "duty", "duties", "calculated duties"),
    },
    partner_totals=(
        *("wld", "w00", "world", "0", "-", "total", "all countries", "total for all countries"),
    ),
    code_totals=("total", "all", "-"),
    caveats=("what no header says, an option must: --unit, --valuation, --importer and others",),
)
