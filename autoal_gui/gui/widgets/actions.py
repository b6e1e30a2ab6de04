"""Every command of the window: its words, keys and icon in one table, so that menus agree."""

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from autoal_gui.core.language import tr
from autoal_gui.gui.keys import command_keys
from autoal_gui.gui.widgets.theme import Theme, icon


@dataclass(frozen=True)
class Command:
    """One command as the table below declares it; the catalogues take group, text and tip."""

    name: str
    group: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    repeats: bool = False
    """Whether holding the key down repeats it; never for what gives an answer."""


COMMANDS = (
    Command("home", "Project", "Start page", "Close the project and show the start page"),
    Command("open", "Project", "Open project…", "Open a project's folder", ("Ctrl+O",), "open"),
    Command("export", "Project", "Export…", "Write labels or the model", ("Ctrl+E",), "export"),
    Command("predict", "Project", "Predict…", "Apply a trained model to other images", ("Ctrl+P",)),
    Command("settings", "Project", "Settings…", "How to ask, who reads", ("Ctrl+,",), "settings"),
    Command("report", "Project", "Import report…", "Files that could not be used, and why"),
    Command("quit", "Project", "Quit", "Close the program; everything is saved", ("Ctrl+Q",)),
    Command("unsure", "Label", "Unsure", "The class cannot be told", ("U",), "unsure"),
    Command("skip", "Label", "Skip", "The image is unusable", ("S",), "skip"),
    Command("undo", "Label", "Undo", "Take back the last answer", ("Backspace", "Ctrl+Z"), "undo"),
    Command("redo", "Label", "Redo", "Restore the answer", ("Ctrl+Y", "Ctrl+Shift+Z"), "redo"),
    Command("back", "Label", "Back", "Show the image answered before", ("Left",), repeats=True),
    Command("forward", "Label", "Forward", "Show the next image", ("Right",), repeats=True),
    Command("flag", "Label", "Flag", "Mark the image, to come back to it", ("X",), "flag"),
    Command("comment", "Label", "Comment…", "Say something of the image", ("T",), "comment"),
    Command("find_class", "Label", "Find a class…", "Type a part of its name", ("/",)),
    Command("go_to", "Label", "Go to image…", "By its number or file name", ("Ctrl+F", "Ctrl+J")),
    Command(
        "classes", "Label", "Classes…", "Add, rename or remove classes", ("Ctrl+K",), "classes"
    ),
    Command("fit", "View", "Whole image", "Show the whole image", ("F",), "fit"),
    Command("actual", "View", "Real size", "One image pixel is one screen pixel", ("Z",), "actual"),
    Command("zoom_in", "View", "Zoom in", "Or turn the wheel", ("+", "="), repeats=True),
    Command("zoom_out", "View", "Zoom out", "Or turn the wheel", ("-",), repeats=True),
    Command(
        "smooth", "View", "Smooth pixels", "Smooth or hard pixels when enlarged", ("N",), "smooth"
    ),
    Command("grid", "View", "Grid", "Answer several images at once", ("G",), "grid"),
    Command("theme", "View", "Light or dark", "Change the colours", ("Ctrl+D",), "theme"),
    Command("why", "View", "Why this image", "What each strategy made of it", ("W",)),
    Command(
        "heat",
        "View",
        "Where the model looked",
        "After the answer: which places spoke for the model's class",
        ("Shift+W",),
        "heat",
    ),
    Command("invert", "Brightness", "Invert", "Black and white change places", ("I",), "invert"),
    Command(
        "brighter",
        "Brightness",
        "Brighter",
        "Or drag up with the right button",
        ("Ctrl+Up",),
        repeats=True,
    ),
    Command("darker", "Brightness", "Darker", "Or drag down", ("Ctrl+Down",), repeats=True),
    Command(
        "contrast",
        "Brightness",
        "More contrast",
        "Or drag to the left",
        ("Ctrl+Right",),
        repeats=True,
    ),
    Command(
        "flatter",
        "Brightness",
        "Less contrast",
        "Or drag to the right",
        ("Ctrl+Left",),
        repeats=True,
    ),
    Command("look_own", "Brightness", "As the file says", "The image's own window", ("F2",)),
    Command("look_auto", "Brightness", "Automatic", "Nearly all grey values of the image", ("F3",)),
    Command("look_full", "Brightness", "Full range", "All grey values of the image", ("F4",)),
    Command("look_brain", "Brightness", "CT brain", "Level 40, width 80 HU", ("F5",)),
    Command("look_soft", "Brightness", "CT soft tissue", "Level 40, width 400 HU", ("F6",)),
    Command("look_mediastinum", "Brightness", "CT mediastinum", "Level 50, width 350 HU", ("F7",)),
    Command("look_lung", "Brightness", "CT lung", "Level -600, width 1500 HU", ("F8",)),
    Command("look_bone", "Brightness", "CT bone", "Level 400, width 1800 HU", ("F9",)),
    Command(
        "train",
        "Training",
        "Train now",
        "Start a round with the labels of now",
        ("Ctrl+T",),
        "play",
    ),
    Command(
        "cancel",
        "Training",
        "Cancel",
        "Stop the round; the last model is kept",
        ("Ctrl+.",),
        "stop",
    ),
    Command(
        "learn",
        "Training",
        "Continue learning",
        "Go on learning from all images, labelled or not",
        ("Ctrl+L",),
        "play",
    ),
    Command(
        "review",
        "Check",
        "Review",
        "All answered images, likely errors first; change labels in place",
        ("Ctrl+R",),
        "review",
    ),
    Command("agreement", "Check", "Agreement", "How far readers agree", ("Ctrl+G",)),
    Command(
        "second", "Check", "Second reading…", "Another reader labels a share of the images, blind"
    ),
    Command(
        "merge",
        "Check",
        "Merge another project's answers…",
        "A colleague's answers to the same images come in as second readings",
    ),
    Command("help", "Help", "Help", "How this program works", ("F1",), "help"),
    Command("keys", "Help", "Keys…", "All keys on one sheet", ("?",), "keys"),
)
GROUPS = tuple(dict.fromkeys(command.group for command in COMMANDS))


