"""Units of quantity: how schedules and statistics spell them, and the exact conversions.

A unit is a measure (``kg``, ``m2``, ``number``) and, where the law counts a part of the good only,
what is counted: ``kg of lead``, ``kg of drained weight``. Two units convert into each other only
where the ratio is exact by definition and both count the same thing.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cache

SIZES: Mapping[str, tuple[str, Fraction]] = {
    "g": ("mass", Fraction(1, 1000)),
    "kg": ("mass", Fraction(1)),
    "t": ("mass", Fraction(1000)),
    "carat": ("mass", Fraction(1, 5000)),
    "m": ("length", Fraction(1)),
    "km": ("length", Fraction(1000)),
    "cm2": ("area", Fraction(1, 10_000)),
    "m2": ("area", Fraction(1)),
    "l": ("volume", Fraction(1)),
    "m3": ("volume", Fraction(1000)),
    "number": ("count", Fraction(1)),
    "dozen": ("count", Fraction(12)),
    "gross": ("count", Fraction(144)),
    "pair": ("pairs", Fraction(1)),
    "dozen pair": ("pairs", Fraction(12)),
    "kWh": ("energy", Fraction(1)),
    "MWh": ("energy", Fraction(1000)),
    "TJ": ("energy", Fraction(2_500_000, 9)),
    "W": ("power", Fraction(1)),
    "kW": ("power", Fraction(1000)),
    "MW": ("power", Fraction(1_000_000)),
    "GW": ("power", Fraction(1_000_000_000)),
    "barrel": ("barrels", Fraction(1)),
    "proof litre": ("proof litres", Fraction(1)),
    "litre of pure alcohol": ("pure alcohol", Fraction(1)),
    "jewel": ("jewels", Fraction(1)),
    "line gross": ("lines times gross", Fraction(1)),
    "pack": ("packs", Fraction(1)),
    "dose": ("doses", Fraction(1)),
    "square": ("squares", Fraction(1)),
    "GBq": ("radioactivity", Fraction(1)),
}
"""Canonical measures: what they measure, and how much of its first unit one of them is."""

SPELLINGS: Mapping[str, str] = {
    "g": "g, gm, gram, grams, GRM",
    "kg": "kg, kgs, kilo, kilos, kilogram, kilograms, KGM",
    "t": "t, tonne, tonnes, metric ton, metric tons, TNE",
    "carat": "carat, carats, car., CTM",
    "m": "m, metre, metres, meter, meters, lin. m, LNM, MTR",
    "km": "km, thousand m, KMT",
    "cm2": "cm2, cm²",
    "m2": "m2, m², MTK, square metres",
    "l": "l, litre, litres, liter, liters, LTR",
    "m3": "m3, m³, MTQ, cubic metres",
    "number": "number, no., each, item, items, pcs., piece, pieces, unit, units, u, article,"
    " articles, head, pins, NAR, PCE",
    "dozen": "dozen, doz., dozens, dz pcs, dz, DPC, DZN",
    "gross": "gross, GRS",
    "pair": "pair, pairs, pr., prs., NPR",
    "dozen pair": "dozen pair, dozen pairs, doz. pr., doz. prs., DPR",
    "kWh": "kWh",
    "MWh": "MWh",
    "TJ": "TJ, TJO",
    "W": "W, watt, watts, WAT",
    "kW": "kW",
    "MW": "MW",
    "GW": "GW",
    "barrel": "barrel, barrels, bbl",
    "proof litre": "proof litre, proof litres, proof liter, proof liters, pf. liter, pf. liters,"
    " pf. liter on ethyl alcohol content, PFL",
    "litre of pure alcohol": "litre of pure alcohol, liter of pure alcohol, LPA",
    "jewel": "jewel, jewels, jwls., JWL",
    "line gross": "line gross, line / gross, gr. lines",
    "pack": "pack, packs, PK",
    "dose": "dose, doses, DS",
    "square": "square, squares, SQ",
    "GBq": "GBq",
}
MULTIPLES: Mapping[str, tuple[int, str]] = {
    **dict.fromkeys(("hundred", "hundreds", "HUN", "CEN"), (100, "number")),
    **dict.fromkeys(("thousand", "thousands", "thou- sand", "THS", "MIL"), (1000, "number")),
    **dict.fromkeys(("DTN", "quintal"), (100, "kg")),
    **dict.fromkeys(("hl", "HLT"), (100, "l")),
    **dict.fromkeys(("thousand m3", "KM3"), (1000, "m3")),
    "KLT": (1000, "l"),
}
"""Spellings that stand for several of a canonical unit: DTN is 100 kg."""

STATISTICAL: Mapping[str, tuple[int, str]] = {
    "2u": (1, "pair"),
    "12u": (1, "dozen"),
    "1000u": (1000, "number"),
    "1000 kWh": (1, "MWh"),
    "dozens of pairs": (1, "dozen pair"),
    "kg ttl sug": (1, "kg of total sugars"),
    "CYK": (1, "kg of clean yield"),
    "cy kg": (1, "kg of clean yield"),
}
"""Spellings of statistics that no schedule uses for a rate."""

AMBIGUOUS: Mapping[str, str] = {
    "car": '"carat" for the weight of stones, "number" for a count of vehicles',
}
"""Spellings of statistics that say something else in a rate, and what to write instead."""

ELEMENTS: Mapping[str, str] = {
    **{"Cu": "copper", "Pb": "lead", "Zn": "zinc", "W": "tungsten", "Mo": "molybdenum"},
    **{"Mn": "manganese", "Mg": "magnesium", "Si": "silicon", "V": "vanadium", "Ni": "nickel"},
    **{"Cr": "chromium", "Co": "cobalt", "Sb": "antimony", "Sn": "tin", "Au": "gold"},
    **{"Ag": "silver", "Pt": "platinum", "Pd": "palladium", "Rh": "rhodium", "Ir": "iridium"},
    **{"Os": "osmium", "Ru": "ruthenium"},
}
PARTS: Mapping[str, str] = {
    "drained weight": "on drained weight, of drained weight",
    "contents and container": "on contents and container, of contents and container,"
    " including weight of container",
    "entire contents of container": "on entire contents of container,"
    " of entire contents of container",
    "total sugars": "of total sugars",
    "clean yield": "of clean yield",
    "anhydrous morphine": "of anhydrous morphine content, of anhydrous morphine",
    "recording surface": "of recording surface",
    "immediate containers": "of immediate containers",
    **{name: f"on {name} content, of {name} content, of {name}" for name in ELEMENTS.values()},
}
"""What is counted where it is not the good as it is, and how a schedule says so."""

WHOLE = " of "


@cache
def spellings() -> Mapping[str, tuple[int, str]]:
    """Each way to spell a measure in a rate: how many of which canonical measure it stands for."""
    plain = {
        word.strip(): (1, measure)
        for measure, words in SPELLINGS.items()
        for word in words.split(",")
    }
    return {**plain, **MULTIPLES, "clean kg": (1, "kg of clean yield")}


@cache
def _by_key() -> Mapping[str, tuple[int, str]]:
    elements = {
        f"{symbol} {measure}": (1, f"{measure}{WHOLE}{name}")
        for symbol, name in ELEMENTS.items()
        for measure in ("g", "kg", "t")
    }
    return {
        unit_key(word): unit for word, unit in {**elements, **STATISTICAL, **spellings()}.items()
    }


@cache
def _parts_by_key() -> Mapping[str, str]:
    return {
        unit_key(word): part
        for part, words in PARTS.items()
        for word in (spelt.strip() for spelt in words.split(","))
    }


def unit_key(text: str) -> str:
    """A spelling without blanks, full stops and capitals: how two spellings are compared."""
    return re.sub(r"[\s.]", "", text.lower())


def read_unit(text: str) -> tuple[int, str] | None:
    """How many of which canonical unit a spelling stands for: ``DTN`` is (100, "kg").

    Null where the spelling is not known.
    """
    key = unit_key(text)
    known = _by_key().get(key)
    if known is not None:
        return known
    for spelt, part in _parts_by_key().items():
        measure = _by_key().get(key.removesuffix(spelt).rstrip(","))
        if key.endswith(spelt) and measure is not None and WHOLE not in measure[1]:
            return measure[0], f"{measure[1]}{WHOLE}{part}"
    return None


def counted_in(text: str) -> tuple[str, float] | None:
    """The unit that quantities of a kind are counted in, and how many of it a unit is.

    ``t`` is (kg, 1000). Null where the spelling is not known.
    """
    known = read_unit(text)
    if known is None:
        return None
    measure, part = _parts(known[1])
    dimension, size = SIZES[measure]
    first = next(name for name, (of, one) in SIZES.items() if of == dimension and one == 1)
    return (f"{first}{WHOLE}{part}" if part else first), float(known[0] * size)


def convert(unit_from: str, unit_to: str) -> float | None:
    """What a quantity in one unit is multiplied by to have it in another.

    Null where they measure different things, count different parts of a good, or are not known.
    """
    ratio = _ratio(unit_from, unit_to)
    return None if ratio is None else float(ratio)


def _ratio(unit_from: str, unit_to: str) -> Fraction | None:
    given, wanted = read_unit(unit_from), read_unit(unit_to)
    if given is None or wanted is None:
        return None
    (measures, of), (wanted_measures, wanted_of) = _parts(given[1]), _parts(wanted[1])
    dimension, size = SIZES[measures]
    wanted_dimension, wanted_size = SIZES[wanted_measures]
    if dimension != wanted_dimension or of != wanted_of:
        return None
    return given[0] * size / (wanted[0] * wanted_size)


def _parts(unit: str) -> tuple[str, str]:
    """A canonical unit as its measure and what is counted, empty for the good as it is."""
    if unit in SIZES:
        return unit, ""
    measure, _, part = unit.partition(WHOLE)
    return measure, part


@cache
def keys_by_factor(unit: str) -> Mapping[float, tuple[str, ...]]:
    """The keys of all spellings that convert into a unit, by the factor of the conversion.

    A part of a good is looked for in every spelling too: ``Pb kg`` converts into kg of lead.
    """
    of = _parts(unit)[1] if read_unit(unit) is not None else ""
    words = [*_by_key(), *(f"{word}{WHOLE}{of}" for word in _by_key() if of)]
    found: dict[float, list[str]] = {}
    for word in words:
        factor = convert(word, unit)
        if factor is not None:
            found.setdefault(factor, []).append(unit_key(word))
    return {factor: tuple(sorted(set(keys))) for factor, keys in sorted(found.items())}


@cache
def unit_pattern() -> str:
    """A regular expression of every unit that a rate may be per, the longest spelling first."""
    measures = "|".join(_spaced(word) for word in sorted(spellings(), key=len, reverse=True))
    parts = [word.strip() for words in PARTS.values() for word in words.split(",")]
    counted = "|".join(_spaced(word) for word in sorted(parts, key=len, reverse=True))
    end = r"(?:(?<=[0-9²³])|(?![A-Za-z0-9_]))"
    return rf"(?:{measures})\.?{end}(?:\s*,?\s*(?:{counted})(?![A-Za-z0-9_]))?"


def _spaced(words: str) -> str:
    """A pattern for words with any blanks between them, and full stops optional."""
    return r"\s*".join(re.escape(word).replace(r"\.", r"\.?") for word in words.split())
