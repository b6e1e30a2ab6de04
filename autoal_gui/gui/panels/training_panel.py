"""Training: which step, how far, the time left; start and cancel."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.labels.layer_trial import LEFT_OUT
from autoal_gui.core.language import tr
from autoal_gui.core.messages import STEPS, Progress, Step, Writing
from autoal_gui.core.sentences import figures
from autoal_gui.engine.state import State
from autoal_gui.gui.panels.idle_note import IdleNote
from autoal_gui.gui.panels.sparkline import Sparkline
from autoal_gui.gui.panels.training_text import (
    GOES_ON,
    JOINS_NOTE,
    MAKING_WAY,
    ONE_CLASS_NOTE,
    ORDERING_NOTE,
    PAUSING,
    STEP_NAMES,
    STEP_TIPS,
    STOPPING,
    STOPPING_WARM,
    TAKEN_UP,
    TO_WRITE,
    WARMING_NOTE,
    WITHOUT_STEPS,
    learned_line,
    past_line,
    predicted_line,
    progress_details,
    progress_line,
    round_steps,
    writing_line,
)
from autoal_gui.gui.panels.trial_line import TrialLine
from autoal_gui.gui.panels.waiting_line import WaitingLine
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.engine_queue import Priority
from autoal_gui.gui.session.rounds.layer_trial import TRIAL, is_off
from autoal_gui.gui.session.rounds.next_round_words import (
    ORDERING,
    can_train,
    next_round_words,
)
from autoal_gui.gui.session.rounds.waiting import work_words
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.cards import WholeLines
from autoal_gui.gui.widgets.flow_layout import FlowLayout
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import SMALL

RESOLUTION = 1000
SHORTEST = 24  # pixels of a bar: the names beside it need the room
LARGE = 22  # pixels of a line; buttons beside the headline would leave it a narrow column
LINES = 14  # heights of a line that the card takes, whatever it says: nothing below it moves
MOST = 0.5  # of the height beside the image, which a low window has less of


class TrainingPanel(QFrame):
    """What the engine does."""

    def __init__(self, controller: Controller, actions: Actions) -> None:
        super().__init__()
        self._controller = controller
        self._actions = actions
        self._step: Step | None = None
        self._round: int | None = None  # the round that runs, since its start
        self._usual = self._least = 0  # heights, in pixels
        self._orders = False  # it had too few labels then to train on
        self.setProperty("role", "card")
        self.setAccessibleName(tr("Training"))
        self.title_row = QHBoxLayout()
        self.headline = text_label(bold=True)
        self.line = text_label(role="muted")
        self.note = text_label()
        self.awaited = text_label(bold=True)
        self.learned = text_label(role="muted")
        self.resume = _button(actions, "learn")
        self.trial = TrialLine(controller)
        self.waiting = WaitingLine(
            controller, Priority.EXPORT, narrow=True, what=lambda: tr(TO_WRITE)
        )
        self.losses = Sparkline()
        self._bars = {step: _bar(tr(STEP_NAMES[step])) for step in STEPS}
        self._names: dict[Step, QLabel] = {}
        self._steps = QFrame()
        self._lay_out()
        controller.engine.progressed.connect(self._on_progress)
        controller.engine.state_changed.connect(self.refresh)
        controller.exports.writing.connect(self._on_writing)
        controller.project_opened.connect(self.refresh)
        controller.training.rounds_changed.connect(self.refresh)
        for changed in (controller.labelling.answers_changed, controller.images.batch_changed):
            changed.connect(self._show_awaited)
        controller.engine.waiting_changed.connect(self._show_awaited)

    def _lay_out(self) -> None:
        grid = QGridLayout(self._steps)
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)
        for row, (step, bar) in enumerate(self._bars.items()):
            wraps = step == "comparison"  # its name is too long for a narrow panel
            name = text_label(tr(STEP_NAMES[step]), role="muted", size=SMALL, wrap=wraps)
            name.setToolTip(tr(STEP_TIPS[step]))
            self._names[step] = name
            grid.addWidget(name, row // 2, 2 * (row % 2))
            grid.addWidget(bar, row // 2, 2 * (row % 2) + 1)
        for place in (1, 3):  # the bars
            grid.setColumnStretch(place, 1)
        top = self.title_row
        top.addWidget(self.headline, 1)
        self._train, self._stop = _button(self._actions, "train"), _button(self._actions, "cancel")
        buttons = FlowLayout()  # below each other where text is large and the panel narrow
        buttons.addWidget(self._train)
        buttons.addWidget(self._stop)
        large = self.fontMetrics().height() > LARGE
        if not large:
            top.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 4, 8)
        column.setSpacing(6)
        column.addLayout(top)
        if large:
            column.addLayout(buttons)
        body = WholeLines(self._make_body())
        self._said = IdleNote(self.note, body)
        column.addWidget(body, 1)
        column.addWidget(self.awaited)  # below what scrolls: always in sight, and nothing moves
        self.fit(0)

    def _make_body(self) -> QWidget:
        """Return what changes as it goes on; it scrolls where the card is too low for it."""
        body = QWidget()
        foot = QHBoxLayout()
        foot.addWidget(self.learned, 1)
        foot.addWidget(self.resume)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 10, 0)
        column.setSpacing(6)
        column.addWidget(self.trial)  # first: its button stays where it is as the round goes on
        column.addWidget(self.line)
        column.addWidget(self.waiting)
        for widget in (self.losses, self._steps, self.note):  # what is short first
            column.addWidget(widget)
        column.addLayout(foot)
        column.addStretch(1)
        return body

    def fit(self, room: int) -> None:
        """Take the height that leaves enough to the tabs below; `room` is of both, 0 if unknown."""
        usual = LINES * self.fontMetrics().height()
        self._usual = min(usual, round(MOST * room)) if room else usual
        self.setFixedHeight(max(self._usual, self._least))

    def make_room(self, height: int) -> None:
        """Be at least so high, for what lies over it; 0 for nothing."""
        if height != self._least:
            self._least = height
            self.setFixedHeight(max(self._usual, height))

    def value(self, step: Step) -> float:
        """Return how far a step's bar is, in [0, 1]."""
        return self._bars[step].value() / RESOLUTION

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        if self._controller.inference.is_predicting:  # of images that are no part of the project
            self.line.setText(predicted_line(progress))
            return
        if progress.step != self._step:
            self._enter(progress.step)
        total = max(1, progress.total)
        self._bars[progress.step].setValue(round(RESOLUTION * progress.done / total))
        self.line.setText(progress_line(progress))
        self.line.setToolTip(progress_details(progress))
        if progress.loss is not None:
            self.losses.add(progress.loss)
        self.losses.setVisible(len(self.losses.values) > 1)

    @Slot(object)
    def _on_writing(self, writing: Writing | None) -> None:
        """Say which part of a model is being written."""
        if writing is not None:
            self.line.setText(writing_line(writing))

    def _enter(self, step: Step) -> None:
        """Fill the bars before a step and empty it and those after; cycles come back to a step."""
        self.losses.clear()
        self._show_steps({step}, True)
        self._steps.show()
        place = STEPS.index(step)
        for first in ("reading", "features"):  # not told where that was done in another round
            self._bars[first].setValue(RESOLUTION)
        # Steps that this mode leaves out stay empty, and so does what is cut short.
        if self._step and not self._is_cut_short(self._step):
            self._bars[self._step].setValue(RESOLUTION)
        for later in STEPS[place:]:
            self._bars[later].setValue(0)
        self._step = step

    def _is_cut_short(self, step: Step) -> bool:
        left_out = step == TRIAL and self._controller.training.trial.is_left_out
        return left_out or self._controller.engine.state is State.CANCELLING

    def refresh(self) -> None:
        """Show what the engine does now."""
        # Its place is needed for the longer words of the button beside it.
        self._train.setHidden(self._controller.training.is_warming)
        self._notice_round()
        state = self._controller.engine.state
        if not self._controller.is_open or state is State.CLOSED:
            return
        self.headline.setText(self._headline(state))
        engine, panel = self._controller.engine, self._steps
        panel.setVisible(state is not State.IDLE and not engine.runs(*WITHOUT_STEPS))
        if state is State.IDLE:
            self._step = None
            self.line.setToolTip("")
            self.losses.hide()
            self._show_past()
        elif state is State.CANCELLING:
            self.line.setText(tr(self._stopping_words()))
        elif not self._step:
            self._show_start()
        self._show_awaited()
        self._show_learned(state)
        self._show_note(state)  # last: what else is said takes its room first

    def _stopping_words(self) -> str:
        if self._controller.engine.makes_way:
            return MAKING_WAY
        return STOPPING_WARM if self._controller.training.is_warming else STOPPING

    def _notice_round(self) -> None:
        """Keep what a round starts with: labels that are given later are for the next one."""
        number = self._controller.training.round_number
        if number != self._round:
            self._round = number
            self._orders = number is not None and not can_train(self._controller.project)

    def _show_past(self) -> None:
        self.line.setText(past_line(self._controller.project.rounds.all()))

    def _show_start(self) -> None:
        self.losses.hide()
        exports = self._controller.exports
        if exports.being_written:
            self.line.setText(writing_line(exports.being_written))
        elif self._controller.engine.runs(Priority.EXPORT):
            self.line.setText(tr("It is the model of {model}.", model=exports.model))
        elif self._may_go_on:
            self.line.setText(tr(TAKEN_UP))
            self._steps.hide()  # empty bars would say that nothing has been learned
        else:
            self.line.setText(tr("Starting…"))
        steps: set[Step] = set()
        if self._controller.training.is_warming:
            steps = {"reading", "warm start", "finishing"}
        elif self._controller.training.round_number is not None:
            steps = round_steps(self._controller.project)
            trial = self._controller.training.trial
            steps |= {"comparison"} if trial.is_ahead and not trial.is_left_out else set()
        elif self._controller.engine.runs(Priority.MAP):
            steps = {"reading", "features", "finishing"}
        self._show_steps(steps, True)
        self._show_steps({*STEPS} - steps, False)
        for bar in self._bars.values():
            bar.setValue(0)

    @property
    def _may_go_on(self) -> bool:
        """Whether learning begins that has left something to go on with; it soon tells how far."""
        training = self._controller.training
        return training.is_warming and self._controller.project.warm_start.was_put_down

    def _show_steps(self, steps: set[Step], shown: bool) -> None:
        for step in steps:
            self._names[step].setVisible(shown)
            self._bars[step].setVisible(shown)

    def _show_note(self, state: State) -> None:
        """Say what is good to know of what runs, else of the last round."""
        words: tuple[str, ...] = ()
        behind = ""
        if self._controller.training.is_warming:
            words = (tr(self._warming_note()),)
        elif self._orders:
            some = self._controller.project.rounds.all()[-1].labels
            words = (tr(ONE_CLASS_NOTE if some else ORDERING_NOTE),)
        elif self._controller.inference.is_predicting and self._controller.engine.waits(
            Priority.WARM_START
        ):
            words = (tr(GOES_ON),)
        elif state is State.IDLE and (finished := self._controller.project.rounds.finished()):
            # What the line of the trial says, beside its button, is not said again.
            twice = LEFT_OUT if is_off(self._controller.project) else ()
            words, behind = finished[-1].told(*twice), figures(finished[-1].reason)
        self._said.say(words, behind)

    def _warming_note(self) -> str:
        training, rounds = self._controller.training, self._controller.project.rounds
        return JOINS_NOTE if training.chooses_before and rounds.finished() else WARMING_NOTE

    def _show_learned(self, state: State) -> None:
        project = self._controller.project
        record = project.warm_start.record if project.warm_start.wanted else None
        idle = state is State.IDLE
        self.learned.setText(learned_line(record, len(project.pool.ids("pool"))) if record else "")
        self.learned.setVisible(idle and record is not None)
        self.resume.setVisible(self._controller.training.can_continue_learning)

    def _headline(self, state: State) -> str:
        running = self._controller.training.round_number
        if state is State.IDLE:
            return tr("Training is idle")
        if state is State.CANCELLING:
            if self._controller.engine.makes_way:
                return tr(PAUSING)
            warming = self._controller.training.is_warming
            return tr("Saving the model…") if warming else tr("Cancelling…")
        if running is None:
            return work_words(self._controller.engine)
        if self._orders:
            return tr(ORDERING)
        if self._controller.project.rounds.last_checkpoint() is None:
            return tr("Training your first model")
        return tr("Training round {number}", number=running)

    @Slot()
    def _show_awaited(self) -> None:
        """Say after how many answers the next round starts, whatever runs meanwhile."""
        words = next_round_words(self._controller) if self._controller.is_open else ""
        self.awaited.setText(words)
        self.awaited.setVisible(bool(words))


def _bar(name: str) -> QProgressBar:
    bar = QProgressBar()
    bar.setRange(0, RESOLUTION)
    bar.setTextVisible(False)
    bar.setProperty("role", "thin")
    bar.setMinimumWidth(SHORTEST)
    bar.setAccessibleName(name)
    return bar


def _button(actions: Actions, name: str) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(actions[name])
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(actions[name].text())
    return button
