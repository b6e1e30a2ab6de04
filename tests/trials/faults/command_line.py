"""Commands whose output goes nowhere, and commands that are asked to end at any moment."""

import itertools
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autoal_gui.core.project.project import Project
from autoal_gui.sources.opening import open_images
from tests.trials.faults.bench import Crashed, Escaped, Hung, Lost, Tally, Trial
from tests.trials.harness.children import line_of
from tests.trials.harness.commands import HEAVY, LIGHT, ended, left_in, make_model, prepare, started
from tests.trials.harness.signals import SIGNALS

OUTPUTS = ("full device", "closed pipe", "pipe closed after a byte", "few characters")


@contextmanager
def output(kind: str) -> Iterator[int]:
    """Give a file descriptor that cannot be written to, or not for long."""
    if kind == "few characters":
        yield subprocess.DEVNULL
        return
    reading, writing = os.pipe()
    if kind == "full device":
        os.close(writing)
        writing = os.open("/dev/full", os.O_WRONLY)
    if kind != "pipe closed after a byte":
        os.close(reading)
    try:
        yield writing
    finally:
        os.close(writing)
        if kind == "pipe closed after a byte":
            os.read(reading, 1)
            os.close(reading)


class Commands:
    """Commands, in any order, over a project whose answers are looked at after each of them."""

    def __init__(self, place: Path, draw: random.Random, names: tuple[str, ...]) -> None:
        self.place, self.names = place, itertools.cycle(draw.sample(names, len(names)))
        self.arguments = prepare(place)
        if set(names) & set(HEAVY):
            make_model(place)
        self.answers = self.read()

    def read(self) -> list[str]:
        project = Project.open(self.place / "project", open_images)
        lines = [line_of(entry) for entry in project.labels.entries()]
        project.close()
        return lines

    def check(self, tried: str, result: tuple[int, str] | None, allowed: set[int]) -> None:
        """Look at how a command has ended and at what it has left."""
        if result is None:
            raise Hung(tried)
        status, told = result
        if "Traceback" in told or "Exception ignored" in told:
            raise Escaped(f"{tried}: {told[-600:]}")
        if status not in allowed:
            raise Crashed(f"{tried}: it ended with {status}: {told[-300:]}")
        if left := left_in(self.place / "temporary"):
            raise Lost(f"{tried}: {left} is left")
        if self.read()[: len(self.answers)] != self.answers:
            raise Lost(f"{tried}: answers are gone")
        shutil.rmtree(self.place / "out")
        (self.place / "out").mkdir()


def failing_outputs(base: Path, draw: random.Random, names: tuple[str, ...]) -> Trial:
    """Every command writes to something that is full, closed, or knows few characters."""
    commands = Commands(base, draw, names)

    def attempt() -> None:
        name, kind = next(commands.names), draw.choice(OUTPUTS)
        with output(kind) as descriptor:
            process = started(
                commands.arguments[name], descriptor, base / "temporary",
                {"PYTHONIOENCODING": "cp1252"} if kind == "few characters" else {},
            )  # fmt: skip
        commands.check(f"{name}, {kind}", ended(process), {0, 1})

    return Tally("output that fails, every command"), attempt


def asked_to_end(base: Path, draw: random.Random, names: tuple[str, ...]) -> Trial:
    """Every command is asked to end by a signal, at any moment."""
    commands = Commands(base, draw, names)
    tally = Tally("asked to end by a signal, every command")
    longest: dict[str, float] = {}

    def attempt() -> None:
        name, number = next(commands.names), draw.choice(SIGNALS)
        begun = time.monotonic()
        if name not in longest:  # how long it takes undisturbed
            result = ended(started(commands.arguments[name], subprocess.DEVNULL,
                                   base / "temporary"))  # fmt: skip
            commands.check(name, result, {0, 1})
            longest[name] = time.monotonic() - begun
        process = started(commands.arguments[name], subprocess.DEVNULL, base / "temporary")
        time.sleep(draw.uniform(0, longest[name]))
        process.send_signal(number)
        early = {-number, 130}  # before Python has begun, and before the program has
        tried = f"{name}, {signal.Signals(number).name}"
        commands.check(tried, ended(process), {0, 1, 128 + number, *early})
        tally.acknowledged += len(commands.answers)

    return tally, attempt


LIGHT_COMMANDS, ALL_COMMANDS = LIGHT, (*LIGHT, *HEAVY)
