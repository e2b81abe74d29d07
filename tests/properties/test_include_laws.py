"""Laws of several importers in one run: nothing of one part is gained, lost or moved by another."""

import tempfile
from dataclasses import replace
from pathlib import Path

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from calc.tables import TABLES
from pipelines.report.checks import failed_checks
from pipelines.run.compute import NAMES, Tables
from pipelines.run.parts import joined
from tests.draws import draws
from tests.properties.test_run_laws import KEY, with_waiting
from tests.run.asking import ask
from tests.strategies import Law, base_tables, settled_laws, trade_tables

IMPORTERS = ("USA", "CAN")


def law_for(law: Law, importer: str) -> Law:
    """A law with a measure on all imports, of an importer; ids of measures stay what they are."""
    whole = with_waiting(law)
    return replace(whole, measures=whole.measures.with_columns(importer=pl.lit(importer)))


@st.composite
def drawn(draw: st.DrawFn) -> tuple[pl.DataFrame, dict[str, Law], pl.DataFrame]:
    """A table with imports of both importers, a law for each, a base."""
    trade = draw(trade_tables(min_rows=4))
    assume(set(trade["importer"]) >= set(IMPORTERS))
    value = pl.coalesce("customs_value_usd", "fob_value_usd", "cif_value_usd") / 1000
    laws = {importer: law_for(draw(settled_laws()), importer) for importer in IMPORTERS}
    base = draw(base_tables()).with_columns(pl.col("specific_rate_usd") / 1e6)
    return trade.with_columns(customs_value_usd=value.clip(lower_bound=1.0)), laws, base


@settings(max_examples=draws(4, 8))
@given(drawn())
def test_the_whole_is_its_parts(
    asked: tuple[pl.DataFrame, dict[str, Law], pl.DataFrame],
) -> None:
    trade, laws, base = asked
    parts: dict[str, Tables] = {}
    with tempfile.TemporaryDirectory() as folder:
        for importer, law in laws.items():
            own = base.filter(importer=importer)
            parts[importer] = ask(Path(folder), trade, law, own, importers=(importer,)).tables
    whole = joined(list(parts.values()))

    assert set(whole) == set(NAMES)
    assert_frame_equal(whole["lines"].select(KEY), trade.select(KEY), check_row_order=False)
    for name, frame in whole.items():
        key = list(TABLES[name].primary_key())
        assert_frame_equal(frame, frame.sort(key))
        assert not frame.select(key).is_duplicated().any()
        for importer, tables in parts.items():
            assert_frame_equal(frame.filter(importer=importer), tables[name], check_exact=True)
    assert failed_checks(whole) == []
    turned = joined(list(reversed(parts.values())))
    for name, frame in whole.items():
        assert_frame_equal(turned[name], frame, check_exact=True)
