"""The options of ``run``."""

from typing import Annotated, Literal

import typer

Trade = Annotated[
    str | None,
    typer.Option(
        "--trade", metavar="NAME|FILE|FOLDER", help="Trade table, instead of the scenario's."
    ),
]
Period = Annotated[
    str | None,
    typer.Option(
        "--period",
        help="Reference trade: 2024, 2024-07, latest-12, mean 2022..2024, sum 2022+..+2024.",
    ),
]
Quarantine = Annotated[
    bool, typer.Option("--quarantine", help="Leave out the rows that break a rule, and say so.")
]
Strict = Annotated[
    bool,
    typer.Option("--strict", help="Exit 8 where a check fails or something is unknown."),
]
Shapley = Annotated[
    bool,
    typer.Option("--shapley", help="Share duty among authorities by Shapley's value too."),
]
Estimate = Annotated[
    str | None,
    typer.Option(
        "--estimate",
        metavar="METHOD",
        help="Estimate missing quantities by unit values: unctad-1 or unctad-2.",
        show_default=False,
    ),
]
Effects = Annotated[
    bool,
    typer.Option("--effects", help="Compute what trade does in answer, as [effects] says."),
]
Convert = Annotated[
    bool,
    typer.Option("--convert", help="Put the trade into the HS edition of the schedule's codes."),
]
Weights = Annotated[
    str | None,
    typer.Option(
        "--weights",
        metavar="NAME|FILE",
        help="Convert, sharing codes out by the trade of this table in the schedule's edition.",
    ),
]
Engine = Annotated[
    Literal["polars", "stream", "spark"],
    typer.Option("--engine", help="Polars at once, stream (piece by piece), or a Spark cluster."),
]
Master = Annotated[
    str | None,
    typer.Option(
        "--master",
        metavar="URL",
        help="Spark master: spark://HOST:PORT, or local[*] for this machine alone.",
        show_default=False,
    ),
]
