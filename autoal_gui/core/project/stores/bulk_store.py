"""What is confirmed in bulk in a project: the check that it rests on, and what it teaches."""

from collections import Counter
from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt

from autoal_gui.core.database.round_rows import Suggestion
from autoal_gui.core.database.setting_rows import SettingRows
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.labels.bulk import Check, SureImages, checks_of, part_of
from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.project.stores import stored_settings as stored
from autoal_gui.core.project.stores.class_rows import ClassRows
from autoal_gui.core.project.stores.image_checks import ImageChecks
from autoal_gui.core.project.stores.image_files import ImageFiles
from autoal_gui.core.project.stores.label_store import LabelStore


class BulkStore:
    """Labels that were confirmed in bulk; they measure nothing, and teach while they hold."""

    def __init__(
        self,
        rows: SettingRows,
        pool: ImagePool,
        labels: LabelStore,
        checks: ImageChecks,
        files: ImageFiles,
        classes: ClassRows,
    ) -> None:
        self._rows, self._pool, self._labels = rows, pool, labels
        self._unusable, self._files, self._classes = checks, files, classes

    # -- what there is ------------------------------------------------------------------------

    @property
    def limit(self) -> float:
        """The share of wrong labels above which nothing is confirmed, in (0, 1)."""
        return self._rows.get(stored.BULK_LIMIT)

    @limit.setter
    def limit(self, limit: float) -> None:
        asked, number = self.check.whole.asked, len(self._begun)
        if asked:
            moved = self._rows.get(stored.MOVED_LIMIT)
            before = moved[1] if moved is not None and moved[0] == number else self.limit
            self._rows.put(stored.MOVED_LIMIT, (number, before, asked))  # first: else it is lost
        self._rows.put(stored.BULK_LIMIT, limit)

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every check that was begun; labels rest on the last from now on."""
        begun = self._begun
        *earlier, last = checks_of(self._labels.journal.checks, begun, self.limit)
        moved = self._rows.get(stored.MOVED_LIMIT)
        if moved is not None and moved[0] == len(begun):
            last = last.with_limit_after(moved[1], moved[2])
        return (*earlier, last)

    @property
    def check(self) -> Check:
        """The check that goes on."""
        return self.checks[-1]

    @property
    def checked_in(self) -> int:
        """The last round before which an image of this check was read alone; 0 where none was."""
        begun = self._begun
        read = (e for e in self._labels.journal.checks if part_of(e, begun) == len(begun))
        return max((entry.round_number for entry in read), default=0)

    @property
    def confirmed(self) -> Mapping[int, Entry]:
        """The answers that were confirmed in bulk and stand, by image id."""
        return self._labels.journal.confirmed

    @property
    def resting(self) -> dict[int, int]:
        """How many of them, by class, rest on the check that goes on."""
        begun = self._begun
        return Counter(
            e.class_index
            for e in self.confirmed.values()
            if e.class_index is not None and part_of(e, begun) == len(begun)
        )

    def training(self) -> tuple[tuple[int, int], ...]:
        """Return (image id, class index) of those that are learned from, ascending by id.

        They are those whose check holds, for their class too.
        """
        begun, checks, images = self._begun, self.checks, self._pool.images
        return tuple(
            (image_id, entry.class_index)
            for image_id, entry in sorted(self.confirmed.items())
            if entry.class_index is not None
            and images[image_id].split == "pool"
            and checks[part_of(entry, begun)].verdict_of(entry.class_index) == "holds"
            and self._files.hash_labelled(entry) is None
        )

    @property
    def _begun(self) -> tuple[int, ...]:
        return self._rows.get(stored.BULK_CHECKS)

    # -- what is offered ----------------------------------------------------------------------

    @property
    def drawn(self) -> Mapping[int, Suggestion]:
        """The images that were drawn last, with what the model made of each then."""
        images, classes = self._pool.images, len(self._classes.names)
        return {
            image_id: Suggestion(class_index, confidence)
            for image_id, class_index, confidence in self._rows.get(stored.DRAWN)
            if image_id in images and class_index < classes
        }

    @property
    def readable_drawn(self) -> tuple[int, ...]:
        """Those of them whose files can be read, in the order asked."""
        return tuple(i for i in self.drawn if i not in self._unusable.unusable)

    @property
    def waiting(self) -> tuple[int, ...]:
        """Those of these that are still without an answer."""
        answers = self._labels.answers
        return tuple(i for i in self.readable_drawn if i not in answers)

    def draw(self, images: Mapping[int, Suggestion]) -> None:
        """Remember which images are read alone next.

        Raises:
            ProjectError: it could not be saved.
        """
        answers = self._labels.answers
        waiting = {i: one for i, one in self.drawn.items() if i not in answers} | dict(images)
        rows = ((i, one.class_index, one.confidence) for i, one in waiting.items())
        self._rows.put(stored.DRAWN, tuple(rows))

    @property
    def taken_out(self) -> frozenset[int]:
        """Images that the reader did not confirm as the model's class; they are asked singly."""
        taken_out: tuple[int, ...] = self._rows.get(stored.TAKEN_OUT)
        return frozenset(taken_out)

    def sure_of(
        self,
        ids: npt.NDArray[np.int64],
        class_index: npt.NDArray[np.int64],
        certainty: npt.NDArray[np.float64],
        seed: int,
        blind: Collection[int],
        shown: Collection[int] = (),
    ) -> SureImages:
        """Return the images that may be confirmed or read alone for it.

        Args:
            ids: (n,) images that the last model has predicted.
            class_index: (n,) the likeliest class of each.
            certainty: (n,) its probability.
            seed: of the lots.
            blind: images whose class the reader is to give without having seen the model's.
            shown: images that were on a page to confirm.
        """
        journal, images = self._labels.journal, self._pool.images
        seen = {i for i, entry in journal.first_answers.items() if entry.purpose != "confirm"}
        left_out = {*blind, *journal.answers, *seen, *self._unusable.unusable, *self.taken_out}
        here = np.array([i in images and images[i].split == "pool" for i in ids.tolist()], bool)
        here &= ~np.isin(class_index, np.fromiter(self._classes.removed, np.int64))
        return SureImages.of(
            ids[here], class_index[here], certainty[here].astype(np.float64), seed, left_out, shown
        )

    # -- what is done -------------------------------------------------------------------------

    def confirm(
        self, images: Mapping[int, Suggestion], taken_out: Collection[int], round_number: int
    ) -> None:
        """Give images the model's class, all or none; they are one step to take back.

        Args:
            images: what the model makes of each image that the reader saw and left in.
            taken_out: those that the reader took out: they are not offered again.
            round_number: of the round whose model said so.

        Raises:
            ProjectError: it could not be saved; nothing is confirmed.
        """
        if taken_out:
            self._rows.put(stored.TAKEN_OUT, tuple(sorted({*self.taken_out, *taken_out})))
        with self._labels.together():
            for image_id, suggestion in images.items():
                self._labels.answer(
                    image_id,
                    "label",
                    suggestion.class_index,
                    suggestion,
                    shown=True,
                    round_number=round_number,
                    purpose="confirm",
                )

    def withdraw(self) -> tuple[Entry, ...]:
        """Take back everything that was confirmed in bulk and stands, as one step; return it.

        Raises:
            ProjectError: it could not be saved; everything stands.
        """
        confirmed = self.confirmed
        if confirmed:
            with self._labels.together():
                for image_id, entry in confirmed.items():
                    self._labels.answer(image_id, "withdraw", withdraws=entry, purpose="confirm")
        return tuple(confirmed.values())

    def begin_anew(self, last: int) -> None:
        """Begin another check, which says nothing of the labels before it.

        Args:
            last: the sequence of the last line of the journal.

        Raises:
            ProjectError: it could not be saved.
        """
        self._rows.put(stored.BULK_CHECKS, (*self._begun, last))
