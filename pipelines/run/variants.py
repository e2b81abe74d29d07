"""The same trade under a changed law: read once, added up by like lines, assessed many times."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from calc.compact import groups_of
from calc.dictionary import polars_schema
from calc.errors import LimitError
from calc.money import to_usd
from calc.policy.additive import lines_apart
from calc.policy.attribution import MOST_AUTHORITIES, Worth, in_order, shapley
from calc.policy.model import Policy
from calc.tables.reports import ByAuthority
from calc.terms import ROW
from pipelines.engines import engine_for
from pipelines.run.assess import Found, assess
from pipelines.run.question import Question
from pipelines.run.resolve import Resolved, under

OUT = "void"
KEY = ["importer", "method", "authority"]
Method = Callable[[Sequence[str], Worth], dict[str, int]]


@dataclass(frozen=True, kw_only=True)
class Variants:
    """What a change of rates or states is assessed on: sums of lines that no such change parts.

    ``resolved`` is the law on the groups: its trade has one row a group of like lines.
    """

    question: Question
    resolved: Resolved

    def under(self, policy: Policy, *, with_threats: bool = True) -> Found:
        """The groups and the measures on them under a changed law."""
        changed = under(self.resolved, self.question, policy)
        asked = replace(self.question, policy=policy)
        return assess(asked, changed, with_threats=with_threats)


def variants_of(question: Question, resolved: Resolved) -> Variants:
    """The groups of like lines of a resolved law."""
    apart = lines_apart([question.policy], has_expressions=bool(resolved.terms.base_expressions))
    grouped = groups_of(resolved.trade.lazy(), resolved.rows.lazy(), apart=apart)
    engine = engine_for(resolved.rows)
    trade = grouped.collect(engine=engine)
    kept = trade.lazy().select(ROW)
    rows = resolved.rows.lazy().join(kept, on=ROW, how="semi").collect(engine=engine)
    return Variants(question=question, resolved=replace(resolved, trade=trade, rows=rows))


def increments_of(lines: pl.DataFrame) -> dict[str, int]:
    """What measures in force add where it is known, by importer, in ten-thousandths of a USD."""
    covered = lines.lazy().filter(pl.col("status") != "excluded")
    sums = covered.group_by("importer").agg(pl.col("increment_e4").sum())
    return dict(sums.collect(engine=engine_for(lines)).iter_rows())


def by_authority(question: Question, resolved: Resolved, found: Found) -> pl.DataFrame:
    """BY_AUTHORITY: what each authority adds, in the order of the law; by Shapley's value if asked.

    Where there are several, computed on sums of like lines, rounded once a group, so that it may
    differ from the lines by a fraction of a dollar.

    Raises:
        LimitError: More authorities than Shapley's value can be computed for.
    """
    authorities = authorities_in_order(question.policy)
    if len(authorities) < 2:
        shared = {importer: dict.fromkeys(authorities, total)
                  for importer, total in increments_of(found.lines).items()}  # fmt: skip
        rows = [*_told("order of law", shared)]
        return pl.DataFrame(rows, schema=polars_schema(ByAuthority), orient="row").sort(KEY)
    worth = _Worth(variants_of(question, resolved))
    rows = [*_told("order of law", _each(question, authorities, worth, in_order))]
    if question.with_shapley:
        if len(authorities) > MOST_AUTHORITIES:
            raise LimitError(
                f"{len(authorities)} authorities are in force, and Shapley's value of more than "
                f"{MOST_AUTHORITIES} takes too long",
                hint="leave --shapley out: the order of the law shares the duty out too",
            )
        rows += _told("shapley", _each(question, authorities, worth, shapley))
    return pl.DataFrame(rows, schema=polars_schema(ByAuthority), orient="row").sort(KEY)


def _each(
    question: Question, authorities: Sequence[str], worth: "_Worth", method: Method
) -> dict[str, dict[str, int]]:
    """The shares of each importer."""
    return {
        importer: method(authorities, partial(worth.of, importer))
        for importer in question.importers
    }


def _told(method: str, shares: Mapping[str, Mapping[str, int]]) -> Iterator[dict[str, str | float]]:
    for importer, by_name in shares.items():
        for authority, amount in by_name.items():
            yield {
                "importer": importer,
                "authority": authority,
                "method": method,
                "duty_increment_usd": to_usd(amount),
            }


def authorities_in_order(policy: Policy) -> list[str]:
    """The authorities that have a measure in force, in the order of the law."""
    order: dict[str, int] = {}
    for branch in policy.branches:
        if branch.is_in_force:
            order[branch.authority] = min(order.get(branch.authority, branch.order), branch.order)
    return sorted(order, key=lambda name: (order[name], name))


class _Worth:
    """What the measures in force of some authorities add together; each set assessed once."""

    def __init__(self, variants: Variants) -> None:
        self.variants = variants
        self.known: dict[frozenset[str], dict[str, int]] = {}

    def of(self, importer: str, held: frozenset[str]) -> int:
        """What it is for an importer, in ten-thousandths of a USD."""
        if not held:
            return 0
        if held not in self.known:
            policy = self.variants.question.policy
            branches = [
                one if one.authority in held or not one.is_in_force else replace(one, state=OUT)
                for one in policy.branches
            ]
            found = self.variants.under(replace(policy, branches=branches), with_threats=False)
            self.known[held] = increments_of(found.lines)
        return self.known[held].get(importer, 0)
