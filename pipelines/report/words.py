"""Numbers, amounts and percentages as the one screen has them."""


def number(value: float | None) -> str:
    """A number with separators of thousands; what is not known is said to be so."""
    return "unknown" if value is None else f"{value:,.0f}"


def dollars(value: float | None) -> str:
    """An amount with its money; what is not known has none."""
    return "unknown" if value is None else f"{number(value)} USD"


def percent(fraction: float | None) -> str:
    """A fraction as a percentage; what is not known is said to be so."""
    return "unknown" if fraction is None else f"{100 * fraction:.2f} %"


def how_many(count: int, thing: str) -> str:
    """A number of things: ``1 market``, ``1,200 markets``."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
