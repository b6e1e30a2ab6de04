"""What a second reader does, one small method for each thing; blind to the first answers."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.labels.journal import Action, Entry
from autoal_gui.core.labels.label_errors import table_of
from autoal_gui.core.language import tr
from autoal_gui.core.readers.double_reading import Reading, Which, begin, candidates
from autoal_gui.gui.session.controller import Controller


class Readings(QObject):
    """The second reading in work. It writes second answers alone, never the project's own."""

    changed = Signal()
    """Another image, or another answer."""

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._reading: Reading | None = None
        self._shown: int | None = None
        controller.project_closed.connect(self._leave)

    @property
    def reading(self) -> Reading | None:
        """The reading in work."""
        return self._reading

    @property
    def current(self) -> int | None:
        """The image on screen."""
        return self._shown

    @property
    def upcoming(self) -> Sequence[int]:
        """The images after the one on screen."""
        images = self._reading.images if self._reading else ()
        place = images.index(self._shown) + 1 if self._shown in images else len(images)
        return images[place:]

    @property
    def done(self) -> int:
        """How many images of the reading have an answer."""
        return self._reading.done(self._controller.project.labels.journal) if self._reading else 0

    def entry(self) -> Entry | None:
        """Return this reader's answer to the image on screen."""
        reading = self._reading
        if reading is None or self._shown is None:
            return None
        journal = self._controller.project.labels.journal
        return journal.second_answers(reading.annotator).get(self._shown)

    def choices(self) -> dict[Which, tuple[int, ...]]:
        """Return the images that each choice offers to a second reader."""
        project = self._controller.project
        journal = project.labels.journal
        table = table_of(
            journal, project.pool.images, project.rounds.predictions(), len(project.classes.names)
        )
        suspicious = set(table.ids[table.suspicious].tolist())
        return {
            "share": candidates(journal, "share"),
            "all": candidates(journal, "all"),
            "flagged": candidates(journal, "flagged"),
            "suspicious": candidates(journal, "suspicious", suspicious),
        }

    def open_readings(self) -> tuple[Reading, ...]:
        """Return the readings that were begun and not finished."""
        project = self._controller.project
        journal = project.labels.journal
        return tuple(one for one in project.readings.all() if one.current(journal) is not None)

    def begin(self, annotator: str, images: Sequence[int], share: float) -> bool:
        """Draw images for a second reader and show the first; say whether there are any."""
        project = self._controller.project
        journal = project.labels.journal
        # Whoever gave the first answer is no second reader of that image.
        own = {image for image, e in journal.readings.items() if e.annotator == annotator}
        read = own.union(journal.second_answers(annotator))
        reading = begin(annotator, images, share, project.settings.run.seed, read)
        if not reading.images:
            self._controller.notice.emit(
                tr("{name} has answered all of these images.", name=annotator)
            )
            return False
        project.readings.save(reading)
        self.go_on(reading)
        return True

    def go_on(self, reading: Reading) -> None:
        """Take up a reading where it was left."""
        self._reading = reading
        self._show(reading.current(self._controller.project.labels.journal))

    def answer(self, action: Action, class_index: int | None = None) -> None:
        """Commit the second reader's answer and show the next image."""
        reading, image = self._reading, self._shown
        if reading is None or image is None:
            return
        project = self._controller.project
        try:
            project.labels.answer(
                image, action, class_index, purpose="second", annotator=reading.annotator
            )
        except AutoALError as error:
            self._controller.failed.emit(str(error), "")
            return
        self._show(reading.current(project.labels.journal))

    def undo(self) -> None:
        """Take back the reader's last answer and show its image."""
        reading = self._reading
        if reading is None:
            return
        project = self._controller.project
        last = project.labels.journal.undoable_of(reading.annotator)
        if last is None or last.image_id not in reading.images:
            self._controller.notice.emit(tr("There is no answer to take back."))
            return
        project.labels.undo(reading.annotator)
        self._show(last.image_id)

    def redo(self) -> None:
        """Restore the reader's answer taken back last."""
        reading = self._reading
        if reading is None:
            return
        project = self._controller.project
        if project.labels.redo(reading.annotator) is None:
            self._controller.notice.emit(tr("There is no answer to restore."))
            return
        self._show(reading.current(project.labels.journal))

    def step(self, by: int) -> None:
        """Show the image before or after, no further than the first without an answer."""
        reading = self._reading
        if reading is None:
            return
        images, journal = reading.images, self._controller.project.labels.journal
        first = reading.current(journal)
        end = len(images) if first is None else images.index(first)
        place = images.index(self._shown) if self._shown in images else len(images)
        place = max(0, min(end, place + by))
        self._show(images[place] if place < len(images) else None)

    def _show(self, image: int | None) -> None:
        self._shown = image
        self.changed.emit()

    def _leave(self) -> None:
        self._reading, self._shown = None, None
