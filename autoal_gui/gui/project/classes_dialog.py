"""The classes of the open project: add, rename and remove, at once and without losing a label."""

from collections import Counter
from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import number, tr, tr_count
from autoal_gui.core.project.class_removal import labelled_with, why_not
from autoal_gui.gui.keys import class_keys
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.answers import key_icon
from autoal_gui.gui.widgets.cards import card
from autoal_gui.gui.widgets.inputs import EntryLine, combo
from autoal_gui.gui.widgets.sizes import icon_size, widen
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import TITLE

INDEX = Qt.ItemDataRole.UserRole
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
UNSURE = ""  # the heir's value where the images of a removed class become unsure


class ClassesDialog(QDialog):
    """Every change takes effect at once; labels are never lost by it."""

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.setWindowTitle(tr("Classes"))
        self.table = QTreeWidget()
        self.table.setAccessibleName(tr("Classes"))
        self.table.setIconSize(icon_size(self.table))
        self.table.setColumnCount(2)
        self.table.setHeaderLabels([tr("Class"), tr("Labels")])
        self.table.setRootIsDecorated(False)
        self.table.headerItem().setTextAlignment(1, RIGHT)
        self.table.header().setStretchLastSection(False)
        self.table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.setToolTip(tr("Double-click or press F2 to rename"))
        self.entry = EntryLine()
        self.entry.setPlaceholderText(tr("Name of a new class"))
        self.entry.setAccessibleName(tr("Name of a new class"))
        self.add_button = self._button(tr("Add"))
        self.rename_button = self._button(tr("Rename"))
        self.remove_button = self._button(tr("Remove…"))
        self.up, self.down = self._button(tr("Up")), self._button(tr("Down"))
        self.up.setToolTip(tr("One place up, with the key of that place (Alt+Up)"))
        self.down.setToolTip(tr("One place down, with the key of that place (Alt+Down)"))
        self.problem = text_label(role="danger")
        self._make_question()
        self._lay_out()
        self._connect()
        self.refresh()

    def _button(self, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setAutoDefault(False)
        return button

    def _make_question(self) -> None:
        """Make what asks where the labels of a removed class go."""
        self.question, inside = card()
        self.sentence = text_label()
        self.heir = combo(tr("Give these images"), {}, UNSURE)
        self.remove_now = self._button(tr("Remove the class"))
        self.keep = self._button(tr("Keep it"))
        row = QHBoxLayout()
        row.addWidget(text_label(tr("Give these images"), wrap=False))
        row.addWidget(self.heir, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.remove_now)
        buttons.addWidget(self.keep)
        self._heirs = QFrame()
        self._heirs.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.sentence)
        inside.addWidget(self._heirs)
        inside.addLayout(buttons)
        self.question.hide()

    def _lay_out(self) -> None:
        new = QHBoxLayout()
        new.addWidget(self.entry, 1)
        new.addWidget(self.add_button)
        marked = QHBoxLayout()
        marked.addWidget(self.rename_button)
        marked.addWidget(self.remove_button)
        marked.addStretch(1)
        marked.addWidget(self.up)
        marked.addWidget(self.down)
        self._close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(10)
        column.addWidget(text_label(tr("Classes"), size=TITLE, bold=True))
        words = tr("Every change counts at once. Labels stay with their class when it is renamed.")
        column.addWidget(text_label(words, role="muted"))
        column.addWidget(self.table, 1)
        column.addLayout(marked)
        column.addWidget(self.question)
        column.addLayout(new)
        column.addWidget(self.problem)
        column.addWidget(self._close)
        widen(self, 32)

    def _connect(self) -> None:
        self.entry.entered.connect(self.add)
        self.add_button.clicked.connect(self.add)
        self.rename_button.clicked.connect(self._edit)
        self.remove_button.clicked.connect(self.ask_to_remove)
        for button, key, step in ((self.up, "Alt+Up", -1), (self.down, "Alt+Down", 1)):
            button.clicked.connect(partial(self.move_class, step))
            QShortcut(QKeySequence(key), self, partial(self.move_class, step))
        self.remove_now.clicked.connect(self.remove)
        self.keep.clicked.connect(self.question.hide)
        self.table.itemChanged.connect(self._on_renamed)
        self.table.currentItemChanged.connect(self._on_current)
        self._close.rejected.connect(self.reject)
        self._controller.failed.connect(self._on_failed)
        self._controller.setup.classes_changed.connect(self.refresh)

    # -- what is there ------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Show the classes of now."""
        project = self._controller.project
        given = Counter(entry.class_index for entry in project.labels.answers.values())
        removed = project.classes.removed
        marked = self._marked()
        self.table.blockSignals(True)
        self.table.clear()
        keys = class_keys(len(project.classes.names))
        for index in project.classes.order:
            if index in removed:
                continue
            key = keys[index]
            item = QTreeWidgetItem([project.classes.names[index], number(given[index])])
            item.setData(0, INDEX, index)
            item.setTextAlignment(1, RIGHT)
            item.setIcon(0, key_icon(index, key, self.fontMetrics().height() + 8))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            self.table.addTopLevelItem(item)
            if index == marked:
                self.table.setCurrentItem(item)
        self.table.resizeColumnToContents(1)
        self.table.blockSignals(False)
        self.question.hide()
        self._on_current()

    def _marked(self) -> int | None:
        item = self.table.currentItem()
        return None if item is None else int(item.data(0, INDEX))

    def _shown(self) -> list[int]:
        """Return the indexes of the classes in the table, from top to bottom."""
        classes = self._controller.project.classes
        return [index for index in classes.order if index not in classes.removed]

    def _on_current(self) -> None:
        chosen = self._marked() is not None
        self.rename_button.setEnabled(chosen)
        self.remove_button.setEnabled(chosen)
        shown = self._shown()
        self.up.setEnabled(chosen and self._marked() != shown[0])
        self.down.setEnabled(chosen and self._marked() != shown[-1])
        self.question.hide()

    @Slot(str, str)
    def _on_failed(self, sentence: str, details: str) -> None:
        self.problem.setText(sentence)

    # -- changes ------------------------------------------------------------------------------

    def add(self) -> None:
        """Add the class that was typed."""
        self.problem.clear()
        name = self.entry.text().strip()
        if name:
            self.entry.clear()
            self._controller.setup.add_class(name)

    def _edit(self) -> None:
        item = self.table.currentItem()
        if item is not None:
            self.table.editItem(item, 0)

    def _on_renamed(self, item: QTreeWidgetItem, column: int) -> None:
        index = int(item.data(0, INDEX))
        before = self._controller.project.classes.names[index]
        if column != 0 or item.text(0) == before:
            self.refresh()  # a number that was typed over comes back
            return
        self.problem.clear()
        self._controller.setup.rename_class(index, item.text(0))

    def move_class(self, step: int) -> None:
        """Show the marked class so many places further down; its key follows, its labels stay."""
        marked, shown = self._marked(), self._shown()
        place = -1 if marked is None else shown.index(marked) + step
        if marked is not None and 0 <= place < len(shown):
            self.problem.clear()
            shown.remove(marked)
            shown.insert(place, marked)
            self._controller.setup.order_classes(tuple(shown))

    def ask_to_remove(self) -> None:
        """Say how many labels the marked class has, and ask what becomes of them."""
        index, project = self._marked(), self._controller.project
        self.problem.clear()
        if index is None:
            return
        if reason := why_not(project, index):
            self.problem.setText(reason)
            return
        labels = len(labelled_with(project, index))
        self.sentence.setText(removal_text(project.classes.names[index], labels))
        self._heirs.setVisible(labels > 0)
        self.heir.clear()
        for other, name in enumerate(project.classes.names):
            if other != index and other not in project.classes.removed:
                self.heir.addItem(tr("the class {name}", name=name), str(other))
        self.heir.addItem(tr("the answer Unsure"), UNSURE)
        self.question.show()
        self.keep.setFocus()

    def remove(self) -> None:
        """Remove the marked class; its images get what was chosen."""
        index, heir = self._marked(), self.heir.currentData()
        if index is not None:
            self._controller.setup.remove_class(index, None if heir == UNSURE else int(heir))


def removal_text(name: str, labels: int) -> str:
    """Say what removing a class would do."""
    if not labels:
        return tr("No image has the class {name}. Remove it?", name=name)
    return tr_count(
        "{count} image has the class {name}. It keeps its place in the history; what is it now?",
        "{count} images have the class {name}. They keep their history; what are they now?",
        labels,
        name=name,
    )
