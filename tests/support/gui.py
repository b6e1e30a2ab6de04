"""What the window's tests share: real images on disk, a backend without torch, a window."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt, QThread
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from autoal_gui.core.backend import CancelCheck
from autoal_gui.core.errors import Cancelled, CheckpointError, ImageUnreadable
from autoal_gui.core.images.learned import Learned
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.likeness.kept_map import write_map
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.conformal import Calibration
from autoal_gui.core.measures.metrics import ByChance, Metrics, NearlyAlike
from autoal_gui.core.messages import (
    STEPS,
    Command,
    Event,
    Explain,
    Explained,
    Exported,
    ExportModel,
    HandOver,
    MapImages,
    Mapped,
    Predict,
    Predicted,
    PredictFinished,
    Progress,
    RoundFinished,
    RunRound,
    Step,
    WarmStart,
    WarmStarted,
    Writing,
)
from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.queries import Query
from autoal_gui.core.sentences import Sentences
from autoal_gui.core.settings import PRESETS
from autoal_gui.core.system.files import replacing_folder
from autoal_gui.core.system.foreign_files import sha256_of
from autoal_gui.core.trained_model import StartModel
from autoal_gui.engine.state import State
from autoal_gui.gui.services import Services
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.window.main_window import MainWindow
from autoal_gui.gui.window.projects.new_projects import folder_spec
from autoal_gui.sources.opening import list_images, open_images

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before the first application is made

CLASSES = ("bright", "dark")
STRATEGIES = ("entropy", "margin", "kmeans", "bald")


class NearestMean:
    """Test double of the backend: no network, but real events from the images it is given.

    Its model is the mean grey value of each class; its weights are drawn from the round's number.
    `gate` holds it at the first step until the test opens it, `export_gate` an export and
    `map_gate` the comparing of images; `audit`,
    `estimate`, `by_chance`, `nearly_alike` and `notices` go into its results.
    """

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.export_gate = threading.Event()
        self.export_gate.set()
        self.map_gate = threading.Event()
        self.map_gate.set()
        self.hold_at: Step | None = None  # the step that the gate holds; None: the first
        self.commands: list[Command] = []
        self.fail: Exception | None = None
        self.fail_round: Exception | None = None  # the next one alone
        self.audit: Metrics | None = None
        self.estimate: Estimate | None = None
        self.by_chance: ByChance | None = None
        self.nearly_alike: NearlyAlike | None = None
        self.notices: tuple[str, ...] = ()
        self.reason: Sentences = ()

    def run(self, command: Command, cancelled: CancelCheck) -> Iterator[Event]:
        self.commands.append(command)
        if isinstance(command, RunRound):
            yield from self._round(command, cancelled)
        elif isinstance(command, ExportModel):
            yield from self._export(command)
        elif isinstance(command, HandOver):
            yield from self._hand_over(command)
        elif isinstance(command, Predict):
            yield from self._predict(command, cancelled)
        elif isinstance(command, Explain):
            yield self._explain(command)
        elif isinstance(command, MapImages):
            yield from self._map(command, cancelled)
        else:
            yield from self._learn(command, cancelled)

    def _round(self, command: RunRound, cancelled: CancelCheck) -> Iterator[Event]:
        for step in STEPS:
            yield Progress(command.request_id, step, 0, 2, 3.0, 0.5, "cpu")
            while not self.gate.is_set() and self.hold_at in (None, step):
                if cancelled():
                    raise Cancelled("The work was cancelled.")
                time.sleep(0.005)
            if self.fail is not None:
                raise self.fail
            if self.fail_round is not None:
                error, self.fail_round = self.fail_round, None
                raise error
            yield Progress(command.request_id, step, 2, 2, 1.0, 0.25, "cpu")
        yield self._finish(command)

    def _export(self, command: ExportModel) -> Iterator[Event]:
        yield Writing(command.request_id, 0, 1, "Writing it")
        self.export_gate.wait(60)  # an exporter does not look whether it is to stop
        Path(command.target).write_bytes(Path(command.checkpoint).read_bytes())
        yield Exported(command.request_id, command.target)

    def _hand_over(self, command: HandOver) -> Iterator[Event]:
        with replacing_folder(Path(command.target)) as folder:
            for done, name in enumerate(command.formats):
                yield Writing(command.request_id, done, len(command.formats), f"Writing {name}")
                self.export_gate.wait(60)
                (folder / f"model.{name}").write_bytes(Path(command.checkpoint).read_bytes())
            (folder / "report.html").write_text(command.report, encoding="utf-8")
        yield Exported(command.request_id, command.target)

    def _map(self, command: MapImages, cancelled: CancelCheck) -> Iterator[Event]:
        """Find images the more alike the nearer their means are."""
        yield Progress(command.request_id, "features", 4, 12, 30.0, None, "cpu")
        while not self.map_gate.is_set():
            if cancelled():
                raise Cancelled("The work was cancelled.")
            time.sleep(0.005)
        if self.fail is not None:
            raise self.fail
        vectors = self._angles(command.pool)
        places = vectors.copy()
        places[:, 1] = np.arange(len(places)) % 5
        write_map(Path(command.workspace), command.name, vectors, places)
        outside = self._angles(command.outside) if command.outside else vectors[:0]
        yield Mapped(command.request_id, command.name, outside)

    def _angles(self, pool: ImagePool) -> np.ndarray:
        angles = [float(pool.read(i).mean()) / 100 for i in sorted(pool.images)]
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    def _explain(self, command: Explain) -> Explained:
        if self.fail is not None:
            raise self.fail
        heat = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
        return Explained(command.request_id, command.image_id, "bright", 0.75, heat)

    def _learn(self, command: WarmStart, cancelled: CancelCheck) -> Iterator[Event]:
        """Learn for as long as the gate is shut; a cancelled warm start keeps what it has."""
        yield Progress(command.request_id, "reading", 1, 1, 3.0, None, "cpu")
        if self.fail is not None:
            raise self.fail
        yield Progress(command.request_id, "warm start", 250, 1000, 135.0, 4.5, "cpu")
        while not (self.gate.is_set() or cancelled()):
            time.sleep(0.005)
        file = Path(command.checkpoint)
        file.write_bytes(b"weights %d" % len(self.commands))
        complete = not cancelled()
        yield WarmStarted(command.request_id, str(file), sha256_of(file), 12.5, 180.0, complete)

    def _predict(self, command: Predict, cancelled: CancelCheck) -> Iterator[Event]:
        """Find the first of two classes as likely as an image is bright."""
        yield Progress(command.request_id, "evaluation", 0, len(command.image_ids), 9.0)
        while not self.gate.is_set():
            if cancelled():
                raise Cancelled("The work was cancelled.")
            time.sleep(0.005)
        if self.fail is not None:
            raise self.fail
        shares, broken = {}, []
        for image in command.image_ids:
            try:
                shares[image] = float(command.pool.read(image).mean()) / 255
            except ImageUnreadable as error:
                broken.append((image, str(error)))
        rows = np.array([(share, 1 - share) for share in shares.values()])
        if "turned" in command.checkpoint:  # a model that takes each class for the other
            rows = rows[:, ::-1]
        found = Predicted.of(np.array(list(shares), np.int64), rows)
        if command.learned is not None and command.learned.labelled:
            yield Progress(command.request_id, "features", 0, len(command.learned.labelled), 4.0)
        compared = self._compared(command.learned, np.array(list(shares.values())))
        yield PredictFinished(command.request_id, CLASSES, found, tuple(broken), None, *compared)

    def _compared(
        self, learned: Learned | None, grey: np.ndarray
    ) -> tuple[np.ndarray | None, Calibration | None]:
        """Find images the farther apart the more their means differ."""
        if learned is None or not learned.labelled:
            return None, None

        def greys(ids: Iterable[int]) -> np.ndarray:
            return np.array([float(learned.pool.read(i).mean()) / 255 for i in ids])

        seen, ids, truth = greys(learned.labelled), *np.array(learned.evaluation).reshape(-1, 2).T
        own = greys(ids.tolist())
        far = [np.abs(values[:, None] - seen).min(1) for values in (grey, own)]
        scores = np.where(truth == 0, 1 - own, own)
        return far[0].astype(np.float32), Calibration(scores, far[1], np.arange(len(own)))

    def _finish(self, command: RunRound) -> RoundFinished:
        ids = np.array(command.unlabelled, dtype=np.int64)
        trained = len({c for _, c in command.labelled}) > 1
        means = self._means(command) if trained else np.zeros(0)
        pool = self._probabilities(command, ids.tolist(), means)
        metrics, measured = None, Predicted.nothing()
        if trained and command.evaluation:
            known, truth = np.array(command.evaluation).T
            shown = self._probabilities(command, known.tolist(), means)
            metrics = Metrics.of_probabilities(truth, shown)
            measured = Predicted.of(known, shown)
        if trained:
            Path(command.checkpoint).write_bytes(means.tobytes())
        order = np.argsort(pool.max(1), kind="stable") if trained else np.arange(len(ids))
        weights = np.random.default_rng(command.round_number).dirichlet(np.ones(len(STRATEGIES)))
        shares = tuple(zip(STRATEGIES, weights.tolist(), strict=True))
        return RoundFinished(
            command.request_id,
            command.round_number,
            command.settings.mode,
            ids[order],
            (pool[order] if trained else pool).astype(np.float32),
            tuple(
                Query(int(i), 0.7, tuple((n, 1.0, w) for n, w in shares), 0.4)
                for i in ids[order][: command.settings.batch_size]
            )
            if trained
            else (),
            shares if trained else (),
            shares if trained else (),
            metrics,
            self.audit if trained else None,
            command.checkpoint if trained else "",
            "0" * 64 if trained else "",
            len(command.labelled),
            tuple((step, 0.1) for step in STEPS),
            "cpu",
            notices=self.notices,
            measured=measured,
            estimate=self.estimate if trained else None,
            by_chance=self.by_chance if trained else None,
            reason=self.reason,
            nearly_alike=self.nearly_alike if trained else None,
        )

    def _means(self, command: RunRound) -> np.ndarray:
        grey = {i: float(command.pool.read(i).mean()) for i, _ in command.labelled}
        rows = [
            [grey[i] for i, c in command.labelled if c == k] for k in range(len(command.classes))
        ]
        return np.array([np.mean(row) if row else -1e3 for row in rows])

    def _probabilities(self, command: RunRound, ids: list[int], means: np.ndarray) -> np.ndarray:
        if not len(means):
            return np.zeros((0, len(command.classes)))
        values = np.array([float(command.pool.read(i).mean()) for i in ids]).reshape(-1, 1)
        logits = -np.abs(values - means) / 20
        shares = np.exp(logits - logits.max(1, keepdims=True))
        return shares / shares.sum(1, keepdims=True)


class SlowExport:
    """Test double of an exporter of labels: writes a file once its gate is opened."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.gate = threading.Event()

    def write(self, target: Path, labels, choices, progress: ProgressCallback) -> str:
        while not self.gate.wait(0.005):
            progress(0, 2)
        self.target.write_text("labels")
        return "One file."


