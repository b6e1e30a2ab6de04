"""What the program does where there is no display: the same loop on the demo, and a picture.

The window itself runs, off screen, and the demo's known labels answer in the annotator's place.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.project.project import Project
from autoal_gui.core.project.stores.warm_record import WarmRecord
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.core.time_taken import time_taken

if TYPE_CHECKING:
    from autoal_gui.gui.session.controller import Controller
    from autoal_gui.gui.window.main_window import MainWindow

PICTURE = Path("autoal-gui-window.png")
ROUNDS = 3
DEMO = SourceSpec("demo")
POLL = 0.01  # seconds between two looks at the event queue


def play_demo(rounds: int = ROUNDS, picture: Path = PICTURE, demo: SourceSpec = DEMO) -> int:
    """Label rounds of the demo, print each, write a picture of the window; return the status."""
    print("No display was found, so the demo plays without one; that takes a few minutes.")
    print("To see the window: run this on a desktop, connect with ssh -X, or use a virtual screen")
    print("(sudo apt-get install xvfb, then: xvfb-run -a make run).\n", flush=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["QT_LOGGING_RULES"] = "default.warning=false"  # what such a platform cannot do
    with ScratchFolder() as folder:
        window = open_demo(folder, demo)
        try:
            play(window.controller, rounds)
            photograph(window, picture)
        finally:
            window.close()
    print(f"\nA picture of the window is in {picture}.")
    return 0


def open_demo(folder: Path, demo: SourceSpec = DEMO) -> "MainWindow":
    """Return the window with the demo open; its projects and settings stay inside `folder`."""
    from autoal_gui.app import make_application, make_window

    make_application()  # before Qt is imported: on Windows torch must come first
    from PySide6.QtCore import QSettings

    settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    window = make_window(folder, settings)
    window.resize(1440, 900)
    window.show()
    window.new_projects.start_demo(demo)
    wait_until(lambda: window.controller.is_open)
    return window


def play(controller: "Controller", rounds: int) -> None:
    """Answer batch after batch with the known labels until so many models have been trained."""
    project, printed = controller.project, 0
    truth = project.labels.hidden_truth()
    wait_for_warm_start(controller)
    while True:
        records = finished(project)
        for record in records[printed:]:
            print(round_text(record), flush=True)
        printed = len(records)
        if sum(record.labels > 0 for record in records) >= rounds:
            return
        for _ in range(project.settings.run.batch_size):
            image = controller.images.current
            if image is None:
                return
            truth.ask([image])
            controller.labelling.answer(truth.label(image))
        wait_until(lambda: controller.at_rest)


def wait_for_warm_start(controller: "Controller") -> None:
    """Print what the warm start learns from and what it has learned, if the project has one.

    Raises:
        RuntimeError: it failed.
    """
    project = controller.project
    if controller.training.is_warming:
        print("Learning from the images, without labels; about three minutes.", flush=True)
    wait_until(lambda: controller.at_rest)
    record = project.warm_start.record
    if record is not None:
        print(warm_text(record, len(project.pool.ids("pool"))), flush=True)
    elif project.warm_start.wanted:
        raise RuntimeError("the warm start failed")


def warm_text(record: WarmRecord, images: int) -> str:
    """Return a warm start as a line of text."""
    return f"warm start  images {images}  epochs {record.epochs:.1f}  {record.seconds:.0f} s"


def finished(project: Project) -> tuple[RoundRecord, ...]:
    """Return the finished rounds.

    Raises:
        RuntimeError: the last one failed, with its sentence.
    """
    records = project.rounds.all()
    if records and records[-1].outcome == "failed":
        raise RuntimeError(records[-1].sentence)
    return project.rounds.finished()


def round_text(record: RoundRecord) -> str:
    """Return a finished round as a line of text."""
    weights = "  ".join(f"{name} {share:.2f}" for name, share in record.weights)
    seconds = time_taken(record.started, record.ended, record.seconds)
    scores = "no model yet"
    if record.metrics:
        scores = (
            f"accuracy {record.metrics.accuracy:.3f}  "
            f"balanced accuracy {record.metrics.balanced_accuracy:.3f}"
        )
    elif record.estimate:
        low, high = record.estimate.accuracy_interval
        scores = (
            f"accuracy {record.estimate.accuracy:.3f} ({low:.3f} to {high:.3f}), "
            f"estimated from {record.estimate.total} answers"
        )
    head = f"round {record.number}  labels {record.labels}  {scores}  {seconds:.0f} s"
    return f"{head}\n    strategy weights: {weights}" if weights else head


def photograph(window: "MainWindow", picture: Path) -> None:
    """Save what the window shows, once its thumbnails are there."""
    settle(1.0)
    if not window.grab().save(str(picture)):
        raise RuntimeError("the picture could not be written")


def settle(seconds: float) -> None:
    """Let the window work for a while."""
    end = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() > end)


def wait_until(condition: Callable[[], bool]) -> None:
    """Let the window work until a condition holds."""
    from PySide6.QtCore import QCoreApplication

    while not condition():
        QCoreApplication.processEvents()
        time.sleep(POLL)
