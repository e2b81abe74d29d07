"""Totals beside what they are totals of: marked with the reason why they are left out.

A total stays where nothing that it is a total of is beside it: then it is all that is known.
"""

from collections.abc import Iterator

import polars as pl

from calc import judge
from calc.errors import DataRejectedError, Problem
from calc.money import UNITS_PER_USD
from calc.overlap import SCOPE, any_nested, members_beside, nested_codes
from calc.tables.trade import ALL_GOODS, WORLD
from pipelines.ingest.agree import PART_OF
from pipelines.ingest.cells import EXCLUDED
from pipelines.ingest.economies import memberships
from pipelines.ingest.settings import IngestSettings
from pipelines.validation.words import counted

TOLERANCE = 1_000
"""A code is the total of its finer codes where they differ by less than one part in so many."""
NESTED = [*SCOPE, "partner", "code"]
NESTED_CODES = pl.Schema(
    dict.fromkeys(NESTED, pl.String())
    | {judge.VALUE: pl.Int64(), "finer": pl.String(), "finer_value_e4": pl.Int64()}
)
"""What ``calc.overlap.nested_codes`` gives of rows with text and ten-thousandths of a USD."""
COARSER = "the code is the total of finer codes beside it"
ALL = {"partner": WORLD, "importer": WORLD, "code": ALL_GOODS}
ALL_PARTNERS = "the partner is the world or a total"
ALL_CODES = "the code is a total of all goods"
PART = "{}s are a part of the {}s beside them"


def marked_totals(rows: pl.DataFrame, settings: IngestSettings) -> pl.DataFrame:
    """The rows with the reason why they are counted in others; null for most.

    Raises:
        DataRejectedError: A code stands beside finer ones that do not add up to it.
    """
    marked = marked_by_scope(rows, settings)
    coarser, wrong = coarser_codes(marked.filter(pl.col(EXCLUDED).is_null()))
    if wrong.height:
        raise refused(wrong)
    return mark_coarser(marked, coarser)


def marked_by_scope(rows: pl.DataFrame, settings: IngestSettings) -> pl.DataFrame:
    """The rows with the reason that their economies, flow, period or level of code is."""
    marked = _parts_of_flows(rows)
    if settings.level is not None:
        other = pl.col("code").str.len_chars() != settings.level
        why = pl.lit(f"the code has not the {settings.level} digits asked for")
        marked = _mark(marked, other | (pl.col("code") == ALL_GOODS), why)
    for role in ("partner", "importer"):
        marked = _world(marked, role)
    return _members(_all_goods(marked))


def mark_coarser(marked: pl.DataFrame, coarser: pl.DataFrame) -> pl.DataFrame:
    """The rows with those marked that are the total of finer ones."""
    if not coarser.height:
        return marked
    total = coarser.select(*NESTED, total=pl.lit(COARSER))
    marked = marked.join(total, on=NESTED, how="left", validate="m:1")
    return marked.with_columns(pl.coalesce(EXCLUDED, "total").alias(EXCLUDED)).drop("total")


def _mark(rows: pl.DataFrame, where: pl.Expr, why: pl.Expr) -> pl.DataFrame:
    reason = pl.when(pl.col(EXCLUDED).is_null() & where).then(why).otherwise(pl.col(EXCLUDED))
    return rows.with_columns(reason.alias(EXCLUDED))


def _parts_of_flows(rows: pl.DataFrame) -> pl.DataFrame:
    """Re-exports beside exports, which hold them, of sources that are known to say both."""
    flows = set(rows.filter("adds_up")["flow"].unique())
    for part, whole in PART_OF.items():
        if {part, whole} <= flows:
            why = pl.lit(PART.format(part, whole))
            rows = _mark(rows, pl.col("adds_up") & (pl.col("flow") == part), why)
    return rows


def _world(rows: pl.DataFrame, role: str) -> pl.DataFrame:
    """All partners, or all importers of exports, marked where one of them is beside the total."""
    is_world = pl.col(role) == WORLD
    if not rows.select(is_world.any()).item():
        return rows
    scope = [name for name in (*SCOPE, "partner") if name != role]
    beside = rows.filter(pl.col(EXCLUDED).is_null() & ~is_world).select(scope).unique()
    return _beside(rows, beside, is_world, ALL_PARTNERS)


def _all_goods(rows: pl.DataFrame) -> pl.DataFrame:
    is_all = pl.col("code") == ALL_GOODS
    if not rows.select(is_all.any()).item():
        return rows
    open_rows = rows.filter(pl.col(EXCLUDED).is_null() & ~is_all)
    beside = open_rows.select(*SCOPE, "partner").unique()
    return _beside(rows, beside, is_all, ALL_CODES)


def _beside(rows: pl.DataFrame, beside: pl.DataFrame, where: pl.Expr, why: str) -> pl.DataFrame:
    marked = rows.join(
        beside.with_columns(pl.lit(value=True).alias("beside")),
        on=beside.columns,
        how="left",
        validate="m:1",
    )
    return _mark(marked, where & pl.col("beside").is_not_null(), pl.lit(why)).drop("beside")


