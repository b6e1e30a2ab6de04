"""What the page Predict works on: the models it compares with, and the images."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.language import mark, number, tr
from autoal_gui.core.project.files.places import Place
from autoal_gui.core.project.last_model import kept_models
from autoal_gui.core.trained_model import StartModel
from autoal_gui.engine.jobs import OneJob
from autoal_gui.gui.predict.predict_jobs import ChosenModel, model_of
from autoal_gui.gui.predict.predict_setup import NO_IMAGES_CHOSEN, PredictSetup, ask_images
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.inputs import images_folder, keep_images_folder
from autoal_gui.sources.opening import spec_at

NO_CLASSES = mark("That file holds weights without classes, so it cannot predict any.")
KINDS = mark("Models of this program (*.pt *.safetensors)")
OWN = mark("The images of this project: {place}")
OWN_FIRST = mark("The images of this project that lie in {place}: one of its {count} sets")


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


class ChosenImages(QObject):
    """Which set of images; the open project's own until the user chooses others."""

    changed = Signal()
    picked = Signal()
    """The user has chosen a set."""

    def __init__(
        self, controller: Controller, setup: PredictSetup, settings: QSettings, parent: QObject
    ) -> None:
        """Fill the setup of the page; `settings` remembers the last folder of images."""
        super().__init__(parent)
        self._controller, self._setup, self._settings = controller, setup, settings
        self._is_own = False
        self.spec: SourceSpec | None = None
        setup.own_images_wanted.connect(self._take_own)
        setup.folder_wanted.connect(partial(self._ask, npz=False))
        setup.npz_wanted.connect(partial(self._ask, npz=True))

    def offer_own(self) -> None:
        """Offer the project's images; take them where none were chosen, or those of another."""
        place = self._own_place()
        self._setup.own_images.setVisible(place is not None)
        if place is not None and (self._is_own or self.spec is None):
            self._take(place)
        elif place is None and self._is_own:
            self._is_own = False
            self._set(None, tr(NO_IMAGES_CHOSEN))

    def choose(self, path: Path) -> None:
        """Take a folder or an .npz file."""
        self._is_own = False
        self._set(spec_at(path), str(path))
        keep_images_folder(self._settings, path)
        self.picked.emit()

    def _own_place(self) -> Place | None:
        """Return the first set of the open project that is a folder or a file, and there."""
        if not self._controller.is_open:
            return None
        project = self._controller.project
        for position, place in enumerate(project.places):
            if Path(place.spec.location).is_absolute() and position not in project.absent:
                return place
        return None

    @Slot()
    def _take_own(self) -> None:
        place = self._own_place()
        if place is not None:
            self._take(place)
            self.picked.emit()

    def _take(self, place: Place) -> None:
        self._is_own = True
        count = len(self._controller.project.places)
        told = OWN if count == 1 else OWN_FIRST
        self._set(place.spec, tr(told, place=place.spec.location, count=number(count)))

    def _ask(self, *, npz: bool) -> None:
        start = str(images_folder(self._settings))
        if chosen := ask_images(self._setup, start, npz=npz):
            self.choose(Path(chosen))

    def _set(self, spec: SourceSpec | None, words: str) -> None:
        self.spec = spec
        self._setup.images.setText(words)
        self.changed.emit()
