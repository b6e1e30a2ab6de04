"""The models that the page Predict can compare with: rounds of the open project, and files."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from autoal_gui.core.language import mark, tr
from autoal_gui.core.project.last_model import kept_models
from autoal_gui.core.trained_model import StartModel
from autoal_gui.engine.jobs import OneJob
from autoal_gui.gui.predict.predict_jobs import ChosenModel, model_of
from autoal_gui.gui.predict.predict_setup import PredictSetup
from autoal_gui.gui.session.controller import Controller

NO_CLASSES = mark("That file holds weights without classes, so it cannot predict any.")
KINDS = mark("Models of this program (*.pt *.safetensors)")


class OtherModels(QObject):
    """Offers models in the setup of the page."""

    said = Signal(str)
    """Why a file is none."""

    def __init__(self, controller: Controller, setup: PredictSetup, parent: QObject) -> None:
        super().__init__(parent)
        self._controller, self._setup = controller, setup
        self._asking = OneJob(self)
        self._asking.succeeded.connect(self._on_model)
        self._asking.failed.connect(self.said)
        setup.other_wanted.connect(self.ask)

    def offer(self, but: Path | None) -> None:
        """Offer every round of the open project whose model is there, and files chosen before.

        Args:
            but: the model that the others are compared with.
        """
        controller = self._controller
        rounds = [
            ChosenModel(
                model.file,
                model.name,
            )
            for model in reversed(kept_models(controller.project) if controller.is_open else ())
        ]
        of_rounds = {model.file for model in rounds}
        kept = [
            model for model in self._setup.offered if model.is_file and model.file not in of_rounds
        ]
        self._setup.offer_others([one for one in (*rounds, *kept) if one.file != but])

    @Slot()
    def ask(self) -> None:
        """Ask for the file of a model, and look into it beside the window."""
        chosen, _ = QFileDialog.getOpenFileName(self._setup, tr("Model file"), "", tr(KINDS))
        if chosen:
            self._asking.start(partial(model_of, self._controller.services, Path(chosen)))

    @Slot(object)
    def _on_model(self, found: tuple[Path, StartModel]) -> None:
        file, model = found
        if not model.classes:
            self.said.emit(tr(NO_CLASSES))
        else:
            self._setup.take_other(ChosenModel(file, file.stem, is_file=True))

    def close(self) -> None:
        """End what runs beside the window."""
        self._asking.close()
