"""The start page: ways into work, and the projects opened last."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.gui.parts import text_label
from autoal_gui.gui.theme import ICON_SIZE, Theme, icon

WAYS = (
    ("demo", "demo", "Try the demo", "Drawn cells of five kinds; nothing is downloaded"),
    (
        "folder",
        "folder",
        "Folder of images",
        "PNG, JPEG, TIFF, BMP or WebP, with or without sub-folders",
    ),
    ("medmnist", "set", "MedMNIST set", "By name and size, from a folder or downloaded"),
    ("npz", "file", ".npz file", "The layout of MedMNIST, any number of images"),
    ("open", "open", "Open project", "Go on where you left"),
)
PATH = Qt.ItemDataRole.UserRole


class WayButton(QPushButton):
    """A large button: icon, title and a line."""

    def __init__(self, name: str, icon_name: str, title: str, line: str, theme: Theme) -> None:
        super().__init__()
        self.way = name
        self._icon_name, self._theme = icon_name, theme
        self.setProperty("role", "start")
        self.setAccessibleName(title)
        self.setAccessibleDescription(line)
        self._picture = QLabel()
        head = text_label(title, size=1.15, bold=True)
        note = text_label(line, role="muted")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(head)
        words.addWidget(note)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 14, 18, 14)
        row.setSpacing(16)
        row.addWidget(self._picture)
        row.addLayout(words, 1)
        for label in (self._picture, head, note):  # a click on the words is one on the button
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._tint)
        self._tint()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the title and two lines."""
        return QSize(20 * self.fontMetrics().height(), round(5.2 * self.fontMetrics().height()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter presses the button, as the space bar does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def _tint(self) -> None:
        image = icon(self._icon_name, self._theme.colours.accent)
        self._picture.setPixmap(image.pixmap(ICON_SIZE * 3 // 2, ICON_SIZE * 3 // 2))


class StartPage(QWidget):
    """What is shown while no project is open."""

    chosen = Signal(str)
    """A way of `WAYS`."""
    recent_chosen = Signal(str)
    """The folder of a project."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = {way[0]: WayButton(*way, theme) for way in WAYS}
        for button in self.buttons.values():
            button.clicked.connect(self._choose)
        self.recent = QListWidget()
        self.recent.setObjectName("recent")
        self.recent.setAccessibleName("Recent projects")
        self.recent.itemActivated.connect(self._choose_recent)
        self.recent.itemClicked.connect(self._choose_recent)
        self._nothing = text_label("Projects that you open will be listed here.", role="muted")
        self._lay_out()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(12)
        for place, button in enumerate(self.buttons.values()):
            grid.addWidget(button, place, 0)
        grid.setRowStretch(len(self.buttons), 1)
        recent = QVBoxLayout()
        recent.setSpacing(10)
        recent.addWidget(text_label("Recent projects", size=1.15, bold=True, wrap=False))
        recent.addWidget(self._nothing, 1, Qt.AlignmentFlag.AlignTop)
        recent.addWidget(self.recent, 1)
        columns = QHBoxLayout()
        columns.setSpacing(36)
        columns.addLayout(grid, 3)
        columns.addLayout(recent, 2)
        body = QFrame()
        body.setMaximumWidth(68 * self.fontMetrics().height())
        column = QVBoxLayout(body)
        column.setContentsMargins(32, 36, 32, 24)
        column.setSpacing(6)
        column.addWidget(text_label("AutoAL", size=2.4, bold=True))
        purpose = "Label the images that matter, watch the model learn, take it away."
        column.addWidget(text_label(purpose, role="muted", size=1.15))
        column.addSpacing(20)
        column.addLayout(columns, 1)
        drop = "Or drop a folder, an .npz file or a project here. Images never leave this computer."
        column.addWidget(text_label(drop, role="muted"))
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        outer.addWidget(body, 12)
        outer.addStretch(1)

    def set_recent(self, folders: list[str]) -> None:
        """List the projects opened last, the last in front."""
        self.recent.clear()
        for folder in folders:
            item = QListWidgetItem(f"{Path(folder).name}\n{short_path(folder)}")
            item.setData(PATH, folder)
            item.setToolTip(folder)
            self.recent.addItem(item)
        self._nothing.setVisible(not folders)
        self.recent.setVisible(bool(folders))

    def _choose(self) -> None:
        button = self.sender()
        if isinstance(button, WayButton):
            self.chosen.emit(button.way)

    def _choose_recent(self, item: QListWidgetItem) -> None:
        self.recent_chosen.emit(item.data(PATH))


def short_path(folder: str) -> str:
    """Return a path with the user's own folder as ~."""
    path = Path(folder)
    return f"~/{path.relative_to(Path.home())}" if path.is_relative_to(Path.home()) else folder
