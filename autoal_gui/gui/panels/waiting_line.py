"""What a request waits for, how long that takes, and a button that lets the request go first."""

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QBoxLayout, QPushButton, QWidget

from autoal_gui.core.language import mark, tr
from autoal_gui.engine.state import State
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.engine_queue import Priority
from autoal_gui.gui.session.rounds.waiting import waiting_words
from autoal_gui.gui.widgets.text import text_label

STOP_ROUND = mark("Stop the round")
STOP_TIP = mark(
    "Labels and the last model are kept, what this round has computed is dropped. Train now, or "
    "your next complete batch, begins a round again."
)


class WaitingLine(QWidget):
    """Shown while a request of one kind waits in the queue of the engine; hidden else."""

    def __init__(
        self,
        controller: Controller,
        priority: Priority,
        narrow: bool = False,
        what: Callable[[], str] = str,
        after: str = "",
    ) -> None:
        """Make the line.

        Args:
            controller: whose engine it is.
            priority: the kind of the request.
            narrow: whether its button stands below the words.
            what: says, in a sentence, which request waits, where that does not stand beside it.
            after: a sentence of what is possible once it has been carried out.
        """
        super().__init__()
        self._controller, self._priority = controller, priority
        self._what, self._after = what, after
        self.words = text_label()
        self.go_first = QPushButton(tr(STOP_ROUND))
        self.go_first.setToolTip(tr(STOP_TIP))
        self.go_first.setAccessibleDescription(self.go_first.toolTip())
        self.go_first.setAutoDefault(False)
        self.go_first.clicked.connect(self._let_go_first)
        ways = QBoxLayout.Direction
        row = QBoxLayout(ways.TopToBottom if narrow else ways.LeftToRight, self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.words, 0 if narrow else 1)
        row.addWidget(self.go_first)
        engine = controller.engine
        for changed in (engine.state_changed, engine.began, engine.waiting_changed):
            changed.connect(self.refresh)
        engine.progressed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what is so now."""
        engine = self._controller.engine
        waits = engine.waits(self._priority) and engine.running is not None
        self.setVisible(waits)
        if not waits:
            return
        stops = engine.state is State.CANCELLING
        words = (self._what(), waiting_words(engine, self._priority), self._after)
        self.words.setText(" ".join(filter(None, words)))
        self.go_first.setVisible(not stops and self._round is not None)

    @property
    def _round(self) -> int | None:
        return self._controller.training.round_number

    @Slot()
    def _let_go_first(self) -> None:
        """Stop the round as the training panel does; anything else gives way by itself."""
        if self._round is not None:
            self._controller.cancel()
