"""A kept run told in other money: figures by hand, the rate beside them, what is refused."""

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from calc.errors import StorageError, UsageError
from pipelines.report.columns import Column
from pipelines.report.currency import converted, currency_of, money_of, rate_table
from pipelines.report.figures import exact_sum
from pipelines.report.grid import Cell, Grid
from pipelines.report.money import Currency, a_dollar, named_on_page, put_in_money, said_in
from pipelines.report.money_sheets import grid_in
from pipelines.report.summary import summary_lines
from tests.report.tables import FACTS, tables
from tests.run.tool import Place

RUN = "us-japan-2024"
EURO = Currency("EUR", 1.25, "2024-12-31", "European Central Bank")
RATE = '[currencies.EUR]\nusd = 1.25\non = 2024-12-31\nsource = "European Central Bank"\n'
TOLD = (
    "Amounts are in EUR, at USD 1.25 for one on 2024-12-31 (European Central Bank). The tables of "
    "the run are in USD; rates, quotas and notes say money as written."
)


def kept(folder: Path, *texts: str) -> Path:
    """A folder of a run that keeps these scenarios."""
    for place, text in enumerate(texts):
        (folder / f"scenario-{place}.toml").write_text(text, encoding="utf-8")
    return folder


def stating(place: Place) -> Path:
    """The demonstration's run, whose kept scenario states a rate."""
    folder = place.folder(RUN)
    with (folder / "scenario.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + RATE)
    return folder


def test_amounts_are_divided_and_rounded_half_away_from_zero() -> None:
    yen = Currency("XXX", 8.0, "2024-12-31", "made up")
    frame = pl.DataFrame(
        {
            "importer": ["a", "b", "c", "d", "e"],
            "value_usd": [100.0, 0.0004, -0.0004, -0.0001, None],
            "rate": [0.25, 0.5, 1.0, 0.0, None],
        }
    )
    found = converted("by_importer", frame, yen)
    # 100 / 8; 0.00005 and -0.00005 are halves of the last decimal; -0.0000125 is less than one.
    assert found.to_dict(as_series=False) == {
        "importer": ["a", "b", "c", "d", "e"],
        "value_xxx": [12.5, 0.0001, -0.0001, 0.0, None],
        "rate": [0.25, 0.5, 1.0, 0.0, None],
    }
    assert str(found["value_xxx"][3]) == "0.0"


def test_in_a_table_of_ranges_the_figure_says_which_rows_are_money() -> None:
    frame = pl.DataFrame(
        {"figure": ["revenue_change_usd", "imports_change"], "central": [5.0, 0.5], "draws": [9, 9]}
    )
    assert converted("effect_ranges", frame, EURO).to_dict(as_series=False) == {
        "figure": ["revenue_change_eur", "imports_change"],
        "central": [4.0, 0.5],
        "draws": [9, 9],
    }


def test_for_words_amounts_are_not_rounded_and_words_of_others_stay() -> None:
    frame = pl.DataFrame({"duty_before_usd": [1e-5], "lines": [3], "rate_text": ["2 USD/kg"]})
    facts = replace(FACTS, currency=EURO, notes=("worth USD 5",))
    told, tables = put_in_money(facts, {"by_group": frame})
    found = tables["by_group"]
    assert found.columns == ["duty_before_usd", "lines", "rate_text"]
    assert found.row(0)[:2] == (pytest.approx(8e-6, rel=1e-12), 3)
    text = f"duty {found['rate_text'][0]}: 0 USD, {told.notes[0]}, XUSD"
    assert said_in(EURO, text) == "duty 2 USD/kg: 0 EUR, worth USD 5, XUSD"
    assert put_in_money(FACTS, {"by_group": frame}) == (FACTS, {"by_group": frame})


def test_figures_that_a_cell_names_are_named_in_the_money() -> None:
    columns = [Column(name=name, header=name, kind="text") for name in ("figure", "note")]
    rows: list[list[Cell]] = [["welfare_usd", "USD and welfare_usd"], ["imports_change", 5.0]]
    grid = Grid(name="by_effect", purpose="in USD", columns=columns, rows=rows)
    found = grid_in(EURO, grid)
    assert found.rows == [["welfare_eur", "EUR and welfare_usd"], ["imports_change", 5.0]]
    page = '<tr data-result="a/duty_usd"><td>duty_usd</td><td>the duty_usd</td></tr>'
    assert named_on_page(EURO, page) == page.replace(">duty_usd<", ">duty_eur<")
    assert named_on_page(None, page) == page


def test_sums_do_not_wrap_in_money_of_which_a_dollar_is_thousands() -> None:
    rupiah = Currency("IDR", 6.25e-05, "2024-12-31", "made up")
    frame = pl.DataFrame({"value_usd": [1e9] * 500})
    _, tables = put_in_money(replace(FACTS, currency=rupiah), {"t": frame})
    assert exact_sum(tables["t"], "value_usd") == 500 * 1e9 / 6.25e-05
    assert (a_dollar(rupiah), a_dollar(EURO), a_dollar(None)) == (16_000, 1, 1)


def test_the_rate_is_told_with_its_day_and_source(tmp_path: Path) -> None:
    found = currency_of(kept(tmp_path, RATE, RATE), "EUR")
    assert found == EURO
    assert EURO.told == TOLD
    assert rate_table(EURO).to_dict(as_series=False) == {
        "currency": ["EUR"],
        "usd_for_one": ["1.25"],
        "on": ["2024-12-31"],
        "source": ["European Central Bank"],
        "note": [f"{TOLD} Each amount is rounded to 4 decimals by itself."],
    }
    assert Currency("IDR", 6.2e-05, "2024-12-31", "made up").rate == "0.000062"
    assert currency_of(tmp_path, "USD") is None


@pytest.mark.parametrize(
    ("texts", "code", "what", "hint"),
    [
        ([RATE], "EUT", "the scenario of this run states no exchange rate for 'EUT'",
         "did you mean EUR?; or state it at the top of the scenario, with its day and source, and "
         'run it again: currencies.EUR = { usd = 1.08, on = 2024-12-31, source = "ECB" }'),
        ([RATE.replace("on = 2024-12-31\n", "")], "EUR",
         "the exchange rate for EUR has no day, and a report says of when its rate is",
         "add on = 2024-12-31, the day of it, to [currencies.EUR], and run again"),
        ([RATE, RATE.replace("1.25", "1.5")], "EUR",
         "the scenarios of this run state different exchange rates for EUR: 1.25 on 2024-12-31 "
         "(European Central Bank) and 1.5 on 2024-12-31 (European Central Bank)",
         "state one in their scenarios, and run them again"),
    ],
)  # fmt: skip
def test_a_rate_that_cannot_be_told_is_refused(
    tmp_path: Path, texts: list[str], code: str, what: str, hint: str
) -> None:
    with pytest.raises(UsageError) as refused:
        currency_of(kept(tmp_path, *texts), code)
    problem = refused.value.problems[0]
    assert (problem.what, problem.where, problem.hint) == (what, "--currency", hint)


@pytest.mark.parametrize("text", ["[currencies", "[currencies.EUR]\nusd = 1.25", "currencies = 1"])
def test_a_kept_scenario_that_is_broken_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(StorageError, match="the scenario that the run keeps cannot be read"):
        currency_of(kept(tmp_path, text), "EUR")


def test_the_brief_in_euro(place: Place) -> None:
    in_dollars = place.do("report", RUN).out
    stating(place)
    assert place.do("report", RUN).out == in_dollars
    assert place.do("report", RUN, "--currency", "USD").out == in_dollars

    done = place.do("report", RUN, "--currency", "EUR")
    assert done.code == 0, done.err
    # Of 11,611,705,686 and 177,878,125 and 80,659,910 and 70,209,551 and 216,517,273 USD.
    assert f"\n\n{TOLD}\n\n## Imports of USA" in done.out
    assert "covers 9.29 bn EUR of the imports of USA, 3.66 %" in done.out
    assert "at least 142 m EUR before and 5.72 bn EUR after" in done.out
    assert "| | EUR |\n|---|---:|\n| imports that the measures reach | 9,289,364,549 |" in done.out
    assert "| duty before | ≥ 142,302,500 |" in done.out
    assert "| importer | group | state | covered EUR | duty added EUR |" in done.out
    assert "| USA | flat-glass | in force | 64,527,928 | ≥ 56,167,641 |" in done.out
    assert "- Left out: 127 rows, 173,213,818 EUR: partner SVK is inside EU27" in done.out
    assert done.out.count("USD") == 2, "both in the sentence that tells the rate"


def test_the_tables_in_euro_lie_beside_those_in_dollars(place: Place, tmp_path: Path) -> None:
    folder, target = stating(place), tmp_path / "tables"
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    asked = ("report", RUN, "--format", "csv", "-o", target)
    place.do(*asked)
    in_dollars = {path.name: path.read_bytes() for path in target.iterdir()}

    done = place.do(*asked, "--currency", "EUR", "--json")
    assert done.code == 0, done.err
    assert done.object["currency"] == {
        "code": "EUR", "usd": 1.25, "on": "2024-12-31", "source": "European Central Bank",
    }  # fmt: skip
    names = {f"{name.removesuffix('.csv')}.eur.csv" for name in in_dollars} | {"currency.eur.csv"}
    assert {Path(path).name for path in done.object["written"]} == names
    assert {name: (target / name).read_bytes() for name in in_dollars} == in_dollars
    assert before == {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    kept_group, found = place.table("by_group", RUN), pl.read_csv(target / "by_group.eur.csv")
    assert found.columns == [name.replace("_usd", "_eur") for name in kept_group.columns]
    group = found.filter(pl.col("product_group") == "flat-glass")
    dollars = kept_group.filter(pl.col("product_group") == "flat-glass")
    assert group["covered_value_eur"].item() == round(dollars["covered_value_usd"].item() / 1.25, 4)
    assert group["coverage_ratio"].item() == dollars["coverage_ratio"].item()
    told = pl.read_csv(target / "currency.eur.csv", try_parse_dates=True).row(0, named=True)
    assert (told["usd_for_one"], told["on"]) == (1.25, date(2024, 12, 31))
    assert place.do(*asked, "--currency", "EUR").out.splitlines()[-1] == TOLD


def test_page_workbook_and_object_in_euro(place: Place, tmp_path: Path) -> None:
    stating(place)
    page, book = tmp_path / "page.html", tmp_path / "book.xlsx"
    for form, target in (("html", page), ("xlsx", book)):
        done = place.do("report", RUN, "--format", form, "--currency", "EUR", "-o", target)
        assert (done.code, done.out.splitlines()[-1]) == (0, TOLD), done.err
    text = page.read_text(encoding="utf-8")
    assert TOLD in text
    assert "covered value, EUR" in text
    assert ">9,289,364,549<" in text
    # One of the rate, one of the tables, one of a note that says money as written.
    assert text.count("USD") == 3
    cover = {row[0]: row[1] for row in sheet(book, "cover")}
    assert cover["Amounts"] == TOLD
    assert float(cover["Covered value (EUR)"]) == 9289364548.8
    assert {row[4] for row in sheet(book, "checks")[1:]} == {"EUR", "rows"}
    told = place.do("report", RUN, "--format", "json", "--currency", "EUR").object
    assert told["figures"]["covered_value_eur"] == 9289364548.8
    assert told["run"]["currency"]["usd"] == 1.25
    assert told["left_out"][0]["value_eur"] == 173213818.4
    assert not [name for name in told["figures"] if name.endswith("_usd")]


def sheet(path: Path, name: str) -> list[tuple[str, ...]]:
    cells = fastexcel.read_excel(path).load_sheet(name, header_row=None, dtypes="string")
    return [tuple(cell or "" for cell in row) for row in cells.to_polars().rows()]


def test_the_annex_has_no_amounts(demonstration: tuple[Place, object], tmp_path: Path) -> None:
    target = tmp_path / "given"
    asked = ("report", RUN, "--format", "annex", "--currency", "EUR", "-o", target)
    done = demonstration[0].do(*asked)
    assert done.code == 2
    assert "the annex has no amounts that --currency could tell in other money" in done.err
    assert not target.exists()


def test_a_scenario_says_in_which_money_it_is_told() -> None:
    stated = tomllib.loads(RATE)
    assert money_of({"report_in": "EUR"}, [stated, {}]) == EURO
    assert money_of({"report_in": "USD"}, [stated]) is None
    assert money_of({}, [stated]) is None


def test_the_screen_of_a_run_in_euro() -> None:
    lines = summary_lines(replace(FACTS, currency=EURO), tables())
    plain = summary_lines(FACTS, tables())
    told = "EUR, at USD 1.25 for one on 2024-12-31 (European Central Bank); tables are in USD"
    assert f"money        {told}" in lines
    covered = [next(x for x in each if x.startswith("covered value")) for each in (plain, lines)]
    amounts = [float(line.split()[2].replace(",", "")) for line in covered]
    assert [line.split()[3] for line in covered] == ["USD", "EUR"]
    assert amounts[1] == pytest.approx(amounts[0] / 1.25, abs=0.5)
    assert max(map(len, lines)) <= 100
    assert len(lines) == len(plain) + 1
