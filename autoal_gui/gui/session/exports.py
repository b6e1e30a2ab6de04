"""Writing labels and models to where the user wants them."""

import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from types import ModuleType

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.language import duration, mark, tr
from autoal_gui.core.messages import (
    Command,
    CommandCancelled,
    CommandFailed,
    Event,
    Exported,
    ExportModel,
    HandOver,
    Notice,
    Writing,
)
from autoal_gui.core.project.export_snapshot import Choices, Snapshot
from autoal_gui.core.project.last_model import model_of
from autoal_gui.core.project.project import Project
from autoal_gui.engine.jobs import OneJob
from autoal_gui.exporters.companions.leaving import Leaving
from autoal_gui.exporters.report_html import page
from autoal_gui.gui.session.engine_queue import EngineQueue, Priority
from autoal_gui.gui.session.open_project import OpenProject
from autoal_gui.gui.session.part import Part

NO_MODEL = mark("There is no trained model yet: label a batch and let a round finish first.")
EXPORT_STOPPED = mark("The export was stopped; nothing was written.")
MODEL_LEFT = mark("A model was still being written; it is complete once its file is there.")
AFTER_TRAINING = mark(
    "Training goes on. When it has ended, the model that it leaves is written; if it leaves none, "
    "the model of {model}."
)
CARD_BESIDE = mark("Beside it lie a model card and how images must be prepared.")
WHOLE_FOLDER = mark("Begin with HOW_TO_USE.md: it says what each file is for.")
NEXT = mark("The work that runs makes way; the model of {model} is written next.")
TAKES = mark("It takes about {time}.")
AT_MOST = mark("On a slow computer that takes up to {time}.")
LEFT = mark("About {time} left.")
LATE = mark("It takes longer than the {time} that were expected.")
AFTER_WORK = mark("The model will be written when the work that is running now has ended.")


BY_SIZE = {"onnx": (20.0, 0.5), "pt2": (10.0, 0.3)}
"""Seconds that a format takes on a slow computer, and those more for each MB of the model: of the
formats that take long. What this computer took last tells better."""
WORTH_TELLING = 2.0  # seconds
TICK = 1000  # milliseconds after which the time left is told anew
LATE_BY = 1.1  # times what was told, which is about so


@dataclass(frozen=True)
class PartUnderWay(Writing):
    """A part of which some has been written since it was told first."""

    left: float = 0.0
    """About how many seconds it still takes."""


class WritingClock:
    """Knows about how long each part of a model takes to be written, and measures it."""

    def __init__(self) -> None:
        self._format, self._began = "", 0.0

    def begin(self, project: Project, command: Command, writing: Writing) -> Writing:
        """Note that a part is begun, and with it the one before ended; add how long it takes."""
        self.end(project)
        self._format, self._began = _format_of(command, writing), time.monotonic()
        seconds = project.settings.writing_seconds.get(self._format)
        if seconds is None and self._format in BY_SIZE:
            longest = tr(AT_MOST, time=duration(_longest(command, self._format)))
            return replace(writing, sentence=f"{writing.sentence} {longest}", seconds=None)
        return replace(writing, seconds=seconds if (seconds or 0) >= WORTH_TELLING else None)

    def under_way(self, writing: Writing) -> PartUnderWay:
        """Return a part that is being written with the seconds that it still takes."""
        left = max(1.0, (writing.seconds or 0.0) - (time.monotonic() - self._began))
        known = {one.name: getattr(writing, one.name) for one in fields(Writing)}
        return PartUnderWay(**known, left=left)

    def end(self, project: Project) -> None:
        """Keep how long the part took that is complete now."""
        taken, name = time.monotonic() - self._began, self._format
        self._format = ""
        if name:
            with contextlib.suppress(AutoALError):  # it is told by size another time
                known = project.settings.writing_seconds
                project.settings.writing_seconds = {**known, name: round(taken, 1)}

    def drop(self) -> None:
        """Forget a part that did not become complete."""
        self._format = ""


def timed_words(writing: Writing) -> str:
    """Say what of a model is being written, and about how long that takes."""
    if writing.seconds is None:
        return writing.sentence
    if isinstance(writing, PartUnderWay) and not writing.is_late:
        return f"{writing.sentence} {tr(LEFT, time=duration(writing.left))}"
    takes = LATE if writing.is_late else TAKES
    return f"{writing.sentence} {tr(takes, time=duration(writing.seconds))}"


