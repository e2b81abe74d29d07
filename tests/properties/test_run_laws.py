"""Laws of a run: nothing gained or lost, parts add up, unknown only where an input is unknown.

Tables are drawn and put to the run itself; duties are worked out again in plain Python.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from calc.money import unit_of
from pipelines.report.checks import failed_checks
from pipelines.run.compute import Answer
from tests.draws import draws
from tests.properties.reading import read_row_by_row, told_of_measures
from tests.run.asking import NO_BASE, WAITING, ask, law_of
from tests.strategies import (
    Law,
    Row,
    base_tables,
    reordered,
    settled_laws,
    shuffled,
    trade_tables,
)

KEY = ["importer", "partner", "period", "flow", "nomenclature", "code"]
NESTED = ("listed_value_usd", "covered_value_usd", "in_force_value_usd", "affected_value_usd")
ADDS_UP = (*NESTED, "threatened_value_usd", "affected_unknown_value_usd")
DUTIES = ("duty_before_usd", "duty_after_usd", "duty_increment_usd", "threatened_increment_usd")
UNKNOWN = (
    "duty_before_unknown_value_usd",
    "duty_after_unknown_value_usd",
    "duty_increment_unknown_value_usd",
)
WAITS = law_of(
    {"m0": WAITING | {"authority": "title-vii", "names_products": False, "partner_rank": 0}},
    [("m0", "include", "*")],
)


def with_waiting(law: Law) -> Law:
    """A law with one measure more, which waits on all goods of all: each import is listed."""
    return Law(
        pl.concat([law.measures, WAITS.measures]),
        pl.concat([law.products, WAITS.products]),
        pl.concat([law.partners, WAITS.partners.with_columns(partner=pl.lit("*"))]),
        law.exclusions,
    )


@st.composite
def asked(draw: st.DrawFn) -> tuple[pl.DataFrame, Law, pl.DataFrame]:
    """A table with imports of the USA, each with a value for duty; a law; a base."""
    trade = draw(trade_tables(min_rows=8, max_rows=20))
    assume("USA" in trade["importer"].to_list())
    value = pl.coalesce("customs_value_usd", "fob_value_usd", "cif_value_usd")
    # Small enough for a float of USD to hold each ten-thousandth, and large enough for no specific
    # duty to be millions of times the value: no schedule knows such a duty.
    paid = pl.when(value > 0).then((value / 1000).clip(lower_bound=1.0)).otherwise(value)
    specific = pl.col("specific_rate_usd") / 1e6
    law, base = draw(settled_laws(min_measures=1)), draw(base_tables())
    return (
        trade.with_columns(customs_value_usd=paid),
        with_waiting(law),
        base.with_columns(specific),
    )


def answer_of(trade: pl.DataFrame, law: Law, base: pl.DataFrame = NO_BASE) -> Answer:
    with tempfile.TemporaryDirectory() as folder:
        return ask(Path(folder), trade, law, base)


def lines_of(trade: pl.DataFrame, law: Law, base: pl.DataFrame = NO_BASE) -> pl.DataFrame:
    return answer_of(trade, law, base).tables["lines"]


def base_row(base: pl.DataFrame, line: Row) -> Row | None:
    """The rate that the base has for a line: a named partner first, then the longest prefix."""
    rows = [
        row
        for row in base.filter(importer=line["importer"]).iter_rows(named=True)
        if row["partner"] in ("*", line["partner"]) and line["code"].startswith(row["code"])
    ]
    return max(rows, key=lambda row: (row["partner"] != "*", len(row["code"])), default=None)


def quantity_in(flow: Row, unit: str) -> float | None:
    """The quantity of a flow in a unit: the first, else the second, else the mass."""
    if flow["quantity_unit"] == unit:
        found = flow["quantity"]
    elif flow["quantity_2_unit"] == unit:
        found = flow["quantity_2"]
    else:
        found = flow["net_mass_kg"] if unit == "kg" else None
    return None if found is None else float(found)


def units_before(flow: Row, rate: Row | None) -> int | None:
    """The base duty of a flow in ten-thousandths of a USD; null where it cannot be computed."""
    if rate is None:
        return None
    ad_valorem = unit_of(flow["customs_value_usd"] * rate["ad_valorem_rate"])
    if rate["specific_rate_usd"] is None:
        return ad_valorem
    quantity = quantity_in(flow, rate["specific_unit"])
    return None if quantity is None else ad_valorem + unit_of(rate["specific_rate_usd"] * quantity)


def units_after(flow: Row, line: Row, before: int | None) -> int | None:
    """The duty with the measure in force in lieu of the base or on top of it."""
    if line["status"] != "in force":
        return before
    own = unit_of(flow["customs_value_usd"] * line["measure_rate"])
    if line["mode"] == "replace":
        return own
    return None if before is None else before + own


def usd(units: int | None) -> float | None:
    return None if units is None else units / 10_000


def worked_out(
    trade: pl.DataFrame, lines: pl.DataFrame, base: pl.DataFrame
) -> Iterator[tuple[Row, Row | None, int | None, int | None]]:
    """Each line with its base rate and its duty before and after, in plain Python."""
    flows = {tuple(row[name] for name in KEY): row for row in trade.iter_rows(named=True)}
    for line in lines.iter_rows(named=True):
        flow = flows[tuple(line[name] for name in KEY)]
        rate = base_row(base, line)
        before = units_before(flow, rate)
        yield line, rate, before, units_after(flow, line, before)


def check_duties(trade: pl.DataFrame, base: pl.DataFrame, lines: pl.DataFrame) -> None:
    """Duties are those worked out by hand, and unknown exactly where an input is unknown."""
    for line, rate, before, after in worked_out(trade, lines, base):
        assert line["duty_before_usd"] == usd(before)
        assert line["duty_after_usd"] == usd(after)
        untold = line["status"] == "threatened" and line["threatened_increment_usd"] is None
        assert (line["duty_unknown_reason"] is None) == (before is not None and not untold)
        assert (line["base_programme"] is None) == (rate is None)
        added = line["duty_increment_usd"]
        if line["status"] == "in force":
            in_lieu = line["mode"] == "replace"
            assert (added is None) == (in_lieu and before is None)
            assert (line["is_affected"] is None) == (in_lieu and line["rate_before"] is None)
            if before is not None and after is not None:
                assert added == usd(after - before)
        else:
            assert added in (0.0, None if before is None else 0.0)
            assert line["is_affected"] is False


def check_sums(imports: pl.DataFrame, found: Answer) -> None:
    """No row is gained or lost, values nest, and the parts of each report add up exactly."""
    lines, whole = found.tables["lines"], found.tables["by_importer"].row(0, named=True)
    assert_frame_equal(lines.select(KEY), imports.select(KEY), check_row_order=False)
    assert found.rows.height == lines.height == whole["lines"]
    units = [unit_of(value) for value in imports["customs_value_usd"]]
    assert whole["listed_value_usd"] == whole["imports_value_usd"] == sum(units) / 10_000
    values = [whole[name] for name in NESTED]
    assert values == sorted(values, reverse=True)
    parts = unit_of(whole["in_force_value_usd"]) + unit_of(whole["threatened_value_usd"])
    assert unit_of(whole["covered_value_usd"]) == parts
    for name in ("by_partner", "by_group", "by_product"):
        for column in (*ADDS_UP, *UNKNOWN, *DUTIES):
            known = found.tables[name][column].drop_nulls()
            total = unit_of(whole[column] or 0.0)
            assert sum(unit_of(value) for value in known) == total, (name, column)
    assert failed_checks(found.tables) == []


@settings(max_examples=draws(8, 15))
@given(asked())
def test_duties_are_those_worked_out_by_hand_and_add_up(
    drawn: tuple[pl.DataFrame, Law, pl.DataFrame],
) -> None:
    trade, law, base = drawn
    found = answer_of(trade, law, base)
    imports = trade.filter(importer="USA")
    check_duties(trade, base, found.tables["lines"])
    check_sums(imports, found)
    assert told_of_measures(found.tables["components"]) == read_row_by_row(law, imports)


@settings(max_examples=draws(3, 6))
@given(asked(), st.data())
def test_order_of_trade_and_of_measures_does_not_matter(
    drawn: tuple[pl.DataFrame, Law, pl.DataFrame], data: st.DataObject
) -> None:
    trade, law, base = drawn
    first = answer_of(trade, law, base)
    other = answer_of(
        data.draw(shuffled(trade)), data.draw(reordered(law)), data.draw(shuffled(base))
    )
    for name, frame in first.tables.items():
        assert_frame_equal(other.tables[name], frame, check_exact=True)


@settings(max_examples=draws(3, 6))
@given(asked(), st.integers(1, 6))
def test_value_times_a_power_of_two_is_duty_times_it(
    drawn: tuple[pl.DataFrame, Law, pl.DataFrame], power: int
) -> None:
    """To within the rounding of each amount to a ten-thousandth of a USD."""
    trade, law, base = drawn
    ad_valorem = base.with_columns(
        specific_rate_usd=pl.lit(None, pl.Float64), specific_unit=pl.lit(None, pl.String)
    )
    times = 2**power
    value = pl.col("customs_value_usd") / 64  # so that the largest stays in range
    small = trade.with_columns(value)
    large = small.with_columns(pl.col("customs_value_usd") * times)
    before, after = lines_of(small, law, ad_valorem), lines_of(large, law, ad_valorem)
    for name in ("rate_before", "rate_after", "is_affected", "status"):
        assert_frame_equal(before.select(name), after.select(name), check_exact=True)
    for name in DUTIES:
        for first, second in zip(before[name], after[name], strict=True):
            assert (first is None) == (second is None)
            if first is not None:
                # Two rounded amounts make a difference, each by half a unit.
                assert abs(second - first * times) <= (times + 1) * 1e-4 + abs(second) * 1e-12


@settings(max_examples=draws(3, 8))
@given(asked(), st.integers(1, 6))
def test_value_and_quantity_times_a_power_of_two_are_duty_times_it(
    drawn: tuple[pl.DataFrame, Law, pl.DataFrame], power: int
) -> None:
    """Duties by quantity too; to within the rounding of each of their parts."""
    trade, law, base = drawn
    times, counted = 2**power, ("quantity", "quantity_2", "net_mass_kg")
    small = trade.with_columns(pl.col("customs_value_usd", *counted) / 64)
    large = small.with_columns(pl.col("customs_value_usd", *counted) * times)
    before, after = lines_of(small, law, base), lines_of(large, law, base)
    assert_frame_equal(before.select("status"), after.select("status"), check_exact=True)
    for name in DUTIES:
        for first, second in zip(before[name], after[name], strict=True):
            assert (first is None) == (second is None)
            if first is not None:
                assert abs(second - first * times) <= 2 * (times + 1) * 1e-4 + abs(second) * 1e-12


@settings(max_examples=draws(3, 6))
@given(asked(), st.floats(0.001, 2.0))
def test_a_higher_rate_on_top_never_lowers_the_duty(
    drawn: tuple[pl.DataFrame, Law, pl.DataFrame], more: float
) -> None:
    trade, law, base = drawn
    on_top = law.measures.with_columns(mode=pl.lit("add"))
    higher = on_top.with_columns(pl.col("ad_valorem_rate") + more)
    rest = (law.products, law.partners, law.exclusions)
    low, high = (lines_of(trade, Law(one, *rest), base) for one in (on_top, higher))
    for name in ("duty_after_usd", "duty_increment_usd", "threatened_increment_usd", "rate_after"):
        assert (low[name].is_null() == high[name].is_null()).all()
        assert (low[name] <= high[name]).drop_nulls().all()
    assert_frame_equal(low.select("duty_before_usd"), high.select("duty_before_usd"))


@settings(max_examples=draws(2, 4))
@given(asked())
def test_an_empty_scenario_changes_nothing(drawn: tuple[pl.DataFrame, Law, pl.DataFrame]) -> None:
    """No line is named, no sum is but 0; told of every line, the duty after is that before."""
    trade, _, base = drawn
    with tempfile.TemporaryDirectory() as folder:
        empty = ask(Path(folder), trade, law_of({}, []), base, may_hit_nothing=True)
    assert empty.tables["lines"].height == empty.tables["components"].height == 0
    assert failed_checks(empty.tables) == []
    sums = empty.tables["by_importer"].select(pl.col(pl.Float64).fill_null(0).abs())
    assert sums.sum_horizontal().sum() == 0

    lines = lines_of(trade, with_waiting(law_of({}, [])), base)
    assert lines.height == trade.filter(importer="USA", flow="import").height
    assert lines["duty_after_usd"].equals(lines["duty_before_usd"])
    assert not lines["is_affected"].any()
    assert lines["duty_increment_usd"].fill_null(0).to_list() == [0.0] * lines.height


@settings(max_examples=draws(3, 6))
@given(asked())
def test_a_measure_not_in_force_applies_nothing(
    drawn: tuple[pl.DataFrame, Law, pl.DataFrame],
) -> None:
    trade, law, base = drawn
    waiting = law.measures.with_columns(state=pl.lit("withdrawn"), is_in_force=pl.lit(value=False))
    found = answer_of(trade, Law(waiting, law.products, law.partners, law.exclusions), base).tables
    lines, whole = found["lines"], found["by_importer"].row(0, named=True)
    assert "in force" not in lines["status"].to_list()
    assert_frame_equal(
        lines.select("duty_before_usd", "rate_before"),
        lines.select(duty_before_usd="duty_after_usd", rate_before="rate_after"),
    )
    assert whole["in_force_value_usd"] == whole["affected_value_usd"] == 0.0
    assert whole["affected_unknown_value_usd"] == 0.0
    assert whole["covered_value_usd"] == whole["threatened_value_usd"]
    assert set(lines["duty_increment_usd"].drop_nulls()) <= {0.0}
    assert set(found["components"]["status"]) <= {"threatened", "displaced", "excluded"}
