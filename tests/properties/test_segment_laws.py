"""Laws of portions, contents, floors and authorities beside each other, on drawn tables.

Each law says what a run gives by what another run, or plain arithmetic, gives: a share of nothing
is as if it were not there, a share of all is the whole, and parts add up.
"""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from calc.money import unit_of
from calc.policy.expression import AdValorem
from calc.policy.model import Alternative, Branch, Policy, Relation, Stacking
from pipelines.run.compute import Answer
from tests.draws import draws
from tests.properties.reading import read_row_by_row, told_of_measures
from tests.properties.test_run_laws import KEY, asked, with_waiting
from tests.run.policies import ask_under, policy_for, share
from tests.strategies import AUTHORITIES, Law, Row, base_tables, laws

Drawn = tuple[pl.DataFrame, Law, pl.DataFrame]
FIGURES = ["customs_value_usd", "duty_before_usd", "duty_after_usd", "duty_increment_usd"]
RATES = ["rate_before", "rate_after", "is_affected", "threatened_increment_usd"]
BY = ["by_importer", "by_partner", "by_group", "by_product"]
PORTION, CONTENT = {"portions": ("claimed",)}, {"contents": ("steel",)}
BESIDE = Stacking(
    relations={name: Relation("adds") for name in (*AUTHORITIES, "title-vii")},
    within=dict.fromkeys((*AUTHORITIES, "title-vii"), "sum"),
)
"""Nothing yields to anything, so any law is settled."""

shares = st.floats(0.001, 0.999)


def run(drawn: Drawn, policy: Policy, *rows: Row) -> Answer:
    """What a law as objects does to a drawn table."""
    trade, law, base = drawn
    with tempfile.TemporaryDirectory() as folder:
        return ask_under(Path(folder), trade, law, policy, base, shares=rows)


def limited(branch: Branch) -> Branch:
    """A branch that bites on the portion only."""
    return replace(branch, portion="claimed")


def at_other_rate(branch: Branch) -> Branch:
    """A branch that charges another rate in the portion."""
    return replace(branch, alternatives=(Alternative("claimed", AdValorem(0.125)),))


def exempted(branch: Branch) -> Branch:
    """A branch that charges nothing in the portion."""
    return replace(branch, alternatives=(Alternative("claimed", None),))


def on_content(branch: Branch) -> Branch:
    """A branch that bites on the content only."""
    return replace(branch, on="steel")


def excluding_portions(law: Law) -> Callable[[Branch], Branch]:
    """A change by which every exclusion of a branch takes only the portion out."""
    numbers: dict[str, set[int]] = {}
    for measure_id, number in law.exclusions.select("measure_id", "exclusion").iter_rows():
        numbers.setdefault(measure_id, set()).add(number)

    def change(branch: Branch) -> Branch:
        taken = sorted(numbers.get(branch.measure_id, ()))
        return replace(branch, exclusion_portions=dict.fromkeys(taken, "claimed"))

    return change


def without_finer_exclusions(law: Law, trade: pl.DataFrame) -> Law:
    """A law without the exclusions of a part of a code of trade.

    By itself such a one takes nothing out of the line; of a stated portion it takes that.
    """
    codes = set(trade["code"])
    finer = [
        prefix
        for prefix in law.exclusions["prefix"].unique()
        if any(prefix != code and prefix.startswith(code) for code in codes)
    ]
    kept = law.exclusions.filter(~pl.col("prefix").is_in(finer))
    return Law(law.measures, law.products, law.partners, kept)


def assert_same(found: Answer, expected: Answer) -> None:
    """Two runs have the same lines, sums and statuses, whatever they say of the reasons."""
    lines = [*KEY, "segment", "status", *FIGURES, *RATES]
    assert_frame_equal(
        found.tables["lines"].select(lines), expected.tables["lines"].select(lines)
    )  # fmt: skip
    for name in BY:
        assert_frame_equal(found.tables[name], expected.tables[name])
    parts = [*KEY, "segment", "measure_id", "status"]
    charged = pl.col("status") == "applied"
    told = [one.tables["components"].filter(charged) for one in (found, expected)]
    assert_frame_equal(*(one.select(*parts, "measure_duty_usd") for one in told))


