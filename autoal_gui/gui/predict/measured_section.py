"""How right a model is on images whose label is known: one line, and on request by column."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from autoal_gui.core.language import decimal, mark, number, percent, tr
from autoal_gui.core.measures.by_part import found_words
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.sets.column_results import MeasuredImages
from autoal_gui.gui.panels.performance.column_results import MOST_NAMED, ColumnResults
from autoal_gui.gui.widgets.cards import Section
from autoal_gui.gui.widgets.text import text_label

TALLEST = 13  # lines of text that are seen at a time
TIP = mark(
    "These images come with labels, from folders or a table, so that the model can be measured on "
    "them. The true value lies in the interval 95 times in 100. Of images that the model has "
    "learned from, the numbers flatter."
)


class MeasuredSection(Section):
    """A line that opens: what is right of the labelled images, by class, group and column."""

    def __init__(self) -> None:
        super().__init__("")
        self.has_results = False
        self.button.setToolTip(tr(TIP))
        self.classes = text_label()
        self.columns = ColumnResults()
        self.body.addWidget(Scrolled(TALLEST, self.classes, self.columns))

    def show_results(
        self, measured: MeasuredImages, columns: tuple[str, ...], classes: tuple[str, ...]
    ) -> None:
        """Show other results, see `ColumnResults.show_results`."""
        self.has_results = bool(measured.images)
        if self.has_results:
            metrics = measured.metrics
            self.button.setText(measured_words(metrics))
            self.classes.setText(found_words(metrics, classes[:MOST_NAMED]))
        self.columns.setVisible(self.columns.show_results(measured, columns, classes))


class Scrolled(QScrollArea):
    """Parts in a column as high as they need, but of no more than so many lines of text.

    The rest scrolls: the images below are to be seen.
    """

    def __init__(self, lines: int, *parts: QWidget) -> None:
        super().__init__()
        self._lines = lines
        inside = self._inside = QWidget()
        inside.setProperty("role", "content")
        column = self._column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 4, 0)
        for part in parts:
            column.addWidget(part)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setWidget(inside)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Lines of words are more in a narrow column."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Return what all parts need, or the most."""
        frame = 2 * self.frameWidth()
        most = self._lines * self.fontMetrics().height()
        needed = self._column.totalHeightForWidth(width - frame)
        return min(most, max(needed, self._inside.minimumSizeHint().height()) + frame)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Ask for another height when the parts have changed."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


def measured_words(metrics: Metrics) -> str:
    """Say how many of the labelled images are right."""
    low, high = metrics.accuracy_interval
    return tr(
        "Labels known: right on {right} of {images} ({low} to {high}), "
        "balanced accuracy {balanced}",
        right=number(metrics.correct),
        images=number(metrics.total),
        low=decimal(100 * low, 0),
        high=percent(high),
        balanced=percent(metrics.balanced_accuracy),
    )
