"""That a round tries to train every layer, said before it does, and a button against it."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from autoal_gui.core.language import duration, mark, tr
from autoal_gui.core.messages import Progress
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import SMALL

AHEAD = mark("This round also tries whether training every layer is better: about {time}.")
AHEAD_UNTIMED = mark(
    "This round also tries whether training every layer is better; that may take minutes."
)
LEFT_OUT = mark("Every layer is not tried in this round; the next one asks again.")
TIP = mark(
    "Leave this trial out of this round and keep what it has: the model whose way of training was "
    "found best so far. In the settings, Layers trained, “The last one only” leaves it out always."
)


class TrialLine(QWidget):
    """Shown from the beginning of such a round until its trial is over."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self.words = text_label(size=SMALL)
        self.not_now = QPushButton(tr("Not now"))
        self.not_now.setToolTip(tr(TIP))
        self.not_now.setAccessibleDescription(tr(TIP))
        self.not_now.clicked.connect(self._leave_out)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.words, 1)
        row.addWidget(self.not_now)
        controller.training.progressed.connect(self._on_progress)
        controller.training.rounds_changed.connect(self.refresh)
        controller.engine.state_changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what is so now."""
        training = self._controller.training
        runs = self._controller.is_open and training.round_number is not None
        trial = training.trial
        self.setVisible(runs and trial.is_ahead)
        if not runs or not trial.is_ahead:
            return
        self.not_now.setHidden(trial.is_left_out)
        if trial.is_left_out:
            self.words.setText(tr(LEFT_OUT))
        elif trial.seconds is None:
            self.words.setText(tr(AHEAD_UNTIMED))
        else:
            self.words.setText(tr(AHEAD, time=duration(max(1.0, trial.seconds))))

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        if self.isHidden() == self._controller.training.trial.is_ahead:
            self.refresh()

    @Slot()
    def _leave_out(self) -> None:
        self._controller.training.trial.leave_out()
        self.refresh()
