"""Settings of the open project: how to ask, who reads, how the model learns."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.images.pool import longest_side
from autoal_gui.core.labels.hidden_repeats import EVERY
from autoal_gui.core.language import mark, tr
from autoal_gui.gui.project.method_form import MethodForm
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.cards import add_card
from autoal_gui.gui.widgets.sizes import fitting
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import TITLE

WHY_REPEATS = mark(
    "About one answer in {count}, at least 20 answers later: it shows how consistent the reader "
    "is, and changes no label."
)


class SettingsDialog(QDialog):
    """Takes effect when it is accepted; rounds that run are not touched."""

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        project = controller.project
        self.setWindowTitle(tr("Settings"))
        self.name = QLineEdit(project.settings.name)
        self.name.setAccessibleName(tr("Name of the project"))
        self.annotator = QLineEdit(project.settings.annotator)
        self.annotator.setAccessibleName(tr("Reader"))
        self.suggestions = QCheckBox(tr("Show the model's suggestion before the answer"))
        self.suggestions.setChecked(project.settings.show_suggestions)
        self.repeats = QCheckBox(tr("Show the reader a few images twice, without saying so"))
        self.repeats.setChecked(project.settings.repeat_every > 0)
        self.method = MethodForm(project.settings.run, keep=True)
        if project.settings.start_from:
            self.method.fix_backbone()
        self.problem = text_label(role="danger")
        self.problem.hide()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._lay_out()
        self.method.advanced.button.toggled.connect(self._make_room)
        self.method.changed.connect(self._make_room)
        self.finished.connect(self.method.weights.close_job)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        self._content = QWidget()
        self._content.setProperty("role", "content")
        column = self._column = QVBoxLayout(self._content)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(text_label(tr("Settings"), size=TITLE, bold=True))
        add_card(column, tr("While you read (counts at once)"), self._make_labelling())
        add_card(column, tr("Choosing images and learning, from the next round on"), self.method)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._content)
        self._foot = QVBoxLayout()
        self._foot.setContentsMargins(20, 8, 20, 14)
        self._foot.addWidget(self.problem)
        self._foot.addWidget(self.buttons)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll, 1)
        outer.addLayout(self._foot)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for all that is open, as far as the screen has it."""
        width = max(44 * self.fontMetrics().height(), self._content.minimumSizeHint().width())
        inside = self._content.heightForWidth(width)
        return fitting(self, QSize(width, inside + self._foot.sizeHint().height() + 8))

    def _make_room(self) -> None:
        self._column.activate()
        self.resize(self.size().expandedTo(self.sizeHint()))

    def _make_labelling(self) -> QVBoxLayout:
        who = QFormLayout()
        who.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        who.addRow(self.name.accessibleName(), self.name)
        who.addRow(self.annotator.accessibleName(), self.annotator)
        column = QVBoxLayout()
        column.addLayout(who)
        sentence = tr("Stored with every answer from now on.")
        column.addWidget(text_label(sentence, role="muted"))
        column.addWidget(self.suggestions)
        why = tr("Off by default: readers who see the suggestion first tend to follow it.")
        column.addWidget(text_label(why, role="muted"))
        column.addWidget(self.repeats)
        column.addWidget(text_label(tr(WHY_REPEATS, count=EVERY), role="muted"))
        return column

    def _side(self) -> int:
        """Return the pixels of the images' longer side, where the network has changed; else 0."""
        project, method = self._controller.project, self.method
        run = project.settings.run
        now = (method.backbone.currentData(), method.beside.currentData())
        same = now == (run.backbone, run.beside)
        return 0 if same else longest_side(project.pool)

    def accept(self) -> None:
        """Store what was changed."""
        try:
            settings = self.method.settings(self._side())
            problem = self.method.problem()
        except AutoALError as error:
            problem = str(error)
        if problem:
            self.problem.setText(problem)
            self.problem.show()
            return
        controller = self._controller
        if (
            controller.project.settings.start_from
        ):  # a model fits the stem that it was trained with alone
            settings = settings.but(stem=controller.project.settings.run.stem)
        if settings != controller.project.settings.run:
            controller.setup.change_settings(settings)
        if self.name.text().strip() != controller.project.settings.name:
            controller.setup.set_name(self.name.text())
        if self.annotator.text().strip() != controller.project.settings.annotator:
            controller.setup.set_annotator(self.annotator.text())
        if self.suggestions.isChecked() != controller.project.settings.show_suggestions:
            controller.setup.set_show_suggestions(self.suggestions.isChecked())
        if self.repeats.isChecked() != (controller.project.settings.repeat_every > 0):
            controller.setup.set_repeat_every(EVERY if self.repeats.isChecked() else 0)
        super().accept()
