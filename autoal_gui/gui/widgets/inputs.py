"""Fields of forms: lines, paths, choices and numbers that the wheel does not change."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSettings, QSignalBlocker, QSize, QStandardPaths, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
    QWidget,
)

from autoal_gui.core.language import tr
from autoal_gui.gui.widgets.flow_layout import FlowLayout

LAST_FOLDER = "export_folder"
"""Where the settings keep the folder that something was saved in last."""


IMAGES_FOLDER = "images_folder"
"""Where they keep the folder that images were chosen in last."""


def last_folder(settings: QSettings | None) -> Path:
    """Return the folder that something was saved in last; at first that of the documents."""
    kept = str(settings.value(LAST_FOLDER, "")) if settings is not None else ""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return _first_folder(kept, documents)


def _first_folder(*folders: str) -> Path:
    found = (Path(folder) for folder in folders if folder and Path(folder).is_dir())
    return next(found, Path.home())


def keep_folder(settings: QSettings | None, file: Path) -> None:
    """Remember where a file was saved."""
    if settings is not None:
        settings.setValue(LAST_FOLDER, str(file.parent))


def images_folder(settings: QSettings | None) -> Path:
    """Return the folder beside the images that were chosen last; at first that of the user."""
    return _first_folder(str(settings.value(IMAGES_FOLDER, "")) if settings is not None else "")


def keep_images_folder(settings: QSettings | None, images: Path) -> None:
    """Remember where images were chosen: the folder that their folder or file is in."""
    if settings is not None:
        settings.setValue(IMAGES_FOLDER, str(images.parent))


class EntryLine(QLineEdit):
    """A text field whose Enter does not press the dialog's button."""

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Take Enter for this field alone."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            event.accept()
        else:
            super().keyPressEvent(event)


class PathField(QWidget):
    """A path that is typed or chosen."""

    changed = Signal(str)

    def __init__(self, name: str, files: str = "", parent: QWidget | None = None) -> None:
        """Ask for a folder, or for a file where `files` is a filter of a file dialog."""
        super().__init__(parent)
        self._name, self._files = name, files
        self.line = QLineEdit()
        self.line.setAccessibleName(name)
        button = QPushButton(tr("Choose…"))
        button.setAutoDefault(False)
        button.setAccessibleName(tr("Choose: {what}", what=name))
        button.clicked.connect(self._browse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(button)
        self.line.textChanged.connect(self.changed)

    @property
    def text(self) -> str:
        """The path as typed."""
        return self.line.text().strip()

    def path(self) -> Path:
        """Return the path, with ~ written out."""
        return Path(self.text).expanduser()

    def _browse(self) -> None:
        if self._files:
            chosen, _ = QFileDialog.getOpenFileName(self, self._name, self.text, self._files)
        else:
            chosen = QFileDialog.getExistingDirectory(self, self._name, self.text)
        if chosen:
            self.line.setText(chosen)


SLACK = 4  # pixels beside the words of a box that a style may take


class StillComboBox(QComboBox):
    """A list to choose from that the wheel passes over, at least as wide as what is chosen.

    Qt asks for the width of the longest entry, which then is the least width of a whole dialog.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.currentTextChanged.connect(self.updateGeometry)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the room for what is chosen."""
        hint = super().minimumSizeHint()
        if self.sizeAdjustPolicy() is not QComboBox.SizeAdjustPolicy.AdjustToContents:
            return hint  # of a fixed number of letters, whatever the entries are
        advance = self.fontMetrics().horizontalAdvance
        longest = max((advance(self.itemText(row)) for row in range(self.count())), default=0)
        wide = hint.width() - longest + advance(self.currentText()) + SLACK
        return QSize(wide, hint.height())

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        """Open the list in the width of its longest entry."""
        room = self.view().sizeHintForColumn(0) + self.view().verticalScrollBar().sizeHint().width()
        self.view().setMinimumWidth(room)
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to what scrolls."""
        event.ignore()


class StillSpinBox(QSpinBox):
    """A number that the wheel passes over."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to what scrolls."""
        event.ignore()


class EntrySpinBox(StillSpinBox):
    """A number that counts once it has been entered whole, and whose Enter does nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.setKeyboardTracking(False)  # else 10 would be 1 for a moment

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Take Enter for this field alone."""
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()


class OneOf(QWidget):
    """A row of buttons of which one is down; the first at the beginning."""

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


def translated(entries: dict[str, str]) -> dict[str, str]:
    """Return a table with its marked words looked up."""
    return {value: tr(label) for value, label in entries.items()}


def add_row(form: QFormLayout, widget: QWidget, tip: str) -> None:
    """Put a widget under its accessible name, with a tip that was marked; "" for none."""
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    widget.setToolTip(tr(tip))
    form.addRow(widget.accessibleName(), widget)


def combo(name: str, entries: dict[str, str], chosen: str) -> QComboBox:
    """Return a list to choose from, its values as item data."""
    box = StillComboBox()
    box.setAccessibleName(name)
    refill(box, entries, chosen)
    return box


def refill(box: QComboBox, entries: dict[str, str], chosen: str | None = None) -> None:
    """Offer other entries; what was chosen stays so where it is among them, else the first."""
    wanted = box.currentData() if chosen is None else chosen
    with QSignalBlocker(box):
        box.clear()
        for value, label in entries.items():
            box.addItem(label, value)
        box.setCurrentIndex(max(0, box.findData(wanted)))


def spin(name: str, low: int, high: int, value: int, *, keeps_enter: bool = False) -> QSpinBox:
    """Return a field for a whole number; its Enter may be kept from what the field is part of."""
    box = EntrySpinBox() if keeps_enter else StillSpinBox()
    box.setAccessibleName(name)
    box.lineEdit().setTextMargins(6, 0, 0, 0)
    box.setRange(low, high)
    box.setValue(value)
    return box
