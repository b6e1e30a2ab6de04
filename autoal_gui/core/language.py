"""The language of the window: sentences are written in English and looked up when they are shown.

The catalogues are gettext's, in `resources/translations`. A sentence that is made at import time,
in a table say, is marked there with `mark` and looked up with `tr` where it is shown.
"""

import gettext
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "zh": "中文",
}
"""Code and own name of each language; English needs no catalogue."""
DOMAIN = "autoal"
_LONGEST = 48  # characters of one of several names
_NO_BREAK = "\N{NO-BREAK SPACE}"  # between a number and its unit
FINEST = 5  # digits of a percentage: no threshold is known more finely
_CLOSE = ("en", "zh")  # the sign of a percentage stands close to its number (Unicode CLDR)

_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"
_grouped: Callable[[int], str] = "{:,}".format
_point = "."


def _iso(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M")


_moment: Callable[[datetime], str] = _iso


def use(
    language: str,
    grouped: Callable[[int], str] = "{:,}".format,
    point: str = ".",
    moment: Callable[[datetime], str] = _iso,
) -> None:
    """Look sentences up in a language from now on; what has no translation stays English.

    Args:
        language: a code of `LANGUAGES`.
        grouped: how whole numbers are written in it.
        point: what stands before the decimals of a number.
        moment: how a day and a time are written in it.
    """
    from autoal_gui.core.resources import resources

    global _catalogue, _grouped, _language, _moment, _point
    _grouped, _language, _moment, _point = grouped, language, moment, point
    folder = str(resources() / "translations")
    _catalogue = gettext.translation(DOMAIN, folder, [language], fallback=True)


def in_use() -> str:
    """Return the code of the language in use."""
    return _language


def tr(sentence: str, **values: object) -> str:
    """Return a sentence in the language in use, its {names} replaced by values."""
    found = _catalogue.gettext(sentence) if sentence else ""  # gettext gives "" its own header
    return found.format(**values) if values else found


def tr_count(one: str, many: str, count: int, **values: object) -> str:
    """Return the form of a sentence that suits a count, which it may show as {count}."""
    return _catalogue.ngettext(one, many, count).format(count=_grouped(count), **values)


def clauses(words: Iterable[str]) -> str:
    """Return parts of a sentence, the comma of the language in use between them."""
    return tr(", ").join(words)


def number(count: int) -> str:
    """Return a whole number as the language in use writes it, thousands apart."""
    return _grouped(count)


def date_time(when: datetime) -> str:
    """Return a day and a time as the language in use writes them, to the minute."""
    return _moment(when)


def some_of(names: Sequence[str], shown: int) -> str:
    """Return the first so many names for a sentence, and how many more there are.

    A single one more is named: that takes no more room. Of a name that is too long its end is
    shown, which tells more of a path.
    """
    shown += len(names) == shown + 1
    short = [n if len(n) <= _LONGEST else f"…{n[-_LONGEST:]}" for n in names[:shown]]
    listed, more = ", ".join(short), len(names) - shown
    return tr("{names} and {count} more", names=listed, count=number(more)) if more > 0 else listed


def decimal(value: float, digits: int) -> str:
    """Return a number with so many decimals, as the language in use writes it; NaN is a dash."""
    if math.isnan(value):
        return "–"
    written = f"{value:.{digits}f}"
    if not float(written):  # no zero has a sign
        written = written.removeprefix("-")
    return written.replace("-", "\N{MINUS SIGN}").replace(".", _point)


def percent(share: float, digits: int = 0) -> str:
    """Return a share in [0, 1] as the language in use writes percentages; NaN is a dash."""
    return "–" if math.isnan(share) else decimal(100 * share, digits) + percent_sign()


def certainty(share: float, digits: int = 0) -> str:
    """Return a model's probability in [0, 1] as percentages are written; never as all of them.

    What would be rounded to 100 % is told as more than the number before: no model is certain.
    """
    most = 100 - 10.0**-digits
    if round(100 * share, digits) > most:
        return f">{decimal(most, digits)}{percent_sign()}"
    return percent(share, digits)


def threshold_percent(value: float) -> str:
    """Return a threshold in [0, 1] so finely that it is not told as 0 or 100 % without being it."""
    digits = 1
    while 0 < value < 1 and digits < FINEST and round(100 * value, digits) in (0, 100):
        digits += 1
    return percent(value, digits)


def percent_sign() -> str:
    """Return what stands behind the number of a percentage: the sign, and the space before it."""
    return "%" if _language in _CLOSE else f"{_NO_BREAK}%"


def duration(seconds: float) -> str:
    """Return a time in seconds as a person says it: 89 s, 2 min, 2.0 h."""
    whole = round(seconds)
    if whole < 90:
        return f"{whole}{_NO_BREAK}s"
    if whole < 90 * 60:
        return f"{round(whole / 60)}{_NO_BREAK}min"
    return decimal(whole / 3600, 1) + f"{_NO_BREAK}h"


def mark(sentence: str) -> str:
    """Mark a sentence for the catalogues and return it as it is."""
    return sentence
