"""The dialogs of the window: what opens each, and what its answer does."""

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QSize, Qt, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from autoal_gui.core.language import mark, tr
from autoal_gui.gui import keys
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.likeness.image_maps import is_image_file
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.inputs import images_folder
from autoal_gui.gui.widgets.sizes import fitting, keep_on_screen
from autoal_gui.gui.window.page_stack import PageStack

NO_PICTURE = mark("{name} is no file of images that can be opened.")


class DialogOpener(QObject):
    """Shows one dialog over the window at a time; each is imported when it is needed."""

    def __init__(
        self,
        window: QWidget,
        controller: Controller,
        actions: Actions,
        pages: PageStack,
        settings: QSettings,
    ) -> None:
        super().__init__(window)
        self._window, self._controller, self._pages = window, controller, pages
        self._actions, self._settings = actions, settings
        self.dialog: QDialog | None = None
        controller.project_closing.connect(self._on_closing)
        pages.second_reading_wanted.connect(self.ask_second_reading)

    def show(self, dialog: QDialog) -> None:
        """Show a dialog over the window until it is closed."""
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog = dialog
        dialog.finished.connect(self._on_finished)
        dialog.open()
        # The style sheet's paddings count only once the children are shown.
        dialog.resize(fitting(dialog, dialog.size().expandedTo(dialog.sizeHint())))
        layout = dialog.layout()
        if layout is not None and layout.hasHeightForWidth():  # lines that a narrow screen adds
            high = layout.totalHeightForWidth(dialog.width())
            dialog.resize(fitting(dialog, dialog.size().expandedTo(QSize(0, high))))
        keep_on_screen(dialog)

    def _on_finished(self) -> None:
        self.dialog = None
        self._window.activateWindow()  # the keys must work, also where no window manager helps

    def close(self) -> None:
        """Close the dialog that is open, if any, as if the user had cancelled it."""
        if self.dialog is not None:
            self.dialog.reject()

    def _on_closing(self) -> None:
        """Close a dialog that is open: it would write into the project opened next."""
        # One that has just been accepted is hidden by now, and still at work.
        if self.dialog is not None and self.dialog.isVisible():
            self.dialog.reject()

    @property
    def tells_of_exports(self) -> bool:
        """Whether a dialog is on screen that says by itself what has been written."""
        from autoal_gui.gui.dialogs.export_dialog import ExportDialog
        from autoal_gui.gui.dialogs.hand_over_dialog import HandOverDialog

        tells = isinstance(self.dialog, ExportDialog | HandOverDialog)
        return tells and self.dialog is not None and self.dialog.isVisible()

    # -- the project --------------------------------------------------------------------------

    def show_export(self) -> None:
        """Offer to write labels or the model."""
        from autoal_gui.gui.dialogs.export_dialog import ExportDialog

        dialog = ExportDialog(self._controller, self._settings, self._window)
        dialog.hand_over_wanted.connect(self._on_hand_over)
        self.show(dialog)

    @Slot()
    def _on_hand_over(self) -> None:
        """Show the one dialog in the place of the other."""
        self.close()
        self.show_hand_over()

    def show_hand_over(self) -> None:
        """Offer to write a folder with the model and all that belongs to it."""
        from autoal_gui.gui.dialogs.hand_over_dialog import HandOverDialog

        self.show(HandOverDialog(self._controller, self._settings, self._window))

    def show_settings(self) -> None:
        """Show the settings of the project."""
        from autoal_gui.gui.project.settings_dialog import SettingsDialog

        self.show(SettingsDialog(self._controller, self._window))

    def show_classes(self) -> None:
        """Show the classes of the project, to add, rename or remove some."""
        from autoal_gui.gui.project.classes_dialog import ClassesDialog

        self.show(ClassesDialog(self._controller, self._window))

    def show_report(self) -> None:
        """Show which files could not be used when the project was made."""
        from autoal_gui.gui.project.import_report import ImportReportDialog

        self.show(ImportReportDialog(self._controller.project, self._window))

    def ask_table(self) -> None:
        """Ask for a table of labels, patients or columns, and read it into the project."""
        from autoal_gui.gui.project.labels_dialog import LabelsDialog

        self.show(LabelsDialog(self._controller, self._window))

    @Slot()
    def ask_images(self) -> None:
        """Ask where the images of the project are now."""
        from autoal_gui.gui.project.files.moved_images import MovedImagesDialog

        self.show(MovedImagesDialog(self._controller, self._window))

    def show_replaced(self) -> None:
        """Show how many labels were given to other pixels, and what can be done."""
        from autoal_gui.gui.project.files.replaced_images import ReplacedImagesDialog

        self.show(ReplacedImagesDialog(self._controller, self._window))

    def show_evaluation_set(self) -> None:
        """Show what measures the model, and offer to draw another set."""
        from autoal_gui.gui.project.files.evaluation_set import EvaluationSetDialog

        self.show(EvaluationSetDialog(self._controller, self._window))

    def ask_example(self) -> None:
        """Ask for a picture file, and look for images like it."""
        title = tr("Choose a picture: the images most like it are shown")
        start = str(images_folder(self._settings))
        chosen, _ = QFileDialog.getOpenFileName(self._window, title, start)
        if not chosen:
            return
        if is_image_file(Path(chosen)):
            self._controller.likeness.find_file(Path(chosen))
        else:
            self._controller.notice.emit(tr(NO_PICTURE, name=Path(chosen).name))

    def show_new_images(self) -> None:
        """Look for images that came since, and offer to add them."""
        from autoal_gui.gui.project.files.new_images import NewImagesDialog

        self.show(NewImagesDialog(self._controller, self._window))

    @Slot()
    def ask_second_reading(self) -> None:
        """Ask who reads what a second time, then begin."""
        dialog = self._pages.second_reading.ask()
        dialog.accepted.connect(self._on_second_reading)
        self.show(dialog)

    def _on_second_reading(self) -> None:
        self._pages.show_page(self._pages.second_reading)

    def save_copy(self) -> None:
        """Ask where a copy of the project is to go, write it there and go on in it."""
        from autoal_gui.gui.project.importer import free_folder

        place = QFileDialog.getExistingDirectory(self._window, tr("Folder for the copy"))
        if place:
            project = self._controller.project
            self._controller.save_copy(free_folder(Path(place), project.settings.name))

    def wait_for_export(self) -> None:
        """Close the window once an export is written, unless the user says otherwise."""
        from autoal_gui.gui.dialogs.leave_dialog import LeaveDialog

        dialog = LeaveDialog(self._controller, self._window)
        # Queued: whoever announced the file has more to do with the project.
        dialog.accepted.connect(self._window.close, Qt.ConnectionType.QueuedConnection)
        self.show(dialog)

    # -- the image on screen ------------------------------------------------------------------

    def show_comment(self) -> None:
        """Show the comment on the image on screen or those selected, to change it."""
        from autoal_gui.gui.dialogs.comment_editor import CommentEditor

        self.show(CommentEditor(self._controller, self._window))

    def show_go_to(self) -> None:
        """Ask for the number or the file name of an image, and show it."""
        from autoal_gui.gui.dialogs.finder import Finder, ImageNames

        names = ImageNames(self._controller.project.pool)
        asked = tr("Number or part of the file name")
        finder = Finder(tr("Go to image"), asked, names.find, self._window)
        finder.chosen.connect(self._pages.desk.show_large)
        self.show(finder)

    def show_find_class(self) -> None:
        """Ask for the name of a class, and give it."""
        from autoal_gui.gui.dialogs.finder import ClassNames, Finder

        project = self._controller.project
        names = ClassNames(project.classes.names, project.classes.removed)
        finder = Finder(tr("Find a class"), tr("Part of the name"), names.find, self._window)
        finder.chosen.connect(self._controller.labelling.answer)
        self.show(finder)

    # -- keys ---------------------------------------------------------------------------------

    def show_keys(self) -> None:
        """Show all keys."""
        from autoal_gui.gui.dialogs.shortcut_sheet import ShortcutSheet

        sheet = ShortcutSheet(self._actions, self._classes(), self._window)
        sheet.change_wanted.connect(self.change_keys)
        self.show(sheet)

    @Slot()
    def change_keys(self) -> None:
        """Let the user choose other keys."""
        from autoal_gui.gui.dialogs.keys_dialog import KeysDialog

        dialog = KeysDialog(self._actions, self._classes(), self._window)
        dialog.changed.connect(self.take_keys)
        self.show(dialog)

    def _classes(self) -> tuple[str, ...]:
        return self._controller.project.classes.names if self._controller.is_open else ()

    @Slot(object)
    def take_keys(self, key_map: keys.KeyMap) -> None:
        """Take other keys at once and keep them for this user."""
        keys.use(key_map)
        self._settings.setValue("keys", key_map.to_json())
        self._actions.take_keys()
        if self._controller.is_open:
            self._controller.setup.classes_changed.emit()
