"""Applying a model for the eye: where it looked in one image, and what it makes of others."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from autoal_gui.core.language import tr
from autoal_gui.core.messages import (
    Command,
    CommandCancelled,
    CommandFailed,
    Event,
    Explain,
    Explained,
    Predict,
)
from autoal_gui.gui.session.engine_queue import EngineQueue, Priority
from autoal_gui.gui.session.exports import NO_MODEL
from autoal_gui.gui.session.open_project import OpenProject
from autoal_gui.gui.session.part import Part


class Inference(Part):
    """Asks the engine about images, and passes on what it answers."""

    explained = Signal(object)
    """The `Explained` of the image that was asked about last."""
    not_explained = Signal(str)
    """In one sentence why it could not be."""
    predicting = Signal(object)
    """An event of the prediction that was asked for; after its `CommandFailed`, `CommandCancelled`
    or `PredictFinished` it is over."""

    def __init__(
        self, opened: OpenProject, engine: EngineQueue, parent: QObject | None = None
    ) -> None:
        super().__init__(opened, parent)
        self._engine = engine

    def reset(self) -> None:
        """Leave what was asked, and end a prediction: its images or the engine are needed."""
        self.forget_question()
        waited = self._engine.withdraw(Priority.PREDICTION)
        if self.is_predicting:
            self._engine.abandon()
        elif not waited:
            return
        self.predicting.emit(CommandCancelled(0))

    # -- where the model looked ---------------------------------------------------------------

    @property
    def is_explaining(self) -> bool:
        """Whether the engine works out where the model looked."""
        return self._engine.runs(Priority.QUESTION)

    def explain(self, image_id: int) -> bool:
        """Work out where the last good model looked; say whether that begins at once."""
        checkpoint = self._project.rounds.last_checkpoint()
        if checkpoint is None:
            self.not_explained.emit(tr(NO_MODEL))
            return True
        question = Explain(0, self._project.pool, image_id, str(checkpoint))
        return self._engine.submit(lambda: question, self._on_explained, Priority.QUESTION)

    def forget_question(self) -> None:
        """Leave what was asked and has not begun: another image is on screen."""
        self._engine.withdraw(Priority.QUESTION)

    def _on_explained(self, command: Command, event: Event) -> None:
        if isinstance(event, Explained):
            self.explained.emit(event)
        elif isinstance(event, CommandFailed):
            self.not_explained.emit(event.sentence)
        elif isinstance(event, CommandCancelled):
            self.not_explained.emit(tr("Cancelled."))

    # -- predictions --------------------------------------------------------------------------

    @property
    def is_predicting(self) -> bool:
        """Whether the engine applies a model to images."""
        return self._engine.runs(Priority.PREDICTION)

    def predict(self, make: Callable[[], Predict]) -> bool:
        """Apply a model to images, with or without a project; say whether that begins at once.

        Else it begins when what runs has ended; a warm start is put down for it.

        Args:
            make: makes the command when it begins: a round may have left a newer model by then.
        """
        return self._engine.submit(make, self._on_predicting, Priority.PREDICTION)

    def cancel_prediction(self) -> None:
        """Stop the prediction, or leave the one that waits."""
        if self.is_predicting:
            self._engine.cancel()
        elif self._engine.withdraw(Priority.PREDICTION):
            self.predicting.emit(CommandCancelled(0))

    def _on_predicting(self, command: Command, event: Event) -> None:
        self.predicting.emit(event)
