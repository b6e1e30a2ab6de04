"""The dialog that makes a project: images listed beside it, and a default for everything else."""

from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.images.source import Listing, ProgressCallback, SourceSpec
from autoal_gui.core.language import mark, tr
from autoal_gui.core.project.plan import LabelUse, ProjectPlan
from autoal_gui.core.settings import PRESETS
from autoal_gui.core.trained_model import StartModel
from autoal_gui.engine.jobs import OneJob
from autoal_gui.gui.images.first_images import SHOWN
from autoal_gui.gui.project.class_list import ClassList
from autoal_gui.gui.project.import_progress import ImportProgress
from autoal_gui.gui.project.importer import Importer, free_folder
from autoal_gui.gui.project.meaning.meaning_form import MeaningForm
from autoal_gui.gui.project.meaning.set_review import Review
from autoal_gui.gui.project.method_form import MethodForm
from autoal_gui.gui.project.new_project_text import (
    default_name,
    label_uses,
    next_words,
    own_evaluation,
    start_note,
    title,
)
from autoal_gui.gui.project.set_aside import SetAside
from autoal_gui.gui.project.set_chooser import SetChooser
from autoal_gui.gui.services import Services
from autoal_gui.gui.widgets.cards import LowColumn, Section, add_card
from autoal_gui.gui.widgets.inputs import PathField, combo, refill
from autoal_gui.gui.widgets.sizes import fitting
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import TITLE, set_property

WEIGHTS = mark("Checkpoints and weights (*.pt *.pth)")
START_TIP = mark(
    "With a warm start its layers stay as they are, and only the last is fitted to your labels; "
    "without, all of them are trained further."
)


