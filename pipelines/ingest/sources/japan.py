"""Japan Customs, trade by commodity and country (also from e-Stat): wide, thousand yen."""

from pipelines.ingest.sources.declaration import (
    ByFlow,
    Declaration,
    Dimension,
    Months,
    Special,
)

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

JAPAN = Declaration(
    name="japan-customs",
    title="Japan Customs, trade statistics by commodity and country",
    example="Exp or Imp,Year,HS,Country,Unit1,Unit2,Quantity1-Year,Quantity2-Year,Value-Year,"
    "Quantity1-Jan,Quantity2-Jan,Value-Jan",
    known_from="a public project's description; no raw file was seen",
    recognised_by=("Exp or Imp", "HS", "Country", "Value-Year"),
    columns={
        "partner": ("Country",),
        "period": ("year and month",),
        "flow": ("Exp or Imp",),
        "code": ("HS",),
    },
    by_flow=ByFlow(header="Value of the month", unit="thousand-JPY"),
    given={"importer": "JPN", "nomenclature": "HS of the year", "unit": "thousand-JPY"},
    basis="imports CIF, exports FOB",
    economies="japan",
    reports=True,
    words={"flow": {"1": "export", "2": "import"}},
    dimensions=(Dimension(header="Custom", totals=(), what="customs office"),),
    specials=(Special(pattern=r"^'?0{6,}", why="the total of all goods"),),
    cut_to=6,
    no_flow="Value of the month",
    months=Months(
        header="year and month",
        names=MONTHS,
        columns={"Value of the month": "Value-{}"},
    ),
    caveats=(
        "values are thousand yen, rounded down: give --rate JPY=0.0066, dollars for one",
        "the nine digits are cut to the six of the Harmonized System and added up; quantities, "
        "whose units differ among them, are not read",
        "the last three of the nine digits are one number of Japan's own, of which no part is a "
        "code, and codes of a table have 2, 4, 6, 8 or 10 digits: filled up with a zero they would "
        "be codes that Japan does not have, so they are not kept",
        "a month of 0 had no trade or is not published yet: it is left out",
        "countries are Japan's own numbers; give those not known with --partner-codes FILE",
    ),
)