@settings(max_examples=draws(3, 6))
@given(asked(), st.sampled_from([at_other_rate, exempted]))
def test_a_portion_of_nothing_is_as_if_it_were_not_there(
    drawn: Drawn, change: Callable[[Branch], Branch]
) -> None:
    law = drawn[1]
    plain = run(drawn, policy_for(law))
    policy = policy_for(law, change, **PORTION)
    assert_same(run(drawn, policy, share("claimed", 0.0)), plain)
    assert_same(run(drawn, policy), plain)  # a line without a share has none of it


@settings(max_examples=draws(3, 6))
@given(asked())
def test_an_exclusion_of_a_portion_is_nothing_at_0_and_the_whole_at_1(drawn: Drawn) -> None:
    trade, told, base = drawn
    law = without_finer_exclusions(told, trade)
    drawn = (trade, law, base)
    policy = policy_for(law, excluding_portions(law), **PORTION)
    open_law = Law(law.measures, law.products, law.partners, law.exclusions.clear())
    without = run((trade, open_law, base), policy_for(open_law))
    assert_same(run(drawn, policy, share("claimed", 0.0)), without)
    assert_same(run(drawn, policy, share("claimed", 1.0)), run(drawn, policy_for(law)))


@settings(max_examples=draws(3, 6))
@given(asked())
def test_a_measure_on_a_portion_of_all_is_the_measure_and_of_nothing_is_out(drawn: Drawn) -> None:
    law = drawn[1]
    policy = policy_for(law, limited, **PORTION)
    assert_same(run(drawn, policy, share("claimed", 1.0)), run(drawn, policy_for(law)))
    none = run(drawn, policy, share("claimed", 0.0)).tables
    assert set(none["lines"]["status"]) == {"excluded"}
    assert_frame_equal(
        none["lines"].select("duty_before_usd"),
        none["lines"].select(duty_before_usd="duty_after_usd"),
    )
    assert none["by_importer"]["covered_value_usd"].item() == 0.0


@settings(max_examples=draws(3, 6))
@given(asked())
def test_another_rate_in_a_portion_of_all_is_that_rate(drawn: Drawn) -> None:
    law = drawn[1]
    at_once = policy_for(law, lambda branch: replace(branch, rate=AdValorem(0.125)))
    policy = policy_for(law, at_other_rate, **PORTION)
    assert_same(run(drawn, policy, share("claimed", 1.0)), run(drawn, at_once))


def units(values: pl.Series) -> int:
    """A sum of USD in whole ten-thousandths."""
    return sum(unit_of(value) for value in values.drop_nulls())


def weight_of(segment: str, first: float, second: float) -> float:
    """The part of a flow that a segment is, its two portions being independent."""
    one, other = ("not " not in part for part in segment.split("; "))
    return (first if one else 1 - first) * (second if other else 1 - second)


@settings(max_examples=draws(4, 10))
@given(asked(), shares, shares)
def test_parts_of_a_split_line_add_up_to_it_exactly(
    drawn: Drawn, first: float, second: float
) -> None:
    law = drawn[1]
    policy = policy_for(
        law,
        lambda branch: replace(limited(branch), alternatives=(Alternative("other", None),)),
        portions=("claimed", "other"),
    )
    found = run(drawn, policy, share("claimed", first), share("other", second)).tables
    whole = run(drawn, policy_for(law)).tables
    values = {row[:-1]: row[-1] for row in whole["lines"].select(*KEY, FIGURES[0]).iter_rows()}
    split = found["lines"].group_by(KEY, maintain_order=True).agg("segment", FIGURES[0])
    assert split.height == len(values)
    for *key, segments, parts in split.iter_rows():
        assert sum(unit_of(part) for part in parts) == unit_of(values[tuple(key)])
        weighed = [weight_of(segment, first, second) for segment in segments]
        assert sorted(segments) == ["claimed; not other", "claimed; other",
                                    "not claimed; not other", "not claimed; other"]  # fmt: skip
        for part, weight in zip(parts, weighed, strict=True):
            assert abs(part - values[tuple(key)] * weight) <= 2e-4 + values[tuple(key)] * 1e-12
    for name in BY:
        for column in ("lines", "imports_value_usd", "listed_value_usd"):
            assert_frame_equal(found[name].select(column), whole[name].select(column))


