"""Economies, periods and codes as a caller writes them, as a service wants them."""

import re
from collections.abc import Iterable, Sequence

from calc.codes import normalise_code
from calc.errors import UsageError, did_you_mean
from pipelines.fetch.services.service import Asked

PERIOD = re.compile(r"(19|20)[0-9]{2}(-(0[1-9]|1[0-2]))?")
FLOWS = ("import", "export", "re-import", "re-export")
LISTS = ("periods", "reporters", "partners", "codes", "flows")
OPTION_OF = {name: f"--{name.removesuffix('s')}" for name in LISTS} | {"level": "--level"}


def check_asked(asked: Asked, takes: Sequence[str]) -> None:
    """Nothing, where what is asked is something that the service understands.

    Raises:
        UsageError: It is not, or no period is given.
    """
    given = asked.as_dict()
    for name, option in OPTION_OF.items():
        if name in given and name not in takes:
            known = ", ".join(OPTION_OF[one] for one in takes)
            raise UsageError(
                f"{asked.service} cannot be asked by {option}",
                where=option,
                hint=f"it takes {known}",
            )
    if not asked.periods:
        raise UsageError("no period is given", where="--period", hint="--period 2024")
    for period in asked.periods:
        if not PERIOD.fullmatch(period):
            raise UsageError(
                f"{period!r} is not a period", where="--period", hint="a year 2024, or 2024-07"
            )
    for flow in asked.flows:
        if flow not in FLOWS:
            raise UsageError(
                f"{flow!r} is not a flow", where="--flow", hint=did_you_mean(flow, FLOWS)
            )


def code_given(text: str) -> str:
    """The digits of a code as a caller writes it.

    Raises:
        UsageError: It is none.
    """
    code = normalise_code(text)
    if code is None:
        raise UsageError(
            f"{text!r} is not a code of goods", where="--code", hint="2, 4, 6, 8 or 10 digits: 8708"
        )
    return code


def schedule_c(word: str, option: str) -> list[str]:
    """The codes of the U.S. Census Bureau of an economy or an aggregate.

    Raises:
        UsageError: It has none.
    """
    from pipelines.ingest.economies import economies

    if re.fullmatch(r"[0-9]{4}", word) and word in economies().schedule_c:
        return [word]
    code = _code(word, option)
    found = sorted(number for number, name in economies().schedule_c.items() if name == code)
    return found or _without(word, option, "the U.S. Census Bureau")


def comtrade_number(word: str, option: str) -> str:
    """The number of an economy in UN Comtrade, without leading zeros.

    Raises:
        UsageError: It has none.
    """
    from pipelines.codes.country import economy
    from pipelines.ingest.economies import economies

    if word.isdigit():
        number = word.lstrip("0") or "0"
        if number == "0" or number in economies().comtrade:
            return number
        return _without(word, option, "UN Comtrade")[0]
    _code(word, option)
    text = economy(word).codes.get("UN Comtrade, BACI", "").split(",")[0].strip()
    return (text.lstrip("0") if text else "") or _without(word, option, "UN Comtrade")[0]


def iso3(word: str, option: str) -> str:
    """The alpha-3 code of an economy.

    Raises:
        UsageError: The word names none, or a group.
    """
    code = _code(word, option)
    return code if re.fullmatch(r"[A-Z]{3}", code) else _without(word, option, "this service")[0]


def _code(word: str, option: str) -> str:
    from pipelines.codes.country import economy

    try:
        found = economy(word)
    except UsageError as err:
        problem = err.problems[0]
        raise UsageError(problem.what, where=option, hint=problem.hint) from err
    return found.code or found.name


def _without(word: str, option: str, service: str) -> list[str]:
    raise UsageError(
        f"{word!r} has no code at {service}",
        where=option,
        hint=f"retorsion codes country {word} shows the codes that are known",
    )


def file_name(service: str, words: Iterable[str], suffix: str) -> str:
    """The name of a part's file: the service, then what tells it from the others."""
    told = "-".join(re.sub(r"[^A-Za-z0-9]+", "", word).lower() for word in words if word)
    return f"{service}-{told}{suffix}"
