"""Training: which step, how far, the time left, loss and device; start and cancel."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QToolButton,
    QVBoxLayout,
)

from autoal_gui.core.language import decimal, mark, number, percent, tr, tr_count
from autoal_gui.core.messages import STEPS, Progress, Step
from autoal_gui.core.project.project import Project, RoundRecord
from autoal_gui.core.project.warm_start import WarmRecord
from autoal_gui.engine.state import Move, State, can
from autoal_gui.gui.panels.sparkline import Sparkline
from autoal_gui.gui.panels.training_text import WORKING
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.text import NO_BREAK, text_label

STEP_NAMES: dict[Step, str] = {
    "reading": mark("Reading images"),
    "warm start": mark("Learning"),
    "FitNet": mark("FitNet"),
    "SearchNet": mark("SearchNet"),
    "features": mark("Describing images"),
    "task model": mark("Task model"),
    "evaluation": mark("Evaluation"),
    "scoring": mark("Scoring"),
}
STEP_TIPS: dict[Step, str] = {
    "reading": mark("Read, scale and keep every image, once for a project"),
    "warm start": mark("Learn from all images, labelled or not, how to tell them apart"),
    "FitNet": mark("Learn to predict on which images the classifier errs"),
    "SearchNet": mark("Learn which query strategy to trust for which image"),
    "features": mark("Describe every image by what was learned, once for a project"),
    "task model": mark("Train the classifier on your labels"),
    "evaluation": mark("Measure it on images that it never trains on"),
    "scoring": mark("Rank the images without a label"),
}
WARMING = mark("Learning from your images")
WARMING_NOTE = mark(
    "It learns, without labels, how your images differ: a few labels then go further."
)
ROUND_WAITS = mark(
    "Your batch is complete: its round starts when this ends. Go on labelling meanwhile."
)
ORDERING_NOTE = mark(
    "There are no labels yet: the images are put in an order that spreads the first."
)
STOP_WARMING = (
    mark("Use what it has learned"),
    mark("Stop learning from the images and use what was learned; it can be continued later"),
)
STOPPING = mark("Stopping at the next training batch; the last good model is kept.")
STOPPING_WARM = mark("Stopping at the next training batch; what was learned is used.")
ENDED = {
    "failed": mark("Round {number} failed."),
    "cancelled": mark("Round {number} was cancelled."),
    "interrupted": mark("Round {number} was interrupted."),
    "running": mark("Round {number} is running."),
}
RESOLUTION = 1000


class TrainingPanel(QFrame):
    """What the engine does."""

    def __init__(self, controller: Controller, actions: Actions) -> None:
        super().__init__()
        self._controller = controller
        self._actions = actions
        self._step: Step | None = None
        self._past = ""  # how the last round ended
        self.setProperty("role", "card")
        self.setAccessibleName(tr("Training"))
        self.title_row = QHBoxLayout()
        self.headline = text_label(size=1.1, bold=True)
        self.line = text_label(role="muted")
        self.note = text_label()
        self.learned = text_label(role="muted")
        self.resume = _button(actions, "learn")
        self.losses = Sparkline()
        self._bars = {step: _bar(tr(STEP_NAMES[step])) for step in STEPS}
        self._names: dict[Step, QLabel] = {}
        self._steps = QFrame()
        self._lay_out()
        controller.progressed.connect(self._on_progress)
        controller.state_changed.connect(self.refresh)
        controller.project_opened.connect(self.refresh)
        controller.rounds_changed.connect(self.refresh)
        controller.answers_changed.connect(self._on_answers)
        controller.batch_changed.connect(self._on_answers)

    def _lay_out(self) -> None:
        grid = QGridLayout(self._steps)
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)
        for row, (step, bar) in enumerate(self._bars.items()):
            name = text_label(tr(STEP_NAMES[step]), role="muted", size=0.92, wrap=False)
            name.setToolTip(tr(STEP_TIPS[step]))
            self._names[step] = name
            grid.addWidget(name, row, 0)
            grid.addWidget(bar, row, 1)
        grid.setColumnStretch(1, 1)
        top = self.title_row
        top.addWidget(self.headline, 1)
        self._train, self._stop = _button(self._actions, "train"), _button(self._actions, "cancel")
        top.addWidget(self._train)
        top.addWidget(self._stop)
        foot = QHBoxLayout()
        foot.addWidget(self.learned, 1)
        foot.addWidget(self.resume)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(6)
        column.addLayout(top)
        for widget in (self.line, self.losses, self.note, self._steps):
            column.addWidget(widget)
        column.addLayout(foot)

    def value(self, step: Step) -> float:
        """Return how far a step's bar is, in [0, 1]."""
        return self._bars[step].value() / RESOLUTION

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        if progress.step != self._step:
            self._enter(progress.step)
        total = max(1, progress.total)
        self._bars[progress.step].setValue(round(RESOLUTION * progress.done / total))
        self.line.setText(progress_line(progress))
        if progress.loss is not None:
            self.losses.add(progress.loss)
        self.losses.setVisible(len(self.losses.values) > 1)

    def _enter(self, step: Step) -> None:
        """Fill the bars before a step and empty it and those after; cycles come back to a step."""
        self.losses.clear()
        self._show_steps({step}, True)
        place = STEPS.index(step)
        if self._step:  # steps that this mode leaves out stay empty
            self._bars[self._step].setValue(RESOLUTION)
        for later in STEPS[place:]:
            self._bars[later].setValue(0)
        self._step = step

    def _on_answers(self) -> None:
        if self._controller.is_open and self._controller.state is State.IDLE:
            self.line.setText(self._idle_line())

    def refresh(self) -> None:
        """Show what the engine does now."""
        self._enable_actions()
        state = self._controller.state
        if not self._controller.is_open or state is State.CLOSED:
            return
        self.headline.setText(self._headline(state))
        self._steps.setVisible(state is not State.IDLE)
        if state is State.IDLE:
            self._step = None
            self.losses.hide()
            self._show_past()
        elif state is State.CANCELLING:
            self.line.setText(tr(STOPPING_WARM if self._controller.is_warming else STOPPING))
        elif not self._step:
            self._show_start()
        self._show_note(state)
        self._show_learned(state)

    def _enable_actions(self) -> None:
        controller, actions = self._controller, self._actions
        state, warming = controller.state, controller.is_warming
        actions["train"].setEnabled(can(state, Move.START) and controller.is_open)
        actions["cancel"].setEnabled(can(state, Move.CANCEL))
        actions["learn"].setEnabled(controller.can_continue_learning)
        self._train.setHidden(warming)  # its place is needed for the longer words beside it
        if warming:
            actions.rename("cancel", *map(tr, STOP_WARMING))
        else:
            actions.restore("cancel")

    def _show_past(self) -> None:
        rounds = self._controller.project.rounds()
        self._past = last_round_line(rounds[-1]) if rounds else ""
        self.line.setText(self._idle_line())

    def _show_start(self) -> None:
        self.losses.hide()
        self.line.setText(tr("Starting…"))
        steps: set[Step] = set()
        if self._controller.is_warming:
            steps = {"reading", "warm start"}
        elif self._controller.round_number is not None:
            steps = round_steps(self._controller.project)
        self._show_steps(steps, True)
        self._show_steps({*STEPS} - steps, False)
        for bar in self._bars.values():
            bar.setValue(0)

    def _show_steps(self, steps: set[Step], shown: bool) -> None:
        for step in steps:
            self._names[step].setVisible(shown)
            self._bars[step].setVisible(shown)

    def _show_note(self, state: State) -> None:
        """Say what is good to know of what runs, else of the last round."""
        words = ""
        if self._controller.is_warming:
            words = tr(ROUND_WAITS if self._controller.round_waits else WARMING_NOTE)
        elif self._is_ordering():
            words = tr(ORDERING_NOTE)
        elif state is State.IDLE and (finished := self._controller.project.finished_rounds()):
            words = finished[-1].remarks
        self.note.setText(words)
        self.note.setVisible(bool(words))

    def _show_learned(self, state: State) -> None:
        project = self._controller.project
        record = project.warm_start if project.wants_warm_start else None
        idle = state is State.IDLE
        self.learned.setText(learned_line(record, len(project.pool.ids("pool"))) if record else "")
        self.learned.setVisible(idle and record is not None)
        self.resume.setVisible(self._controller.can_continue_learning)

    def _is_ordering(self) -> bool:
        """Whether the round that runs has too few labels to train on."""
        if self._controller.round_number is None:
            return False
        return self._controller.project.rounds()[-1].labels == 0

    def _headline(self, state: State) -> str:
        running = self._controller.round_number
        if state is State.IDLE:
            return tr("Training is idle")
        if state is State.CANCELLING:
            return tr("Cancelling…")
        if self._controller.is_warming:
            return tr(WARMING)
        if self._controller.is_explaining:
            return tr(WORKING)
        if self._controller.is_predicting:
            return tr("Predicting other images")
        if running is None:
            return tr("Writing the model")
        if self._is_ordering():
            return tr("Round {number}: ordering", number=running)
        return tr("Training round {number}", number=running)

    def _idle_line(self) -> str:
        answers = self._controller.project.answers
        left = sum(image not in answers for image in self._controller.batch)
        if not left:
            return self._past
        to_come = tr_count(
            "The next round starts by itself after {count} more image.",
            "The next round starts by itself after {count} more images.",
            left,
        )
        return f"{self._past} {to_come}".strip()


