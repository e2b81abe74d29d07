"""The words that name goods: codes, ranges, groups, annexes and ``all``."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from calc.codes import PUNCTUATION, edition_of, normalise_code
from calc.errors import did_you_mean
from calc.rate_text import quoted
from pipelines.scenario.annex_goods import KNOWN, AnnexGood, read_goods, words_of_annex
from pipelines.scenario.fields import Place, Table, kind_of, shown, words_of
from pipelines.scenario.files import Files, is_annex
from pipelines.scenario.lines import KeyPath
from pipelines.scenario.model import ALL, ProductWord
from pipelines.scenario.reference import Reference, fold

MAX_RANGE = 10_000
MAX_PREFIXES = 500_000
DASH = re.compile(r"\s*[-–—]\s*")
EX_CODE = re.compile(r"ex[ .]*(?=[0-9])", re.IGNORECASE)
HS_DIGITS = 6
LINE_DIGITS = 10
A_CODE = 'such as "8703.23", "4104-4107" or "@car-parts"'


class Goods:
    """Reads the words of goods in a scenario's nomenclature, within a limit for all of them.

    ``annexes`` holds the rows of the annexes read, by the key that names them.
    """

    def __init__(self, nomenclature: str, reference: Reference, files: Files, folder: Path) -> None:
        """Goods of a nomenclature; an unknown one (empty) leaves groups and lengths unchecked."""
        self._nomenclature = nomenclature
        self._edition = edition_of(nomenclature)
        self._reference = reference
        self._files = files
        self._folder = folder
        self._left = MAX_PREFIXES
        self.annexes: dict[KeyPath, list[AnnexGood]] = {}

    def read(self, table: Table, key: str, *, may_be_all: bool) -> tuple[ProductWord, ...]:
        """The goods that a key names, in the order of the file; none where it is absent."""
        words: list[ProductWord] = []
        for number, item in words_of(table, key):
            place, at = (table, key) if number is None else (table.at(key), number)
            if is_annex(item):
                words += self._annex(table, key, item)
                continue
            word = self.word(place, at, item, may_be_all=may_be_all)
            if word is not None:
                words.append(word)
        if len(words) > 1 and any(word.prefixes == (ALL,) for word in words):
            table.refuse(key, f'{key} names "all" beside other goods', 'write "all" alone, or not')
        return tuple(words)

    def _annex(self, table: Table, key: str, written: str) -> Iterator[ProductWord]:
        """The goods of an annex: a word for each time over which some of its rows hold."""
        annex = self._files.annex(table, key, written, folder=self._folder)
        if annex is None:
            return
        self._files.mark(annex, KNOWN)
        rows = read_goods(annex, table, key, self)
        self.annexes.setdefault((*table.path, key), []).extend(rows)
        yield from words_of_annex(annex.name, rows)

    def word(
        self, place: Place, at: str | int, item: Any, *, may_be_all: bool
    ) -> ProductWord | None:
        """What one text names; null where it is refused."""
        if not isinstance(item, str):
            _refuse_number(place, at, item)
            return None
        written = item.strip()
        if written.casefold() == "all":
            if not may_be_all:
                place.refuse(at, '"all" leaves nothing of the measure', "name the goods")
            return ProductWord(written, (ALL,))
        part = EX_CODE.match(written)
        bare = written[part.end() :] if part else written
        prefixes, group = self._prefixes(place, at, bare)
        if len(prefixes) > self._left >= 0:
            place.refuse(at, f"the scenario names more than {MAX_PREFIXES:,} codes", "use prefixes")
        self._left -= len(prefixes)
        is_kept = prefixes and self._left >= 0
        return ProductWord(written, prefixes, group, part is not None) if is_kept else None

    def _prefixes(
        self, place: Place, at: str | int, word: str
    ) -> tuple[tuple[str, ...], str | None]:
        """The prefixes of a word other than ``all``, and the group that it names."""
        if word.startswith("@"):
            return self._group(place, at, word)
        if len(DASH.split(word)) > 1:
            return self._range(place, at, word), None
        code = self._code(place, at, word, word)
        return ((code,) if code else ()), None

    def _group(self, place: Place, at: str | int, word: str) -> tuple[tuple[str, ...], str | None]:
        name = self._reference.product_words.get(fold(word[1:].replace("_", "-")))
        if name is None:
            known = [f"@{known}" for known in self._reference.product_words]
            near = did_you_mean(word, known)
            if near.startswith("known"):
                near = (
                    f"known: {', '.join(f'@{known}' for known in self._reference.product_groups)}"
                )
            place.refuse(at, f"{quoted(word)} is not a group of products", near)
            return (), None
        if self._edition is None:
            return (), name
        group = self._reference.product_groups[name]
        if self._edition not in group.codes:
            place.refuse(
                at,
                f"{quoted(word)} has no codes in {self._edition}, which {self._nomenclature} uses",
                f"it has codes in {', '.join(group.codes)}",
            )
        return group.codes.get(self._edition, ()), name

    def _range(self, place: Place, at: str | int, word: str) -> tuple[str, ...]:
        ends = DASH.split(word)
        if len(ends) != 2 or not all(re.search(r"\d", end) for end in ends):
            self._refuse_code(place, at, word, word)
            return ()
        first, last = (self._code(place, at, end, word) for end in ends)
        if first is None or last is None:
            return ()
        if len(first) != len(last):
            place.refuse(at, f"{quoted(word)} joins codes of {len(first)} and {len(last)} digits",
                         'a range joins two codes of one length, such as "4104-4107"')  # fmt: skip
        elif first > last:
            place.refuse(at, f"{quoted(word)} ends before it starts", f'write "{last}-{first}"')
        elif int(last) - int(first) >= MAX_RANGE:
            count = int(last) - int(first) + 1
            place.refuse(at, f"{quoted(word)} stands for {count:,} codes, more than {MAX_RANGE:,}",
                         "name headings instead of their lines")  # fmt: skip
        else:
            return tuple(f"{n:0{len(first)}}" for n in range(int(first), int(last) + 1))
        return ()

    def _code(self, place: Place, at: str | int, text: str, word: str) -> str | None:
        """The digits of a code, which may be one end of a range."""
        code = normalise_code(text) if text.isascii() else normalise_code(PUNCTUATION.sub("", text))
        most = HS_DIGITS if self._nomenclature.startswith("HS") else LINE_DIGITS
        if code is None or not code.isascii():
            self._refuse_code(place, at, text, word)
        elif len(code) > most:
            place.refuse(
                at,
                f"{quoted(word)} has a code of {len(code)} digits; {self._nomenclature} has {most}",
                f'write "{code[:most]}", or name the national nomenclature',
            )
        else:
            return code
        return None

    def _refuse_code(self, place: Place, at: str | int, text: str, word: str) -> None:
        digits = PUNCTUATION.sub("", text)
        if digits.isascii() and digits.isdigit():
            what = f"{quoted(word)} has a code of {len(digits)} digits; a code has 2, 4, 6, 8 or 10"
            lost = len(digits) % 2 == 1 and len(digits) < LINE_DIGITS
            place.refuse(at, what, f'is a leading zero lost? "0{digits}"' if lost else "")
            return
        groups = self._reference.product_words
        near = f'did you mean "@{text}"?' if fold(text) in groups else f"write one {A_CODE}"
        place.refuse(at, f"{quoted(word)} is not a code, range or group", near)


def _refuse_number(place: Place, at: str | int, item: Any) -> None:
    """A code that TOML reads as a number has lost its zeros; anything else is no code at all."""
    if isinstance(item, int | float) and not isinstance(item, bool):
        place.refuse(
            at,
            f"the code {shown(item)} is a number; codes are texts",
            f'write "{shown(item)}" in quotes, with any zero that it has lost',
        )
    else:
        place.refuse(at, f"{kind_of(item)} is not a code, range or group", f"write one {A_CODE}")
