"""Which round's model leaves the program, and how many labels are newer than it."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from autoal_gui.core.language import mark, number, percent, threshold_percent, tr, tr_count
from autoal_gui.core.measures.baseline import better_words
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.messages import Writing
from autoal_gui.core.project.last_model import LastModel, kept_models, model_of
from autoal_gui.core.project.measured_rounds import Measured, comparable
from autoal_gui.core.project.newer_labels import newer_labels
from autoal_gui.core.project.project import Project
from autoal_gui.engine.state import Move, can
from autoal_gui.gui.panels.performance_text import measured_of
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.exports import NO_MODEL, Exports, timed_words
from autoal_gui.gui.session.rounds.next_round_words import comes_with_learning, next_round_words
from autoal_gui.gui.widgets.inputs import combo, refill
from autoal_gui.gui.widgets.text import text_label

GOES_ON = mark("Closing this window does not stop it.")
CHOOSE_IT = mark("You can choose it above.")
COMES_WITH_LEARNING = mark(
    "The program still learns from your images; a newer model follows as soon as that has ended."
)
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
    """Which model, the last one first, and a button that trains one with the labels it lacks."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self.which = combo(tr("The model of"), {}, "")
        self.which.currentIndexChanged.connect(self.refresh)
        self.words = text_label(role="muted")
        self.newer = text_label(bold=True)
        self.train = QPushButton(tr("Train now"))
        self.train.setAutoDefault(False)
        self.waits = text_label(role="muted")
        """Why it cannot be pressed now."""
        self.train.clicked.connect(controller.training.train_now)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.which)
        column.addWidget(self.words)
        column.addWidget(self.newer)
        column.addWidget(self.train, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.waits)
        controller.training.rounds_changed.connect(self.refresh)
        controller.labelling.answers_changed.connect(self.refresh)
        controller.engine.state_changed.connect(self.refresh)
        self.refresh()

    @property
    def number(self) -> int | None:
        """The round whose model is chosen; None for the last one."""
        chosen = self.which.currentData()
        return int(chosen) if chosen else None

    @Slot()
    def refresh(self) -> None:
        """Show what is so now: a round may end while the dialog is open.

        What has been shown keeps its place, so that nothing below moves away under the mouse.
        """
        controller = self._controller
        if not controller.is_open:
            return
        project, measured = controller.project, measured_of(controller.project)
        # At a point an estimate is made anew, which takes a while: once for all that is said.
        in_use = controller.in_use.result(measured).metrics if measured else None
        offered = offered_models(project, measured, in_use)
        refill(self.which, offered)
        self.which.setVisible(len(offered) > 1)
        model, is_last = model_of(project, self.number), self.number is None
        told = [model_words(model)]
        if is_last:
            told += [point_words(controller), worse_words(project, measured)]
            told.append(unproved_words(project, measured, model, in_use))
        else:
            told.append(without_point(project))
        self.words.setText(" ".join(filter(None, told)))
        newer = "" if model is None else newer_words(project, model)
        shown = bool(newer or self.newer.text())
        self.newer.setText(newer or (tr(HAS_ALL) if shown else ""))
        self.newer.setVisible(shown)
        self.train.setVisible(shown)
        idle = can(controller.engine.state, Move.START)
        self.train.setEnabled(bool(newer) and is_last and idle)
        self.waits.setText(_coming_words(controller, bool(newer)) if is_last and not idle else "")
        self.waits.setVisible(bool(self.waits.text()))


def _coming_words(controller: Controller, lacks_labels: bool) -> str:
    """Say when a newer model comes than the last one, while something runs."""
    runs = controller.training.round_number
    if runs is not None and controller.training.trains:
        return tr("Round {number} trains a newer model now.", number=number(runs))
    if comes_with_learning(controller):
        return tr(COMES_WITH_LEARNING)
    return next_round_words(controller) if lacks_labels else ""


def offered_models(project: Project, measured: Measured, in_use: Metrics | None) -> dict[str, str]:
    """Return the rounds whose models can leave: the last, then the others, the newest first.

    Those that were measured on the same images as the last are told with what they had right, each
    as it leaves: the last one, of which `in_use` was measured, at the operating point.
    """
    values = {record.number: metrics for record, metrics in comparable(measured)}
    if in_use is not None:
        values[measured[-1][0].number] = in_use
    offered: dict[str, str] = {}
    for model in reversed(kept_models(project)):
        made_in, words = model.record.number, model.name
        if made_in in values:
            value = percent(values[made_in].balanced_accuracy, 1)
            words = tr("{model}, balanced accuracy {value}", model=words, value=value)
        if offered:
            offered[str(made_in)] = words
        else:
            offered[""] = tr("The last: {model}", model=words)
    return offered


def model_words(model: LastModel | None) -> str:
    """Say which model there is, and that it is checked."""
    if model is None:
        return tr(NO_MODEL)
    return tr("The model of {model}: it is read back and compared after writing.", model=model.name)


def worse_words(project: Project, measured: Measured) -> str:
    """Say that an earlier round's model was measured better, by more than both intervals allow."""
    alike = comparable(measured)
    if len(alike) < 2:
        return ""
    last, (record, best) = alike[-1][1], max(alike, key=lambda one: one[1].balanced_accuracy)
    if best.balanced_accuracy_interval[0] <= last.balanced_accuracy_interval[1]:
        return ""
    words = tr(
        "Mind that the model of round {number} was measured better: balanced accuracy {before}, "
        "now {now}.",
        number=number(record.number),
        before=percent(best.balanced_accuracy, 1),
        now=percent(last.balanced_accuracy, 1),
    )
    return words if model_of(project, record.number) is None else f"{words} {tr(CHOOSE_IT)}"


def unproved_words(
    project: Project, measured: Measured, model: LastModel | None, in_use: Metrics | None
) -> str:
    """Say that the last model is not shown to be better than none; "" where it is."""
    if model is None or in_use is None or measured[-1][0].number != model.record.number:
        return ""
    return better_words(in_use, project.classes.names)


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


def without_point(project: Project) -> str:
    """Say that the operating point does not go along with an earlier model; "" without one."""
    if project.settings.operating_point is None:
        return ""
    return tr(
        "The operating point does not go along: its threshold was chosen for the last model. This "
        "one gives an image the class with the highest probability."
    )


def newer_words(project: Project, model: LastModel) -> str:
    """Say how many labels a model has not learned from; nothing where it has all."""
    count = newer_labels(project, model)
    if not count:
        return ""
    return tr_count(
        "{count} label was given or changed since and is not in it.",
        "{count} labels were given or changed since and are not in it.",
        count,
    )
