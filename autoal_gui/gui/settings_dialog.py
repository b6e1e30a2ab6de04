"""Settings of the open project: what the next round does, who labels, the classes, the look."""

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
from autoal_gui.gui.controller import Controller
from autoal_gui.gui.forms import ClassList, MethodForm
from autoal_gui.gui.parts import card, text_label


class SettingsDialog(QDialog):
    """Takes effect when it is accepted; rounds that run are not touched."""

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        project = controller.project
        self.setWindowTitle("Settings")
        self.method = MethodForm(project.settings, keep=True)
        self.annotator = QLineEdit(project.annotator)
        self.annotator.setAccessibleName("Annotator")
        self.suggestions = QCheckBox("Show the model's suggestion before the answer")
        self.suggestions.setChecked(project.show_suggestions)
        self.suggestions.setToolTip(
            "Off by default: a reader who sees the suggestion first tends to follow it."
        )
        self.classes = ClassList()
        self.classes.set_classes(project.classes, len(project.classes))
        self.problem = text_label(role="danger")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._lay_out()
        self.classes.changed.connect(self._update)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.setMinimumWidth(900)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(12)
        column.addWidget(text_label("Settings", size=1.4, bold=True))
        reading = QFormLayout()
        reading.addRow("Annotator", self.annotator)
        reading.addRow("", self.suggestions)
        classes = QFormLayout()
        classes.addRow("Classes", self.classes)
        left, right = QVBoxLayout(), QVBoxLayout()
        for place, words, form in (
            (left, "From the next round on", self.method),
            (right, "Reading", reading),
            (right, "Classes", classes),
        ):
            frame, inside = card()
            inside.addWidget(text_label(words, bold=True))
            form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
            inside.addLayout(form)
            place.addWidget(frame)
        left.addStretch(1)
        right.addStretch(1)
        columns = QHBoxLayout()  # side by side: one above the other they outgrow a small screen
        columns.setSpacing(12)
        columns.addLayout(left, 1)
        columns.addLayout(right, 1)
        column.addLayout(columns, 1)
        column.addWidget(self.problem)
        column.addWidget(self.buttons)

    def _update(self) -> None:
        problem = self.classes.problem()
        self.problem.setText(problem)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not problem)

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
        self._change_classes()
        super().accept()

    def _change_classes(self) -> None:
        before = self._controller.project.classes
        for index, name in enumerate(self.classes.names()):
            if index >= len(before):
                self._controller.add_class(name)
            elif name != before[index]:
                self._controller.rename_class(index, name)
