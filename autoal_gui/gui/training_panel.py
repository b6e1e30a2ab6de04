"""Training: which step, how far, the time left, loss and device; start and cancel."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QToolButton,
    QVBoxLayout,
)

from autoal_gui.core.messages import STEPS, Progress, Step
from autoal_gui.core.project import RoundRecord
from autoal_gui.core.session import Move, State, can
from autoal_gui.gui.actions import Actions
from autoal_gui.gui.controller import Controller
from autoal_gui.gui.parts import text_label

STEP_NAMES = {"reading": "Reading images", "task model": "Task model", "scoring": "Scoring"}
STEP_TIPS: dict[Step, str] = {
    "reading": "Read, scale and keep every image, once for a project",
    "warm start": "Learn from all images, labelled or not, how to tell them apart",
    "features": "Describe every image by what was learned, once for a project",
    "task model": "Train the classifier on your labels",
    "evaluation": "Measure it on images that it never trains on",
    "FitNet": "Learn to predict on which images the classifier errs",
    "SearchNet": "Learn which query strategy to trust for which image",
    "scoring": "Rank the images without a label",
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
        self.setAccessibleName("Training")
        self.headline = text_label(size=1.1, bold=True)
        self.line = text_label(role="muted")
        self._bars = {step: _bar(step_name(step)) for step in STEPS}
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
            name = text_label(step_name(step), role="muted", size=0.92)
            name.setToolTip(STEP_TIPS[step])
            grid.addWidget(name, row, 0)
            grid.addWidget(bar, row, 1)
        grid.setColumnStretch(1, 1)
        top = QHBoxLayout()
        top.addWidget(self.headline, 1)
        top.addWidget(_button(self._actions, "train"))
        top.addWidget(_button(self._actions, "cancel"))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.line)
        column.addWidget(self._steps)

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

    def _enter(self, step: Step) -> None:
        """Fill the bars before a step and empty it and those after; cycles come back to a step."""
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
        state = self._controller.state
        self._actions["train"].setEnabled(can(state, Move.START) and self._controller.is_open)
        self._actions["cancel"].setEnabled(can(state, Move.CANCEL))
        if not self._controller.is_open or state is State.CLOSED:
            return
        self.headline.setText(self._headline(state))
        self._steps.setVisible(state is not State.IDLE)
        if state is State.IDLE:
            rounds = self._controller.project.rounds()
            self._past = last_round_line(rounds[-1]) if rounds else ""
            self._step = None
            self.line.setText(self._idle_line())
        elif state is State.CANCELLING:
            self.line.setText("Stopping at the next training batch; the last good model is kept.")
        elif not self._step:
            self.line.setText("Starting…")
            for bar in self._bars.values():
                bar.setValue(0)

    def _headline(self, state: State) -> str:
        number = self._controller.round_number
        if state is State.IDLE:
            return "Training is idle"
        if state is State.CANCELLING:
            return "Cancelling…"
        return "Writing the model" if number is None else f"Training round {number}"

    def _idle_line(self) -> str:
        answers = self._controller.project.answers
        left = sum(image not in answers for image in self._controller.batch)
        if not left:
            return self._past
        images = "image" if left == 1 else "images"
        return f"{self._past} The next round starts by itself after {left} more {images}.".strip()


def step_name(step: str) -> str:
    """Return what the window calls a step."""
    return STEP_NAMES.get(step, step[:1].upper() + step[1:])


def progress_line(progress: Progress) -> str:
    """Say where a command is: step, time left, loss, device."""
    words = [f"{step_name(progress.step)} {progress.done} of {progress.total}"]
    if progress.seconds_left is not None:
        words.append(f"about {duration(progress.seconds_left)} left")
    if progress.loss is not None:
        words.append(f"loss {progress.loss:.3f}")
    if progress.device:
        words.append(progress.device)
    return " · ".join(words)


def last_round_line(record: RoundRecord) -> str:
    """Say how the last round ended."""
    if record.outcome == "finished":
        seconds = sum(seconds for _, seconds in record.seconds)
        return (
            f"Round {record.number} took {duration(seconds)} on {record.device or 'this computer'}."
        )
    ended = "failed" if record.outcome == "failed" else f"was {record.outcome}"
    return f"Round {record.number} {ended}. {record.sentence}".strip()


def duration(seconds: float) -> str:
    """Return a time as a person says it."""
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    if whole < 90 * 60:
        return f"{round(whole / 60)} min"
    return f"{whole / 3600:.1f} h"


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
