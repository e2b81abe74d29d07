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
        ``COLUMNS`` as text; ``from`` and ``through`` are the first and the last day of the measure
        in force as its events have it, empty where open and where it only threatens.
    """
    key = ["importer", "partner", "period", "flow", "nomenclature", "code", "segment"]
    named = components.filter(pl.col("status") != "excluded")
    goods = lines.select(*key, "description")
    whole = named.join(goods, on=key, how="left", validate="m:1")
    measure = ["importer", "measure_id"]  # two importers may have measures of one id
    grouped = whole.group_by(*measure, "code", "rate_text").agg(
        pl.col("description", "state").first(),
        pl.col("partner").unique().sort().str.join(" "),
        threatens=(pl.col("status") == "threatened").all(),
    )
    first, last = (
        pl.when(~pl.col("threatens")).then(day)
        for day in (pl.col("valid_from"), pl.col("valid_until").dt.offset_by("-1d"))
    )
    sources = measures.select(*measure, "valid_from", "valid_until", "source")
    return (
        grouped.join(sources, on=measure, how="left", validate="m:1")
        .sort("measure_id", "importer", "code", "rate_text")
        .select(
            "code",
            pl.col("description").fill_null(""),
            pl.col("rate_text").alias("rate"),
            first.dt.to_string("%Y-%m-%d").fill_null("").alias("from"),
            last.dt.to_string("%Y-%m-%d").fill_null("").alias("through"),
            pl.format("{}, {}, {}", "measure_id", "partner", "state").alias("note"),
            pl.col("source").fill_null(""),
            pl.col("measure_id").alias("measure"),
        )
    )
