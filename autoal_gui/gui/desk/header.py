"""The bar above the desk: project, way of asking, round, labels, and where else one can go."""

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.language import number, tr, tr_count
from autoal_gui.core.project.last_model import WHAT_A_ROUND_IS
from autoal_gui.core.sentences import figures
from autoal_gui.gui.desk.waiting_time import waited_text
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.strategy_names import mode_label
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.flow_layout import FlowLayout
from autoal_gui.gui.widgets.page_actions import tool_button
from autoal_gui.gui.widgets.text import plain_tip, text_label
from autoal_gui.gui.widgets.theme import TITLE


class Header(QFrame):
    """What the open project is and how far it has come."""

    def __init__(self, controller: Controller, actions: Actions) -> None:
        super().__init__()
        self._controller = controller
        self.name = text_label(size=TITLE, bold=True, wrap=False)
        self.mode, self.round, self.labels = (
            text_label(role="muted", wrap=False) for _ in range(3)
        )
        self.setProperty("role", "bar")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 12, 4)
        row.setSpacing(16)
        told, tools = FlowLayout(at_left=True), FlowLayout()  # of large text in more lines
        self._tools = tools
        for layout in (told, tools):
            layout.setSpacing(16)
        for label in (self.name, self.mode, self.round, self.labels):
            told.addWidget(label)
        for name in ("review", "export", "settings"):
            tools.addWidget(tool_button(actions, name, with_text=True))
        for name in ("keys", "theme"):
            tools.addWidget(tool_button(actions, name))
        row.addLayout(told, 1)
        row.addLayout(tools)

    @property
    def words_end(self) -> int:
        """Where its words end, and the buttons begin: pixels from the left."""
        return self._tools.geometry().left() - 1

    def show_project(self) -> None:
        """Show another project."""
        self.name.setText(self._controller.project.settings.name)
        self.show_rounds()
        self.show_labels()
        self.show_waits()

    def show_rounds(self) -> None:
        """Show how the project asks, and which round its model is of."""
        project = self._controller.project
        rounds = project.rounds.finished()
        self.mode.setText(mode_label(project.settings.run.mode))
        told = (rounds[-1].remarks(), figures(rounds[-1].reason)) if rounds else ()
        self.mode.setToolTip(plain_tip(" ".join(filter(None, told))))
        self.round.setText(round_text(rounds))
        self.round.setToolTip(tr(WHAT_A_ROUND_IS))

    def show_labels(self) -> None:
        """Show how many labels there are."""
        counts = self._controller.project.labels.counts
        labels, confirmed = counts.labels, counts.confirmed.total()
        words = labels_text(labels["pool"], labels["evaluation"])
        if confirmed:
            words = tr("{labels} + {count} in bulk", labels=words, count=number(confirmed))
        self.labels.setText(words)

    @Slot()
    def show_waits(self) -> None:
        """Tell how long the reader has waited, where the pointer rests on the labels."""
        self.labels.setToolTip(waited_text(self._controller.project.settings.waited_seconds))


def labels_text(labels: int, measuring: int) -> str:
    """Say how many labels train the model and how many the evaluation set has."""
    words = tr_count("{count} label", "{count} labels", labels + measuring)
    if not measuring:
        return words
    if not labels:
        return tr("{labels}, all in the evaluation set", labels=words)
    return tr(
        "{labels}, {count} of them in the evaluation set", labels=words, count=number(measuring)
    )


def round_text(finished: Sequence[RoundRecord]) -> str:
    """Say which round was the last, and whether there is a model."""
    if not finished:
        return tr("No round yet")
    if not any(record.checkpoint for record in finished):
        return tr("No model yet")  # of a round's number only where that round's is in use
    return tr("Round {number}", number=number(finished[-1].number))
