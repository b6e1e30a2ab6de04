"""A folder for whoever is to use the model: which formats, and where it goes."""

from functools import partial
from pathlib import Path
from types import ModuleType

from PySide6.QtCore import QSettings, QSize, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import mark, tr
from autoal_gui.core.messages import Writing
from autoal_gui.core.registry import discover
from autoal_gui.core.system.safe_names import FreeNames, safe_name
from autoal_gui.exporters.contract import USUAL
from autoal_gui.gui.dialogs.model_line import ModelLine, waiting_names, writing_words
from autoal_gui.gui.panels.waiting_line import WaitingLine
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.engine_queue import Priority
from autoal_gui.gui.widgets.cards import LowColumn, card
from autoal_gui.gui.widgets.inputs import keep_folder, last_folder
from autoal_gui.gui.widgets.sizes import fitting, widen
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import TITLE, set_property

ABOUT = mark(
    "One folder for whoever is to use the model: the model, its card, how images are prepared, "
    "how it is used in a few lines of Python, and the report. It names classes, and values of "
    "columns such as sex or site, but no image, no reader and no patient."
)
AFTER = mark("The next hand over is possible after that.")
EXISTS = mark("That folder exists; choose a new name for it.")


class HandOverDialog(QDialog):
    """Asks for formats and a new folder, and says what became of it."""

    def __init__(
        self,
        controller: Controller,
        settings: QSettings | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Make the dialog; `settings` remembers the last folder."""
        super().__init__(parent)
        self._controller, self._settings = controller, settings
        self._last = Path()
        self.setWindowTitle(tr("Hand over"))
        self.formats = {
            name: self._make_format(module)
            for name, module in discover("autoal_gui.exporters").items()
            if module.KIND == "model"
        }
        self.model = ModelLine(controller)
        self.target = QLineEdit(str(self._free()))
        self.target.setAccessibleName(tr("Folder to write"))
        self._choose = QPushButton(tr("Choose…"))
        self._choose.setAutoDefault(False)
        self.outcome = text_label()
        names = partial(waiting_names, controller.exports)
        self.waiting = WaitingLine(controller, Priority.EXPORT, what=names, after=tr(AFTER))
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)  # what is written is said below it
        self.progress.setAccessibleName(tr("How much is written"))
        self.show_folder = QPushButton(tr("Show in folder"))
        self.show_folder.setAutoDefault(False)
        self.show_folder.hide()
        self.ok = QPushButton(tr("Hand over"))
        self.ok.setProperty("role", "primary")
        self.ok.setDefault(True)
        self._lay_out()
        self._connect()
        self._on_writing(controller.exports.being_written)

    def _make_format(self, module: ModuleType) -> QCheckBox:
        missing = module.missing()
        box = QCheckBox(tr(module.LABEL))
        box.setChecked(module.NAME in USUAL and not missing)
        box.setEnabled(not missing)
        box.setToolTip(missing or tr(module.ABOUT))
        box.setAccessibleDescription(box.toolTip())
        return box

    def _free(self) -> Path:
        """Return a folder of which nothing is there yet."""
        names, place = FreeNames(), last_folder(self._settings)
        project = safe_name(self._controller.project.settings.name)
        name = names.take(f"{project}-{tr('model')}")
        while (place / name).exists():
            name = names.take(f"{project}-{tr('model')}")
        return place / name

    def _lay_out(self) -> None:
        frame, inside = card()
        inside.addWidget(text_label(tr("The model"), bold=True))
        inside.addWidget(self.model)
        for name, box in self.formats.items():
            inside.addWidget(box)
            module = discover("autoal_gui.exporters")[name]
            about = text_label(module.missing() or tr(module.ABOUT), role="muted")
            about.setContentsMargins(2 * self.fontMetrics().height(), 0, 0, 4)
            inside.addWidget(about)
        inside.addStretch(1)  # the lines stay together in a tall dialog
        row = QHBoxLayout()
        row.addWidget(self.target, 1)
        row.addWidget(self._choose)
        told = QHBoxLayout()
        told.addWidget(self.outcome, 1)
        told.addWidget(self.show_folder)
        foot = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        foot.addButton(self.ok, QDialogButtonBox.ButtonRole.ActionRole)
        foot.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(10)
        column.addWidget(text_label(tr("Hand over"), size=TITLE, bold=True))
        column.addWidget(text_label(tr(ABOUT), role="muted"))
        column.addWidget(LowColumn(frame), 1)
        column.addWidget(text_label(tr("Folder to write"), bold=True))
        column.addLayout(row)
        column.addWidget(self.progress)
        column.addLayout(told)
        column.addWidget(self.waiting)
        column.addWidget(foot)
        line = self.fontMetrics().height()
        widen(self, 42)
        self.resize(fitting(self, QSize(42 * line, 32 * line)))

    def _connect(self) -> None:
        exports = self._controller.exports
        for box in self.formats.values():
            box.toggled.connect(self._show_state)
        self._choose.clicked.connect(self._browse)
        self.ok.clicked.connect(self.hand_over)
        self.show_folder.clicked.connect(self._show_in_folder)
        self._controller.training.rounds_changed.connect(self._show_state)
        exports.writing.connect(self._on_writing)
        exports.exported.connect(self._on_exported)
        self._controller.failed.connect(self._on_failed)
        self._controller.exports.notice.connect(self._on_notice)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The formats chosen, by the exporters' names."""
        return tuple(name for name, box in self.formats.items() if box.isChecked())

    @Slot()
    def _browse(self) -> None:
        typed = Path(self.target.text().strip())
        place = QFileDialog.getExistingDirectory(self, tr("Folder to write"), str(typed.parent))
        if place:
            self.target.setText(str(Path(place) / typed.name))

    @Slot()
    def hand_over(self) -> None:
        """Write the folder, unless there is something of that name."""
        typed = self.target.text().strip()
        target = Path(typed).expanduser()
        if not typed:
            self._say(tr("Choose a folder first."), "danger")
        elif target.exists():
            self._say(tr(EXISTS), "danger")
        else:
            self._say(tr("Writing…"), "muted")
            self._controller.exports.hand_over(self.chosen, target, self.model.number)
            self._show_state()

    @Slot()
    def _show_state(self) -> None:
        """Offer to write where there is a model, in some format, and none is being written."""
        controller = self._controller
        if controller.is_open:
            there = controller.project.rounds.last_checkpoint() is not None
            free = not controller.exports.is_exporting
            self.ok.setEnabled(there and bool(self.chosen) and free)

    @Slot(object)
    def _on_writing(self, event: Writing | None) -> None:
        self.progress.setVisible(event is not None)
        if event is not None:
            self.progress.setRange(0, event.total if event.total > 1 else 0)
            self.progress.setValue(event.done)
            self._say(writing_words(event), "muted")
        self._show_state()

    @Slot(str, str)
    def _on_exported(self, target: str, sentence: str) -> None:
        self._last = Path(target)
        keep_folder(self._settings, self._last)
        self._say("\n".join((tr("Written: {target}", target=target), sentence)), "")
        self.show_folder.show()
        self._show_state()

    @Slot(str, str)
    def _on_failed(self, sentence: str, details: str) -> None:
        self._say(sentence, "danger")
        self._show_state()

    @Slot(str)
    def _on_notice(self, sentence: str) -> None:
        self._say(sentence, "muted")

    def _show_in_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._last)))

    def _say(self, sentence: str, role: str) -> None:
        self.show_folder.hide()
        self.outcome.setText(sentence)
        set_property(self.outcome, "role", role)