def round_steps(project: Project) -> set[Step]:
    """Return the steps that the next round of a project is known to take."""
    steps: set[Step] = {"reading", "scoring"}
    if project.training_labels():
        steps.add("task model")
        steps |= {"evaluation"} if project.evaluation_labels() else set()
        steps |= {"FitNet", "SearchNet"} if project.settings.mode == "paper" else set()
    return steps | ({"features"} if project.warm_checkpoint else set())


def progress_line(progress: Progress) -> str:
    """Say where a command is: step, time left, loss, device."""
    counts = {"done": progress.done, "total": progress.total}
    words = [tr("{step} {done} of {total}", step=tr(STEP_NAMES[progress.step]), **counts)]
    if progress.step == "warm start":  # it ends at a time: its counts mean nothing
        words = [percent(progress.done / max(1, progress.total))]
    if progress.seconds_left is not None:
        words.append(tr("about {time} left", time=duration(progress.seconds_left)))
    if progress.loss is not None:
        words.append(tr("loss {loss}", loss=decimal(progress.loss, 3)))
    if progress.device:
        words.append(progress.device)
    return " · ".join(words)


def learned_line(record: WarmRecord, images: int) -> str:
    """Say what the warm start has left."""
    if not record.checkpoint:
        return tr("Learning from your images was stopped before it began.")
    told = {"images": number(images), "time": duration(record.seconds)}
    if record.complete:
        return tr("Learned from {images} images in {time}.", **told)
    return tr("Learned from {images} images in {time}, then stopped.", **told)


