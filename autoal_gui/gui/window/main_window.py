"""The window: start page or desk, menus, dialogs, and one plain sentence at the bottom."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QSettings, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QIcon,
)
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QLabel,
    QMainWindow,
    QMenu,
    QProgressDialog,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.images.source import Listing, SourceSpec
from autoal_gui.core.language import LANGUAGES, mark, number, tr, tr_count
from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.resources import resources
from autoal_gui.core.settings import PRESETS, fitted_to
from autoal_gui.engine.engine import where
from autoal_gui.gui import keys
from autoal_gui.gui.project.importer import Importer, free_folder
from autoal_gui.gui.services import Services
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import GROUPS, Actions
from autoal_gui.gui.widgets.notice_bar import Failure
from autoal_gui.gui.widgets.page import Page
from autoal_gui.gui.widgets.sizes import fitting
from autoal_gui.gui.widgets.theme import CHOICES, Theme
from autoal_gui.gui.window.checking import ACTIONS as CHECKING
from autoal_gui.gui.window.checking import Checking
from autoal_gui.gui.window.language_choice import AS_SYSTEM, chosen
from autoal_gui.gui.window.page_stack import PAGES
from autoal_gui.gui.window.project_recovery import Rescue
from autoal_gui.gui.window.start_page import NEW_WAYS, WAYS, StartPage
from autoal_gui.sources.opening import kind_at

if TYPE_CHECKING:
    from autoal_gui.gui.desk.desk import Desk
log = logging.getLogger(__name__)
DEMO = SourceSpec("demo")

FAULT = mark("Something went wrong in the program; every answer given so far is saved.")
NOTHING_KNOWN = mark("That is neither a project, a folder of images nor an .npz file.")
ONE_ALONE = mark("{count} files or folders were dropped at once. Drop only the one to open.")
RECENT_KEPT = 8
PROJECT_ACTIONS = ("home", "export", "settings", "report", "classes", *CHECKING)
LABEL_ACTIONS = (
    "unsure",
    "skip",
    "undo",
    "redo",
    "back",
    "forward",
    "flag",
    "comment",
    "find_class",
    "go_to",
)
VIEW_ACTIONS = ("fit", "actual", "zoom_in", "zoom_out", "smooth", "why", "grid")
THEME_LABELS = {"system": mark("As the system"), "light": mark("Light"), "dark": mark("Dark")}


class MainWindow(QMainWindow):
    """The program's window. It starts on the start page."""

    language_chosen = Signal(str)
    """A code of `LANGUAGES`, or `AS_SYSTEM`; who holds the window makes it anew."""

    def __init__(self, services: Services, settings: QSettings | None = None) -> None:
        """Make the window; `settings` keeps theme, geometry and recent projects."""
        super().__init__()
        self._services = services
        self._settings = settings or QSettings("autoal-gui", "autoal-gui")
        keys.use(keys.KeyMap.from_json(str(self._settings.value("keys", "{}"))))
        self.theme = Theme(self)
        self.actions_table = Actions(self.theme, self)
        self.controller = Controller(services, self)
        self.start_page = StartPage(self.theme)
        self.desk: Desk | None = None
        self.pages: dict[str, Page] = {}
        self.dialog: QDialog | None = None
        self._importer = Importer(services, self)
        self._rescue = Rescue(services, self)
        self._wanted = Path()  # the project that was to be opened last
        self._busy: QProgressDialog | None = None
        self.failure = Failure(self.theme)
        self.status = QLabel()
        self._lay_out()
        self._make_menus()
        self._connect()
        self._checking = Checking(self)
        self._restore()

    # -- making -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.setWindowTitle("AutoAL")
        self.setWindowIcon(QIcon(str(resources() / "icons" / "app.svg")))
        self.setAcceptDrops(True)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.start_page)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.failure)
        column.addWidget(self.stack, 1)
        self.setCentralWidget(central)
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setAccessibleName(tr("Status"))
        self.status.setContentsMargins(10, 2, 10, 2)
        self.statusBar().addWidget(self.status, 1)
        self.statusBar().setSizeGripEnabled(False)

    def _make_menus(self) -> None:
        for group in GROUPS:
            menu = self.menuBar().addMenu(tr(group))
            if group == "Project":
                menu.addMenu(self._make_new_menu())
            menu.addActions(self.actions_table.group(group))
            if group == "View":
                menu.addSeparator()
                menu.addMenu(self._make_theme_menu())
                menu.addMenu(self._make_language_menu())
        for group in GROUPS:  # shortcuts work with the menu bar hidden or native
            self.addActions(self.actions_table.group(group))

    def _make_new_menu(self) -> QMenu:
        menu = QMenu(tr("New project"), self)
        for way, _, title, line in WAYS[:NEW_WAYS]:
            action = menu.addAction(tr(title))
            action.setData(way)
            action.setStatusTip(tr(line))
            action.triggered.connect(self._on_new_action)
        return menu

    def _make_theme_menu(self) -> QMenu:
        menu = QMenu(tr("Colours"), self)
        group = QActionGroup(self)
        self._theme_actions: dict[str, QAction] = {}
        for choice in CHOICES:
            action = menu.addAction(tr(THEME_LABELS[choice]))
            action.setCheckable(True)
            action.setData(choice)
            group.addAction(action)
            self._theme_actions[choice] = action
        group.triggered.connect(self._on_theme)
        return menu

    def _make_language_menu(self) -> QMenu:
        # Both words, so that it is found by who does not read the language in use.
        both = tr("Language")
        menu = QMenu(both if both == "Language" else f"{both} (Language)", self)
        group = QActionGroup(self)
        for code, name in {AS_SYSTEM: tr("As the system"), **LANGUAGES}.items():
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setData(code)
            action.setChecked(code == chosen(self._settings))
            group.addAction(action)
        group.triggered.connect(self._on_language)
        return menu

    def _connect(self) -> None:
        controller, actions = self.controller, self.actions_table
        controller.project_opened.connect(self._on_opened)
        controller.project_closing.connect(self._on_closing)
        controller.project_closed.connect(self._on_closed)
        controller.answers_changed.connect(self._on_answers)
        controller.notice.connect(self.say)
        controller.failed.connect(self._on_failed)
        controller.damaged.connect(self._on_damaged)
        self.failure.offered.connect(self._recover)
        self._rescue.recovered.connect(self._on_recovered)
        self._rescue.failed.connect(self._on_import_failed)
        controller.exported.connect(self._on_exported)
        self.start_page.chosen.connect(self._on_way)
        self.start_page.recent_chosen.connect(self._on_recent)
        self.start_page.forgotten.connect(self._on_forgotten)
        self._importer.progress.connect(self._on_import_progress)
        self._importer.listed.connect(self._on_demo_listed)
        self._importer.failed.connect(self._on_import_failed)
        self._importer.cancelled.connect(self._end_busy)
        for name, slot in {
            "home": controller.close_project,
            "open": self._ask_project,
            "export": self.show_export,
            "predict": self.show_predict,
            "settings": self.show_settings,
            "report": self.show_report,
            "classes": self.show_classes,
            "help": self.show_help,
            "quit": self.close,
            "unsure": controller.unsure,
            "skip": controller.skip,
            "undo": controller.undo,
            "redo": controller.redo,
            "flag": controller.flag,
            "comment": self.show_comment,
            "find_class": self.show_find_class,
            "go_to": self.show_go_to,
            "back": controller.back,
            "forward": controller.forward,
            "train": controller.train_now,
            "cancel": controller.cancel,
            "learn": controller.continue_learning,
            "keys": self.show_keys,
            "theme": self._toggle_theme,
        }.items():
            actions[name].triggered.connect(slot)

    def _restore(self) -> None:
        choice = str(self._settings.value("theme", "system"))
        self.theme.choose(next((one for one in CHOICES if one == choice), "system"))
        self._theme_actions[self.theme.choice].setChecked(True)
        self.resize(fitting(self, QSize(1280, 800)))
        geometry = self._settings.value("geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)
        self.start_page.set_recent(self.recent())
        self._enable_actions()
        self.say(tr("Choose where the images come from."))

    # -- what others call ---------------------------------------------------------------------

    def open_folder(self, path: Path) -> bool:
        """Open the project in a folder, or of a project file; say whether that worked."""
        self.failure.hide()
        self._wanted = path.parent if path.name == FILE_NAME else path
        return self.controller.open_project(self._wanted)

    def place(self) -> tuple[Path | None, int | None]:
        """Return the folder of the open project and the image on screen."""
        if not self.controller.is_open:
            return None, None
        return self.controller.project.folder, self.controller.current

    def go_to(self, folder: Path | None, image: int | None) -> None:
        """Open a project at an image, as `place` named them."""
        if folder is not None and self.open_folder(folder) and image is not None:
            self.controller.go_to(image)

    def start_demo(self, demo: SourceSpec = DEMO) -> None:
        """Make a project of the demo set with every default, and open it."""
        self.failure.hide()
        self._end_busy()  # a second click begins anew
        self._busy = QProgressDialog(tr("Drawing the demo images…"), tr("Cancel"), 0, 0, self)
        self._busy.setWindowModality(Qt.WindowModality.WindowModal)
        self._busy.setMinimumDuration(300)
        self._busy.canceled.connect(self._importer.cancel)
        self._importer.start(demo)

    def new_project(self, spec: SourceSpec) -> None:
        """Show the dialog for a new project of a set of images."""
        from autoal_gui.gui.project.new_project import NewProjectDialog

        self.failure.hide()
        dialog = NewProjectDialog(self._services, spec, self)
        dialog.accepted.connect(self._on_new_accepted)
        self.show_dialog(dialog)

    def open_any(self, path: Path) -> None:
        """Open whatever a path is: a project, an .npz file, or a folder of images."""
        if path.name == FILE_NAME or (path / FILE_NAME).is_file():
            self.open_folder(path)
        elif path.suffix.lower() == ".npz":
            self.new_project(SourceSpec("npz", str(path)))
        elif (kind := kind_at(path)) == "dicom":
            self.new_project(SourceSpec(kind, str(path)))
        elif path.is_dir():
            self.new_project(folder_spec(path))
        else:
            self._on_failed(tr(NOTHING_KNOWN), "")

    def report_fault(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Show that the program erred; made for `sys.excepthook`, which Qt's slots end up in."""
        details = where(error)
        log.error("A fault in the window: %s", details)
        sentence = str(error) if isinstance(error, AutoALError) else tr(FAULT)
        self.failure.show_failure(sentence, details)

    @Slot(str)
    def say(self, sentence: str) -> None:
        """Show one plain sentence at the bottom."""
        self.status.setText(sentence)

    def show_export(self) -> None:
        """Show the export dialog."""
        from autoal_gui.gui.dialogs.export_dialog import ExportDialog

        self.show_dialog(ExportDialog(self.controller, self._settings, self))

    def show_predict(self) -> None:
        """Show the page on which a model is applied to other images."""
        self.show_page("predict")

    def show_settings(self) -> None:
        """Show the settings of the project."""
        from autoal_gui.gui.project.settings_dialog import SettingsDialog

        self.show_dialog(SettingsDialog(self.controller, self))

    def show_classes(self) -> None:
        """Show the classes of the project, to add, rename or remove some."""
        from autoal_gui.gui.project.classes_dialog import ClassesDialog

        self.show_dialog(ClassesDialog(self.controller, self))

    def show_report(self) -> None:
        """Show which files could not be used when the project was made."""
        from autoal_gui.gui.project.import_report import ImportReportDialog

        self.show_dialog(ImportReportDialog(self.controller.project, self))

    def show_help(self) -> None:
        """Show the help, at what is on screen."""
        at_desk = self.desk is not None and self.stack.currentWidget() is self.desk
        self.show_topic(self.desk.help_topic() if self.desk and at_desk else "")

    @Slot(str)
    def show_topic(self, topic: str) -> None:
        """Show a page of the help; "" for the one shown last."""
        page = self.show_page("help")
        if topic:
            page.show_topic(topic)

    def page(self, name: str) -> Page:
        """Return one of the pages beside the desk, made when it is needed first."""
        if name not in self.pages:
            page = PAGES[name](self.controller, self.theme, self.actions_table)
            page.left.connect(self.leave_page)
            page.help_wanted.connect(self.show_topic)
            self.stack.addWidget(page)
            self.pages[name] = page
        return self.pages[name]

    def show_page(self, name: str) -> Page:
        """Show one of the pages beside the desk as things are now, and return it."""
        page = self.page(name)
        page.enter()
        self.stack.setCurrentWidget(page)
        (page.focusWidget() or page).setFocus()
        self._enable_actions()
        return page

    def leave_page(self) -> None:
        """Go back from a page to the desk, or to the start page where no project is open."""
        if self.controller.is_open and self.desk is not None:
            self.stack.setCurrentWidget(self.desk)
            self.desk.image_view.setFocus()
        else:
            self.stack.setCurrentWidget(self.start_page)
        self._enable_actions()

    def show_keys(self) -> None:
        """Show all keys."""
        from autoal_gui.gui.dialogs.shortcut_sheet import ShortcutSheet

        classes = self.controller.project.classes.names if self.controller.is_open else ()
        sheet = ShortcutSheet(self.actions_table, classes, self)
        sheet.change_wanted.connect(self.show_keys_dialog)
        self.show_dialog(sheet)

    def show_keys_dialog(self) -> None:
        """Let the user choose other keys."""
        from autoal_gui.gui.dialogs.keys_dialog import KeysDialog

        classes = self.controller.project.classes.names if self.controller.is_open else ()
        dialog = KeysDialog(classes, self)
        dialog.changed.connect(self._on_keys)
        self.show_dialog(dialog)

    @Slot(object)
    def _on_keys(self, key_map: keys.KeyMap) -> None:
        """Take other keys at once and keep them for this user."""
        keys.use(key_map)
        self._settings.setValue("keys", key_map.to_json())
        self.actions_table.take_keys()
        if self.controller.is_open:
            self.controller.classes_changed.emit()

    def show_comment(self) -> None:
        """Show the comment on the image on screen or those selected, to change it."""
        from autoal_gui.gui.dialogs.comment_editor import CommentEditor

        self.show_dialog(CommentEditor(self.controller, self))

    def show_go_to(self) -> None:
        """Ask for the number or the file name of an image, and show it."""
        from autoal_gui.gui.dialogs.finder import Finder, ImageNames

        names = ImageNames(self.controller.project.pool)
        finder = Finder(tr("Go to image"), tr("Number or part of the file name"), names.find, self)
        finder.chosen.connect(self.desk.show_large if self.desk else self.controller.go_to)
        self.show_dialog(finder)

    def show_find_class(self) -> None:
        """Ask for the name of a class, and give it."""
        from autoal_gui.gui.dialogs.finder import ClassNames, Finder

        project = self.controller.project
        names = ClassNames(project.classes.names, project.classes.removed)
        finder = Finder(tr("Find a class"), tr("Part of the name"), names.find, self)
        finder.chosen.connect(self.controller.answer)
        self.show_dialog(finder)

    def show_dialog(self, dialog: QDialog) -> None:
        """Show a dialog over the window until it is closed."""
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog = dialog
        dialog.finished.connect(self._on_dialog_finished)
        dialog.open()
        # The style sheet's paddings count only once the children are shown.
        dialog.resize(dialog.size().expandedTo(dialog.sizeHint()))

    def _on_dialog_finished(self) -> None:
        self.dialog = None
        self.activateWindow()  # the keys must work again, also where no window manager sees to it

    def _wait_for_export(self) -> None:
        """Close the window once an export is written, unless the user says otherwise."""
        from autoal_gui.gui.dialogs.leave_dialog import LeaveDialog

        dialog = LeaveDialog(self.controller, self)
        # Queued: whoever announced the file has more to do with the project.
        dialog.accepted.connect(self.close, Qt.ConnectionType.QueuedConnection)
        self.show_dialog(dialog)

    # -- new projects -------------------------------------------------------------------------

    @Slot(str)
    def _on_way(self, way: str) -> None:
        if way == "demo":
            self.start_demo()
        elif way == "medmnist":
            self.new_project(SourceSpec("medmnist"))
        elif way == "folder":
            self._ask_images()
        elif way == "dicom":
            self._ask_dicom()
        elif way == "npz":
            self._ask_file()
        elif way == "predict":
            self.show_predict()
        else:
            self._ask_project()

    def _on_new_action(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._on_way(str(action.data()))

    def _ask_images(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Folder of images"))
        if chosen:
            self.new_project(folder_spec(Path(chosen)))

    def _ask_dicom(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Folder of DICOM files"))
        if chosen:
            self.new_project(SourceSpec("dicom", chosen))

    def _ask_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, tr(".npz file"), "", tr("MedMNIST files (*.npz)")
        )
        if chosen:
            self.new_project(SourceSpec("npz", chosen))

    def _ask_project(self) -> None:
        start = str(self._services.projects_folder)
        chosen = QFileDialog.getExistingDirectory(self, tr("Project folder"), start)
        if chosen:
            self.open_folder(Path(chosen))

    @Slot(str)
    def _on_recent(self, folder: str) -> None:
        if not self.open_folder(Path(folder)):  # it may have gone since the list was made
            self.start_page.set_recent(self.recent())

    @Slot(str)
    def _on_forgotten(self, folder: str) -> None:
        self._remember([other for other in self.recent() if other != folder])

    def _on_new_accepted(self) -> None:
        from autoal_gui.gui.project.new_project import NewProjectDialog

        dialog = self.dialog
        if isinstance(dialog, NewProjectDialog) and dialog.listing is not None:
            self.controller.create_project(dialog.folder(), dialog.plan(), dialog.listing)

    @Slot(int, int)
    def _on_import_progress(self, done: int, total: int) -> None:
        if self._busy is not None:
            self._busy.setRange(0, total)
            self._busy.setValue(min(done, total - 1))  # at its end it would ask again

    @Slot(object)
    def _on_demo_listed(self, listing: Listing) -> None:
        self._end_busy()
        folder = free_folder(self._services.projects_folder, "Demo")
        settings = fitted_to(PRESETS["cpu"], self._importer.longest_side(listing))
        plan = ProjectPlan(folder.name, self._importer.spec, listing.classes, settings)
        try:
            self._importer.adopt(folder)
        except AutoALError as error:
            self._on_failed(str(error), "")
            return
        self.controller.create_project(folder, plan, listing)

    @Slot(str)
    def _on_import_failed(self, sentence: str) -> None:
        self._end_busy()
        self._on_failed(sentence, "")

    def _end_busy(self) -> None:
        busy, self._busy = self._busy, None
        if busy is not None:
            busy.blockSignals(True)
            busy.close()
            busy.deleteLater()
            self.activateWindow()

    # -- what the controller says -------------------------------------------------------------

    def _on_opened(self) -> None:
        if self.desk is None:
            self._make_desk()
        project = self.controller.project
        if self.desk is not None:
            self.stack.setCurrentWidget(self.desk)
        self.setWindowTitle(f"{project.settings.name} – AutoAL")
        folder = str(project.folder.resolve())
        self._remember([folder, *(other for other in self.recent() if other != folder)])
        self._enable_actions()
        images = tr_count("{count} image.", "{count} images.", len(project.pool.images))
        self.say(tr("{images} Press ? for the keys and F1 for help.", images=images))

    def _make_desk(self) -> None:
        """Make the desk when it is needed first: its charts take longer than the start page."""
        from autoal_gui.gui.desk.desk import Desk

        self.desk = Desk(self.controller, self.theme, self.actions_table)
        self.stack.addWidget(self.desk)
        self.desk.help_wanted.connect(self.show_topic)
        self.desk.show_project()

    def _on_closing(self) -> None:
        """Close a dialog that is open: it would write into the project opened next."""
        # One that has just been accepted is hidden by now, and still at work.
        if self.dialog is not None and self.dialog.isVisible():
            self.dialog.reject()

    def _on_closed(self) -> None:
        self.stack.setCurrentWidget(self.start_page)
        self.start_page.set_recent(self.recent())
        self.setWindowTitle("AutoAL")
        self._enable_actions()
        self.say(tr("The project is closed; everything is saved."))

    def _on_answers(self) -> None:
        project = self.controller.project
        at_desk = self.stack.currentWidget() is self.desk
        self.actions_table["undo"].setEnabled(at_desk and project.labels.can_undo)
        self.actions_table["redo"].setEnabled(at_desk and project.labels.can_redo)
        answers = len(project.labels.answers)
        self.say(
            tr(
                "{done} of {total} images answered; every answer is saved.",
                done=number(answers),
                total=number(answers + project.labels.waiting),
            )
        )

    def _enable_actions(self) -> None:
        is_open = self.controller.is_open
        at_desk = is_open and self.stack.currentWidget() is self.desk
        for name in PROJECT_ACTIONS:
            self.actions_table[name].setEnabled(is_open)
        for name in (*LABEL_ACTIONS, *VIEW_ACTIONS):
            self.actions_table[name].setEnabled(at_desk)
        if is_open:
            self._on_answers()
        else:
            for name in ("train", "cancel", "learn"):
                self.actions_table[name].setEnabled(False)

    @Slot(str, str)
    def _on_failed(self, sentence: str, details: str) -> None:
        self.failure.show_failure(sentence, details)

    @Slot()
    def _on_damaged(self) -> None:
        self.failure.offer(tr("Recover"))

    @Slot()
    def _recover(self) -> None:
        self._rescue.start(self._wanted)

    @Slot(object, str, bool)
    def _on_recovered(self, folder: Path, sentence: str, whole: bool) -> None:
        if self.open_folder(folder):  # the sentence stays until it has been read
            if whole:
                self.failure.show_notice(sentence)
            else:
                self._on_failed(sentence, "")

    @Slot(str, str)
    def _on_exported(self, target: str, sentence: str) -> None:
        self.say(" ".join((tr("Written: {target}", target=target), sentence)).strip())

    def _on_theme(self, action: QAction) -> None:
        self.theme.choose(action.data())
        self._settings.setValue("theme", action.data())

    def _on_language(self, action: QAction) -> None:
        self.language_chosen.emit(action.data())

    def _toggle_theme(self) -> None:
        self._theme_actions["light" if self.theme.dark else "dark"].trigger()

    # -- recent projects ----------------------------------------------------------------------

    def recent(self) -> list[str]:
        """Return the folders of the projects opened last, the last in front."""
        value = self._settings.value("recent", [])
        if isinstance(value, list):
            return [str(folder) for folder in value]
        return [value] if isinstance(value, str) and value else []  # an .ini file's list of one

    def _remember(self, folders: list[str]) -> None:
        self._settings.setValue("recent", folders[:RECENT_KEPT])
        self.start_page.set_recent(folders[:RECENT_KEPT])

    # -- events -------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Take files and folders of this computer."""
        if local_paths(event.mimeData()):
            event.acceptProposedAction()
            self.start_page.invite(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        """Show that nothing is dragged any more."""
        self.start_page.invite(False)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Open what was dropped; of several things none, since which is meant is not known."""
        event.acceptProposedAction()
        self.start_page.invite(False)
        paths = local_paths(event.mimeData())
        if len(paths) == 1:
            self.open_any(paths[0])
        elif paths:
            self._on_failed(tr(ONE_ALONE, count=number(len(paths))), "")

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Stop every thread and close the project; nothing is left to save."""
        if self.dialog is not None:
            self.dialog.reject()
        if self.controller.is_exporting:
            event.ignore()
            self._wait_for_export()
            return
        with contextlib.ExitStack() as steps:  # each is taken, whatever goes wrong in another
            steps.callback(super().closeEvent, event)  # what comes in first is done last
            for step in reversed(tuple(self._closing_steps())):
                steps.callback(step)

    def _closing_steps(self) -> Iterator[Callable[[], object]]:
        """Yield what there is to do before the window has closed, in order."""
        yield partial(self._settings.setValue, "geometry", self.saveGeometry())
        yield self.hide  # waiting for a training batch to end must not look like a frozen window
        yield self._end_busy
        yield self._importer.close
        yield self._rescue.close
        yield self.controller.close
        if self.desk is not None:
            yield self.desk.close_threads
        for page in self.pages.values():
            yield page.close_threads


def local_paths(dragged: QMimeData) -> tuple[Path, ...]:
    """Return the files and folders of this computer in what is dragged; often there are none."""
    return tuple(Path(url.toLocalFile()) for url in dragged.urls() if url.isLocalFile())


def folder_spec(path: Path) -> SourceSpec:
    """Return the set of a folder, its sub-folders as known labels; what they mean is asked."""
    return SourceSpec("folder", str(path), (("labels", "classes"), ("check", "later")))
