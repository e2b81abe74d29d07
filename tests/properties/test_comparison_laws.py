"""Whatever two scenarios differ in, the causes add up to the difference, to the last unit."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calc.comparison import FIGURES
from calc.money import unit_of
from pipelines.compare.sides import side_of
from pipelines.compare.states import question_at
from pipelines.compare.step import compare
from pipelines.compare.steps import state_of
from pipelines.progress import Talk
from pipelines.run.compute import answer
from pipelines.run.inputs import RunSettings
from tests.draws import draws
from tests.run.test_include import flow
from tests.run.tool import Place
from tests.shortened import shorten
from tests.validation.tables import write_trade

CODES = ("870323", "700521", "851713", "901890")
TABLES = {
    "one": [flow("USA", "CHN", code, 1_000.37 * place) for place, code in enumerate(CODES, 1)],
    "two": [flow("USA", "CHN", code, 333.33 * place) for place, code in enumerate(CODES[1:], 1)],
}
RATES = ("0%", "7.3%", "25%", "100%")
MEASURES = st.dictionaries(
    st.sampled_from(["cars", "glass", "all-of-it", "phones"]),
    st.tuples(
        st.sets(st.sampled_from(CODES), min_size=1).map(sorted),
        st.sampled_from(RATES),
        st.booleans(),
    ),
    max_size=4,
)
DRAWN = st.fixed_dictionaries(
    {
        "trade": st.sampled_from(sorted(TABLES)),
        "base": st.sampled_from(["2.5%", "0%", "unknown"]),
        "share": st.sampled_from(["0.25", "0.8"]),
        "measures": MEASURES,
    }
)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("laws"))
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch)
        for name, rows in TABLES.items():
            write_trade(place.workspace, name, rows)
            assert place.do("validate", place.workspace.trade / f"{name}.parquet").code == 0
    return place


def written(place: Place, name: str, drawn: dict[str, Any]) -> Path:
    lines = [
        f'id = "{name}"\nimporter = "USA"\nnomenclature = "HS2022"\ntrade = "{drawn["trade"]}"',
        f'base = "{drawn["base"]}"',
    ]
    measures = drawn["measures"] or {"none": (["010121"], "1%", False)}
    if any(in_part for _, _, in_part in measures.values()):
        lines.append(f'[portions.used]\ncentral = {drawn["share"]}\nsource = "drawn"')
    for measure_id, (codes, rate, in_part) in measures.items():
        lines.append(
            f'[[measure]]\nid = "{measure_id}"\nauthority = "section-301"\npartners = ["CHN"]\n'
            f'products = {codes}\nrate = "{rate}"\nsource = "drawn"'.replace("'", '"')
        )
        if in_part:
            lines.append('portion = "used"')
    lines.append('[[stacking]]\nwithin = { section-301 = "highest" }\nsource = "drawn"')
    path = place.root / f"{name}.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@settings(max_examples=draws(3, 8), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=DRAWN, second=DRAWN)
def test_causes_add_up_to_the_difference(
    judged: Place, first: dict[str, Any], second: dict[str, Any]
) -> None:
    paths = [written(judged, "first", first), written(judged, "second", second)]
    quiet = Talk(quiet=True)
    sides = [side_of(judged.workspace, str(path), RunSettings(), quiet) for path in paths]

    done = compare(sides[0], sides[1])

    causes, compared = done.tables["causes"], done.tables["compared"]
    for figure in FIGURES:
        changes = causes.filter(pl.col("figure") == figure)["change_usd"]
        row = compared.row(by_predicate=pl.col("figure") == figure, named=True)
        total = unit_of(row["second_usd"]) - unit_of(row["first_usd"])
        assert sum(unit_of(change) for change in changes) == total == unit_of(row["change_usd"])
    for side, column in zip(sides, ("first_usd", "second_usd"), strict=True):
        (part,) = side.whole.parts
        alone = answer(question_at(state_of(part))).tables["by_importer"]
        for figure in FIGURES:
            own = float(alone[f"{figure}_usd"].fill_null(0.0).sum())
            found = compared.filter(pl.col("figure") == figure)[column].item()
            assert unit_of(found) == unit_of(own)
    kinds = causes["kind"].unique().to_list()
    assert "the rest" not in kinds  # every difference has a name
