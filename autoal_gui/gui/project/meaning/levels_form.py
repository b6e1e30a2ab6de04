"""The levels of a set's folders as a small tree, and the choice what each of them means."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QWidget

from autoal_gui.core.language import mark, number, tr
from autoal_gui.core.sets.layout import Layout, file_of
from autoal_gui.core.system.natural_order import natural
from autoal_gui.gui.widgets.cards import empty
from autoal_gui.gui.widgets.inputs import combo, translated
from autoal_gui.gui.widgets.text import plain_tip, text_label
from autoal_gui.sources.understanding.set_options import SetMeaning

MEANINGS: dict[str, str] = {
    "": mark("Nothing"),
    "split": mark("Training, validation or test"),
    "class": mark("Class"),
    "group": mark("Patient or group"),
}
SHOWN = 4  # names of a level
TIP = 30  # names of a level in its tip
LONGEST = 24  # characters of a name
INDENT = 2  # lines of text that a level stands further in


class LevelsForm(QWidget):
    """A row for each level: some of its names, and what they mean."""

    changed = Signal(object)
    """The `SetMeaning` that the user wants."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.boxes: dict[int, QComboBox] = {}
        self.meaning = SetMeaning()
        """What holds, or was wanted last."""
        self._levels: Mapping[int, Counter[str]] = {}
        self._files: Counter[str] = Counter()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(0, 1)

    def show_levels(self, levels: Mapping[int, Counter[str]], keys: Sequence[str]) -> None:
        """Show the levels of a set, and some files; the meaning is shown by `show_meaning`.

        Args:
            levels: see `folder_levels`.
            keys: of the images.
        """
        files = Counter(dict.fromkeys((_name(key) for key in keys[:SHOWN]), 1))
        if (levels, files) != (self._levels, self._files):
            self._levels, self._files = levels, files
            self._make_rows()

    def show_meaning(self, meaning: SetMeaning) -> None:
        """Show what the levels mean."""
        self.meaning = meaning
        for level, box in self.boxes.items():
            box.blockSignals(True)
            box.setCurrentIndex(box.findData(_meaning(meaning.layout, level)))
            box.blockSignals(False)

    def _make_rows(self) -> None:
        empty(self._grid)
        self.boxes = {}
        for row, (level, names) in enumerate(self._levels.items()):
            words = tr("Level {level}: {names}", level=number(level), names=names_text(names))
            label = self._line(words, level)
            label.setToolTip(plain_tip("\n".join(_ordered(names)[:TIP])))
            box = combo(words, translated(MEANINGS), "")
            box.currentIndexChanged.connect(self._on_choice)
            self.boxes[level] = box
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(box, row, 1)
        if self._levels:
            words = tr("Files: {names} …", names=names_text(self._files))
            label = self._line(words, max(self._levels) + 1)
            label.setProperty("role", "muted")
            self._grid.addWidget(label, len(self._levels), 0, 1, 2)

    def _line(self, words: str, level: int) -> QLabel:
        label = text_label(f"└ {words}" if level > 1 else words)
        label.setIndent(INDENT * max(0, level - 2) * self.fontMetrics().height() + 4)
        return label

    @Slot()
    def _on_choice(self) -> None:
        box = self.sender()
        level = next(level for level, one in self.boxes.items() if one is box)
        chosen, now = self.boxes[level].currentData(), self.meaning.layout
        layout = replace(
            now,
            split_level=_moved(now.split_level, level, chosen == "split"),
            class_level=_moved(now.class_level, level, chosen == "class"),
            group_level=_moved(now.group_level, level, chosen == "group"),
        )
        columns = self.meaning.columns
        if chosen == "group":  # nothing else says any more what belongs together
            layout = replace(layout, group_pattern="")
            columns = replace(columns, group="")
        self.changed.emit(replace(self.meaning, layout=layout, columns=columns))


def _moved(now: int, level: int, chosen: bool) -> int:
    """Return the level of a meaning after one level was given it, or another one."""
    if chosen:
        return level
    return 0 if now == level else now


def _meaning(layout: Layout, level: int) -> str:
    meanings = {
        layout.group_level: "group",
        layout.class_level: "class",
        layout.split_level: "split",
    }
    return meanings.get(level, "")


def _name(key: str) -> str:
    return file_of(key).rpartition("/")[2]


def _ordered(names: Counter[str]) -> list[str]:
    return sorted(names, key=natural)


def names_text(names: Counter[str]) -> str:
    """Name some folders of a level, and say how many there are if that is not all."""
    short = [n if len(n) <= LONGEST else f"{n[:LONGEST]}…" for n in _ordered(names)[:SHOWN]]
    shown = " · ".join(short)
    if len(names) <= SHOWN:
        return shown
    return tr("{names} … ({count} folders)", names=shown, count=number(len(names)))
