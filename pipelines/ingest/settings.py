"""What a caller chooses of an ingest."""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from calc.errors import UsageError, did_you_mean

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
UNITS = {"USD": 1, "thousand-USD": 1_000, "million-USD": 1_000_000}
MANY = {None: 1, "thousand-": 1_000, "million-": 1_000_000}
UNIT = re.compile(r"(thousand-|million-)?([A-Z]{3})")
"""A unit of money: a currency, or thousands or millions of it."""
CURRENCIES = {"EUR": ("EUR", 1), "thousand-JPY": ("JPY", 1_000)}
"""Units of money of declared sources that are not dollars: the currency, and how many of it."""
LEVELS = (2, 4, 6, 8, 10)
RATE = re.compile(r"([A-Z]{3})=([0-9]+(?:\.[0-9]+)?)")
VALUATIONS = ("customs", "cif", "fob")
DELIMITERS = {",": ",", ";": ";", "|": "|", "\t": "\t", "tab": "\t", "\\t": "\t"}
DECIMALS = (".", ",")


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestSettings:
    """What a caller chooses of an ingest.

    Attributes:
        name: Name of the table: lower case letters, digits and dashes.
        quarantine: Set aside rows that cannot be read instead of refusing the file.
        unit: ``USD``, ``thousand-USD`` or ``million-USD``, where the header does not say; or such
            of the currency that ``rate`` gives.
        valuation: ``customs``, ``cif`` or ``fob``, where the header does not say.
        importer: Of all rows, where the file has no such column; likewise the next four.
        encoding: Of a text that is not UTF-8, such as ``cp1252``.
        delimiter: Of a text, where the header leaves it in doubt.
        decimal: Decimal mark of numbers in text, where it is stated; else a point is taken.
        pad_codes: Give codes of odd length the leading zero that they lost.
        allow_empty: Accept a file without rows.
        source: What the file is, by the name of a source; else its content says.
        sheet: The sheet of a workbook to read, where several hold something.
        level: Digits of the codes to keep, where the file has codes of several lengths.
        rate: U.S. dollars for one of the file's currency, such as ``EUR=1.08``.
        partner_codes: A table of the file's own codes of economies, beside those that are known.
        memory_limit: Bytes that the ingest may take; None for what is free.
        workspace: The workspace as it was named, for commands to type; None where it was not.
    """

    name: str
    quarantine: bool = False
    unit: str | None = None
    valuation: str | None = None
    importer: str | None = None
    partner: str | None = None
    period: str | None = None
    flow: str | None = None
    nomenclature: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    pad_codes: bool = False
    allow_empty: bool = False
    source: str | None = None
    sheet: str | None = None
    level: int | None = None
    rate: str | None = None
    partner_codes: Path | None = None
    memory_limit: int | None = None
    workspace: Path | None = None

    @property
    def mark(self) -> str:
        """The decimal mark: as stated, else a point."""
        return self.decimal or "."

    @property
    def constants(self) -> dict[str, str]:
        """The columns that an option fills, with the text given."""
        texts = {
            "importer": self.importer,
            "partner": self.partner,
            "period": self.period,
            "flow": self.flow,
            "nomenclature": self.nomenclature,
        }
        return {column: text for column, text in texts.items() if text is not None}

    def given(self) -> dict[str, Any]:
        """The options that differ from their defaults, without name, limit and workspace."""
        chosen = {item.name: getattr(self, item.name) for item in fields(self)}
        defaults = {item.name: item.default for item in fields(self)}
        given = {
            name: value
            for name, value in chosen.items()
            if name not in ("name", "memory_limit", "workspace") and value != defaults[name]
        }
        if self.partner_codes is not None:
            given["partner_codes"] = self.partner_codes.name
        return given

    def command(self, files: Iterable[str], *, name: str = "", **also: bool) -> str:
        """The same ingest as a command to type.

        Args:
            files: The files.
            name: Name of the table; that of the settings where it is empty.
            also: Options to be given too, such as ``quarantine``.
        """
        words = ["retorsion", "ingest", *files, "--name", name or self.name]
        for option, value in (self.given() | also).items():
            text = str(self.partner_codes) if option == "partner_codes" else str(value)
            words += [f"--{option.replace('_', '-')}", *([] if value is True else [text])]
        words += [] if self.workspace is None else ["--workspace", str(self.workspace)]
        return shlex.join(words)

    def usd_for(self, currency: str) -> float | None:
        """U.S. dollars for one of a currency, where the caller gave it."""
        found = RATE.fullmatch(self.rate or "")
        return float(found[2]) if found and found[1] == currency else None

    def factor_of(self, unit: str) -> float | None:
        """U.S. dollars for one of a unit of money; null where the rate of it was not given."""
        found = UNIT.fullmatch(unit)
        usd = None if found is None else 1 if found[2] == "USD" else self.usd_for(found[2])
        return None if usd is None or found is None else MANY[found[1]] * usd


def check_settings(settings: IngestSettings) -> None:
    """Nothing, where every option is one that ingest knows.

    Raises:
        UsageError: The name or an option is not; the hint says what is.
    """
    if not NAME.fullmatch(settings.name):
        raise UsageError(
            f"{settings.name!r} is not a name for a table",
            where="--name",
            hint="lower case letters, digits and dashes, at most 60, such as us-2024",
        )
    _check_unit(settings)
    _one_of("--valuation", settings.valuation, VALUATIONS)
    _one_of("--delimiter", settings.delimiter, DELIMITERS)
    if settings.decimal not in (None, *DECIMALS):
        raise UsageError(
            f"{settings.decimal!r} is not a decimal mark",
            where="--decimal",
            hint="--decimal . or --decimal ,",
        )
    if settings.level is not None and settings.level not in LEVELS:
        raise UsageError(
            f"{settings.level} is not a number of digits of codes",
            where="--level",
            hint="2, 4, 6, 8 or 10",
        )
    if settings.rate is not None and not RATE.fullmatch(settings.rate):
        raise UsageError(
            f"{settings.rate!r} is not a rate",
            where="--rate",
            hint="U.S. dollars for one of the currency, such as EUR=1.08",
        )
    if settings.encoding is not None:
        _check_encoding(settings.encoding)


def _check_unit(settings: IngestSettings) -> None:
    unit = settings.unit
    if unit is None or settings.factor_of(unit) is not None:
        return
    found = UNIT.fullmatch(unit)
    if found is None:
        raise UsageError(
            f"{unit!r} is not a unit",
            where="--unit",
            hint=f"known: {', '.join(UNITS)}; or such of another currency, as EUR with "
            "--rate EUR=1.08",
        )
    raise UsageError(
        f"the rate of {found[2]} to the U.S. dollar is not given",
        where="--unit",
        hint=f"give the dollars for one {found[2]} too: --rate {found[2]}=...",
    )


def _one_of(option: str, value: str | None, known: Any) -> None:
    if value is not None and value not in known:
        raise UsageError(
            f"{value!r} is not a {option.removeprefix('--')}",
            where=option,
            hint=did_you_mean(value, list(known)),
        )


def _check_encoding(encoding: str) -> None:
    try:
        "a".encode(encoding)
    except (LookupError, UnicodeError) as err:
        raise UsageError(
            f"{encoding!r} is not an encoding of text",
            where="--encoding",
            hint="such as cp1252, latin-1 or utf-16",
        ) from err
