"""What the start page shows of a project: some of its images, how far it is, how right the model.

It is kept when a project is closed, as one picture in the project's own folder of copies: the
start page then opens no project, and no image leaves the folder that it belongs to.
"""

import contextlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from PySide6.QtCore import QDate, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.language import number, percent, tr
from autoal_gui.core.project.project import Project
from autoal_gui.gui.images.thumbnails import squares
from autoal_gui.gui.panels.performance_text import measured_of
from autoal_gui.gui.widgets.theme import Colours
from autoal_gui.gui.window.language_choice import day_words

FILE = "card.png"
ACROSS, DOWN, TILE = 3, 2, 72  # images of the mosaic, and their side in pixels
FIGURES = "figures"  # the picture's text that holds the numbers
RING, LINE, GAP = 48, 5, 12  # pixels: the ring, its line, and what is between it and the mosaic
HEIGHT = 60  # pixels of the mosaic as it is drawn
SIZE = QSize(HEIGHT * ACROSS // DOWN + GAP + RING, HEIGHT)
WHOLE = 360 * 16  # the unit of angles that Qt paints with


@dataclass(frozen=True)
class Card:
    """A project as it was when it was closed."""

    done: int
    """Images with an answer."""
    total: int
    """Images that have one or wait for one."""
    accuracy: float | None
    """Of the last round that was measured, in [0, 1]."""
    day: str
    """When it was closed, as ISO 8601 writes a day."""
    mosaic: QImage

    @property
    def share(self) -> float:
        """How much has an answer, in [0, 1]."""
        return min(1.0, self.done / self.total) if self.total > 0 else 0.0

    def words(self) -> str:
        """Say in two lines how far the project is."""
        done = tr("{done} of {total} answered", done=number(self.done), total=number(self.total))
        right = [] if self.accuracy is None else [tr("accuracy {p}", p=percent(self.accuracy))]
        day = QDate.fromString(self.day, Qt.DateFormat.ISODate)
        return "\n".join([done, " · ".join([*right, day_words(day)])])

    def picture(self, colours: Colours) -> QPixmap:
        """Return the mosaic with the ring of progress beside it."""
        width = HEIGHT * ACROSS // DOWN
        found = QPixmap(SIZE.width() * 2, SIZE.height() * 2)
        found.setDevicePixelRatio(2)
        found.fill(Qt.GlobalColor.transparent)
        painter = QPainter(found)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(0, 0, width, HEIGHT), self.mosaic)
        place = QRectF(width + GAP, (HEIGHT - RING) / 2, RING, RING).adjusted(4, 4, -4, -4)
        painter.setPen(QPen(QColor(colours.border), LINE))
        painter.drawEllipse(place)
        painter.setPen(QPen(QColor(colours.accent), LINE))
        painter.drawArc(place, WHOLE // 4, -round(WHOLE * self.share))
        painter.end()
        return found


def keep_card(project: Project, thumbnail: Callable[[int], QImage | None]) -> None:
    """Write the card of a project that is about to be closed; where that fails there is none.

    Args:
        project: still open.
        thumbnail: gives a small picture of an image, or None where none is at hand.
    """
    with contextlib.suppress(OSError, AutoALError, sqlite3.Error):
        answers = len(project.labels.answers)
        measured = measured_of(project)
        # Rounds are measured by the likeliest class; where a model is used at another point the
        # project tells other shares, and the card none.
        at_point = project.settings.operating_point is not None
        figures = {
            "done": answers,
            "total": answers + project.labels.waiting,
            "accuracy": measured[-1][1].accuracy if measured and not at_point else None,
            "day": QDate.currentDate().toString(Qt.DateFormat.ISODate),
        }
        images = sorted(project.pool.images, key=lambda i: i not in project.labels.answers)
        found = (picture for picture in map(thumbnail, images) if picture is not None)
        some = list(islice(found, ACROSS * DOWN))
        card = squares(some, ACROSS, DOWN, TILE) if some else None
        before = read_card(project.folder)
        if card is None and before is not None:
            card = before.mosaic
        card = card or QImage(ACROSS * TILE, DOWN * TILE, QImage.Format.Format_RGB32)
        card.setText(FIGURES, json.dumps(figures))
        card.save(str(project.folder / "cache" / FILE))


def read_card(folder: Path) -> Card | None:
    """Return the card of a project, or None where there is none that can be read."""
    picture = QImage(str(folder / "cache" / FILE))
    try:
        figures = json.loads(picture.text(FIGURES))
        accuracy = figures["accuracy"]
        numbers = int(figures["done"]), int(figures["total"])
        right = None if accuracy is None else float(accuracy)
        return Card(*numbers, right, str(figures["day"]), picture)
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
