"""What the tables of a scenario are read against."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipelines.scenario.assumed import Share
from pipelines.scenario.duties import Words
from pipelines.scenario.files import Files
from pipelines.scenario.goods import Goods
from pipelines.scenario.reference import Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a file of a scenario is read against.

    Attributes:
        importer: Economy that levies the duty; empty where it is refused.
        nomenclature: Edition of the codes; empty where it is refused.
        goods: What reads goods.
        reference: Economies and groups.
        words: What reads the words of rates.
        files: Files that the scenario names.
        folder: Folder of the file that is read, from which it names others.
        events: Days of the named events; null where one has not happened.
        known_at: Day after which retroactive changes are not known.
        shares: Portions and contents known so far, by name; measures add those that they state.
        quotas: Names of the quotas.
        owner: Id of the measure whose rates are read; empty elsewhere.
    """

    importer: str
    nomenclature: str
    goods: Goods
    reference: Reference
    words: Words
    files: Files
    folder: Path
    events: Mapping[str, date | None] = field(default_factory=dict)
    known_at: date | None = None
    shares: dict[str, Share] = field(default_factory=dict)
    quotas: Collection[str] = ()
    owner: str = ""

    def names(self, kind: str) -> list[str]:
        """The names of the portions or of the contents, sorted."""
        return sorted(name for name, share in self.shares.items() if share.kind == kind)

    def note(self, text: str) -> None:
        """Keep a fact that a reader of the figures must know."""
        self.files.notes.append(text)
