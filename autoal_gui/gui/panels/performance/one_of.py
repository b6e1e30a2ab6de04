"""A row of buttons of which one is down: one thing is shown at a time."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from autoal_gui.gui.widgets.flow_layout import FlowLayout


class OneOf(QWidget):
    """Chooses one of a few things by name; the first at the beginning."""

    chosen = Signal()
    """The user has chosen another one."""

    def __init__(self, names: Sequence[tuple[str, str]]) -> None:
        """Make a button for each (name, tip)."""
        super().__init__()
        self.buttons: list[QToolButton] = []
        self._group = QButtonGroup(self)
        row = FlowLayout(self, at_left=True)
        for place, (name, tip) in enumerate(names):
            button = QToolButton()
            button.setProperty("role", "quiet")
            button.setText(name)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setChecked(not place)
            self._group.addButton(button, place)
            self.buttons.append(button)
            row.addWidget(button)
        self._group.idToggled.connect(self._on_toggled)

    @property
    def position(self) -> int:
        """The place of what is chosen."""
        return self._group.checkedId()

    def _on_toggled(self, position: int, down: bool) -> None:
        if down:
            self.chosen.emit()
