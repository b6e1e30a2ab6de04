"""The answers: a button for each class with its key on it, then unsure, skip and undo."""

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QColor,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from autoal_gui.core.language import number, tr
from autoal_gui.gui.keys import class_keys
from autoal_gui.gui.widgets.answers import paint_key
from autoal_gui.gui.widgets.sizes import icon_size
from autoal_gui.gui.widgets.text import plain_tip, text_label
from autoal_gui.gui.widgets.theme import BODY, SMALL, Theme, scale_font

ROOMY, COMPACT = 1.75, 1.3  # heights of a line that a button takes
NONE: Mapping[int, int] = MappingProxyType({})
LEAST = 8  # heights of a line that a button is wide at least


class ClassButton(QPushButton):
    """One class: its key in its colour, its name, and how many images have it."""

    chosen = Signal(int)

    def __init__(
        self, class_index: int, key: str, name: str, theme: Theme, compact: bool = False
    ) -> None:
        super().__init__()
        self._lines = COMPACT if compact else ROOMY
        self._index, self._key, self._name, self._theme = class_index, key, name, theme
        self._count = self._brief = "0"
        self.setProperty("role", "class")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(tr("{name}, key {key}", name=name, key=key) if key else name)
        if key:
            self._tip = tr("{name}: press {key}", name=name, key=key)
        else:
            self._tip = tr("{name}: no key is left; click here, or type its name", name=name)
        self.setToolTip(plain_tip(self._tip))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._choose)

    @property
    def count(self) -> str:
        """How many images have this class, as it is shown."""
        return self._count

    def set_state(self, chosen: bool, count: int, confirmed: int = 0) -> None:
        """Say whether the image on screen has this class, and how many images have it.

        Args:
            chosen: whether the image has it.
            count: images that were given it singly.
            confirmed: those besides that were confirmed in bulk.
        """
        singly, in_bulk = number(count), number(confirmed)
        told = tr(
            "{singly} answered by hand, {in_bulk} confirmed in bulk.",
            singly=singly,
            in_bulk=in_bulk,
        )
        self._count = f"{singly} + {in_bulk}" if confirmed else singly
        self._brief = f"{singly} +" if confirmed else singly
        self.updateGeometry()
        self.setToolTip(plain_tip(f"{self._tip}\n{told}" if confirmed else self._tip))
        self.setChecked(chosen)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Tall enough for the text, whatever its size."""
        metrics = self.fontMetrics()
        counted = max(metrics.horizontalAdvance(one) for one in (self._count, "000"))
        width = metrics.horizontalAdvance(self._name) + counted + 2 * metrics.height() + 40
        return QSize(min(width, 20 * metrics.height()), round(self._lines * metrics.height()) + 6)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the width of its key, its count and some of its name, whose middle may go."""
        hint = self.sizeHint()
        return QSize(min(hint.width(), LEAST * self.fontMetrics().height()), hint.height())

    def _choose(self) -> None:
        self.chosen.emit(self._index)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the frame, then key, name and count."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self.fontMetrics().height()
        side = line + 8.0
        cap = QRectF((self.height() - side) / 2, (self.height() - side) / 2, side, side)
        paint_key(painter, cap, self._index, self._key)
        left, advance = int(cap.right()) + 10, self.fontMetrics().horizontalAdvance
        # Rather than the middle of a name what was confirmed in bulk goes into the tip.
        whole = self.width() - left - 18 - advance(self._name)
        count = self._count if advance(self._count) <= whole else self._brief
        text = self.rect().adjusted(left, 0, -advance(count) - 18, 0)
        painter.setPen(QColor(self._theme.colours.text))
        name = self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideMiddle, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(QColor(self._theme.colours.muted))
        end = self.rect().adjusted(0, 0, -12, 0)
        painter.drawText(end, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, count)
        painter.end()


