"""The README and the documents say what is so: commands, screens, tables, links, names."""

import importlib
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest
import typer

from calc import errors
from calc.duty import ON_COMPONENTS, ON_SEGMENTS, TOGETHER
from calc.law import STATE_AFTER
from calc.policy.grammar import read_rate_words
from calc.policy.readings import MEANINGS
from pipelines import cli
from pipelines.dictionary import page
from pipelines.scenario import grammar
from pipelines.scenario.law import law_at
from pipelines.scenario.measures import MODES
from pipelines.scenario.read import read_scenario
from pipelines.scenario.reference import read_reference
from tests.run.tool import Done, Place

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCS = ROOT / "docs"
LANGUAGE = DOCS / "scenario-language.md"
METHODS = DOCS / "methods.md"
PAGES = sorted(
    [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "data").glob("*/README.md")],
    key=lambda path: path.as_posix(),
)

FENCE = re.compile(r"^```(\w*)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN_ID = re.compile(r"\b[0-9a-f]{12}\b")
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
NAME = re.compile(r"`((?:calc|pipelines)(?:\.[A-Za-z_]\w*)+)`")
WORD = re.compile(r"`([^`]+)`")
MAX_README_LINES = 200


class Block(NamedTuple):
    """A fenced block: its language, the file that it is to be written to, and its text."""

    language: str
    file: str
    text: str


class Command(NamedTuple):
    """A command as typed after ``$``, and the screen shown below it; empty where none is."""

    typed: str
    shown: str


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def prose_of(path: Path) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", text_of(path))


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path) -> list[Block]:
    return [Block(*found.groups(default="")) for found in FENCE.finditer(text_of(path))]


def commands(block: Block) -> Iterator[Command]:
    """The commands of a block: each line of ``sh``, each ``$`` of ``console``."""
    if block.language == "sh":
        yield from (Command(line, "") for line in block.text.splitlines() if line.strip())
    if block.language == "console":
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            typed, _, shown = part.partition("\n")
            yield Command(typed, shown)


def without_id(text: str) -> str:
    """A screen without what another version of the tool shows otherwise."""
    return RUN_ID.sub("<run id>", text)


def screen_of(typed: str, folder: Path) -> str:
    """What a command shows on standard output, the console script first on the path."""
    scripts = sysconfig.get_path("scripts")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RETORSION_")}
    done = subprocess.run(
        ["sh", "-c", typed],
        cwd=folder,
        env=kept | {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, f"{typed}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def followed(
    page: Path, folder: Path, screen: Callable[[str, Path], str] = screen_of
) -> list[Command]:
    """Every command of a page, carried out in a folder; its screen must be the one shown."""
    seen = []
    for block in blocks(page):
        if block.file:
            (folder / block.file).write_text(block.text, encoding="utf-8")
        for command in commands(block):
            real = screen(command.typed, folder)
            if command.shown:
                assert without_id(real) == without_id(command.shown), command.typed
            seen.append(command)
    return seen


@pytest.mark.slow
def test_readme_can_be_followed_in_an_empty_folder(
    demonstration: tuple[Place, Done], tmp_path: Path
) -> None:
    """Its first command, ``retorsion demo``, is the one that all tests share."""

    def screen(typed: str, folder: Path) -> str:
        if typed != "retorsion demo":
            return screen_of(typed, folder)
        assert list(folder.iterdir()) == []
        place, done = demonstration
        shutil.copytree(place.root, folder, dirs_exist_ok=True)
        return done.out

    seen = followed(README, tmp_path, screen)

    assert [command.typed for command in seen if len(command.shown.splitlines()) > 20] == [
        "retorsion demo"
    ]
    lines = next((tmp_path / "data" / "processed" / "runs").glob("us-japan-2024/*/lines.parquet"))
    check_example_of_methods(pl.read_parquet(lines))


def check_example_of_methods(lines: pl.DataFrame) -> None:
    """The line that methods.md works by hand has those figures in the demonstration."""
    largest = lines.sort("customs_value_usd", descending=True).row(0, named=True)
    told = [*table(METHODS, "| | USD |")]
    names = ("customs_value_usd", "duty_before_usd", "duty_after_usd", "duty_increment_usd",
             "calculated_duty_usd", "statutory_minus_calculated_usd")  # fmt: skip

    assert largest["code"] == "8708401110"
    assert [row[1] for row in told] == [f"{largest[name]:,.2f}".replace("-", "−") for name in names]


def table(path: Path, header: str) -> Iterator[list[str]]:
    """The rows of the table under a header line, as cells of text."""
    lines = text_of(path).splitlines()
    start = lines.index(header) + 2
    for line in lines[start:]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def test_readme_is_short() -> None:
    assert len(text_of(README).splitlines()) < MAX_README_LINES


def command_names() -> Iterator[str]:
    """Every command of the program with the words that lead to it."""
    app = typer.Typer()
    for subject in cli.SUBJECTS:
        importlib.import_module(f"pipelines.commands.{subject}").register(app)
    group: Any = typer.main.get_command(app)
    for name, command in group.commands.items():
        below = getattr(command, "commands", None)
        yield from [name] if below is None else (f"{name} {inner}" for inner in below)


def test_readme_names_every_command() -> None:
    told = set(WORD.findall(prose_of(README)))

    assert sorted(set(command_names()) - told) == []


def test_readme_has_every_exit_code() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    raised = {kind.exit_code for kind in kinds if issubclass(kind, errors.RetorsionError)}

    told = [int(code) for code, _ in table(README, "| code | means |")]

    assert told == sorted({0, *raised, cli.BUG, cli.INTERRUPTED})


def test_readme_names_targets_of_the_makefile() -> None:
    named = set(re.findall(r"^make ([a-z]+)", text_of(README), re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))

    assert {"demo", "test"} <= named <= targets


def test_page_of_sources_is_what_is_declared() -> None:
    from pipelines.ingest.sources_told import page

    assert (ROOT / "docs" / "sources.md").read_text(encoding="utf-8") == page()


def test_data_dictionary_is_what_the_tables_declare() -> None:
    assert text_of(DOCS / "data-dictionary.md") == page(), (
        "remake it: python -m pipelines.dictionary > docs/data-dictionary.md"
    )


def slugs(path: Path) -> set[str]:
    """The anchors that a page's headings have."""
    headings = HEADING.findall(prose_of(path))
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }


