"""How long an answer takes, by the times in the journal."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from autoal_gui.core.labels.journal import ANSWERS, Entry

BREAK = 120.0  # seconds between two answers from which on the reader was away
FEWEST = 10  # answers; the time of fewer says little
RECENT = 200  # answers that are looked at: readers become faster


def seconds_an_answer(answers: Iterable[Entry]) -> float | None:
    """Return the median time of the last answers; None where too few have a time.

    An answer's time is that since the one before by the same reader. Breaks are left out, and so
    is the first answer after one. Answers that were given at once share their time.

    Args:
        answers: those that stand, in any order.
    """
    given = [e for e in answers if e.action in ANSWERS and e.purpose == "answer"]
    recent = sorted(given, key=attrgetter("sequence"))[-RECENT:]
    times: list[float] = []
    for _, own in groupby(sorted(recent, key=attrgetter("annotator")), attrgetter("annotator")):
        times.extend(_times(list(own)))
    return sorted(times)[len(times) // 2] if len(times) >= FEWEST else None


def _times(answers: list[Entry]) -> Iterable[float]:
    """Yield the seconds of each answer of a reader; the answers ascend by sequence."""
    before = None
    for at, together in groupby(answers, attrgetter("at")):
        count, now = len(list(together)), datetime.fromisoformat(at)
        seconds = (now - before).total_seconds() if before else 0.0
        before = now
        if 0 < seconds < BREAK:  # a clock may have been set back
            yield from [seconds / count] * count
