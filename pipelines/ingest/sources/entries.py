"""What importers and brokers hold themselves: the ACE export of entry lines, and a sheet of SKUs.

The names of the columns of ES-003, "Entry Summary Line Tariff Details", are those that users of the
report list; a user may choose and order them.
"""

from pipelines.ingest.sources.declaration import Declaration, Dimension, Special, Value

GIVEN = {"importer": "USA", "flow": "import", "nomenclature": "HTS of the year", "unit": "USD"}
ADDED = Special(
    pattern=r"^9[89]",
    why="a heading of chapter 98 or 99 beside the good of its line: its duty is the measure's own",
)

ACE = Declaration(
    name="ace-es-003",
    title="ACE, report ES-003, entry summary line tariff details",
    example="Entry Summary Number,Entry Summary Line Number,Entry Date,Country of Origin Code,"
    "Tariff Ordinal Number,HTS Number - Full,Line Tariff Goods Value Amount,"
    "Line Tariff Duty Amount,Line Tariff Quantity (1),Line Tariff UOM (1) Code",
    known_from="names of columns in public guides; no raw file was seen",
    recognised_by=("Entry Summary Number", "HTS Number - Full", "Line Tariff Goods Value Amount"),
    columns={
        "partner": ("Country of Origin Code",),
        "period": ("Entry Date", "Entry Summary Date"),
        "code": ("HTS Number - Full",),
        "quantity": ("Line Tariff Quantity (1)",),
        "quantity_unit": ("Line Tariff UOM (1) Code",),
        "quantity_2": ("Line Tariff Quantity (2)",),
        "quantity_2_unit": ("Line Tariff UOM (2) Code",),
    },
    values=(
        Value(column="customs_value_usd", header="Line Tariff Goods Value Amount", unit="USD"),
        Value(column="calculated_duty_usd", header="Line Tariff Duty Amount", unit="USD"),
    ),
    given=GIVEN,
    basis="entered value",
    periods="us-day",
    dimensions=(
        Dimension(header="Entry Summary Number", totals=(), what="entry"),
        Dimension(header="Entry Summary Line Number", totals=(), what="line of an entry"),
    ),
    specials=(ADDED,),
    caveats=(
        "lines of one month, origin and code are added up; the rows are kept in <name>.parts",
        "headings of chapters 98 and 99 are left out with their dollars: their duty is not the "
        "good's own",
        "days are written month/day/year in this report",
    ),
)

SKU = Declaration(
    name="sku-sheet",
    title="a sheet of an importer's own items",
    example="SKU,HTS10,Country of Origin,Entered Value,Quantity,Unit,Date",
    known_from="the columns that brokers ask for",
    recognised_by=("SKU",),
    columns={
        "partner": ("country of origin", "origin", "origin country", "COO", "partner"),
        "period": ("date", "entry date", "import date", "month", "year", "period"),
        "code": ("HTS10", "HTS", "HTS code", "HTS number", "tariff line", "HS code", "code"),
        "quantity": ("quantity", "qty"),
        "quantity_unit": ("unit", "uom", "unit of measure", "quantity unit"),
        "importer": ("importer",),
    },
    money={
        "customs": ("entered value", "customs value", "value for duty"),
        "fob": ("fob value",),
        "cif": ("cif value",),
        "unstated": ("value",),
        "duty": ("duty", "duty paid"),
    },
    given={"flow": "import", "unit": "USD"},
    basis="entered value",
    periods="day",
    dimensions=(Dimension(header="SKU", totals=(), what="item"),),
    caveats=(
        "items of one month, origin and line are added up; the rows are kept in <name>.parts",
        "the importer and the edition of the codes are not in the sheet: give --importer and "
        "--nomenclature",
    ),
)
