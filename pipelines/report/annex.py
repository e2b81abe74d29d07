"""The goods of a run as the annex of a notice, in the columns that a scenario reads back."""

import polars as pl

COLUMNS = ("code", "description", "rate", "from", "through", "note", "source", "measure")


def annex(components: pl.DataFrame, lines: pl.DataFrame, measures: pl.DataFrame) -> pl.DataFrame:
    """Every line that a measure names, once a measure and rate, sorted by measure and code.

    The note names measure, partners and state, so that lines of several can be told apart.

    Args:
        components: COMPONENTS of a run.
        lines: LINES of the run.
        measures: BY_MEASURE of the run.

    Returns:
        ``COLUMNS`` as text; ``from`` and ``through`` are the days between which the law of the run
        stands so, empty where open.
    """
    key = ["importer", "partner", "period", "flow", "nomenclature", "code", "segment"]
    named = components.filter(pl.col("status") != "excluded")
    days = lines.select(*key, "description", "valid_from", "valid_until")
    whole = named.join(days, on=key, how="left", validate="m:1")
    measure = ["importer", "measure_id"]  # two importers may have measures of one id
    grouped = whole.group_by(*measure, "code", "rate_text").agg(
        pl.col("description", "valid_from", "valid_until", "state").first(),
        pl.col("partner").unique().sort().str.join(" "),
    )
    last = pl.col("valid_until").dt.offset_by("-1d")
    sources = measures.select(*measure, "source")
    return (
        grouped.join(sources, on=measure, how="left", validate="m:1")
        .sort("measure_id", "importer", "code", "rate_text")
        .select(
            "code",
            pl.col("description").fill_null(""),
            pl.col("rate_text").alias("rate"),
            pl.col("valid_from").dt.to_string("%Y-%m-%d").fill_null("").alias("from"),
            last.dt.to_string("%Y-%m-%d").fill_null("").alias("through"),
            pl.format("{}, {}, {}", "measure_id", "partner", "state").alias("note"),
            pl.col("source").fill_null(""),
            pl.col("measure_id").alias("measure"),
        )
    )
