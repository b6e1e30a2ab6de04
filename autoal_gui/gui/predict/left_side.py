"""The left side of the page: what to predict, what is shown of it, and the way to save it."""

from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from autoal_gui.gui.predict.predict_filters import PredictFilters
from autoal_gui.gui.predict.predict_setup import PredictSetup
from autoal_gui.gui.widgets.cards import LowColumn

LINES = 20  # its width in heights of a line, where there is room


class LeftSide(QWidget):
    """A column that scrolls on a low screen; the button that saves stays in sight below it."""

    def __init__(self, setup: PredictSetup, filters: PredictFilters) -> None:
        super().__init__()
        self._filters = filters
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(setup)
        self._column.addWidget(filters, 1)
        self._column.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.addWidget(LowColumn(content, LINES))
        column.addWidget(filters.save)

    def show_filters(self, shown: bool) -> None:
        """Show what is for predictions alone, or leave its room empty."""
        self._filters.setVisible(shown)
        self._filters.save.setVisible(shown)
        self._column.setStretch(2, 0 if shown else 1)
