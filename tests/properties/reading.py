"""The scope of a law read row by row in plain Python, as the language page says it in words.

It is slow and knows nothing of joins: what the tables of ``calc.scope`` and the objects of
``calc.policy`` say is compared with it.
"""

from collections.abc import Iterator

import polars as pl

from calc.policy.outcome import Candidate, Outcome, Segment
from calc.policy.stack import resolve
from calc.scope import ALL, match_exclusions, match_partners, match_products
from tests.run.asking import policy_of
from tests.strategies import Law, Row

Line = tuple[str, str, str]


def codes_of(trade: pl.DataFrame) -> pl.LazyFrame:
    """The distinct codes of a trade table, in no order."""
    return trade.lazy().select("code").unique()


def pairs_of(trade: pl.DataFrame) -> pl.LazyFrame:
    """The distinct importers and partners of a trade table, in no order."""
    return trade.lazy().select("importer", "partner").unique()


def candidates_of(law: Law, trade: pl.DataFrame) -> pl.LazyFrame:
    """Every measure on every line, as the modules under test find them."""
    codes, seen, measures = codes_of(trade), pairs_of(trade), law.measures.lazy()
    products = match_products(law.products.lazy(), codes)
    partners = match_partners(law.partners.lazy(), seen, measures)
    excluded = match_exclusions(law.exclusions.lazy(), codes, seen)
    is_excluded = pl.col("left_out_by").is_not_null() | pl.col("excluded_by").is_not_null()
    named = products.join(partners, on="measure_id", how="inner")
    marked = named.join(excluded, on=["measure_id", "code", "partner"], how="left")
    return marked.with_columns(is_excluded=is_excluded)


def outcomes_of(law: Law, trade: pl.DataFrame) -> dict[Line, list[tuple[Row, Outcome]]]:
    """Each measure on each line that it names, and what becomes of it there.

    Raises:
        UnsettledError: The law does not settle which of two measures goes first.
    """
    policy = policy_of(law)
    numbers = {branch.measure_id: number for number, branch in enumerate(policy.branches)}
    rows_of: dict[Line, list[Row]] = {}
    for (importer, partner, code), measure in names(law, trade, finer=True):
        left_out = left_out_by(law, measure["measure_id"], code)
        number = excluded_by(law, measure["measure_id"], code, partner)
        row = measure | {"is_excluded": left_out is not None or number is not None}
        row["candidate"] = Candidate(
            branch=numbers[measure["measure_id"]],
            length=len(measure["prefix"]),
            is_left_out=left_out is not None,
            excluded_by=number,
        )
        rows_of.setdefault((importer, partner, code), []).append(row)
    return {
        line: list(
            zip(rows, resolve([r["candidate"] for r in rows], Segment(), policy), strict=True)
        )
        for line, rows in rows_of.items()
    }


def covers(prefix: str, code: str) -> bool:
    return prefix == ALL or code.startswith(prefix)


def longest_prefix(law: Law, measure_id: str, role: str, code: str) -> str | None:
    """The longest prefix of a role by which a measure speaks of a code; all goods is shortest."""
    named = _prefixes(law, measure_id, role)
    return max((one for one in named if covers(one, code)), key=len, default=None)


def _prefixes(law: Law, measure_id: str, role: str) -> list[str]:
    """The prefixes of a role of a measure; a query of each question took most of a reading."""
    rows = zip(*(law.products[name] for name in ("measure_id", "role", "prefix")), strict=True)
    return [prefix for whose, of_role, prefix in rows if (whose, of_role) == (measure_id, role)]


def is_hit(law: Law, measure: Row, partner: str) -> bool:
    """Whether a measure hits a partner: named or all, not left out, not the importer itself."""
    rows = list(zip(*(law.partners[it] for it in ("measure_id", "role", "partner")), strict=True))
    included = {one for *whose, one in rows if whose == [measure["measure_id"], "include"]}
    excluded = {one for *whose, one in rows if whose == [measure["measure_id"], "exclude"]}
    named = partner in included or ALL in included
    return named and partner not in excluded and partner != measure["importer"]


def excluded_by(law: Law, measure_id: str, code: str, partner: str) -> int | None:
    """The first exclusion of a measure that takes out a code of a partner."""
    numbers = [
        row["exclusion"]
        for row in law.exclusions.iter_rows(named=True)
        if row["measure_id"] == measure_id
        and covers(row["prefix"], code)
        and row["partner"] in (ALL, partner)
    ]
    return min(numbers, default=None)