@pytest.mark.parametrize("path", PAGES, ids=label)
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for link in LINK.findall(prose_of(path)):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (path.parent / place).resolve() if place else path
        if not target.exists() or (anchor and anchor not in slugs(target)):
            broken.append(link)

    assert broken == []


def is_defined(name: str) -> bool:
    """Whether a dotted name is a module or what a module defines."""
    module, _, inner = name.rpartition(".")
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        return bool(module) and hasattr(importlib.import_module(module), inner)
    return True


@pytest.mark.parametrize("path", PAGES, ids=label)
def test_names_of_the_code_exist(path: Path) -> None:
    names = set(NAME.findall(prose_of(path)))

    assert sorted(name for name in names if not is_defined(name)) == []


def test_methods_name_functions() -> None:
    named = set(NAME.findall(prose_of(METHODS)))
    operations = [*ON_SEGMENTS, *ON_COMPONENTS, *TOGETHER]

    assert {f"{each.__module__}.{each.__name__}" for each in operations} <= named
    assert len(named) > len(operations)


def test_every_decision_is_numbered_once() -> None:
    pages = sorted((DOCS / "decisions").glob("*.md"))
    numbers = [int(path.name[:4]) for path in pages]

    assert numbers == list(range(1, len(pages) + 1))
    for number, path in zip(numbers, pages, strict=True):
        assert text_of(path).startswith(f"# {number}. "), path.name


GRAMMARS = {
    "top of the file": grammar.SCENARIO,
    "`[[measure]]`": grammar.MEASURE,
    "`[[measure.exclusion]]`": grammar.EXCLUSION,
    "an event": grammar.EVENT,
    "a table of `partners`": grammar.PARTNERS,
}


def test_language_has_every_key() -> None:
    rows = table(LANGUAGE, "| table | must have | may have |")
    told = {where: (WORD.findall(must), WORD.findall(may)) for where, must, may in rows}

    assert told == {
        where: (list(keys.required), list(keys.optional)) for where, keys in GRAMMARS.items()
    }


def test_language_has_every_key_of_a_later_version() -> None:
    told = {where: WORD.findall(keys) for where, keys in table(LANGUAGE, "| table | keys |")}

    assert told == {where: list(keys.later) for where, keys in GRAMMARS.items() if keys.later}


def test_language_has_every_word() -> None:
    told = set(WORD.findall(prose_of(LANGUAGE)))
    reference = read_reference()
    groups = {f"@{name}" for name in reference.product_groups}

    assert sorted({*STATE_AFTER, *reference.partner_groups, *groups} - told) == []
    assert sorted({f'"{mode}"' for mode in MODES} - told) == []


def test_language_names_every_reading() -> None:
    page = text_of(LANGUAGE)
    told = page[page.index("## Readings of other engines") :]

    assert sorted(name for name in MEANINGS if f"`{name}`" not in told) == []


def rates_told() -> list[str]:
    """The duties in words of the first table of rates of the language."""
    page = text_of(LANGUAGE)
    rates = page[page.index("## Rates") : page.index("A bare number is never")]
    return re.findall(r'`"([^"]+)"`', rates)


@pytest.mark.parametrize("written", rates_told())
def test_language_reads_the_rates_that_it_says(written: str) -> None:
    assert read_rate_words(written, currencies={"EUR": 1.0}).expression is not None


@pytest.mark.parametrize("path", [README, LANGUAGE], ids=label)
def test_scenarios_of_the_pages_are_good(path: Path, tmp_path: Path) -> None:
    scenarios = [block for block in blocks(path) if block.file.endswith(".toml")]
    for block in scenarios:
        file = tmp_path / block.file
        file.write_text(block.text, encoding="utf-8")

        law = law_at(read_scenario(file))

        assert law.measures.height == block.text.count("[[measure]]")
    assert scenarios
