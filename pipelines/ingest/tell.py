"""An ingest as told to people."""

from calc.errors import Problem, VerificationError
from pipelines.ingest.record import FunnelStage, IngestRecord
from pipelines.validation.words import counted, money


def lines_of(record: IngestRecord, folder: str) -> list[str]:
    """What was read, how it was understood, what was left out, and where the table is.

    Args:
        record: What the ingest did.
        folder: Folder of the table, as told to people.
    """
    lines = [
        f"read {source.name}: {counted(source.rows, 'row')}, {money(source.value_usd)}"
        for source in record.sources
    ]
    lines += record.recognised
    lines += _mapping(record)
    lines += [f"note: {note}" for note in record.notes]
    lines += [_stage(stage) for stage in record.left_out()]
    rejected = any(stage.kind == "rejected" for stage in record.funnel)
    if rejected:
        lines.append(
            f"rows set aside, with their original text: {folder}/{record.name}.rejects.parquet"
        )
    kept = record.funnel[-1]
    return [
        *lines,
        f"kept: {counted(kept.rows, 'row')}, {money(kept.value_usd)}{_unknown(kept)}",
        f"table: {folder}/{record.table.file}",
        f"next: retorsion validate {record.name}",
    ]


def _mapping(record: IngestRecord) -> list[str]:
    """The columns, told once where the files have the same ones."""
    by_file = {
        source.name: ", ".join(
            item.column if item.column == item.source else f"{item.column} from {item.source}"
            for item in record.mapping
            if item.file == source.name
        )
        for source in record.sources
    }
    if len(set(by_file.values())) == 1:
        return [f"columns: {next(iter(by_file.values()))}"]
    return [f"columns of {name}: {said}" for name, said in by_file.items()]


def _stage(stage: FunnelStage) -> str:
    what = "set aside" if stage.kind == "rejected" else "left out"
    rows, usd = counted(stage.rows, "row"), money(stage.value_usd)
    return f"{what}: {rows}, {usd}{_unknown(stage)}: {stage.reason}"


def _unknown(stage: FunnelStage) -> str:
    some = stage.value_unknown_rows and stage.value_usd is not None
    return f" (of {stage.value_unknown_rows:,} the value is not known)" if some else ""


def not_strict(record: IngestRecord) -> VerificationError:
    """That an ingest is done, but its notes may mean that a file is not whole."""
    problems = [
        Problem(text, hint="see that the file is whole and right, or leave --strict away")
        for text in record.warnings
    ]
    return VerificationError.collected(problems)
