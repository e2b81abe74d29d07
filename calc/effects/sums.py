"""Totals of effects by draw, over all markets, over product groups and by partner.

Amounts are rounded once to ten-thousandths of a USD and added up as whole numbers draw by draw, so
that a total has a spread of its own: quantiles are never added. No chunk or order changes it.
"""

from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from calc.effects.model import Bools, Floats, Verdict
from calc.effects.results import Effects
from calc.effects.uncertainty import SUMMED, in_units, spread
from calc.money import UNITS_PER_USD, to_units, usd

COUNTED = ("markets", "markets_solved", "unsolved_value_usd")
GROUP = ["importer", "kind", "name"]
Ints = NDArray[np.intp]
OF_PARTNERS = {"imports_after_usd": "value_after_usd", "duty_after_usd": "duty_after_usd"}
BEFORE = {"imports_after_usd": "value_before_usd", "duty_after_usd": "duty_before_usd"}
CHANGES = {"imports_after_usd": "imports_change_usd", "duty_after_usd": "revenue_change_usd"}
"""What a figure was before, and the name of the change from that."""


class Members(NamedTuple):
    """Which markets, or sources of markets, are added up to which group: rows in order of markets.

    ``place`` and ``part`` are where a source stands in its market and its share of that place;
    null where whole markets are added up. ``groups`` has a row a group.
    """

    market: Ints
    group: Ints
    groups: pl.DataFrame
    place: Ints | None = None
    part: Floats | None = None

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures that are added up."""
        if self.place is not None:
            return tuple(OF_PARTNERS)
        return (*(name for name in SUMMED if name not in CHANGES.values()), "duty_after_usd")

    def within(self, chunk: slice) -> slice:
        """The rows of the markets of a chunk."""
        first, last = np.searchsorted(self.market, [chunk.start, chunk.stop])
        return slice(int(first), int(last))


def market_members(markets: pl.DataFrame) -> Members:
    """The markets of each importer and of each of its product groups.

    Args:
        markets: ``market``, ``importer``, ``product_group`` (null for none), ``is_solved`` and
            ``value_usd``, a row a market in order.
    """
    every = markets.with_columns(kind=pl.lit("all"), name=pl.lit("all"))
    of_group = markets.filter(pl.col("product_group").is_not_null()).with_columns(
        kind=pl.lit("product group"), name="product_group"
    )
    rows, groups = numbered(pl.concat([every, of_group]))
    return Members(rows["market"].to_numpy(), rows["group"].to_numpy(), groups)


def partner_members(sources: pl.DataFrame) -> Members:
    """The sources of each importer by partner; domestic ones are none.

    Args:
        sources: What ``market_members`` reads of the market of each source, with ``partner``,
            ``is_domestic``, ``place``, ``part`` and its own ``value_usd``.
    """
    foreign = sources.filter(~pl.col("is_domestic")).with_columns(
        kind=pl.lit("partner"), name="partner"
    )
    rows, groups = numbered(foreign)
    return Members(
        rows["market"].to_numpy(), rows["group"].to_numpy(), groups,
        rows["place"].to_numpy(), rows["part"].to_numpy(),
    )  # fmt: skip


def numbered(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows in order of markets with the number of their group, and the groups."""
    is_solved = pl.col("is_solved")
    units = to_units(nw.col("value_usd"))
    exact = nw.from_native(rows).with_columns(value_e4=units).to_native()
    groups = (
        exact.group_by(GROUP)
        .agg(
            markets=pl.col("market").n_unique().cast(pl.Int64),
            markets_solved=pl.col("market").filter(is_solved).n_unique().cast(pl.Int64),
            unsolved_value_usd=usd(pl.col("value_e4").filter(~is_solved).sum()),
        )
        .sort(GROUP)
        .with_row_index("group")
    )
    placed = rows.join(groups.select(*GROUP, "group"), on=GROUP, how="left", validate="m:1")
    ordered = placed.sort(
        "market", "group", *(n for n in ("place", "partner") if n in rows.columns)
    )
    return ordered.with_columns(pl.col("market", "group").cast(pl.Int64)), groups.drop("group")


