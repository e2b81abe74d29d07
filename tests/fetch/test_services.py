"""The services one by one: addresses as documented, caps, and replies of each shape (made up)."""

import json
from pathlib import Path
from typing import Any

import py7zr
import pytest

from calc.errors import DataRejectedError
from pipelines.fetch.services import comtrade
from pipelines.fetch.services.service import Asked, Service
from pipelines.fetch.step import fetch
from pipelines.workspace import Workspace
from tests.fetch.server import (
    Answer,
    Question,
    StillClock,
    as_json,
    comtrade_reply,
    comtrade_row,
    in_turn,
    serving,
)
from tests.fetch.test_fetch import fetched, refused, settings
from tests.run.tool import retorsion

GERMANY = Asked(
    service="comtrade", periods=("2022",), reporters=("DEU",), codes=("870899",), flows=("import",)
)
PARTNERS = ("0", "156", "392", "842")


def paged(question: Question, *, counts: int | None = len(PARTNERS)) -> Answer:
    """MADE UP: four partners, and at most two rows a reply, as where the cap is two."""
    query = question.query
    wanted = query.get("partnerCode", ",".join(PARTNERS)).split(",")
    rows = [comtrade_row(query, partner) for partner in PARTNERS if partner in wanted]
    if query.get("countOnly"):
        number = counts if "partnerCode" not in query else len(rows)
        return as_json({"count": number, "data": [], "error": ""})
    return comtrade_reply(rows[:2])


@pytest.fixture
def small_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comtrade, "PREVIEW", 2)


@pytest.mark.usefixtures("small_cap")
def test_reply_at_the_cap_is_cut_until_the_count_is_met(tmp_path: Path) -> None:
    clock = StillClock()
    with serving(paged) as there:
        done = fetch(Workspace(tmp_path), GERMANY, settings(there.base, clock))

    folder = tmp_path / "data" / "raw" / "t"
    rows = [
        row for file in done.record.files for row in json.loads((folder / file).read_text())["data"]
    ]
    assert sorted(str(row["partnerCode"]) for row in rows) == sorted(PARTNERS)
    assert done.record.cut["comtrade-2022-276-m-870899.json"] == 4
    assert done.record.rows == 4
    assert set(clock.slept) == {1.0}
    assert len(clock.slept) == len(there.questions) - 1


@pytest.mark.usefixtures("small_cap")
def test_reply_at_the_cap_is_whole_where_the_service_counts_as_many(tmp_path: Path) -> None:
    asked = Asked(**(GERMANY.as_dict() | {"partners": ("CHN",)}))  # type: ignore[arg-type]

    def two(question: Question) -> Answer:
        rows = [comtrade_row(question.query, "156", code) for code in ("870810", "870899")]
        if question.query.get("countOnly"):
            return as_json({"count": 2, "data": []})
        return comtrade_reply(rows)

    done = fetched(tmp_path, two, asked)

    assert [reply.whole for reply in done.record.replies] == ["the service counts 2 rows too"]


@pytest.mark.usefixtures("small_cap")
@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (None, "has 2 rows, the cap of a reply, and the service does not count them"),
        (1, "has 2 rows, the cap of a reply, and the service counts 1"),
        (5, "has 5 rows, and its pieces have 4 in all"),
    ],
)
def test_reply_at_the_cap_that_is_not_proved_whole_is_refused(
    counts: int | None, message: str, tmp_path: Path
) -> None:
    err = refused(tmp_path, lambda question: paged(question, counts=counts), GERMANY)

    assert isinstance(err, DataRejectedError)
    assert f"{message}: it cannot be proved whole" in err.lines()[0]
    assert not (tmp_path / "data" / "raw" / "t").exists()


@pytest.mark.usefixtures("small_cap")
def test_single_partner_that_is_too_large_is_refused(tmp_path: Path) -> None:
    asked = Asked(**(GERMANY.as_dict() | {"partners": ("CHN",)}))  # type: ignore[arg-type]

    def many(question: Question) -> Answer:
        if question.query.get("countOnly"):
            return as_json({"count": 3, "data": []})
        codes = ("870810", "870899")
        return comtrade_reply([comtrade_row(question.query, "156", code) for code in codes])

    err = refused(tmp_path, many, asked)

    assert "2022 276 import 156 870899 has 3 rows, more than a reply holds" in err.lines()[0]


@pytest.mark.usefixtures("small_cap")
def test_pieces_that_are_there_are_not_asked_for_again(tmp_path: Path) -> None:
    def fails_late(question: Question) -> Answer:
        wanted = question.query.get("partnerCode", "")
        return Answer(status=500) if wanted.endswith("899") else paged(question)

    failing = {"now": True}

    def script(question: Question) -> Answer:
        return fails_late(question) if failing["now"] else paged(question)

    with serving(script) as there:
        with pytest.raises(Exception, match="refuses with status 500"):
            fetch(Workspace(tmp_path), GERMANY, settings(there.base, tries=1))
        failing["now"] = False
        before = len(there.questions)
        done = fetch(Workspace(tmp_path), GERMANY, settings(there.base))

    assert done.record.rows == 4
    later = there.questions[before:]
    assert all("partnerCode" in question.query for question in later)
    assert len(later) < before