@settings(max_examples=draws(4, 10))
@given(asked(), shares)
def test_the_duty_on_a_portion_is_that_portion_of_the_duty(drawn: Drawn, part: float) -> None:
    """For rates of value and quantity alike, to within the rounding of each amount."""
    trade, law, base = drawn
    on_top = policy_for(law, lambda branch: replace(branch, mode="add"))
    in_part = policy_for(law, lambda branch: replace(limited(branch), mode="add"), **PORTION)
    whole = run((trade, law, base), on_top).tables["lines"].filter(status="in force")
    found = run((trade, law, base), in_part, share("claimed", part)).tables["lines"]
    both = whole.join(found.filter(segment="claimed"), on=KEY, how="left", validate="1:1")
    for name in (*FIGURES, "customs_value_usd"):
        for one, other in both.select(name, f"{name}_right").iter_rows():
            assert (one is None) == (other is None)
            if one is not None:
                assert abs(other - one * part) <= 6e-4 + abs(one) * 1e-9
    outside = found.filter(pl.col("segment") == "not claimed")
    assert set(outside["duty_increment_usd"].drop_nulls()) <= {0.0}


@settings(max_examples=draws(3, 6))
@given(asked())
def test_a_content_of_all_is_the_whole_value_and_of_nothing_is_untouched(drawn: Drawn) -> None:
    law = drawn[1]
    policy = policy_for(law, on_content, **CONTENT)
    plain = run(drawn, policy_for(law))
    assert_same(run(drawn, policy, share("steel", 1.0, kind="content")), plain)
    none = run(drawn, policy, share("steel", 0.0, kind="content")).tables["lines"]
    assert_frame_equal(
        none.select("duty_before_usd"), none.select(duty_before_usd="duty_after_usd")
    )
    assert set(none["duty_increment_usd"].drop_nulls()) <= {0.0}
    assert set(none["is_affected"]) == {False}
    listed = plain.tables["lines"].select(*KEY, "status")
    assert_frame_equal(none.select(*KEY, "status"), listed)


@settings(max_examples=draws(3, 6))
@given(asked(), shares)
def test_the_duty_on_a_content_is_that_part_of_the_duty(drawn: Drawn, part: float) -> None:
    law = drawn[1]
    whole = run(drawn, policy_for(law)).tables["lines"]
    policy = policy_for(law, on_content, **CONTENT)
    found = run(drawn, policy, share("steel", part, kind="content")).tables["lines"]
    assert_frame_equal(found.select(KEY), whole.select(KEY))
    for name in ("duty_increment_usd", "threatened_increment_usd"):
        for one, other in zip(whole[name], found[name], strict=True):
            assert (one is None) == (other is None)
            if one is not None:
                assert abs(other - one * part) <= 3e-4 + abs(one) * 1e-9


@settings(max_examples=draws(3, 6))
@given(asked())
def test_an_unknown_content_leaves_the_duty_unknown_and_not_nothing(drawn: Drawn) -> None:
    law = drawn[1]
    found = run(drawn, policy_for(law, on_content, **CONTENT)).tables["lines"]
    in_force = found.filter(status="in force")
    for name in ("duty_after_usd", "duty_increment_usd", "is_affected"):
        assert in_force[name].null_count() == in_force.height
    charged = found.filter(pl.col("status") != "in force")
    assert set(charged["duty_increment_usd"].drop_nulls()) <= {0.0}


