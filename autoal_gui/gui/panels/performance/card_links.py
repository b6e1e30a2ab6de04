"""Short ways in a column of cards that is longer than a low window: to each card, and back."""

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from autoal_gui.core.language import tr
from autoal_gui.gui.widgets.cards import CardColumn
from autoal_gui.gui.widgets.flow_layout import FlowLayout
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import SMALL


class CardLinks(QWidget):
    """A button for each card of a column, which scrolls there."""

    def __init__(self, column: CardColumn) -> None:
        super().__init__()
        self._column = column
        self.buttons: dict[str, QToolButton] = {}
        self._frames: dict[str, QFrame] = {}
        self._flow = FlowLayout(at_left=True)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(text_label(tr("Further below"), role="muted", size=SMALL))
        rows.addLayout(self._flow)

    def add(self, title: str, frame: QFrame) -> None:
        """Offer the way to one more card, called by its title."""
        button = QToolButton()
        button.setText(title)
        button.setProperty("role", "quiet")
        button.clicked.connect(lambda: self._column.bring_up(frame))
        self._flow.addWidget(button)
        self.buttons[title], self._frames[title] = button, frame

    def refresh(self) -> None:
        """Offer what there is to see."""
        for title, button in self.buttons.items():
            button.setHidden(self._frames[title].isHidden())


class WayBack(QToolButton):
    """A button to put beside a column, there once that has been scrolled by its own height."""

    def __init__(self, column: CardColumn) -> None:
        super().__init__()
        self._column = column
        self.setText("↑")
        self.setToolTip(tr("Back to the top"))
        self.setAccessibleName(tr("Back to the top"))
        self.setProperty("role", "quiet")
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing beside it moves
        self.setSizePolicy(policy)
        self.clicked.connect(self._go_up)
        column.verticalScrollBar().valueChanged.connect(self._follow)
        column.viewport().installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow where the column is shown or hidden, as behind another tab."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide):
            self._follow()
        return super().eventFilter(watched, event)

    @Slot()
    def _follow(self) -> None:
        view, bar = self._column.viewport(), self._column.verticalScrollBar()
        self.setVisible(view.isVisible() and bar.value() > view.height())

    @Slot()
    def _go_up(self) -> None:
        self._column.verticalScrollBar().setValue(0)
        self._column.setFocus()  # the button goes: Qt would scroll to what comes after it
