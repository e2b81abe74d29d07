"""From printed rates to BASE: each rate read, given to its partners, and what is left counted."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from calc.base_seasons import ALL_YEAR
from calc.dictionary import conform
from calc.errors import DataRejectedError, Problem, UsageError, did_you_mean
from calc.scope import ALL
from calc.tables.base import Base
from pipelines.base.annual import only_figures
from pipelines.base.cells import TWO_RATES, Reading, Stage
from pipelines.base.declared import BaseRefused
from pipelines.base.programmes import read_programmes
from pipelines.base.rates import parts_of_texts
from pipelines.base.settings import BaseSettings

KEY = ["programme", "partner", "code", "valid_from"]
LONGEST_PRINTED = 200
REFUSED = "not read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A base as made of a file.

    Attributes:
        table: BASE_RATES, sorted by key.
        refused: BASE_REFUSED, sorted by key.
        stages: The printed rates by fate; they add up.
        rates: Programme to type of rate to number of lines; ``not read`` is what is refused.
        notes: What looked odd, in sentences.
    """

    table: pl.DataFrame
    refused: pl.DataFrame
    stages: tuple[Stage, ...]
    rates: dict[str, dict[str, int]]
    notes: tuple[str, ...]


def make_table(reading: Reading, name: str, settings: BaseSettings) -> Made:
    """BASE of a file, with all that gives no rate.

    A rate that cannot be read has a row in BASE too, without any part: its duty is unknown,
    rather than that of another programme or prefix.

    Args:
        reading: The file as read.
        name: Its name.
        settings: What to keep.

    Raises:
        UsageError: A programme or partner to keep is not in the file.
        DataRejectedError: Two rates of one programme are in force on the same days.
    """
    cells, stages = _chosen(reading.cells, settings)
    cells, twice = _once(cells)
    _check_windows(name, cells)
    read = _read(cells)
    unread = read.filter(pl.col("reason").is_not_null())
    refused = pl.concat([_refusals(unread, name), _kept_refusals(reading.refused, settings)])
    table = _sorted(_for_partners(read, settings), reading)
    count = reading.cells.height
    return Made(
        table=table,
        refused=refused.sort(BaseRefused.primary_key()),
        stages=(
            Stage("rates", "in", "", count),
            *stages,
            *_some("excluded", "the same rate of a programme printed again", twice),
            *_some("refused", "listed beside the table with their reasons", unread.height),
            Stage("rates", "kept", "", read.height - unread.height),
        ),
        rates=_by_type(read),
        notes=(*reading.notes, *_lapsed(read)),
    )


def _some(kind: str, reason: str, count: int) -> list[Stage]:
    return [Stage("rates", kind, reason, count)] if count else []


def _chosen(cells: pl.DataFrame, settings: BaseSettings) -> tuple[pl.DataFrame, list[Stage]]:
    """The rates of the programmes to keep that have not ended, and the count of the others."""
    known = sorted(set(cells["programme"]))
    for asked in settings.programmes:
        if asked not in known:
            raise UsageError(
                f"the file has no rates of a programme {asked!r}",
                where="--programme",
                hint=did_you_mean(asked, known),
            )
    stages = []
    for programme in read_programmes().values():
        if programme.ended is None:
            continue
        over = (pl.col("programme") == programme.name) & (pl.col("valid_from") >= programme.ended)
        why = f"{programme.name} ended on {programme.ended}: {programme.source}"
        stages += _some("excluded", why, cells.filter(over).height)
        cells = cells.filter(~over)
    if settings.programmes:
        kept = cells.filter(pl.col("programme").is_in(settings.programmes))
        stages += _some("excluded", "programmes not asked for", cells.height - kept.height)
        cells = kept
    return cells, stages


