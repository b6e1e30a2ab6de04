"""The size of text in the window: which is chosen, beside the size that the system gives."""

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

KEY = "text_size"
PERCENTS = (100, 125, 150, 200)
_OWN = "own_point_size"
"""A property of the application: the size of its font before any choice."""


def chosen(settings: QSettings) -> int:
    """Return the percentage that the user chose, one of `PERCENTS`."""
    kept = str(settings.value(KEY, PERCENTS[0]))
    return next((percent for percent in PERCENTS if str(percent) == kept), PERCENTS[0])


def choose(settings: QSettings, percent: int) -> None:
    """Remember a choice for this start and the next ones."""
    settings.setValue(KEY, percent)


def apply(application: QApplication, percent: int) -> None:
    """Give windows that are made from now on text of a size; those that exist keep theirs."""
    font = application.font()
    if application.property(_OWN) is None:
        application.setProperty(_OWN, font.pointSizeF())
    own = float(application.property(_OWN))
    if own > 0:  # else the font is given in pixels, which the system scales
        font.setPointSizeF(own * percent / 100)
        application.setFont(font)