def _members(rows: pl.DataFrame) -> pl.DataFrame:
    partner, held = [*SCOPE, "partner"], memberships()
    if not rows["partner"].is_in(held["aggregate"].implode()).any():
        return rows
    open_rows = rows.filter(pl.col(EXCLUDED).is_null())
    members = members_beside(open_rows.lazy(), held.lazy()).collect()
    inside = pl.format(
        "partner {} is inside {}, a partner too", pl.col("partner"), pl.col("aggregate")
    )
    marked = rows.join(members, on=partner, how="left", validate="m:1")
    return _mark(marked, pl.col("aggregate").is_not_null(), inside).drop("aggregate")


def coarser_codes(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The codes beside finer ones, and those of them that are not the total of these."""
    if not any_nested(rows["code"].unique().drop_nulls().to_list()):
        none = pl.DataFrame(schema=NESTED_CODES)
        return none, none
    nested = nested_codes(rows.lazy()).collect()
    gap = (pl.col("value_e4") - pl.col("finer_value_e4")).abs()
    adds_up = gap * TOLERANCE <= pl.col("value_e4") + UNITS_PER_USD
    return nested, nested.filter(~adds_up.fill_null(value=False))


def refused(wrong: pl.DataFrame) -> DataRejectedError:
    """Why a table is refused where codes stand beside finer ones that do not add up to them."""
    rows = wrong.sort(NESTED).iter_rows(named=True)
    return DataRejectedError.collected([_mixed(row) for row in rows])


def _mixed(row: dict[str, object]) -> Problem:
    flow = f"{row['importer']} from {row['partner']}, {row['period']}"
    return Problem(
        f"code {row['code']} stands beside {row['finer']}, a finer code of it, and is not the sum "
        "of its finer codes: goods would be counted twice",
        where=f"{flow}: {_usd(row['value_e4'])} against {_usd(row['finer_value_e4'])}",
        hint="keep codes of one level: --level 6, or take the others out of the files",
    )


def _usd(units: object) -> str:
    return f"USD {units / UNITS_PER_USD:,.0f}" if isinstance(units, int) else "not known"


def notes_of_totals(marked: pl.DataFrame, remainders: pl.DataFrame) -> Iterator[str]:
    """How the world compares with its partners where both are told, and which totals stay.

    Args:
        marked: What ``marked_totals`` gives.
        remainders: Rows left out because their partner is no economy, which the world holds too.
    """
    stays = marked.filter(pl.col(EXCLUDED).is_null())
    for what, name in ALL.items():
        yield from stays_note(what, stays.filter(pl.col(what) == name).height)
    is_compared = (marked[EXCLUDED] == ALL_PARTNERS).any()
    for role in ("partner", "importer") if is_compared else ():
        if (worlds := worlds_of(marked, role)).height:
            yield compared_note(role, sums_of(marked, remainders, role).join(
                worlds, on=key_of(role), how="inner"))  # fmt: skip


def stays_note(what: str, rows: int) -> Iterator[str]:
    """What is told of totals that are kept; nothing where there are none."""
    if rows:
        yield (
            f"{counted(rows, 'row')} of all {what}s together {_are(rows)} kept "
            f"as {what} {ALL[what]}: no {what} stands beside {_them(rows)}"
        )


def _are(rows: int) -> str:
    return "is" if rows == 1 else "are"


def _them(rows: int) -> str:
    return "it" if rows == 1 else "them"


def key_of(role: str) -> list[str]:
    """What tells a flow of all partners, or of all importers, from all others."""
    return [name for name in NESTED if name != role]


def worlds_of(marked: pl.DataFrame, role: str) -> pl.DataFrame:
    """The totals over partners or importers that were left out, by flow."""
    left_out = marked.filter((pl.col(EXCLUDED) == ALL_PARTNERS) & (pl.col(role) == WORLD))
    return left_out.group_by(key_of(role)).agg(pl.col(judge.VALUE).sum())


def sums_of(marked: pl.DataFrame, remainders: pl.DataFrame, role: str) -> pl.DataFrame:
    """What partners or importers have together, by flow, as ``parts``."""
    partners = pl.concat([marked.filter(pl.col(role) != WORLD), remainders])
    return partners.group_by(key_of(role)).agg(parts=pl.col(judge.VALUE).sum())


def near(both: pl.DataFrame) -> int:
    """In how many flows the total is the sum of its parts."""
    gap = (pl.col(judge.VALUE) - pl.col("parts")).abs()
    return both.filter(gap * TOLERANCE <= pl.col(judge.VALUE) + UNITS_PER_USD).height


def compared_note(role: str, both: pl.DataFrame) -> str:
    """Whether the totals over partners that were left out are the sums of the partners."""
    return (
        f"the world is the sum of its {role}s, within 0.1 %, in {near(both):,} of "
        f"{counted(both.height, 'flow')} of which both are told"
    )
