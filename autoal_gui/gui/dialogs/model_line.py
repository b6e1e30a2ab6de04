"""Which model leaves the program, and how many labels are newer than it."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from autoal_gui.core.language import mark, number, percent, threshold_percent, tr, tr_count
from autoal_gui.core.messages import Writing
from autoal_gui.core.project.last_model import last_model
from autoal_gui.core.project.measured_rounds import comparable
from autoal_gui.core.project.newer_labels import newer_labels
from autoal_gui.core.project.project import Project
from autoal_gui.engine.state import Move, can
from autoal_gui.gui.panels.performance_text import measured_of
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.exports import NO_MODEL, Exports, timed_words
from autoal_gui.gui.widgets.text import text_label

GOES_ON = mark("Closing this window does not stop it.")
HAS_ALL = mark("It has all labels now.")
TO_BE_WRITTEN = mark("Still to be written: {names}.")


def waiting_names(exports: Exports) -> str:
    """Say which exports wait; nothing where none does."""
    names = ", ".join(exports.waiting)
    return tr(TO_BE_WRITTEN, names=names) if names else ""


def writing_words(writing: Writing) -> str:
    """Say what of a model is being written, and that it goes on."""
    return "\n".join((timed_words(writing), tr(GOES_ON)))


class ModelLine(QWidget):
    """The model of now, and a button that trains one with the labels it lacks."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self.words = text_label(role="muted")
        self.newer = text_label(bold=True)
        self.train = QPushButton(tr("Train now"))
        self.train.setAutoDefault(False)
        self.train.clicked.connect(controller.training.train_now)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.words)
        column.addWidget(self.newer)
        column.addWidget(self.train, 0, Qt.AlignmentFlag.AlignLeft)
        controller.training.rounds_changed.connect(self.refresh)
        controller.labelling.answers_changed.connect(self.refresh)
        controller.engine.state_changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what is so now: a round may end while the dialog is open.

        What has been shown keeps its place, so that nothing below moves away under the mouse.
        """
        controller = self._controller
        if not controller.is_open:
            return
        project = controller.project
        words = model_words(project), point_words(controller), worse_words(project)
        self.words.setText(" ".join(filter(None, words)))
        newer = newer_words(controller.project)
        shown = bool(newer or self.newer.text())
        self.newer.setText(newer or (tr(HAS_ALL) if shown else ""))
        self.newer.setVisible(shown)
        self.train.setVisible(shown)
        self.train.setEnabled(bool(newer) and can(controller.engine.state, Move.START))


def model_words(project: Project) -> str:
    """Say which model there is, and that it is checked."""
    model = last_model(project)
    if model is None:
        return tr(NO_MODEL)
    return tr("The model of {model}: it is read back and compared after writing.", model=model.name)


def worse_words(project: Project) -> str:
    """Say that an earlier round's model was measured better, by more than both intervals allow."""
    measured = comparable(measured_of(project))
    if len(measured) < 2:
        return ""
    last, (record, best) = measured[-1][1], max(measured, key=lambda one: one[1].balanced_accuracy)
    if best.balanced_accuracy_interval[0] <= last.balanced_accuracy_interval[1]:
        return ""
    return tr(
        "Mind that the model of round {number} was measured better: balanced accuracy {before}, "
        "now {now}.",
        number=number(record.number),
        before=percent(best.balanced_accuracy, 1),
        now=percent(last.balanced_accuracy, 1),
    )


def point_words(controller: Controller) -> str:
    """Say which operating point goes along with the model; "" where none is in use."""
    threshold = controller.in_use.threshold
    if threshold is None:
        return ""
    return tr(
        "Its operating point goes along: “{name}” from {value} on.",
        name=controller.project.classes.names[threshold.class_index],
        value=threshold_percent(threshold.value),
    )


def newer_words(project: Project) -> str:
    """Say how many labels the last model has not learned from; nothing where it has all."""
    model = last_model(project)
    count = 0 if model is None else newer_labels(project, model)
    if not count:
        return ""
    return tr_count(
        "{count} label was given or changed since and is not in it.",
        "{count} labels were given or changed since and are not in it.",
        count,
    )
