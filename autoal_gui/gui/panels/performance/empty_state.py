"""What the tab shows before anything has been measured: what will be there, and when."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.core.project.measured_rounds import new_curve_words
from autoal_gui.core.project.project import Project
from autoal_gui.gui.session.rounds.next_round_words import taught_classes
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import TITLE, Theme

LINES = 9  # height of the drawing, in lines of text
RULES = 4
RISE = ((0.0, 0.12), (0.18, 0.42), (0.38, 0.62), (0.62, 0.76), (1.0, 0.84))
"""A curve as it may become: (share of the width, share of the height)."""
ONLY_MEASURE = mark("Labels of the evaluation set measure the model and do not teach it.")
MEASURED = 3  # its points that are drawn as measured; the rest is to come


class GhostChart(QWidget):
    """A learning curve that does not exist yet, in faint lines: a picture, not a result."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return some lines of text high."""
        line = self.fontMetrics().height()
        return QSize(20 * line, LINES * line)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw rules, a dashed curve and its first points."""
        area = QRectF(self.rect()).adjusted(8, 8, -8, -8)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.colours.border), 1))
        for rule in range(RULES):
            y = area.bottom() - rule * area.height() / (RULES - 1)
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        points = [
            QPointF(area.left() + x * area.width(), area.bottom() - y * area.height())
            for x, y in RISE
        ]
        accent = QColor(self._theme.colours.accent)
        accent.setAlphaF(0.55)
        painter.setPen(QPen(accent, 2, Qt.PenStyle.DashLine))
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(QPen(accent, 2))
        painter.setBrush(QColor(self._theme.colours.surface))
        for point in points[:MEASURED]:
            painter.drawEllipse(point, 4, 4)
        painter.end()


class EmptyState(QWidget):
    """A drawing, and in words what will stand in its place and what has to happen before."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.chart = GhostChart(theme)
        self.title = text_label(tr("Nothing is measured yet"), size=TITLE, bold=True)
        self.words = text_label(
            tr(
                "Here you will see how many images the model gets right, class by class and beside "
                "always saying the commonest class, where it errs, and whether more labels are "
                "worth it."
            ),
            role="muted",
        )
        self.next = text_label()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self.chart, self.title, self.words, self.next):
            column.addWidget(part)

    def show_next(self, words: str) -> None:
        """Say what has to happen."""
        self.next.setText(words)
        self.next.setVisible(bool(words))


def next_words(project: Project, left: int, *, trains: bool = False) -> str:
    """Say what is missing for the first numbers.

    Args:
        project: of which nothing has been measured.
        left: images of the batch that wait for an answer; 0 where a round is to train.
        trains: whether the round that runs trains a model: it brings the numbers.
    """
    start = project.files.curve_start
    begins = (new_curve_words(start),) if start else ()
    missing = tr("Numbers come with the round that runs now.")
    return " ".join((*begins, missing if trains else _missing_words(project, left)))


def _missing_words(project: Project, left: int) -> str:
    known = taught_classes(project)
    if not known:
        return tr_count(
            "{count} more image, so that there are two classes: then a round trains by itself.",
            "{count} more images, of two classes at least: then a round trains by itself.",
            max(1, left),
        )
    if len(known) == 1:
        return _another_class(project, min(known), max(1, left))
    if left:
        return tr_count(
            "{count} more image, and a round trains by itself.",
            "{count} more images, and a round trains by itself.",
            left,
        )
    return tr("Numbers come with the next round.")


def _another_class(project: Project, only: int, left: int) -> str:
    """Say that labels of one class alone teach; others may have some that only measure."""
    words = tr_count(
        "{count} more image, of another class than “{name}”: then a round trains by itself.",
        "{count} more images, one of them at least of another class than “{name}”: then a round "
        "trains by itself.",
        left,
        name=project.classes.names[only],
    )
    measure = any(c != only for _, c in project.labels.labelled("evaluation"))
    return f"{words} {tr(ONLY_MEASURE)}" if measure else words
