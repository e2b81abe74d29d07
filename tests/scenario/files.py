"""Small scenario files for the tests of the reader."""

from pathlib import Path

import pytest

from calc.errors import Problem, ScenarioError
from pipelines.scenario.law import Law, law_at
from pipelines.scenario.model import Scenario
from pipelines.scenario.read import read_scenario

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "data" / "raw" / "scenarios" / "us-japan-2024.toml"

TOP = """\
id = "cars"
importer = "USA"
nomenclature = "HS2022"
trade = "us-2024"
as_of = 2024-12-31
base = "2.5%"
"""
MEASURE = """
[[measure]]
id = "cars"
authority = "section-301"
partners = ["JPN"]
products = ["8703"]
rate = "25%"
source = "60 FR 26745"
"""
LAWFUL = TOP + MEASURE


def write(folder: Path, text: str, name: str = "cars.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str) -> Scenario:
    return read_scenario(write(folder, text))


def law(folder: Path, text: str) -> Law:
    return law_at(read(folder, text))


def changed(old: str, new: str) -> str:
    """The lawful scenario with one text in place of another."""
    assert LAWFUL.count(old) == 1, old
    return LAWFUL.replace(old, new)


def problems(folder: Path, text: str) -> list[Problem]:
    """What is wrong with a scenario; it must be wrong, and told with exit code 4."""
    with pytest.raises(ScenarioError) as caught:
        law(folder, text)
    assert caught.value.exit_code == 4
    return caught.value.problems


def only(folder: Path, text: str) -> Problem:
    """The one thing that is wrong with a scenario."""
    found = problems(folder, text)
    assert len(found) == 1, found
    return found[0]


FILES = {
    "steel.csv": "code,rate,from,through,note\n7206,25%,,,\n7207.11,50%,2024-03-01,2025-12-31,x\n"
    "7208-7210,,,,a range\n",
    "countries.csv": "partner,code,rate\nJPN,,24%\nVNM,,46%\nTHA,,46%\nEU27,,20%\n,8703.23,5%\n",
    "exempt.csv": "code\n8703.24\n",
    "usmca.csv": "importer,programme,code,partner,central,low,high\n"
    "USA,usmca,8703,CAN,0.9,0.8,0.95\nUSA,usmca,*,MEX,60%,,\n",
}
RICH = """\
id = "rich"
importer = "USA"
nomenclature = "HTS2025"
trade = "us-2024"
as_of = 2024-12-31
known_at = 2025-01-31
base = "2.5%"

[currencies.EUR]
usd = 1.1
source = "ECB"
[events.ruling]
[portions.usmca]
table = "usmca.csv"
programme = "usmca"
source = "DataWeb"
[contents.steel]
central = 0.5
low = 0.25
source = "assumed"
[quota.beef]
amount = 65005
unit = "t"
period = "year"
origins = { ARG = 20000 }
over = "prohibited"
source = "q"

[[measure]]
id = "steel"
authority = "section-232"
programme = "steel"
products = "steel.csv"
rate = { column = "rate", all = "50%", GBR = "25%" }
on = "steel"
from = 2024-06-04
source = "s"
[[measure]]
id = "cars"
authority = "section-232"
programme = "cars"
products = ["8703"]
rate = { all = "25%", JPN = "15% all-in" }
by_portion = { usmca = { rate = "25%", on = "steel" } }
would_apply_from = 2024-05-20
events = [{ on = 2024-05-01, is = "announced" }, { on = 2024-06-01, is = "effective" }]
source = "s"
[[measure.exclusion]]
products = ["8703.24"]
portion = { central = 0.1, low = 0.0, high = 0.2, source = "x" }
from = 2024-05-03
source = "e"
[[measure.exclusion]]
products = ["8703.22"]
from = "ruling"
source = "e"
[[measure]]
id = "reciprocal"
authority = "reciprocal"
products = "all"
except = "exempt.csv"
partners = { all_except = ["CAN", "MEX"] }
rate = { all = "10%", table = "countries.csv", JPN = "15% all-in" }
source = "s"
[[measure]]
id = "122"
authority = "section-122"
products = ["ex 01", "02"]
rate = [
  { from = 2024-01-01, rate = "max(10%, 13.0 EUR/100kg)" },
  { from = 2025-01-01, rate = { all = "20%", G7 = "4.4 cents/kg" } },
]
portion = { central = 0.27, low = 0.2, source = "x", calibrated_to = "control" }
before = 2026-01-01
source = "p"
[[measure]]
id = "waits"
authority = "other"
products = ["03"]
rate = "1%"
from = { earliest = ["ruling"] }
source = "p"

[[stacking]]
source = "always"
"reciprocal" = { replaces = "section-122" }
[[stacking]]
from = 2024-03-04
source = "EO 14289"
first = ["section-232/cars", ["section-232/steel"]]
"reciprocal" = { on = "rest of section-232" }
"section-122" = { but = { CHN = "adds" }, excludes = ["reciprocal"] }
within = "highest"

[[change]]
disable = { measure = "reciprocal", from = 2025-02-20, void = "ex-nunc" }
[[change]]
disable = { measure = "cars", from = 2025-01-20, void = "ex-tunc" }
[[change]]
restrict = { measure = "steel", products = ["7206", "7208.10", "7207"] }
[[change]]
restrict = { measure = "steel", products = ["7206", "7208"] }
"""
"""A scenario with every form that the law is computed from; its files are ``FILES``."""


def rich(folder: Path) -> Path:
    """The rich scenario and its annexes in a folder."""
    for name, text in FILES.items():
        write(folder, text, name)
    return write(folder, RICH, "rich.toml")
