"""A reply that is being received: kept when the connection is cut, to go on where it stopped."""

import json
from pathlib import Path
from typing import IO

from calc.errors import StorageError
from pipelines.files import flush_to_disk


class Partial:
    """The bytes of a reply that are there so far, and what tells that the rest fits them."""

    def __init__(self, place: Path, url: str) -> None:
        self.place, self._url = place, url
        self.path = place.with_name(f"{place.name}.part")
        self._note = place.with_name(f"{place.name}.part.json")

    def validator(self) -> str:
        """What the server said of the reply's version; empty where it cannot go on."""
        try:
            note = json.loads(self._note.read_bytes())
            fits = note["url"] == self._url and self.path.stat().st_size > 0
            return str(note["validator"]) if fits else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def size(self) -> int:
        """How many bytes are there."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def begun(self, validator: str) -> None:
        """Begin anew with a reply of some version; empty where the server names none.

        Raises:
            StorageError: It cannot be written.
        """
        try:
            self.path.write_bytes(b"")
            note = {"url": self._url, "validator": validator}
            self._note.write_bytes(json.dumps(note).encode())
        except OSError as err:
            raise self._unwritable(err) from err

    def opened(self) -> IO[bytes]:
        """The file, to be written to behind what is there.

        Raises:
            StorageError: It cannot be opened.
        """
        try:
            return self.path.open("ab")
        except OSError as err:
            raise self._unwritable(err) from err

    def write(self, stream: IO[bytes], chunk: bytes) -> None:
        """Write some bytes.

        Raises:
            StorageError: They cannot be written.
        """
        try:
            stream.write(chunk)
            stream.flush()  # so that a full disk is told here, not when the file is closed
        except OSError as err:
            raise self._unwritable(err) from err

    def whole(self) -> Path:
        """The reply under its own name, flushed to disk.

        Raises:
            StorageError: It cannot be renamed.
        """
        try:
            flush_to_disk(self.path)
            self.path.replace(self.place)
            self._note.unlink(missing_ok=True)
        except OSError as err:
            raise self._unwritable(err) from err
        return self.place

    def gone(self) -> None:
        """Remove what is there, so that the next request begins anew."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def _unwritable(self, err: OSError) -> StorageError:
        return StorageError(
            f"cannot write {self.place.name}: {err.strerror or err}",
            where=str(self.place),
            hint="free space or choose another folder with --workspace; what is whole is kept",
        )
