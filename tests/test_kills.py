"""Killing the program at any moment loses no label that was given.

Run as a program, this module is the one to be killed; see the functions at the end.
"""

import os
import random
import sys
import time
from pathlib import Path

import pytest

from autoal_gui.core.labels.journal import Journal
from autoal_gui.core.messages import RoundFinished, RunRound
from autoal_gui.core.project.project import Project
from autoal_gui.sources.opening import open_images
from tests.support.processes.child import start
from tests.support.project import SETTINGS, new_project, round_command

pytestmark = pytest.mark.small_network

KILLS = int(os.environ.get("AUTOAL_KILLS", "8"))
ENVIRONMENT = {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0"}


def running(*arguments):
    """Run this module as a program in the meantime; it is dead when the block ends."""
    return start(["-m", "tests.test_kills", *arguments], ENVIRONMENT)


def answers_of(project: Project) -> list[str]:
    return [line_of(entry) for entry in project.labels.entries()]


def line_of(entry) -> str:
    return f"{entry.sequence} {entry.action} {entry.image_id} {entry.class_index} {entry.target}"


def whole_lines(text: str) -> list[str]:
    """Return the lines that were written to their end."""
    return text.split("\n")[:-1]


# -- while labelling --------------------------------------------------------------------------


def label_until_killed(folder: Path, moment: random.Random) -> list[str]:
    """Let a child label, kill it at some moment, and return what it had acknowledged."""
    with running("label", folder, moment.randrange(10**6)) as process:
        acknowledged = [process.line() for _ in range(moment.randrange(1, 30))]
        time.sleep(moment.uniform(0, 0.01))  # somewhere within an answer
        process.kill()
        assert process.finished().returncode == -9
        acknowledged.append(process.rest())
    return whole_lines("".join(acknowledged))


def test_a_kill_while_labelling_loses_no_acknowledged_answer(tmp_path):
    project = new_project(tmp_path)
    project.close()
    before, unacknowledged = [], 0
    moment = random.Random(int.from_bytes(os.urandom(8), "big"))
    for _ in range(KILLS):
        acknowledged = label_until_killed(project.folder, moment)
        assert acknowledged
        project = Project.open(project.folder, open_images)
        entries = answers_of(project)
        assert dict(project.labels.answers) == dict(Journal.of(project.labels.entries()).answers)
        project.close()
        since = entries[len(before) :]
        assert entries[: len(before)] == before
        assert since[: len(acknowledged)] == acknowledged
        assert len(since) - len(acknowledged) in (0, 1)
        unacknowledged += len(since) - len(acknowledged)
        before = entries
    print(f"{KILLS} kills, {len(before)} answers, {unacknowledged} not yet acknowledged")


# -- while a round runs -----------------------------------------------------------------------


def lines_until(process, word: str) -> list[str]:
    lines = []
    while not lines or word not in lines[-1]:
        line = process.line()
        assert line, "the program ended by itself"
        lines.append(line.rstrip("\n"))
    return lines


@pytest.mark.slow
def test_a_kill_while_a_round_runs_keeps_the_labels_and_the_last_model(tmp_path):
    settings = SETTINGS.but(
        task_steps=3, fit_steps=2, search_steps=2, cycles=1, train_batch=4, stochastic_passes=2
    )
    project = new_project(tmp_path, per_class=8, settings=settings, evaluation_images=4)
    folder = project.folder
    project.close()
    with running("train", folder) as process:
        lines = lines_until(process, "second round trains")
        for _ in range(5):  # labelled while it trains
            lines += lines_until(process, "answer")
        process.kill()
        process.finished()
        lines += whole_lines(process.rest())
    acknowledged = [line.removeprefix("answer ") for line in lines if line.startswith("answer ")]
    with running("go-on", folder) as process:
        assert process.finished().returncode == 0
        after = whole_lines(process.rest())
    entries = [line.removeprefix("entry ") for line in after if line.startswith("entry ")]
    assert entries[: len(acknowledged)] == acknowledged
    assert len(entries) - len(acknowledged) in (0, 1)
    told_after = [line for line in after if not line.startswith("entry ")]
    assert told_after == [
        "rounds finished interrupted",
        "checkpoint round-0001.pt loads",
        "new round RoundFinished",
        "rounds finished interrupted finished",
        "checkpoint round-0003.pt loads",
    ]


# -- the program that is killed ---------------------------------------------------------------


def acknowledge(line: str) -> None:
    os.write(1, f"{line}\n".encode())  # whole or not at all: it is shorter than a pipe's buffer


def label(folder: Path, seed: int) -> None:
    """Answer, undo and redo as fast as it goes, and acknowledge each by a line."""
    project, draw = Project.open(folder, open_images), random.Random(seed)
    sequence = len(project.labels.entries())  # none is ever missing
    while True:
        sequence += 1
        turn = draw.random()
        if turn < 0.2 and project.labels.can_undo:
            answer = project.labels.undo()
            acknowledge(f"{sequence} undo {answer.image_id} None {answer.sequence}")
        elif turn < 0.3 and project.labels.can_redo:
            answer = project.labels.redo()
            acknowledge(f"{sequence} redo {answer.image_id} None {answer.sequence}")
        else:
            action = draw.choice(("label", "label", "unsure", "skip"))
            class_index = draw.randrange(2) if action == "label" else None
            acknowledge(line_of(project.labels.answer(draw.randrange(1, 13), action, class_index)))


def command_for(project: Project) -> RunRound:
    return round_command(project, project.rounds.begin())


def give(project: Project, image_id: int) -> None:
    index = int(project.pool.images[image_id].key.startswith("normal"))
    acknowledge(f"answer {line_of(project.labels.answer(image_id, 'label', index))}")


def train(folder: Path) -> None:
    """Finish a round, then label on while an endless second one trains in the engine."""
    from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot

    from autoal_gui.engine.engine import Engine
    from autoal_gui.learning.backend import TorchBackend

    class Desk(QObject):
        @Slot(object)
        def receive(self, event):
            if isinstance(event, RoundFinished):
                project.rounds.finish(event)
                project.settings.run = project.settings.run.but(task_steps=1_000_000)
                engine.submit(command_for(project))
            elif event.request_id == 2 and event.step == "task model" and not timer.isActive():
                acknowledge("second round trains")
                timer.start()

        @Slot()
        def answer(self):
            give(project, draw.choice(project.pool.ids("pool")))

    application, desk, draw = QCoreApplication([]), Desk(), random.Random(0)
    project = Project.open(folder, open_images)
    timer = QTimer(interval=1)
    timer.timeout.connect(desk.answer)
    engine = Engine(lambda: TorchBackend(threads=1))
    engine.happened.connect(desk.receive)
    engine.start()
    for image_id in (*project.pool.ids("evaluation"), *project.pool.ids("pool")[:8]):
        give(project, image_id)
    engine.submit(command_for(project))
    application.exec()


def go_on(folder: Path) -> None:
    """Say what a killed program has left, and run one more round on it."""
    from autoal_gui.core.system.foreign_files import sha256_of
    from autoal_gui.learning.backend import TorchBackend
    from autoal_gui.learning.model.checkpoint import load_model

    project = Project.open(folder, open_images)

    def report():
        acknowledge(" ".join(("rounds", *(record.outcome for record in project.rounds.all()))))
        checkpoint = project.rounds.last_checkpoint()
        _, card = load_model(checkpoint)
        assert card.classes == project.classes.names
        assert sha256_of(checkpoint) == project.rounds.finished()[-1].checkpoint_sha256
        acknowledge(f"checkpoint {checkpoint.name} loads")

    for entry in project.labels.entries():
        acknowledge(f"entry {line_of(entry)}")
    report()
    project.settings.run = project.settings.run.but(task_steps=3)
    *_, result = TorchBackend(threads=1).run(command_for(project), lambda: False)
    acknowledge(f"new round {type(result).__name__}")
    project.rounds.finish(result)
    report()
    project.close()


if __name__ == "__main__":
    {"label": label, "train": train, "go-on": go_on}[sys.argv[1]](
        Path(sys.argv[2]), *map(int, sys.argv[3:])
    )