def draw_folder(folder: Path, images: int = 12, classes: tuple[str, ...] = CLASSES) -> Path:
    """Write real PNG files: class 0 bright, class 1 dark, and so on in between."""
    rng = np.random.default_rng(0)
    for number in range(images):
        index = number % len(classes)
        level = 220 - index * 180 // max(1, len(classes) - 1)
        values = np.clip(rng.normal(level, 12, (24, 32)), 0, 255).astype(np.uint8)
        place = folder / classes[index]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(values).save(place / f"{number:03d}.png")
    return folder


def read_start(file: Path) -> StartModel:
    """Read the classes of a text file that stands for a checkpoint of 48 pixels a side."""
    if not file.is_file() or file.suffix != ".pt":
        raise CheckpointError("That is not a checkpoint of this program.")
    return StartModel(tuple(file.read_text().split()), "3x3/2", 48)


def services(folder: Path, make_backend: Callable[[], NearestMean]) -> Services:
    return Services(make_backend, open_images, list_images, read_start, folder, "reader")


def settings(folder: Path) -> QSettings:
    """Return a user's settings, with the panel at the right unfolded as on a wide screen."""
    kept = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    kept.setValue("panel", "open")
    return kept


def start_project(
    qtbot,
    window: MainWindow,
    images: Path,
    folder: Path,
    mode: str = "paper",
    batch: int = 4,
    **plan,
) -> Controller:
    """Make a project over a folder of images and wait until its first round has ended."""
    spec = folder_spec(images)
    listing = list_images(spec, folder, lambda done, total: None)
    chosen = PRESETS["cpu"].in_mode("paper").but(batch_size=4, mode=mode)
    whole = ProjectPlan("cells", spec, listing.classes, chosen, **plan)
    assert window.controller.create_project(folder / "projects" / "cells", whole, listing)
    qtbot.waitUntil(lambda: window.controller.at_rest)
    return window.controller


