"""A column of a set divides its images into parts: women and men, ages by bands, scanners.

Numbers of many values are cut into bands at round numbers, dates into years. A column in which
nearly every image has a text of its own, such as a name or a comment, divides nothing.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from autoal_gui.core.language import decimal, mark, number, tr
from autoal_gui.core.sets.tables.columns import GROUP_WORDS, KEY_WORDS, words_of
from autoal_gui.core.system.natural_order import natural

MOST_PARTS = 12  # a table with more lines is not read
FEW_NUMBERS = 6  # different numbers that each are a part of their own
BANDS = 4  # that most of the numbers are cut into, about
YEARS = 10_000  # below it no sign stands between thousands, since 2,019 is no year
ALONE = 3  # a column with more different texts than a third of its images tells them one by one
SEX_WORDS = frozenset(("sex", "gender", "geschlecht", "sexe", "sexo"))
WOMEN = frozenset(("f", "female", "w", "woman", "women", "weiblich", "femme", "mujer", "女"))
MEN = frozenset(("m", "male", "man", "men", "männlich", "homme", "hombre", "男"))
FIRST = SEX_WORDS | frozenset(
    ("age", "alter", "edad", "site", "hospital", "center", "centre", "institution", "scanner",
     "manufacturer", "vendor", "device", "camera", "model", "view", "position", "modality",
     "protocol", "field", "ethnicity", "race", "skin")
)  # fmt: skip
"""Words in the names of columns that readers ask for first."""
NOT_KNOWN = mark("not known")
OTHERS = mark("all others")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_AGE = re.compile(r"0*(\d{1,3})Y", re.IGNORECASE)
_DATE = re.compile(r"((?:19|20)\d\d)(?:-\d\d-\d\d.*|[01]\d[0-3]\d)")


@dataclass(frozen=True)
class ColumnParts:
    """How a column divides images."""

    column: str
    names: tuple[str, ...]
    """Of the parts, in the order in which they are shown."""
    places: tuple[int, ...] = field(repr=False)
    """For each image, the place of its part in `names`."""


def parts_of(column: str, cells: Sequence[str]) -> ColumnParts | None:
    """Return how a column divides images; None where it does not, or names them one by one.

    Args:
        column: its name.
        cells: what it says of each image; empty where it says nothing.
    """
    texts = [" ".join(cell.split()) for cell in cells]
    known = [text for text in texts if text]
    if not known:
        return None
    names = _named(column, known)
    if names is None:
        return None
    shown = [names[text] if text else tr(NOT_KNOWN) for text in texts]
    order = list(dict.fromkeys([*names.values(), *shown]))
    found = [name for name in order if name in set(shown)]
    if len(found) < 2:
        return None
    places = {name: place for place, name in enumerate(found)}
    return ColumnParts(column, tuple(found), tuple(places[name] for name in shown))


def by_interest(columns: Sequence[str]) -> tuple[str, ...]:
    """Return columns in the order in which they are offered: sex, age, site and the like first."""
    return tuple(sorted(columns, key=lambda name: not words_of(name) & FIRST))


def _named(column: str, known: Sequence[str]) -> dict[str, str] | None:
    """Return the part of each text, the parts in their order; None where it tells no parts."""
    numbers = {text: value for text in set(known) if (value := _number(text)) is not None}
    if len(numbers) == len(set(known)):
        if years := _years(known):
            return years
        if len(set(numbers.values())) <= FEW_NUMBERS:
            return _few_numbers(numbers)
        words = words_of(column)
        if words & (KEY_WORDS | GROUP_WORDS) and not words & FIRST:
            return None  # numbers that are names
        return _bands(numbers, sorted(numbers[text] for text in known))
    return _years(known) or _texts(column, known)


def _number(text: str) -> float | None:
    """Return the number that a cell is, also `056Y` as DICOM writes an age; None for a text."""
    age = _AGE.fullmatch(text)
    if age:
        return float(age[1])
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def _few_numbers(numbers: dict[str, float]) -> dict[str, str]:
    flags = set(numbers.values()) <= {0.0, 1.0}
    words = {0.0: tr("no"), 1.0: tr("yes")}
    order = sorted(numbers, key=lambda text: (numbers[text], text))
    return {text: words[numbers[text]] if flags else _plain(numbers[text]) for text in order}


def _years(known: Sequence[str]) -> dict[str, str] | None:
    found = {text: date[1] for text in set(known) if (date := _DATE.fullmatch(text))}
    if len(found) < len(set(known)) or len(set(found.values())) > MOST_PARTS:
        return None
    return dict(sorted(found.items(), key=lambda item: item[1]))


def _texts(column: str, known: Sequence[str]) -> dict[str, str] | None:
    """Return one part for each text in any case, the rarest together where there are many."""
    counts = Counter(text.casefold() for text in known)
    if len(counts) > max(MOST_PARTS, len(known) / ALONE):
        return None
    spelt = Counter(known)
    usual: dict[str, str] = {}
    for text, _ in spelt.most_common():
        usual.setdefault(text.casefold(), text)
    kept = set(counts)
    if len(counts) > MOST_PARTS:
        kept = {name for name, _ in counts.most_common(MOST_PARTS - 1)}
    if words_of(column) & SEX_WORDS:
        usual = {name: _sex(name) or text for name, text in usual.items()}
    order = sorted(spelt, key=lambda text: (text.casefold() not in kept, natural(text)))
    return {
        text: usual[text.casefold()] if text.casefold() in kept else tr(OTHERS) for text in order
    }


def _sex(word: str) -> str:
    return tr("Women") if word in WOMEN else tr("Men") if word in MEN else ""


def _bands(numbers: dict[str, float], values: Sequence[float]) -> dict[str, str]:
    """Return the band of each number: cut at multiples of a round step."""
    low, high = values[len(values) // 20], values[-1 - len(values) // 20]
    whole = all(value.is_integer() for value in values)
    step = _round_step((high - low) / BANDS) if high > low else 1.0
    step = max(1.0, step) if whole else step
    first, last = math.floor(low / step) + 1, math.ceil(high / step) - 1
    edges = [step * place for place in range(first, max(first, last) + 1)]
    names = [tr("below {edge}", edge=_plain(edges[0]))]
    for low, high in pairwise(edges):
        if whole:
            names.append(tr("{low} to {high}", low=_plain(low), high=_plain(high - 1)))
        else:
            names.append(tr("{low} to below {high}", low=_plain(low), high=_plain(high)))
    names.append(tr("{edge} and above", edge=_plain(edges[-1])))
    order = sorted(numbers, key=lambda text: numbers[text])
    return {text: names[sum(numbers[text] >= edge for edge in edges)] for text in order}


def _round_step(rough: float) -> float:
    """Return 1, 2 or 5 times a power of ten, at least `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))


def _plain(value: float) -> str:
    """Return a number as people write it, without decimals that say nothing."""
    if float(value).is_integer():
        return str(int(value)) if abs(value) < YEARS else number(int(value))
    digits = next((n for n in range(1, 7) if math.isclose(round(value, n), value)), 6)
    return decimal(value, digits)
