"""A scenario from its file and those that it builds on, the later over the earlier."""

from dataclasses import dataclass, replace
from pathlib import Path

from calc.rate_text import quoted
from pipelines.scenario.accepted import read_acceptance
from pipelines.scenario.base_source import at_day, read_base
from pipelines.scenario.beside import check_beside, read_beside, read_drawback
from pipelines.scenario.changes import AddFile, apply_change
from pipelines.scenario.charges import read_charges
from pipelines.scenario.control import read_controls
from pipelines.scenario.document import Document, read_document
from pipelines.scenario.draft import Draft, Later, Place
from pipelines.scenario.duties import Words
from pipelines.scenario.fields import Table, day_of, tables_of
from pipelines.scenario.files import Files
from pipelines.scenario.goods import Goods
from pipelines.scenario.grammar import ADDED, EXTENDING, SCENARIO, check_keys
from pipelines.scenario.ledger import Ledger
from pipelines.scenario.meant import as_meant
from pipelines.scenario.measures import read_measure
from pipelines.scenario.model import BaseSource, Scenario
from pipelines.scenario.money_words import read_currencies, read_min_max
from pipelines.scenario.portions import read_shares
from pipelines.scenario.quotas import read_quotas
from pipelines.scenario.readings import check_readings
from pipelines.scenario.reference import read_reference
from pipelines.scenario.response import read_response
from pipelines.scenario.setting import Setting
from pipelines.scenario.stacking import check_names, in_order, read_stacking
from pipelines.scenario.timing import read_events
from pipelines.scenario.top_keys import read_frame, read_top
from pipelines.workspace import Workspace

MAX_MEASURES = 10_000
MAX_DEPTH = 8


@dataclass(slots=True)
class Composer:
    """What the files of one scenario have in common: its folder, files, limit on rates, bases."""

    files: Files
    highest: float
    workspace: Workspace

    def opened(self, place: Place, table: Table, key: str) -> tuple[Place, Document] | None:
        """The file that a key names, as the next to be read; null where it is refused."""
        path = self.files.find(table, key, table.values[key], folder=place.folder)
        if path is None:
            return None
        chain = (*place.chain, place.path.resolve())
        if path.resolve() in chain:
            table.refuse(key, f"{path.name} leads back to itself", "build on another file")
            return None
        if len(chain) >= MAX_DEPTH:
            table.refuse(key, f"more than {MAX_DEPTH} scenarios build on each other",
                         "write out one of them")  # fmt: skip
            return None
        document = read_document(path)
        self.files.note(path, "scenario that is built on", document.sha256)
        return Place(path, chain), document


def read_whole(document: Document, root: Path, *, highest: float, workspace: Workspace) -> Scenario:
    """The scenario of a file, with those that it builds on.

    Args:
        document: The file.
        root: The folder that no file it names may leave.
        highest: Limit on rates, as a fraction.
        workspace: Where bases have their names.

    Raises:
        ScenarioError: All problems of the first file that has any.
        StorageError: A file that it names cannot be read.
    """
    composer = Composer(Files(root), highest, workspace)
    draft = _file(composer, Place(document.path), document, Later())
    return Scenario(
        scenario_id=draft.scenario_id,
        title=draft.title or draft.scenario_id,
        importer=draft.importer,
        nomenclature=draft.nomenclature,
        trade=draft.trade,
        as_of=draft.as_of,
        note=draft.note,
        measures=tuple(draft.measures),
        base=draft.base or BaseSource(""),
        path=document.path,
        text_sha256=document.sha256,
        shares=tuple(draft.shares[name] for name in sorted(draft.shares)),
        eras=in_order(draft.eras),
        quotas=tuple(draft.quotas[name] for name in sorted(draft.quotas)),
        controls=tuple(draft.controls[name] for name in sorted(draft.controls)),
        beside=tuple(draft.beside[name] for name in sorted(draft.beside)),
        drawback=tuple(draft.drawback[name] for name in sorted(draft.drawback)),
        charges=tuple(draft.charges.values()),
        response=draft.response,
        acceptance=draft.acceptance,
        reading=draft.reading,
        estimate=draft.estimate,
        known_at=draft.known_at,
        reference=draft.reference,
        fob_share=draft.fob_share,
        levied_on=draft.levied_on,
        files=tuple(composer.files.used[name] for name in sorted(composer.files.used)),
        notes=tuple(sorted({*composer.files.notes, *composer.files.unread()})),
        stated=draft.stated,
    )


