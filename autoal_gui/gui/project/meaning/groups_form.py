"""Where patients, or other groups that must stay together, are known from."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFormLayout, QVBoxLayout, QWidget

from autoal_gui.core.errors import SourceError
from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.core.sets.layout import Layout, file_of
from autoal_gui.core.sets.name_pattern import (
    FIRST_NUMBER,
    FIRST_PART,
    LAST_PART,
    checked_pattern,
    suggested_pattern,
)
from autoal_gui.gui.project.meaning.levels_form import names_text
from autoal_gui.gui.project.meaning.set_review import Review
from autoal_gui.gui.widgets.inputs import EntryLine, combo, translated
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import set_property
from autoal_gui.sources.understanding.set_options import SetMeaning

OWN = "own"
PATTERNS: dict[str, str] = {
    LAST_PART: mark("All before the last part: patient7_03.png gives patient7"),
    FIRST_PART: mark("The first part: patient7_left_03.png gives patient7"),
    FIRST_NUMBER: mark("The first number: scan7b.png gives 7"),
    OWN: mark("A pattern of my own (a regular expression)"),
}
PREVIEWED = 5  # names in which a pattern is tried
PAUSE = 500  # milliseconds without a key after which a pattern is taken as typed
NO_GROUPS = mark(
    "Every image stands alone. If there are several of one patient, numbers will look better than "
    "they are for new patients."
)


class GroupsForm(QWidget):
    """One choice, and for names of files the part of the name that counts."""

    changed = Signal(object)
    """The `SetMeaning` that the user wants."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.meaning = SetMeaning()
        """What holds, or was wanted last."""
        self._keys: tuple[str, ...] = ()
        self._have_own = False
        self.source = combo(tr("Patients or groups"), {}, "")
        self.part = combo(tr("Part of the name"), translated(PATTERNS), LAST_PART)
        self.pattern = EntryLine()
        self.pattern.setAccessibleName(tr("Pattern"))
        self.preview = text_label(role="muted")
        self.note = text_label(role="muted")
        self._form = QFormLayout()
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.addRow(self.source.accessibleName(), self.source)
        self._form.addRow(self.part.accessibleName(), self.part)
        self._form.addRow(self.pattern.accessibleName(), self.pattern)
        column = QVBoxLayout(self)  # a form would give lines that wrap more height than they need
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._form)
        column.addWidget(self.preview)
        column.addWidget(self.note)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._take_pattern)
        self.source.currentIndexChanged.connect(self._on_source)
        self.part.currentIndexChanged.connect(self._on_part)
        self.pattern.textEdited.connect(self._on_typed)
        self.pattern.entered.connect(self._take_pattern)

    def show_review(self, found: Review) -> None:
        """Show from where the groups of a set are known."""
        self.meaning = found.meaning
        self._keys = tuple(image.key for image in found.listing.images)
        columns = found.table.columns if found.table is not None else ()
        self._have_own = any(image.own_group for image in found.listing.images)
        self._fill_sources(found.levels, columns)
        groups = {image.group for image in found.listing.images} - {""}
        self._show(len(groups), sum(not image.group for image in found.listing.images))

    def _fill_sources(self, levels: Mapping[int, Counter[str]], columns: Sequence[str]) -> None:
        entries = {"": tr("Not known")}
        if self._have_own:
            entries["own"] = tr("What the files say: the patient, or else the study")
        entries["names"] = tr("Names of the files")
        for level, names in levels.items():
            words = tr("Folders of level {level}: {names}", level=level, names=names_text(names))
            entries[f"level:{level}"] = words
        for name in columns:
            entries[f"column:{name}"] = tr("Column {name} of the table", name=name)
        self.source.blockSignals(True)
        self.source.clear()
        for value, words in entries.items():
            self.source.addItem(words, value)
        self.source.setCurrentIndex(
            max(0, self.source.findData(_source(self.meaning, self._have_own)))
        )
        self.source.blockSignals(False)

    def _show(self, groups: int, alone: int) -> None:
        pattern = self.meaning.layout.group_pattern
        named = _source(self.meaning, self._have_own) == "names"
        own = named and pattern not in PATTERNS
        if not self.pattern.hasFocus():
            self.pattern.setText(pattern)
            self.part.blockSignals(True)
            self.part.setCurrentIndex(self.part.findData(OWN if own else pattern))
            self.part.blockSignals(False)
        self._form.setRowVisible(self.part, named)
        self._form.setRowVisible(self.pattern, named and self.part.currentData() == OWN)
        self.preview.setVisible(named)
        self._preview(self.pattern.text() if named else "")
        words = tr_count("{count} group", "{count} groups", groups)
        if groups and alone:
            rest = tr_count("{count} image stands alone", "{count} images stand alone", alone)
            words = f"{words}, {rest}"
        self.note.setText(f"{words}." if groups else tr(NO_GROUPS))

    # -- what the user chooses ----------------------------------------------------------------

    @Slot()
    def _on_source(self) -> None:
        kind, _, which = str(self.source.currentData()).partition(":")
        layout, columns = self.meaning.layout, replace(self.meaning.columns, group="")
        if kind == "column":
            columns = replace(columns, group=which)
        elif kind == "level":
            layout = replace(layout, group_level=int(which), group_pattern="")
        elif kind == "names":
            pattern = layout.group_pattern or suggested_pattern(self._keys) or LAST_PART
            layout = replace(layout, group_level=0, group_pattern=pattern)
        else:
            layout = replace(layout, group_level=0, group_pattern="")
        meaning = replace(self.meaning, layout=layout, columns=columns, own_groups=kind != "")
        self.changed.emit(meaning)

    def _want_pattern(self, pattern: str) -> None:
        layout = replace(self.meaning.layout, group_pattern=pattern)
        self.changed.emit(replace(self.meaning, layout=layout))

    @Slot()
    def _on_part(self) -> None:
        chosen = self.part.currentData()
        own = chosen == OWN
        self._form.setRowVisible(self.pattern, own)
        if own:
            self.pattern.setFocus()
            self.pattern.selectAll()
        else:
            self.pattern.setText(chosen)
            self._preview(chosen)
            self._want_pattern(chosen)

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self._preview(text)
        self._pause.start()

    @Slot()
    def _take_pattern(self) -> None:
        self._pause.stop()
        pattern = self.pattern.text()
        if pattern and self._is_sound(pattern):
            self._want_pattern(pattern)

    def _is_sound(self, pattern: str) -> bool:
        try:
            checked_pattern(pattern)
        except SourceError:
            return False
        return True

    def _preview(self, pattern: str) -> None:
        """Show what a pattern finds in the first names."""
        try:
            layout = Layout(group_pattern=checked_pattern(pattern))
            files = [file_of(key) for key in self._keys[:PREVIEWED]]
            groups = [layout.group_of(file) for file in files]
        except SourceError as error:
            self.preview.setText(str(error))
            set_property(self.preview, "role", "danger")
            return
        lines = []
        for file, found in zip(files, groups, strict=True):
            name = file.rpartition("/")[2]
            lines.append(tr("{name} gives {group}", name=name, group=found) if found
                         else tr("{name} gives nothing", name=name))  # fmt: skip
        self.preview.setText("\n".join(lines))
        set_property(self.preview, "role", "muted")


def _source(meaning: SetMeaning, have_own: bool) -> str:
    """Return the choice that a meaning stands for, in a set whose files tell groups or do not."""
    if meaning.table and meaning.columns.group:
        return f"column:{meaning.columns.group}"
    if meaning.layout.group_pattern:
        return "names"
    if meaning.layout.group_level:
        return f"level:{meaning.layout.group_level}"
    return "own" if have_own and meaning.own_groups else ""
