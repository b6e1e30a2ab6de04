"""Errors named by meaning. Each message is one plain sentence that may be shown to the user.

No message holds an image's content; a path appears only where the user has just typed or chosen it.
"""


class AutoALError(Exception):
    """Base of every error that the program explains instead of crashing."""


class ImageUnreadable(AutoALError):
    """One image cannot be decoded; the rest of the set can still be used."""


class SourceError(AutoALError):
    """A set of images cannot be opened at all."""


class SettingsError(AutoALError):
    """A hyper-parameter is outside the range in which it means something."""


class ProjectError(AutoALError):
    """A project cannot be created, opened or written."""


class ProjectInUse(ProjectError):
    """Another program holds the project open."""


class ProjectGone(ProjectError):
    """The project file is no longer where it was opened; what it holds can be saved elsewhere."""


class ProjectDamaged(ProjectError):
    """The project file is not what this program wrote."""


class ProjectTooNew(ProjectError):
    """The project was written by a later version of the program."""


class CheckpointError(AutoALError):
    """A file is not a checkpoint of this program, or not one that can be trusted."""


class FileRefused(AutoALError, OSError):
    """A file is not opened or not replaced, though the system would do it.

    Whoever expects an `OSError` gets one.
    """


class NotAFile(FileRefused):
    """A folder, a pipe, a device or, where something is written, a link."""


class FileTooLarge(FileRefused):
    """It has more bytes than are read of its kind."""


class LeadsOut(FileRefused):
    """A link leads out of the folder that a file must lie in."""


class NoRoom(AutoALError, OSError):
    """No temporary folder can be made; whoever expects an `OSError` gets one."""


class OutOfMemory(AutoALError, MemoryError):
    """The computer has too little memory for what was asked.

    Whoever expects a `MemoryError` gets one.
    """


class EarlyAccess(AutoALError):
    """Code looked at a hidden label whose image has not been asked for."""


class Cancelled(AutoALError):
    """The user cancelled; nothing that was finished before is lost."""