class Tally:
    """Totals of groups by draw, in whole units, and what spoils them."""

    def __init__(self, members: Members, is_domestic: Bools, count: int) -> None:
        shape = (members.groups.height, count)
        self.members, self.is_foreign = members, ~np.asarray(is_domestic)
        self.totals = {name: np.zeros(shape, dtype=np.int64) for name in members.figures}
        self.before = {name: np.zeros(shape, dtype=np.int64) for name in BEFORE}
        self.unknown = {name: np.zeros(shape, dtype=bool) for name in members.figures}
        self.failed = np.zeros(shape, dtype=bool)

    def add(self, chunk: slice, effects: Effects, counted: Bools) -> None:
        """Add the markets of a chunk that count, by market and draw."""
        rows = self.members.within(chunk)
        at = self.members.market[rows] - chunk.start
        kept = np.flatnonzero(counted[at])
        order = kept[np.argsort(self.members.group[rows][kept], kind="stable")]
        if not order.size:
            return
        group = self.members.group[rows][order]
        starts = np.flatnonzero(np.diff(group, prepend=-1))
        of = group[starts]
        failed = by_draw(effects.by_market.verdict[at[order]] != Verdict.SOLVED)
        self.failed[of] |= np.logical_or.reduceat(failed, starts, axis=0)
        place, part = self._where(rows, order)
        for name in self.members.figures:
            amounts = self._amounts(effects, name, (at[order], place, part))
            self.totals[name][of] += np.add.reduceat(in_units(amounts), starts, axis=0)
            self.unknown[name][of] |= np.logical_or.reduceat(np.isnan(amounts), starts, axis=0)
            if name in BEFORE:
                was = self._amounts(effects, BEFORE[name], (at[order], place, part))
                self.before[name][of] += np.add.reduceat(in_units(was), starts, axis=0)

    def _where(self, rows: slice, order: Ints) -> tuple[Ints | None, Floats | None]:
        place, part = self.members.place, self.members.part
        if place is None or part is None:
            return None, None
        return place[rows][order], part[rows][order]

    def _amounts(
        self, effects: Effects, name: str, where: tuple[Ints, Ints | None, Floats | None]
    ) -> Floats:
        """A figure of rows by draw: of whole markets, or of sources by their share of a place."""
        at, place, part = where
        column = OF_PARTNERS.get(name, name)
        if place is None or part is None:
            if column not in (*OF_PARTNERS.values(), *BEFORE.values()):
                return by_draw(getattr(effects.by_market, column)[at])
            whole = getattr(effects.by_source, column)[self.is_foreign]
            return by_draw(whole[:, at].sum(axis=0))
        return by_draw(getattr(effects.by_source, column)[place, at]) * part[:, None]

    def by_figure(self) -> dict[str, Floats]:
        """Each figure in USD by group and draw, and its change; NaN where it is not known."""
        found = {}
        for name, whole in self.totals.items():
            spoilt = self.failed | self.unknown[name]
            found[name] = np.where(spoilt, np.nan, whole / UNITS_PER_USD)
            if name in CHANGES:
                moved = (whole - self.before[name]) / UNITS_PER_USD
                found[CHANGES[name]] = np.where(spoilt, np.nan, moved)
        return found


def by_draw(rows: NDArray[Any]) -> NDArray[Any]:
    """Rows of figures with an axis of draws, of one where there is none."""
    return rows[:, None] if rows.ndim == 1 else rows


def spreads_table(central: Tally, drawn: Tally) -> pl.DataFrame:
    """The rows of BY_EFFECT of some groups: their columns, with a row a figure."""
    one, failed = central.by_figure(), drawn.failed.mean(axis=1)
    parts = []
    for name, figure in drawn.by_figure().items():
        found = spread(figure)
        columns = {
            "central_usd": one[name][:, 0],
            "low_usd": found.low,
            "median_usd": found.median,
            "high_usd": found.high,
            "share_of_draws_above_zero": found.share_above,
            "share_of_draws_below_zero": found.share_below,
            "share_of_draws_failed": failed,
        }
        if name in BEFORE:
            columns["before_usd"] = central.before[name][:, 0] / UNITS_PER_USD
        parts.append(
            central.members.groups.with_columns(
                figure=pl.lit(name), **{of: told(figures) for of, figures in columns.items()}
            )
        )
    is_told = pl.col("markets_solved") > 0  # nothing solved is nothing known, which is not zero
    whole = pl.concat(parts, how="diagonal")
    names = [name for name in whole.columns if name not in (*GROUP, *COUNTED, "figure")]
    return whole.with_columns(pl.when(is_told).then(pl.col(name)).alias(name) for name in names)


def told(figures: Floats) -> pl.Series:
    """Figures as a column: null where they are unknown, or infinite as the price of a ban is."""
    finite = np.where(np.isfinite(figures), figures, np.nan)
    return pl.Series(finite + 0.0).fill_nan(None)  # no zero is a negative one
