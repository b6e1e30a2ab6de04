"""Parts of dialogs: the classes, the method, a path with a button beside it."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.settings import DEVICES, PRESETS, RunSettings, fitted_to
from autoal_gui.gui.names import modes

PRESET_LABELS = {
    "cpu": "Quick: a minute or two a round on a laptop",
    "paper": "Paper: the published schedule, for a GPU",
}
DEVICE_LABELS = {
    "auto": "The best one found",
    "cpu": "Processor (CPU)",
    "cuda": "NVIDIA GPU (CUDA)",
    "mps": "Apple GPU (MPS)",
}
INPUT_SIZES = (28, 64, 128, 224)
FITTED = "fitted"  # the size that suits the images
MODE_TIP = (
    "AutoAL learns which of seven query strategies to trust for which image. A uniform vote "
    "trusts all alike; the others ask by one strategy alone."
)
BATCH_TIP = "A round of training starts by itself whenever so many images are answered."
PRESET_TIP = "How long the networks train in each round."
SIZE_TIP = "Images are scaled to this size for training only; you see them as they are."
DEVICE_TIP = "What computes the training; labelling goes on meanwhile."
KEPT = ""  # the preset's value where the settings are none of the presets


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


class ClassList(QWidget):
    """The classes: those that the images brought can be renamed, others added and removed."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fixed = 0
        self.list = QListWidget()
        self.list.setAccessibleName("Classes")
        self.list.setToolTip("Double-click or press F2 to rename")
        self.list.setMaximumHeight(9 * self.fontMetrics().height())
        self.entry = EntryLine()
        self.entry.setPlaceholderText("Name of a class")
        self.entry.setAccessibleName("Name of a class")
        self.add_button = QPushButton("Add")
        self.remove_button = QPushButton("Remove")
        for button in (self.add_button, self.remove_button):
            button.setAutoDefault(False)
        row = QHBoxLayout()
        for widget in (self.entry, self.add_button, self.remove_button):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        column.addLayout(row)
        self.entry.entered.connect(self.add)
        self.add_button.clicked.connect(self.add)
        self.remove_button.clicked.connect(self.remove)
        self.list.itemChanged.connect(self.changed)
        self.list.currentRowChanged.connect(self._on_row)
        self._on_row(-1)

    def set_classes(self, names: tuple[str, ...], fixed: int) -> None:
        """Show classes; the first `fixed` cannot be removed."""
        self._fixed = fixed
        self.list.clear()
        for name in names:
            self._append(name)
        self.changed.emit()

    def names(self) -> tuple[str, ...]:
        """Return the names as typed, without blanks around them."""
        return tuple(self.list.item(row).text().strip() for row in range(self.list.count()))

    def problem(self) -> str:
        """Return in one sentence what is wrong with the classes, or ""."""
        names = self.names()
        if len(names) < 2:
            return "At least two classes are needed: type a name and press Enter."
        if not all(names):
            return "Every class needs a name."
        if len(set(names)) < len(names):
            return "Two classes have the same name."
        return ""

    def add(self) -> None:
        """Add the class that was typed."""
        name = self.entry.text().strip()
        if name and name not in self.names():
            self._append(name)
            self.entry.clear()
            self.changed.emit()

    def remove(self) -> None:
        """Remove the class that is marked, unless the images brought it."""
        row = self.list.currentRow()
        if row >= self._fixed:
            self.list.takeItem(row)
            self.changed.emit()

    def _append(self, name: str) -> None:
        item = QListWidgetItem(name)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        self.list.addItem(item)

    def _on_row(self, row: int) -> None:
        self.remove_button.setEnabled(row >= self._fixed and row >= 0)


class MethodForm(QFormLayout):
    """How to ask, in what batches, by which schedule, and where it runs."""

    def __init__(self, base: RunSettings, keep: bool) -> None:
        """Show settings; with `keep` their schedule may stay as it is."""
        super().__init__()
        self._base = base
        self.mode = combo("Mode", dict(modes()), base.mode)
        self.batch = spin("Images in a batch", 1, 1000, base.batch_size)
        presets = {KEPT: "As it is in this project"} if keep else {}
        self.preset = combo("Schedule", {**presets, **PRESET_LABELS}, KEPT if keep else "cpu")
        self.device = combo("Device", {name: DEVICE_LABELS[name] for name in DEVICES}, base.device)
        sides = sorted({*INPUT_SIZES, base.input_size})
        sizes = {str(side): f"{side} × {side} pixels" for side in sides}
        fitted = {} if keep else {FITTED: "Fitted to the images"}
        self.size = combo("Networks see", {**fitted, **sizes}, str(base.input_size))
        self.size.setCurrentIndex(0 if not keep else self.size.currentIndex())
        for widget, tip in (
            (self.mode, MODE_TIP),
            (self.batch, BATCH_TIP),
            (self.preset, PRESET_TIP),
            (self.size, SIZE_TIP),
            (self.device, DEVICE_TIP),
        ):
            widget.setToolTip(tip)
            self.addRow(widget.accessibleName(), widget)

    def settings(self, side: int = 0) -> RunSettings:
        """Return the settings as chosen, for images of `side` pixels where that is known."""
        return self._schedule(side).but(
            mode=self.mode.currentData(),
            batch_size=self.batch.value(),
            device=self.device.currentData(),
        )

    def _schedule(self, side: int) -> RunSettings:
        preset, size = self.preset.currentData(), self.size.currentData()
        if preset == KEPT and size == str(self._base.input_size):
            return self._base
        schedule = self._base if preset == KEPT else replace(PRESETS[preset], seed=self._base.seed)
        if size == FITTED:
            return fitted_to(schedule, side) if side else schedule
        return fitted_to(schedule, int(size)).but(input_size=int(size))


class PathField(QWidget):
    """A path that is typed or chosen."""

    changed = Signal(str)

    def __init__(self, name: str, files: str = "", parent: QWidget | None = None) -> None:
        """Ask for a folder, or for a file where `files` is a filter of a file dialog."""
        super().__init__(parent)
        self._name, self._files = name, files
        self.line = QLineEdit()
        self.line.setAccessibleName(name)
        button = QPushButton("Choose…")
        button.setAutoDefault(False)
        button.setAccessibleName(f"Choose: {name}")
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


class StillComboBox(QComboBox):
    """A list that the wheel passes over: who scrolls a dialog must not change what it says."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to what scrolls."""
        event.ignore()


class StillSpinBox(QSpinBox):
    """A number that the wheel passes over."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to what scrolls."""
        event.ignore()


def combo(name: str, entries: dict[str, str], chosen: str) -> QComboBox:
    """Return a list to choose from, its values as item data."""
    box = StillComboBox()
    box.setAccessibleName(name)
    for value, label in entries.items():
        box.addItem(label, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    return box


def spin(name: str, low: int, high: int, value: int) -> QSpinBox:
    """Return a field for a whole number."""
    box = StillSpinBox()
    box.setAccessibleName(name)
    box.lineEdit().setTextMargins(6, 0, 0, 0)
    box.setRange(low, high)
    box.setValue(value)
    return box
