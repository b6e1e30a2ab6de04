"""A button that adds the images selected on the page Predict to the open project."""

from collections.abc import Collection, Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton, QWidget

from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.core.project.files.new_images import NO_FOLDERS
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import SMALL
from autoal_gui.sources.opening import FILES

TIP = mark(
    "They are added to the images that can be asked for, never to the evaluation set, and stay "
    "where they are; the model then learns from your labels"
)
NO_PROJECT = mark("Open the project first that these images are to be added to.")
NO_FOLDER = mark("Only images of a folder can be added to a project.")


class SendButton(QPushButton):
    """Says how many images are selected, and adds them; `reason` says why it cannot."""

    said = Signal(str)
    """Why none was added."""

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._folder: Path | None = None
        self._keys: frozenset[str] = frozenset()
        self._sends = False
        self.reason = text_label(role="muted", size=SMALL)  # below it: why it is grey
        self.reason.hide()
        self.clicked.connect(self._send)
        controller.adding.not_found.connect(self._on_not_found)
        controller.adding.added.connect(self._on_added)

    def show_selection(
        self, spec: SourceSpec | None, keys: Sequence[str], known: Collection[str] = ()
    ) -> None:
        """Offer to add these images, by their keys in a set, but those that the project has."""
        chosen, keys = len(keys), [key for key in keys if key not in known]
        is_folder = spec is not None and spec.kind in FILES
        self._folder = Path(spec.location) if spec is not None and is_folder else None
        self._keys = frozenset(keys)
        if chosen and not keys:
            self.setText(
                tr_count(
                    "This image is in the project already",
                    "These images are in the project already",
                    chosen,
                )
            )
            self.setToolTip("")
            self._show_reason("")
            self.setEnabled(False)
            return
        self.setText(
            tr_count(
                "Add {count} image to the project",
                "Add {count} images to the project",
                len(self._keys),
            )
        )
        why_not = self._why_not(is_folder=is_folder)
        self.setToolTip(tr(why_not or TIP))
        self._show_reason(tr(why_not) if why_not and keys else "")
        can = not why_not and self._folder is not None and self._folder.is_dir() and bool(keys)
        self.setEnabled(can and not self._sends)

    def _show_reason(self, words: str) -> None:
        self.reason.setText(words)
        self.reason.setVisible(bool(words))
        self.setAccessibleDescription(words)

    def _why_not(self, *, is_folder: bool) -> str:
        """Return why images cannot be added whichever are selected; "" where they can be."""
        if not self._controller.is_open:
            return NO_PROJECT
        if not is_folder:
            return NO_FOLDER
        own = self._controller.project.known.places[0].spec.kind
        return "" if own in FILES else NO_FOLDERS

    @Slot()
    def _send(self) -> None:
        if self._folder is not None:
            self._sends = True
            self.setEnabled(False)
            self._controller.adding.take(self._folder, self._keys)

    @Slot(str)
    def _on_not_found(self, sentence: str) -> None:
        if self._sends:
            self._sends = False
            self.setEnabled(True)
            self.said.emit(sentence)

    @Slot()
    def _on_added(self) -> None:
        self._sends = False
