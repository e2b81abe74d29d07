"""Audit tables: what the rules found, and which rows they set aside."""

import dataframely as dy

COUNT = {"unit": "number"}


class RuleCounts(dy.Schema):
    """A declared rule and what it found in one table."""

    rule_id = dy.String(primary_key=True, description="Table, column and kind of the rule.")
    column = dy.String(
        nullable=True, description="Column judged; null where the rule spans several."
    )
    kind = dy.String(description="Kind of the rule, such as presence, pattern or range.")
    severity = dy.String(
        regex="^(error|warning|information)$",
        description="error: the row cannot be used; warning: look at it; information: a fact.",
    )
    message = dy.String(description="What the rule asks, in a sentence.")
    reason = dy.String(description="Why the rule exists.")
    rows_judged = dy.Int64(min=0, metadata=COUNT, description="Rows that the rule was run on.")
    rows_failed = dy.Int64(
        nullable=True,
        min=0,
        metadata=COUNT,
        description="Rows that break the rule; null where the rule could not be run.",
    )
    value_failed_usd = dy.Float64(
        nullable=True, metadata={"unit": "USD"}, description="Value of those rows, where known."
    )
    groups_judged = dy.Int64(
        nullable=True,
        min=0,
        metadata=COUNT,
        description="Groups of rows whose figure was held to the rule; null for a rule on rows.",
    )
    groups_failed = dy.Int64(
        nullable=True,
        min=0,
        metadata=COUNT,
        description="Groups that break the rule; null for a rule on rows.",
    )
    judged_by = dy.String(description="Engine that gave the verdict.")


class GroupFigures(dy.Schema):
    """A group of rows that a rule judges, by a figure of it."""

    rule_id = dy.String(primary_key=True, description="The rule.")
    group = dy.String(primary_key=True, description="What the rows of the group have in common.")
    rows = dy.Int64(min=0, metadata=COUNT, description="Rows of the group.")
    value_usd = dy.Float64(
        nullable=True, metadata={"unit": "USD"}, description="Their value, where known."
    )
    figure = dy.Float64(
        metadata={"unit": "as the rule says"}, description="What the rule holds within its bounds."
    )
    is_kept = dy.Bool(description="Whether the group keeps the rule.")


class Rejects(dy.Schema):
    """A row of a source file that could not be read, was set aside, or breaks a rule."""

    source_id = dy.String(primary_key=True, description="Name of the source file.")
    source_row = dy.Int64(
        primary_key=True,
        min=1,
        metadata=COUNT,
        description="Row in the file as a spreadsheet counts it: the header is row 1.",
    )
    failed_rules = dy.String(description="Rules that the row breaks, joined by a semicolon.")
    reason = dy.String(description="What is wrong, naming column and value.")
    value_usd = dy.Float64(
        nullable=True, metadata={"unit": "USD"}, description="Value of the row, where readable."
    )
    original = dy.String(
        description="Original text of every cell, a JSON object of the header in the file to text."
    )


class Quarantine(Rejects):
    """A row of a table that breaks a rule, with its original text and its cells as ingested."""

    table_row = dy.Int64(
        primary_key=True,
        min=0,
        metadata=COUNT,
        description="Row in the table, counted from 0.",
    )
    original = dy.String(
        nullable=True,
        description="Original text of every cell, a JSON object of the header in the file to text; "
        "null where ingest did not keep it and the source file was not at hand, or is another by "
        "its hash. Of rows that are noticed only, what ingest kept.",
    )
    as_ingested = dy.String(
        description="The cells as the table has them, a JSON object of the columns of TRADE."
    )


class Suggestions(dy.Schema):
    """A repair proposed for a cell of a row that cannot be used or read; none is applied."""

    source_id = dy.String(primary_key=True, description="Name of the source file.")
    source_row = dy.Int64(
        primary_key=True,
        min=1,
        metadata=COUNT,
        description="Row in the file as a spreadsheet counts it: the header is row 1.",
    )
    column = dy.String(
        primary_key=True,
        description="Column of TRADE that the cell is read for; its header where it is for none.",
    )
    repair = dy.String(primary_key=True, description="Name of the repair.")
    table_row = dy.Int64(
        nullable=True,
        min=0,
        metadata=COUNT,
        description="Row in the table, counted from 0; null for a row that ingest set aside.",
    )
    header = dy.String(
        nullable=True,
        description="Header of the cell in the file; null for a row of the table.",
    )
    from_text = dy.String(
        nullable=True,
        description="The cell as it is; null where it is empty. Of several repairs of one cell, "
        "each begins with what the one before made.",
    )
    to_text = dy.String(
        nullable=True, description="The cell as proposed; empty where it is to be emptied."
    )
    because = dy.String(description="What seems to have happened to the cell.")
    brings_back = dy.Bool(
        description="Whether all proposals for the row together make it readable, with every rule "
        "on rows kept."
    )
    value_usd = dy.Float64(
        nullable=True, metadata={"unit": "USD"}, description="Value of the row, where known."
    )
