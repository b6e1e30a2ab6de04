"""Ways to a project: the demo, files and folders of images, another project, what is dropped."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QSettings, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.images.source import Listing, SourceSpec
from autoal_gui.core.language import mark, number, tr
from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.settings import PRESETS, fitted_to
from autoal_gui.gui.project.importer import Importer, free_folder
from autoal_gui.gui.services import Services
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.inputs import images_folder, keep_images_folder
from autoal_gui.gui.window.busy import Busy
from autoal_gui.gui.window.dialog_opener import DialogOpener
from autoal_gui.gui.window.projects.drafts import Drafts
from autoal_gui.sources.natural import set_at
from autoal_gui.sources.opening import kind_at, why_no_set

DEMO = SourceSpec("demo")
NOTHING_KNOWN = mark("That is neither a project, a folder of images nor an .npz file.")
ONE_ALONE = mark("{count} files or folders were dropped at once. Drop only the one to open.")


class NewProjects(QObject):
    """Asks for images and makes a project of them, or finds the project that is there."""

    begun = Signal()
    """Something is being opened: what was said of a failure before is past."""
    found = Signal(Path)
    """The folder or the file of a project, which is to be opened."""
    failed = Signal(str)
    """One plain sentence."""

    def __init__(
        self,
        window: QWidget,
        services: Services,
        controller: Controller,
        dialogs: DialogOpener,
        settings: QSettings,
    ) -> None:
        """Make it; `settings` remembers where images were chosen."""
        super().__init__(window)
        self._settings = settings
        self._window, self._services = window, services
        self._controller, self._dialogs = controller, dialogs
        self.importer = Importer(services, self)
        self.drafts = Drafts(self)
        self.drafts.told.connect(controller.notice)
        self.busy = Busy(window)
        self.busy.cancelled.connect(self.importer.cancel)
        self.importer.progress.connect(self.busy.show_progress)
        self.importer.listed.connect(self._on_demo_listed)
        self.importer.failed.connect(self._on_import_failed)
        self.importer.cancelled.connect(self.busy.end)

    def close(self) -> None:
        """Stop what runs; the thread has ended when this returns."""
        self.busy.end()
        self.importer.close()

    # -- what is there ------------------------------------------------------------------------

    def open_any(self, path: Path) -> None:
        """Open whatever a path is: a project, an .npz file, or a folder of images."""
        if path.name == FILE_NAME or (path / FILE_NAME).is_file():
            self.found.emit(path)
        elif path.suffix.lower() == ".npz":
            self.show_dialog(SourceSpec("npz", str(path)))
        elif kind_at(path) == "dicom":
            self.show_dialog(dicom_spec(path))
        elif path.is_dir():
            self._show_folder(path)
        else:
            self.failed.emit(why_no_set(path) or tr(NOTHING_KNOWN))

    def open_dropped(self, paths: tuple[Path, ...]) -> None:
        """Open what was dropped; of several things none, since which is meant is not known."""
        if len(paths) == 1:
            self.open_any(paths[0])
        elif paths:
            self.failed.emit(tr(ONE_ALONE, count=number(len(paths))))

    # -- what the user chooses ----------------------------------------------------------------

    def show_dialog(self, spec: SourceSpec) -> None:
        """Show the dialog for a new project of a set of images."""
        from autoal_gui.gui.project.new_project import NewProjectDialog

        self.begun.emit()
        dialog = NewProjectDialog(self._services, spec, self._window)
        dialog.accepted.connect(self._on_accepted)
        self.drafts.follow(dialog, spec)
        self._dialogs.show(dialog)

    def _on_accepted(self) -> None:
        from autoal_gui.gui.project.new_project import NewProjectDialog

        dialog = self._dialogs.dialog
        if isinstance(dialog, NewProjectDialog) and dialog.listing is not None:
            self._controller.create_project(dialog.folder(), dialog.plan(), dialog.listing)

    def ask_medmnist(self) -> None:
        """Ask which of the published sets."""
        self.show_dialog(SourceSpec("medmnist"))

    def ask_images(self) -> None:
        """Ask for a folder of images."""
        if chosen := self._ask_images_folder(tr("Folder of images")):
            self._show_folder(Path(chosen))

    def _show_folder(self, path: Path) -> None:
        """Show the dialog for a folder of images, or of a published set in its own layout."""
        try:
            found = set_at(path)
        except AutoALError as error:
            self.failed.emit(str(error))
            return
        self.show_dialog(found or folder_spec(path))

    def ask_dicom(self) -> None:
        """Ask for a folder of DICOM files."""
        if chosen := self._ask_images_folder(tr("Folder of DICOM files")):
            self.show_dialog(dicom_spec(Path(chosen)))

    def ask_file(self) -> None:
        """Ask for an .npz file."""
        title, kinds = tr(".npz file"), tr("MedMNIST files (*.npz)")
        start = str(images_folder(self._settings))
        chosen, _ = QFileDialog.getOpenFileName(self._window, title, start, kinds)
        if chosen:
            keep_images_folder(self._settings, Path(chosen))
            self.show_dialog(SourceSpec("npz", chosen))

    def ask_project(self) -> None:
        """Ask for the folder of a project that there is."""
        start = str(self._services.projects_folder)
        if chosen := self._ask_folder(tr("Project folder"), start):
            self.found.emit(Path(chosen))

    def _ask_images_folder(self, title: str) -> str:
        """Ask for a folder where the last images were."""
        chosen = self._ask_folder(title, str(images_folder(self._settings)))
        if chosen:
            keep_images_folder(self._settings, Path(chosen))
        return chosen

    def _ask_folder(self, title: str, start: str) -> str:
        return QFileDialog.getExistingDirectory(self._window, title, start)

    # -- the demo -----------------------------------------------------------------------------

    def start_demo(self, demo: SourceSpec = DEMO) -> None:
        """Make a project of the demo set with every default, and open it."""
        self.begun.emit()
        self.busy.begin(tr("Drawing the demo images…"))  # a second click begins anew
        self.importer.start(demo)

    @Slot(object)
    def _on_demo_listed(self, listing: Listing) -> None:
        self.busy.end()
        folder = free_folder(self._services.projects_folder, "Demo")
        settings = fitted_to(PRESETS["cpu"], self.importer.longest_side(listing))
        plan = ProjectPlan(folder.name, self.importer.spec, listing.classes, settings)
        try:
            self.importer.adopt(folder)
        except AutoALError as error:
            self.failed.emit(str(error))
            return
        self._controller.create_project(folder, plan, listing)

    @Slot(str)
    def _on_import_failed(self, sentence: str) -> None:
        self.busy.end()
        self.failed.emit(sentence)


def folder_spec(path: Path) -> SourceSpec:
    """Return the set of a folder, understood from its names; what its classes mean is asked."""
    return SourceSpec("folder", str(path), (("layout", "infer"), ("check", "later")))


def dicom_spec(path: Path) -> SourceSpec:
    """Return the set of a folder of DICOM files, or of one file, understood from its names."""
    return SourceSpec("dicom", str(path), (("layout", "infer"),))


def local_paths(dragged: QMimeData) -> tuple[Path, ...]:
    """Return the files and folders of this computer in what is dragged; often there are none."""
    return tuple(Path(url.toLocalFile()) for url in dragged.urls() if url.isLocalFile())
