"""The answers of a project: each is committed before the call that gives it returns."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from autoal_gui.core.database.image_rows import read_truth
from autoal_gui.core.database.journal_rows import (
    first_broken,
    insert_entry,
    last_seal,
    read_entries,
    read_journal,
)
from autoal_gui.core.database.project_file import ProjectFile
from autoal_gui.core.database.round_rows import Suggestion, now
from autoal_gui.core.images.pool import HiddenTruth, ImagePool
from autoal_gui.core.images.source import Split
from autoal_gui.core.labels.journal import (
    OWN,
    Action,
    Entry,
    Journal,
    Purpose,
    together_at,
    turn_of,
)
from autoal_gui.core.labels.label_counts import LabelCounts
from autoal_gui.core.language import mark
from autoal_gui.core.project.stores.image_checks import ImageChecks
from autoal_gui.core.project.stores.image_files import ImageFiles
from autoal_gui.core.project.stores.project_settings import ProjectSettings

UNANSWERED = mark("The answer could not be saved; is the disk full or read-only?")
_UNWRITTEN = 0, ""  # the sequence and the time of an entry that is about to be written


class LabelStore:
    """Every answer ever given, what they add up to now, and the truth that is known beside them."""

    def __init__(
        self,
        file: ProjectFile,
        pool: ImagePool,
        settings: ProjectSettings,
        checks: ImageChecks,
        files: ImageFiles,
        last_round: Callable[[], int],
    ) -> None:
        """Replay the journal.

        Args:
            file: the open project file.
            pool: the images.
            settings: say who labels.
            checks: say which images nobody is asked for.
            files: say which answers were given to other pixels.
            last_round: returns the number of the last round that finished; 0 before the first.

        Raises:
            ProjectDamaged: an undo or redo of it is out of turn.
            sqlite3.Error: the file cannot be read.
        """
        self._file, self._pool, self._settings, self._checks = file, pool, settings, checks
        self._files, self._last_round = files, last_round
        self._moment = ""  # of answers that are given at once
        self._journal = read_journal(file.connection)
        self._counts = LabelCounts.of(self.answers, pool.images)
        self._own_truth = read_truth(file.connection, "evaluation")

    # -- what there is ------------------------------------------------------------------------

    @property
    def journal(self) -> Journal:
        """What the answers, flags, comments and readings add up to; for reading alone."""
        return self._journal

    @property
    def answers(self) -> Mapping[int, Entry]:
        """The answer that stands for each answered image id."""
        return self._journal.answers

    @property
    def counts(self) -> LabelCounts:
        """How many labels there are, without a look at each answer; for reading alone."""
        return self._counts

    @property
    def can_undo(self) -> bool:
        """Whether there is an answer to take back."""
        return self._journal.undoable is not None

    @property
    def can_redo(self) -> bool:
        """Whether there is an answer to restore."""
        return self._journal.redoable is not None

    def entries(self) -> tuple[Entry, ...]:
        """Return the whole journal, ascending by sequence."""
        with self._file.reading() as db:
            return tuple(read_entries(db))

    def entries_of(self, image_id: int) -> tuple[Entry, ...]:
        """Return what the journal says of one image, ascending by sequence."""
        with self._file.reading() as db:
            return tuple(read_entries(db, image_id))

    def first_broken_seal(self) -> int | None:
        """Return the first line of the journal that was changed from outside; None if none was."""
        with self._file.reading() as db:
            return first_broken(db)

    def training(self) -> tuple[tuple[int, int], ...]:
        """Return (image id, class index) of the labelled pool images, ascending by id.

        Without those confirmed in bulk: nothing is measured by them, see `BulkStore.training`.
        """
        return tuple(sorted(self.labelled("pool")))

    def labelled(self, split: Split) -> Iterator[tuple[int, int]]:
        """Yield (image id, class index) of images that a reader gave a class singly.

        In the order of the answers, and one by one: who needs a few stops after these.
        """
        images, files = self._pool.images, self._files
        for image_id, entry in self.answers.items():
            if entry.class_index is None or entry.purpose == "confirm":
                continue
            if images[image_id].split == split and files.hash_labelled(entry) is None:
                yield image_id, entry.class_index

    def evaluation(self) -> tuple[tuple[int, int], ...]:
        """Return (image id, class index) of the evaluation set: known truth, else answers."""
        truth, files = self._own_truth, self._files
        holds = {i: index for i, index in truth.items() if files.hash_of_truth(i) is None}
        return tuple(sorted({**holds, **dict(self.labelled("evaluation"))}.items()))

    def hash_labelled(self, image_id: int) -> str | None:
        """Return the SHA-256 of what an image's label was given to, if it shows another now."""
        answer = self.answers.get(image_id)
        if answer is not None:
            return self._files.hash_labelled(answer)
        return self._files.hash_of_truth(image_id) if image_id in self._own_truth else None

    def measuring(self, class_index: int) -> int:
        """Return how many images of the evaluation set are known to be of a class."""
        return sum(known == class_index for known in self._own_truth.values())

    def unanswered(self) -> tuple[int, ...]:
        """Return the pool images without an answer, ascending by id."""
        answers, unusable = self.answers, self._checks.unusable
        return tuple(i for i in self._pool.ids("pool") if i not in answers and i not in unusable)

    def unanswered_evaluation(self) -> tuple[int, ...]:
        """Return the evaluation images whose label must come from the annotator, ascending."""
        truth, answers, unusable = self._own_truth, self.answers, self._checks.unusable
        ids = self._pool.ids("evaluation")
        return tuple(i for i in ids if not (i in truth or i in answers or i in unusable))

    @property
    def waiting(self) -> int:
        """How many images still wait for an answer.

        Asked for several times after a key, so that no image is looked at by itself.
        """
        known, answers = self._own_truth.keys(), self.answers.keys()
        unusable = len(self._checks.unusable - known - answers)
        twice = len(known & answers) if known else 0
        return len(self._pool.images) - len(known) - len(answers) + twice - unusable

    def hidden_truth(self) -> HiddenTruth:
        """Return the known labels of the pool for a replay; each reachable only once asked for."""
        with self._file.reading() as db:
            known, files = read_truth(db, "pool"), self._files
        return HiddenTruth({i: n for i, n in known.items() if files.hash_of_truth(i) is None})

    # -- what is said -------------------------------------------------------------------------

    def answer(
        self,
        image_id: int,
        action: Action,
        class_index: int | None = None,
        suggestion: Suggestion | None = None,
        shown: bool = False,
        comment: str = "",
        round_number: int | None = None,
        purpose: Purpose = "answer",
        annotator: str = "",
        withdraws: Entry | None = None,
    ) -> Entry:
        """Commit one answer ("label", "unsure" or "skip") and return its entry.

        `round_number` is that of the last round when the image came on screen; by default the last.
        `annotator` is by default the project's. `withdraws` is the answer that "withdraw" takes
        back: it must stand.

        Raises:
            ProjectError: it could not be saved; the answer does not stand.
        """
        return self._append(
            Entry(
                *_UNWRITTEN,
                annotator or self._settings.annotator,
                self._last_round() if round_number is None else round_number,
                action,
                image_id,
                class_index=class_index,
                suggested=suggestion.class_index if suggestion else None,
                confidence=suggestion.confidence if suggestion else None,
                shown=shown and suggestion is not None,
                target=withdraws.sequence if withdraws else None,
                comment=comment,
                purpose=purpose,
            )
        )

    def flag(self, image_id: int, flagged: bool = True) -> Entry:
        """Put a flag on an image, or take it off; its answer stays as it is.

        Raises:
            ProjectError: it could not be saved.
        """
        return self.answer(image_id, "flag" if flagged else "unflag")

    def comment_on(self, image_id: int, comment: str) -> Entry:
        """Put a comment on an image in the place of the last one; an empty one removes it.

        Raises:
            ProjectError: it could not be saved.
        """
        return self.answer(image_id, "comment", comment=comment)

    def add_readings(self, readings: Sequence[Entry]) -> None:
        """Append second readings from another project, all or none; each gets a sequence here.

        Raises:
            ProjectError: they could not be saved.
        """
        entries = []
        with self._file.transaction() as db:
            last, seal = last_seal(db)
            for sequence, reading in enumerate(readings, start=last + 1):
                entries.append(replace(reading, sequence=sequence, purpose="second"))
                seal = insert_entry(db, entries[-1], seal)
        for entry in entries:
            self._journal.apply(entry)

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Commit the answers that the block gives at once, or none of them.

        They carry one time, by which they are one step for `undo_together`.

        Raises:
            ProjectError: they could not be saved.
        """
        self._moment = _free_moment(self._journal)
        try:
            with self._file.transaction(UNANSWERED):
                yield
        except BaseException:
            # Without what was taken back.
            self._journal = read_journal(self._file.connection)
            self._counts = LabelCounts.of(self.answers, self._pool.images)
            raise
        finally:
            self._moment = ""

    def undo(self, turn: str = OWN) -> Entry | None:
        """Take back the last answer that stands; return it, or None if there is none.

        `turn` names a second reader, who takes back their own answers alone.

        Raises:
            ProjectError: it could not be saved; the answer stands.
        """
        return self._turn("undo", self._journal.undoable_of(turn))

    def redo(self, turn: str = OWN) -> Entry | None:
        """Restore the answer last taken back; return it, or None if there is none.

        Raises:
            ProjectError: it could not be saved.
        """
        return self._turn("redo", self._journal.redoable_of(turn))

    def undo_together(self) -> tuple[Entry, ...]:
        """Take back the last answer and all that were given with it, at once or not at all.

        Raises:
            ProjectError: it could not be saved; the answers stand.
        """
        return self._turn_together(self.undo, self._journal.undoable_together)

    def redo_together(self) -> tuple[Entry, ...]:
        """Restore the answer taken back last and all that were given with it.

        Raises:
            ProjectError: it could not be saved.
        """
        return self._turn_together(self.redo, self._journal.redoable_together)

    def _turn_together(self, turn: Callable[[], Entry | None], count: int) -> tuple[Entry, ...]:
        if count < 2:
            entry = turn()
            return () if entry is None else (entry,)
        with self.together():
            return tuple(entry for _ in range(count) if (entry := turn()) is not None)

    def _turn(self, action: Action, answer: Entry | None) -> Entry | None:
        if answer is not None:
            who = turn_of(answer) or self._settings.annotator
            image_id, target = answer.image_id, answer.sequence
            number = self._last_round()
            self._append(Entry(*_UNWRITTEN, who, number, action, image_id, target=target))
        return answer

    def _append(self, unwritten: Entry) -> Entry:
        with self._file.saving(UNANSWERED) as db:
            last, before = last_seal(db)
            entry = replace(unwritten, sequence=last + 1, at=self._moment or now())
            insert_entry(db, entry, before)
        image_id = entry.image_id
        split = self._pool.images[image_id].split
        self._counts.add(self.answers.get(image_id), split, -1)
        self._journal.apply(entry)
        self._counts.add(self.answers.get(image_id), split, 1)
        return entry


def _free_moment(journal: Journal) -> str:
    """Return a time that the last answers were not given at, should the clock stand still."""
    moment, last = datetime.now(timezone.utc), journal.undoable
    while last is not None and together_at(moment) == last.at:
        moment += timedelta(microseconds=1)
    return together_at(moment)
