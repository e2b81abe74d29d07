"""Duties in other money behind a trail: as written, with the exchange rate, its day and source."""

import re
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path


def exchange_rates(folder: Path, measures: Collection[str]) -> Iterator[str]:
    """What duties of measures are in other money, as the scenarios of the run give them.

    Args:
        folder: The run.
        measures: Ids of the measures.
    """
    for path in sorted(folder.glob("scenario*.toml")):
        stated = tomllib.loads(path.read_text(encoding="utf-8"))
        for measure in stated.get("measure", ()):
            written = str(measure.get("rate"))
            for code, rate in sorted(stated.get("currencies", {}).items()):
                if measure["id"] in measures and re.search(rf"\b{code}\b", written):
                    day = f" on {rate['on']}" if "on" in rate else ""
                    told = f"1 {code} = {rate['usd']} USD{day} ({rate['source']})"
                    yield f"{measure['id']} as written: {written}; {told}"
