"""Other programs, a clock that is set back, a user who cancels."""

import random
import signal
import time
from datetime import datetime, tzinfo
from pathlib import Path
from unittest.mock import patch

from autoal_gui.core.database import round_rows
from autoal_gui.core.project.project import Project
from autoal_gui.sources.opening import open_images
from tests.trials.faults.bench import Bench, Escaped, Tally, Trial, sentence_of
from tests.trials.harness.children import Child, act, label


def two_programs(base: Path, draw: random.Random) -> Trial:
    bench = Bench.new(base, draw, "two programs on one project")

    def attempt() -> None:
        child = Child(label, bench.folder, draw.randrange(10**6))
        child.wait_for(draw.randrange(1, 10))
        for _ in range(5):
            sentence = sentence_of(lambda: Project.open(bench.folder, open_images))
            if "another window" not in sentence:
                raise Escaped(sentence)
        bench.check(child.kill())

    return bench.tally, attempt


def stopped(base: Path, draw: random.Random, seconds: float) -> Trial:
    bench = Bench.new(base, draw, f"stopped for {seconds:g} s")

    def attempt() -> None:
        child = Child(label, bench.folder, draw.randrange(10**6), 0.001)
        child.wait_for(draw.randrange(1, 10))
        child.signal(signal.SIGSTOP)
        time.sleep(seconds)
        sentence_of(lambda: Project.open(bench.folder, open_images))
        child.signal(signal.SIGCONT)
        child.wait_for(40)
        bench.check(child.kill())

    return bench.tally, attempt


def clock_set_back(base: Path, draw: random.Random) -> Trial:
    class AnyYear(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime(draw.randrange(1970, 2100), 1, 1, tzinfo=tz)

    bench = Bench.new(base, draw, "clock set back")

    def attempt() -> None:
        with patch.object(round_rows, "datetime", AnyYear):
            project = Project.open(bench.folder, open_images)
            lines = [act(project, draw) for _ in range(draw.randrange(1, 12))]
            project.rounds.end(project.rounds.begin(), "failed", "A sentence.")
            project.close()
        bench.check(lines)

    return bench.tally, attempt


# -- cancel -----------------------------------------------------------------------------------


def cancelled_everywhere(base: Path, draw: random.Random, tries: int) -> list[Tally]:
    from tests.trials.harness.cancels import cancels

    return [run(bench) for bench, run in cancels(base, draw, tries, Bench)]


# -- what others put in the way ---------------------------------------------------------------


def odd_places(base: Path, draw: random.Random) -> Trial:
    from tests.trials.harness.odd_files import readers, try_one, writers

    uses = readers() | writers()
    return Tally("pipe, device, link, sparse file in a place"), lambda: try_one(
        base / "place", draw, uses
    )
