"""``plot``: bars on the terminal, drawings in SVG and PNG."""

import pytest

from tests.run.tool import Place

RUN = "us-japan-2024"


def test_bars_stand_in_proportion_with_their_amounts(place: Place) -> None:
    done = place.do("plot", RUN, "--by", "group")

    assert done.code == 0, done.err
    title, *bars, note = done.out.splitlines()
    assert title == (
        "us-japan-2024: covered value by group; us-2024 (2024, HTS2024), law as of 2024-12-31"
    )
    assert [bar.split()[0] for bar in bars] == [
        "car-parts", "medical-technology", "telecom", "flat-glass"
    ]  # fmt: skip
    assert bars[0].split()[1] == "█" * 40
    assert bars[0].endswith("7,063,070,376")
    assert bars[1].split()[1] == "·" * 14  # 2.517 of 7.063 bn in 40 characters
    assert note == "full bars: a measure is in force; dotted: threatened or excluded only"


def test_what_is_not_drawn_is_counted(place: Place) -> None:
    told = place.do(
        "plot", RUN, "--by", "product", "--figure", "duty-added", "--top", "4", "--json"
    )

    assert len(told.object["rows"]) == 4
    frame = place.table("by_product", RUN)["duty_increment_usd"]
    assert told.object["unknown"] == frame.null_count()
    assert told.object["left"] == (frame != 0).sum() - 4


@pytest.mark.parametrize("by", ["partner", "measure", "authority", "end-use", "importer"])
def test_drawings_are_the_same_bytes_each_time(place: Place, by: str) -> None:
    first, second = place.root / "a.svg", place.root / "b.svg"
    for path in (first, second):
        assert place.do("plot", RUN, "--by", by, "-o", path).out == f"written: {path}\n"
    assert first.read_bytes() == second.read_bytes()
    assert first.read_text(encoding="utf-8").startswith("<svg ")
    assert f"by {by}; us-2024" in first.read_text(encoding="utf-8")


def test_a_picture_is_a_png(place: Place) -> None:
    path = place.root / "a.png"
    assert place.do("plot", RUN, "-o", path).code == 0
    assert path.read_bytes().startswith(b"\x89PNG\r\n")


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        (["--by", "partners"], "'partners' cannot be plotted", "did you mean partner"),
        (["--figure", "cover"], "'cover' cannot be plotted", "did you mean covered?"),
        (["--by", "authority", "--figure", "covered"], "authority has no covered value", "give"),
        (["-o", "a.gif"], "a.gif ends neither in .svg nor in .png", "name the file"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    place: Place, options: list[str], message: str, hint: str
) -> None:
    done = place.do("plot", RUN, *options)
    assert done.code == 2
    assert f"error: {message}" in done.err
    assert hint in done.err