def part_of_code(law: Law, measure_id: str, code: str) -> str | None:
    """The first prefix that a measure includes and that is a part of a code: it is finer."""
    named = _prefixes(law, measure_id, "include")
    return min((one for one in named if one != code and one.startswith(code)), default=None)


def names(law: Law, trade: pl.DataFrame, *, finer: bool = False) -> Iterator[tuple[Line, Row]]:
    """Every line of importer, partner and code with each measure that names it.

    With ``finer``, so does a measure that names only a part of the code.
    """
    for measure in law.measures.iter_rows(named=True):
        own = trade.filter(importer=measure["importer"])["partner"].unique()
        hit = [partner for partner in own if is_hit(law, measure, partner)]
        for code in trade["code"].unique():
            prefix = longest_prefix(law, measure["measure_id"], "include", code)
            if prefix is None and finer:
                prefix = part_of_code(law, measure["measure_id"], code)
            if prefix is not None:
                for partner in hit:
                    yield (measure["importer"], partner, code), measure | {"prefix": prefix}


def left_out_by(law: Law, measure_id: str, code: str) -> str | None:
    """The prefix that leaves a code out of a measure: any exclusion, unless ``but`` covers it."""
    if longest_prefix(law, measure_id, "but", code) is not None:
        return None
    return longest_prefix(law, measure_id, "exclude", code)


def candidate_rows(law: Law, trade: pl.DataFrame) -> list[Row]:
    """What ``candidates_of`` should say."""
    rows = []
    for (importer, partner, code), measure in names(law, trade):
        measure_id = measure["measure_id"]
        left_out = left_out_by(law, measure_id, code)
        number = excluded_by(law, measure_id, code, partner)
        rows.append(
            {
                "importer": importer,
                "partner": partner,
                "code": code,
                "measure_id": measure_id,
                "prefix": measure["prefix"],
                "left_out_by": left_out,
                "excluded_by": number,
                "is_excluded": left_out is not None or number is not None,
            }
        )
    return rows


def precedence(measure: Row) -> tuple[bool, int, int]:
    """The order of the law, most specific last: goods named, partners named, longer prefix."""
    return measure["names_products"], measure["partner_rank"], len(measure["prefix"])


def expected_status(row: Row, group: list[Row]) -> str:
    """What becomes of a measure among those of its authority on a line, read in plain words."""
    if row["is_excluded"]:
        return "excluded"
    rivals = [
        precedence(other)
        for other in group
        if not other["is_excluded"] and other["is_in_force"] == row["is_in_force"]
    ]
    if precedence(row) < max(rivals):
        return "displaced"
    return "applied" if row["is_in_force"] else "threatened"


def told_of_measures(components: pl.DataFrame) -> dict[Line, str]:
    """What a run says becomes of each measure on each flow: by partner, code and measure."""
    told = components.select("partner", "code", "measure_id", "status")
    return {(partner, code, name): status for partner, code, name, status in told.iter_rows()}


def read_row_by_row(law: Law, trade: pl.DataFrame) -> dict[tuple[str, str, str], str]:
    """What becomes of every measure on every flow, where authorities stand beside each other."""
    flows = set(trade.select("partner", "code").iter_rows())
    by_line: dict[tuple[str, str], list[Row]] = {}
    for (importer, partner, code), measure in names(law, trade, finer=True):
        if importer == "USA" and (partner, code) in flows:
            out = is_out(law, measure, partner, code)
            by_line.setdefault((partner, code), []).append(measure | {"is_excluded": out})
    found = {}
    for line, rows in by_line.items():
        for row in rows:
            basis = (row["authority"], row["programme"])
            group = [one for one in rows if (one["authority"], one["programme"]) == basis]
            found[(*line, row["measure_id"])] = expected_status(row, group)
    return found


def is_out(law: Law, measure: Row, partner: str, code: str) -> bool:
    """Whether exceptions or an exclusion take a line out of a measure."""
    measure_id = measure["measure_id"]
    assert is_hit(law, measure, partner)
    left_out = longest_prefix(law, measure_id, "exclude", code) is not None
    taken_in = longest_prefix(law, measure_id, "but", code) is not None
    excluded = any(
        row["measure_id"] == measure_id
        and code.startswith(row["prefix"])
        and row["partner"] in ("*", partner)
        for row in law.exclusions.iter_rows(named=True)
    )
    return excluded or (left_out and not taken_in)
