"""What a second reader does, one small method for each thing; blind to the first answers."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from autoal_gui.core.labels.journal import Action, Entry
from autoal_gui.core.labels.label_errors import table_of
from autoal_gui.core.language import tr
from autoal_gui.core.project.learned_classes import learned_classes
from autoal_gui.core.readers.double_reading import Reading, Which, begin, candidates
from autoal_gui.gui.session.open_project import OpenProject
from autoal_gui.gui.session.part import Part


class SecondReading(Part):
    """The second reading in work. It writes second answers alone, never the project's own."""

    changed = Signal()
    """Another image, or another answer."""

    def __init__(self, opened: OpenProject, parent: QObject | None = None) -> None:
        super().__init__(opened, parent)
        self._reading: Reading | None = None
        self._shown: int | None = None

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
        return self._reading.done(self._project.labels.journal) if self._reading else 0

    def entry(self) -> Entry | None:
        """Return this reader's answer to the image on screen."""
        reading = self._reading
        if reading is None or self._shown is None:
            return None
        journal = self._project.labels.journal
        return journal.second_answers(reading.annotator).get(self._shown)

    def choices(self) -> dict[Which, tuple[int, ...]]:
        """Return the images that each choice offers to a second reader."""
        project = self._project
        journal = project.labels.journal
        table = table_of(
            journal,
            project.pool.images,
            project.rounds.predictions(),
            len(project.classes.names),
            learned_classes(project),
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
        project = self._project
        journal = project.labels.journal
        return tuple(one for one in project.readings.all() if one.current(journal) is not None)

    def begin(self, annotator: str, images: Sequence[int], share: float) -> bool:
        """Draw images for a second reader and show the first; say whether there are any."""
        project = self._project
        journal = project.labels.journal
        # Whoever gave the first answer is no second reader of that image.
        own = {image for image, e in journal.readings.items() if e.annotator == annotator}
        read = own.union(journal.second_answers(annotator))
        seed, groups = project.settings.run.seed, project.pool.groups
        reading = begin(annotator, images, share, seed, read, groups)
        if not reading.images:
            self.notice.emit(tr("{name} has answered all of these images.", name=annotator))
            return False
        saved = self.attempt(lambda: project.readings.save(reading))
        if saved:
            self.go_on(reading)
        return saved

    def go_on(self, reading: Reading) -> None:
        """Take up a reading where it was left."""
        self._reading = reading
        self._show(reading.current(self._project.labels.journal))

    def answer(self, action: Action, class_index: int | None = None) -> None:
        """Commit the second reader's answer and show the next image."""
        reading, image = self._reading, self._shown
        if reading is None or image is None:
            return
        project = self._project
        give = partial(project.labels.answer, purpose="second", annotator=reading.annotator)
        if self.attempt(lambda: give(image, action, class_index)):
            self._show(reading.current(project.labels.journal))

    def undo(self) -> None:
        """Take back the reader's last answer and show its image."""
        reading = self._reading
        if reading is None:
            return
        project = self._project
        last = project.labels.journal.undoable_of(reading.annotator)
        if last is None or last.image_id not in reading.images:
            self.notice.emit(tr("There is no answer to take back."))
            return
        if self.attempt(lambda: project.labels.undo(reading.annotator)):
            self._show(last.image_id)

    def redo(self) -> None:
        """Restore the reader's answer taken back last."""
        reading = self._reading
        if reading is None:
            return
        project = self._project
        if project.labels.journal.redoable_of(reading.annotator) is None:
            self.notice.emit(tr("There is no answer to restore."))
        elif self.attempt(lambda: project.labels.redo(reading.annotator)):
            self._show(reading.current(project.labels.journal))

    def step(self, by: int) -> None:
        """Show the image before or after, no further than the first without an answer."""
        reading = self._reading
        if reading is None:
            return
        images, journal = reading.images, self._project.labels.journal
        first = reading.current(journal)
        end = len(images) if first is None else images.index(first)
        place = images.index(self._shown) if self._shown in images else len(images)
        place = max(0, min(end, place + by))
        self._show(images[place] if place < len(images) else None)

    def _show(self, image: int | None) -> None:
        self._shown = image
        self.changed.emit()

    def reset(self) -> None:
        """Leave the reading; it can be taken up again."""
        self._reading, self._shown = None, None
