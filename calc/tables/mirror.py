"""MIRROR, MIRROR_PAIRS, MIRROR_FUNNEL: an importer's reports of flows against the exporter's."""

import dataframely as dy

from calc.tables.comparison import dollars
from calc.tables.lines import USD
from calc.tables.trade import CODE, ECONOMY

COUNT = {"unit": "number"}
RATIO = {"unit": "ratio"}
FRACTION = {"unit": "fraction"}
STATUSES = ("both", "importer only", "exporter only")
BASES = ("customs", "cif", "fob", "mixed")
COMPARISONS = ("fob", "stated ratio", "as recorded")
FLAGS = ("beyond", "re-exports")
SIDES = ("importer", "exporter", "re-exporter")


def ratio(description: str) -> dy.Float64:
    """A ratio of two amounts; null where either is unknown or the second is zero."""
    return dy.Float64(nullable=True, metadata=RATIO, description=description)


def rows(description: str) -> dy.Int64:
    """A number of rows or lines."""
    return dy.Int64(min=0, metadata=COUNT, description=description)


class Flow(dy.Schema):
    """Who sends goods to whom, and when."""

    importer = dy.String(primary_key=True, regex=ECONOMY, description="Importing economy.")
    partner = dy.String(
        primary_key=True, regex=ECONOMY, description="Exporting economy: the importer's partner."
    )
    period = dy.String(primary_key=True, description="Year or month of the flow.")


class Mirror(Flow):
    """A flow of a good as its importer reports it, and as its exporter does."""

    nomenclature = dy.String(
        primary_key=True,
        description="Edition of the Harmonized System of the code, the same on both sides; TOTAL "
        "where all goods are compared together.",
    )
    code = dy.String(
        primary_key=True, regex=CODE, description="Code at the level that both sides have."
    )
    status = dy.String(
        regex=f"^({'|'.join(STATUSES)})$",
        description="both, importer only or exporter only: whose reports have the flow.",
    )
    import_rows = rows("Rows of the importer's reports in it.")
    export_rows = rows("Rows of the exporter's reports in it.")
    import_value_usd = dollars("Value that the importer reports; null where it reports none.")
    import_basis = dy.String(
        nullable=True,
        regex=f"^({'|'.join(BASES)})$",
        description="On what the importer values it: the first known of customs, cif, fob.",
    )
    import_fob_value_usd = dollars(
        "The importer's value free on board: as it reports it, else its CIF value by the stated "
        "ratio; null where neither is there."
    )
    export_value_usd = dollars("Value that the exporter reports; null where it reports none.")
    re_export_value_usd = dollars(
        "Part of the exporter's value that are re-exports, goods of another origin, which the "
        "importer reports under that origin; null where re-exports are not given."
    )
    domestic_export_value_usd = dollars(
        "The exporter's value less re-exports; null where they are not given, or exceed it."
    )
    cif_fob_ratio = ratio(
        "CIF over FOB value of the importer's report: recorded where it has both, else as stated "
        "where that is used; null otherwise."
    )
    comparison = dy.String(
        nullable=True,
        regex=f"^({'|'.join(COMPARISONS)})$",
        description="The importer's value that is compared: fob (as reported), stated ratio (CIF "
        "over it), or as recorded (freight and insurance may be in it); null where one side lacks.",
    )
    recorded_ratio = ratio("The importer's value as recorded over the exporter's.")
    compared_ratio = ratio("The importer's value that is compared over the exporter's.")
    domestic_ratio = ratio("The same over the exporter's value less re-exports.")
    difference_usd = dollars("The importer's value that is compared less the exporter's.")
    asymmetry = dy.Float64(
        nullable=True,
        min=0,
        max=1,
        metadata=FRACTION,
        description="What the smaller report lacks of the larger, as a fraction of the larger.",
    )
    domestic_asymmetry = dy.Float64(
        nullable=True,
        min=0,
        max=1,
        metadata=FRACTION,
        description="The same with the exporter's value less re-exports; null where not known.",
    )
    flag = dy.String(
        nullable=True,
        regex=f"^({'|'.join(FLAGS)})$",
        description="beyond: the asymmetry is beyond the threshold; re-exports: it is, but not "
        "once re-exports are taken out; null: within it, or reported by one side only.",
    )


class MirrorPairs(Flow):
    """An importer's reports of all goods from a partner against the partner's."""

    lines = rows("Codes that either side reports.")
    matched_lines = rows("Codes that both sides report.")
    flagged_lines = rows(
        "Matched codes whose asymmetry is beyond the threshold, whatever the flag."
    )
    import_value_usd = dy.Float64(metadata=USD, description="All that the importer reports.")
    export_value_usd = dy.Float64(metadata=USD, description="All that the exporter reports.")
    import_only_usd = dy.Float64(
        metadata=USD, description="What the importer reports under codes that the exporter lacks."
    )
    export_only_usd = dy.Float64(
        metadata=USD, description="What the exporter reports under codes that the importer lacks."
    )
    matched_import_usd = dy.Float64(
        metadata=USD, description="The importer's value as recorded of the matched codes."
    )
    matched_compared_usd = dy.Float64(
        metadata=USD, description="The importer's value that is compared, of the matched codes."
    )
    matched_export_usd = dy.Float64(
        metadata=USD, description="The exporter's value of the matched codes."
    )
    re_export_value_usd = dollars(
        "Re-exports among the exporter's value of all codes; null where they are not given."
    )
    recorded_ratio = ratio("All that the importer reports over all that the exporter does.")
    compared_ratio = ratio("The importer's value that is compared over the exporter's, if matched.")
    difference_usd = dy.Float64(
        metadata=USD,
        description="The importer's value that is compared less the exporter's, of matched codes.",
    )
    asymmetry = dy.Float64(
        nullable=True,
        min=0,
        max=1,
        metadata=FRACTION,
        description="What the smaller report lacks of the larger over the matched codes together.",
    )


class MirrorFunnel(dy.Schema):
    """What became of the rows of each side: rows and dollars in = left out + compared."""

    side = dy.String(
        primary_key=True,
        regex=f"^({'|'.join(SIDES)})$",
        description="Whose reports: importer, exporter, or re-exporter.",
    )
    stage = dy.String(primary_key=True, description="What became of the rows, in words.")
    kind = dy.String(
        regex=r"^(in|excluded|kept)$",
        description="in: rows read; excluded: left out of the comparison; kept: in MIRROR.",
    )
    rows = rows("Rows of the table.")
    value_usd = dy.Float64(
        metadata=USD, description="Their value: the first known of customs, CIF and FOB."
    )
