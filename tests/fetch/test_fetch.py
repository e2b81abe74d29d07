"""Fetching from a service that replays made-up replies: what is kept, told and never told."""

import gzip
import json
import os
import stat
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from calc.errors import (
    DataRejectedError,
    LimitError,
    RetorsionError,
    ServiceError,
    UsageError,
)
from pipelines.fetch.line import base_given
from pipelines.fetch.record import read_record
from pipelines.fetch.secret import Secret, read_secret
from pipelines.fetch.services.service import Asked
from pipelines.fetch.settings import FetchSettings
from pipelines.fetch.step import Fetched, fetch
from pipelines.workspace import Workspace
from tests.fetch.server import (
    KEY,
    Answer,
    Question,
    Script,
    Service,
    StillClock,
    as_json,
    census,
    in_turn,
    serving,
)
from tests.run.tool import contents, retorsion

JAPAN = Asked(service="census", periods=("2024",), partners=("JPN",), codes=("8708",))
TWO = Asked(service="census", periods=("2024",), partners=("JPN", "DEU"), codes=("8708",))
FILE = Asked(service="comexstat", periods=("2024",))
CSV = b'"CO_ANO";"CO_MES"\n' + b"".join(b"2024;%02d\n" % (n % 12 + 1) for n in range(5_000))


def settings(base: str, clock: StillClock | None = None, **more: Any) -> FetchSettings:
    given: dict[str, Any] = {
        "name": "t",
        "base_url": base,
        "clock": clock or StillClock(),
        "tries": 3,
    } | more
    return FetchSettings(**given)


def fetched(folder: Path, script: Script, asked: Asked = JAPAN, **more: Any) -> Fetched:
    with serving(script) as service:
        return fetch(Workspace(folder), asked, settings(service.base, **more))


def refused(folder: Path, script: Script, asked: Asked = JAPAN, **more: Any) -> RetorsionError:
    with serving(script) as service, pytest.raises(RetorsionError) as caught:
        fetch(Workspace(folder), asked, settings(service.base, **more))
    return caught.value


def test_reply_is_kept_as_received_with_its_record(tmp_path: Path) -> None:
    done = fetched(tmp_path, census)

    reply = done.record.replies[0]
    file = tmp_path / "data" / "raw" / "t" / "census-2024-5880-8708.json"
    raw = file.read_bytes()
    assert json.loads(raw)[1][:3] == ["5880", "JAPAN", "8708000000"]
    assert reply.file == file.name
    assert reply.sha256 == sha256(raw).hexdigest()
    assert (reply.bytes, reply.rows, reply.fetched_on) == (len(raw), 2, "2026-01-31")
    assert reply.whole == "no cap of rows is documented"
    assert reply.url.endswith(
        "/data/timeseries/intltrade/imports/hs?get=CTY_CODE,CTY_NAME,I_COMMODITY,"
        "I_COMMODITY_SDESC,CON_VAL_YR,CAL_DUT_YR&time=2024-12&COMM_LVL=HS10"
        "&CTY_CODE=5880&I_COMMODITY=8708*"
    )
    assert read_record(file.parent) == done.record
    assert done.record.is_whole
    assert sorted(contents(tmp_path)) == [
        "data/raw/t/census-2024-5880-8708.json",
        "data/raw/t/record.json",
    ]


def test_day_of_a_record_is_that_of_source_date_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1735603200")

    assert fetched(tmp_path, census).record.replies[0].fetched_on == "2024-12-31"