def test_halves_name_every_partner_once() -> None:
    from pipelines.ingest.economies import economies

    part = comtrade.parts(GERMANY, True)[0]
    halves = comtrade.narrower(part)
    numbers = [n for half in halves for n in dict(half.query)["partnerCode"].split(",")]

    assert len(numbers) == len(set(numbers))
    known = {number.lstrip("0") for number in economies().comtrade}
    assert set(numbers) == known | {"0"} | {
        number.lstrip("0") for number in economies().residual["comtrade"]
    }
    assert max(len(half.url("https://comtradeapi.un.org")) for half in halves) < 2_000


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"count": 3}, "the reply says that it has 3 rows, and has 1"),
        ({"error": "quota exceeded"}, "the service replied with an error: quota exceeded"),
        ({"data": None}, 'an object without a list "data"'),
        ({"data": [1], "count": 1}, "a row that is no object"),
    ],
)
def test_comtrade_reply_that_does_not_hold_together(
    changed: dict[str, Any], message: str, tmp_path: Path
) -> None:
    query = {"period": "2022", "reporterCode": "276", "flowCode": "M"}

    err = refused(
        tmp_path, in_turn(comtrade_reply([comtrade_row(query, "156")], **changed)), GERMANY
    )

    assert message in err.lines()[0]
    assert err.exit_code == 3


@pytest.mark.parametrize("name", ["period", "reporterCode", "flowCode"])
def test_comtrade_reply_to_another_question_is_refused(name: str, tmp_path: Path) -> None:
    query = {"period": "2022", "reporterCode": "276", "flowCode": "M"}
    other = comtrade_row(query | {name: "X" if name == "flowCode" else "2021"}, "156")

    err = refused(tmp_path, in_turn(comtrade_reply([other])), GERMANY)

    assert f"the reply has rows whose {name} is" in err.lines()[0]


def test_comtrade_reply_is_ingested(tmp_path: Path) -> None:
    with serving(lambda q: comtrade_reply([comtrade_row(q.query, "156")])) as there:
        fetch(Workspace(tmp_path), GERMANY, settings(there.base))

    file = tmp_path / "data/raw/t/comtrade-2022-276-m-870899.json"
    done = retorsion("ingest", file, "--name", "de", "--workspace", tmp_path)

    assert done.code == 0, done.err
    assert "kept: 1 row, USD 1,000" in done.out


def test_addresses_of_comtrade() -> None:
    asked = Asked(
        service="comtrade",
        periods=("2022-03",),
        reporters=("USA",),
        partners=("Taiwan",),
        flows=("re-export",),
        level=6,
    )
    with_key, preview = (comtrade.parts(asked, has_key)[0] for has_key in (True, False))
    rest = (
        "/C/M/HS?reporterCode=842&period=202203&flowCode=RX&cmdCode=AG6&partnerCode=490"
        "&partner2Code=0&customsCode=C00&motCode=0&maxRecords="
    )

    assert with_key.url("") == f"/data/v1/get{rest}250000&includeDesc=true"
    assert preview.url("") == f"/public/v1/preview{rest}500&includeDesc=true"


SDMX = {
    "dataSets": [{"series": {"0:0:0:0:0": {"observations": {"0": [12.5]}}}}],
    "structure": {},
}


def test_wits(tmp_path: Path) -> None:
    asked = Asked(service="wits", periods=("2022",), reporters=("Germany",), partners=("JPN",))
    with serving(in_turn(as_json(SDMX))) as there:
        done = fetch(Workspace(tmp_path), asked, settings(there.base))

    question = there.questions[0]
    assert question.path == (
        "/API/V1/SDMX/V21/datasource/tradestats-trade/reporter/deu/year/2022/partner/jpn"
        "/product/Total/indicator/MPRT-TRD-VL"
    )
    assert question.query == {"format": "JSON"}
    assert done.record.rows == 1


@pytest.mark.parametrize("reply", [{"dataSets": []}, {"dataSets": [{"series": [1]}]}, [1]])
def test_wits_reply_of_another_shape(reply: Any, tmp_path: Path) -> None:
    asked = Asked(service="wits", periods=("2022",), reporters=("DEU",))

    err = refused(tmp_path, in_turn(as_json(reply)), asked)

    assert "another shape than the service documents: no series" in err.lines()[0]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"a;b\n1;2\n", "its header does not begin"),
        (b'"CO_ANO";"CO_MES"\n2024;0', "the last line of the reply has no end"),
        (b"<html><title>Manutencao</title>", "a web page, not data: Manutencao"),
    ],
)
def test_comexstat_file_that_is_none(body: bytes, message: str, tmp_path: Path) -> None:
    asked = Asked(service="comexstat", periods=("2024",), flows=("import",))

    assert message in refused(tmp_path, in_turn(Answer(body)), asked).lines()[0]


def test_comext(tmp_path: Path) -> None:
    archive = tmp_path / "made-up.7z"
    with py7zr.SevenZipFile(archive, "w") as packed:
        packed.writestr("MADE UP", "full_v2_202401.dat")
    whole = archive.read_bytes()
    asked = Asked(service="comext", periods=("2024-01",))
    with serving(in_turn(Answer(whole))) as there:
        done = fetch(Workspace(tmp_path), asked, settings(there.base))

    assert there.questions[0].query == {"file": "comext/COMEXT_DATA/PRODUCTS/full_v2_202401.7z"}
    assert done.record.files == ("comext-202401.7z",)
    err = refused(tmp_path / "cut", in_turn(Answer(whole[:-20])), asked)
    assert "is cut off or damaged" in err.lines()[0]
    err = refused(tmp_path / "other", in_turn(Answer(b"PK")), asked)
    assert "no 7-Zip archive" in err.lines()[0]


def test_every_service_says_where_it_is_documented() -> None:
    from pipelines.fetch.services.registry import SERVICES

    for service in SERVICES.values():
        assert isinstance(service, Service)
        assert service.documented.startswith("https://")
        assert service.base.startswith("https://")
