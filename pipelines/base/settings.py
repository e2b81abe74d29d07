"""What a caller chooses when a published schedule is read."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from calc.errors import UsageError, did_you_mean
from pipelines.ingest.settings import NAME

LAYOUTS = ("usitc-hts", "usitc-annual", "wto")


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseSettings:
    """What a caller chooses of a base.

    Attributes:
        name: Name of the base: lower case letters, digits and dashes.
        layout: Kind of the file, one of ``LAYOUTS``; found from its content where null.
        importer: Keep the rates of this importer; it must be the file's where the file has one.
        as_of: First day of the rates, where the file does not say.
        partners: Keep the rates for these partners, and those for all; none keeps all.
        programmes: Keep these programmes; none keeps all.
    """

    name: str
    layout: str | None = None
    importer: str | None = None
    as_of: date | None = None
    partners: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()

    def given(self) -> dict[str, Any]:
        """The options that were given, without the name, as kept in the record."""
        chosen = {
            "source": self.layout,
            "importer": self.importer,
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
            "partner": sorted(set(self.partners)),
            "programme": sorted(set(self.programmes)),
        }
        return {option: value for option, value in chosen.items() if value}


def check_settings(settings: BaseSettings) -> None:
    """Nothing, where the name can be one and the kind of file is known.

    Raises:
        UsageError: One of them is not; the hint says what is.
    """
    if not NAME.fullmatch(settings.name):
        raise UsageError(
            f"{settings.name!r} is not a name for a base",
            where="--name",
            hint="lower case letters, digits and dashes, at most 60, such as us-2025",
        )
    if settings.layout is not None and settings.layout not in LAYOUTS:
        raise UsageError(
            f"{settings.layout!r} is not a source of base duties",
            where="--source",
            hint=did_you_mean(settings.layout, LAYOUTS),
        )