def _format_of(command: Command, writing: Writing) -> str:
    """Return the name of the format that is being written; empty for what stands beside it."""
    if isinstance(command, ExportModel):
        return command.exporter
    formats = command.formats if isinstance(command, HandOver) else ()
    return formats[writing.done - 1] if 0 < writing.done <= len(formats) else ""


def _longest(command: Command, name: str) -> float:
    """Return about how many seconds a format takes on a slow computer, by the model's size."""
    least, more = BY_SIZE[name]
    if not isinstance(command, ExportModel | HandOver):
        return least
    with contextlib.suppress(OSError):
        return least + more * Path(command.checkpoint).stat().st_size / 1e6
    return least


class Exports(Part):
    """Writes labels beside the window and models in the engine."""

    exported = Signal(str, str)
    """(file or folder that was written, one sentence of what is in it)."""
    writing = Signal(object)
    """A `Writing` of the model that is being written; None once that has ended."""

    def __init__(
        self, opened: OpenProject, engine: EngineQueue, parent: QObject | None = None
    ) -> None:
        super().__init__(opened, parent)
        self._engine = engine
        self._labels_to = Path()
        self._later: deque[tuple[Callable[[], Command | None], Path]] = deque()
        self._next = Path()  # what the export writes that was given to the engine last
        self.being_written: Writing | None = None
        """Which part of a model is being written; None where none is."""
        self._clock = WritingClock()
        self._late = QTimer(self, singleShot=True)
        self._late.timeout.connect(self._on_late)
        self._tick = QTimer(self, interval=TICK)
        self._tick.timeout.connect(self._tell_left)
        self._model = ""  # what the model is called that is being written
        self.label_export = OneJob(self)
        self.label_export.succeeded.connect(self._on_labels_written)
        self.label_export.failed.connect(self._on_labels_not_written)

    @property
    def model(self) -> str:
        """What the model is called that is written, or was last."""
        return self._model

    @property
    def is_exporting(self) -> bool:
        """Whether labels or a model are being written, or are to be once the engine is free."""
        in_engine = self._engine.runs(Priority.EXPORT) or self._engine.waits(Priority.EXPORT)
        return self.label_export.running or in_engine or bool(self._later)

    @property
    def waiting(self) -> tuple[str, ...]:
        """The names of what is still to be written, in order, without what is being written."""
        first = (self._next.name,) if self._engine.waits(Priority.EXPORT) else ()
        return (*first, *(target.name for _, target in self._later))

    def stop(self) -> str:
        """Leave what is being written, or waits to be; return what to tell, or nothing.

        The sentence is for `tr`: the language may change before it is shown. No exporter of a
        model looks whether it is to stop: the engine ends when it has written it.
        """
        self._later.clear()
        waited = self._engine.withdraw(Priority.EXPORT)
        if self._engine.runs(Priority.EXPORT):
            self._engine.abandon()
            self._tell_writing(None)
            return MODEL_LEFT
        return EXPORT_STOPPED if self.label_export.close() or waited else ""

    def export_labels(
        self,
        exporter: ModuleType,
        target: Path,
        choices: Choices = Choices(),  # noqa: B008 - frozen
    ) -> None:
        """Write the labels, or a report on them, as they stand now; beside the window."""
        self._labels_to = target
        labels = Snapshot.of(self._project)
        self.label_export.start(partial(exporter.write, target, labels, choices))

    @Slot(object)
    def _on_labels_written(self, sentence: str) -> None:
        self.exported.emit(str(self._labels_to), sentence)

    @Slot(str)
    def _on_labels_not_written(self, sentence: str) -> None:
        self.failed.emit(sentence, "")

    def export_model(self, exporter: ModuleType, target: Path, number: int | None = None) -> None:
        """Write a model with an exporter of KIND "model", after a running round.

        Args:
            exporter: of the format.
            target: the file.
            number: the round whose model it is; None for the last good one by then.
        """
        self._submit(partial(self._make_export, exporter.NAME, target, number), target, number)

    def hand_over(self, formats: Sequence[str], target: Path, number: int | None = None) -> None:
        """Write a new folder with a model, its cards and the report, as a model is written.

        Args:
            formats: `NAME` of exporters of KIND "model".
            target: the folder, of which nothing is there yet.
            number: see `export_model`.
        """
        self._submit(partial(self._make_folder, tuple(formats), target, number), target, number)

    def _submit(self, make: Callable[[], Command | None], target: Path, number: int | None) -> None:
        if self._project.rounds.last_checkpoint() is None:
            self.failed.emit(tr(NO_MODEL), "")
        elif self._engine.waits(Priority.EXPORT):  # whose place another would take
            self._later.append((make, target))
            self._say_that_it_waits(number)
        else:
            self._next = target
            if not self._engine.submit(make, self._on_event, Priority.EXPORT):
                self._say_that_it_waits(number)

    def _say_that_it_waits(self, number: int | None) -> None:
        model = model_of(self._project, number)
        training = self._engine.runs(Priority.FIRST, Priority.WARM_START, Priority.ROUND)
        makes_way = self._engine.makes_way and self._engine.running is not None
        leaves_another = training and number is None
        told = NEXT if makes_way else AFTER_TRAINING if leaves_another else AFTER_WORK
        self.notice.emit(tr(told, model=model.name) if model else tr(AFTER_WORK))

    def _make_folder(
        self, formats: tuple[str, ...], target: Path, number: int | None
    ) -> HandOver | None:
        """Hand over the model and the report of now, see `_make_export`."""
        labels = Snapshot.of(self._project)
        if (one := self._leaving(labels, number)) is None:
            return None
        files, told = (str(one.model.file), str(target)), page(labels, one.remark)
        return HandOver(0, formats, *files, one.about, told, one.start_from, one.threshold)

    def _make_export(self, name: str, target: Path, number: int | None) -> ExportModel | None:
        """Export the model of now: a round may have ended since it was asked for."""
        if (one := self._leaving(Snapshot.of(self._project), number)) is None:
            return None
        files = str(one.model.file), str(target)
        return ExportModel(0, name, *files, one.about, one.start_from, one.threshold)

    def _leaving(self, labels: Snapshot, number: int | None) -> Leaving | None:
        """Return the model that is written now; where it is not there any more, say so."""
        model = model_of(self._project, number)
        if model is None:
            self.failed.emit(tr(NO_MODEL), "")
            self._begin_later()
            return None
        self._model = model.name
        return Leaving.of(self._project, model, labels)

    def _on_event(self, command: Command, event: Event) -> None:
        if isinstance(event, Writing):
            self._tell_part(self._clock.begin(self._project, command, event))
            return
        if isinstance(event, Exported):
            self._clock.end(self._project)
        elif isinstance(event, CommandFailed | CommandCancelled):
            self._clock.drop()
        if isinstance(event, Exported | CommandFailed | CommandCancelled):
            self._tell_writing(None)
        if isinstance(event, Exported):
            self._on_written(command, event.target)
        elif isinstance(event, Notice):
            self.notice.emit(event.sentence)
        elif isinstance(event, CommandFailed):
            self._on_not_written(event.sentence, event.details)
        elif isinstance(event, CommandCancelled):
            self._on_not_written(tr(EXPORT_STOPPED), "")
        if isinstance(event, Exported | CommandFailed | CommandCancelled):
            self._begin_later()

    def _on_not_written(self, sentence: str, details: str) -> None:
        self.notice.emit(sentence)  # in place of what was being written
        self.failed.emit(sentence, details)

    def _tell_part(self, timed: Writing) -> None:
        """Say what is being written now; once more where it takes longer than is said."""
        self.notice.emit(timed_words(timed))  # else an earlier export's would stay there
        self._tell_writing(timed)
        if timed.seconds is not None and not timed.is_late:
            self._late.start(round(1000 * LATE_BY * timed.seconds))
            self._tick.start()

    @Slot()
    def _on_late(self) -> None:
        if self.being_written is not None:
            self._tell_part(replace(self.being_written, is_late=True))

    @Slot()
    def _tell_left(self) -> None:
        """Tell those who show it how long what is being written still takes."""
        if self.being_written is not None:
            self.being_written = self._clock.under_way(self.being_written)
            self.writing.emit(self.being_written)

    def _tell_writing(self, event: Writing | None) -> None:
        self._late.stop()
        self._tick.stop()
        self.being_written = event
        self.writing.emit(event)

    def _on_written(self, command: Command, target: str) -> None:
        told = WHOLE_FOLDER if isinstance(command, HandOver) else CARD_BESIDE
        of = tr("It is the model of {model}.", model=self._model)
        self.exported.emit(target, f"{of} {tr(told)}")

    def _begin_later(self) -> None:
        """Have the next of those written that were asked for while another waited."""
        if self._later and not self._engine.waits(Priority.EXPORT):
            make, self._next = self._later.popleft()
            self._engine.submit(make, self._on_event, Priority.EXPORT)
