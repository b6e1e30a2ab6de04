"""Some names of many, for a sentence."""

from collections.abc import Sequence

from autoal_gui.core.language import number, tr

LONGEST = 48  # characters of one name; of a path the end tells more


def some_of(names: Sequence[str], shown: int) -> str:
    """Return the first so many names, and how many more there are.

    >>> some_of(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    short = [name if len(name) <= LONGEST else f"…{name[-LONGEST:]}" for name in names[:shown]]
    listed = ", ".join(short)
    more = len(names) - shown
    return tr("{names} and {count} more", names=listed, count=number(more)) if more > 0 else listed
