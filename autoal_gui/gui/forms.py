"""Parts of dialogs: the classes, the method, a path with a button beside it."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
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

from autoal_gui.core.model import StartModel
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
WITHOUT_WARM_START = "paper"  # the mode whose method does without it
AUDITED = "auto"  # the mode that draws part of each batch at random
MODE_TIP = (
    "Auto trusts every query strategy as far as your labels show that it helps. AutoAL (paper) is "
    "the published method. A uniform vote trusts all alike; the others ask by one alone."
)
WARM_TIP = (
    "Before there are labels, the networks learn how your images differ; a few labels then go "
    "much further, and a round takes seconds. It runs while you label the first batch."
)
MINUTES_TIP = "How long they learn, once for a project; you can stop earlier and go on later."
AUDIT_TIP = (
    "Part of each batch in the mode Auto: such images measure how good the model really is on "
    "yours, and guard against asking for odd ones alone."
)
BATCH_TIP = "A round of training starts by itself whenever so many images are answered."
PRESET_TIP = (
    "How long the networks train in each round. After a warm start only their last layer is "
    "fitted, in seconds, whatever the schedule."
)
SIZE_TIP = "Images are scaled to this size for training only; you see them as they are."
DEVICE_TIP = "What computes the training; labelling goes on meanwhile."
SMALLEST_PHOTOGRAPH = 64  # pixels a side
MINUTE = 60  # seconds
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
        self.audit = spin("Drawn at random", 0, 100, round(100 * base.audit_share))
        self.audit.setSuffix(" % of a batch")
        self.warm = QCheckBox("Learn from all images first, for")
        self.warm.setAccessibleName("Warm start")
        self.warm.setChecked(base.warm_start)
        self.minutes = spin("Time of it", 1, 10_000, max(1, round(base.warm_seconds / MINUTE)))
        self.minutes.setSuffix(" min")
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
            (self.audit, AUDIT_TIP),
            (self._make_warm_start(), WARM_TIP),
            (self.preset, PRESET_TIP),
            (self.size, SIZE_TIP),
            (self.device, DEVICE_TIP),
        ):
            widget.setToolTip(tip)
            self.addRow(widget.accessibleName(), widget)
        self._kept = {box: box.value() for box in (self.audit, self.minutes)}
        self.warm.setEnabled(base.mode != WITHOUT_WARM_START)
        self.mode.currentIndexChanged.connect(self._on_mode)
        self.warm.toggled.connect(self._enable)
        self._enable()

    def _make_warm_start(self) -> QWidget:
        """Return the check box and its minutes side by side."""
        both = QWidget()
        both.setAccessibleName(self.warm.accessibleName())
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.warm)
        row.addWidget(self.minutes, 1)
        self.minutes.setToolTip(MINUTES_TIP)
        return both

    def settings(self, side: int = 0, start: StartModel | None = None) -> RunSettings:
        """Return the settings as chosen.

        Args:
            side: of the images, in pixels; 0 where that is not known.
            start: what the model to start from asks for, if there is one.
        """
        base = self._base
        audit = self._changed(self.audit, 100, base.audit_share)
        seconds = self._changed(self.minutes, 1 / MINUTE, base.warm_seconds)
        schedule = self._schedule(side, start)
        return schedule.but(
            mode=self.mode.currentData(),
            batch_size=self.batch.value(),
            audit_share=audit,
            warm_start=self.warm.isChecked(),
            warm_seconds=seconds,
            device=self.device.currentData(),
        )

    def _changed(self, box: QSpinBox, unit: float, kept: float) -> float:
        """Return a number as typed; untouched it stays as exact as it was."""
        return kept if box.value() == self._kept[box] else box.value() / unit

    def _on_mode(self) -> None:
        without = self.mode.currentData() == WITHOUT_WARM_START
        if without == self.warm.isEnabled():  # into that mode, or out of it
            self.warm.setEnabled(not without)
            self.warm.setChecked(not without)
        self._enable()

    def _enable(self) -> None:
        self.minutes.setEnabled(self.warm.isChecked())
        self.audit.setEnabled(self.mode.currentData() == AUDITED)

    def _schedule(self, side: int, start: StartModel | None) -> RunSettings:
        preset, size = self.preset.currentData(), self.size.currentData()
        if preset == KEPT and size == str(self._base.input_size):
            return self._base
        schedule = self._base if preset == KEPT else replace(PRESETS[preset], seed=self._base.seed)
        if size == FITTED and start is not None:
            return fitted_to_start(schedule, start, side)
        if size == FITTED:
            return fitted_to(schedule, side) if side else schedule
        sized = fitted_to(schedule, int(size)).but(input_size=int(size))
        return sized.but(stem=start.stem) if start is not None else sized


def fitted_to_start(settings: RunSettings, start: StartModel, side: int) -> RunSettings:
    """Return settings that a model to start from fits, for images of `side` pixels.

    Weights that name no size are torchvision's, whose stem leaves nothing of small images: these
    are scaled up.
    """
    if start.input_size:
        return settings.but(stem=start.stem, input_size=start.input_size)
    return fitted_to(settings, max(side, SMALLEST_PHOTOGRAPH)).but(stem=start.stem)


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