@pytest.mark.parametrize("service", ["census", "comtrade"])
def test_key_is_sent_and_written_nowhere(
    service: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key_file = tmp_path / "key.txt"
    key_file.write_text(f"{KEY}\n")
    script = in_turn(
        Answer(f"no: {KEY}".encode(), status=503),
        Answer(b"<title>Invalid key made-up%2Fkey%2B1234567890</title>"),
    )
    asked = Asked(service=service, periods=("2022",), reporters=("USA",), codes=("8708",))
    workspace = tmp_path / "w"
    with serving(script) as there:
        words = ["--period", "2022", "--reporter", "USA", "--code", "8708"]
        done = retorsion(
            *("fetch", service, "--name", "t", *words, "--base-url", there.base),
            *("--key-file", key_file, "--tries", "1", "--workspace", workspace),
        )
        with pytest.raises(DataRejectedError) as caught:
            fetch(Workspace(workspace), asked, settings(there.base, key_file=key_file))

    sent = there.questions[0]
    assert KEY in (sent.query.get("key"), sent.headers.get("Ocp-Apim-Subscription-Key"))
    assert done.code == 5
    assert "refuses with status 503: no: KEY; tried once" in done.err
    assert "repeats the key" in str(caught.value)
    told = [done.err, done.out, repr(caught.value), "".join(caught.value.lines())]
    told += [*capsys.readouterr(), *(str(path) for path in workspace.rglob("*"))]
    told += [content.decode() for content in contents(workspace).values()]
    for text in told:
        assert KEY not in text
        assert "made-up%2Fkey" not in text
        assert "made-up/key" not in text


def test_error_that_nobody_foresaw_chains_no_address(tmp_path: Path) -> None:
    key_file = tmp_path / "key.txt"
    key_file.write_text(KEY)

    err = refused(tmp_path, in_turn(Answer(status=404)), key_file=key_file)

    assert err.__cause__ is None
    assert err.__suppress_context__


@pytest.mark.parametrize(
    ("value", "forms"),
    [("a b/c+d12345", []), ("abc/def+12345", ["abc/def+12345", "abc%2Fdef%2B12345"])],
)
def test_secret_hides_every_form(value: str, forms: list[str]) -> None:
    secret = Secret(value)

    assert value not in repr(secret)
    assert [secret.hide(f"x{form}y") for form in forms] == ["xKEYy"] * len(forms)
    assert all(secret.is_in(form.encode()) for form in forms)
    assert Secret().hide("nothing") == "nothing"


def test_key_is_read_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"\xef\xbb\xbffrom-the-file\r\n")

    assert read_secret("K", None, {"K": " from-outside "}).reveal() == "from-outside"
    assert read_secret("K", file, {"K": "from-outside"}).reveal() == "from-the-file"
    assert not read_secret("K", None, {})


@pytest.mark.parametrize("content", ["two words are none", "short", "first-ln\nsecond-ln\n", ""])
def test_what_cannot_be_a_key_is_refused_unseen(content: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(content)

    with pytest.raises(UsageError) as caught:
        read_secret("K", file, {})

    assert caught.value.exit_code == 2
    assert not content.strip() or content.split()[0] not in "\n".join(caught.value.lines())


def test_key_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RetorsionError, match="cannot read the key from none") as caught:
        read_secret("K", tmp_path / "none", {})

    assert caught.value.exit_code == 5


def test_requests_are_sent_again_as_long_as_is_asked(tmp_path: Path) -> None:
    clock = StillClock()
    later = "Sun, 01 Feb 2026 00:00:00 GMT"  # half an hour after the clock's time: too long
    script = in_turn(
        Answer(status=503),
        Answer(status=429, headers={"Retry-After": "7"}),
        census(Question("", {"time": "2024-12", "COMM_LVL": "HS10"}, {})),
    )

    done = fetched(tmp_path / "a", script, clock=clock)
    err = refused(tmp_path / "b", in_turn(Answer(status=429, headers={"Retry-After": later})))

    assert done.record.rows == 2
    assert clock.slept == [1.0, 7.0]
    assert "127.0.0.1 refuses with status 429; it asks to wait 1,800 seconds" in err.lines()[0]
    assert err.exit_code == 5


def test_waits_double_and_end(tmp_path: Path) -> None:
    clock = StillClock()

    err = refused(tmp_path, in_turn(Answer(status=500)), clock=clock, tries=4)

    assert clock.slept == [1.0, 2.0, 4.0]
    assert isinstance(err, ServiceError)
    assert err.lines() == [
        "error: 127.0.0.1 refuses with status 500; tried 4 times",
        "where: census 2024 5880 8708",
        "hint: run the same command again later: it goes on with what is lacking",
    ]


def test_service_that_is_not_there(tmp_path: Path) -> None:
    with serving(census) as service:
        base = service.base

    with pytest.raises(ServiceError, match="cannot be reached: Connection refused; tried once"):
        fetch(Workspace(tmp_path), JAPAN, settings(base, tries=1))


