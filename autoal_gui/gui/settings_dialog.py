"""Settings of the open project: how to ask, who reads, how the model learns."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.language import tr
from autoal_gui.gui.controller import Controller
from autoal_gui.gui.forms import MethodForm
from autoal_gui.gui.parts import add_card, fitting, text_label


class SettingsDialog(QDialog):
    """Takes effect when it is accepted; rounds that run are not touched."""

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        project = controller.project
        self.setWindowTitle(tr("Settings"))
        self.annotator = QLineEdit(project.annotator)
        self.annotator.setAccessibleName(tr("Annotator"))
        self.suggestions = QCheckBox(tr("Show the model's suggestion before the answer"))
        self.suggestions.setChecked(project.show_suggestions)
        self.method = MethodForm(project.settings, keep=True)
        self.problem = text_label(role="danger")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._lay_out()
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.method.advanced.button.toggled.connect(self._make_room)
        self.resize(fitting(self, QSize(64 * self.fontMetrics().height(), 0)))

    def _lay_out(self) -> None:
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(12)
        column.addWidget(text_label(tr("Settings"), size=1.4, bold=True))
        left, right = QVBoxLayout(), QVBoxLayout()
        add_card(left, tr("Reading, at once"), self._make_reading())
        add_card(right, tr("Asking and learning, from the next round on"), self.method)
        left.addStretch(1)
        right.addStretch(1)
        columns = QHBoxLayout()  # side by side: one above the other they outgrow a small screen
        columns.setSpacing(12)
        columns.addLayout(left, 2)
        columns.addLayout(right, 3)
        column.addLayout(columns, 1)
        column.addWidget(self.problem)
        column.addWidget(self.buttons)

    def _make_room(self) -> None:
        """Grow with what has been opened; the words wrap by the width of now."""
        self._column.activate()
        wanted = QSize(self.width(), self._column.totalHeightForWidth(self.width()))
        self.resize(fitting(self, self.size().expandedTo(wanted)))

    def _make_reading(self) -> QVBoxLayout:
        who = QFormLayout()
        who.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        who.addRow(self.annotator.accessibleName(), self.annotator)
        reading = QVBoxLayout()
        reading.addLayout(who)
        told = tr("Stored with every answer from now on.")
        reading.addWidget(text_label(told, role="muted"))
        reading.addWidget(self.suggestions)
        why = tr("Off by default: a reader who sees the suggestion first tends to follow it.")
        reading.addWidget(text_label(why, role="muted"))
        return reading

    def accept(self) -> None:
        """Store what was changed."""
        try:
            settings = self.method.settings()
        except AutoALError as error:
            self.problem.setText(str(error))
            return
        controller = self._controller
        if controller.project.start_from:  # a model fits the stem that it was trained with alone
            settings = settings.but(stem=controller.project.settings.stem)
        if settings != controller.project.settings:
            controller.change_settings(settings)
        if self.annotator.text().strip() != controller.project.annotator:
            controller.set_annotator(self.annotator.text())
        if self.suggestions.isChecked() != controller.project.show_suggestions:
            controller.set_show_suggestions(self.suggestions.isChecked())
        super().accept()
