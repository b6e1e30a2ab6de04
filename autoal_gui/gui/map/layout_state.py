"""Whether the clearer layout is being computed, with a way to stop it and to begin again."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from autoal_gui.core.language import mark, tr
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.text import text_label

LAYING_OUT = mark("A clearer layout is being computed…")
KEEPS = mark("Stop computing; the dots stay where they are")
AGAIN = mark("Let t-SNE place the dots, beside your work; of thousands of images it takes minutes")

MOVES = mark("The dots move to clearer places; what is selected stays selected")


class LayoutState(QWidget):
    """A sentence and Cancel while t-SNE computes, a button to compute where it was cancelled."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self.words = text_label(tr(LAYING_OUT), role="muted", wrap=False)
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setToolTip(tr(KEEPS))
        self.again = QPushButton(tr("Clearer layout"))
        self.again.setToolTip(tr(AGAIN))
        self.show_it = QPushButton(tr("Show the clearer layout"))
        self.show_it.setToolTip(tr(MOVES))
        self.is_waiting = False
        """A clearer layout is there, and waits until it does not disturb."""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.words, self.cancel, self.again, self.show_it):
            row.addWidget(widget)
            widget.hide()
        maps = controller.likeness
        self.cancel.clicked.connect(maps.cancel_layout)
        self.again.clicked.connect(maps.lay_out_again)
        maps.layout_changed.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """Show what is so now."""
        maps, is_open = self._controller.likeness, self._controller.is_open
        computing = is_open and maps.is_laying_out
        self.words.setVisible(computing)
        self.cancel.setVisible(computing)
        self.again.setVisible(is_open and maps.can_lay_out)
        self.show_it.setVisible(is_open and self.is_waiting)
