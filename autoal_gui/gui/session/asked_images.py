"""Which images are asked for: the batch, what waits behind it, and the one on screen."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from autoal_gui.core.database.round_rows import Suggestion
from autoal_gui.core.labels.hidden_repeats import Answered
from autoal_gui.core.labels.journal import ANSWERS, Entry
from autoal_gui.core.labels.label_queue import LabelQueue
from autoal_gui.core.language import tr_count
from autoal_gui.core.queries import Query
from autoal_gui.gui.session.open_project import OpenProject
from autoal_gui.gui.session.part import Part
from autoal_gui.gui.session.rounds.next_round import NextRound

LookedAt = Literal["batch", "all", "found"]
"""What the grid shows: the batch, all that waits, or images that were looked for."""
SHOWN = 100  # milliseconds after which the next image is on screen, by far


class SeenAnswers(Part):
    """What a reader who is asked blind may see of answers and of the model."""

    def __init__(self, opened: OpenProject, parent: QObject | None = None) -> None:
        """Know of nothing yet that was on screen."""
        super().__init__(opened, parent)
        self._queue = LabelQueue()
        self.seen: set[int] = set()
        """The images that were shown as what the model is sure of: no answer to them is blind."""
        self.undone: set[int] = set()
        """The images whose answer was taken back, and that are asked again."""
        self._told: set[int] = set()  # what the model makes of them was on screen
        self._earlier: frozenset[int] = frozenset()  # they had an answer before the program began

    @property
    def checks(self) -> Set[int]:
        """The images that were drawn to be read alone, before others are confirmed in bulk."""
        return self._queue.checks

    @property
    def any_answered(self) -> bool:
        """Whether the project has an answer."""
        return bool(self._project.labels.answers)

    @property
    def answered(self) -> Answered:
        """Which images need no asking, and what the reader may see of their answers."""
        return Answered(self._project.labels.journal, self._queue.repeats)

    @property
    def batch_answers(self) -> Mapping[int, Entry]:
        """What the reader may see of the answers to the images in the strip."""
        return self.answered.of_batch(self._queue)

    def shown_answer(self, image_id: int | None) -> Entry | None:
        """Return the answer to an image that the reader may see: no earlier one of a repeat."""
        return None if image_id is None else self.answered.answer(image_id)

    def may_explain(self, image_id: int) -> bool:
        """Say whether the reader may see what the model made of an image: blind first."""
        if image_id in self.answered:
            return True
        return self._project.settings.show_suggestions and image_id not in self._queue.checks

    def visible_suggestion(self, image_id: int) -> Suggestion | None:
        """Return the model's suggestion where the reader may see it: blind first by default."""
        return self.suggestion(image_id) if self.may_explain(image_id) else None

    def suggestion(self, image_id: int) -> Suggestion | None:
        """Return what the model makes of an image, as far as that is known.

        Of one that is read alone it is what the model made of it when it was drawn.
        """
        drawn = self._project.bulk.drawn if image_id in self._queue.checks else {}
        return drawn.get(image_id) or self._project.rounds.suggestion(image_id)

    def query(self, image_id: int) -> Query | None:
        """Return why an image was asked for, as far as the project knows."""
        return self._project.rounds.query(image_id)

    def note_told(self, images: Iterable[int]) -> None:
        """Take note that the reader has been shown what the model makes of these."""
        self._told.update(images)

    def was_told(self, image_id: int) -> bool:
        """Say whether the reader has seen what the model makes of an image before answering it.

        Of one that was answered before the project was opened nobody knows: then it counts as seen.
        An image that is put a second time is asked for long after the model's word on the first.
        """
        if image_id in self.seen or image_id in self._project.bulk.taken_out:
            return True
        in_pool = self._project.pool.images[image_id].split == "pool"
        if in_pool and self._project.settings.predictions_seen:
            return True
        if image_id in self._queue.repeats:
            return False
        return image_id in self._told or image_id in self._earlier

    def _forget(self) -> None:
        """Leave the project's images."""
        self._queue = LabelQueue()
        self.seen.clear()
        self.undone.clear()
        self._told.clear()
        self._earlier = frozenset()


