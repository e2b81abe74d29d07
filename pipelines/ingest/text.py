"""Text as UTF-8 chunks: unpacked, decoded strictly, with the row and byte of what is not text."""

import codecs
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from calc.errors import DataRejectedError, LimitError
from pipelines.ingest.shape import NEWLINE

CHUNK_BYTES = 4_194_304
MAX_HEADER_BYTES = 1_000_000
MAX_RATIO = 200
FREE_BYTES = 67_108_864
"""An archive may unpack to this much, however small; above it, to 200 times what was read of it."""


def raw_chunks(path: Path, *, packed: bool) -> Iterator[bytes]:
    """The bytes of a file, or of the file in a gzip archive, a few megabytes at a time.

    Raises:
        DataRejectedError: The archive is damaged or ends early.
        LimitError: It unpacks to an absurd size.
    """
    with path.open("rb") as stream:
        while not packed and (chunk := stream.read(CHUNK_BYTES)):
            yield chunk
    if packed:
        yield from _unpacked(path)


def _unpacked(path: Path) -> Iterator[bytes]:
    done, inner = 0, zlib.decompressobj(wbits=31)
    with path.open("rb") as stream:
        pending = b""
        while True:
            pending = pending or stream.read(CHUNK_BYTES)
            if not pending:
                break
            if inner.eof:  # a gzip file may hold several members one after the other
                inner = zlib.decompressobj(wbits=31)
            chunk = _inflated(inner, pending, path, done)
            pending = inner.unconsumed_tail or inner.unused_data.lstrip(b"\0")
            done += len(chunk)
            if done > max(FREE_BYTES, MAX_RATIO * (stream.tell() - len(pending))):
                raise _bomb(path, done)
            yield chunk
    if not inner.eof:
        raise _ends_early(path, done)


def _bomb(path: Path, done: int) -> LimitError:
    return LimitError(
        f"{path.name} unpacks to more than {done:,} bytes, over {MAX_RATIO} times its size",
        where=path.name,
        hint="unpack it yourself and look at it first",
    )


def _inflated(inner: "zlib._Decompress", packed: bytes, path: Path, done: int) -> bytes:
    try:
        return inner.decompress(packed, CHUNK_BYTES)
    except zlib.error as err:
        raise DataRejectedError(
            f"{path.name} is damaged: the archive cannot be unpacked beyond {done:,} bytes ({err})",
            where=path.name,
            hint="write or download it again",
        ) from err


def _ends_early(path: Path, done: int) -> DataRejectedError:
    return DataRejectedError(
        f"{path.name}: the archive ends early, after {path.stat().st_size:,} bytes "
        f"({done:,} unpacked)",
        where=path.name,
        hint="the file is incomplete: write or download it again",
    )


def starts_as_json(path: Path) -> bool:
    """Whether the file in a gzip archive starts as an object or array of JSON does."""
    head = next(raw_chunks(path, packed=True), b"")[:4096]
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def whole(path: Path, *, packed: bool) -> bytes:
    """All bytes of a file, or of the file in a gzip archive.

    Raises:
        DataRejectedError: The archive is damaged or ends early.
        LimitError: It unpacks to an absurd size.
    """
    return b"".join(raw_chunks(path, packed=packed))


class NotTextError(DataRejectedError):
    """A byte is not text in the encoding that was tried."""


class Decoder:
    """Turns chunks of bytes into UTF-8, strictly, without a byte order mark."""

    def __init__(self, name: str, encoding: str | None) -> None:
        self.name = name
        self.encoding = encoding
        self.rows = 1
        self.place = 0
        decoder = codecs.getincrementaldecoder(encoding or "utf-8-sig")("strict")
        self._decode, self._state = decoder.decode, decoder.getstate

    def utf8(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The chunks as UTF-8, each a whole number of characters.

        Raises:
            DataRejectedError: A byte is not text in the encoding; says its row and its place.
        """
        for chunk in chunks:
            if self._is_plain(chunk):
                self.rows += int(np.count_nonzero(np.frombuffer(chunk, dtype=np.uint8) == NEWLINE))
                yield chunk
            else:
                yield self._text(chunk, final=False).encode()
            self.place += len(chunk)
        yield self._text(b"", final=True).encode()

    def _is_plain(self, chunk: bytes) -> bool:
        """Whether a chunk is ASCII behind whole characters, so that it need not be decoded."""
        ascii_again = self.encoding is None and chunk.isascii() and b"\0" not in chunk
        return ascii_again and self.place > 0 and self._state() == (b"", 0)

    def _text(self, chunk: bytes, *, final: bool) -> str:
        try:
            text = self._decode(chunk, final)
        except UnicodeDecodeError as err:
            raise self._not_text(err, len(chunk)) from err
        if "\0" in text:
            raise DataRejectedError(
                f"{self.name} holds a zero byte, which no text has",
                where=f"{self.name} row {self.rows + text[: text.index(chr(0))].count(chr(10))}",
                hint="if it is UTF-16, say so with --encoding utf-16; else it is damaged",
            )
        self.rows += text.count("\n")
        return text

    def _not_text(self, err: UnicodeDecodeError, size: int) -> DataRejectedError:
        held = err.object
        row = self.rows + held[: err.start].count(b"\n")
        # The decoder may have kept some bytes of the chunk before, or passed over the mark.
        place = self.place + size - len(held) + err.start + 1
        instead = "cp1252" if self.encoding is None else "utf-8"
        if held.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and self.place == 0:
            instead = "utf-16"
        return NotTextError(
            f"{self.name} is not {self.encoding or 'UTF-8'}: "
            f"byte 0x{held[err.start]:02x} is not text",
            where=f"{self.name} row {row}, byte {place:,}",
            hint=f"if it was saved by a spreadsheet, try --encoding {instead}",
        )


def head_record(chunk: bytes, name: str) -> str:
    """The first record of a text, without its line end; quoted line ends belong to it.

    Raises:
        DataRejectedError: It does not end within the chunk though more follows.
    """
    place, end = 0, -1
    while (end := chunk.find(b"\n", place)) != -1:
        if chunk[:end].count(b'"') % 2 == 0:
            break
        place = end + 1
    if end == -1 and len(chunk) >= MAX_HEADER_BYTES:
        raise DataRejectedError(
            f"the header of {name} does not end within {MAX_HEADER_BYTES:,} bytes",
            where=f"{name} row 1",
            hint="the first line must hold the names of the columns",
        )
    return (chunk if end == -1 else chunk[:end]).decode().removesuffix("\r")
