"""The right side of the desk: training and what came of it, whole or folded to a narrow strip."""

from collections.abc import Callable

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QTabBar, QTabWidget, QVBoxLayout, QWidget

from autoal_gui.core.language import tr
from autoal_gui.gui.panels.performance.panel import PerformancePanel
from autoal_gui.gui.panels.slim_strip import SlimStrip
from autoal_gui.gui.panels.training_panel import TrainingPanel
from autoal_gui.gui.panels.weights_panel import WeightsPanel
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.page_actions import action_tool
from autoal_gui.gui.widgets.theme import Theme

WIDE_SCREEN = 1600  # pixels from which there is room for the panel beside the image
LINES, MOST = 30, 0.4  # its width in heights of a line, and at most as a share of the window
UNCUT = 0.55  # the share at most, where less would cut off what it shows
MARKED = 18  # heights of a line, from which the tabs have room for marks that lead to the help
EDGE = 10  # pixels around its contents
QWIDGETSIZE_MAX = 2**24 - 1  # what Qt takes for no bound
KEPT = "panel"  # the setting: "open" or "folded"


class SidePanel(QWidget):
    """Holds the panels; `folded` says which of its two forms is shown."""

    toggled = Signal()
    """It has been folded or unfolded."""
    resized = Signal()

    def __init__(
        self,
        controller: Controller,
        theme: Theme,
        actions: Actions,
        settings: QSettings,
        question: Callable[[str], QWidget],
    ) -> None:
        """Make both forms.

        Args:
            controller: whose project is shown.
            theme: of the charts.
            actions: of the buttons.
            settings: where it is kept whether the panel is folded.
            question: makes the mark that leads to a topic of the help.
        """
        super().__init__()
        self._settings = settings
        self.training = TrainingPanel(controller, actions)
        self.weights = WeightsPanel(controller, theme)
        self.performance = PerformancePanel(controller, theme, actions)
        self.strip = SlimStrip(controller, actions)
        self.tabs = QTabWidget()
        self.strip.topic_wanted.connect(self._show_topic)
        self._whole = self._make_whole(actions, question)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._whole, 1)
        row.addWidget(self.strip)
        self._show(folds(settings))

    def _make_whole(self, actions: Actions, question: Callable[[str], QWidget]) -> QWidget:
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.performance, tr("Performance"))
        self.tabs.addTab(self.weights, tr("Strategies"))
        self._marks = tuple(map(question, ("performance", "weights")))
        for mark in self._marks:
            mark.setParent(self.tabs)  # while it is in no tab
            mark.setProperty("role", "mark")
        self._show_marks(True)
        self.tabs.setCornerWidget(self._make_corner(actions))
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(EDGE, EDGE, EDGE, EDGE)
        column.setSpacing(8)
        self.training.title_row.addWidget(question("training"))
        column.addWidget(self.training)
        column.addWidget(self.tabs, 1)
        return whole

    def _make_corner(self, actions: Actions) -> QWidget:
        """Return what stands at the right of the tabs: it covers nothing of what they show."""
        corner = QWidget()
        row = QHBoxLayout(corner)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.performance.way_back)
        row.addWidget(action_tool(actions["panel"]))
        return corner

    @Slot(str)
    def _show_topic(self, topic: str) -> None:
        """Have the tab in front whose figure was clicked while it was folded."""
        tabs: dict[str, QWidget] = {"performance": self.performance, "weights": self.weights}
        self.tabs.setCurrentWidget(tabs[topic])

    @property
    def folded(self) -> bool:
        """Whether only the strip is shown."""
        return self._whole.isHidden()

    def toggle(self) -> None:
        """Fold the panel or unfold it, and remember that."""
        folded = not self.folded
        self._settings.setValue(KEPT, "folded" if folded else "open")
        self._show(folded)
        self.toggled.emit()

    def wanted_width(self, room: int) -> int:
        """Return how much of a width it takes: no more than it needs, or than the image can spare.

        Args:
            room: pixels for the image, the answers and this.
        """
        if self.folded:
            return self.strip.width()
        least = self._whole.minimumSizeHint().width()
        usual = min(LINES * self.fontMetrics().height(), round(MOST * room))
        return max(least, usual, min(self._uncut_width(), round(UNCUT * room)))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Share the height, and leave the marks of the tabs out where their words need the room."""
        super().resizeEvent(event)
        self.training.fit(event.size().height() - 2 * EDGE)
        room = event.size().width() - 2 * EDGE
        self._show_marks(room >= MARKED * self.fontMetrics().height())
        self.resized.emit()

    def _show_marks(self, shown: bool) -> None:
        bar, place = self.tabs.tabBar(), QTabBar.ButtonPosition.RightSide
        for tab, mark in enumerate(self._marks):
            if shown != (bar.tabButton(tab, place) is not None):
                mark.setVisible(shown)
                bar.setTabButton(tab, place, mark if shown else None)

    def _uncut_width(self) -> int:
        """Return the width from which nothing in the tabs has to be scrolled to the side."""
        contents = (panel.widget() for panel in (self.performance, self.weights))
        widest = max(content.minimumSizeHint().width() for content in contents if content)
        bar = self.performance.verticalScrollBar().sizeHint().width()
        return 2 * EDGE + bar + widest

    def _show(self, folded: bool) -> None:
        self.setMaximumWidth(self.strip.width() if folded else QWIDGETSIZE_MAX)
        self._whole.setVisible(not folded)
        self.strip.setVisible(folded)

    def refresh(self) -> None:
        """Show a project that was opened before the panels were made."""
        for panel in (self.training, self.weights, self.performance, self.strip):
            panel.refresh()


class SideSplitter(QSplitter):
    """The reading at the left and the panel at the right, which takes no more than it needs."""

    def __init__(self, reading: QWidget, side: SidePanel) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._side = side
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.addWidget(reading)
        self.addWidget(side)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 0)
        side.toggled.connect(self._share)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave to the image what the panel does not need."""
        super().resizeEvent(event)
        self._share()

    @Slot()
    def _share(self) -> None:
        side = self._side.wanted_width(self.width())
        self.setSizes([self.width() - side, side])


def folds(settings: QSettings) -> bool:
    """Say whether the panel is folded: as it was left, else where the screen is narrow."""
    kept = settings.value(KEPT)
    if kept in ("open", "folded"):
        return bool(kept == "folded")
    screen = QGuiApplication.primaryScreen()
    return screen is None or screen.availableSize().width() < WIDE_SCREEN