@settings(max_examples=draws(4, 10))
@given(asked(), st.floats(0.0, 1.0))
def test_an_all_in_rate_tops_the_base_up_and_adds_nothing_where_it_is_higher(
    drawn: Drawn, rate: float
) -> None:
    law = drawn[1]
    floor = policy_for(law, lambda branch: replace(branch, mode="all-in", rate=AdValorem(rate)))
    lines = run(drawn, floor).tables["lines"].filter(status="in force")
    for line in lines.iter_rows(named=True):
        before, after, added = (line[name] for name in FIGURES[1:])
        assert (before is None) == (after is None) == (added is None)
        if before is not None:
            owed = max(line["customs_value_usd"] * rate, before)
            assert abs(after - owed) <= 1e-4 + owed * 1e-12
            assert added == (unit_of(after) - unit_of(before)) / 10_000 >= 0.0
            if before > line["customs_value_usd"] * rate + 1e-4:
                assert (added, line["is_affected"]) == (0.0, False)


@settings(max_examples=draws(3, 6))
@given(asked())
def test_a_law_of_which_every_measure_is_void_is_the_base(drawn: Drawn) -> None:
    law = drawn[1]
    void = policy_for(law, lambda branch: replace(branch, state="void"))
    found = run(drawn, void).tables
    assert_frame_equal(
        found["lines"].select("duty_before_usd", "rate_before"),
        found["lines"].select(duty_before_usd="duty_after_usd", rate_before="rate_after"),
    )
    assert set(found["lines"]["duty_increment_usd"].drop_nulls()) <= {0.0}
    assert found["by_authority"]["duty_increment_usd"].to_list() == []


@st.composite
def many(draw: st.DrawFn) -> Drawn:
    """A table, any law of several authorities with one that waits on all goods, and a base."""
    trade, _, base = draw(asked())
    return trade, with_waiting(draw(laws())), base


@settings(max_examples=draws(6, 15))
@given(many())
def test_each_measure_on_each_line_is_as_a_reading_row_by_row_says(drawn: Drawn) -> None:
    """Kinds of lines, hashes and joins say of each line what a reader of the law says of it."""
    trade, law, _ = drawn
    found = run(drawn, policy_for(law, stacking=BESIDE)).tables["components"]
    told = told_of_measures(found)
    assert told == read_row_by_row(law, trade.filter(importer="USA"))


@settings(max_examples=draws(4, 8))
@given(many())
def test_authorities_share_the_duty_out_to_the_last_unit(drawn: Drawn) -> None:
    law = drawn[1]
    found = run(drawn, policy_for(law, stacking=BESIDE)).tables
    total = found["by_importer"]["duty_increment_usd"].item()
    parts = found["by_authority"]["duty_increment_usd"]
    if parts.null_count():  # what one adds is known only where all of it is
        assert found["lines"]["duty_increment_usd"].null_count()
        return
    shared = units(parts)
    # Sums of like lines are rounded once a group, so each line may be off by half a unit.
    assert abs(shared - unit_of(total or 0.0)) <= 2 * found["components"].height


@settings(max_examples=draws(4, 8))
@given(many(), base_tables())
def test_authorities_that_add_pay_what_each_pays_by_itself(
    drawn: Drawn, base: pl.DataFrame
) -> None:
    trade, law, _ = drawn
    plain = base.with_columns(
        specific_rate_usd=pl.lit(None, pl.Float64), specific_unit=pl.lit(None, pl.String)
    )
    policy = policy_for(law, lambda branch: replace(branch, mode="add"), stacking=BESIDE)
    found = run((trade, law, plain), policy).tables
    owed = found["components"].filter(status="applied").group_by(KEY).agg("measure_duty_usd")
    alone = {tuple(key): sum(map(unit_of, duties)) for *key, duties in owed.iter_rows()}
    for row in found["lines"].select(*KEY, "duty_increment_usd").iter_rows():
        assert unit_of(row[-1]) == alone.get(row[:-1], 0)