def _file(composer: Composer, place: Place, document: Document, later: Later) -> Draft:
    """What a file and those that it builds on say.

    Raises:
        ScenarioError: All problems of the file, or of the first that it builds on.
    """
    is_extending = "extends" in document.root
    grammar = EXTENDING if is_extending else SCENARIO
    meant, written = as_meant(document, grammar)
    ledger = Ledger(meant, written)
    check_keys(Table((), document.root, ledger), grammar)
    top = Table((), meant.root, ledger)
    later = _over(top, later)
    draft = Draft()
    if is_extending:
        parent = composer.opened(place, top, "extends")
        ledger.raise_if_any()
        if parent is not None:
            draft = _file(composer, *parent, later)
    draft.known_at = later.known_at
    read_top(top, draft)
    if "base" in top.values or draft.base is None:
        draft.base = read_base(
            top,
            place.folder,
            composer.files.root,
            highest=composer.highest,
            workspace=composer.workspace,
        )
    draft.base = at_day(top, draft.base)
    _law(top, draft, setting_of(composer, place, draft, later), _added(composer, place, later))
    ledger.raise_if_any()
    return draft


def _over(top: Table, later: Later) -> Later:
    """What later files say of a file, over what it says itself."""
    known_at = later.known_at or day_of(top, "known_at")
    return Later(
        known_at=known_at,
        events={**read_events(top, known_at=known_at), **later.events},
        currencies={**read_currencies(top), **later.currencies},
        min_max=later.min_max or read_min_max(top),
    )


def setting_of(composer: Composer, place: Place, draft: Draft, later: Later) -> Setting:
    """What the tables of a file are read against."""
    reference = read_reference()
    return Setting(
        importer=draft.importer,
        nomenclature=draft.nomenclature,
        goods=Goods(draft.nomenclature, reference, composer.files, place.folder),
        reference=reference,
        words=Words(composer.highest, later.currencies, later.min_max),
        files=composer.files,
        folder=place.folder,
        events=later.events,
        known_at=later.known_at,
        shares=draft.shares,
    )


def _law(top: Table, draft: Draft, setting: Setting, add: AddFile) -> None:
    """The measures of a file and how they combine, added to the draft."""
    read_shares(top, setting)
    draft.quotas |= {quota.name: quota for quota in read_quotas(top, setting)}
    setting = replace(setting, quotas=tuple(draft.quotas))
    _measures(top, draft, setting)
    draft.beside |= {flow.name: flow for flow in read_beside(top, setting)}
    authorities = sorted({measure.authority for measure in draft.measures})
    draft.drawback |= {each.part: each for each in read_drawback(top, authorities)}
    charges = read_charges(top, setting, list(draft.charges))
    draft.charges |= {one.charge.name: one for one in charges}
    draft.response = read_response(top, setting) or draft.response
    draft.acceptance = read_acceptance(top, setting) or draft.acceptance
    draft.controls |= {control.figure: control for control in read_controls(top)}
    stacking = read_stacking(top, setting.reference)
    own = {era.valid_from for era in stacking.eras}
    draft.eras = [*(era for era in draft.eras if era.valid_from not in own), *stacking.eras]
    for change in tables_of(top, "change", header="[[change]] before each change"):
        apply_change(change, draft, setting, add)
    check_beside(top, draft.measures)
    setting.files.notes.extend(check_names(stacking.mentions, draft.authorities()))
    check_readings(top, draft.reading, {measure.authority for measure in draft.measures})


def _measures(top: Table, draft: Draft, setting: Setting) -> None:
    tables = tables_of(top, "measure", header="[[measure]] before each measure")
    if len(tables) + len(draft.measures) > MAX_MEASURES:
        top.refuse("measure", f"a scenario has at most {MAX_MEASURES:,} measures")
        return
    seen: dict[str, Table] = {}
    for table in tables:
        measure = read_measure(table, setting)
        name = measure.measure_id
        if name and name in seen:
            line = table.ledger.line_of(seen[name].path)
            table.refuse("id", f"two measures have the id {quoted(name)}",
                         f"the first is on line {line}; give this one another id")  # fmt: skip
        elif name and draft.measure(name) is not None:
            table.refuse("id", f"a file below has a measure {quoted(name)} too",
                         "give this one another id, or change that one with set")  # fmt: skip
        seen.setdefault(name, table)
        draft.measures.append(measure)


def _added(composer: Composer, place: Place, later: Later) -> AddFile:
    """How a change adds the measures of another file to a draft."""

    def add(table: Table, key: str, draft: Draft) -> None:
        opened = composer.opened(place, table, key)
        if opened is None:
            return
        inner, document = opened
        ledger = Ledger(document)
        top = Table((), document.root, ledger)
        check_keys(top, ADDED)
        own = Later(
            known_at=later.known_at,
            events={**read_events(top, known_at=later.known_at), **later.events},
            currencies=later.currencies,
            min_max=later.min_max,
        )
        read_frame(top, draft)
        _law(top, draft, setting_of(composer, inner, draft, own), add)
        ledger.raise_if_any()

    return add
