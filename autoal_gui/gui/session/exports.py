"""Writing labels and models to where the user wants them."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType

from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.language import mark, tr
from autoal_gui.core.messages import (
    Command,
    CommandCancelled,
    CommandFailed,
    Event,
    Exported,
    ExportModel,
    HandOver,
    Notice,
)
from autoal_gui.core.project.export_snapshot import Choices, Snapshot
from autoal_gui.core.project.last_model import last_model
from autoal_gui.engine.jobs import OneJob
from autoal_gui.exporters.companions.project_part import project_sections
from autoal_gui.exporters.report_html import page
from autoal_gui.gui.session.engine_queue import EngineQueue, Priority
from autoal_gui.gui.session.open_project import OpenProject
from autoal_gui.gui.session.part import CANCELLED, Part

NO_MODEL = mark("There is no trained model yet: label a batch and let a round finish first.")
EXPORT_STOPPED = mark("The export was stopped; nothing was written.")
MODEL_LEFT = mark("A model was still being written; it is complete once its file is there.")
AFTER_TRAINING = mark("Training goes on; the model will be written when it has ended.")
CARD_BESIDE = mark("Beside it lie a model card and how images must be prepared.")
WHOLE_FOLDER = mark("Begin with HOW_TO_USE.md: it says what each file is for.")
AFTER_WORK = mark("The model will be written when the work that is running now has ended.")


class Exports(Part):
    """Writes labels beside the window and models in the engine."""

    exported = Signal(str, str)
    """(file or folder that was written, one sentence of what is in it)."""

    def __init__(
        self, opened: OpenProject, engine: EngineQueue, parent: QObject | None = None
    ) -> None:
        super().__init__(opened, parent)
        self._engine = engine
        self._labels_to = Path()
        self.label_export = OneJob(self)
        self.label_export.succeeded.connect(self._on_labels_written)
        self.label_export.failed.connect(self._on_labels_not_written)

    @property
    def is_exporting(self) -> bool:
        """Whether labels or a model are being written, or are to be once the engine is free."""
        in_engine = self._engine.runs(Priority.EXPORT) or self._engine.waits(Priority.EXPORT)
        return self.label_export.running or in_engine

    def stop(self) -> str:
        """Leave what is being written, or waits to be; return what to tell, or nothing.

        The sentence is for `tr`: the language may change before it is shown. No exporter of a
        model looks whether it is to stop: the engine ends when it has written it.
        """
        waited = self._engine.withdraw(Priority.EXPORT)
        if self._engine.runs(Priority.EXPORT):
            self._engine.abandon()
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

    def export_model(self, exporter: ModuleType, target: Path) -> None:
        """Write the last good model with an exporter of KIND "model", after a running round."""
        self._submit(partial(self._make_export, exporter.NAME, target))

    def hand_over(self, formats: Sequence[str], target: Path) -> None:
        """Write a new folder with the last good model, its cards and the report, as a model is.

        Args:
            formats: `NAME` of exporters of KIND "model".
            target: the folder, of which nothing is there yet.
        """
        self._submit(partial(self._make_folder, tuple(formats), target))

    def _submit(self, make: Callable[[], Command | None]) -> None:
        if self._project.rounds.last_checkpoint() is None:
            self.failed.emit(tr(NO_MODEL), "")
        elif not self._engine.submit(make, self._on_event, Priority.EXPORT):
            training = self._engine.runs(Priority.FIRST, Priority.WARM_START, Priority.ROUND)
            self.notice.emit(tr(AFTER_TRAINING if training else AFTER_WORK))

    def _make_folder(self, formats: tuple[str, ...], target: Path) -> HandOver | None:
        """Hand over the model and the report of now, see `_make_export`."""
        model = last_model(self._project)
        if model is None:
            self.failed.emit(tr(NO_MODEL), "")
            return None
        labels = Snapshot.of(self._project)
        about, point = project_sections(labels, model.record), labels.operating_point
        start, threshold = self._project.settings.start_from, point.threshold if point else None
        files = str(model.file), str(target)
        return HandOver(0, formats, *files, about, page(labels), start, threshold)

    def _make_export(self, name: str, target: Path) -> ExportModel | None:
        """Export the model of now: a round may have ended since it was asked for."""
        model = last_model(self._project)
        if model is None:
            self.failed.emit(tr(NO_MODEL), "")
            return None
        snapshot = Snapshot.of(self._project)
        about, point = project_sections(snapshot, model.record), snapshot.operating_point
        start, threshold = self._project.settings.start_from, point.threshold if point else None
        return ExportModel(0, name, str(model.file), str(target), about, start, threshold)

    def _on_event(self, command: Command, event: Event) -> None:
        if isinstance(event, Exported):
            told = WHOLE_FOLDER if isinstance(command, HandOver) else CARD_BESIDE
            self.exported.emit(event.target, tr(told))
        elif isinstance(event, Notice):
            self.notice.emit(event.sentence)
        elif isinstance(event, CommandFailed):
            self.failed.emit(event.sentence, event.details)
        elif isinstance(event, CommandCancelled):
            self.notice.emit(tr(CANCELLED))
