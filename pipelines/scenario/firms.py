"""Rates by firm: an annex of firms, the portion of the flow that each has, and its rate.

The firms of a line share nothing of its flow: a family of disjoint portions, named after the
measure and the firm. What none of those named has is that of all others, whose rate is the branch's
own.
"""

from fractions import Fraction

from calc.policy.expression import is_zero
from calc.policy.model import Alternative
from pipelines.scenario.annex import Annex, Row
from pipelines.scenario.assumed import ANY, Range, Share, ShareRow
from pipelines.scenario.duties import duty_in_cell
from pipelines.scenario.fields import Table
from pipelines.scenario.grammar import FIRMS, check_keys
from pipelines.scenario.model import Duty, PartnerScope, RateChoice
from pipelines.scenario.ranges import ordered, share_in_cell
from pipelines.scenario.setting import Setting
from pipelines.scenario.share_table import line_of_row

SPLIT = "split"
REQUIRED = ("firm", "portion", "rate")
BOUNDS = {"central": "portion", "low": "low", "high": "high"}
COLUMNS = (*REQUIRED, "partner", "code", "low", "high", "source", "note")
REST = "all others"
Line = tuple[str, str]
"""The partner and the code prefix that a group of firms is of; * for all of the measure's."""

Firms = dict[str, tuple[Range, Duty, str]]
"""Of each firm its portion, its rate and the source of its portion."""


def read_split(inner: Table, setting: Setting) -> tuple[tuple[RateChoice, ...], str]:
    """The rates by firm, a choice a partner and code, and the name of the annex.

    The portions are added to the setting's; none where the annex is refused.
    """
    check_keys(inner, FIRMS)
    annex = setting.files.annex(inner, SPLIT, inner.values[SPLIT], folder=setting.folder)
    if annex is None:
        return (), ""
    setting.files.mark(annex, COLUMNS)
    if not annex.check_columns(inner, SPLIT, known=COLUMNS, required=REQUIRED):
        return (), annex.name
    groups = _groups(list(annex.cells(inner, SPLIT)), setting)
    if not _is_whole(groups, annex, inner):
        return (), annex.name
    names = {firm: f"{setting.owner}/{firm}" for firms in groups.values() for firm in firms}
    _enter_portions(groups, names, annex, setting)
    choices = (_choice(line, firms, names) for line, firms in sorted(groups.items()))
    return tuple(choices), annex.name


def _groups(rows: list[Row], setting: Setting) -> dict[Line, Firms]:
    """The firms by partner and code."""
    groups: dict[Line, Firms] = {}
    for row in rows:
        prefix, partner = line_of_row(row, setting, what="a firm's rate")
        firm = " ".join(row.text("firm").split())
        firms = groups.setdefault((partner or ANY, prefix or ANY), {})
        is_rest = firm.casefold() == REST
        firm = REST if is_rest else firm
        if not firm or firm in firms:
            row.refuse("firm", "the firm is there twice" if firm else "the row names no firm")
        duty, portion = duty_in_cell(row, "rate", setting.words), _portion(row)
        if duty is not None and portion is not None:
            firms[firm] = (portion, duty, row.text("source"))
    return groups


def _portion(row: Row) -> Range | None:
    found = {key: share_in_cell(row, name) for key, name in BOUNDS.items() if row.text(name)}
    if "central" not in found:
        row.refuse("portion", "the row has no portion", "write one, such as 0.2")
    return ordered(row, found)


def _is_whole(groups: dict[Line, Firms], annex: Annex, inner: Table) -> bool:
    """Whether each group has a rate of all others and portions that sum to one."""
    whole = True
    for (partner, prefix), firms in sorted(groups.items()):
        named = [name for name in (partner, prefix) if name != ANY]
        of = f" of {', '.join(named)}" if named else ""
        total = sum((Fraction(str(each.central)) for each, _, _ in firms.values()), Fraction())
        if REST not in firms:
            inner.refuse(SPLIT, f'{annex.name} has no firm "{REST}"{of}',
                         "give the rest a row of its own")  # fmt: skip
            whole = False
        elif total != 1:
            inner.refuse(
                SPLIT, f"the portions of {annex.name}{of} sum to {float(total):g}, not to 1"
            )
            whole = False
    return whole


def _enter_portions(
    groups: dict[Line, Firms], names: dict[str, str], annex: Annex, setting: Setting
) -> None:
    """The portion of each named firm, none of which shares anything with another.

    Of the goods of a group that does not name it a firm has nothing, whatever a wider group says.
    """
    own = sorted(name for firm, name in names.items() if firm != REST)
    for firm, name in names.items():
        if firm == REST:
            continue
        rows = []
        for (partner, prefix), firms in sorted(groups.items()):
            portion, _, source = firms.get(firm, (Range(0.0), None, ""))
            rows.append(
                ShareRow(
                    importer=setting.importer,
                    prefix=prefix,
                    partner=partner,
                    range=portion,
                    source=source or annex.name,
                )
            )
        others = tuple(other for other in own if other != name)
        setting.shares[name] = Share(
            name=name, kind="portion", rows=tuple(rows), disjoint_with=others
        )


def _choice(line: Line, firms: Firms, names: dict[str, str]) -> RateChoice:
    """The rate of all others on a line, and what the portions of the named firms pay instead."""
    partner, prefix = line
    alternatives = tuple(
        Alternative(
            names[firm], None if is_zero(duty.expression) else duty.expression, mode=duty.mode
        )
        for firm, (_, duty, _) in sorted(firms.items())
        if firm != REST
    )
    return RateChoice(
        firms[REST][1],
        None if partner == ANY else PartnerScope("some", (partner,)),
        None if prefix == ANY else (prefix,),
        alternatives=alternatives,
    )
