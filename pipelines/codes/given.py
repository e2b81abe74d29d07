"""What the commands on codes are given: editions, codes, groups, files, as what they stand for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from calc.codes import edition_of, normalise_code
from calc.concordance import edition_names
from calc.errors import DataRejectedError, Problem, UsageError, did_you_mean
from pipelines.scenario.annex import Annex, read_annex
from pipelines.scenario.files import is_annex
from pipelines.scenario.records import FIRST_ROW
from pipelines.scenario.reference import fold, read_reference

CODE_COLUMNS = ("code", "hs", "hs_code", "hs6", "hts", "hts8", "hts10", "cn8", "product_code")
SEPARATORS = re.compile(r"[,;\s]+")


@dataclass(frozen=True, slots=True)
class Listed:
    """A code of a list: its digits, as written, and the other cells of its row."""

    code: str
    written: str
    cells: dict[str, str] = field(default_factory=dict)


def edition_given(text: str, option: str) -> str:
    """The HS edition of a nomenclature given as an option.

    Raises:
        UsageError: It is none that is known.
    """
    edition = edition_of(text.strip().upper())
    if edition is None:
        known = [*edition_names(), "HTS2024", "CN2024"]
        hint = did_you_mean(text, known)
        raise UsageError(f"{text!r} is not a nomenclature that is known", where=option, hint=hint)
    return edition


def listed_codes(words: Sequence[str], edition: str) -> list[Listed]:
    """The codes that words of a command name: codes, named groups, files with a column of codes.

    Raises:
        UsageError: A word is none of these.
        DataRejectedError: A file holds something that is no code.
        ScenarioError: A file cannot be used as a list.
        StorageError: A file cannot be read.
    """
    return [found for word in words for found in _listed(word, edition)]


def _listed(word: str, edition: str) -> Iterator[Listed]:
    if is_annex(word):
        yield from _of_file(Path(word))
    elif word.startswith("@"):
        yield from (Listed(code, word) for code in _of_group(word, edition))
    else:
        for text in filter(None, SEPARATORS.split(word)):
            code = normalise_code(text)
            if code is None:
                hint = "write digits (8703.23, 870323), a group (@car-parts) or a file (list.csv)"
                raise UsageError(f"{text!r} is not a code", where="CODE", hint=hint)
            yield Listed(code, text)


def groups_named(words: Sequence[str]) -> list[str]:
    """The names of the groups among the words of a command.

    Raises:
        UsageError: A group is not known.
    """
    return [group_named(word) for word in words if word.startswith("@")]


def group_named(word: str) -> str:
    """The name of the group that a word such as ``@auto-parts`` means.

    Raises:
        UsageError: It is not known.
    """
    reference = read_reference()
    name = reference.product_words.get(fold(word[1:].replace("_", "-")))
    if name is None:
        known = [f"@{known}" for known in reference.product_words]
        raise UsageError(
            f"{word!r} is not a group of products", where="CODE", hint=did_you_mean(word, known)
        )
    return name


def _of_group(word: str, edition: str) -> Sequence[str]:
    return read_reference().product_groups[group_named(word)].codes[edition]


def _of_file(path: Path) -> Iterator[Listed]:
    annex = read_annex(path, path.name)
    column = _code_column(annex)
    problems = []
    found = []
    for number, row in enumerate(annex.rows, FIRST_ROW):
        cells = dict(zip(annex.columns, row, strict=True))
        written = cells.pop(column).strip().lstrip("'")
        code = normalise_code(written)
        if code is None:
            lost = len(written) % 2 == 1 and written.isdigit()
            where = f"{path.name} row {number}, column {column} = {written!r}"
            hint = f"is a leading zero lost? 0{written}" if lost else "a code has 2 to 10 digits"
            problems.append(Problem(f"{written!r} is not a code", where, hint))
        else:
            found.append(Listed(code, written, cells))
    if problems:
        raise DataRejectedError.collected(problems)
    yield from found


def _code_column(annex: Annex) -> str:
    folded = {column.casefold(): column for column in annex.columns}
    for name in CODE_COLUMNS:
        if name in folded:
            return folded[name]
    raise DataRejectedError(
        f"{annex.name} has no column of codes",
        where=f"{annex.name} row 1: {', '.join(annex.columns)}",
        hint=f"name it one of {', '.join(CODE_COLUMNS)}",
    )