def run_batches(qtbot, window: MainWindow, rounds: int) -> None:
    """Answer batches by turns with the first two classes, and wait for the round of each."""
    controller = window.controller
    for _ in range(rounds):
        for number in range(controller.project.settings.run.batch_size):
            controller.labelling.answer(number % 2)
        qtbot.waitUntil(lambda: controller.at_rest)


def focusable(place: QWidget) -> list[QWidget]:
    """Return what Tab reaches in a place, but for what takes text."""
    return [
        widget
        for widget in place.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and widget.isEnabled()
        and not isinstance(widget, QLineEdit | QTextEdit | QPlainTextEdit)
    ]


def focused(widgets: Iterable[QWidget]) -> Iterator[QWidget]:
    """Give the focus to one after the other; yield each that has taken it."""
    for widget in widgets:
        widget.setFocus()
        if QApplication.focusWidget() is widget and widget.isVisible():
            yield widget


def begun(qtbot, controller: Controller) -> None:
    """Wait until the engine works: a round starts once the next image is on screen."""
    qtbot.waitUntil(lambda: controller.engine.state is State.RUNNING)


def no_thread_left(window: MainWindow) -> bool:
    return not any(thread.isRunning() for thread in window.findChildren(QThread))


QUIET = "This plugin does not support propagateSizeHints"
"""What Qt's offscreen platform says of every dialog; the window can do nothing about it."""


def passes_over(widget: QWidget) -> bool:
    """Turn the wheel over a widget; return whether that is left to what the widget stands in."""
    at, none, kinds = QPointF(5, 5), QPoint(), Qt.MouseButton.NoButton
    keys, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at, at, none, QPoint(0, -120), kinds, keys, phase, False)
    QApplication.sendEvent(widget, event)
    return not event.isAccepted()
