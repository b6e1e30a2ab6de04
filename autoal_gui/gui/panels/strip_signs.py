"""What the folded panel would tell in sentences: a word each, which opens the panel."""

from textwrap import fill

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from autoal_gui.core.language import mark, tr
from autoal_gui.gui.panels.training_text import TO_WRITE
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.engine_queue import Priority
from autoal_gui.gui.session.rounds.trial_words import begun_words
from autoal_gui.gui.session.rounds.waiting import waiting_words
from autoal_gui.gui.widgets.sizes import icon_size
from autoal_gui.gui.widgets.text import plain_tip, text_label
from autoal_gui.gui.widgets.theme import SMALL

TIP = 60  # letters of a line in a tip
OPENS = mark("Open the panel for more")


class Sign(QWidget):
    """An icon, a word or two below it, and the whole sentence where the pointer rests."""

    def __init__(self, unfold: QAction, symbol: QAction, words: str) -> None:
        """Make it hidden; a press opens the panel by `unfold`."""
        super().__init__()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.button = QToolButton()
        self.button.setIcon(symbol.icon())
        self.button.setIconSize(icon_size(self.button))
        self.button.setProperty("role", "quiet")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(unfold.trigger)
        symbol.changed.connect(lambda: self.button.setIcon(symbol.icon()))  # of another theme
        self.words = text_label(words, size=SMALL)
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(0)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.words)
        self.hide()

    def tell(self, sentence: str) -> None:
        """Stand for a sentence; for "", hide."""
        self.setVisible(bool(sentence))
        lines = fill(sentence, TIP)  # Qt would show it in one line, as wide as the screen
        self.setToolTip(plain_tip(lines))
        self.button.setToolTip(plain_tip(f"{lines}\n{tr(OPENS)}"))
        self.button.setAccessibleName(f"{self.words.text()}: {sentence}")
        self.button.setAccessibleDescription(tr(OPENS))


class StripSigns(QWidget):
    """The trial of every layer, which may be left out, and a model that waits to be written."""

    def __init__(self, controller: Controller, unfold: QAction, trial: QAction, export: QAction):
        super().__init__()
        self._controller = controller
        self.trial = Sign(unfold, trial, tr("trial runs"))
        self.export = Sign(unfold, export, tr("export waits"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.trial)
        column.addWidget(self.export)
        engine = controller.engine
        for changed in (engine.state_changed, engine.began, engine.waiting_changed):
            changed.connect(self.refresh)
        controller.training.rounds_changed.connect(self.refresh)
        engine.progressed.connect(self.refresh)
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Catch up: the trial may have been left out in the whole panel."""
        super().showEvent(event)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what is so now."""
        engine, training = self._controller.engine, self._controller.training
        ahead = self._controller.is_open and training.round_number is not None
        ahead = ahead and training.trial.is_ahead and not training.trial.is_left_out
        self.trial.tell(begun_words(training.trial) if ahead else "")
        waits = engine.waits(Priority.EXPORT) and engine.running is not None
        self.export.tell(
            f"{tr(TO_WRITE)} {waiting_words(engine, Priority.EXPORT)}" if waits else ""
        )
