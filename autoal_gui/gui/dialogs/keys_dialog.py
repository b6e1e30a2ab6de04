"""Choosing other keys for classes and commands."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import tr
from autoal_gui.gui import keys
from autoal_gui.gui.keys import KeyMap, class_keys, command_keys, conflict
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.sizes import fitting
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import TITLE, set_property

TARGET = Qt.ItemDataRole.UserRole
Target = int | str
"""A class index, or the name of a command."""


class KeysDialog(QDialog):
    """Lists everything that has a key; a new one is pressed, and kept at once."""

    changed = Signal(object)
    """The `KeyMap` from now on."""

    def __init__(
        self, actions: Actions, classes: tuple[str, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._commands, self._menus = actions.commands, actions.menus
        self._classes = classes
        self.setWindowTitle(tr("Change keys"))
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels([tr("What"), tr("Key")])
        self.tree.setRootIsDecorated(False)
        self.tree.setAccessibleName(tr("Commands with a key"))
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.edit = QKeySequenceEdit()
        self.edit.setMaximumSequenceLength(1)
        self.edit.setAccessibleName(tr("New key"))
        self.take = QPushButton(tr("Use this key"))
        self.reset = QPushButton(tr("Usual key"))
        self.reset_all = QPushButton(tr("All usual keys"))
        for button in (self.take, self.reset, self.reset_all):
            button.setAutoDefault(False)
        self.sentence = text_label()
        self._lay_out()
        self.tree.currentItemChanged.connect(self._on_row)
        self.tree.itemActivated.connect(self._ask)
        self.take.clicked.connect(self._take)
        self.reset.clicked.connect(self._reset)
        self.reset_all.clicked.connect(self._reset_all)
        self._fill()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(text_label(tr("New key:"), wrap=False))
        row.addWidget(self.edit, 1)
        choices = QHBoxLayout()  # below: beside the field its words would be cut
        choices.addStretch(1)
        choices.addWidget(self.take)
        choices.addWidget(self.reset)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.reset_all, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 12)
        column.setSpacing(10)
        column.addWidget(text_label(tr("Change keys"), size=TITLE, bold=True))
        column.addWidget(self.tree, 1)
        column.addLayout(row)
        column.addLayout(choices)
        column.addWidget(self.sentence)
        column.addWidget(buttons)
        line = self.fontMetrics().height()
        self.resize(fitting(self, QSize(36 * line, 38 * line)))

    # -- what is listed -----------------------------------------------------------------------

    def _fill(self, wanted: Target | None = None) -> None:
        """List everything anew; the row of `wanted` is current."""
        self.tree.clear()
        rows = zip(class_keys(len(self._classes)), self._classes, strict=True)
        self._add_group(
            tr("Classes"), [(n, name, key.upper()) for n, (key, name) in enumerate(rows)]
        )
        for menu in self._menus:
            own = [c for c in self._commands if c.menu == menu]
            self._add_group(
                tr(menu),
                [(c.name, tr(c.text), native_keys(command_keys(c.name, c.keys))) for c in own],
            )
        self.tree.expandAll()
        for item in self._items():
            if item.data(0, TARGET) == wanted or wanted is None:
                self.tree.setCurrentItem(item)
                break

    def _add_group(self, title: str, rows: list[tuple[Target, str, str]]) -> None:
        if not rows:
            return
        group = QTreeWidgetItem(self.tree, [title])
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        font = group.font(0)
        font.setBold(True)
        group.setFont(0, font)
        for target, words, key in rows:
            item = QTreeWidgetItem(group, [words, key or "–"])
            item.setData(0, TARGET, target)

    def _items(self) -> list[QTreeWidgetItem]:
        groups = [self.tree.topLevelItem(n) for n in range(self.tree.topLevelItemCount())]
        rows = [group.child(n) for group in groups if group for n in range(group.childCount())]
        return [row for row in rows if row is not None]

    def select(self, target: Target) -> None:
        """Choose what gets another key."""
        self._fill(target)

    def _target(self) -> Target | None:
        item = self.tree.currentItem()
        found: Target | None = item.data(0, TARGET) if item else None
        return found

    # -- what is changed ----------------------------------------------------------------------

    def _on_row(self) -> None:
        self.edit.clear()
        self._say("")
        chosen = self._target() is not None
        for widget in (self.edit, self.take, self.reset):
            widget.setEnabled(chosen)

    def _ask(self) -> None:
        self.edit.setFocus()

    def _take(self) -> None:
        target = self._target()
        key = self.edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        sentence = conflict(key, self._others(target))
        if sentence or target is None:
            self._say(sentence, "danger")
        elif isinstance(target, int):
            self._change(keys.in_use().with_class(target, key.lower()))
        else:
            self._change(keys.in_use().with_command(target, (key,)))

    def _others(self, target: Target | None) -> list[tuple[str, str]]:
        """Return (key, what it does) of everything but the row that is changed."""
        rows = enumerate(zip(class_keys(len(self._classes)), self._classes, strict=True))
        found = [(key, name) for index, (key, name) in rows if index != target]
        for command in self._commands:
            if command.name != target:
                own = command_keys(command.name, command.keys)
                found += [(key, tr(command.text)) for key in own]
        return found

    def _reset(self) -> None:
        target = self._target()
        if isinstance(target, int):
            self._change(keys.in_use().with_class(target, ""))
        elif target is not None:
            usual = next(command.keys for command in self._commands if command.name == target)
            taken = [sentence for key in usual if (sentence := conflict(key, self._others(target)))]
            if taken:
                self._say(taken[0], "danger")
            else:
                self._change(keys.in_use().with_command(target, None))

    def _reset_all(self) -> None:
        self._change(KeyMap())

    def _change(self, key_map: KeyMap) -> None:
        target = self._target()
        self.changed.emit(key_map)
        self._fill(target)
        self._say(tr("Changed; it applies from now on."))

    def _say(self, sentence: str, role: str = "muted") -> None:
        self.sentence.setText(sentence)
        set_property(self.sentence, "role", role)


def native_keys(own: tuple[str, ...]) -> str:
    """Return keys as the system writes them, in the user's language."""
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(QKeySequence(key).toString(native) for key in own)
