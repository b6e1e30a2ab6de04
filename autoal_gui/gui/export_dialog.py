"""What leaves the program: labels as a table, the model as a file."""

from pathlib import Path
from types import ModuleType

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.registry import discover
from autoal_gui.gui.controller import NO_MODEL, Controller
from autoal_gui.gui.importer import clean_name
from autoal_gui.gui.parts import card, text_label
from autoal_gui.gui.theme import set_property

KINDS = {"labels": "The labels", "model": "The model"}


class ExportDialog(QDialog):
    """Chooses a format and a file, writes, and says what was written."""

    written = Signal(str)

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._exporters = discover("autoal_gui.exporters")
        self._choices = QButtonGroup(self)
        self._replaces: Path | None = None
        self.setWindowTitle("Export")
        self.buttons: dict[str, QRadioButton] = {}
        self.target = QLineEdit()
        self.target.setAccessibleName("File to write")
        self.outcome = text_label()
        self._choose = QPushButton("Choose…")
        self._choose.setAutoDefault(False)  # Enter exports
        self.ok = QPushButton("Export")
        self.ok.setProperty("role", "primary")
        self.ok.setDefault(True)
        self._lay_out()
        self._connect()
        self._suggest()
        self.setMinimumWidth(600)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(12)
        column.addWidget(text_label("Export", size=1.4, bold=True))
        for kind, words in KINDS.items():
            column.addWidget(self._make_kind(kind, words))
        row = QHBoxLayout()
        row.addWidget(self.target, 1)
        row.addWidget(self._choose)
        column.addWidget(text_label("File to write", role="muted"))
        column.addLayout(row)
        column.addWidget(self.outcome)
        foot = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        foot.addButton(self.ok, QDialogButtonBox.ButtonRole.ActionRole)
        foot.rejected.connect(self.reject)
        column.addWidget(foot)

    def _make_kind(self, kind: str, words: str) -> QWidget:
        frame, inside = card()
        inside.addWidget(text_label(words, bold=True))
        inside.addWidget(text_label(self._about(kind), role="muted"))
        has_model = self._controller.project.last_checkpoint() is not None
        for name, module in self._exporters.items():
            if kind != module.KIND:
                continue
            button = self.buttons[name] = QRadioButton(module.LABEL)
            button.setEnabled(kind == "labels" or has_model)
            button.toggled.connect(self._suggest)
            self._choices.addButton(button)
            inside.addWidget(button)
            if self._choices.checkedButton() is None and button.isEnabled():
                button.setChecked(True)
        return frame

    def _about(self, kind: str) -> str:
        project = self._controller.project
        if kind == "labels":
            count = sum(entry.class_index is not None for entry in project.answers.values())
            return f"{count:,} labels, and the images answered Unsure or Skip."
        if project.last_checkpoint() is None:
            return NO_MODEL
        return f"Of round {project.last_round}: it is read back and compared after writing."

    def _connect(self) -> None:
        self._choose.clicked.connect(self._browse)
        self.ok.clicked.connect(self.export)
        self._controller.exported.connect(self._on_exported)
        self._controller.failed.connect(self._on_failed)
        self._controller.notice.connect(self._on_notice)

    @property
    def exporter(self) -> ModuleType | None:
        """The format chosen."""
        for name, button in self.buttons.items():
            if button.isChecked():
                return self._exporters[name]
        return None

    def _suggest(self) -> None:
        exporter = self.exporter
        if exporter is None:
            return
        typed = self.target.text().strip()
        folder = Path(typed).parent if typed else Path.home()
        name = f"{clean_name(self._controller.project.name)}-{exporter.KIND}{exporter.SUFFIX}"
        self.target.setText(str(folder / name))
        self.outcome.clear()

    def _browse(self) -> None:
        exporter = self.exporter
        if exporter is None:
            return
        files = f"{exporter.LABEL} (*{exporter.SUFFIX})"
        chosen, _ = QFileDialog.getSaveFileName(self, "Export", self.target.text(), files)
        if chosen:
            self.target.setText(chosen)
            self._replaces = Path(chosen)  # the file dialog has asked

    def export(self) -> None:
        """Write the file."""
        exporter, typed = self.exporter, self.target.text().strip()
        if exporter is None or not typed:
            self._say("Choose a format and a file first.", "danger")
            return
        target = Path(typed).expanduser()
        if target.exists() and target != self._replaces:
            self._replaces = target
            self._say("That file exists: press Export again to replace it.", "danger")
            return
        self._say("Writing…", "muted")
        if exporter.KIND == "labels":
            self._controller.export_labels(exporter, target)
        else:
            self._controller.export_model(exporter, target)

    @Slot(str)
    def _on_exported(self, target: str) -> None:
        self._say(f"Written: {target}", "")
        self.written.emit(target)

    @Slot(str, str)
    def _on_failed(self, sentence: str, details: str) -> None:
        self._say(sentence, "danger")

    @Slot(str)
    def _on_notice(self, sentence: str) -> None:
        self._say(sentence, "muted")

    def _say(self, sentence: str, role: str) -> None:
        self.outcome.setText(sentence)
        set_property(self.outcome, "role", role)
