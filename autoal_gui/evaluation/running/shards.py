"""Shards: several computers share one folder of results, and each does its own part of the runs.

They know nothing of each other. A finished run is one file, moved into place whole, whose name says
what it is of, so that nothing is lost or mixed up whatever they do at the same time.
"""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass

from autoal_gui.evaluation.plan import Job


@dataclass(frozen=True)
class Shard:
    """One part of N; all N together are every run, and no run is in two."""

    number: int
    """In [0, count)."""
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    @property
    def mark(self) -> str:
        """What its own files are called after, a plain part of a name."""
        return f"shard{self.number}of{self.count}"

    def of(self, jobs: Sequence[Job]) -> list[Job]:
        """Return its runs, in the order given.

        The runs of a method are dealt out in turn, since those of one method take about as long as
        each other and those of two methods do not.

        Args:
            jobs: every run; all shards must be given the same.
        """
        methods = {job.method: number for number, job in enumerate(reversed(jobs))}
        dealt = sorted(range(len(jobs)), key=lambda place: (methods[jobs[place].method], place))
        return [jobs[place] for place in sorted(dealt[self.number :: self.count])]


def shard(text: str) -> Shard:
    """Read K/N; K counts from 0 or from 1, as a cluster's task numbers do: N is the same as 0.

    Raises:
        ArgumentTypeError: it is not written so, or K is above N.
    """
    found = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text.strip())
    number, count = map(int, found.groups()) if found else (1, 0)
    if number > count or not count:
        raise argparse.ArgumentTypeError("must be K/N with K from 0 to N, such as 3/10")
    return Shard(number % count, count)
