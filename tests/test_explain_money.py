"""Which exchange rates a trail tells: those of the duties and charges of its line, as written."""

from pathlib import Path

from pipelines.explain.money import exchange_rates

SCENARIO = """
[currencies.EUR]
usd = 1.1
source = "ECB"
[currencies.GBP]
usd = 1.25
on = 2024-06-28
source = "Bank of England"
[quota.beef]
over = "4 GBP/kg"
[charges.excise]
rate = "£0.5/kg"
[charges.vat]
rate = "20%"
[charges.fee]
rate = "1 GBP/kg"
[[measure]]
id = "beef"
rate = { all = "1%", FRA = "2 EUR/kg", table = "rates.csv" }
by_portion = { made = { rate = "3 GBP/kg" } }
quota = "beef"
products = ["0201"]
[[measure]]
id = "listed"
rate = { column = "rate" }
products = ["list.csv"]
[[measure]]
id = "other"
rate = "9 EUR/kg"
products = ["0202"]
"""
POUND = "1 GBP = 1.25 USD on 2024-06-28 (Bank of England)"
EURO = "1 EUR = 1.1 USD (ECB)"


def told(folder: Path, measures: set[str], charges: set[str]) -> list[str]:
    (folder / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    return list(exchange_rates(folder, measures, charges))


def test_every_rate_of_a_line_in_other_money_is_told(tmp_path: Path) -> None:
    assert told(tmp_path, {"beef"}, {"excise", "vat"}) == [
        f"beef as written: 2 EUR/kg; {EURO}",
        f"beef, where rates.csv is in EUR: {EURO}",
        f"beef, where rates.csv is in GBP: {POUND}",
        f"beef by portion as written: 3 GBP/kg; {POUND}",
        f"over quota beef as written: 4 GBP/kg; {POUND}",
        f"excise as written: £0.5/kg; {POUND}",
    ]


def test_rates_in_a_column_of_an_annex_of_goods_may_be_in_any_money(tmp_path: Path) -> None:
    assert told(tmp_path, {"listed"}, set()) == [
        f"listed, where list.csv is in EUR: {EURO}",
        f"listed, where list.csv is in GBP: {POUND}",
    ]


def test_a_line_without_other_money_has_none(tmp_path: Path) -> None:
    assert told(tmp_path, set(), {"vat"}) == []


def test_a_base_duty_in_other_money_is_told_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    assert list(exchange_rates(tmp_path, set(), (), "5% + 2 EUR/kg")) == [
        f"base as written: 5% + 2 EUR/kg; {EURO}"
    ]
