"""Laws of the mirror: nothing is lost, sums agree, and neither order nor scale matters."""

from random import Random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from calc.mirror import MirrorTerms, mirror, reporting, summed, with_reasons
from calc.mirror_sums import funnel, pairs
from calc.tables.trade import VALUE_COLUMNS
from tests.ingest.files import expected
from tests.mirror.reports import Row, reported

ECONOMIES = ("USA", "JPN", "DEU", "WLD")
CODES = ("870810", "870899", "8703", "TOTAL")
VALUES = st.integers(0, 10**13).map(lambda units: units / 10_000)


@st.composite
def rows_of(draw: st.DrawFn, flow: str) -> list[Row]:
    """Some rows of one side, each key once; a few of another flow."""
    who, codes = st.sampled_from(ECONOMIES), st.sampled_from(CODES)
    periods, flows = st.sampled_from(("2021", "2022")), st.sampled_from((flow, "re-import"))
    keys = st.tuples(who, who, codes, periods, flows)
    found = []
    for importer, partner, code, period, own in draw(st.lists(keys, unique=True, max_size=25)):
        columns = draw(st.sets(st.sampled_from(VALUE_COLUMNS), min_size=1))
        values: Row = dict.fromkeys(VALUE_COLUMNS) | {name: draw(VALUES) for name in columns}
        found.append(reported(importer, partner, code, own, period=period, **values))
    return found


@st.composite
def terms(draw: st.DrawFn) -> MirrorTerms:
    return MirrorTerms(
        level=draw(st.sampled_from((0, 2, 4, 6))),
        cif_fob_ratio=draw(st.none() | st.floats(1, 2)),
        threshold=draw(st.floats(0, 0.99)),
    )


def compared(
    imports: pl.DataFrame, exports: pl.DataFrame, how: MirrorTerms
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The lines, their sums by pair, and the funnel of both sides."""
    theirs, ours = reporting(exports.lazy(), "exporter"), reporting(imports.lazy(), "importer")
    seen = {
        "importer": with_reasons(imports.lazy(), "importer", theirs, how),
        "exporter": with_reasons(exports.lazy(), "exporter", ours, how),
    }
    own, other = (summed(rows, how).collect() for rows in seen.values())
    lines = mirror(own.lazy(), other.lazy(), other.clear().lazy(), how).collect()
    stages = [
        funnel(seen["importer"], own.lazy(), other.lazy(), "importer"),
        funnel(seen["exporter"], other.lazy(), own.lazy(), "exporter"),
    ]
    return lines, pairs(lines.lazy()).collect(), pl.concat(stages).collect()


@settings(max_examples=20, deadline=None)
@given(rows_of("import"), rows_of("export"), terms())
def test_sums_add_up(imports: list[Row], exports: list[Row], how: MirrorTerms) -> None:
    lines, by_pair, stages = compared(expected(imports), expected(exports), how)

    whole = stages.group_by("side", "kind").agg(
        pl.col("rows").sum(), units=(pl.col("value_usd") * 10_000).round().cast(pl.Int64).sum()
    )
    found = {(side, kind): (rows, units) for side, kind, rows, units in whole.rows()}
    nothing = (0, 0)
    for side, of, units in (
        ("importer", imports, lines["import_e4"].sum()),
        ("exporter", exports, None),
    ):
        read, left, kept = (found.get((side, kind), nothing) for kind in ("in", "excluded", "kept"))
        assert read[0] == len(of) == left[0] + kept[0]
        assert read[1] == left[1] + kept[1]
        assert units is None or kept[1] == units
    assert lines["import_rows"].sum() == found.get(("importer", "kept"), nothing)[0]
    assert lines["export_rows"].sum() == found.get(("exporter", "kept"), nothing)[0]
    assert by_pair["lines"].sum() == lines.height
    for column, units_of in (("import_value_usd", "import_e4"), ("export_value_usd", "export_e4")):
        assert sum(round(value * 10_000) for value in by_pair[column]) == lines[units_of].sum()


@settings(max_examples=10, deadline=None)
@given(rows_of("import"), rows_of("export"), terms(), st.randoms())
def test_order_of_rows_changes_nothing(
    imports: list[Row], exports: list[Row], how: MirrorTerms, chance: Random
) -> None:
    first = compared(expected(imports), expected(exports), how)
    chance.shuffle(imports)
    chance.shuffle(exports)
    second = compared(expected(imports), expected(exports), how)

    assert all(one.equals(two) for one, two in zip(first, second, strict=True))


@settings(max_examples=10, deadline=None)
@given(rows_of("import"), terms())
def test_report_held_against_itself_has_no_gap(imports: list[Row], how: MirrorTerms) -> None:
    """An exporter that reports what the importer does free on board is in full agreement."""
    free = [row | dict.fromkeys(VALUE_COLUMNS) | {"fob_value_usd": 7.0} for row in imports]
    mine = expected([row for row in free if row["flow"] == "import"])
    theirs = mine.with_columns(flow=pl.lit("export"))

    lines, _, _ = compared(mine, theirs, how)

    assert set(lines["status"]) <= {"both"}
    assert set(lines["asymmetry"]) <= {0.0}
    assert lines["flag"].null_count() == lines.height
