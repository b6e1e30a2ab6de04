"""Confirming in bulk: what the model is sure of, what is read alone first, and taking it back."""

from collections.abc import Collection, Sequence

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.database.round_rows import Suggestion
from autoal_gui.core.labels.bulk import Check, SureImages
from autoal_gui.core.labels.bulk_text import check_words, end_words, left_words, own_words
from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.language import mark, number, percent, tr
from autoal_gui.core.likeness.kept_predictions import read_predictions
from autoal_gui.gui.session.asked_images import AskedImages
from autoal_gui.gui.session.labelling import Labelling
from autoal_gui.gui.session.likeness.blindness import asked_blind
from autoal_gui.gui.session.open_project import OpenProject
from autoal_gui.gui.session.part import Part

ALL = -1  # in the place of a class: the check as a whole
FITTED = mark(
    "By the new limit of {limit} the check holds. But you set it after {asked} images had been "
    "read, so that it proves less than one set before. To be sure, begin another check."
)


class Confirming(Part):
    """Gives many images the class that the model is sure of, as long as the check of it holds."""

    told = Signal(str)
    """What is to be read until it is closed: the check does not hold any more."""
    all_read = Signal(str)
    """How the check stands, once the last image drawn by lot has been read."""
    judged_anew = Signal()
    """What was told of the check is true no more: by another limit, or since another began."""

    def __init__(
        self,
        opened: OpenProject,
        images: AskedImages,
        labelling: Labelling,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(opened, parent)
        self._images, self._labelling = images, labelling
        self._failing: frozenset[int] = frozenset()  # of the check that goes on
        self._read = 0  # answers that checked it

    def begin(self) -> None:
        """Take note of how the check of the project that has been opened stands."""
        self._failing, self._read = self._fails(), len(self._project.labels.journal.checks)

    # -- what there is ------------------------------------------------------------------------

    @property
    def check(self) -> Check:
        """The check that goes on."""
        return self._project.bulk.check

    @property
    def has_failed(self) -> bool:
        """Whether that fails for all classes together; known without counting, at every key."""
        return ALL in self._failing

    def sure(self) -> SureImages:
        """Return the images that the last model is sure of, as things are now.

        Left out are those that are to be read blind for another reason: of the batch, of a second
        reading, or drawn at random to measure.
        """
        project = self._project
        number, classes = project.rounds.last, len(project.classes.names)
        rows = read_predictions(project.workspace, number, classes) if number else None
        if rows is not None:
            ids, class_index = rows["image"], rows["class"].astype(np.int64)
            certainty = rows["certainty"].astype(np.float64)
        else:
            ids, class_index, certainty = self._ranked()
        drawn = {one.query.image_id for one in project.rounds.history() if one.query.audit}
        blind = asked_blind(project, self._images) | drawn
        seed, seen = project.settings.run.seed, self._images.seen
        return project.bulk.sure_of(ids, class_index, certainty, seed, blind, seen)

    def _ranked(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return what the project file itself keeps of the last model: the first of the ranking."""
        rounds = self._project.rounds
        found = {i: one for i in rounds.ranking if (one := rounds.suggestion(i)) is not None}
        return (
            np.array(list(found), np.int64),
            np.array([one.class_index for one in found.values()], np.int64),
            np.array([one.confidence for one in found.values()], np.float64),
        )

    def due(self, sure: SureImages, more: int, class_index: int | None) -> tuple[int, ...]:
        """Return the images to be read alone before so many more are confirmed as a class."""
        return sure.to_check(
            self.check, sum(self._project.bulk.resting.values()), more, class_index
        )

    def waiting(self, class_index: int | None, due: Collection[int]) -> tuple[int, ...]:
        """Return the images that were drawn and have to be answered before anything is confirmed.

        None where the check fails, and where it holds already without them.

        Args:
            class_index: as what images are to be confirmed; None where there are none.
            due: what is to be read alone before, going by the answers so far.
        """
        check = self.check
        ready = class_index is not None and check.verdict_of(class_index) == "holds" and not due
        return () if ready or check.verdict == "fails" else self._project.bulk.waiting

    def note_shown(self, images: Collection[int]) -> None:
        """Take note that the reader sees these as what the model is sure of."""
        self._images.seen.update(images)

    # -- what the reader does -----------------------------------------------------------------

    def read_alone(self, sure: SureImages, images: Sequence[int]) -> bool:
        """Put images to the reader alone, before all others; say whether that worked.

        None are drawn while others that were drawn still wait for their answers.
        """
        if self._project.bulk.waiting:
            return False
        classes = dict(zip(sure.ids.tolist(), sure.class_index.tolist(), strict=True))
        certainty = sure.certainties()
        return self._images.read_alone(
            {image: Suggestion(classes[image], certainty[image]) for image in images}
        )

    def confirm(
        self, sure: SureImages, class_index: int, images: Sequence[int], taken_out: Collection[int]
    ) -> bool:
        """Give images the model's class as one step; say whether that worked.

        Nothing is done where images are still to be read alone first, or the check does not hold.
        """
        holds = self.check.verdict_of(class_index) == "holds"
        if not holds or self.due(sure, len(images), class_index):
            return False
        certainty = sure.certainties()
        given = {image: Suggestion(class_index, certainty[image]) for image in images}
        project = self._project
        done = self.attempt(lambda: project.bulk.confirm(given, taken_out, project.rounds.last))
        if done:
            self._labelling.catch_up()
        return done

    def take_back_all(self) -> bool:
        """Take back everything that was confirmed in bulk, as one step; say whether that worked."""
        found: list[Entry] = []
        if not self.attempt(lambda: found.extend(self._project.bulk.withdraw())):
            return False
        self._images.bring_back(found)
        self._labelling.catch_up()
        return bool(found)

    def set_limit(self, limit: float) -> None:
        """Take another limit; what was confirmed is judged by it too."""
        bulk, failed = self._project.bulk, self._fails()
        if limit == bulk.limit or not self.attempt(lambda: setattr(bulk, "limit", limit)):
            return
        self.begin()
        self._lay_aside(failed)
        self.judged_anew.emit()
        if failed - self._failing:
            asked = number(self.check.whole.asked)
            self.told.emit(tr(FITTED, limit=percent(limit, 1), asked=asked))

    def begin_anew(self) -> None:
        """Begin another check; what was confirmed before goes on resting on its own."""
        entries = self._project.labels.entries()
        last = entries[-1].sequence if entries else 0
        if self.attempt(lambda: self._project.bulk.begin_anew(last)):
            self.begin()
            self.judged_anew.emit()

    # -- what the check says ------------------------------------------------------------------

    def _fails(self) -> frozenset[int]:
        """Return the classes of which the check fails, and `ALL` where it does as a whole."""
        check = self.check
        own = (c for c in check.classes if check.verdict_of(c) == "fails")
        return frozenset((*own, *([ALL] if check.verdict == "fails" else [])))

    def _lay_aside(self, before: frozenset[int]) -> None:
        """Put the images still to be read alone behind all others once their check has failed.

        Whoever keys on would else read for a check that is lost.
        """
        if ALL in self._failing - before and self._project.bulk.waiting:
            self._images.leave_alone()

    @Slot()
    def follow(self) -> None:
        """Say at once where an answer has shown that the labels do not hold."""
        if not self._opened.is_open or len(self._project.labels.journal.checks) == self._read:
            return
        before = self._failing
        self.begin()
        check, names = self.check, self._project.classes.names
        resting, news = self._project.bulk.resting, sorted(self._failing - before)
        waiting = len(self._project.bulk.waiting)
        self._lay_aside(before)
        if news:
            fails = check.verdict == "fails"
            own = (own_words(check, c, names[c], c in resting) for c in news)
            told = [check_words(check, bool(resting))] if fails else own
            self.told.emit(" ".join(filter(None, (*told, left_words(check, waiting)))))
        if not waiting:
            self.all_read.emit(end_words(check, names, resting))
