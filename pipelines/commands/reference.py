"""``schema``: what a table's columns mean, in which unit, and what may be unknown."""

from typing import Annotated

import typer

from pipelines.commands.common import AsJson, show

TableName = Annotated[
    str | None, typer.Argument(metavar="TABLE", help="A table; without one, all are listed.")
]


def schema(table: TableName = None, as_json: AsJson = False) -> None:
    """Print the dictionary of a table: key, columns, types, units, meaning.

    \b
    Examples:
      retorsion schema
          the tables, a line each
      retorsion schema lines
          the columns of one
    """  # noqa: D301
    from pipelines.dictionary import table_lines, table_object, tables_lines, tables_object

    if table is None:
        show(tables_object(), tables_lines(), as_json=as_json)
    else:
        show(table_object(table), table_lines(table), as_json=as_json)


def register(app: typer.Typer) -> None:
    """Attach the commands of this subject."""
    app.command("schema")(schema)