class AskedImages(SeenAnswers):
    """The queue of images, and what a reader who is asked blind may see of them."""

    image_changed = Signal(object)
    """The id of the image to show, or None when every image has an answer."""
    batch_changed = Signal()
    alone_wanted = Signal()
    """The images that follow are to be read one by one: no key may answer any others."""
    ranking_waits = Signal(bool)
    """Whether a newer ranking waits until the images that are looked at have been left."""
    put_first = Signal()
    """The user has had other images put in front, by an undo or by a draw."""

    def __init__(
        self, opened: OpenProject, next_round: NextRound, parent: QObject | None = None
    ) -> None:
        """Deal batches for the rounds that `next_round` counts."""
        super().__init__(opened, parent)
        self._next_round = next_round
        self._current: int | None = None
        self._asked_in = 0
        self._looked_at: LookedAt | None = None
        self._waits = False  # a newer ranking does
        self.stayed: int | None = None
        """The image that was on screen when the newest ranking was followed."""
        self._shown = QTimer(self, singleShot=True, interval=SHOWN)
        self._shown.timeout.connect(self._save_batch)

    def begin(self) -> None:
        """Go on with the batch where the project that has been opened was left."""
        self._queue = self._project.batches.queue
        self._earlier = frozenset(self._project.labels.journal.first_answers)
        self.deal()

    def reset(self) -> None:
        """Leave the project's images; it is still open."""
        if self._shown.isActive():  # where the disk is full, the batch before is dealt again
            self._save_batch()
        self._forget()
        self._current = self._looked_at = self.stayed = None
        self._set_waits(waits=False)

    # -- what is asked ------------------------------------------------------------------------

    @property
    def current(self) -> int | None:
        """The image on screen."""
        return self._current

    def asked_in(self, image_id: int) -> int:
        """Return the last round when an image was put before the reader.

        The image on screen stays there when a round ends, and so does a batch in the grid; what
        else is answered, such as images that were found on the map, is so by the state of now.
        """
        stays = image_id == self._current or (self._waits and self._looked_at != "found")
        return self._asked_in if stays else self._project.rounds.last

    @property
    def batch(self) -> tuple[int, ...]:
        """The images in the strip."""
        return self._queue.batch

    @property
    def rest(self) -> tuple[int, ...]:
        """The images that wait behind the batch, in the order asked."""
        return self._queue.rest

    @property
    def upcoming(self) -> tuple[int, ...]:
        """What is worth decoding ahead: unanswered images of the batch, then of the next one."""
        answered = self.answered
        ahead = (*self._queue.batch, *self._queue.rest[: self._queue.size])
        return tuple(image for image in ahead if image not in answered)

    @property
    def following(self) -> int | None:
        """The first image of the batch without an answer; None once it is complete."""
        return self._queue.current(self.answered)

    @property
    def repeats(self) -> Set[int]:
        """The images that are put to the reader a second time."""
        return self._queue.repeats

    # -- going on -----------------------------------------------------------------------------

    def go_to(self, image_id: int) -> None:
        """Show an image of the project, answered or not."""
        if image_id in self._project.pool.images:
            self.show(image_id)

    def show(self, image: int | None) -> None:
        """Put an image on screen, or say that there is none."""
        self._current = image
        if not self._waits:  # else the grid shows what an earlier ranking has asked for
            self._asked_in = self._project.rounds.last
        self.image_changed.emit(image)

    def show_following(self) -> None:
        """Show the first image of the batch without an answer."""
        self.show(self.following)

    def deal(self) -> bool:
        """Deal the next batch where this one is complete; say whether it was."""
        if self.following is not None:
            return False
        project = self._project
        if self._waits and self._looked_at == "batch":  # which is done
            self._rank()
        else:
            # A list of other images would show by an answer that goes which is put again.
            listed = self._looked_at in ("all", "found")
            again = () if listed else project.batches.repeats()
            self._set_queue(self._sized().next_batch(project.labels.answers, again))
        return True

    def bring_back(self, entries: Iterable[Entry]) -> None:
        """Ask again for the images that are without an answer now that theirs was taken back.

        Those that had been confirmed in bulk wait behind all others.
        """
        queue = self._queue
        bulk = [e.image_id for e in entries if e.purpose == "confirm"]
        answers = self._project.labels.answers
        queue = queue.waiting_again(i for i in bulk if i not in answers)
        for entry in entries:
            if entry.purpose == "confirm":
                continue
            again = entry.purpose == "repeat"
            if entry.action in ANSWERS and (again or entry.image_id not in answers):
                self.undone.add(entry.image_id)
                queue = queue.brought_back(entry.image_id, again)
        if queue != self._queue:
            self._set_queue(queue)
            self.put_first.emit()

    def read_alone(self, images: Mapping[int, Suggestion]) -> bool:
        """Ask for images first that were drawn to be read alone; say whether that worked.

        They are a batch of their own, in the order given.
        """
        if not self.attempt(lambda: self._project.bulk.draw(images)):
            return False
        self._set_queue(self._queue.with_checks(tuple(images)))
        self.alone_wanted.emit()
        self.put_first.emit()
        self.show_following()
        return True

    def go_on_alone(self) -> None:
        """Show the first image that was drawn to be read alone and still waits, if any does.

        They are a batch with those of the check that are answered: these count as read.
        """
        waiting = self._project.bulk.waiting
        if not waiting:
            return
        if not set(waiting) <= set(self.batch):  # they had been left for later
            self._set_queue(self._queue.with_checks(self._project.bulk.readable_drawn))
            self.put_first.emit()
        self.alone_wanted.emit()
        self.show(waiting[0])

    def leave_alone(self) -> None:
        """Go on with a usual batch: what was drawn to be read alone comes when its turn does."""
        self._set_queue(self._sized().with_checks_aside(self.answered))
        self.show_following()

    def leave_repeat(self, image_id: int) -> None:
        """Put an image no second time."""
        if image_id not in self._queue.repeats:
            return
        self._set_queue(self._queue.without_repeat(image_id))
        if self.following is None:
            self._set_queue(self._sized().next_batch(self._project.labels.answers))

    def look_at(self, images: LookedAt | None) -> None:
        """Say which images are looked at side by side; None for one alone.

        Until they are left or answered they stay as they are: a hand is on its way to one of them.
        """
        self._looked_at = images
        self.take_ranking()
        self.fit()

    def take_ranking(self) -> None:
        """Follow the newest ranking now, where it waits."""
        if self._waits:
            self._rank()

    @Slot()
    def rerank(self) -> None:
        """Follow a new ranking, at once or when what is looked at has been left."""
        queue, before = self._ranked(), self._queue
        same = queue.batch == before.batch  # what is looked at stays as it is
        same = same and (self._looked_at == "batch" or queue.rest == before.rest)
        if self._looked_at is None or self.following is None or same:
            self._rank()
        else:
            self._set_waits(waits=True)

    def _set_waits(self, *, waits: bool) -> None:
        if waits != self._waits:
            self._waits = waits
            # It waits unsaid behind images that were looked for: no batch is on screen.
            self.ranking_waits.emit(waits and self._looked_at != "found")

    def _rank(self) -> None:
        """Put what waits into the order of the newest ranking; the image on screen stays."""
        self._set_waits(waits=False)
        self.stayed = self._current
        self._set_queue(self._ranked())
        if self._current is None:
            self.show_following()

    def _ranked(self) -> LabelQueue:
        project = self._project
        queue = self._sized()
        again = () if self._current in queue.repeats else project.batches.repeats()
        return queue.rerank(project.batches.ranking, self.answered, self._current, again)

    def _sized(self) -> LabelQueue:
        """Return the queue that deals as many images as the next round still needs answers."""
        return replace(self._queue, size=self._next_round.to_deal(self._project))

    @Slot()
    def fit(self) -> None:
        """Have as many images of the batch wait as the next round still needs answers.

        Answers were given to other images, or a round began. What is looked at side by side stays,
        and so does what was drawn by lot: that is a batch of its own.
        """
        if not self._opened.is_open or self._looked_at is not None or self.following is None:
            return
        left, answered = self._next_round.left(self._project), self.answered
        drawn = any(image in self.checks for image in self._queue.batch if image not in answered)
        if not left or drawn:
            return
        before, queue = self._queue, self._queue.with_left(left, answered, self._current)
        if queue.batch == before.batch:
            return
        self._set_queue(queue)
        answers = answered.journal.answers
        gone = [i for i in before.batch if i not in queue.batch and i not in answers]
        if gone:
            self.notice.emit(
                tr_count(
                    "Other images were answered, which counts for the round: {count} image of the "
                    "batch is asked later.",
                    "Other images were answered, which counts for the round: {count} images of the "
                    "batch are asked later.",
                    len(gone),
                )
            )

    @Slot(object)
    def leave_out(self, images: frozenset[int]) -> None:
        """Pass over images whose files turned out to be unreadable, but for those on screen."""
        shown = {self._current, *(self.batch if self._looked_at else ())}
        self._set_queue(self._queue.without(images - shown))
        self.deal()
        self.fit()

    def _set_queue(self, queue: LabelQueue) -> None:
        self._queue = replace(queue, size=self._project.settings.run.batch_size)
        self._shown.start()  # the next image must not wait for the batch to be stored
        self.batch_changed.emit()

    @Slot()
    def _save_batch(self) -> None:
        """Remember the batch; a program that ends before deals the same one again."""
        self._shown.stop()
        queue = self._queue
        # Where that fails, labelling goes on; only opening would begin elsewhere.
        self.attempt(lambda: self._project.batches.save(queue.batch, queue.repeats))
