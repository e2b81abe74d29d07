"""The U.S. Census Bureau's interface to its international trade statistics: imports by HS code.

Source of the query: U.S. Census Bureau, Guide to International Trade Datasets (parameters,
summary levels, no content for a valid request without results, 500 requests a day without a key).
"""

from itertools import product
from pathlib import Path

from calc.errors import DataRejectedError, UsageError
from pipelines.fetch.named import code_given, file_name, schedule_c
from pipelines.fetch.replies import json_of, not_shaped, refuse_error
from pipelines.fetch.services.service import Asked, Part, Service

PATH = "/data/timeseries/intltrade/imports/hs"
ALWAYS = ("CTY_CODE", "CTY_NAME", "I_COMMODITY", "I_COMMODITY_SDESC")
LEVELS = (2, 4, 6, 10)
FINEST = 10
DIGITS = tuple("0123456789")
"""Without partner and code a reply is too large for one request: one is sent for each digit."""


def parts(asked: Asked, has_key: bool) -> list[Part]:
    """One request a period, partner and code."""
    del has_key
    if any(word.upper() not in ("USA", "US", "UNITED STATES") for word in asked.reporters):
        raise UsageError(
            "the Census Bureau reports for the United States only",
            where="--reporter",
            hint="leave it away, or ask another service: retorsion fetch comtrade",
        )
    if set(asked.flows) - {"import"}:
        raise UsageError(
            "of the Census Bureau imports are asked for only", where="--flow", hint="--flow import"
        )
    partners = [code for word in asked.partners for code in schedule_c(word, "--partner")]
    codes = [code_given(text) for text in asked.codes]
    level = asked.level or FINEST
    _check_level(level, codes)
    prefixes = codes or ([""] if partners else DIGITS)
    return [
        _part(period, partner, code, level)
        for period, partner, code in product(asked.periods, partners or [""], prefixes)
    ]


def _check_level(level: int, codes: list[str]) -> None:
    if level not in LEVELS:
        raise UsageError(
            f"the Census Bureau has no codes of {level} digits",
            where="--level",
            hint=f"one of {', '.join(map(str, LEVELS))}",
        )
    longer = [code for code in codes if len(code) > level]
    if longer:
        raise UsageError(
            f"{longer[0]} has more than {level} digits", where="--code", hint="raise --level"
        )


def _part(period: str, partner: str, code: str, level: int) -> Part:
    kind, time = ("MO", period) if "-" in period else ("YR", f"{period}-12")
    wanted = ",".join((*ALWAYS, f"CON_VAL_{kind}", f"CAL_DUT_{kind}"))
    query = [("get", wanted), ("time", time), ("COMM_LVL", f"HS{level}")]
    query += [("CTY_CODE", partner)] if partner else []
    if code:
        query.append(("I_COMMODITY", code if len(code) == level else f"{code}*"))
    question = " ".join(filter(None, (period, partner, code if len(code) > 1 else "")))
    name = file_name("census", (period, partner, code), ".json")
    return Part(name=name, question=question, path=PATH, query=tuple(query))


def rows_of(path: Path, part: Part) -> int:
    """The rows of a reply: an array of arrays, the names first; 0 where it holds nothing.

    Raises:
        DataRejectedError: It is an error, cut off, or the answer to something else.
    """
    reply = json_of(path, part.name)
    refuse_error(reply, part.name)
    if reply is None or reply == []:
        return 0
    if not isinstance(reply, list) or not all(isinstance(row, list) for row in reply):
        raise not_shaped(part.name, "no array of rows")
    names, rows = reply[0], reply[1:]
    asked = dict(part.query)
    lacking = [name for name in asked["get"].split(",") if name not in names]
    if lacking or any(len(row) != len(names) for row in rows):
        what = f"no column {lacking[0]}" if lacking else "rows of several lengths"
        raise not_shaped(part.name, what)
    if "time" in names:
        times = {row[names.index("time")] for row in rows}
        if times - {asked["time"]}:
            raise DataRejectedError(
                f"the reply is of {', '.join(sorted(map(str, times)))}, not {asked['time']}",
                where=part.name,
                hint="the service answered another question; ask again",
            )
    return len(rows)


CENSUS = Service(
    name="census",
    title="U.S. Census Bureau, imports for consumption by HS code and country",
    base="https://api.census.gov",
    takes=("periods", "reporters", "partners", "codes", "flows", "level"),
    parts=parts,
    rows_of=rows_of,
    key_variable="CENSUS_API_KEY",
    key_query="key",
    documented="https://www.census.gov/foreign-trade/reference/guides/",
    notes=(
        "a year is asked for as the year to date of its December",
        "no cap of rows is documented; 500 requests a day without a key",
        "without partner and code one request is sent for each first digit of the code",
    ),
)
