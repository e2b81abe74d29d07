"""The shape of the code is a promise too: purity, sizes, documentation, light start-up."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import dataframely as dy
import pytest

from calc.tables import TABLES

ROOT = Path(__file__).parent.parent
CALC = sorted((ROOT / "calc").rglob("*.py"))
PIPELINES = sorted((ROOT / "pipelines").rglob("*.py"))
SOURCES = CALC + PIPELINES
COMMANDS = sorted((ROOT / "pipelines" / "commands").glob("*.py"))
LIGHT = [ROOT / "calc" / "errors.py", ROOT / "pipelines" / "cli.py", *COMMANDS]

MAX_MODULE_LINES = 300
MAX_BODY_LINES = 40
USUAL_BODY_LINES = 25
MAX_SHARE_OF_LONG_BODIES = 0.10
MAX_ARGUMENTS = 5

IMPURE_MODULES = (
    {"glob", "io", "os", "pathlib", "shutil", "tempfile"}
    | {"http", "requests", "socket", "urllib"}
    | {"logging", "random", "subprocess", "sys", "time"}
    | {"asyncio", "multiprocessing", "threading"}
    | {"pipelines", "rich", "typer"}
)
IMPURE_FUNCTIONS = {"breakpoint", "input", "open", "print"}
CLOCK = {"now", "today", "utcnow"}
COLLECTING = {"collect", "collect_all", "collect_async", "collect_batches"}
FILE_METHODS = re.compile(r"^(read|scan|write|sink)_")
HEAVY_MODULES = (
    {"dataframely", "narwhals", "numpy", "pandas", "polars", "pyarrow"}
    | {"fastexcel", "openpyxl", "xlsxwriter"}
    | {"altair", "great_expectations", "pyspark", "scipy", "vl_convert"}
)

# Solvers need values, not plans: "calc/<module>.py::<function>" of each that collects.
SOLVERS_THAT_COLLECT = frozenset({"calc/effects/markets.py::collected"})

UNNUMBERED_NOTE = re.compile(r"\b(TODO|FIXME)\b(?!\s*\(?#\d+)")

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Named(NamedTuple):
    """A function and where it is, as a person would look for it."""

    place: str
    node: Function


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=label(path))


def functions(path: Path) -> list[Named]:
    found = [node for node in ast.walk(parse(path)) if isinstance(node, Function)]
    return [Named(f"{label(path)}::{node.name}", node) for node in found]


def imported(node: ast.AST) -> Iterator[str]:
    """Dotted names that an import statement binds or reads from."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield "." * node.level + (node.module or "")


def top_packages(nodes: Iterator[ast.AST]) -> set[str]:
    return {name.split(".")[0] for node in nodes for name in imported(node)}


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when a module is imported: not function bodies, not hints only."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.Lambda) or is_type_checking(child):
            continue
        yield child
        yield from run_at_import(child)


def body_lines(node: Function) -> int:
    """Lines of a function from its first statement to its last, without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def typer_commands(tree: ast.Module) -> set[str]:
    """Functions whose arguments are a command line: ``@x.command()`` or ``x.command()(f)``."""
    decorated = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, Function)
        and any(
            isinstance(made, ast.Call) and method(made) in {"command", "callback"}
            for made in node.decorator_list
        )
    }
    handed_over = {
        argument.id
        for call in calls(tree)
        if isinstance(call.func, ast.Call) and method(call.func) in {"command", "callback"}
        for argument in call.args
        if isinstance(argument, ast.Name)
    }
    return decorated | handed_over


def positional(node: Function) -> list[str]:
    names = [argument.arg for argument in node.args.posonlyargs + node.args.args]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def public_definitions(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Public functions, classes and methods of a module, with their dotted names."""
    for node in body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node.body, f"{prefix}{node.name}.")


def has_docstring(node: ast.AST) -> bool:
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return isinstance(node, documented) and bool(ast.get_docstring(node))


def test_there_is_something_to_hold() -> None:
    assert CALC
    assert PIPELINES
    assert COMMANDS
    assert all(path.is_file() for path in LIGHT)
    assert TABLES


@pytest.mark.parametrize("path", CALC, ids=label)
def test_calc_imports_nothing_impure(path: Path) -> None:
    assert top_packages(ast.walk(parse(path))) & IMPURE_MODULES == set()


@pytest.mark.parametrize("path", CALC, ids=label)
def test_calc_reads_no_clock_file_or_unseeded_chance(path: Path) -> None:
    tree = parse(path)
    clock = {
        f"line {node.lineno}: .{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in CLOCK
    }
    impure = {
        f"line {call.lineno}: {ast.unparse(call.func)}"
        for call in calls(tree)
        if (isinstance(call.func, ast.Name) and call.func.id in IMPURE_FUNCTIONS)
        or FILE_METHODS.match(method(call))
        or ("default_rng" in ast.unparse(call.func) and not call.args and not call.keywords)
    }

    assert clock | impure == set()


@pytest.mark.parametrize("path", CALC, ids=label)
def test_calc_collects_only_in_named_solvers(path: Path) -> None:
    collecting = {call.lineno for call in calls(parse(path)) if method(call) in COLLECTING}
    allowed = {
        line
        for place, node in functions(path)
        if place in SOLVERS_THAT_COLLECT
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }

    assert collecting - allowed == set()


def test_named_solvers_exist() -> None:
    known = {place for path in CALC for place, _ in functions(path)}

    assert SOLVERS_THAT_COLLECT - known == set()


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_module_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_MODULE_LINES


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_no_function_is_very_long(path: Path) -> None:
    sizes = {place: body_lines(node) for place, node in functions(path)}

    assert {place: size for place, size in sizes.items() if size > MAX_BODY_LINES} == {}


def test_few_functions_are_long() -> None:
    sizes = {
        f"{place}:{node.lineno}": body_lines(node)
        for path in SOURCES
        for place, node in functions(path)
    }
    long = {place: size for place, size in sizes.items() if size > USUAL_BODY_LINES}

    assert len(long) <= MAX_SHARE_OF_LONG_BODIES * len(sizes), long


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_functions_take_few_arguments(path: Path) -> None:
    commands = typer_commands(parse(path))
    many = {
        place: positional(node)
        for place, node in functions(path)
        if node.name not in commands and len(positional(node)) > MAX_ARGUMENTS
    }

    assert many == {}


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_what_is_public_is_documented(path: Path) -> None:
    tree = parse(path)
    silent = [name for name, node in public_definitions(tree.body) if not has_docstring(node)]

    assert has_docstring(tree)
    assert silent == []


@pytest.mark.parametrize("path", LIGHT, ids=label)
def test_command_line_imports_nothing_heavy_at_once(path: Path) -> None:
    assert top_packages(run_at_import(parse(path))) & HEAVY_MODULES == set()


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_open_ends_have_an_issue_number(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    loose = {number: line for number, line in enumerate(lines, 1) if UNNUMBERED_NOTE.search(line)}

    assert loose == {}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_table_is_documented(table: type[dy.Schema]) -> None:
    columns = table.columns()
    silent = [n for n, c in columns.items() if not (c.description or "").endswith(".")]
    unitless = [
        n for n, c in columns.items() if c.dtype.is_numeric() and not (c.metadata or {}).get("unit")
    ]

    assert (vars(table).get("__doc__") or "").strip()
    assert columns
    assert silent == []
    assert unitless == []
