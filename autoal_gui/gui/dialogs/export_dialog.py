"""What leaves the program: labels, the model, a report; each format says what it is for."""

from functools import partial
from pathlib import Path
from types import ModuleType

from PySide6.QtCore import QSettings, QSize, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.core.messages import Writing
from autoal_gui.core.project.export_snapshot import Choices
from autoal_gui.core.registry import discover
from autoal_gui.core.system.safe_names import safe_name
from autoal_gui.exporters.companions.files import companion_files
from autoal_gui.gui.dialogs.model_line import ModelLine, waiting_names, writing_words
from autoal_gui.gui.panels.waiting_line import WaitingLine
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.engine_queue import Priority
from autoal_gui.gui.widgets.cards import card
from autoal_gui.gui.widgets.inputs import StillSpinBox, keep_folder, last_folder
from autoal_gui.gui.widgets.sizes import fitting
from autoal_gui.gui.widgets.text import plain_tip, text_label
from autoal_gui.gui.widgets.theme import TITLE, set_property

KINDS = {
    "labels": mark("The labels"),
    "model": mark("The model"),
    "report": mark("A report"),
}
ENDINGS = {
    "labels": mark("labels"),
    "model": mark("model"),
    "report": mark("report"),
    "audit": mark("audit"),
}
"""How the name of a file ends that the dialog suggests, by format or kind: of two tables, none is
written over the other."""
HAND_OVER = mark(
    "For whoever is to use it: one folder with the model, its card, an example in Python and the "
    "report"
)
LARGEST_SIDE = 1024  # pixels
WIDE, NARROW = 56, 40  # its width in heights of a line: with two columns of formats, and with one
LEAST_WIDE = 44  # heights of a line, from which there is room for two
LEAST_FORMATS = 200  # pixels
SIDES = 20  # pixels at the left and at the right


def _is_there(exporter: ModuleType, target: Path) -> bool:
    """Tell whether an export would replace a file: its own, or one beside a model."""
    beside = companion_files(target, exporter) if exporter.KIND == "model" else ()
    return bool(exporter.SUFFIX) and any(file.exists() for file in (target, *beside))


