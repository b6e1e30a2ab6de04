"""That a round tries to train every layer, said before it does, and a button against it."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from autoal_gui.core.language import duration, mark, tr
from autoal_gui.core.messages import Progress
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.rounds.layer_trial import is_off, seconds_of, was_too_long
from autoal_gui.gui.session.rounds.trial_words import GOES_ON, LABEL_ON, trial_words
from autoal_gui.gui.widgets.text import plain_tip, text_label
from autoal_gui.gui.widgets.theme import SMALL

LEFT_OUT = mark("The whole network is not trained, as you wished.")
LONG = mark(
    "The whole network is not trained: with few labels that hardly helps, and it takes about "
    "{time}."
)
LONG_UNTIMED = mark(
    "The whole network is not trained: with few labels that hardly helps, and it takes minutes."
)
WANTED = mark("The next round tries whether training the whole network is better.")
WHAT = mark(
    "Rounds fit only the last layer of the network to your labels, which takes seconds. Training "
    "the whole network (every layer) fits all of it to your images. With many labels that can be "
    "more accurate; until then the last layer alone is as good or better. A round that tries it "
    "compares both and keeps the better one; the next round waits for it."
)
TIP = mark(
    "Leave this trial out of this and of later rounds, until you turn it on again here; rounds "
    "keep the way of training that was found best so far."
)


class TrialLine(QWidget):
    """Shown from the beginning of such a round until its trial is over, and while it stays off."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self.words = text_label(size=SMALL)
        self.words.setToolTip(plain_tip(tr(WHAT)))
        self.leave_it = QPushButton(tr("Leave it out"))
        self.leave_it.setToolTip(tr(TIP))
        self.leave_it.setAccessibleDescription(tr(TIP))
        self.leave_it.clicked.connect(self._leave_out)
        self.again = QPushButton(tr("Try it in the next round"))
        self.again.setToolTip(plain_tip(tr(WHAT)))
        self.again.setAccessibleDescription(tr(WHAT))
        self.again.clicked.connect(self._want_again)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.words, 1)
        row.addWidget(self.leave_it)
        row.addWidget(self.again)
        controller.training.progressed.connect(self._on_progress)
        controller.training.rounds_changed.connect(self.refresh)
        controller.engine.state_changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what is so now."""
        trial, shown = self._controller.training.trial, self._is_shown()
        self.setVisible(shown)
        if not shown:
            return
        runs = self._controller.training.round_number is not None
        off = trial.is_left_out or not runs
        self.again.setVisible(off and not trial.is_wanted_again)
        self.leave_it.setHidden(off and not trial.is_wanted_again)
        if off:
            self.words.setText(tr(WANTED) if trial.is_wanted_again else self._left_out_words())
        else:
            self._tell()

    def _left_out_words(self) -> str:
        project, trial = self._controller.project, self._controller.training.trial
        runs = self._controller.training.round_number is not None
        if not (trial.is_long if runs else was_too_long(project)):
            return tr(LEFT_OUT)
        seconds = seconds_of(project)
        return tr(LONG_UNTIMED) if seconds is None else tr(LONG, time=duration(seconds))

    def _tell(self) -> None:
        """Tell a time only as long as the line of the round's progress tells none."""
        progress = self._controller.engine.progress
        timed = progress is not None and progress.seconds_left is not None
        words = tr(GOES_ON) if timed else trial_words(self._controller.training.trial)
        self.words.setText(f"{words} {tr(LABEL_ON)}")

    def _is_shown(self) -> bool:
        if not self._controller.is_open:
            return False
        if self._controller.training.round_number is not None:
            return self._controller.training.trial.is_ahead
        return is_off(self._controller.project)

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        trial = self._controller.training.trial
        if self.isHidden() == trial.is_ahead:
            self.refresh()
        elif trial.is_ahead and not trial.is_left_out:
            self._tell()

    @Slot()
    def _leave_out(self) -> None:
        self._controller.training.trial.leave_out()
        self.refresh()

    @Slot()
    def _want_again(self) -> None:
        self._controller.training.trial.want_again()
        self.refresh()