def test_fetch_goes_on_with_the_parts_that_are_lacking(tmp_path: Path) -> None:
    def second_fails(question: Question) -> Answer:
        german = question.query["CTY_CODE"] == "4280"
        return Answer(status=500) if german else census(question)

    with serving(second_fails) as there, pytest.raises(ServiceError) as caught:
        fetch(Workspace(tmp_path), TWO, settings(there.base))
    final = tmp_path / "data" / "raw" / "t"
    assert not final.exists()
    assert "; 1 of 2 replies are kept" in caught.value.lines()[0]

    port = there.base.rpartition(":")[2]
    done, asked = _again_at(port, tmp_path)

    assert [question.query["CTY_CODE"] for question in asked] == ["4280"]
    assert done.record.files == ("census-2024-5880-8708.json", "census-2024-4280-8708.json")
    assert done.record.is_whole
    assert [path.name for path in (tmp_path / "data" / "raw").iterdir()] == ["t"]


def _again_at(port: str, folder: Path) -> tuple[Fetched, list[Question]]:
    """The same fetch where the service has come back under another port: as if at the same."""
    with serving(census) as there:
        record = folder / "data" / "raw" / ".t.fetching" / "record.json"
        text = record.read_text().replace(port, there.base.rpartition(":")[2])
        record.write_text(text)
        return fetch(Workspace(folder), TWO, settings(there.base)), there.questions


def test_file_that_was_cut_goes_on_where_it_stopped(tmp_path: Path) -> None:
    tag = {"Accept-Ranges": "bytes", "ETag": '"v1"'}

    def script(question: Question) -> Answer:
        wanted = question.headers.get("Range")
        if wanted is None:
            return Answer(CSV, headers=tag, cut_at=20_000)
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        there = f"bytes {start}-{len(CSV) - 1}/{len(CSV)}"
        rest = CSV[start:]
        cut = 10_000 if len(rest) > 20_000 else None
        return Answer(rest, status=206, headers=tag | {"Content-Range": there}, cut_at=cut)

    clock = StillClock()
    with serving(script) as there:
        done = fetch(Workspace(tmp_path), FILE, settings(there.base, clock))

    assert (tmp_path / "data/raw/t/comexstat-exp-2024.csv").read_bytes() == CSV
    assert [question.headers.get("Range") for question in there.questions] == [
        None,
        "bytes=20000-",
        "bytes=30000-",
    ]
    assert there.questions[1].headers["If-Range"] == '"v1"'
    assert done.record.rows == 5_000
    assert len(clock.slept) == 2


def test_first_file_that_was_cut_goes_on_in_the_next_run(tmp_path: Path) -> None:
    tag = {"Accept-Ranges": "bytes", "ETag": '"v1"'}
    there = {"Content-Range": f"bytes 20000-{len(CSV) - 1}/{len(CSV)}"}
    script = in_turn(
        Answer(CSV, headers=tag, cut_at=20_000), Answer(CSV[20_000:], status=206, headers=there)
    )
    with serving(script) as service:
        with pytest.raises(ServiceError, match="cut after 20,000 of"):
            fetch(Workspace(tmp_path), FILE, settings(service.base, tries=1))
        fetch(Workspace(tmp_path), FILE, settings(service.base, tries=1))

    assert [question.headers.get("Range") for question in service.questions] == [
        None,
        "bytes=20000-",
    ]
    assert contents(tmp_path / "data" / "raw").keys() == {
        "t/comexstat-exp-2024.csv",
        "t/record.json",
    }
    assert (tmp_path / "data/raw/t/comexstat-exp-2024.csv").read_bytes() == CSV


def test_file_that_has_changed_meanwhile_begins_anew(tmp_path: Path) -> None:
    tag = {"Accept-Ranges": "bytes", "ETag": '"v1"'}
    newer = CSV.replace(b"2024", b"2025")

    fetched(
        tmp_path,
        in_turn(
            Answer(CSV, headers=tag, cut_at=20_000),
            Answer(newer, headers=tag | {"ETag": '"v2"'}),
        ),
        FILE,
    )

    assert (tmp_path / "data/raw/t/comexstat-exp-2024.csv").read_bytes() == newer


@pytest.mark.parametrize(
    "answer",
    [
        Answer(CSV, status=206, headers={"Content-Range": "bytes 7-9/10"}),
        Answer(status=416),
    ],
)
def test_file_that_goes_on_elsewhere_begins_anew(answer: Answer, tmp_path: Path) -> None:
    tag = {"Accept-Ranges": "bytes", "ETag": '"v1"'}

    fetched(
        tmp_path,
        in_turn(Answer(CSV, headers=tag, cut_at=20_000), answer, Answer(CSV)),
        FILE,
    )

    assert (tmp_path / "data/raw/t/comexstat-exp-2024.csv").read_bytes() == CSV


