"""CEPII's BACI, and its tables of countries and products, which are recognised to say what for."""

from pipelines.ingest.sources.comtrade import SPECIALS
from pipelines.ingest.sources.declaration import Declaration, Value

BACI = Declaration(
    name="baci",
    title="CEPII BACI, reconciled bilateral trade",
    example="t,i,j,k,v,q",
    known_from="a part of a year, rewritten by a user",
    recognised_by=("t", "i", "j", "k", "v", "q"),
    no_others=("t", "i", "j", "k", "v", "q"),
    columns={"period": ("t",), "partner": ("i",), "importer": ("j",), "code": ("k",)},
    values=(
        Value(column="fob_value_usd", header="v", unit="thousand-USD"),
        Value(column="net_mass_kg", header="q", factor=1000),
    ),
    given={"flow": "import", "unit": "thousand-USD"},
    basis="FOB, both reports reconciled",
    from_name={"nomenclature": r"(?i)(HS[0-9]{2})(?![0-9])"},
    economies="comtrade",
    specials=SPECIALS,
    code_digits=6,
    caveats=(
        "the edition of the codes is in the file's name only (BACI_HS92_...), else --nomenclature",
        "i is the exporter, j the importer; v is thousand USD, q metric tons",
        "codes that lost their zero get it back, and are counted; NA in q is not known",
    ),
)

COUNTRIES = Declaration(
    name="baci-countries",
    title="CEPII BACI, table of countries (of V202001 to V202501)",
    example="country_code,country_name,country_iso2,country_iso3",
    known_from="the tables of three vintages",
    recognised_by=("country_code",),
    no_others=(
        *("country_code", "country_name", "country_name_abbreviation", "country_name_full"),
        *("iso_2digit_alpha", "iso_3digit_alpha", "country_iso2", "country_iso3"),
    ),
    columns={},
    encoding="latin-1",
    refused="it names countries and holds no trade: the codes of BACI are known without it; give a "
    "code that is not with --partner-codes FILE",
)

PRODUCTS = Declaration(
    name="baci-products",
    title="CEPII BACI, table of products",
    example="code,description",
    known_from="BACI's documentation",
    recognised_by=("code", "description"),
    no_others=("code", "description"),
    columns={},
    encoding="latin-1",
    refused="it holds texts of codes and no trade; codes find WORDS --texts FILE reads it",
)
