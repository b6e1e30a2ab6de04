"""Groups by a pattern in the names of files: `00000002_013.png` is picture 13 of patient 2."""

import re
from collections import defaultdict
from collections.abc import Sequence

import regex

from autoal_gui.core.errors import SourceError
from autoal_gui.core.language import tr

LONGEST_PATTERN = 200  # characters; a longer one is no pattern that somebody typed
MOST_SECONDS = 0.5  # for one name; a pattern such as `(a|aa)+b$` would never end
LAST_PART = r"(?P<group>[^/]+?)[ _\-.]+[^/_\-. ]+\.[^./]+$"
"""All before the last part of a name: `patient7` of `patient7_03.png`."""
FIRST_PART = r"(?:^|/)(?P<group>[^/_\-. ]+)[^/]*$"
"""`patient7` of `patient7_left_03.png`."""
FIRST_NUMBER = r"(?:^|/)[^/\d]*(?P<group>\d+)[^/]*$"
"""`7` of `scan7b.png`."""
_NUMBER = re.compile(r"\d")


def checked_pattern(pattern: str) -> str:
    """Return a pattern that the user typed.

    Raises:
        SourceError: it is no regular expression, or longer than anybody types.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise SourceError(tr("The pattern for groups is too long."))
    try:
        re.compile(pattern)  # Python's own words for what is wrong
        regex.compile(pattern)
    except (re.error, regex.error, RecursionError, OverflowError) as error:
        raise SourceError(
            tr("The pattern for groups is not a regular expression: {reason}.", reason=str(error))
        ) from error
    return pattern


def searched(pattern: str, name: str) -> "regex.Match[str] | None":
    """Search a name for a pattern that the user typed, or that came with a project.

    Raises:
        SourceError: it goes back and forth without end.
    """
    try:
        return regex.search(pattern, name, timeout=MOST_SECONDS)
    except TimeoutError as error:
        raise SourceError(
            tr("The pattern for groups takes too long on a name; a simpler one is needed.")
        ) from error


def suggested_pattern(keys: Sequence[str]) -> str:
    """Return a pattern that finds groups in the names, or an empty text.

    Suggested is all before the last part of the name, where that gives several images to many
    groups, with a number in each: `patient7_03.png`, `BloodImage_00010_01.png`. `cell_1.png`,
    `cell_2.png` share no more than a word, and are no group.
    """
    groups: dict[str, int] = defaultdict(int)
    for key in keys:
        found = re.search(LAST_PART, key)
        if found is None or not _NUMBER.search(found["group"]):
            return ""
        groups[found["group"]] += 1
    several = sum(count for count in groups.values() if count > 1)
    if len(groups) < 2 or several < 0.2 * len(keys):
        return ""
    return LAST_PART
