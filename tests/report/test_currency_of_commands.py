"""What is told of a run outside its reports, in its money: figures worked by hand."""

import json
from pathlib import Path

from tests.report.test_currency import RUN, stating
from tests.run.tool import Place

AT = "EUR, at USD 1.25 for one on 2024-12-31 (European Central Bank)"
EURO = {"code": "EUR", "usd": 1.25, "on": "2024-12-31", "source": "European Central Bank"}


def told_in_euro(place: Place) -> Path:
    """The demonstration's run as one whose scenario says ``report_in = "EUR"``."""
    folder = stating(place)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["facts"]["currency"] = EURO
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def test_the_trail_of_a_line_is_in_the_money_of_its_run(place: Place) -> None:
    told_in_euro(place)
    asked = ("explain", RUN, "--line", "8708401110", "--partner", "JPN")
    done = place.do(*asked)
    assert done.code == 0, done.err
    lines = [line.strip() for line in done.out.splitlines()]
    assert lines[0] == f"amounts in {AT}"
    # Of 2,221,582,262 and 55,539,556.55 and 2,166,042,705.45 USD.
    assert "duty before: 2.5%, 2.5 % x EUR 1,777,265,809.60 = EUR 44,431,645.24" in lines
    assert (
        "duty after: EUR 1,777,265,809.60; increment: after less before = EUR 1,732,834,164.36"
        in lines
    )
    assert done.out.count("USD") == 1, "in the rate alone"

    whole = place.do(*asked, "--json").object
    (trail,) = whole["trails"]
    assert whole["currency"] == EURO
    assert trail["line"]["customs_value_eur"] == 1777265809.6
    assert trail["components"][0]["measure_duty_eur"] == 1777265809.6
    assert not [name for name in trail["line"] if name.endswith("_usd")]

    dollars = place.do(*asked, "--currency", "USD")
    assert "duty before: 2.5%, 2.5 % x USD 2,221,582,262.00 = USD 55,539,556.55" in dollars.out
    assert "EUR" not in dollars.out
    assert "currency" not in place.do(*asked, "--currency", "USD", "--json").object


def test_the_trail_of_a_sum_is_in_the_money_that_is_asked_for(place: Place) -> None:
    stating(place)
    asked = ("explain", RUN, "--result", "by_measure/USA/flat-glass", "--currency", "EUR")
    lines = [line.strip() for line in place.do(*asked).out.splitlines()]
    assert lines[0] == f"amounts in {AT}"
    assert "figure       measure_duty_eur = EUR 64,527,928.00" in lines
    # Of 70,209,551.29 USD: each line is divided by itself, and still adds up.
    assert (
        "sum          duty_increment_eur: the lines add up to EUR 56,167,641.04, as in the table"
        in lines
    )
    assert lines[-6].endswith("value EUR 16,630,621.60, adds EUR 15,815,721.14")
    total = place.do(*asked, "--json").object["total"]
    assert total["row"]["measure_duty_eur"] == 64527928.0
    assert total["sums"]["measure_duty_eur"] == {
        "of_lines_eur": 64527928.0, "in_table_eur": 64527928.0,
    }  # fmt: skip


def test_a_money_without_a_rate_is_refused(place: Place) -> None:
    done = place.do("explain", RUN, "--line", "870840", "--currency", "EUR")
    assert done.code == 2
    assert "the scenario of this run states no exchange rate for 'EUR'" in done.err


def test_a_chart_is_in_the_money_of_its_run(place: Place) -> None:
    told_in_euro(place)
    drawing = place.root / "a.svg"
    assert place.do("plot", RUN, "--by", "group", "-o", drawing).code == 0
    text = drawing.read_text(encoding="utf-8")
    assert ">covered value, EUR<" in text
    assert f"law as of 2024-12-31; amounts in {AT}</title>" in text
    whole = place.do("plot", RUN, "--by", "group", "--json").object
    # Of 7,063,070,376 USD.
    assert whole["rows"][0] == {"name": "car-parts", "eur": 5650456300.8, "is_filled": True}
    assert whole["currency"] == EURO
    bars = place.do("plot", RUN, "--by", "group", "--currency", "USD").out.splitlines()
    assert bars[1].endswith("7,063,070,376")
    assert bars[0].endswith("law as of 2024-12-31")
