"""UN Comtrade's interface: with a key up to 250,000 rows a reply, without one a preview of 500.

Source of the query and the caps: UN Comtrade, its own client ``comtradeapicall`` and its README:
selection criteria, ``maxRecords``, ``countOnly`` ("the actual number of records"), one period a
request; the key as the header of its developer portal.
"""

from itertools import product
from pathlib import Path

from calc.errors import DataRejectedError, UsageError
from pipelines.fetch.named import code_given, comtrade_number, file_name
from pipelines.fetch.replies import json_of, not_shaped, refuse_error
from pipelines.fetch.services.service import Asked, Part, Service

WITH_KEY, PREVIEW = 250_000, 500
FLOWS = {"import": "M", "export": "X", "re-import": "RM", "re-export": "RX"}
WHOLE_LEVELS = (2, 4, 6)
WORLD = "0"


def cap(has_key: bool) -> int:
    """The most rows of one reply."""
    return WITH_KEY if has_key else PREVIEW


def parts(asked: Asked, has_key: bool) -> list[Part]:
    """One request a period, reporter, flow, partner and code."""
    if not asked.reporters:
        raise UsageError("no reporter is given", where="--reporter", hint="--reporter USA")
    reporters = [comtrade_number(word, "--reporter") for word in asked.reporters]
    partners = [comtrade_number(word, "--partner") for word in asked.partners]
    if asked.codes and asked.level is not None:
        raise UsageError(
            "UN Comtrade takes codes or a level of all codes, not both", where="--level",
            hint="leave one of --code and --level away",
        )  # fmt: skip
    if asked.level is not None and asked.level not in WHOLE_LEVELS:
        raise UsageError(
            f"UN Comtrade has no level of {asked.level} digits", where="--level", hint="2, 4 or 6"
        )
    codes = [code_given(text) for text in asked.codes] or [f"AG{asked.level or 6}"]
    flows = asked.flows or ("import",)
    return [
        _part(has_key, *each)
        for each in product(asked.periods, reporters, flows, partners or [""], codes)
    ]


def _part(has_key: bool, period: str, reporter: str, flow: str, *rest: str) -> Part:
    partner, code = rest
    query = {
        "reporterCode": reporter,
        "period": period.replace("-", ""),
        "flowCode": FLOWS[flow],
        "cmdCode": code,
        **({"partnerCode": partner} if partner else {}),
        "partner2Code": WORLD,
        "customsCode": "C00",
        "motCode": "0",
        "maxRecords": str(cap(has_key)),
        "includeDesc": "true",
    }
    frequency = "M" if "-" in period else "A"
    start = "/data/v1/get" if has_key else "/public/v1/preview"
    told = (period, reporter, FLOWS[flow], partner, code)
    return Part(
        name=file_name("comtrade", told, ".json"),
        question=" ".join(filter(None, (period, reporter, flow, partner, code))),
        path=f"{start}/C/{frequency}/HS",
        query=tuple(query.items()),
    )


def rows_of(path: Path, part: Part) -> int:
    """The rows of a reply: an object whose ``data`` are as many objects as its ``count`` says.

    Raises:
        DataRejectedError: It is an error, cut off, or the answer to something else.
    """
    reply = json_of(path, part.name)
    refuse_error(reply, part.name)
    if reply is None:
        return 0
    if not isinstance(reply, dict) or not isinstance(reply.get("data"), list):
        raise not_shaped(part.name, 'an object without a list "data"')
    rows = reply["data"]
    if any(not isinstance(row, dict) for row in rows):
        raise not_shaped(part.name, "a row that is no object")
    if reply.get("count") != len(rows):
        raise DataRejectedError(
            f"the reply says that it has {reply.get('count')} rows, and has {len(rows):,}",
            where=part.name,
            hint="it is not whole; ask again",
        )
    _check_answer(rows, part)
    return len(rows)


def _check_answer(rows: list[dict[str, object]], part: Part) -> None:
    """Nothing, where every row is of the period, reporter and flow asked for."""
    for name in ("period", "reporterCode", "flowCode"):
        wanted = dict(part.query)[name]
        others = {str(row.get(name)) for row in rows} - {wanted}
        if others:
            raise DataRejectedError(
                f"the reply has rows whose {name} is {', '.join(sorted(others)[:5])}, not {wanted}",
                where=part.name,
                hint="the service answered another question; ask again",
            )


def counting(part: Part) -> Part:
    """The request that counts the rows of another."""
    return part.with_query(part.name.replace(".json", ".count.json"), countOnly="true")


def counted(path: Path) -> int | None:
    """The number of rows that the service counts; null where its reply has none."""
    reply = json_of(path, path.name)
    number = reply.get("count") if isinstance(reply, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def narrower(part: Part) -> tuple[Part, ...]:
    """Two requests of half the partners each, the world among them; none of a single partner."""
    from pipelines.ingest.economies import economies

    given = dict(part.query).get("partnerCode")
    known = economies()
    residual = known.residual["comtrade"]
    every = {number.lstrip("0") or WORLD for number in (*known.comtrade, *residual)}
    numbers = given.split(",") if given else sorted({*every, WORLD}, key=int)
    if len(numbers) < 2:
        return ()
    halves = (numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :])
    stem = part.name.removesuffix(".json")
    return tuple(
        part.with_query(f"{stem}-{side}.json", partnerCode=",".join(half))
        for side, half in zip("ab", halves, strict=True)
    )


COMTRADE = Service(
    name="comtrade",
    title="UN Comtrade, trade in goods by HS code, by year or month",
    base="https://comtradeapi.un.org",
    takes=("periods", "reporters", "partners", "codes", "flows", "level"),
    parts=parts,
    rows_of=rows_of,
    key_variable="COMTRADE_API_KEY",
    key_header="Ocp-Apim-Subscription-Key",
    cap=cap,
    counting=counting,
    counted=counted,
    narrower=narrower,
    pause_seconds=1.0,
    documented="https://comtradedeveloper.un.org",
    notes=(
        "without a key it is a preview: 500 rows a reply instead of 250,000",
        "a reply with as many rows as that is asked for again in halves of its partners, and the "
        "service's own count must be met",
        "one request is sent for each period, reporter, flow, partner and code",
    ),
)
