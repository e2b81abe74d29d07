"""A table of shares: by importer, programme, code and partner, and over which days."""

from datetime import date

from pipelines.scenario.annex import Row
from pipelines.scenario.annex_goods import TIME_COLUMNS, days_of_row
from pipelines.scenario.assumed import ANY, ShareRow
from pipelines.scenario.fields import Table
from pipelines.scenario.partners import resolve
from pipelines.scenario.ranges import BOUNDS, ordered, share_in_cell
from pipelines.scenario.setting import Setting
from pipelines.scenario.timed import FIRST_DAY

KEYS = ("importer", "programme", "code", "partner")
KNOWN = (*KEYS, *BOUNDS, *TIME_COLUMNS, "source", "note", "description")


def rows_of_table(
    table: Table, setting: Setting, *, source: str, programme: str | None
) -> tuple[tuple[ShareRow, ...], str]:
    """The rows of the table that a share names, and its name from the scenario's folder.

    Rows of other importers and of other programmes are of other shares; how many is noted.

    Args:
        table: The table of the share in the scenario.
        setting: What it is read against.
        source: Source of rows that state none.
        programme: Preference that the portion claims; null for none.
    """
    annex = setting.files.annex(table, "table", table.values["table"], folder=setting.folder)
    if annex is None:
        return (), ""
    setting.files.mark(annex, KNOWN)
    if not annex.check_columns(table, "table", known=KNOWN, required=("central",)):
        return (), annex.name
    found, others = [], 0
    for row in annex.cells(table, "table"):
        if _is_other(row, setting, programme):
            others += 1
            continue
        share = _row(row, setting, source)
        if share is not None:
            found.append((row, share))
    if others:
        rows = (
            "row of another importer or programme is"
            if others == 1
            else ("rows of other importers or programmes are")
        )
        setting.note(f"{annex.name}: {others:,} {rows} not used")
    _refuse_repeated(found)
    return tuple(share for _, share in found), annex.name


def importer_of_row(row: Row, setting: Setting) -> str | None:
    """The importer that a row is for, * for all; null where it is refused."""
    importer = row.text("importer")
    if importer in ("", ANY):
        return ANY
    economy, group = resolve(row, "importer", importer, setting.reference)
    return economy or group


def _is_other(row: Row, setting: Setting, programme: str | None) -> bool:
    of = row.text("programme")
    is_other_importer = importer_of_row(row, setting) not in (None, ANY, setting.importer)
    return is_other_importer or (of not in ("", ANY) and programme is not None and of != programme)


def line_of_row(row: Row, setting: Setting, *, what: str) -> tuple[str | None, str | None]:
    """The code prefix and the partner that a row is for, * for all; null where refused."""
    code, partner = row.text("code").lstrip("'"), row.text("partner")
    prefix: str | None = ANY
    if code not in ("", ANY):
        word = setting.goods.word(row, "code", code, may_be_all=True)
        is_one = word is not None and len(word.prefixes) == 1
        if word is not None and not is_one:
            row.refuse("code", f"{what} is of one code", "write a row for each code")
        prefix = word.prefixes[0] if word is not None and is_one else None
    name: str | None = ANY
    if partner not in ("", ANY):
        economy, group = resolve(row, "partner", partner, setting.reference)
        if group is not None and not setting.reference.partner_groups[group].is_aggregate:
            row.refuse("partner", f"{group} is no partner of its own", "write a row for each")
        name = economy or group
    return prefix, name


def _row(row: Row, setting: Setting, source: str) -> ShareRow | None:
    prefix, name = line_of_row(row, setting, what="a share")
    if not row.text("central"):
        row.refuse("central", "the row has no share", "write one, or take the row out")
        return None
    cells = {key: share_in_cell(row, key) for key in BOUNDS if row.text(key)}
    found, (first, until) = ordered(row, cells), days_of_row(row)
    told = row.text("source") or source
    if not told:
        row.refuse("source", "the row has no source", "write one here or in the scenario")
    if found is None or prefix is None or name is None:
        return None
    return ShareRow(
        importer=setting.importer if row.text("importer") not in ("", ANY) else ANY,
        prefix=prefix,
        partner=name,
        valid_from=first or FIRST_DAY,
        valid_until=until,
        range=found,
        source=told,
    )


def _refuse_repeated(rows: list[tuple[Row, ShareRow]]) -> None:
    """A line must not have two shares on one day."""
    seen: dict[tuple[str, str, str], list[tuple[Row, ShareRow]]] = {}
    for row, share in rows:
        key = (share.importer, share.prefix, share.partner)
        for other, earlier in seen.get(key, []):
            starts_before_end = share.valid_from < (earlier.valid_until or date.max)
            if starts_before_end and earlier.valid_from < (share.valid_until or date.max):
                row.refuse("central", f"row {other.number} gives the same line a share",
                           "keep one, or give them days apart")  # fmt: skip
        seen.setdefault(key, []).append((row, share))