class Actions(QObject):
    """The actions by name."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._actions = {command.name: self._make(command) for command in COMMANDS}
        theme.changed.connect(self._tint)
        self._tint()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def group(self, name: str) -> tuple[QAction, ...]:
        """Return the actions of a group in the order of the table."""
        return tuple(self[command.name] for command in COMMANDS if command.group == name)

    def _make(self, command: Command) -> QAction:
        action = QAction(tr(command.text), self)
        action.setShortcuts([QKeySequence(k) for k in command_keys(command.name, command.keys)])
        action.setAutoRepeat(command.repeats)
        _set_tip(action, tr(command.tip))
        return action

    def take_keys(self) -> None:
        """Give every command the keys that the user has chosen now."""
        for command in COMMANDS:
            action = self[command.name]
            chosen = command_keys(command.name, command.keys)
            action.setShortcuts([QKeySequence(key) for key in chosen])
            _set_tip(action, action.statusTip())

    def rename(self, name: str, text: str, tip: str) -> None:
        """Give a command other words, where what it does depends on what runs."""
        self[name].setText(text)
        _set_tip(self[name], tip)

    def restore(self, name: str) -> None:
        """Give a command the words of the table again."""
        command = next(command for command in COMMANDS if command.name == name)
        self.rename(name, tr(command.text), tr(command.tip))

    def _tint(self) -> None:
        for command in COMMANDS:
            if command.icon:
                self[command.name].setIcon(icon(command.icon, self._theme.colours.text))


def _set_tip(action: QAction, tip: str) -> None:
    keys = ", ".join(_native(key) for key in action.shortcuts())
    action.setToolTip(f"{tip} ({keys})" if keys else tip)
    action.setStatusTip(tip)


def _native(key: QKeySequence) -> str:
    return key.toString(QKeySequence.SequenceFormat.NativeText)
