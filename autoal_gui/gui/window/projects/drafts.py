"""What was typed for a new project whose dialog was closed, kept until it is opened again."""

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QLineEdit

from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.language import mark, tr

if TYPE_CHECKING:
    from autoal_gui.gui.project.new_project import NewProjectDialog

KEPT = mark(
    "Name, folder and classes that you typed are kept until the program ends: open the same images "
    "again to go on."
)


@dataclass(frozen=True)
class Draft:
    """What a user typed; empty where nothing was."""

    name: str = ""
    place: str = ""
    classes: tuple[str, ...] = ()
    start_from: str = ""


class Drafts(QObject):
    """Keeps what was typed for each set of images, and puts it back."""

    told = Signal(str)
    """Something is kept, in one sentence."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._kept: dict[SourceSpec, Draft] = {}

    def follow(self, dialog: "NewProjectDialog", spec: SourceSpec) -> None:
        """Put back what is kept for a set, and keep what is typed from now on."""
        draft = self._kept.get(spec, Draft())
        if draft.name:
            _type(dialog.name, draft.name)
        if draft.place:
            _type(dialog.place.line, draft.place)
        if draft.start_from:
            dialog.start_from.line.setText(draft.start_from)
        given = _Typed(dialog, draft)
        dialog.importer.listed.connect(given.on_listed)
        dialog.meaning.reviewed.connect(given.on_listed)
        dialog.accepted.connect(partial(self._kept.pop, spec, None))
        dialog.rejected.connect(partial(self._keep, spec, given))

    def _keep(self, spec: SourceSpec, given: "_Typed") -> None:
        draft = given.draft()
        if draft == Draft():
            self._kept.pop(spec, None)
            return
        self._kept[spec] = draft
        self.told.emit(tr(KEPT))


class _Typed(QObject):
    """What of a dialog was typed, and did not come with the images."""

    def __init__(self, dialog: "NewProjectDialog", draft: Draft) -> None:
        super().__init__(dialog)
        self._dialog, self._draft = dialog, draft
        dialog.name.textEdited.connect(self._on_name)
        dialog.place.line.textEdited.connect(self._on_place)

    @Slot(str)
    def _on_name(self, name: str) -> None:
        self._draft = replace(self._draft, name=name)

    @Slot(str)
    def _on_place(self, place: str) -> None:
        self._draft = replace(self._draft, place=place)

    @Slot(object)
    def on_listed(self, found: object) -> None:
        """Put typed classes back once those that the images bring are there."""
        classes, typed = self._dialog.classes, self._draft.classes
        if self._dialog.listing is None or not typed:
            return
        self._draft = replace(self._draft, classes=())
        if len(typed) >= classes.fixed:
            classes.set_classes(typed, classes.fixed)

    def draft(self) -> Draft:
        """Return what has been typed or was put back."""
        dialog, classes = self._dialog, self._draft.classes
        if dialog.listing is not None:
            names = dialog.classes.names()
            classes = () if names == dialog.listing.classes else names
        return replace(self._draft, classes=classes, start_from=dialog.start_from.text)


def _type(line: QLineEdit, text: str) -> None:
    """Put text into a line as if it were typed: what depends on it follows."""
    line.setText(text)
    line.textEdited.emit(text)
