"""Inputs made to harm: refused soon, in little memory, with nothing written."""

import gzip
import os
import shutil
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.run.tool import PROGRAM, SCENARIO, Place, contents, environment
from tests.torture.ground import copied
from tests.torture.tally import Tally

HEADER = "importer,partner,period,flow,nomenclature,code,customs_value_usd\n"
ROW = "USA,JPN,2024,import,HS2022,870323,1000\n"
ABSURD = ("1e400", "-inf", "nan", "0x1F", "1_000", "1,0,0", "٣٤", "1e", "--1", "1" * 400)
NAMES = ("../../x", "/etc/x", "a/b", "..", ".hidden", "a\\b", "a\nb", "CON:", "x" * 300, "")
HANG_SECONDS = 20
MOST_KILOBYTES = 260_000
GZIP_HEADER = 10
REFUSED = {2, 3, 4, 5, 7}
MEASURE = """
import resource, subprocess, sys
try:
    done = subprocess.run(sys.argv[2:], stdout=2, timeout=float(sys.argv[1])).returncode
except subprocess.TimeoutExpired:
    done = 124
print(done, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Runs a command and says its exit code and most memory; small itself, as memory is inherited."""


@dataclass(frozen=True, slots=True)
class Attack:
    """A command given something hostile; ``made`` puts it into a folder before."""

    name: str
    command: tuple[str, ...]
    made: Callable[[Path], object]


def hostile_inputs(ground: Place, scratch: Path, share: int = 1) -> Tally:
    """Each attack, or every ``share``-th of them: refused, and nothing written."""
    tally = Tally("hostile inputs", "inputs")
    place = copied(ground, scratch / "hostile")
    slowest, largest = 0.0, 0
    for attack in list(attacks())[::share]:
        inputs = scratch / "inputs"
        inputs.mkdir()
        attack.made(inputs)
        before = contents(place.root)
        tally.tried += 1
        code, said, seconds, kilobytes = _measured(place, inputs, attack.command)
        slowest, largest = max(slowest, seconds), max(largest, kilobytes)
        tally.hold(code in REFUSED, f"{attack.name}: exit code {code}: {said[-300:]}")
        tally.hold("Traceback" not in said, f"{attack.name}: a traceback")
        tally.hold(contents(place.root) == before, f"{attack.name}: something was written")
        tally.hold(kilobytes < MOST_KILOBYTES, f"{attack.name}: {kilobytes:,} kB of memory")
        shutil.rmtree(inputs)
    shutil.rmtree(place.root)
    tally.note = f"slowest {slowest:.1f} s, largest {largest // 1000} MB"
    return tally


def _measured(place: Place, inputs: Path, command: tuple[str, ...]) -> tuple[int, str, float, int]:
    """Exit code, what was said, seconds and the most memory of a command."""
    said = inputs / "said"
    there = ("--workspace", str(place.root))
    began = time.monotonic()
    with said.open("wb") as stream:
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, str(HANG_SECONDS), PROGRAM, *command, *there],
            cwd=inputs, env=environment(), stdout=subprocess.PIPE, stderr=stream, check=True,
        )  # fmt: skip
    seconds = time.monotonic() - began
    code, kilobytes = done.stdout.split()[-2:]
    return int(code), said.read_text(encoding="utf-8", errors="replace"), seconds, int(kilobytes)


def attacks() -> Iterator[Attack]:
    """All of them."""
    yield from _files()
    yield from _scenarios()
    for name in NAMES:
        command = ("ingest", "good.csv", "--name", name)
        yield Attack(f"table named {name[:20]!r}", command, _text("good.csv", HEADER + ROW))
        text = SCENARIO.read_text(encoding="utf-8").replace('"us-japan-2024"', repr(name), 1)
        yield Attack(f"scenario named {name[:20]!r}", ("run", "s.toml"), _text("s.toml", text))
    for number in ABSURD:
        row = ROW.replace("1000", f'"{number}"')
        yield _ingested(f"value {number[:12]!r}", _text("in.csv", HEADER + row))


