"""Keeps a run of the version that is installed, for later versions to read.

Usage: python -m tests.golden.keep_run [--again]

Once for each version that is released. Until then ``--again`` makes the folder of the version anew,
where its layout has changed; that of a version that is released stays as it is.
"""

import argparse
import shutil
import sys
from pathlib import Path

from pipelines.version import tool_version
from tests.run.tool import program

RUNS = Path(__file__).with_name("runs")
TRADE, SCENARIO = "trade.csv", "kept.toml"
COMMANDS = (("ingest", TRADE, "--name", "t", "-q"), ("run", SCENARIO, "-q"))
ROWS = """\
importer,partner,period,flow,nomenclature,code,customs_value_usd,quantity,quantity_unit
USA,JPN,2024,import,HS2022,870323,1000000,40,no
USA,MEX,2024,import,HS2022,870323,3000000,200,no
USA,JPN,2024,import,HS2022,870829,250000.5,,
USA,JPN,2024,import,HS2022,700521,80000,10000,m2
USA,DEU,2024,import,HS2022,700521,20000,,
USA,KOR,2024,import,HS2022,851762,500000,,
"""
LAW = """\
id = "kept"
title = "A run that later versions must read: figures are made up"
importer = "USA"
nomenclature = "HS2022"
trade = "t"
as_of = 2024-12-31
base = "2.5%"

[[measure]]
id = "cars"
authority = "section-301"
partners = ["JPN"]
products = ["8703", "8708"]
rate = "100%"
mode = "replace"
portion = { central = 0.8, low = 0.6, high = 0.9, source = "made up" }
source = "made up"

[[measure.exclusion]]
products = ["870829"]
source = "made up"

[[measure]]
id = "glass"
authority = "section-232"
products = ["7005"]
rate = "1 USD/m2 + 5%"
mode = "add"
source = "made up"

[[measure]]
id = "telecom"
authority = "section-301"
products = ["8517"]
rate = "25%"
mode = "add"
events = [{ on = 2024-06-01, is = "announced", source = "made up" }]
source = "made up"
"""


def keep(folder: Path) -> None:
    """Make the workspace of a version: sources, trade table, verdict, run.

    Raises:
        RuntimeError: A command fails.
    """
    folder.mkdir(parents=True)
    (folder / TRADE).write_text(ROWS, encoding="utf-8")
    (folder / SCENARIO).write_text(LAW, encoding="utf-8")
    for command in COMMANDS:
        done = program(*command, folder=folder)
        if done.code:
            raise RuntimeError(f"{' '.join(command)}: {done.err}")


def main() -> int:
    """Keep a run of this version; 2 where there is one and it is not asked for again."""
    parser = argparse.ArgumentParser(description="Keep a run for later versions to read.")
    parser.add_argument("--again", action="store_true", help="replace that of this version")
    folder = RUNS / tool_version()
    if folder.exists() and not parser.parse_args().again:
        print(f"{folder.name} is there; --again replaces it until it is released", file=sys.stderr)
        return 2
    shutil.rmtree(folder, ignore_errors=True)
    keep(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