def last_round_line(record: RoundRecord) -> str:
    """Say how the last round ended."""
    if record.outcome == "finished":
        device = record.device.split(",")[0]  # without the precision, which few know
        told = {
            "number": record.number,
            "time": duration(sum(seconds for _, seconds in record.seconds)),
            "device": tr("this computer") if device in ("", "cpu") else device,
        }
        if not record.checkpoint:
            return tr("Round {number} put the images in order, in {time} on {device}.", **told)
        return tr("Round {number} took {time} on {device}.", **told)
    ended = tr(ENDED[record.outcome], number=record.number)
    return f"{ended} {record.sentence}".strip()


def duration(seconds: float) -> str:
    """Return a time as a person says it."""
    whole = round(seconds)
    if whole < 90:
        return f"{whole}{NO_BREAK}s"
    if whole < 90 * 60:
        return f"{round(whole / 60)}{NO_BREAK}min"
    return decimal(whole / 3600, 1) + f"{NO_BREAK}h"


def _bar(name: str) -> QProgressBar:
    bar = QProgressBar()
    bar.setRange(0, RESOLUTION)
    bar.setTextVisible(False)
    bar.setProperty("role", "thin")
    bar.setAccessibleName(name)
    return bar


def _button(actions: Actions, name: str) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(actions[name])
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(actions[name].text())
    return button