def _once(cells: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """One row a programme, code and day: repetitions dropped, contradictions without a text.

    Returns:
        The cells with ``contradicts``, the texts that differ; and the number dropped.
    """
    first = cells.sort("source_row", "source_column", "rate_text", nulls_last=True)
    texts = pl.col("rate_text").fill_null("").unique(maintain_order=True)
    grouped = first.group_by(KEY, maintain_order=True).agg(
        pl.exclude(KEY).first(),
        texts.str.join(" or ").alias("texts"),
        (texts.len() > 1).alias("contradicts"),
    )
    single = grouped.with_columns(
        rate_text=pl.when("contradicts").then(pl.col("texts")).otherwise(pl.col("rate_text"))
    ).drop("texts")
    return single, cells.height - single.height


def _check_windows(name: str, cells: pl.DataFrame) -> None:
    """Nothing, where no rate begins before the one before it on the same line is over."""
    line = ["programme", "partner", "code"]
    ordered = cells.sort(*line, "valid_from").with_columns(
        before=pl.col("source_row").shift().over(line),
        ends=pl.col("valid_until").shift().over(line),
    )
    clashing = ordered.filter(
        pl.col("before").is_not_null(),
        pl.col("ends").is_null() | (pl.col("ends") > pl.col("valid_from")),
    )
    problems = [
        Problem(
            f"row {row} gives {code} another {programme} rate for days on which row {before} does",
            f"{name} row {row}, from {valid_from}",
            "the days of a line's rates must follow one another",
        )
        for row, code, programme, before, valid_from in clashing.select(
            "source_row", "code", "programme", "before", "valid_from"
        ).iter_rows()
    ]
    if problems:
        raise DataRejectedError.collected(problems)


def _read(cells: pl.DataFrame) -> pl.DataFrame:
    """The cells with the parts of their rates; ``reason`` where there are none."""
    parts = parts_of_texts(cells.filter(~pl.col("contradicts"))["rate_text"].to_list())
    read = cells.join(
        parts, on="rate_text", how="left", nulls_equal=True, validate="m:1", maintain_order="left"
    )
    columns = [column for column in parts.columns if column not in ("rate_text", "reason")]
    clear = [pl.when(~pl.col("contradicts")).then(pl.col(name)).alias(name) for name in columns]
    empty = pl.col("rate_text").is_null()
    reason = (
        pl.when("contradicts")
        .then(pl.lit(TWO_RATES))
        .when(empty)
        .then(pl.coalesce(only_figures(), pl.col("reason")))
        .otherwise(pl.col("reason"))
    )
    return read.with_columns(*clear, reason.alias("reason"))


def _refusals(unread: pl.DataFrame, name: str) -> pl.DataFrame:
    return conform(unread.lazy().with_columns(source_id=pl.lit(name)), BaseRefused).collect()


def _kept_refusals(refused: pl.DataFrame, settings: BaseSettings) -> pl.DataFrame:
    """The refusals of the reader: those of the programmes to keep, and those of none."""
    if not settings.programmes:
        return refused
    return refused.filter(pl.col("programme").is_in([*settings.programmes, ""]))


def _for_partners(read: pl.DataFrame, settings: BaseSettings) -> pl.DataFrame:
    """A row for each partner of the programme, from the day it joined; those to keep."""
    programmes = read_programmes()
    members = pl.DataFrame(
        [
            (programme.name, partner, programme.since.get(partner))
            for programme in programmes.values()
            for partner in programme.partners
        ],
        schema={"programme": pl.String, "member": pl.String, "since": pl.Date},
        orient="row",
    )
    given = read.filter(pl.col("partner").is_not_null())
    listed = read.filter(pl.col("partner").is_null()).join(members, on="programme", how="inner")
    begun = listed.with_columns(
        partner="member", valid_from=pl.max_horizontal("valid_from", "since")
    ).filter(pl.col("valid_until").is_null() | (pl.col("valid_until") > pl.col("valid_from")))
    table = pl.concat([given, begun.select(given.columns)])
    if not settings.partners:
        return table
    known = sorted(set(table["partner"]) - {ALL})
    for partner in settings.partners:
        if partner not in known and ALL not in set(table["partner"]):
            raise UsageError(
                f"the file has no rates for {partner}",
                where="--partner",
                hint=did_you_mean(partner, known),
            )
    return table.filter(pl.col("partner").is_in([*settings.partners, ALL]))


def _sorted(rows: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    shown = pl.col("rate_text")
    cut = shown.str.head(LONGEST_PRINTED - 3) + "..."
    columns = {
        "importer": pl.lit(reading.importer),
        "rate_text": pl.when(shown.str.len_chars() > LONGEST_PRINTED).then(cut).otherwise(shown),
        "source": pl.lit(reading.origin),
        "season": pl.lit(ALL_YEAR),
    }
    made = conform(rows.lazy().with_columns(**columns), Base)
    return made.sort(Base.primary_key()).collect()


def _by_type(read: pl.DataFrame) -> dict[str, dict[str, int]]:
    counted = (
        read.group_by("programme", pl.col("rate_type").fill_null(REFUSED))
        .len()
        .sort("programme", "rate_type")
    )
    found: dict[str, dict[str, int]] = {}
    for programme, kind, count in counted.iter_rows():
        found.setdefault(programme, {})[kind] = count
    return found


def _lapsed(read: pl.DataFrame) -> Sequence[str]:
    """What is printed and not granted, in sentences."""
    notes = []
    for programme in read_programmes().values():
        if programme.lapsed is None:
            continue
        late = (pl.col("programme") == programme.name) & (pl.col("valid_from") >= programme.lapsed)
        if read.filter(late).height:
            notes.append(
                f"{programme.name} is printed but not granted since {programme.lapsed} "
                f"({programme.source}): no claim is to be made unless it is renewed"
            )
    return notes
