"""USITC DataWeb, as CSV or workbook, and the Census Bureau's USA Trade Online."""

from pipelines.ingest.sources.census import CHAPTERS_98_99
from pipelines.ingest.sources.declaration import (
    Declaration,
    Dimension,
    Sheets,
    Taken,
    TotalLine,
    Value,
)

GIVEN = {"importer": "USA", "flow": "import", "nomenclature": "HTS of the year", "unit": "USD"}
KEY = ("Country", "Year", "HTS Number")

DATAWEB = Declaration(
    name="dataweb",
    title="USITC DataWeb, imports, CSV or workbook",
    example="Data Type,HTS Number,Year,Description,Customs Value",
    known_from="an export of each kind",
    recognised_by=("Data Type", "HTS Number", "Year"),
    columns={
        "partner": ("Country",),
        "period": ("Year",),
        "code": ("HTS Number",),
        "quantity": ("First Unit of Quantity",),
        "quantity_unit": ("First unit",),
        "quantity_2": ("Second Unit of Quantity",),
        "quantity_2_unit": ("Second unit",),
    },
    values=(
        Value(column="customs_value_usd", header="Customs Value", unit="USD"),
        Value(column="cif_value_usd", header="CIF Import Value", unit="USD"),
        Value(column="calculated_duty_usd", header="Calculated Duties", unit="USD"),
    ),
    given=GIVEN,
    basis="customs value",
    partner_totals=("", "all countries"),
    code_totals=("", "total"),
    specials=(CHAPTERS_98_99,),
    sheets=Sheets(
        beside=("Query Parameters",),
        told=("Download Date", "Trade Flow", "Classification System"),
        first="Customs Value",
        key=KEY,
        measures={
            ("CIF Import Value", "CIF Import Value"): "CIF Import Value",
            ("Calculated Duties", "Calculated Duties"): "Calculated Duties",
            ("First Unit of Quantity", "First Unit of Quantity"): "First Unit of Quantity",
            ("First Unit of Quantity", "Quantity Description"): "First unit",
            ("Second Unit of Quantity", "Second Unit of Quantity"): "Second Unit of Quantity",
            ("Second Unit of Quantity", "Quantity Description"): "Second unit",
        },
    ),
    total_line=TotalLine(header="Data Type", start="total"),
    caveats=(
        "a query of one country does not name it: give --partner",
        "the last line is the total over all rows and years: it is left out and checked against",
    ),
)

TRADE_ONLINE = Declaration(
    name="usa-trade-online",
    title="U.S. Census Bureau, USA Trade Online, imports",
    example="Commodity,Country,District,Time,Customs  Value (Cons) ($US)",
    known_from="an export",
    recognised_by=("Commodity", "Country", "District", "Time"),
    columns={"partner": ("Country",), "period": ("Time",), "code": ("code of Commodity",)},
    values=(
        Value(column="customs_value_usd", header="Customs Value (Cons) ($US)", unit="USD"),
        Value(column="customs_value_usd", header="Customs Value (Gen) ($US)", unit="USD"),
        Value(column="calculated_duty_usd", header="Calculated Duty ($US)", unit="USD"),
    ),
    given=GIVEN,
    basis="customs value",
    partner_totals=("world total", "total", ""),
    code_totals=("all commodities", "total", ""),
    partner_groups="^(?i:africa|asia|europe|oceania|opec|european union|.*total.*)$",
    dimensions=(Dimension(header="District", totals=("all districts",), what="district"),),
    specials=(CHAPTERS_98_99,),
    taken=(
        Taken(header="code of Commodity", of="Commodity", pattern=r"^\s*([0-9]+)\b"),
        Taken(header="unit of Commodity", of="Commodity", pattern=r"\(([^()]*)\)\s*$"),
    ),
    caveats=(
        "code and text share a field; values have separators of thousands",
        "a value with a sign behind it (2,429=) is no number: the service documents none",
    ),
)