class ClassPanel(QFrame):
    """Class buttons and their keys; the keys work whatever has the focus, but a text field."""

    answered = Signal(int)
    strayed = Signal()
    """The focus came here by itself, from what was hidden or disabled: Space would answer."""

    def __init__(
        self,
        theme: Theme,
        actions: tuple[QAction, ...],
        parent: QWidget | None = None,
        compact: bool = False,
    ) -> None:
        """Make the panel; a compact one leaves room to what is above it."""
        super().__init__(parent)
        self._theme, self._compact = theme, compact
        self._buttons: list[ClassButton] = []
        self._shortcuts: list[QShortcut] = []
        self.setProperty("role", "card")
        title = QLabel(tr("Which class?"))
        scale_font(title, BODY, bold=True)
        self._column = QVBoxLayout()
        self._column.setSpacing(3)
        self._column.setContentsMargins(0, 0, 4, 0)
        content = QWidget()
        content.setProperty("role", "content")
        content.setLayout(self._column)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        self._feedback = text_label(role="muted")
        self._feedback.hide()  # takes no room while it says nothing
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 8)
        layout.setSpacing(4)
        self.title_row = QHBoxLayout()
        self.title_row.addWidget(title, 1)
        self._title = title
        layout.addLayout(self.title_row)
        layout.addWidget(scroll, 1)
        layout.addWidget(self._feedback)
        self._content, self._scroll = content, scroll
        rows: QBoxLayout = QHBoxLayout() if compact else QVBoxLayout()
        rows.setSpacing(layout.spacing())
        for action in actions:
            rows.addWidget(ActionRow(action))
        layout.addLayout(rows)
        QApplication.instance().focusChanged.connect(self._on_focus)  # type: ignore[union-attr]

    @Slot(QWidget, QWidget)
    def _on_focus(self, before: QWidget | None, now: QWidget | None) -> None:
        """Qt gives the focus of what goes to the next widget, which nobody has chosen."""
        if before is None or now is None or not (isValid(before) and self.isAncestorOf(now)):
            return
        if not (before.isVisible() and before.isEnabled()):
            self.strayed.emit()

    def whole_height(self) -> int:
        """Return the height in which every class is seen."""
        others = self.sizeHint().height() - self._scroll.sizeHint().height()
        return others + self._content.sizeHint().height() + 2

    def set_classes(self, names: tuple[str, ...], order: tuple[int, ...]) -> None:
        """Make a button and a shortcut for each class; `order` holds all class indexes."""
        for old in (*self._buttons, *self._shortcuts):
            old.setParent(None)
            old.deleteLater()
        while self._column.count():
            self._column.takeAt(0)
        self._buttons, self._shortcuts = [], []
        for index, (key, name) in enumerate(zip(class_keys(len(names)), names, strict=True)):
            self._add_class(index, key, name)
        for index in order:  # by Tab too
            self._column.addWidget(self._buttons[index])
        for before, after in pairwise(order):
            QWidget.setTabOrder(self._buttons[before], self._buttons[after])
        self._column.addStretch(1)

    def _add_class(self, index: int, key: str, name: str) -> None:
        button = ClassButton(index, key, name, self._theme, self._compact)
        button.chosen.connect(self.answered)
        self._buttons.append(button)
        if key:
            shortcut = QShortcut(QKeySequence(key.upper()), self)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.setAutoRepeat(False)  # a key held down must not label the next images
            shortcut.activated.connect(button._choose)
            self._shortcuts.append(shortcut)

    def set_state(
        self,
        chosen: int | None,
        counts: tuple[int, ...],
        enabled: bool,
        confirmed: Mapping[int, int] = NONE,
    ) -> None:
        """Show the class of the image on screen and the number of images a class has.

        Args:
            chosen: the class of the image; None where it has none.
            counts: images of each class.
            enabled: whether there is anything to give a class.
            confirmed: those besides that were confirmed in bulk, by class.
        """
        for index, button in enumerate(self._buttons):
            button.set_state(index == chosen, counts[index], confirmed.get(index, 0))
            button.setEnabled(enabled)
        for shortcut in self._shortcuts:
            shortcut.setEnabled(enabled)

    def set_removed(self, removed: frozenset[int]) -> None:
        """Hide the buttons of classes that are out of use; the others keep their keys."""
        for index, button in enumerate(self._buttons):
            button.setVisible(index not in removed)

    def set_titled(self, titled: bool) -> None:
        """Show the title, or leave its room to the classes."""
        self._title.setVisible(titled)
        self.title_row.invalidate()  # Qt tells the whole panel alone, which then measures it as old

    def set_feedback(self, text: str) -> None:
        """Show a line about the last answer or the suggestion."""
        self._feedback.setText(text)
        self._feedback.setVisible(bool(text))


class KeyLabel(QLabel):
    """The first key of an action, whatever the user makes of it."""

    def __init__(self, action: QAction) -> None:
        super().__init__()
        self._action = action
        self.setProperty("role", "key")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        scale_font(self, SMALL)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        self.setText(self._action.shortcut().toString(QKeySequence.SequenceFormat.NativeText))


BESIDE_KEY = 12  # pixels around a printed key


class ActionRow(QWidget):
    """A wide button for an action with its key printed at the right, where there is room for it."""

    def __init__(self, action: QAction) -> None:
        super().__init__()
        self.button = QToolButton()
        self.button.setDefaultAction(action)
        self.button.setIconSize(icon_size(self.button))
        self.button.setProperty("role", "quiet")
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setAccessibleName(action.text())
        self.key = KeyLabel(action)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.setSpacing(BESIDE_KEY - 4)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # the key may go
        layout.addWidget(self.button, 1)
        layout.addWidget(self.key, 0, Qt.AlignmentFlag.AlignVCenter)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the room that the button needs."""
        least = self.button.minimumSizeHint()
        return QSize(least.width() + BESIDE_KEY, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the key to the tip of the button where both would not fit."""
        super().resizeEvent(event)
        needed = self.button.sizeHint().width() + self.key.sizeHint().width() + BESIDE_KEY
        self.key.setVisible(self.width() >= needed)
