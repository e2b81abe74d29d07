"""What a user would write instead, on the same files: plain polars, DuckDB, pandas; and the floor.

Each gives every line the rate of the longest prefix that names it, writes the hit lines, and sums
value and duty by importer, partner and chapter. Amounts are whole ten-thousandths of a USD, each
line rounded once, so that all can be held to agree to the last unit. The floor reads the four
columns that any of them must read and writes as many rows: no solution can be much faster.
"""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

COLUMNS = ["importer", "partner", "code", "customs_value_usd"]
BY = ["importer", "partner", "chapter"]
LENGTHS = (6, 4, 2)
Result = dict[str, int]


def told(lines: int, groups: int, value_e4: Any, duty_e4: Any) -> Result:
    """What a job found."""
    return {"lines": lines, "groups": groups, "value_e4": int(value_e4), "duty_e4": int(duty_e4)}


def run_floor(trade: Path, _: Path, out: Path, hits: int) -> None:
    """Read what must be read, write as many rows as are hit."""
    import polars as pl

    pl.concat(read_columns(trade, hits)).write_parquet(out)


def read_columns(trade: Path, hits: int = 0) -> list[Any]:
    """The first rows of a table, of which the four columns are read whole, file by file."""
    import polars as pl

    held, left = [], hits
    for path in sorted(trade.rglob("*.parquet")) or [trade]:
        frame = pl.read_parquet(path, columns=COLUMNS, hive_partitioning=False)
        frame["customs_value_usd"].sum()
        held.append(frame.head(left))
        left -= held[-1].height
    return held


def run_polars(trade: Path, measures: Path, out: Path, _: int) -> Result:
    """One left join a prefix length, lazily, on the streaming engine."""
    import polars as pl

    schedule = pl.scan_parquet(measures)
    lines = pl.scan_parquet(trade, hive_partitioning=False).select(COLUMNS)
    for size in LENGTHS:
        named = schedule.filter(pl.col("prefix").str.len_chars() == size).rename(
            {"prefix": f"prefix_{size}", "rate": f"rate_{size}"}
        )
        key = ["importer", "partner", f"prefix_{size}"]
        prefix = pl.col("code").str.slice(0, size).alias(key[2])
        lines = lines.with_columns(prefix).join(named, on=key, how="left")
    rate = pl.coalesce(f"rate_{size}" for size in LENGTHS)
    duty = (rate * pl.col("customs_value_usd") * 10_000).round().cast(pl.Int64)
    value = (pl.col("customs_value_usd") * 10_000).round().cast(pl.Int64)
    found = lines.select(*COLUMNS, value_e4=value, duty_e4=duty).drop_nulls("duty_e4")
    hit = found.collect(engine="streaming")
    hit.write_parquet(out)
    by = hit.with_columns(chapter=pl.col("code").str.slice(0, 2)).group_by(BY)
    sums = by.agg(pl.col("value_e4", "duty_e4").sum())
    return told(hit.height, sums.height, *sums.select(pl.col("value_e4", "duty_e4").sum()).row(0))


def run_pandas(trade: Path, measures: Path, out: Path, _: int) -> Result:
    """One merge a prefix length."""
    import pandas as pd

    rows, schedule = pd.read_parquet(trade, columns=COLUMNS), pd.read_parquet(measures)
    rows["rate"] = float("nan")
    for size in LENGTHS:
        named = schedule[schedule["prefix"].str.len() == size]
        rows["prefix"] = rows["code"].str[:size]
        on = ["importer", "partner", "prefix"]
        rate = rows[on].merge(named, how="left", on=on)["rate"]
        rows["rate"] = rows["rate"].fillna(rate)
    hit = rows[rows["rate"].notna()].copy()
    hit["value_e4"] = (hit["customs_value_usd"] * 10_000).round().astype("int64")
    hit["duty_e4"] = (hit["rate"] * hit["customs_value_usd"] * 10_000).round().astype("int64")
    hit.to_parquet(out)
    hit["chapter"] = hit["code"].str[:2]
    sums = hit.groupby(BY)[["value_e4", "duty_e4"]].sum()
    return told(len(hit), len(sums), int(sums["value_e4"].sum()), int(sums["duty_e4"].sum()))


def run_duckdb(trade: Path, measures: Path, out: Path, _: int) -> Result:
    """One left join a prefix length, in SQL."""
    duckdb = importlib.import_module("duckdb")
    joins = " ".join(
        f"left join (select * from '{measures}' where length(prefix) = {size}) m{size} on "
        f"m{size}.importer = t.importer and m{size}.partner = t.partner "
        f"and m{size}.prefix = left(t.code, {size})"
        for size in LENGTHS
    )
    rate = f"coalesce({', '.join(f'm{size}.rate' for size in LENGTHS)})"
    value = "t.customs_value_usd"
    lines = (
        f"select t.importer, t.partner, t.code, {value}, "
        f"round({value} * 10000)::bigint value_e4, round({rate} * {value} * 10000)::bigint duty_e4 "
        f"from '{trade}' t {joins} where {rate} is not null"
    )
    connection = duckdb.connect()
    connection.execute(f"copy ({lines}) to '{out}' (format parquet, compression zstd)")
    found = connection.execute(
        "select sum(n)::bigint, count(*), sum(value_e4)::bigint, sum(duty_e4)::bigint from "
        "(select count(*) n, sum(value_e4) value_e4, sum(duty_e4) duty_e4 "
        f"from '{out}' group by importer, partner, left(code, 2))"
    ).fetchone()
    return told(*(int(one) for one in found))


PEERS: dict[str, Callable[[Path, Path, Path, int], Result | None]] = {
    "floor": run_floor,
    "plain polars": run_polars,
    "DuckDB": run_duckdb,
    "pandas": run_pandas,
}
