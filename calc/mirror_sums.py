"""The mirror added up: by importer and exporter, and what became of every row of either side."""

import polars as pl

from calc.mirror import FLOW, REASON, ROWS, Side, asymmetry, over
from calc.money import usd

BY_BOTH = "reported by both sides"
BY_ONE: dict[Side, str] = {
    "importer": "reported by the importer only",
    "exporter": "reported by the exporter only",
    "re-exporter": "re-exports without exports beside them",
}


def pairs(lines: pl.LazyFrame) -> pl.LazyFrame:
    """MIRROR_PAIRS, sorted by key.

    Args:
        lines: What ``calc.mirror.mirror`` gives.
    """
    is_both = pl.col("status") == "both"
    sums = {
        "all_import_e4": pl.col("import_e4").sum(),
        "all_export_e4": pl.col("export_e4").sum(),
        "import_only_e4": pl.col("import_e4").filter(~is_both).sum(),
        "export_only_e4": pl.col("export_e4").filter(~is_both).sum(),
        "matched_import_e4": pl.col("import_e4").filter(is_both).sum(),
        "matched_compared_e4": pl.col("compared_e4").sum(),
        "matched_export_e4": pl.col("export_e4").filter(is_both).sum(),
    }
    told = pl.col("re_export_e4")
    grouped = lines.group_by(FLOW).agg(
        lines=pl.len().cast(pl.Int64),
        matched_lines=is_both.sum().cast(pl.Int64),
        flagged_lines=pl.col("flag").is_not_null().sum().cast(pl.Int64),
        through_e4=pl.when(told.is_not_null().any()).then(told.sum()),
        **sums,
    )
    return grouped.with_columns(
        *(usd(pl.col(name)).alias(_in_usd(name)) for name in sums),
        re_export_value_usd=usd(pl.col("through_e4")),
        recorded_ratio=over("all_import_e4", "all_export_e4"),
        compared_ratio=over("matched_compared_e4", "matched_export_e4"),
        difference_usd=usd(pl.col("matched_compared_e4") - pl.col("matched_export_e4")),
        asymmetry=pl.when(pl.col("matched_lines") > 0).then(
            asymmetry("matched_compared_e4", "matched_export_e4")
        ),
    ).sort(FLOW)


def _in_usd(name: str) -> str:
    if name.startswith("all_"):
        return f"{name.removeprefix('all_').removesuffix('_e4')}_value_usd"
    return f"{name.removesuffix('_e4')}_usd"


def funnel(rows: pl.LazyFrame, own: pl.LazyFrame, others: pl.LazyFrame, side: Side) -> pl.LazyFrame:
    """MIRROR_FUNNEL of one side: rows in, those left out by reason, those reported by both or one.

    Args:
        rows: What ``with_reasons`` or ``in_edition`` gives of the side.
        own: What ``summed`` gives of it.
        others: What ``summed`` gives of the side that it is held against.
        side: Which side's.
    """
    key = ["importer", "partner", "period", "nomenclature", "code"]
    read = _stage(rows, pl.lit("read"), "in")
    left_out = _stage(rows.filter(pl.col(REASON).is_not_null()), pl.col(REASON), "excluded")
    both = _stage(own.join(others, on=key, how="semi"), pl.lit(BY_BOTH), "kept")
    one = _stage(own.join(others, on=key, how="anti"), pl.lit(BY_ONE[side]), "kept")
    order = pl.col("kind").replace_strict({"in": 0, "excluded": 1, "kept": 2})
    return (
        pl.concat([read, left_out, both, one])
        .with_columns(side=pl.lit(side))
        .sort(order, pl.col("stage") != BY_BOTH, "stage")
    )


def _stage(rows: pl.LazyFrame, stage: pl.Expr, kind: str) -> pl.LazyFrame:
    return (
        rows.with_columns(stage=stage)
        .group_by("stage")
        .agg(
            pl.col(ROWS).sum().cast(pl.Int64),
            value_usd=usd(pl.col("value_e4").sum()),
        )
        .with_columns(kind=pl.lit(kind))
    )
