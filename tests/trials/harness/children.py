"""Programs to be killed: forks of this one, so that a try costs no start of an interpreter."""

import os
import random
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from autoal_gui.core.project.project import Project
from autoal_gui.sources.opening import open_images

Acknowledge = Callable[[str], None]


class Child:
    """A fork that does some work and acknowledges by lines what it has saved."""

    def __init__(self, work: Callable[..., None], *arguments: object) -> None:
        sys.stdout.flush()
        reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(reading)
            _be_the_child(work, writing, arguments)
        os.close(writing)
        self._reading = reading
        self._text = b""
        self.has_ended = False
        """Whether it has closed its end of the pipe."""

    def wait_for(self, lines: int, seconds: float = 60) -> None:
        """Wait until it has acknowledged so much, or has ended."""
        end = time.monotonic() + seconds
        while self._text.count(b"\n") < lines and time.monotonic() < end:
            if not select.select([self._reading], [], [], max(0, end - time.monotonic()))[0]:
                break
            part = os.read(self._reading, 65536)
            if not part:
                self.has_ended = True
                break
            self._text += part

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> list[str]:
        """Kill it now, if it still runs; return every line that it had acknowledged."""
        self.signal(signal.SIGKILL)
        return self.end()[0]

    def end(self) -> tuple[list[str], int]:
        """Return its lines and its exit status once it has ended."""
        while part := os.read(self._reading, 65536):
            self._text += part
        os.close(self._reading)
        _, status = os.waitpid(self.pid, 0)
        return self._text.decode().split("\n")[:-1], os.waitstatus_to_exitcode(status)


def _be_the_child(work: Callable[..., None], writing: int, arguments: tuple[object, ...]) -> None:
    def acknowledge(line: str) -> None:
        os.write(writing, f"{line}\n".encode())  # whole or not at all: shorter than a pipe's buffer

    try:
        work(acknowledge, *arguments)
    except BaseException as error:
        traceback.print_exc()
        acknowledge(f"fault {type(error).__name__} {' '.join(str(error).split())[:500]}")
        os._exit(1)
    os._exit(0)


def line_of(entry: object) -> str:
    return f"{entry.sequence} {entry.action} {entry.image_id} {entry.class_index} {entry.target}"


def act(project: Project, draw: random.Random) -> str:
    """Answer, take back or restore, and return the line that the journal has for it."""
    turn = draw.random()
    if turn < 0.2 and project.labels.can_undo:
        project.labels.undo()
    elif turn < 0.3 and project.labels.can_redo:
        project.labels.redo()
    elif turn < 0.4:
        project.labels.flag(draw.choice(tuple(project.pool.images)), draw.random() < 0.7)
    else:
        action = draw.choice(("label", "label", "unsure", "skip"))
        index = draw.randrange(2) if action == "label" else None
        project.labels.answer(draw.choice(tuple(project.pool.images)), action, index)
    return line_of(project.labels.entries()[-1])


def label(acknowledge: Acknowledge, folder: Path, seed: int, pause: float = 0.0) -> None:
    """Label as fast as it goes, for ever."""
    project, draw = Project.open(folder, open_images), random.Random(seed)
    while True:
        acknowledge(act(project, draw))
        time.sleep(pause)


def export(acknowledge: Acknowledge, folder: Path, seed: int, target: Path) -> None:
    """Label and write the labels over the last ones, for ever."""
    from autoal_gui.core.project.export_snapshot import Snapshot
    from autoal_gui.exporters import csv_labels

    project, draw = Project.open(folder, open_images), random.Random(seed)
    while True:
        acknowledge(act(project, draw))
        csv_labels.write(target, Snapshot.of(project))


def migrate(acknowledge: Acknowledge, folder: Path) -> None:
    """Open a project of an earlier version."""
    acknowledge("begins")
    Project.open(folder, open_images)
    acknowledge("migrated")


def merge(acknowledge: Acknowledge, folder: Path, other: Path) -> None:
    """Take in another reader's answers."""
    from autoal_gui.core.project import project_merge as merging

    project = Project.open(folder, open_images)
    acknowledge("begins")
    theirs = merging.read_other(other, project.folder)
    found = merging.merge(
        theirs, project.pool.images.values(), project.classes.names, project.labels.entries()
    )
    project.labels.add_readings(found.new)
    acknowledge("merged")


def create(acknowledge: Acknowledge, folder: Path, images: Path) -> None:
    """List a folder of images and make a project of it."""
    from tests.support import project as project_support

    acknowledge("begins")
    project_support.create(folder, project_support.folder_spec(images))
    acknowledge("made")


def train(acknowledge: Acknowledge, folder: Path, seed: int) -> None:
    """Run round after round, and label while it trains."""
    from autoal_gui.core.messages import RoundFinished
    from autoal_gui.learning.backend import TorchBackend
    from tests.support import project as project_support

    project, draw, backend = Project.open(folder, open_images), random.Random(seed), None
    backend = TorchBackend(threads=1)
    while True:
        number = project.rounds.begin()
        command = project_support.round_command(project, number)
        for event in backend.run(command, lambda: False):
            if isinstance(event, RoundFinished):
                project.rounds.finish(event)
            else:
                acknowledge(act(project, draw))
