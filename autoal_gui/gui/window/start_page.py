"""The start page: ways into work, and the projects opened last."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.language import mark, tr
from autoal_gui.gui.widgets.text import plain_tip, text_label
from autoal_gui.gui.widgets.theme import ICON_SIZE, Colours, Theme, icon, set_property
from autoal_gui.gui.window.projects.project_card import SIZE, read_card

WAYS = (
    (
        "demo",
        "demo",
        mark("Try the demo"),
        mark("Drawn cells of five kinds; nothing is downloaded"),
    ),
    (
        "folder",
        "folder",
        mark("Folder of images"),
        mark("PNG, JPEG, TIFF, BMP or WebP, with or without sub-folders"),
    ),
    (
        "dicom",
        "dicom",
        mark("DICOM files"),
        mark("A folder of scans, with its sub-folders; names of patients are not read"),
    ),
    (
        "medmnist",
        "set",
        mark("Published set"),
        mark("MedMNIST, CIFAR, SVHN or TinyImageNet, from a folder or downloaded"),
    ),
    ("npz", "file", mark(".npz file"), mark("The layout of MedMNIST, any number of images")),
    ("open", "open", mark("Open project"), mark("Continue where you left off")),
    (
        "predict",
        "review",
        mark("Predict"),
        mark("Apply a model that was trained here to other images"),
    ),
)
NEW_WAYS = 5  # the first so many make a new project
CARD_LINES = 4  # a name, what was answered on two lines where text is large, and the day
PICTURED = 44  # heights of a line, from which the page has room for pictures of projects
CARD_EDGES = 22  # pixels above and below
PATH = Qt.ItemDataRole.UserRole
GONE = mark("Not there: was it moved, or is a drive unplugged?")


class WayButton(QPushButton):
    """A large button: icon, title and a line."""

    def __init__(self, name: str, icon_name: str, title: str, line: str, theme: Theme) -> None:
        super().__init__()
        self.way = name
        self._icon_name, self._theme = icon_name, theme
        self.setProperty("role", "start")
        self.setAccessibleName(tr(title))
        self.setAccessibleDescription(tr(line))
        self._picture = QLabel()
        head = text_label(tr(title), bold=True)
        note = text_label(tr(line), role="muted")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(head)
        words.addWidget(note)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(18, 12, 18, 12)  # all of them then fit a low screen
        row.setSpacing(16)
        row.addWidget(self._picture)
        row.addLayout(words, 1)
        for label in (self._picture, head, note):  # a click on the words is one on the button
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._tint)
        self._tint()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for its words in the width that it has: where they need one line, not for two."""
        least = 20 * self.fontMetrics().height()
        return QSize(least, self._row.heightForWidth(max(least, self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for the height that the new width needs."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

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
    forgotten = Signal(str)
    """The folder of a project that is to leave the list; its files stay."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._folders: list[str] = []
        self._pictured = True
        self.buttons = {way[0]: WayButton(*way, theme) for way in WAYS}
        for button in self.buttons.values():
            button.clicked.connect(self._choose)
        self.recent = QListWidget()
        self.recent.setObjectName("recent")
        self.recent.setAccessibleName(tr("Recent projects"))
        self.recent.setWordWrap(True)
        self.recent.setIconSize(SIZE)
        self.recent.setSpacing(3)
        self.recent.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.recent.itemActivated.connect(self._choose_recent)
        self.recent.itemClicked.connect(self._choose_recent)
        self.recent.currentItemChanged.connect(self._on_current)
        self.forget = QPushButton(tr("Remove from this list"))
        self.forget.setToolTip(tr("The project itself stays where it is."))
        self.forget.clicked.connect(self._forget)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.recent)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._forget)
        self._nothing = text_label(tr("Projects that you open will be listed here."), role="muted")
        self._drop = text_label(
            tr("Or drop a folder, an .npz file or a project here.")
            + " "
            + tr("Images never leave this computer.")
        )
        self._drop.setProperty("role", "drop")
        self._lay_out()
        theme.changed.connect(self._list)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(9)
        for place, button in enumerate(self.buttons.values()):
            grid.addWidget(button, place, 0)
        grid.setRowStretch(len(self.buttons), 1)
        recent = QVBoxLayout()
        recent.setSpacing(10)
        recent.addWidget(text_label(tr("Recent projects"), bold=True, wrap=False))
        recent.addWidget(self._nothing, 1, Qt.AlignmentFlag.AlignTop)
        recent.addWidget(self.recent, 1)
        recent.addWidget(self.forget, 0, Qt.AlignmentFlag.AlignLeft)
        columns = QHBoxLayout()
        columns.setSpacing(36)
        columns.addLayout(grid, 3)
        columns.addLayout(recent, 2)
        body = QFrame()
        line = self.fontMetrics().height()
        body.setMaximumSize(68 * line, 44 * line)  # on a large screen it stays together
        column = QVBoxLayout(body)
        column.setContentsMargins(32, 20, 32, 10)
        column.setSpacing(6)
        column.addWidget(text_label("AutoAL", size=2.4, bold=True))
        purpose = tr("Label the images that matter, watch the model learn, take it away.")
        column.addWidget(text_label(purpose, role="muted"))
        column.addSpacing(10)
        column.addLayout(columns, 1)
        column.addWidget(self._drop)
        content = QWidget()
        content.setProperty("role", "content")
        middle = QHBoxLayout(content)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.addStretch(1)
        middle.addWidget(body, 1000)  # its margins grow only beyond its largest size
        middle.addStretch(1)
        scroll = QScrollArea()  # where text is large and the screen small
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def set_recent(self, folders: list[str]) -> None:
        """List the projects opened last, the last in front."""
        self._folders = folders
        self._list()
        self._nothing.setVisible(not folders)
        self.recent.setVisible(bool(folders))
        self.forget.setVisible(bool(folders))
        self.forget.setEnabled(False)

    def _list(self) -> None:
        self.recent.clear()
        for folder in self._folders:
            item = recent_item(folder, self._theme.colours, self._has_room())
            if not item.icon().isNull():  # Qt would not count lines broken beside the picture
                words = CARD_LINES * self.fontMetrics().lineSpacing()
                item.setSizeHint(QSize(0, max(SIZE.height(), words) + CARD_EDGES))
            self.recent.addItem(item)

    def _has_room(self) -> bool:
        """Say whether words have room beside the picture of a project."""
        return self.width() >= PICTURED * self.fontMetrics().height()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the pictures out where the words need their room."""
        before = self._pictured
        super().resizeEvent(event)
        self._pictured = self._has_room()
        if self._pictured != before:
            self._list()

    def invite(self, dragged: bool) -> None:
        """Show that what is dragged over the window can be dropped."""
        set_property(self._drop, "dragged", dragged)

    def _on_current(self, item: QListWidgetItem | None) -> None:
        self.forget.setEnabled(item is not None)

    def _forget(self) -> None:
        item = self.recent.currentItem()
        if item is not None:
            self.forgotten.emit(item.data(PATH))

    def _choose(self) -> None:
        button = self.sender()
        if isinstance(button, WayButton):
            self.chosen.emit(button.way)

    def _choose_recent(self, item: QListWidgetItem) -> None:
        self.recent_chosen.emit(item.data(PATH))


def recent_item(folder: str, colours: Colours, pictured: bool = True) -> QListWidgetItem:
    """Return the entry of a project; one that is not there is grey and says so."""
    there = (Path(folder) / FILE_NAME).is_file()
    card = read_card(Path(folder)) if there else None
    about = card.words() if card is not None else short_path(folder)
    lines = [Path(folder).name, about, *([] if there else [tr(GONE)])]
    item = QListWidgetItem("\n".join(lines))
    if card is not None and pictured:
        item.setIcon(QIcon(card.picture(colours)))
    item.setData(PATH, folder)
    item.setToolTip(plain_tip(folder))
    if not there:
        item.setForeground(QColor(colours.muted))
    return item


def short_path(folder: str) -> str:
    """Return a path with the user's own folder as ~."""
    path = Path(folder)
    return f"~/{path.relative_to(Path.home())}" if path.is_relative_to(Path.home()) else folder
