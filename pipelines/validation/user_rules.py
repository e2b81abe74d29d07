"""Rules of a user's own, from a TOML file in the words of the declared ones.

Each ``[[rule]]`` says what it asks (``kind`` and its keys), how severe a break is, and the reason
why it exists. Conditions are read by the grammar of ``calc.relation``; nothing is ever run.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from calc.errors import Problem, RulesError, StorageError, did_you_mean
from calc.relation import Columns, Condition, RelationError, read_condition
from calc.rules import Rule
from calc.tables.trade_rules import trade_columns
from pipelines.scenario.lines import find_lines, nearest_line
from pipelines.validation.rule_errors import RuleKeyError
from pipelines.validation.user_kinds import KINDS, made

MAX_BYTES = 1_000_000
COMMON = {"id", "kind", "severity", "message", "reason", "where"}
SEVERITIES = ("error", "warning", "information")


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRules:
    """The rules of a file, and its SHA-256."""

    rules: list[Rule]
    sha256: str


def read_user_rules(path: Path) -> UserRules:
    """The rules of a user's file.

    Raises:
        RulesError: The file is no TOML, or a rule cannot be understood: all problems together.
        StorageError: The file cannot be read.
    """
    text, digest = _text_of(path)
    try:
        root = tomllib.loads(text)
    except (ValueError, RecursionError) as err:
        raise RulesError(
            f"{path.name} is not TOML: {err}",
            where=path.name,
            hint='texts need quotes: id = "mine"',
        ) from err
    reader = _Reader(name=path.name, text=text, columns=trade_columns())
    rules = list(reader.rules(root))
    if reader.problems:
        raise RulesError.collected([problem for _, problem in sorted(reader.problems, key=_line)])
    return UserRules(rules=rules, sha256=digest)


def _line(entry: tuple[int, Problem]) -> int:
    return entry[0]


def _text_of(path: Path) -> tuple[str, str]:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError as err:
        near = did_you_mean(path.name, sorted(item.name for item in path.parent.glob("*.toml")))
        raise RulesError(f"there is no file {path.name}", where=str(path), hint=near) from err
    except OSError as err:
        raise StorageError(f"cannot read {path.name}: {err.strerror}", where=str(path)) from err
    if len(content) > MAX_BYTES:
        raise RulesError(f"{path.name} is larger than 1 MB, too large for rules", where=str(path))
    try:
        return content.decode("utf-8-sig"), sha256(content).hexdigest()
    except UnicodeDecodeError as err:
        line = content.count(b"\n", 0, err.start) + 1
        raise RulesError(
            f"{path.name} is not UTF-8: byte 0x{content[err.start]:02x} cannot be read",
            where=f"{path.name} line {line}",
            hint="save the file as UTF-8",
        ) from err


class _Reader:
    """Reads rules one by one and collects what is wrong with them, each with its line."""

    def __init__(self, *, name: str, text: str, columns: Columns) -> None:
        self.problems: list[tuple[int, Problem]] = []
        self._name, self._lines, self._columns = name, find_lines(text), columns

    def rules(self, root: Mapping[str, Any]) -> Iterator[Rule]:
        """The rules that can be understood."""
        for key in root:
            if key != "rule":
                self._refuse((key,), f"{key} is not read", did_you_mean(key, ["rule"]))
        tables = root.get("rule")
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            self._refuse(("rule",), "there is no [[rule]]", "write each rule under [[rule]]")
            return
        seen: set[str] = set()
        for number, table in enumerate(tables):
            try:
                self._check_id(number, table, seen)
                yield self._rule(table)
            except RuleKeyError as err:
                self._refuse(("rule", number, err.key), str(err), err.hint)

    def _refuse(self, path: tuple[str | int, ...], what: str, hint: str = "") -> None:
        line = nearest_line(self._lines, path)
        key = f", {path[-1]}" if isinstance(path[-1], str) and path[-1] else ""
        self.problems.append((line, Problem(what, f"{self._name} line {line}{key}", hint)))

    def _check_id(self, number: int, table: Mapping[str, Any], seen: set[str]) -> None:
        kind = table.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            given = f"{kind!r} is no kind of rule" if "kind" in table else "the rule has no kind"
            raise RuleKeyError("kind", given, did_you_mean(str(kind or ""), list(KINDS)))
        known = COMMON | set(KINDS[kind].needed) | set(KINDS[kind].allowed)
        for key in table:
            if key not in known:
                hint = did_you_mean(key, sorted(known))
                self._refuse(("rule", number, key), f"a rule of kind {kind} has no {key}", hint)
        name = table.get("id")
        if not isinstance(name, str) or not name.replace("-", "").isalnum() or not name.islower():
            raise RuleKeyError("id", "a rule needs an id", 'small letters: id = "quantity-of-cars"')
        if name in seen:
            raise RuleKeyError("id", f"there are two rules {name!r}", "give each rule its own id")
        seen.add(name)

    def _rule(self, table: Mapping[str, Any]) -> Rule:
        severity, reason = table.get("severity", "error"), table.get("reason")
        if severity not in SEVERITIES:
            hint = did_you_mean(str(severity), SEVERITIES)
            raise RuleKeyError("severity", f"{severity!r} is no severity", hint)
        if not isinstance(reason, str) or not reason.strip():
            hint = 'say why the rule exists: reason = "duty is by weight"'
            raise RuleKeyError("reason", "the rule does not say its reason", hint)
        for key in KINDS[table["kind"]].needed:
            if key not in table:
                hint = f"a rule of kind {table['kind']} needs {key}"
                raise RuleKeyError("id", f"rule {table['id']!r} has no {key}", hint)
        where = self._condition("where", table["where"]) if "where" in table else None
        made_of = {key: value for key, value in table.items() if key not in COMMON}
        if "part" in made_of:
            made_of["part"] = self._condition("part", made_of["part"])
        if "relation" in made_of:
            made_of["tree"] = self._condition("relation", made_of["relation"])
        message = table.get("message")
        if message is not None and not (isinstance(message, str) and message.strip()):
            raise RuleKeyError(
                "message", "the message is no text", "leave it away, or write a text"
            )
        about = {"severity": severity, "reason": reason.strip(), "where": where}
        return made(f"user.{table['id']}", table["kind"], made_of, about, message)

    def _condition(self, key: str, text: Any) -> Condition:
        if not isinstance(text, str):
            raise RuleKeyError(key, f"{key} is no text", "write a condition: 'quantity > 0'")
        try:
            return read_condition(text, self._columns)
        except RelationError as err:
            raise RuleKeyError(key, str(err), err.hint) from err
