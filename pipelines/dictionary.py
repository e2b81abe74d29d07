"""The data dictionary for people and machines, from the declarations of the tables."""

from typing import Any

import dataframely as dy

from calc.dictionary import column_names, dictionary, summary, unit_of_column
from calc.errors import UsageError, did_you_mean
from calc.tables import TABLES

INTRODUCTION = (
    "# Data dictionary",
    "",
    "Every table of the project, as declared in `calc/tables/`. The same words are in the metadata "
    "of the Parquet files. `retorsion schema TABLE` prints one of them. Remake this page with "
    "`python -m pipelines.dictionary > docs/data-dictionary.md`.",
    "",
)


def declared(name: str) -> type[dy.Schema]:
    """The declaration of a table.

    Raises:
        UsageError: There is no table of that name.
    """
    if name not in TABLES:
        hint = did_you_mean(name, list(TABLES))
        raise UsageError(f"there is no table {name!r}", where="argument TABLE", hint=hint)
    return TABLES[name]


def tables_lines() -> list[str]:
    """The tables, a line each."""
    width = max(len(name) for name in TABLES)
    return [f"{name:<{width}}  {summary(table)}" for name, table in TABLES.items()]


def tables_object() -> dict[str, Any]:
    """The tables and what they hold, for ``--json``."""
    return {"tables": {name: summary(table) for name, table in TABLES.items()}}


def table_lines(name: str) -> list[str]:
    """The columns of a table, three facts and a sentence a line.

    Raises:
        UsageError: There is no table of that name.
    """
    table = declared(name)
    key = set(table.primary_key())
    lines = [f"{name}: {summary(table)}", f"key: {', '.join(table.primary_key())}", ""]
    for column in column_names(table):
        facts = table.columns()[column]
        unit = unit_of_column(table, column)
        nullable = "key" if column in key else ("may be null" if facts.nullable else "never null")
        told = ", ".join(part for part in (str(facts.dtype), unit, nullable) if part)
        lines += [f"{column} ({told})", f"    {facts.description}"]
    return lines


def table_object(name: str) -> dict[str, Any]:
    """A table's key and columns, for ``--json``.

    Raises:
        UsageError: There is no table of that name.
    """
    table = declared(name)
    columns = [
        {
            "name": column,
            "type": str(table.columns()[column].dtype),
            "unit": unit_of_column(table, column) or None,
            "nullable": table.columns()[column].nullable,
            "description": table.columns()[column].description,
        }
        for column in column_names(table)
    ]
    key = list(table.primary_key())
    return {"table": name, "description": summary(table), "key": key, "columns": columns}


def page() -> str:
    """The dictionary of all tables as a Markdown page."""
    parts = [[*dictionary(name, table), ""] for name, table in TABLES.items()]
    return "\n".join([*INTRODUCTION, *(line for part in parts for line in part)]).rstrip() + "\n"


if __name__ == "__main__":
    print(page(), end="")
