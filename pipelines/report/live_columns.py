"""The columns of the sheets that an analyst changes: headers, kinds, widths, meanings."""

from collections.abc import Sequence

from pipelines.report.columns import Column, Kind

Told = Sequence[tuple[str, str, Kind, int, str]]
IMPORTER: tuple[str, str, Kind, int, str] = (
    "importer",
    "Importer",
    "text",
    11,
    "Economy that levies the duty.",
)
INPUTS: Told = (
    IMPORTER,
    (
        "kind",
        "Kind",
        "text",
        12,
        "rate, floor or scale of a measure, elasticity, portion, content, or credit by amount.",
    ),
    ("name", "Name", "text", 28, "The measure, portion, content or credit."),
    (
        "value",
        "Value (change me)",
        "number",
        17,
        "The value now; a rate or a share is a percentage.",
    ),
    ("low", "Low (change me)", "percent", 17, "Least that the share may be."),
    ("high", "High (change me)", "percent", 17, "Most that the share may be."),
    ("drives", "What it drives", "text", 60, "What follows the value."),
    ("source", "Source", "text", 60, "Where the value of the run is from."),
)
WHAT_IF: Told = (
    IMPORTER,
    ("measure", "Measure", "text", 28, "A measure that is applied."),
    ("part", "Part of the flow", "text", 22, "The part that the portions leave; whole where none."),
    ("rate_in_run", "Rate in the run (% of value, or of the rate as written)", "percent", 15,
     "Its rate in the run; 100% of the rate as written where that is no single rate."),
    ("rate", "Rate now (% of value, or of the rate as written)", "percent", 15,
     "Its rate or scale on the sheet inputs."),
    ("elasticity", "Elasticity now (number)", "number", 15, "Its elasticity on the sheet inputs."),
    ("share", "Share now over the run (number)", "number", 15,
     "By what the part of the flow changes with its portion; every amount is that of the run."),
    ("value", "Value it is charged on (USD)", "money", 21, "Value of its lines where applied."),
    ("known", "Part of which the base duty is known (USD)", "money", 21,
     "Value of those lines whose added duty can be told."),
    ("before", "Base duty on that part (USD)", "money", 21, "Duty without the scenario there."),
    ("replaced", "Base duty that it replaces (USD)", "money", 21,
     "Base duty that the measure takes the place of; 0 where it comes on top."),
    ("credit", "Credit now (USD)", "money", 21,
     "What is taken off its duty, at most all of it; of a credit by amount the whole amount."),
    ("duty", "Duty of the measure, at unchanged trade (USD)", "money", 21,
     "Rate now times the value it is charged on, less base duty under a floor, less the credit."),
    ("added", "Duty added, at unchanged trade (USD)", "money", 21,
     "Rate now times the part of known base duty, less what it replaces."),
    ("imports", "Imports at the elasticity (USD)", "money", 21,
     "The value times the ratio of prices with duty, to the power of the elasticity."),
    ("duty_then", "Duty of the measure on those imports (USD)", "money", 21,
     "Rate now times those imports."),
)  # fmt: skip
TOTALS: Told = (
    IMPORTER,
    ("figure", "Figure", "text", 60, "What is added up."),
    ("in_run", "As in the run (USD)", "money", 21, "The figure of the run."),
    ("now", "Now (USD)", "money", 21, "The figure with the inputs as they now are."),
    ("change", "Now less the run (USD)", "money", 21, "What the changed inputs change."),
)


def columns_told(told: Told) -> list[Column]:
    """Columns from their name, header, kind, width and meaning."""
    return [
        Column(name=name, header=header, kind=kind, width=width, meaning=meaning)
        for name, header, kind, width, meaning in told
    ]
