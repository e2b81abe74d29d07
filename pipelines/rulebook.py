"""The rules that a trade table is judged by, as a page for people, from their declarations."""

from collections.abc import Callable

from calc.rules import Rule
from calc.tables.trade_rules import trade_rules

INTRODUCTION = (
    "# Rules of a trade table",
    "",
    "What `retorsion validate` holds a table to, as declared in `calc/tables/`; `retorsion rules` "
    "lists the same. Remake this page with `python -m pipelines.rulebook > docs/rules.md`.",
    "",
    "An **error** makes a row unusable: the table is refused, or the row is left out with "
    "`--quarantine`. A **warning** or an **information** refuses nothing: it is counted in rows "
    "and dollars, shown in the report, and kept beside the verdict.",
    "",
    "Rules on a row come first, then the key, then rules on groups of rows. The key and the groups "
    "are judged on all rows, and again on the rows that stay where some are left out.",
    "",
)
PARTS: dict[str, Callable[[Rule], bool]] = {
    "## On one row": lambda rule: rule.expression is not None,
    "## On the key": lambda rule: rule.expression is None and not rule.is_on_groups,
    "## On groups of rows": lambda rule: rule.is_on_groups,
}
GROUPS_NOTE = (
    "A figure of each group must lie within the bounds of the rule; a group whose figure cannot be "
    "told, such as a year without months, is not judged.",
    "",
)


def page() -> str:
    """The page of all rules, in Markdown."""
    lines = list(INTRODUCTION)
    for heading, belongs in PARTS.items():
        lines += [heading, "", *(GROUPS_NOTE if "groups" in heading else ())]
        lines += ["| rule | severity | what it asks | because |", "|---|---|---|---|"]
        lines += [_row(rule) for rule in trade_rules() if belongs(rule)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _row(rule: Rule) -> str:
    cells = (f"`{rule.rule_id}`", rule.severity, rule.message, rule.reason)
    return f"| {' | '.join(_escaped(cell) for cell in cells)} |"


def _escaped(text: str) -> str:
    """A text in which no pattern looks like the border of a cell or like a link."""
    return text.replace("|", r"\|").replace("](", r"]\(")


if __name__ == "__main__":
    print(page(), end="")
