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
TCGA = r"(?:^|/)(?P<group>TCGA-\w\w-\w{4})-[^/]*$"
"""The patient in a barcode of The Cancer Genome Atlas."""
FEWEST_FIRST_PARTS = 8
"""First parts below which they may name days or sites: setting one aside would say little."""
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

    A group is the first part of the name where that gives many (`1004_L_CC.png`, both sides
    and both views of a woman), or all before the last part where that gives some
    (`BloodImage_00010_01.png`). Each must hold a number, and several images share one:
    `cell_1.png`, `cell_2.png` share no more than a word.
    """
    for pattern, fewest in ((TCGA, 2), (FIRST_PART, FEWEST_FIRST_PARTS), (LAST_PART, 2)):
        if _finds_groups(pattern, keys, fewest):
            return pattern
    return ""


def _finds_groups(pattern: str, keys: Sequence[str], fewest: int) -> bool:
    """Say whether all names hold the pattern, and a fifth of them share what it finds."""
    groups: dict[str, int] = defaultdict(int)
    for key in keys:
        found = re.search(pattern, key)
        if found is None or not _NUMBER.search(found["group"]):
            return False
        groups[found["group"]] += 1
    several = sum(count for count in groups.values() if count > 1)
    return len(groups) >= fewest and several >= 0.2 * len(keys)
