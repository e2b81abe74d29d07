"""WITS, the World Bank's service: trade of an economy by partner, all goods, as SDMX-JSON.

Source of the query: WITS API user guide, ``tradestats-trade`` of SDMX version 2.1.
"""

from itertools import product
from pathlib import Path

from calc.errors import UsageError
from pipelines.fetch.named import file_name, iso3
from pipelines.fetch.replies import json_of, not_shaped, refuse_error
from pipelines.fetch.services.service import Asked, Part, Service

PATH = "/API/V1/SDMX/V21/datasource/tradestats-trade"
INDICATORS = {"import": "MPRT-TRD-VL", "export": "XPRT-TRD-VL"}
ALL = "all"


def parts(asked: Asked, has_key: bool) -> list[Part]:
    """One request a period, reporter, flow and partner."""
    del has_key
    if not asked.reporters:
        raise UsageError("no reporter is given", where="--reporter", hint="--reporter USA")
    by_month = [period for period in asked.periods if "-" in period]
    if by_month:
        raise UsageError(
            f"WITS has years only, not {by_month[0]}", where="--period", hint="--period 2022"
        )
    others = set(asked.flows) - set(INDICATORS)
    if others:
        raise UsageError(f"WITS has no flow {min(others)}", where="--flow", hint="import or export")
    reporters = [iso3(word, "--reporter").lower() for word in asked.reporters]
    partners = [iso3(word, "--partner").lower() for word in asked.partners] or [ALL]
    flows = asked.flows or ("import",)
    return [_part(*each) for each in product(asked.periods, reporters, flows, partners)]


def _part(period: str, reporter: str, flow: str, partner: str) -> Part:
    where = f"reporter/{reporter}/year/{period}/partner/{partner}/product/Total"
    return Part(
        name=file_name("wits", (period, reporter, flow, partner), ".json"),
        question=f"{period} {reporter} {flow} {partner}",
        path=f"{PATH}/{where}/indicator/{INDICATORS[flow]}",
        query=(("format", "JSON"),),
    )


def rows_of(path: Path, part: Part) -> int:
    """The observations of a reply in SDMX-JSON.

    Raises:
        DataRejectedError: It is an error, cut off, or has another shape.
    """
    reply = json_of(path, part.name)
    refuse_error(reply, part.name)
    if reply is None:
        return 0
    try:
        series = reply["dataSets"][0]["series"]
        return sum(len(each["observations"]) for each in series.values())
    except (KeyError, IndexError, TypeError, AttributeError) as err:
        raise not_shaped(part.name, "no series of observations") from err


WITS = Service(
    name="wits",
    title="WITS TradeStats, trade of an economy by partner, all goods",
    base="https://wits.worldbank.org",
    takes=("periods", "reporters", "partners", "flows"),
    parts=parts,
    rows_of=rows_of,
    documented="https://wits.worldbank.org/witsapiintro.aspx",
    notes=("years only; totals over all goods: its products are groups that ingest leaves out",),
)
