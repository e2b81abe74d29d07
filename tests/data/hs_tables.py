"""Makes ``hs-codes.csv`` and ``hs-correlations.csv`` of ``data/raw`` from the published lists.

``python -m tests.data.hs_tables FOLDER`` writes both; FOLDER holds the files that ``sources.toml``
names under ``compiled_from``. A test makes them again where those files are kept.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import polars as pl

EDITIONS = ("HS1992", "HS1996", "HS2002", "HS2007", "HS2012", "HS2017", "HS2022")
LISTS = "hs/hs_all_revisions_un_comtrade.parquet"
BEC = "concordance/hs_to_bec4_all_revisions.parquet"
CORRELATIONS = "concordance/HS_consolidated_comtrade_concordances.csv"
CONVERSIONS = "concordance/hs_to_hs_all_pairs.parquet"
RELATIONS = {"1:1": "renamed", "1:n": "merge", "n:1": "split", "n:n": "n:m"}
"""What the published tables, read from the newer code to the older, call a pair; read forwards."""

Codes = Mapping[str, frozenset[str]]


def codes_of(folder: Path) -> Codes:
    """The six-digit codes of each edition."""
    listed = pl.read_parquet(folder / LISTS).filter(pl.col("digits") == 6)
    return {
        edition: frozenset(listed.filter(pl.col("hs_revision") == edition)["code"])
        for edition in EDITIONS
    }


def tags_of(folder: Path) -> Mapping[tuple[str, str], str]:
    """The BEC codes of a code and edition, several joined by |; without the zeros that fill up."""
    listed = pl.read_parquet(folder / BEC).drop_nulls(["hs6", "BEC4_3d"])
    tag = pl.col("BEC4_3d").str.strip_chars_end("0")
    joined = listed.group_by("hs6", "hs_rev").agg(tag.unique().sort().str.join("|"))
    return {(code, edition): tags for code, edition, tags in joined.iter_rows()}


def intervals(codes: Codes, tags: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, ...]]:
    """A row a code, unbroken run of editions and tag."""
    for code in sorted(frozenset().union(*codes.values())):
        first = last = tag = ""
        for edition in EDITIONS:
            held = code in codes[edition]
            own = tags.get((code, edition), "") if held else ""
            if first and (not held or own != tag):
                yield code, first, last, tag
                first = ""
            if held:
                first, last, tag = first or edition, edition, own
        if first:
            yield code, first, last, tag


def pairs(folder: Path, codes: Codes) -> Iterator[tuple[str, ...]]:
    """A row a pair of an older and a newer code that is not one code unchanged.

    The last cell is 1 where the newer code is tagged as the older: what the published conversion
    says, or, where that is not among the correlations, the same code, else the lowest.
    """
    listed = pl.read_csv(folder / CORRELATIONS, infer_schema=False)
    converted = pl.read_parquet(folder / CONVERSIONS).drop_nulls()
    for older, newer in pairwise(EDITIONS):
        of_both = listed.filter(pl.col("adjustment") == f"{newer[2:]} to {older[2:]}")
        rows = [
            (new.zfill(6), old.zfill(6), RELATIONS[relation])
            for new, old, relation in of_both.select(
                "code.after", "code.before", "Relationship"
            ).iter_rows()
        ]
        published = dict(
            converted.filter(pl.col("from_rev") == newer, pl.col("to_rev") == older)
            .select("from_code", "to_code")
            .iter_rows()
        )
        tag = _tags(rows, published)
        for new, old, relation in sorted(rows, key=lambda row: (row[1], row[0])):
            if (new, relation) != (old, "renamed"):
                yield newer, old, new, relation, "1" if tag[new] == old else ""


def _tags(rows: Iterable[tuple[str, str, str]], published: Mapping[str, str]) -> dict[str, str]:
    """The older code that each newer code is tagged as."""
    related: dict[str, list[str]] = {}
    for new, old, _ in rows:
        related.setdefault(new, []).append(old)
    found = {}
    for new, olds in related.items():
        own = new if new in olds else min(olds)
        found[new] = published[new] if published.get(new) in olds else own
    return found


def text_of(header: str, rows: Iterable[tuple[str, ...]]) -> bytes:
    """The bytes of a table."""
    return "".join(f"{line}\n" for line in (header, *map(",".join, rows))).encode()


def tables(folder: Path) -> dict[str, bytes]:
    """Both tables by name."""
    codes = codes_of(folder)
    return {
        "hs-codes.csv": text_of(
            "code,first_edition,last_edition,bec4", intervals(codes, tags_of(folder))
        ),
        "hs-correlations.csv": text_of(
            "edition,older_code,newer_code,relation,is_tag", pairs(folder, codes)
        ),
    }


if __name__ == "__main__":
    target = Path(__file__).parents[2] / "data" / "raw"
    for name, content in tables(Path(sys.argv[1])).items():
        (target / name).write_bytes(content)
