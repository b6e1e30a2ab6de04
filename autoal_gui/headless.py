"""What the program does where there is no display: the same loop on the demo, and a picture.

The window itself runs, off screen, and the demo's known labels answer in the annotator's place.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from autoal_gui.core.project import RoundRecord

if TYPE_CHECKING:
    from autoal_gui.gui.controller import Controller
    from autoal_gui.gui.main_window import MainWindow

PICTURE = Path("autoal-gui-window.png")
ROUNDS = 3  # a cold start, and two that train
POLL = 0.01  # seconds between two looks at the event queue


def play_demo(rounds: int = ROUNDS, picture: Path = PICTURE) -> int:
    """Label rounds of the demo, print each, write a picture of the window; return the status."""
    print("No display was found, so the demo plays without one; a round takes a minute or two.")
    print("To see the window: run this on a desktop, connect with ssh -X, or use a virtual screen")
    print("(sudo apt-get install xvfb, then: xvfb-run -a make run).\n", flush=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["QT_LOGGING_RULES"] = "default.warning=false"  # what such a platform cannot do
    with tempfile.TemporaryDirectory(prefix="autoal-gui-") as folder:
        window = open_demo(Path(folder))
        try:
            play(window.controller, rounds)
            photograph(window, picture)
        finally:
            window.close()
    print(f"\nA picture of the window is in {picture}.")
    return 0


def open_demo(folder: Path) -> "MainWindow":
    """Return the window with the demo open; its projects and settings stay inside `folder`."""
    from PySide6.QtCore import QSettings

    from autoal_gui.app import make_application, make_window

    make_application()
    settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    window = make_window(folder, settings)
    window.resize(1440, 900)
    window.show()
    window.start_demo()
    wait_until(lambda: window.controller.is_open)
    return window


def play(controller: "Controller", rounds: int) -> None:
    """Answer batch after batch with the known labels until `rounds` rounds have finished."""
    truth = controller.project.hidden_truth()
    for number in range(1, rounds + 1):
        wait_until(lambda: finished(controller) >= number)  # noqa: B023 - called at once
        print(round_text(controller.project.finished_rounds()[-1]), flush=True)
        if number == rounds:
            return
        for _ in range(controller.project.settings.batch_size):
            image = controller.current
            if image is None:
                return
            truth.ask([image])
            controller.answer(truth.label(image))


def finished(controller: "Controller") -> int:
    """Count the finished rounds.

    Raises:
        RuntimeError: the last one failed, with its sentence.
    """
    records = controller.project.rounds()
    if records and records[-1].outcome == "failed":
        raise RuntimeError(records[-1].sentence)
    return sum(record.outcome == "finished" for record in records)


def round_text(record: RoundRecord) -> str:
    """Return a finished round as a line of text."""
    weights = "  ".join(f"{name} {share:.2f}" for name, share in record.weights)
    seconds = sum(value for _, value in record.seconds)
    scores = "no model yet"
    if record.metrics:
        scores = (
            f"accuracy {record.metrics.accuracy:.3f}  "
            f"balanced accuracy {record.metrics.balanced_accuracy:.3f}"
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
