"""The reply of the U.S. Census Bureau's interface, as JSON or saved as a table."""

from pipelines.ingest.sources.declaration import Declaration, Special

CHAPTERS_98_99 = Special(
    pattern=r"^9[89]",
    why="in U.S. chapters 98 and 99 (goods returned, low values and other provisions)",
    kept=True,
)

CENSUS = Declaration(
    name="census-api",
    title="U.S. Census Bureau, international trade API, imports by HS code",
    example="CTY_CODE,CTY_NAME,I_COMMODITY,I_COMMODITY_SDESC,CON_VAL_YR,CAL_DUT_YR,COMM_LVL,time",
    known_from="files of the interface's own reply",
    recognised_by=("CTY_CODE", "I_COMMODITY"),
    columns={"partner": ("CTY_CODE",), "code": ("I_COMMODITY",), "period": ("time",)},
    # The first set whose value is in the file is read; months go before the year.
    sets=(
        {"customs_value_usd": "CON_VAL_MO", "calculated_duty_usd": "CAL_DUT_MO"},
        {"customs_value_usd": "CON_VAL_YR", "calculated_duty_usd": "CAL_DUT_YR"},
        {"customs_value_usd": "GEN_VAL_MO"},
        {"customs_value_usd": "GEN_VAL_YR"},
    ),
    given={
        "importer": "USA",
        "flow": "import",
        "nomenclature": "HTS of the year",
        "unit": "USD",
    },
    basis="customs value",
    economies="schedule_c",
    periods="day",
    partner_totals=("-", "", "total for all countries"),
    partner_groups="^(00[0-9]{2}|[0-9]XXX)$",
    code_totals=("-", "total"),
    annual_only=("CON_VAL_YR", "GEN_VAL_YR"),
    specials=(CHAPTERS_98_99,),
    caveats=(
        "countries are Schedule C codes; groups (00xx, 5XXX) among them are left out",
        "a _YR figure is the year's at month 12 only, the year to date before",
    ),
)
