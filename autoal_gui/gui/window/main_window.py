"""The window: what fills it, its menus and dialogs, and one plain sentence at the bottom."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSettings, QSize, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QIcon
from PySide6.QtWidgets import QDialog, QMainWindow

from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.language import mark, number, tr, tr_count
from autoal_gui.core.resources import resources
from autoal_gui.engine.engine import where
from autoal_gui.gui import keys
from autoal_gui.gui.services import Services
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.likeness.image_maps import is_image_file
from autoal_gui.gui.widgets.actions import Actions, Command
from autoal_gui.gui.widgets.notice_bar import NoticeBar, NoticeGround
from autoal_gui.gui.widgets.sizes import fitting
from autoal_gui.gui.widgets.text import SentenceLine
from autoal_gui.gui.widgets.theme import Theme
from autoal_gui.gui.window.busy import OpeningSign
from autoal_gui.gui.window.commands.enabling import Enabling
from autoal_gui.gui.window.commands.parts import Parts
from autoal_gui.gui.window.commands.table import COMMANDS, WAYS
from autoal_gui.gui.window.dialog_opener import DialogOpener
from autoal_gui.gui.window.finds import CheckResult, Finds, PredictResult, SearchLine, TrialSentence
from autoal_gui.gui.window.menus import Menus
from autoal_gui.gui.window.page_stack import PageStack, free_above
from autoal_gui.gui.window.projects.desk_ahead import DeskAhead
from autoal_gui.gui.window.projects.new_projects import NewProjects, local_paths
from autoal_gui.gui.window.projects.project_recovery import Rescue
from autoal_gui.gui.window.projects.recent_projects import RecentProjects
from autoal_gui.gui.window.start_page import StartPage
from autoal_gui.gui.window.user_settings import user_settings

if TYPE_CHECKING:
    from autoal_gui.gui.desk.desk import Desk
log = logging.getLogger(__name__)

FAULT = mark("Something went wrong in the program; every answer given so far is saved.")


class MainWindow(QMainWindow):
    """The program's window. It starts on the start page.

    It makes its parts and connects them; what fills it is in `pages`, the dialogs in `dialogs`,
    the commands in `gui.window.commands`.
    """

    language_chosen = Signal(str)
    """A code of `LANGUAGES`, or `AS_SYSTEM`; who holds the window makes it anew."""
    text_size_chosen = Signal(int)
    """One of `PERCENTS`, likewise."""

    def __init__(self, services: Services, settings: QSettings | None = None) -> None:
        """Make the window; `settings` keeps theme, geometry and recent projects."""
        super().__init__()
        self._settings = settings or user_settings()
        keys.use(keys.KeyMap.from_json(str(self._settings.value("keys", "{}"))))
        self.theme = Theme(self)
        self.actions_table = Actions(COMMANDS, self.theme, self)
        self.controller = Controller(services, self)
        self.pages = PageStack(self.controller, self.theme, self.actions_table, self._settings)
        self.dialogs = DialogOpener(
            self, self.controller, self.actions_table, self.pages, self._settings
        )
        self.new_projects = NewProjects(
            self, services, self.controller, self.dialogs, self._settings
        )
        self._ahead = DeskAhead(self.pages, self)
        self.recent_projects = RecentProjects(self._settings, self.pages.start_page, self)
        self.menus = Menus(self, self.actions_table, self.theme, self._settings)
        self._parts = Parts(
            self.controller, self.pages, self.dialogs, self.new_projects, self.menus, self.close
        )
        self._rescue = Rescue(services, self)
        self._wanted = Path()  # the project that was to be opened last
        self.failure = NoticeBar(self.theme)
        self._finds = Finds(self.controller, self.pages, self.failure, self)
        CheckResult(self.controller, self.pages, self.failure, self)
        predicted = PredictResult(self.pages, self.failure, self)
        predicted.said.connect(self.say)
        self.status = SentenceLine()
        OpeningSign(self, self.controller, self.status)
        for line in (SearchLine, TrialSentence):
            line(self.controller, self.status, self).over.connect(self._say_answers)
        self._lay_out()
        self._connect()
        self._enabling = Enabling(self.actions_table, self.controller, self.pages)
        self._restore_geometry()
        self.say(tr("Choose where the images come from."))

    # -- making -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.setWindowTitle("AutoAL")
        self.setWindowIcon(QIcon(str(resources() / "icons" / "app.svg")))
        self.setAcceptDrops(True)
        ground = NoticeGround(self.failure, self.pages, lambda: free_above(self.pages))
        self.pages.currentChanged.connect(ground.place_bar)
        self.setCentralWidget(ground)
        self.status.setAccessibleName(tr("Status"))
        self.status.setContentsMargins(10, 2, 10, 2)
        self.statusBar().addWidget(self.status, 1)
        self.statusBar().setSizeGripEnabled(False)

    def _connect(self) -> None:
        controller = self.controller
        controller.project_opened.connect(self._on_opened)
        controller.project_closed.connect(self._on_closed)
        controller.labelling.answers_changed.connect(self._say_answers)
        controller.notice.connect(self.say)
        controller.failed.connect(self.failure.show_failure)
        controller.damaged.connect(self._on_damaged)
        controller.gone.connect(self._on_gone)
        controller.told.connect(self.failure.show_notice)
        controller.done.connect(self.failure.show_success)
        self._finds.said.connect(self.say)
        controller.images_absent.connect(self.dialogs.ask_images)
        controller.setup.settings_changed.connect(self._show_name)
        controller.watch.doubted.connect(self._on_doubted)
        controller.exports.exported.connect(self._on_exported)
        self._rescue.recovered.connect(self._on_recovered)
        self._rescue.failed.connect(self._on_failed)
        self.actions_table.wanted.connect(self._on_command)
        self.menus.way_chosen.connect(self._on_way)
        self.menus.language_chosen.connect(self.language_chosen)
        self.menus.text_size_chosen.connect(self.text_size_chosen)
        self.new_projects.begun.connect(self.failure.hide)
        self.new_projects.begun.connect(self._ahead.begin)
        self.new_projects.found.connect(self.open_folder)
        self.new_projects.failed.connect(self._on_failed)
        self.start_page.chosen.connect(self._on_way)
        self.start_page.recent_chosen.connect(self._on_recent)
        self.pages.currentChanged.connect(self._say_answers)

    def _restore_geometry(self) -> None:
        self.resize(fitting(self, QSize(1280, 800)))
        geometry = self._settings.value("geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)

    # -- what others call ---------------------------------------------------------------------

    @property
    def start_page(self) -> StartPage:
        """What is shown while no project is open."""
        return self.pages.start_page

    @property
    def desk(self) -> "Desk":
        """The labelling desk.

        Raises:
            RuntimeError: no project has been opened yet.
        """
        return self.pages.desk

    @property
    def dialog(self) -> QDialog | None:
        """The dialog that is open over the window."""
        return self.dialogs.dialog

    def open_folder(self, path: Path) -> bool:
        """Open the project in a folder, or of a project file; say whether that worked."""
        self.failure.hide()
        self._wanted = path.parent if path.name == FILE_NAME else path
        return self.controller.open_project(self._wanted)

    def place(self) -> tuple[Path | None, int | None]:
        """Return the folder of the open project and the image on screen."""
        if not self.controller.is_open:
            return None, None
        return self.controller.project.folder, self.controller.images.current

    def go_to(self, folder: Path | None, image: int | None) -> None:
        """Open a project at an image, as `place` named them."""
        if folder is not None and self.open_folder(folder) and image is not None:
            self.controller.images.go_to(image)

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
        self.statusBar().clearMessage()  # the line of a button under the mouse would lie over it

    # -- what the user wants ------------------------------------------------------------------

    @Slot(object)
    def _on_command(self, command: Command[Parts]) -> None:
        command.does(self._parts)

    @Slot(str)
    def _on_way(self, way: str) -> None:
        WAYS[way](self._parts)

    @Slot(str)
    def _on_recent(self, folder: str) -> None:
        if not self.open_folder(Path(folder)):  # it may have gone since the list was made
            self.recent_projects.show_list()

    # -- what the controller says -------------------------------------------------------------

    def _on_opened(self) -> None:
        project = self.controller.project
        self._show_name()
        self.recent_projects.remember(project.folder)
        waiting = project.labels.waiting
        images = tr_count("{count} image to label.", "{count} images to label.", waiting)
        self.say(tr("{images} Press ? for the keys and F1 for help.", images=images))

    @Slot()
    def _show_name(self) -> None:
        self.setWindowTitle(f"{self.controller.project.settings.name} – AutoAL")

    def _on_closed(self) -> None:
        self.recent_projects.show_list()
        self.setWindowTitle("AutoAL")
        self.say(tr("The project is closed; everything is saved."))

    @Slot()
    def _say_answers(self) -> None:
        if not self.controller.is_open:
            return
        project = self.controller.project
        answers = len(project.labels.answers)
        self.say(
            tr(
                "{done} of {total} images answered; every answer is saved.",
                done=number(answers),
                total=number(answers + project.labels.waiting),
            )
        )

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.failure.show_failure(sentence, "")

    @Slot()
    def _on_damaged(self) -> None:
        self.failure.offer(tr("Recover"), self._recover)

    @Slot()
    def _on_gone(self) -> None:
        self.failure.offer(tr("Save a copy…"), self.dialogs.save_copy)

    @Slot()
    def _on_doubted(self) -> None:
        self.failure.offer(tr("What to do…"), self.dialogs.show_replaced)

    def _recover(self) -> None:
        self._rescue.start(self._wanted)

    @Slot(object, str, bool)
    def _on_recovered(self, folder: Path, sentence: str, whole: bool) -> None:
        if self.open_folder(folder):  # the sentence stays until it has been read
            if whole:
                self.failure.show_notice(sentence)
            else:
                self._on_failed(sentence)

    @Slot(str, str)
    def _on_exported(self, target: str, sentence: str) -> None:
        written = tr("Written: {target}", target=target)
        self.say(" ".join((tr("{words}.", words=written), sentence)).strip())
        if not self.dialogs.tells_of_exports:
            # It was closed meanwhile, and the next answer takes the place of the words above.
            self.failure.show_success("\n".join((written, sentence)).strip())

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
        """Open what was dropped; with a project open, find images like those of a file."""
        event.acceptProposedAction()
        self.start_page.invite(False)
        paths = local_paths(event.mimeData())
        if self.controller.is_open and len(paths) == 1 and is_image_file(paths[0]):
            self.controller.likeness.find_file(paths[0])
        else:
            self.new_projects.open_dropped(paths)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Stop every thread and close the project; nothing is left to save."""
        self.dialogs.close()
        if self.controller.exports.is_exporting:
            event.ignore()
            self.dialogs.wait_for_export()
            return
        take_all(
            partial(self._settings.setValue, "geometry", self.saveGeometry()),
            self.hide,  # waiting for a training batch to end must not look like a frozen window
            self.new_projects.close,
            self._ahead.close,
            self._rescue.close,
            self.controller.close,
            *(page.close_threads for page in self.pages.with_threads()),
            partial(super().closeEvent, event),
            self._settings.sync,  # else Qt writes them when the process ends, wherever that was
        )


def take_all(*steps: Callable[[], Any]) -> None:
    """Take every step in order, whatever goes wrong in another.

    Raises:
        Exception: the first that a step raised, once all have been taken.
    """
    wrong: list[Exception] = []
    for step in steps:
        try:
            step()
        except Exception as error:
            wrong.append(error)
    if wrong:
        raise wrong[0]
