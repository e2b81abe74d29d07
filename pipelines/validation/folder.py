"""The verdict on a folder of files: each file judged by itself, the verdicts added up.

A file whose hash was judged before is not judged again, so that a year more costs one year. Keys
hold the period, so no key is in two files that share none; files that do are held against each
other. Rules on groups judge the groups of each file.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from calc.errors import DataRejectedError, Problem
from pipelines.trade_files import (
    TOLD,
    YEAR,
    TradeFile,
    constants_of,
    files_of,
    named_by_folders,
    scan_file,
    sha256_of_lines,
)
from pipelines.validation import layout
from pipelines.validation.added_up import added_up
from pipelines.validation.store import folder_of, read_kept
from pipelines.validation.verdict import Settings, Subject, Verdict, chosen
from pipelines.workspace import Workspace

SHOWN = 5


def verdict_of_folder(
    workspace: Workspace, folder: Path, settings: Settings, judged: Callable[..., Verdict]
) -> Verdict:
    """The verdict on a folder of files of trade.

    Args:
        workspace: Where verdicts are kept.
        folder: The folder.
        settings: What the caller chooses.
        judged: Gives the verdict on a file under settings.

    Raises:
        DataRejectedError: A file is no table in the layout of TRADE, a folder is named for what no
            table has, or two files have a row of the same key.
        NotJudgedError: A rule could not be run.
    """
    files = files_of(folder)
    check_files(folder, files)
    is_long = sum(one.rows for one in files) > settings.suite_rows
    inner = replace(settings, suite_rows=0) if is_long else settings
    verdicts = [judged(one.path, inner) for one in files]
    subject = _subject(workspace, folder, files, verdicts)
    kept = read_kept(folder_of(workspace, subject), subject, settings)
    if kept is None:
        check_keys(folder, files)
        return added_up(subject, folder_of(workspace, subject), files, verdicts)
    same = chosen(kept, settings.choice) == kept
    return kept if same else added_up(subject, kept.folder, files, verdicts)


def _subject(
    workspace: Workspace, folder: Path, files: Sequence[TradeFile], verdicts: Sequence[Verdict]
) -> Subject:
    """What is judged: the files by name and hash, in order."""

    def hashed(of: Callable[[Subject], str]) -> str:
        found = [of(verdict.subject) for verdict in verdicts]
        pairs = zip(files, found, strict=True)
        return sha256_of_lines(f"{one.name} {sha}" for one, sha in pairs) if any(found) else ""

    return replace(
        verdicts[0].subject,
        name=workspace.relative(folder),
        sha256=hashed(lambda one: one.sha256),
        provenance_sha256=hashed(lambda one: one.provenance_sha256),
        originals_sha256=hashed(lambda one: one.originals_sha256),
    )


def check_files(folder: Path, files: Sequence[TradeFile]) -> None:
    """Nothing, where each file is in the layout of TRADE and says what its folders are named for.

    Raises:
        DataRejectedError: One is not or does not; names each.
    """
    problems = [problem for one in files for problem in _faults(folder, one)]
    if problems:
        raise DataRejectedError.collected(problems)


def _faults(folder: Path, one: TradeFile) -> Iterator[Problem]:
    try:
        layout.check_layout(one.path)
    except DataRejectedError as err:
        yield from (replace(problem, where=f"{one.path}") for problem in err.problems)
        return
    constants = constants_of(one.path)
    inside = {name: value for name, value in named_by_folders(one.path).items()
              if f"{name}=" in one.name}  # fmt: skip
    for name, value in inside.items():
        column = YEAR.get(name, name)
        if column not in TOLD:
            yield Problem(
                f"{one.name}: a folder is named for {name}, which is no column of trade",
                where=str(one.path),
                hint="name folders for the period, as period=2023, or another text of trade",
            )
        elif (own := constants.get(column)) and not f"{own}-".startswith(f"{value}-"):
            yield Problem(
                f"{one.name} holds {column} {own}, and its folder is named for {value}",
                where=str(one.path),
                hint=f"put the file where it belongs in {folder.name}",
            )


def check_keys(folder: Path, files: Sequence[TradeFile]) -> None:
    """Nothing, where no two files have a row of the same key.

    Raises:
        DataRejectedError: Two do; names the first keys with their files.
    """
    import polars as pl

    from calc.tables.trade import KEY

    for period, sharing in _shared(files).items():
        rows = pl.concat(
            scan_file(one.path)
            .filter(pl.col("period") == period)
            .select(*KEY, file=pl.lit(one.name))
            for one in sharing
        )
        twice = rows.group_by(KEY).agg(pl.col("file").unique().sort()).filter(
            pl.col("file").list.len() > 1
        )  # fmt: skip
        found = twice.collect(engine="streaming").sort(KEY)
        if not found.is_empty():
            raise DataRejectedError.collected(list(_repeated(folder, found.to_dicts())))


def _repeated(folder: Path, rows: Sequence[dict[str, object]]) -> Iterator[Problem]:
    for row in rows:
        key = " ".join(str(value) for name, value in row.items() if name != "file")
        named = row["file"]
        files = named if isinstance(named, list) else []
        yield Problem(
            f"{key} is in {' and in '.join(files)}",
            where=str(folder),
            hint="a flow is counted once: remove one of the files, or put them together with "
            "retorsion ingest",
        )


def _shared(files: Sequence[TradeFile]) -> dict[str, list[TradeFile]]:
    """The periods that several files have rows of, with those files."""
    holding: dict[str, list[TradeFile]] = {}
    for one in files:
        for period in _periods(one):
            holding.setdefault(period, []).append(one)
    return {period: found for period, found in sorted(holding.items()) if len(found) > 1}


def _periods(one: TradeFile) -> list[str]:
    import polars as pl

    only = constants_of(one.path).get("period")
    if only is not None:
        return [only]
    found = scan_file(one.path).select(pl.col("period").drop_nulls().unique())
    return sorted(found.collect(engine="streaming")["period"])
