"""What the commands of the window act on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Command
from autoal_gui.gui.window.dialog_opener import DialogOpener
from autoal_gui.gui.window.menus import Menus
from autoal_gui.gui.window.page_stack import PageStack
from autoal_gui.gui.window.projects.new_projects import NewProjects

if TYPE_CHECKING:
    from autoal_gui.gui.desk.desk import Desk
    from autoal_gui.gui.images.image_view import ImageView


@dataclass(frozen=True)
class Parts:
    """The parts of the window, on which its commands act."""

    controller: Controller
    pages: PageStack
    dialogs: DialogOpener
    new_projects: NewProjects
    menus: Menus
    close: Callable[[], object]
    """Closes the window, which ends the program."""

    @property
    def desk(self) -> "Desk":
        """The desk, for commands that are enabled there alone."""
        return self.pages.desk

    @property
    def view(self) -> "ImageView":
        """The large image of the desk."""
        return self.desk.image_view


Effect = Callable[[Parts], object]
Rows = tuple[Command[Parts], ...]
