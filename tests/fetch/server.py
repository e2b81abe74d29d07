"""A service on this machine that replays replies, all of them MADE UP, in the documented shapes."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY = "made-up/key+1234567890"
CENSUS_NAMES = (
    *("CTY_CODE", "CTY_NAME", "I_COMMODITY", "I_COMMODITY_SDESC"),
    *("CON_VAL_YR", "CAL_DUT_YR", "time", "COMM_LVL"),
)


@dataclass(frozen=True)
class Answer:
    """What the service says: ``cut_at`` closes the connection after so many bytes of the body."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    length: int | None = None


@dataclass(frozen=True)
class Question:
    """What was asked: path, query, headers."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


Script = Callable[[Question], Answer]


@dataclass
class Service:
    """The service while it runs."""

    base: str
    questions: list[Question]


@dataclass
class StillClock:
    """A clock that never waits: it writes down how long it should have."""

    slept: list[float] = field(default_factory=list)
    time: datetime = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def now(self) -> datetime:
        return self.time


@contextmanager
def serving(script: Script) -> Iterator[Service]:
    """A service that answers as a script says."""
    asked: list[Question] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            split = urlsplit(self.path)
            question = Question(split.path, dict(parse_qsl(split.query)), dict(self.headers))
            asked.append(question)
            answer = script(question)
            body = answer.body if answer.cut_at is None else answer.body[: answer.cut_at]
            length = len(answer.body) if answer.length is None else answer.length
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status != 204:
                self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Service(f"http://127.0.0.1:{server.server_address[1]}", asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def in_turn(*answers: Answer) -> Script:
    """Answers one after another; the last one for good."""
    left = list(answers)

    def script(_: Question) -> Answer:
        return left.pop(0) if len(left) > 1 else left[0]

    return script


def as_json(reply: Any, **more: Any) -> Answer:
    return Answer(json.dumps(reply).encode(), **more)


def census(question: Question, rows: int = 2) -> Answer:
    """MADE-UP rows in the shape of the Census Bureau's reply, of what was asked."""
    query = question.query
    country = query.get("CTY_CODE", "5880")
    start = query.get("I_COMMODITY", "8708*").removesuffix("*")
    told = [
        [country, "JAPAN", f"{start}{number:0{10 - len(start)}d}", "MADE UP",
         str(100 + number), "2", query["time"], query["COMM_LVL"]]
        for number in range(rows)
    ]  # fmt: skip
    return as_json([list(CENSUS_NAMES), *told])


def comtrade_row(query: Mapping[str, str], partner: str, code: str = "870899") -> dict[str, Any]:
    """A MADE-UP row in the shape of UN Comtrade's reply."""
    return {
        "typeCode": "C", "freqCode": "A", "refPeriodId": 20220101, "refYear": 2022,
        "refMonth": 52, "period": query["period"], "reporterCode": int(query["reporterCode"]),
        "reporterISO": "DEU", "reporterDesc": "Germany", "flowCode": query["flowCode"],
        "flowDesc": "Import", "partnerCode": int(partner), "partnerISO": "", "partnerDesc": "",
        "partner2Code": 0, "partner2ISO": "W00", "partner2Desc": "World",
        "classificationCode": "H6", "classificationSearchCode": "HS",
        "isOriginalClassification": True, "cmdCode": code, "cmdDesc": "MADE UP", "aggrLevel": 6,
        "isLeaf": True, "customsCode": "C00", "customsDesc": "TOTAL CPC", "mosCode": "0",
        "motCode": 0, "motDesc": "TOTAL MOT", "qtyUnitCode": 8, "qtyUnitAbbr": "kg", "qty": 10.0,
        "isQtyEstimated": False, "altQtyUnitCode": -1, "altQtyUnitAbbr": "N/A", "altQty": None,
        "isAltQtyEstimated": False, "netWgt": 10.0, "isNetWgtEstimated": False, "grossWgt": None,
        "isGrossWgtEstimated": False, "cifvalue": 1000.0, "fobvalue": None,
        "primaryValue": 1000.0, "legacyEstimationFlag": 0, "isReported": True,
        "isAggregate": False,
    }  # fmt: skip


def comtrade_reply(rows: list[dict[str, Any]], **more: Any) -> Answer:
    return as_json(
        {"elapsedTime": "0.1 secs", "count": len(rows), "data": rows, "error": "", **more}
    )
