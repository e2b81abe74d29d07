"""``make guided``: inputs grown towards parts of the code that none has reached, by atheris.

Usage: python -m tests.fuzz.guided grammar|scenario|reader [--seconds N] [--corpus FOLDER]

atheris is not among the locked dependencies, as it has no wheels for every system:
``.venv/bin/pip install atheris``. What ends the search is kept in the corpus as ``crash-...``.
"""

import argparse
import importlib
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Target = Callable[[bytes, Path], None]
SUFFIXES = (".csv", ".tsv", ".json", ".xlsx", ".zip", ".gz", ".parquet", ".txt")
REFUSED = {0, 2, 3, 5, 7}
SEEDS: Mapping[str, Sequence[bytes]] = {
    "grammar": (
        b"25%",
        "4.4¢/kg + 8%".encode(),
        b"max(13.8%, 13.0 EUR/100kg)",
        b"15% all-in",
        b"max(5.10 USD/kg - unit_value, 0)",
        b"base - 2pp",
        b"50% of base",
        b"33 1/3%",
        b"9.6 % + EA MAX 24.2 % + ADSZ",
        b"14.5 cents/m2 + 0.4% on drained weight",
    ),
    "reader": (
        b"\x00importer,partner,period,flow,nomenclature,code,customs_value_usd\n"
        b"USA,JPN,2024,import,HS2022,870323,1000\n",
        b'\x02{"count":1,"data":[{"refYear":2024,"reporterISO":"USA"}]}',
        b"\x03PK\x03\x04",
        b"\x05\x1f\x8b\x08\x00",
        b"\x06PAR1",
    ),
    "scenario": (
        b'id = "a"\nimporter = "USA"\nnomenclature = "HTS2024"\ntrade = "t"\nbase = "2.5%"\n'
        b'[[measure]]\nid = "m"\nauthority = "section-301"\npartners = ["JPN"]\n'
        b'products = ["8703", "@car-parts"]\nrate = { all = "25%", GBR = "10%" }\nmode = "add"\n'
        b'events = [{ on = 2024-06-01, is = "announced", source = "s" }]\nsource = "s"\n'
        b'[[measure.exclusion]]\nproducts = ["870332"]\nsource = "s"\n',
        b'id = "b"\nextends = "a.toml"\n[[change]]\nid = "m"\nrate = "5%"\n',
    ),
}


def grammar(content: bytes, _: Path) -> None:
    """Any text is a duty that reads back from its own words, or is refused with a place in it.

    Raises:
        AssertionError: It is neither.
    """
    from calc.policy.grammar import read_expression, read_rate_words, text_of
    from calc.rate_text import RateTextError

    text, words, refusal = content.decode("utf-8", "replace"), None, None
    try:
        words = read_rate_words(text, currencies={"EUR": 1.1}, reading="uk")
    except RateTextError as err:
        refusal = err
    if words is not None:
        assert read_expression(text_of(words.expression)) == words.expression
    elif refusal is not None:
        assert refusal.position is None or 1 <= refusal.position <= len(text) + 1


def scenario(content: bytes, folder: Path) -> None:
    """Any file is a scenario, or is refused with what is wrong and where.

    Raises:
        AssertionError: It is neither.
    """
    from calc.errors import ScenarioError
    from pipelines.scenario.read import read_scenario

    path = folder / "any.toml"
    path.write_bytes(content)
    refusal = None
    try:
        read_scenario(path)
    except ScenarioError as err:
        refusal = err
    if refusal is not None:
        assert all(problem.what and problem.where for problem in refusal.problems)
        assert all(line.isprintable() for line in refusal.lines())


def reader(content: bytes, folder: Path) -> None:
    """Any file of any name is read or refused; the first byte chooses its ending.

    Raises:
        AssertionError: It is neither.
    """
    from tests.run.tool import retorsion

    suffix = SUFFIXES[content[0] % len(SUFFIXES)] if content else SUFFIXES[0]
    path = folder / f"in{suffix}"
    path.write_bytes(content[1:])
    done = retorsion("ingest", path, "--name", "t", "--workspace", folder, "-q")
    path.unlink()
    assert done.code in REFUSED, done.err
    assert "Traceback" not in done.err, done.err
    assert done.code == 0 or "error" in done.err


TARGETS: Mapping[str, Target] = {"grammar": grammar, "scenario": scenario, "reader": reader}
MODULES = {
    "grammar": ("calc.policy.grammar", "calc.policy.wording", "calc.policy.meaning"),
    "scenario": ("pipelines.scenario.read", "pipelines.scenario.compose"),
    "reader": ("pipelines.ingest.step", "pipelines.ingest.delimited", "pipelines.ingest.archive"),
}
"""What is watched: they, and what they import of ``calc`` and ``pipelines``."""


def guided(name: str, seconds: int, corpus: Path) -> None:
    """Search for an input that a target does not hold for; ends the process.

    Raises:
        SystemExit: atheris is not installed.
    """
    try:
        atheris: Any = importlib.import_module("atheris")
    except ImportError:
        sys.exit("atheris is not installed: .venv/bin/pip install atheris")
    with atheris.instrument_imports(include=["calc", "pipelines"]):
        for module in MODULES[name]:
            importlib.import_module(module)
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[name]):
        (corpus / f"seed-{number}").write_bytes(seed)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        options = [f"-max_total_time={seconds}", "-timeout=60", f"-artifact_prefix={corpus}/"]
        atheris.Setup([name, *options, str(corpus)], lambda content: TARGETS[name](content, place))
        atheris.Fuzz()


def main() -> None:
    """Search as asked."""
    parser = argparse.ArgumentParser(description="Grow inputs towards code not reached yet.")
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=int, default=300, help="how long")
    parser.add_argument("--corpus", type=Path, help="keeps what was found interesting")
    given = parser.parse_args()
    kept = given.corpus or Path(tempfile.gettempdir()) / f"retorsion-fuzz-{given.target}"
    guided(given.target, given.seconds, kept)


if __name__ == "__main__":
    main()
