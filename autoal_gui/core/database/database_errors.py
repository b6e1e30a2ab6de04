"""What can go wrong with a project file, each in one sentence."""

from autoal_gui.core.errors import ProjectDamaged, ProjectError, ProjectInUse
from autoal_gui.core.language import mark, tr

NO_PROJECT = mark("There is no project in that folder.")
UNWRITABLE = mark("The project cannot be written into that folder.")
UNSAVED = mark("The change could not be saved; is the disk full or read-only?")
EXISTS = mark("There is a project in that folder already.")
GONE = mark(
    "The project file was deleted, moved or replaced while it was open, and nothing more can be "
    "saved there. Save a copy of the project in another place."
)
LINKED = mark(
    "{name} in the project folder is a link to another place; a project is not opened through it."
)
SECOND_NAME = mark(
    "The project file has a second name in another place, and what is saved would change both; "
    "copy the project folder and open the copy."
)
UNREAD = mark("The project file cannot be read any more; is its disk still there?")
DAMAGED = mark(
    "The project file is damaged; it has been left unchanged, so that it can be recovered."
)


def damaged() -> ProjectDamaged:
    """Return the error for a file that holds what this program never writes."""
    return ProjectDamaged(tr(DAMAGED))


def as_project_error(error: Exception) -> ProjectError:
    """Turn what SQLite or the system says when a project is opened into one sentence."""
    reason = str(error)  # sqlite3 names error codes only from Python 3.11 on
    if "locked" in reason:
        return ProjectInUse(tr("The project is open in another window or program."))
    if "readonly" in reason or "unable to open" in reason or isinstance(error, PermissionError):
        return ProjectError(tr("The project cannot be opened: its folder or disk is read-only."))
    if "is full" in reason:
        return ProjectError(tr("The project cannot be opened: its disk is full."))
    if "I/O error" in reason or isinstance(error, OSError):
        return ProjectError(tr("The project cannot be opened: its disk failed to read or write."))
    return damaged()
