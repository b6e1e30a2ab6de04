"""What a command of the window is, and the actions that menus and buttons make of them.

The table of all commands is `gui.window.commands`; everything that shows, changes or allows a
command reads its row there through the `Actions`.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import KW_ONLY, dataclass
from enum import Enum, auto
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence

from autoal_gui.core.language import tr
from autoal_gui.gui.keys import command_keys
from autoal_gui.gui.widgets.theme import Theme, icon

Parts = TypeVar("Parts")
"""What commands act on."""


class When(Enum):
    """What has to hold for a command to be enabled."""

    ALWAYS = auto()
    IN_PROJECT = auto()
    """A project is open."""
    AT_DESK = auto()
    """The desk of an open project is on screen."""
    CAN_UNDO = auto()
    CAN_REDO = auto()
    CAN_TRAIN = auto()
    """A project is open and nothing is computed but what makes way for a round."""
    CAN_CANCEL = auto()
    WARMING = auto()
    """The model learns from images without labels."""
    WRITING = auto()
    """A model is being written, which cannot be stopped half way."""
    CAN_CONTINUE_WARMING = auto()
    IN_HOUNSFIELD = auto()
    """The image on the desk is measured in Hounsfield units, as computed tomography is."""


@dataclass(frozen=True)
class OtherWords:
    """Words of a command for as long as something holds: it does something else, or cannot."""

    when: When
    text: str
    """Empty where that stays."""
    tip: str


@dataclass(frozen=True)
class Command(Generic[Parts]):
    """One command of the window; the catalogues take menu, text and tip.

    Attributes:
        name: stays for ever, since users' own keys are kept by it.
        menu: under which it is found in the menu bar, on the sheet of keys and among those that
            can be changed.
        text: as menus and buttons show it.
        tip: what it does, in a line.
        keys: as Qt writes them; the first is the one printed on buttons.
        icon: the name of a picture of `resources/icons`.
        when: what has to hold for it to be enabled.
        does: its effect; it is called with the parts of the window.
        repeats: whether holding the key down repeats it; never for what gives an answer.
        checkable: whether it is on or off; who is switched says which.
        instead: other words for a while, of the first that holds.
    """

    name: str
    menu: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    _: KW_ONLY
    when: When
    does: Callable[[Parts], object]
    repeats: bool = False
    checkable: bool = False
    instead: tuple[OtherWords, ...] = ()

    def words(self, holding: Collection[When] = ()) -> tuple[str, str]:
        """Return text and tip, not yet translated, as long as these hold."""
        found = next((other for other in self.instead if other.when in holding), None)
        return (found.text or self.text, found.tip) if found else (self.text, self.tip)


class Actions(QObject):
    """The actions by the names of their commands."""

    wanted = Signal(object)
    """The `Command` that the user gives, by menu, key or button."""

    def __init__(
        self, commands: Sequence[Command[Any]], theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.commands = tuple(commands)
        self.menus = tuple(dict.fromkeys(command.menu for command in commands))
        self._theme = theme
        self._by_name = {command.name: command for command in commands}
        self._actions = {command.name: self._make(command) for command in commands}
        self._symbols: dict[str, QAction] = {}
        theme.changed.connect(self._tint)
        self._tint()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def symbol(self, picture: str) -> QAction:
        """Return an action that carries a picture in the theme's colour, and does nothing."""
        self._symbols[picture] = QAction(self)
        self._tint()
        return self._symbols[picture]

    def of_menu(self, menu: str) -> tuple[QAction, ...]:
        """Return the actions of a menu in the order of the table."""
        return tuple(self[command.name] for command in self.commands if command.menu == menu)

    def allow(self, holding: Collection[When]) -> None:
        """Enable what may be done now, and nothing else; take on the words of now.

        Args:
            holding: everything that holds.
        """
        for command in self.commands:
            action = self[command.name]
            action.setEnabled(command.when in holding)
            if command.instead:
                text, tip = command.words(holding)
                action.setText(tr(text))
                _set_tip(action, tr(tip))

    def take_keys(self) -> None:
        """Give every command the keys that the user has chosen now."""
        for command in self.commands:
            action = self[command.name]
            _set_keys(action, command)
            _set_tip(action, action.statusTip())

    def _make(self, command: Command[Any]) -> QAction:
        action = QAction(tr(command.text), self)
        action.setObjectName(command.name)
        action.setAutoRepeat(command.repeats)
        action.setCheckable(command.checkable)
        _set_keys(action, command)
        _set_tip(action, tr(command.tip))
        action.triggered.connect(self._on_triggered)
        return action

    @Slot()
    def _on_triggered(self) -> None:
        self.wanted.emit(self._by_name[self.sender().objectName()])

    def _tint(self) -> None:
        for command in self.commands:
            if command.icon:
                self[command.name].setIcon(icon(command.icon, self._theme.colours.text))
        for picture, action in self._symbols.items():
            action.setIcon(icon(picture, self._theme.colours.text))


def _set_keys(action: QAction, command: Command[Any]) -> None:
    keys = command_keys(command.name, command.keys)
    action.setShortcuts([QKeySequence(key) for key in keys])


def _set_tip(action: QAction, tip: str) -> None:
    keys = ", ".join(_native(key) for key in action.shortcuts())
    action.setToolTip(f"{tip} ({keys})" if keys else tip)
    action.setStatusTip(tip)


def _native(key: QKeySequence) -> str:
    return key.toString(QKeySequence.SequenceFormat.NativeText)
