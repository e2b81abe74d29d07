"""Published duties on single lines through the commands: the arithmetic is in line-duties/notes.md.

The line of the United Kingdom is in pounds, of which one is taken for a dollar.
"""

from pathlib import Path

import polars as pl
import pytest

from tests.run.tool import Place

pytestmark = pytest.mark.usefixtures("tables_alone")

HEADER = (
    "importer,partner,period,flow,nomenclature,code,cif_value_usd,customs_value_usd,quantity,"
    "quantity_unit\n"
)
UK = "GBR,UKR,2021,import,HS2017,720211,1260.89,,2,t\n"
US = "USA,CHN,2024,import,HTS2024,7326908688,,14172,,\n"
MEASURE = """
[[measure]]
id = "{0}"
authority = "{0}"
products = ["{1}"]
rate = "{2}"
mode = "{3}"
source = "as published"
"""


def scenario(importer: str, edition: str, base: str, *duties: tuple[str, str, str, str]) -> str:
    adds = "".join(f'{name} = "adds"\n' for name, *_ in duties)
    return (
        f'id = "line"\nimporter = "{importer}"\nnomenclature = "{edition}"\ntrade = "t"\n'
        f'base = "{base}"\n[currencies.GBP]\nusd = 1\non = 2021-01-01\nsource = "in pounds"\n'
        + "".join(MEASURE.format(*duty) for duty in duties)
        + f'[[stacking]]\n{adds}source = "as published"\n'
        + (VAT if importer == "GBR" else "")
    )


VAT = '[charges.vat]\nrate = "20%"\nsource = "as published"\n'


SAFEGUARD = ("safeguard", "720211", "25%", "add")
OTHERS = (
    ("additional", "720211", "25%", "add"),
    ("anti-dumping", "720211", "144.10 GBP/1000 kg", "add"),
)
IN_QUOTA = ("quota", "720211", "20%", "replace")
LINES = {
    "mfn": (UK, scenario("GBR", "HS2017", "2.7%", SAFEGUARD, *OTHERS), 952.689, 1395.40),
    "preference": (UK, scenario("GBR", "HS2017", "Free", SAFEGUARD, *OTHERS), 918.645, 1354.55),
    "quota": (UK, scenario("GBR", "HS2017", "2.7%", IN_QUOTA, *OTHERS), 855.6005, 1278.90),
    "us": (
        US,
        scenario("USA", "HTS2024", "2.9%", ("301", "7326.90.8688", "25%", "add"),
                 ("232", "7326.90.8688", "50%", "add")),
        11_039.988,
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("row", "text", "duty", "with_vat"), LINES.values(), ids=LINES)
def test_a_published_line_comes_out_of_the_commands(
    tmp_path: Path, row: str, text: str, duty: float, with_vat: float | None
) -> None:
    place = Place(tmp_path)
    (tmp_path / "trade.csv").write_text(HEADER + row, encoding="utf-8")
    (tmp_path / "line.toml").write_text(text, encoding="utf-8")
    assert place.do("ingest", tmp_path / "trade.csv", "--name", "t", "-q").code == 0
    done = place.do("run", tmp_path / "line.toml", "-q")
    assert done.code == 0, done.err

    line = place.table("lines", "line").row(0, named=True)
    paid = line["duty_after_usd"]
    assert paid == pytest.approx(duty, abs=2e-4)
    parts = place.table("components", "line").filter(pl.col("status") == "applied")
    assert parts.height == text.count("[[measure]]")
    if with_vat is None:
        assert f"{paid / 14_172:.2%}" == "77.90%"
        assert not (place.folder() / "border_charges.parquet").exists()
        return
    vat = place.table("border_charges", "line").row(0, named=True)
    assert vat["charge_on"] == "value + duty"
    assert f"{paid + vat['charge_after_usd']:.2f}" == f"{with_vat:.2f}"
    told = place.do("run", tmp_path / "line.toml", "--json", "-q").object["border_charges"]
    assert [row["charge"] for row in told] == ["vat", "duty and charges"]
    assert f"{told[1]['charge_after_usd']:.2f}" == f"{with_vat:.2f}"
    trail = place.do("explain", "line", "--line", "720211").out
    written = "anti-dumping as written: 144.10 GBP/1000 kg"
    assert f"exchange     {written}; 1 GBP = 1 USD on 2021-01-01 (in pounds)" in trail
    assert f"vat: 20% on value + duty, USD {1260.89 + paid:,.2f} = USD" in trail
