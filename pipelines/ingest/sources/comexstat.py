"""Brazil's Comexstat: exports, and imports, which have freight and insurance too."""

from dataclasses import replace

from pipelines.ingest.sources.declaration import Declaration, Dimension, Joined, Value

EXPORTS = Declaration(
    name="comexstat",
    title="Brazil, Comexstat, exports by NCM",
    example='"CO_ANO";"CO_MES";"CO_NCM";"CO_UNID";"CO_PAIS";"SG_UF_NCM";"CO_VIA";"CO_URF";'
    '"QT_ESTAT";"KG_LIQUIDO";"VL_FOB"',
    known_from="a public project's description; no raw file was seen",
    recognised_by=("CO_ANO", "CO_MES", "CO_NCM", "CO_PAIS", "VL_FOB"),
    columns={
        "partner": ("CO_PAIS",),
        "period": ("year and month",),
        "code": ("CO_NCM",),
        "net_mass_kg": ("KG_LIQUIDO",),
    },
    values=(Value(column="fob_value_usd", header="VL_FOB", unit="USD"),),
    given={
        "importer": "BRA",
        "flow": "export",
        "nomenclature": "NCM of the year",
        "unit": "USD",
    },
    basis="FOB",
    economies="own",
    reports=True,
    dimensions=(
        Dimension(header="SG_UF_NCM", totals=(), what="state"),
        Dimension(header="CO_VIA", totals=(), what="mode of transport"),
        Dimension(header="CO_URF", totals=(), what="customs office"),
    ),
    joined=Joined(header="year and month", year="CO_ANO", month="CO_MES"),
    caveats=(
        "countries are Brazil's own numbers: give its table PAIS.csv with --partner-codes FILE",
        "codes are the eight digits of the NCM; parts by state, mode of transport and customs "
        "office are added up",
    ),
)

IMPORTS = replace(
    EXPORTS,
    name="comexstat-imports",
    title="Brazil, Comexstat, imports by NCM",
    example=f'{EXPORTS.example};"VL_FRETE";"VL_SEGURO"',
    recognised_by=(*EXPORTS.recognised_by, "VL_FRETE", "VL_SEGURO"),
    given={**EXPORTS.given, "flow": "import"},
)
