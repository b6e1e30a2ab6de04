"""How long a round took, as whoever waited for it says it."""

import contextlib
from collections.abc import Iterable
from datetime import datetime


def time_taken(started: str, ended: str, steps: Iterable[tuple[str, float]]) -> float:
    """Return the seconds from a round's start to its end.

    Args:
        started: when, ISO 8601 with its zone; what is none is left aside.
        ended: likewise.
        steps: (name, seconds); they are a part of the whole, and tell it where the clock was set.
    """
    least = sum(seconds for _, seconds in steps)
    with contextlib.suppress(ValueError, TypeError):  # no times, or one without a zone
        whole = datetime.fromisoformat(ended) - datetime.fromisoformat(started)
        return max(least, whole.total_seconds())
    return least
