"""The program's own typeface: the same letters and figures on every system.

Inter (SIL Open Font License, `resources/fonts`) has what German, French and Spanish need; signs
that it lacks, such as Chinese ones, come from the system.
"""

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QApplication

from autoal_gui.core.resources import resources

FAMILY = "Inter"
FILES = ("Inter-Regular.otf", "Inter-SemiBold.otf")
LEAST = 14.0  # pixels of a screen without scaling: text below is tiring to read
POINTS_AN_INCH = 72.0


def use_typeface(application: QApplication) -> None:
    """Give a program the typeface, at the system's size or, where that is small, at `LEAST`."""
    if not _is_loaded():
        return  # the system's own font is better than none
    font = QFont(application.font())
    font.setFamilies([FAMILY, *font.families()])
    # Figures of one width stand below each other, and do not move while they change.
    font.setFeature(QFont.Tag("tnum"), 1)
    screen = QGuiApplication.primaryScreen()
    if screen is not None:
        least = LEAST * POINTS_AN_INCH / screen.logicalDotsPerInch()
        font.setPointSizeF(max(least, font.pointSizeF()))
    application.setFont(font)


@cache
def _is_loaded() -> bool:
    folder = resources() / "fonts"
    return all(QFontDatabase.addApplicationFont(str(folder / file)) >= 0 for file in FILES)