class _Formats(QScrollArea):
    """The formats, all of them where there is room; they make way for what is said below them."""

    def __init__(self, inside: QWidget, wanted: int) -> None:
        """Hold `inside`, which takes so many pixels in height."""
        super().__init__()
        self._wanted = wanted
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setMinimumHeight(LEAST_FORMATS)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the height of all of them."""
        return QSize(super().sizeHint().width(), self._wanted)


class ExportDialog(QDialog):
    """Chooses a format and a file, writes, and says what was written."""

    written = Signal(str)
    hand_over_wanted = Signal()

    def __init__(
        self,
        controller: Controller,
        settings: QSettings | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Make the dialog; `settings` remembers the last folder."""
        super().__init__(parent)
        self._controller = controller
        self._settings = settings
        self._exporters = discover("autoal_gui.exporters")
        self._formats = QButtonGroup(self)
        self._replaces: Path | None = None
        self._last: Path | None = None
        self.setWindowTitle(tr("Export"))
        self.buttons: dict[str, QRadioButton] = {}
        self._make_choices()
        self._make_foot()
        self._lay_out()
        self._connect()
        self._suggest()
        self._show_busy()
        if controller.exports.label_export.running:  # begun before the dialog was closed
            self._say(tr("Writing…"), "muted")

    def _make_choices(self) -> None:
        self.de_identified = QCheckBox(tr("Pseudonymised: numbers in the place of all names"))
        self.unlabelled = QCheckBox(tr("Images without an answer too, in a folder of their own"))
        self.side = StillSpinBox()
        self.side.setRange(0, LARGEST_SIDE)
        self.side.setSuffix(tr(" pixels a side"))
        self.side.setSpecialValueText(tr("Size as it is"))
        self.side.setAccessibleName(tr("Size of the images"))
        self._options = {
            "de_identified": self.de_identified,
            "unlabelled": self.unlabelled,
            "side": self.side,
        }

    def _make_foot(self) -> None:
        self.target = QLineEdit()
        self.target.setAccessibleName(tr("File to write"))
        self.outcome = text_label()
        names = partial(waiting_names, self._controller.exports)
        self.waiting = WaitingLine(self._controller, Priority.EXPORT, what=names)
        self._choose = QPushButton(tr("Choose…"))
        self._choose.setAutoDefault(False)  # Enter exports
        self.show_folder = QPushButton(tr("Show in folder"))
        self.show_folder.setAutoDefault(False)
        self.show_folder.hide()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("How much is written"))
        self.progress.hide()
        self.ok = QPushButton(tr("Export"))
        self.ok.setProperty("role", "primary")
        self.ok.setDefault(True)
        self.hand_over = QPushButton(tr("Hand over the model…"))
        self.hand_over.setToolTip(plain_tip(tr(HAND_OVER)))
        self.hand_over.setAutoDefault(False)
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setAutoDefault(False)

    def _lay_out(self) -> None:
        inside = self._make_formats()
        column = QVBoxLayout(self)
        column.setContentsMargins(SIDES, 16, SIDES, 14)
        column.setSpacing(10)
        column.addWidget(text_label(tr("Export"), size=TITLE, bold=True))
        column.addWidget(_Formats(inside, self._height_of(inside)), 1)
        for option in self._options.values():
            column.addWidget(option)
        column.addLayout(self._make_target_row())
        column.addWidget(self.progress)
        column.addLayout(self._make_outcome_row())
        column.addWidget(self.waiting)
        foot = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        foot.addButton(self.ok, QDialogButtonBox.ButtonRole.ActionRole)
        foot.addButton(self.cancel, QDialogButtonBox.ButtonRole.ActionRole)
        self.cancel.hide()  # the box shows what it is given
        foot.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.hand_over)
        row.addWidget(foot, 1)
        column.addLayout(row)

    def _make_formats(self) -> QWidget:
        """Return the formats: beside the labels all others, where the screen is wide enough."""
        inside, line = QWidget(), self.fontMetrics().height()
        room = fitting(self, QSize(WIDE * line, 0)).width()
        wide = room >= LEAST_WIDE * line
        self.setMinimumWidth(room if wide else min(room, NARROW * line))
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        columns = [QVBoxLayout() for _ in range(2 if wide else 1)]
        for place, (kind, words) in enumerate(KINDS.items()):
            if any(kind == module.KIND for module in self._exporters.values()):
                columns[min(place, len(columns) - 1)].addWidget(self._make_kind(kind, tr(words)))
        for column in columns:
            column.setSpacing(10)
            column.addStretch(1)
            row.addLayout(column, 1)
        return inside

    def _height_of(self, formats: QWidget) -> int:
        """Return the height that the formats take in the width of the dialog."""
        margins = 2 * SIDES
        return formats.heightForWidth(self.minimumWidth() - margins) + 4

    def _make_target_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self.target, 1)
        row.addWidget(self._choose)
        return row

    def _make_outcome_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self.outcome, 1)
        row.addWidget(self.show_folder)
        return row

    def _make_kind(self, kind: str, words: str) -> QWidget:
        frame, inside = card()
        inside.setSpacing(3)  # all kinds then fit a low screen
        inside.addWidget(text_label(words, bold=True))
        if kind == "model":
            self.model = ModelLine(self._controller)
            inside.addWidget(self.model)
        else:
            inside.addWidget(text_label(self._about(kind), role="muted"))
        for name, module in self._exporters.items():
            if kind == module.KIND:
                self._add_format(name, module, inside)
        return frame

    def _add_format(self, name: str, module: ModuleType, inside: QVBoxLayout) -> None:
        missing = module.missing() if module.KIND == "model" else ""
        button = self.buttons[name] = QRadioButton(tr(module.LABEL))
        button.setEnabled(self._can_write(module))
        button.toggled.connect(self._suggest)
        self._formats.addButton(button)
        inside.addWidget(button)
        about = text_label(missing or tr(module.ABOUT), role="muted")
        about.setContentsMargins(2 * self.fontMetrics().height(), 0, 0, 4)
        button.setAccessibleDescription(about.text())
        inside.addWidget(about)
        if self._formats.checkedButton() is None and button.isEnabled():
            button.setChecked(True)

    def _can_write(self, module: ModuleType) -> bool:
        if module.KIND != "model":
            return True
        return (
            self._controller.project.rounds.last_checkpoint() is not None and not module.missing()
        )

    def _about(self, kind: str) -> str:
        project = self._controller.project
        if kind == "report":
            return tr("A page that needs no other file; it names no image.")
        count = sum(entry.class_index is not None for entry in project.labels.answers.values())
        return tr_count("There is {count} label.", "There are {count} labels.", count)

    def _connect(self) -> None:
        self._choose.clicked.connect(self._browse)
        self.ok.clicked.connect(self.export)
        self.hand_over.clicked.connect(self.hand_over_wanted)
        self.cancel.clicked.connect(self._controller.exports.label_export.cancel)
        self.show_folder.clicked.connect(self._show_in_folder)
        self._controller.training.rounds_changed.connect(self._on_rounds)
        self._controller.exports.exported.connect(self._on_exported)
        self._controller.exports.writing.connect(self._on_writing)
        self._controller.failed.connect(self._on_failed)
        self._controller.exports.notice.connect(self._on_notice)
        self._controller.exports.label_export.progress.connect(self._on_progress)
        self._controller.exports.label_export.cancelled.connect(self._on_cancelled)

    @property
    def exporter(self) -> ModuleType | None:
        """The format chosen."""
        for name, button in self.buttons.items():
            if button.isChecked():
                return self._exporters[name]
        return None

    @property
    def choices(self) -> Choices:
        """What is chosen of it."""
        options = self.exporter.OPTIONS if self.exporter else ()
        return Choices(
            de_identified="de_identified" in options and self.de_identified.isChecked(),
            unlabelled="unlabelled" in options and self.unlabelled.isChecked(),
            side=self.side.value() if "side" in options else 0,
        )

    def _suggest(self) -> None:
        exporter = self.exporter
        if exporter is None:
            return
        for name, option in self._options.items():
            option.setVisible(name in exporter.OPTIONS)
        ending = tr(ENDINGS.get(exporter.NAME, ENDINGS[exporter.KIND]))
        name = f"{safe_name(self._controller.project.settings.name)}-{ending}"
        self.target.setText(str(self._folder() / f"{name}{exporter.SUFFIX}"))
        self._say("", "")

    def _folder(self) -> Path:
        typed = self.target.text().strip()
        return Path(typed).parent if typed else last_folder(self._settings)

    def _browse(self) -> None:
        exporter = self.exporter
        if exporter is None:
            return
        label, target = tr(exporter.LABEL), self.target.text()
        if exporter.SUFFIX:
            files = f"{label} (*{exporter.SUFFIX})"
            chosen, _ = QFileDialog.getSaveFileName(self, tr("Export"), target, files)
        else:
            chosen = QFileDialog.getExistingDirectory(self, label, str(Path(target).parent))
            chosen = str(Path(chosen) / Path(target).name) if chosen else ""
        if chosen:
            self.target.setText(chosen)
            self._replaces = Path(chosen) if exporter.SUFFIX else None  # the file dialog has asked

    def export(self) -> None:
        """Write the file."""
        exporter, typed = self.exporter, self.target.text().strip()
        if exporter is None or not typed:
            self._say(tr("Choose a format and a file first."), "danger")
            return
        target = Path(typed).expanduser()
        if target != self._replaces and _is_there(exporter, target):
            self._replaces = target
            self._say(tr("That file exists: press Export again to replace it."), "danger")
            return
        self._say(tr("Writing…"), "muted")
        if exporter.KIND == "model":
            self._controller.exports.export_model(exporter, target, self.model.number)
        else:
            self._controller.exports.export_labels(exporter, target, self.choices)
            self._show_busy()

    def _show_busy(self) -> None:
        """Show whether something is written: what is pressed meanwhile would have to wait."""
        exports = self._controller.exports
        busy = exports.label_export.running
        self.progress.setRange(0, 0)
        writing = exports.being_written is not None
        self.progress.setVisible(busy or writing)
        self.cancel.setVisible(busy)
        self.ok.setEnabled(not busy and not writing)

    @Slot(object)
    def _on_writing(self, event: Writing | None) -> None:
        self._show_busy()
        if event is not None:
            self._say(writing_words(event), "muted")

    @Slot()
    def _on_rounds(self) -> None:
        """Offer what can be written now: a round may end while the dialog is open."""
        if self._controller.is_open:
            for name, button in self.buttons.items():
                button.setEnabled(self._can_write(self._exporters[name]))

    @Slot(int, int)
    def _on_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    @Slot(str, str)
    def _on_exported(self, target: str, sentence: str) -> None:
        self._show_busy()
        self._last, self._replaces = Path(target), None
        keep_folder(self._settings, Path(target))
        self._say("\n".join((tr("Written: {target}", target=target), sentence)).strip(), "")
        self.show_folder.show()
        self.written.emit(target)

    @Slot()
    def _on_cancelled(self) -> None:
        self._show_busy()
        self._say(tr("Cancelled; nothing was written."), "muted")

    @Slot(str, str)
    def _on_failed(self, sentence: str, details: str) -> None:
        self._show_busy()
        self._say(sentence, "danger")

    @Slot(str)
    def _on_notice(self, sentence: str) -> None:
        self._say(sentence, "muted")

    def _show_in_folder(self) -> None:
        if self._last is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._last.parent)))

    def _say(self, sentence: str, role: str) -> None:
        self.show_folder.hide()
        self.outcome.setText(sentence)
        set_property(self.outcome, "role", role)
