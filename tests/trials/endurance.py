"""Long work in one run: ten thousand answers in the window, a hundred rounds in the engine.

`python tests/trials/endurance.py` prints what memory, threads, open files and timers were at the
start, in between and at the end; `--short` is the form of the test suite.
"""

import argparse
import gc
import os
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("KMP_BLOCKTIME", "0")

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.settings import PRESETS
from autoal_gui.engine.state import State
from autoal_gui.gui.window.main_window import MainWindow
from autoal_gui.gui.window.projects.new_projects import folder_spec
from autoal_gui.sources.opening import list_images
from tests.support import gui as gui_support
from tests.support import project as project_support

LIMIT = 1.05  # memory at the end over memory when it is warm
SLACK = 12.0  # MB; what one more picture or plot in a cache may take of a small process


@dataclass(frozen=True)
class Held:
    """What a process holds."""

    answers: int
    megabytes: float
    threads: int
    files: int
    timers: int
    objects: int


def held(answers: int, window: MainWindow | None = None) -> Held:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    timers = len(window.findChildren(QTimer)) if window else 0
    return Held(
        answers,
        pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
        threading.active_count(),
        len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - a count
        timers,
        len(gc.get_objects()),
    )


def shown(state: Held) -> str:
    return (
        f"{state.answers:8d}{state.megabytes:9.0f}{state.threads:9d}{state.files:7d}"
        f"{state.timers:8d}{state.objects:10d}"
    )


HEAD = "    done       MB  threads  files  timers   objects"


def label_for_long(base: Path, answers: int) -> list[Held]:
    """Answer by keys in the real window, over and over the same images; rounds run meanwhile."""
    application = QApplication.instance() or QApplication([])
    backend = gui_support.NearestMean()
    window = MainWindow(
        gui_support.services(base / "projects", lambda: backend), gui_support.settings(base)
    )
    window.show()
    spec = folder_spec(gui_support.draw_folder(base / "images", 40))
    listing = list_images(spec, base, lambda done, total: None)
    settings = PRESETS["cpu"].in_mode("paper").but(batch_size=20)
    plan = ProjectPlan("cells", spec, listing.classes, settings, evaluation_images=0)
    window.controller.create_project(base / "projects" / "cells", plan, listing)
    settle(window)
    states = []
    keys = (Qt.Key.Key_2, Qt.Key.Key_1, Qt.Key.Key_U, Qt.Key.Key_S)
    images = sorted(window.controller.project.pool.images)
    for done in range(answers):
        window.controller.images.go_to(images[done % len(images)])
        QTest.keyClick(window, keys[done % 4])
        if done % 7 == 6:
            window.actions_table["undo"].trigger()
        if done % 50 == 49:
            settle(window)
        if (done + 1) % (answers // 5) == 0:
            states.append(held(done + 1, window))
            print(shown(states[-1]), flush=True)
    window.close()
    window.deleteLater()
    application.processEvents()
    return states


def settle(window: MainWindow) -> None:
    """Let the engine finish and the window paint."""
    loop = QEventLoop()
    timer = QTimer()
    timer.timeout.connect(loop.quit)
    timer.start(10)
    for _ in range(500):
        loop.exec()
        if window.controller.engine.state is State.IDLE:
            break
    timer.stop()


def train_for_long(base: Path, rounds: int) -> list[Held]:
    """Run real rounds of tiny networks over a project whose labels grow."""
    from autoal_gui.learning.backend import TorchBackend

    settings = project_support.SETTINGS.but(
        mode="paper", task_steps=3, fit_steps=2, search_steps=2, cycles=1, train_batch=8,
        stochastic_passes=2, warm_start=False, batch_size=1,
    )  # fmt: skip
    project = project_support.new_project(
        base, per_class=60, settings=settings, evaluation_images=6
    )
    for image_id in (*project.labels.unanswered_evaluation(), *project.labels.unanswered()[:12]):
        project.labels.answer(image_id, "label", image_id % 2)
    backend, states = TorchBackend(threads=1), []
    for done in range(rounds):
        number = project.rounds.begin()
        command = project_support.round_command(project, number)
        *_, result = backend.run(command, lambda: False)
        project.rounds.finish(result)
        (project.models_folder / f"round-{number:04d}.pt").unlink()  # 45 MB each
        project.labels.answer(project.labels.unanswered()[0], "label", number % 2)
        if (done + 1) % max(1, rounds // 5) == 0:
            states.append(held(done + 1))
            print(shown(states[-1]), flush=True)
    project.close()
    return states


def leaks(states: list[Held]) -> list[str]:
    """Say what has grown since the first look, when everything was warm."""
    warm, last = states[0], states[-1]
    found = []
    if last.megabytes > max(warm.megabytes * LIMIT, warm.megabytes + SLACK):
        found.append(f"memory grew from {warm.megabytes:.0f} to {last.megabytes:.0f} MB")
    for name in ("threads", "files", "timers"):
        if getattr(last, name) > getattr(warm, name):
            found.append(f"{name} grew from {getattr(warm, name)} to {getattr(last, name)}")
    return found


def main() -> int:
    """Run both, and say what grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="the form of the test suite")
    options = parser.parse_args()
    answers, rounds = (300, 3) if options.short else (10_000, 100)
    found = []
    with tempfile.TemporaryDirectory(prefix="autoal-endurance-") as base:
        print(f"answers in the window\n{HEAD}", flush=True)
        found += leaks(label_for_long(Path(base) / "window", answers))
        print(f"rounds\n{HEAD}", flush=True)
        found += leaks(train_for_long(Path(base) / "rounds", rounds))
    print("\n".join(found) or "nothing grew")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