def test_reply_without_a_version_is_asked_for_anew(tmp_path: Path) -> None:
    whole = census(Question("", {"time": "2024-12", "COMM_LVL": "HS10"}, {}))
    with serving(in_turn(Answer(whole.body, cut_at=50), whole)) as there:
        fetch(Workspace(tmp_path), JAPAN, settings(there.base))

    assert [question.headers.get("Range") for question in there.questions] == [None, None]
    assert next((tmp_path / "data/raw/t").glob("census-*")).read_bytes() == whole.body


def test_connection_that_stays_cut(tmp_path: Path) -> None:
    err = refused(tmp_path, in_turn(Answer(b"[" + b" " * 99, cut_at=50)), tries=2)

    assert "the connection was cut after 50 of 100 bytes; tried 2 times" in err.lines()[0]
    assert err.exit_code == 5


BROKEN = {
    "page": (
        Answer(b"<!DOCTYPE html>\n<html><head><title>Invalid Key</title></head></html>"),
        "the service replied with a web page, not data: Invalid Key",
    ),
    "error": (
        as_json({"error": "unknown variable 'X'"}),
        "the service replied with an error: unknown variable 'X'",
    ),
    "message": (
        as_json({"statusCode": 401, "message": "Access denied"}),
        "the service replied with an error: Access denied",
    ),
    "text": (Answer(b"error: unknown"), "the reply is no JSON: 14 bytes that begin error:"),
    "length": (Answer(b'[["CTY_CODE"], ["5880"]]', length=10), "the reply is cut off, or no JSON"),
    "object": (as_json({"data": []}), "another shape than the service documents: no array of rows"),
    "column": (as_json([["CTY_CODE"], ["1"]]), "no column CTY_NAME"),
    "gzip": (
        Answer(gzip.compress(b"[" * 5_000)[:-9], headers={"Content-Encoding": "gzip"}),
        "the packed reply ends early: the gzip archive stops after",
    ),
    "no gzip": (
        Answer(b"[]", headers={"Content-Encoding": "gzip"}),
        "the packed reply is damaged",
    ),
    "brotli": (Answer(b"x", headers={"Content-Encoding": "br"}), "packed as 'br'"),
    "empty": (Answer(b""), "the service has nothing on 2024 5880 8708: 0 rows is not zero trade"),
    "no content": (Answer(status=204), "the service has nothing on 2024 5880 8708"),
    "header only": (census(Question("", {"time": "2024-12", "COMM_LVL": ""}, {}), 0), "nothing on"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_reply_that_is_no_data_is_refused(name: str, tmp_path: Path) -> None:
    answer, message = BROKEN[name]

    err = refused(tmp_path, in_turn(answer))

    assert isinstance(err, DataRejectedError)
    assert err.exit_code == 3
    assert message in err.lines()[0]
    assert err.problems[0].hint
    assert not (tmp_path / "data" / "raw" / "t").exists()


def test_reply_of_another_period_is_refused(tmp_path: Path) -> None:
    other = census(Question("", {"time": "2023-12", "COMM_LVL": "HS10"}, {}))

    err = refused(tmp_path, in_turn(other))

    assert "the reply is of 2023-12, not 2024-12" in err.lines()[0]


def test_packed_reply_is_unpacked(tmp_path: Path) -> None:
    whole = census(Question("", {"time": "2024-12", "COMM_LVL": "HS10"}, {})).body
    packed = Answer(gzip.compress(whole), headers={"Content-Encoding": "gzip"})

    fetched(tmp_path, in_turn(packed))

    assert next((tmp_path / "data/raw/t").glob("census-*")).read_bytes() == whole


def test_nothing_is_accepted_when_said_so(tmp_path: Path) -> None:
    done = fetched(tmp_path, in_turn(Answer(status=204)), allow_empty=True)

    assert done.record.files == ()
    assert [(reply.rows, reply.bytes, reply.file) for reply in done.record.replies] == [
        (0, 0, None)
    ]


def test_question_in_several_requests_may_be_empty_in_some(tmp_path: Path) -> None:
    def script(question: Question) -> Answer:
        is_first = question.query["I_COMMODITY"] == "0*"
        return census(question) if is_first else Answer(status=204)

    done = fetched(tmp_path, script, Asked(service="census", periods=("2024",)))

    assert done.record.files == ("census-2024-0.json",)
    assert len(done.record.replies) == 10


@pytest.mark.parametrize("is_told", [True, False])
def test_reply_that_is_too_large_is_not_received(is_told: bool, tmp_path: Path) -> None:
    packed = gzip.compress(b" " * 1_000_000)
    answer = (
        Answer(b" " * 5_000) if is_told else Answer(packed, headers={"Content-Encoding": "gzip"})
    )

    err = refused(tmp_path, in_turn(answer), max_bytes=4_000)

    assert isinstance(err, LimitError)
    assert err.exit_code == 7
    told = "a reply of 5,000 bytes is not received; the limit is 4,000"
    assert (told if is_told else "a reply of more than 4,000 bytes") in err.lines()[0]
    assert not any(size > 4_000 for size in map(len, contents(tmp_path).values()))


def test_other_hosts_are_not_followed(tmp_path: Path) -> None:
    with serving(census) as other:
        away = Answer(status=302, headers={"Location": f"{other.base}/x?key={KEY}"})
        err = refused(tmp_path, in_turn(away))

    assert "127.0.0.1 sends the request on to http://127.0.0.1: that is not followed" in str(err)
    assert err.exit_code == 5
    assert other.questions == []


def test_own_host_is_followed(tmp_path: Path) -> None:
    def script(question: Question) -> Answer:
        if question.path != "/moved":
            query = "time=2024-12&COMM_LVL=HS10"
            return Answer(status=301, headers={"Location": f"/moved?{query}"})
        return census(question)

    assert fetched(tmp_path, script).record.rows == 2


@pytest.mark.parametrize("status", [400, 401, 404])
def test_refusal_is_told_with_what_the_service_says(status: int, tmp_path: Path) -> None:
    err = refused(tmp_path, in_turn(Answer(b"error: <b>unknown</b>\nvariable", status=status)))

    assert err.exit_code == 5
    assert err.problems[0].what == (
        f"127.0.0.1 refuses with status {status}: error: unknown variable"
    )
    hint = "there is no key: set CENSUS_API_KEY, or give --key-file FILE"
    assert (err.problems[0].hint == hint) is (status == 401)


def test_what_is_there_is_not_asked_for_again(tmp_path: Path) -> None:
    with serving(census) as there:
        first = fetch(Workspace(tmp_path), JAPAN, settings(there.base))
        second = fetch(Workspace(tmp_path), JAPAN, settings(there.base))
        third = fetch(Workspace(tmp_path), JAPAN, settings(there.base, again=True))
        with pytest.raises(UsageError, match="t holds the replies to another question"):
            fetch(Workspace(tmp_path), TWO, settings(there.base))

    assert first.is_new
    assert not second.is_new
    assert third.is_new
    assert len(there.questions) == 2
    assert second.record == first.record == third.record


def test_file_that_was_altered_is_told(tmp_path: Path) -> None:
    with serving(census) as there:
        fetch(Workspace(tmp_path), JAPAN, settings(there.base))
        file = next((tmp_path / "data/raw/t").glob("census-*"))
        file.write_text(file.read_text().replace("100", "900"))
        with pytest.raises(DataRejectedError, match="is not as received: its SHA-256 differs"):
            fetch(Workspace(tmp_path), JAPAN, settings(there.base))


def test_folder_that_is_no_fetch_stays(tmp_path: Path) -> None:
    mine = tmp_path / "data" / "raw" / "t" / "mine.csv"
    mine.parent.mkdir(parents=True)
    mine.write_text("x")

    with serving(census) as there, pytest.raises(UsageError, match="t holds no fetch"):
        fetch(Workspace(tmp_path), JAPAN, settings(there.base))

    assert mine.read_text() == "x"
    assert there.questions == []


@pytest.mark.parametrize(
    "url",
    ["http://example.org", "ftp://127.0.0.1", "https://u:p@example.org", "https://", "x",
     "https://example.org/?a=1", "http://127.0.0.1.example.org", "http://[::1"],
)  # fmt: skip
def test_base_that_is_not_safe_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        base_given(url)

    assert caught.value.problems[0].where == "--base-url"


@pytest.mark.parametrize(
    "url", ["https://example.org/x/", "http://127.0.0.1:80", "http://localhost", "http://[::1]:8"]
)
def test_base_that_is_safe(url: str) -> None:
    assert base_given(url) == url.rstrip("/")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        err = refused(tmp_path, census)
    finally:
        tmp_path.chmod(stat.S_IRWXU)

    assert err.exit_code == 5


def test_disk_that_is_full_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipelines.fetch.partial.flush_to_disk", full)

    err = refused(tmp_path, census)

    assert err.exit_code == 5
    assert "cannot write census-2024-5880-8708.json: No space left on device" in str(err)


def command(there: Service, *words: str | Path) -> list[str | Path]:
    return ["fetch", *words, "--base-url", there.base]


def test_command_says_what_comes_next_and_it_does(tmp_path: Path) -> None:
    with serving(census) as there:
        words = ["census", "--name", "jp", "--period", "2024", "--partner", "Japan"]
        done = retorsion(*command(there, *words, "--code", "8708", "--workspace", tmp_path))
    file = "data/raw/jp/census-2024-5880-8708.json"
    size = (tmp_path / file).stat().st_size

    assert done.code == 0
    assert done.out.splitlines() == [
        "jp: U.S. Census Bureau, imports for consumption by HS code and country",
        f"received     1 reply, 2 rows, {size} bytes",
        "whole        no cap of rows is documented",
        "files        data/raw/jp, with record.json: address, day and SHA-256 of each",
        f"next         retorsion ingest {file} --name jp",
    ]
    read = retorsion("ingest", tmp_path / file, "--name", "jp", "--workspace", tmp_path)
    assert read.code == 0, read.err
    assert "kept: 2 rows, USD 201" in read.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["cencus"], "'cencus' is not a service that can be asked"),
        (["census"], "no period is given"),
        (["census", "--period", "2024-13"], "'2024-13' is not a period"),
        (["census", "--period", "2024", "--partner", "Atlantis"], "'Atlantis' is no economy"),
        (["census", "--period", "2024", "--reporter", "JPN"], "reports for the United States only"),
        (["census", "--period", "2024", "--flow", "export"], "imports are asked for only"),
        (["census", "--period", "2024", "--flow", "inport"], "'inport' is not a flow"),
        (["census", "--period", "2024", "--level", "8"], "has no codes of 8 digits"),
        (["census", "--period", "2024", "--code", "87x"], "'87x' is not a code of goods"),
        (["census", "--period", "2024", "--code", "870899", "--level", "4"], "more than 4 digits"),
        (["census", "--period", "2024", "--tries", "0"], "0 tries are not possible"),
        (["comtrade", "--period", "2022"], "no reporter is given"),
        (["comtrade", "--period", "2022", "--reporter", "DEU", "--level", "8"], "no level of 8"),
        (["comtrade", "--period", "2022", "--reporter", "999"], "'999' has no code at UN Comtrade"),
        (["wits", "--period", "2022-01", "--reporter", "DEU"], "WITS has years only"),
        (["wits", "--period", "2022", "--reporter", "EU27"], "'EU27' has no code"),
        (["comexstat", "--period", "2022", "--partner", "DEU"], "cannot be asked by --partner"),
        (["comexstat", "--period", "2022-01"], "has files of years"),
        (["comext", "--period", "2022", "--key-file", "x"], "this service takes no key"),
    ],
)
def test_question_that_cannot_be_asked(words: list[str], message: str) -> None:
    done = retorsion("fetch", *words, "--dry-run")

    assert done.code == 2
    assert message in done.err


def test_name_is_needed(tmp_path: Path) -> None:
    words: list[str | Path] = ["census", "--period", "2024", "--workspace", tmp_path]

    assert "the fetch has no name" in retorsion("fetch", *words).err
    assert "'A/b' cannot name a fetch" in retorsion("fetch", *words, "--name", "A/b").err


def test_services_are_listed() -> None:
    done = retorsion("fetch")
    listed = retorsion("fetch", "--json").object["services"]

    assert "census: U.S. Census Bureau" in done.out
    assert [service["name"] for service in listed] == [
        *("census", "comtrade", "wits", "comexstat", "comext")
    ]
    assert (listed[1]["cap_with_key"], listed[1]["cap_without_key"]) == (250_000, 500)