def _ingested(name: str, made: Callable[[Path], object], file: str = "in.csv") -> Attack:
    return Attack(name, ("ingest", file, "--name", "hostile"), made)


def _files() -> Iterator[Attack]:
    yield _ingested("gzip of 400 MB", _gzip(ROW.encode() * 20_000, 500), "in.csv.gz")
    yield _ingested("gzip of zero bytes", _gzip(bytes(1_000_000), 400), "in.csv.gz")
    yield _ingested("cell of 10 MB", _text("in.csv", HEADER + ROW.replace("JPN", "J" * 10**7)))
    yield _ingested("a million columns", _text("in.csv", ",".join(map(str, range(10**6))) + "\n"))
    yield _ingested("quotation never closed", _text("in.csv", HEADER + 'USA,"JPN\n' + ROW * 10**5))
    yield _ingested("zero byte", _text("in.csv", HEADER + ROW + "\0"))
    yield _ingested("JSON 200,000 deep", _text("in.json", "[" * 200_000 + "]" * 200_000), "in.json")
    yield _ingested("workbook that is a bomb", _workbook, "in.xlsx")
    yield _ingested("archive with ../", _archive, "in.zip")
    yield _ingested("script as a partner", _text("in.csv", HEADER + ROW.replace("JPN", "<script>")))
    yield _ingested("a folder", lambda folder: (folder / "in.csv").mkdir())
    yield _ingested("a device", lambda folder: (folder / "in.csv").symlink_to("/dev/zero"))
    yield _ingested("a pipe", lambda folder: os.mkfifo(folder / "in.csv"))


def _scenarios() -> Iterator[Attack]:
    deep = "id = 'a'\nx = " + "[" * 10**5 + "]" * 10**5
    keys = "".join(f"k{number} = 1\n" for number in range(10**6))
    text = SCENARIO.read_text(encoding="utf-8")
    for name, content in (
        ("TOML 100,000 deep", deep),
        ("key of 50,000 parts", ".".join(["a"] * 50_000) + " = 1"),
        ("a million keys", keys),
        ("rate 10,000 deep", text.replace('"100%"', f'"{"(" * 10_000}1%{")" * 10_000}"')),
        ("rate of 450 kB", text.replace('"100%"', f'"{"1%+" * 150_000}1%"')),
        ("annex outside", text.replace('["@car-parts"]', '"../../../../etc/passwd"')),
        ("annex by its full path", text.replace('["@car-parts"]', '"/etc/passwd"')),
        ("extends itself", text + '\nextends = "s.toml"\n'),
    ):
        yield Attack(name, ("run", "s.toml"), _text("s.toml", content))


def _text(name: str, content: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(content, encoding="utf-8")


def _gzip(block: bytes, times: int) -> Callable[[Path], object]:
    def made(folder: Path) -> None:
        head = HEADER.encode()
        with (folder / "in.csv.gz").open("wb") as stream:
            packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
            stream.write(gzip.compress(b"", mtime=0)[:GZIP_HEADER])
            stream.write(packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH))
            # What follows a full flush stands alone: packed once, it is written so many times.
            stream.write((packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)) * times)
            stream.write(packer.flush())
            check = zlib.crc32(head)
            for _ in range(times):
                check = zlib.crc32(block, check)
            size = (len(head) + times * len(block)) % 2**32
            stream.write(struct.pack("<LL", check, size))

    return made


def _workbook(folder: Path) -> None:
    types = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    with zipfile.ZipFile(folder / "in.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as pack:
        pack.writestr("[Content_Types].xml", types)
        pack.writestr("xl/workbook.xml", "<workbook/>")
        with pack.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(2_100):
                sheet.write(bytes(1_000_000))


def _archive(folder: Path) -> None:
    with zipfile.ZipFile(folder / "in.zip", "w") as pack:
        pack.writestr("../../outside.csv", HEADER + ROW)
