"""The drawn tables are lawful: they keep every rule of their declarations."""

import dataframely as dy
import polars as pl
from hypothesis import given, settings

from calc.rules import declared_rules, row_rules
from calc.tables.base import Base
from calc.tables.measures import Exclusions, MeasurePartners, MeasureProducts, Measures
from calc.tables.trade import Trade
from tests.draws import draws
from tests.properties.reading import outcomes_of
from tests.strategies import Law, base_tables, laws, settled_laws, trade_tables


def assert_lawful(frame: pl.DataFrame, table: type[dy.Schema]) -> None:
    broken = {
        rule.rule_id: frame.filter(~rule.passes()).height
        for rule in row_rules(declared_rules("table", table))
    }
    assert {rule_id: rows for rule_id, rows in broken.items() if rows} == {}
    assert frame.select(table.primary_key()).is_duplicated().sum() == 0
    assert table.is_valid(frame)


@settings(max_examples=draws(20, 40))
@given(trade_tables(flows=("import", "export"), periods=("2023", "2024-02")))
def test_trade_is_lawful(trade: pl.DataFrame) -> None:
    assert_lawful(trade, Trade)


@settings(max_examples=draws(20, 40))
@given(base_tables())
def test_base_is_lawful(base: pl.DataFrame) -> None:
    assert_lawful(base, Base)


@settings(max_examples=draws(20, 40))
@given(laws())
def test_laws_are_lawful(law: Law) -> None:
    assert_lawful(law.measures, Measures)
    assert_lawful(law.products, MeasureProducts)
    assert_lawful(law.partners, MeasurePartners)
    assert_lawful(law.exclusions, Exclusions)


@settings(max_examples=draws(20, 40))
@given(settled_laws(), trade_tables())
def test_settled_laws_leave_no_line_in_conflict(law: Law, trade: pl.DataFrame) -> None:
    for outcomes in outcomes_of(law, trade).values():
        assert sum(outcome.status == "applied" for _, outcome in outcomes) <= 1