class NewProjectDialog(QDialog):
    """Asks for what a project needs; `accepted` means that `plan` and `folder` are sound."""

    def __init__(self, services: Services, spec: SourceSpec, parent: QWidget | None = None) -> None:
        """Make a project of `spec`; without a location a published set is chosen first."""
        super().__init__(parent)
        self._services = services
        self.listing: Listing | None = None
        self._side = 0
        self.importer = Importer(services, self)
        self._job = OneJob(self)
        self._job.succeeded.connect(self._on_checkpoint)
        self._job.failed.connect(self._on_checkpoint_failed)
        self._start: StartModel | None = None
        self.setWindowTitle(tr("New project"))
        self.chooser = SetChooser() if spec.kind == "medmnist" else None
        self.report = ImportProgress()
        self.meaning = MeaningForm()
        self.meaning.hide()
        self._table_problem = ""
        self._make_fields(default_name(spec))
        self._lay_out(spec)
        self._connect()
        self._update()
        self.resize(fitting(self, QSize(45, 50) * self.fontMetrics().height()))
        if self.chooser is None:
            self.load(spec)
        else:
            self.report.hide()

    # -- making -------------------------------------------------------------------------------

    def _make_fields(self, name: str) -> None:
        self.name = QLineEdit(name)
        self.name.setAccessibleName(tr("Name"))
        self.place = PathField(tr("Folder of the project"))
        self.place.line.setText(str(free_folder(self._services.projects_folder, name)))
        self._place_is_default = True
        self.label_use = combo(tr("Existing labels"), label_uses(has_test=False), "hidden")
        self.classes = ClassList()
        self.method = MethodForm(PRESETS["cpu"], keep=False)
        self.aside = SetAside()
        self.evaluation, self.evaluation_note = self.aside.size, self.aside.note
        self.start_from = PathField(tr("Start from a checkpoint"), tr(WEIGHTS))
        self.start_from.line.setPlaceholderText(
            tr("Optional: a trained model (.pt) or a ResNet-18 of torchvision (.pth)")
        )
        self.start_from.line.setToolTip(tr(START_TIP))
        self.start_note = text_label(role="muted")
        self.start_note.hide()
        self.problem = text_label(role="danger")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.ok = self.buttons.addButton(
            tr("Start labelling"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.ok.setProperty("role", "primary")
        self.ok.setDefault(True)

    def _lay_out(self, spec: SourceSpec) -> None:
        content = QWidget()
        content.setProperty("role", "content")
        column = QVBoxLayout(content)
        column.setContentsMargins(20, 16, 20, 12)
        column.setSpacing(12)
        column.addWidget(text_label(title(spec), size=TITLE, bold=True))
        if self.chooser is not None:
            column.addWidget(self.chooser)
        column.addWidget(self.report)
        column.addWidget(self.meaning)
        self._details = self._make_details()
        column.addWidget(self._details)
        column.addStretch(1)
        scroll = LowColumn(content)
        foot = QHBoxLayout()
        foot.setContentsMargins(20, 8, 20, 14)
        foot.addWidget(self.problem, 1)
        foot.addWidget(self.buttons)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll, 1)
        outer.addLayout(foot)

    def _make_details(self) -> QWidget:
        details = QWidget()
        column = QVBoxLayout(details)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self._label_form = QFormLayout()
        self._label_form.addRow(self.label_use.accessibleName(), self.label_use)
        self._label_form.addRow(self.classes)
        project = QFormLayout()
        project.addRow(tr("Name"), self.name)
        project.addRow(tr("Folder"), self.place)
        for form in (project, self._label_form):
            form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        add_card(column, tr("Classes"), self._label_form)
        add_card(column, tr("Project"), project)
        self.more = Section(
            tr("How images are chosen, and how the model learns (the defaults suit most)")
        )
        add_card(self.more.body, tr("How images are chosen"), self.method)
        add_card(self.more.body, tr("Model and measurement"), self._make_rest())
        column.addWidget(self.more)
        return details

    def _make_rest(self) -> QFormLayout:
        rest = QFormLayout()
        rest.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rest.addRow(tr("Evaluation set"), self.evaluation)
        rest.addRow("", self.evaluation_note)
        rest.addRow(tr("Start from"), self.start_from)
        rest.addRow("", self.start_note)
        return rest

    def _connect(self) -> None:
        self.importer.progress.connect(self.report.show_progress)
        self.importer.listed.connect(self._on_listed)
        self.importer.failed.connect(self._on_ended)
        self.importer.cancelled.connect(self._on_cancelled)
        self.report.stop.clicked.connect(self.importer.cancel)
        self.report.redrawn.connect(self.meaning.redraw)
        self.meaning.began.connect(self._on_correction)
        self.meaning.reviewed.connect(self._on_reviewed)
        self.meaning.failed.connect(self._on_ended)
        if self.chooser is not None:
            self.chooser.wanted.connect(self.load)
        self.name.textEdited.connect(self._on_name)
        self.place.line.textEdited.connect(self._on_place)
        self.classes.changed.connect(self._update)
        self.method.changed.connect(self._on_method)
        self.label_use.currentIndexChanged.connect(self._on_label_use)
        self.start_from.changed.connect(self._on_start_from)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.finished.connect(self._on_finished)

    # -- listing ------------------------------------------------------------------------------

    @Slot(object)
    def load(self, spec: SourceSpec) -> None:
        """List a set of images."""
        self.listing = None
        self.meaning.close_threads()
        self.meaning.hide()
        if self.chooser is not None:
            self._rename(default_name(spec))
        self.report.show()
        self.report.begin()
        self._update()
        self.importer.start(spec)

    @Slot(object)
    def _on_listed(self, listing: Listing) -> None:
        self._side = self.importer.longest_side(listing)
        if listing.options is None:
            self._take(listing)
        else:
            self.meaning.begin(self.importer.spec, listing)

    def _take(self, listing: Listing) -> None:
        """Show a set as it would become a project."""
        is_first = self.listing is None
        if self.listing is None or listing.classes != self.listing.classes:
            self.classes.set_classes((), 0)
        self.listing = listing
        self.method.suggest_beside(len(listing.images))
        self.report.show_listing(listing, self.importer.sample(listing, SHOWN))
        known = any(image.label is not None for image in listing.images)
        self._label_form.setRowVisible(self.label_use, known)
        refill(self.label_use, label_uses(has_test=bool(own_evaluation(listing))))
        self._on_label_use()
        if is_first and self.classes.too_few():
            self.classes.entry.setFocus()
        elif is_first:
            self.ok.setFocus()

    @Slot()
    def _on_correction(self) -> None:
        if self.listing is not None:
            self.report.begin_again()
            self._update()

    @Slot(object)
    def _on_reviewed(self, found: Review) -> None:
        self.meaning.show()
        self.meaning.order_tabs(self.report.left_out.button)
        self._table_problem = found.problem
        self._take(found.listing)

    @Slot(str)
    def _on_ended(self, sentence: str) -> None:
        self.report.show_end(sentence)
        self._update()

    @Slot()
    def _on_cancelled(self) -> None:
        self._on_ended(tr("Stopped. Close this dialog, or load again."))

    def _on_label_use(self) -> None:
        listing = self.listing
        if listing is None:
            return
        names = self.classes.names() or listing.classes
        needed = (
            0 if self._use() == "ignore" and not own_evaluation(listing) else len(listing.classes)
        )
        if len(names) < needed:
            names = listing.classes
        elif not needed and names == listing.classes and listing.options is not None:
            names = ()  # names that mean nothing are no classes either
        self.classes.set_classes(names, needed)
        self._set_evaluation(listing)
        self._update()

    def _set_evaluation(self, listing: Listing) -> None:
        own = own_evaluation(listing)
        known = self._use() != "ignore" and any(i.label is not None for i in listing.images)
        eligible = [i for i in listing.images if i.label is not None or not known]
        self.aside.follow(self.method.settings().measures_by_answers)
        self.aside.offer(own, len(eligible), known)

    def _on_method(self) -> None:
        self.aside.follow(self.method.settings().measures_by_answers)
        self._update()

    # -- the fields ---------------------------------------------------------------------------

    def _use(self) -> LabelUse:
        return cast("LabelUse", self.label_use.currentData())

    def _rename(self, name: str) -> None:
        self.name.setText(name)
        self._on_name(name)

    def _on_name(self, name: str) -> None:
        if self._place_is_default:
            folder = free_folder(self._services.projects_folder, name)
            self.place.line.setText(str(folder))
        self._update()

    def _on_place(self, text: str) -> None:
        self._place_is_default = False
        self._update()

    def _on_start_from(self, text: str) -> None:
        self._job.close()
        self._start = None
        self.start_note.setVisible(bool(text.strip()))
        if not text.strip():
            self._update()
            return
        self.start_note.setText(tr("Reading the checkpoint…"))
        set_property(self.start_note, "role", "muted")
        self._job.start(partial(_start_model, self._services, self.start_from.path()))
        self._update()

    @Slot(object)
    def _on_checkpoint(self, start: StartModel) -> None:
        self._start = start
        self.start_note.setText(start_note(start))
        if not self.classes.names():
            self.classes.set_classes(start.classes, 0)
        self._update()

    @Slot(str)
    def _on_checkpoint_failed(self, sentence: str) -> None:
        self.start_note.setText(sentence)
        set_property(self.start_note, "role", "danger")
        self._update()

    def _problem(self) -> str:
        if self.listing is None:
            return ""
        if not self.name.text().strip():
            return tr("The project needs a name.")
        if not self.place.text:
            return tr("The project needs a folder.")
        if self.start_from.text and self.start_note.property("role") == "danger":
            return tr("The checkpoint cannot be used: choose another or clear the field.")
        if self._table_problem:
            return tr("The table cannot be used: choose other columns, another file, or none.")
        return self.classes.problem() or self.method.problem()

    def _next(self) -> str:
        batch, reader = self.method.batch.value(), self._services.annotator
        return next_words(batch, reader) if self.listing is not None else ""

    def _update(self) -> None:
        self._details.setVisible(self.listing is not None)  # until then there is nothing to say
        problem = self._problem()
        missing = problem == self.classes.problem() and self.classes.too_few()
        set_property(self.problem, "role", "danger" if problem and not missing else "muted")
        self.problem.setText(problem or self._next())
        busy = self._job.running or self.meaning.review.running
        ready = self.listing is not None and not problem and not busy
        self.ok.setEnabled(ready)

    # -- the result ---------------------------------------------------------------------------

    def plan(self) -> ProjectPlan:
        """Return what the user chose."""
        own = self.listing is not None and own_evaluation(self.listing)
        return ProjectPlan(
            name=self.name.text().strip(),
            spec=self.importer.spec,
            classes=self.classes.names(),
            settings=self.method.settings(self._side, self._start),
            label_use=self._use(),
            evaluation_images=None if own else self.evaluation.value(),
            start_from=str(self.start_from.path()) if self.start_from.text else "",
        )

    def folder(self) -> Path:
        """Return the project's folder."""
        return self.place.path()

    def accept(self) -> None:
        """Take the images over and end, or say why not."""
        if not self.ok.isEnabled():
            return
        self.report.pictures.forget()  # before what it reads is moved
        try:
            self.importer.adopt(self.folder())
        except AutoALError as error:
            self.problem.setText(str(error))
            return
        super().accept()

    def _on_finished(self) -> None:
        self._job.close()
        self.report.pictures.forget()
        self.meaning.close_threads()
        self.method.weights.close_job()
        self.importer.close()


def _start_model(services: Services, path: Path, progress: ProgressCallback) -> StartModel:
    """Read what a checkpoint asks for, beside the window."""
    return services.start_model(path)
