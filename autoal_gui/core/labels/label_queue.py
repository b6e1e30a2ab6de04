"""The queue of images put to the annotator: pure, so that its laws can be tested.

Labelling never waits: while a round runs, the rest of the last ranking is asked; a new ranking
replaces only what has not been shown.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import filterfalse, islice


@dataclass(frozen=True)
class LabelQueue:
    """The batch being labelled and what follows it."""

    batch: tuple[int, ...] = ()
    """Image ids shown in the strip, in the order asked."""
    rest: tuple[int, ...] = ()
    """Image ids after the batch, in the order asked."""
    size: int = 20
    """b, images in a batch."""

    repeats: frozenset[int] = frozenset()
    """Images of the batch that the same reader has answered before: they are put a second time,
    without a word, to measure how consistent the reader is (`core/labels/hidden_repeats.py`)."""

    checks: frozenset[int] = frozenset()
    """Images that were drawn by lot to check what is confirmed in bulk (`core/labels/bulk.py`)."""

    aside: frozenset[int] = frozenset()
    """Those of them that come in their turn, not first: their check has failed."""

    def current(self, answered: Container[int]) -> int | None:
        """Return the first image of the batch without an answer, or None if it is done."""
        return next((image for image in self.batch if image not in answered), None)

    def next_batch(
        self, answered: Container[int], again: Sequence[tuple[int, int]] = ()
    ) -> "LabelQueue":
        """Return the queue moved on by one batch, passing over what has an answer.

        What the batch leaves without an answer moves to the end; no image is lost.

        Args:
            answered: images that need no asking; a repeat is in it once it is answered again.
            again: (place in the batch, image) of answered images to put a second time.
        """
        order = (*self.rest, *(image for image in self.batch if image not in self.repeats))
        # By `filterfalse`, since a pool may have 100,000 images and a key is waiting for the next.
        return self._dealt(filterfalse(answered.__contains__, order), again)

    def rerank(
        self,
        ranking: Iterable[int],
        answered: Container[int],
        shown: int | None,
        again: Sequence[tuple[int, int]] = (),
    ) -> "LabelQueue":
        """Return the queue under a new ranking; the image on screen comes first.

        While images that were drawn by lot are read, their batch stays, what of it is answered
        too: a round that ends meanwhile is no reason to count anew.

        An image of this queue that the ranking lacks, because its answer was taken back after the
        round began, is asked last.

        Args:
            ranking: image ids, the one to ask first in front.
            answered: images that need no asking; a repeat is in it once it is answered again.
            shown: the image on screen, or None.
            again: (place in the batch, image) of answered images to put a second time.
        """
        screen: tuple[int, ...] = () if shown is None else (shown,)
        first = self.checks - self.aside
        drawn = tuple(filter(first.__contains__, (*self.batch, *self.rest)))
        if any(image not in answered for image in drawn):
            ahead = tuple(i for i in screen if i not in first and i not in answered)
            return self._reading_alone((*ahead, *drawn), ranking, answered)
        order = dict.fromkeys((*screen, *ranking, *self.batch, *self.rest))  # each image once
        over = self.repeats.difference(screen)
        unanswered = filterfalse(answered.__contains__, order)
        waiting = list(filterfalse(over.__contains__, unanswered))
        queue = self._dealt(waiting, again)
        return replace(queue, repeats=queue.repeats | self.repeats.intersection(waiting))

    def _reading_alone(
        self, batch: tuple[int, ...], ranking: Iterable[int], answered: Container[int]
    ) -> "LabelQueue":
        """Return the queue of such a batch, behind which the ranking waits."""
        order = dict.fromkeys((*ranking, *self.batch, *self.rest))
        inside, over = set(batch), self.repeats.difference(batch)
        waiting = filterfalse(answered.__contains__, order)
        rest = (i for i in waiting if i not in inside and i not in over)
        kept = self.repeats.intersection(batch)
        return replace(self, batch=batch, rest=tuple(rest), repeats=kept)

    def with_left(
        self, left: int, answered: Container[int], shown: int | None = None
    ) -> "LabelQueue":
        """Return the queue whose batch has so many images left to answer, as far as there are.

        The batch grows by what is asked next, or its end is asked after it; the image on screen
        stays. What is answered stays as long as the batch is not larger than usual by that.

        Args:
            left: images, at least 1.
            answered: images that need no asking; a repeat is in it once it is answered again.
            shown: the image on screen, or None.
        """
        waiting = list(filterfalse(answered.__contains__, self.batch))
        if len(waiting) == left:
            return self
        ordered = sorted(waiting, key=lambda image: image != shown)
        kept = set(ordered[:left])
        later = (i for i in waiting if i not in kept and i not in self.repeats)
        unasked = filterfalse(answered.__contains__, self.rest)
        more = tuple(islice(unasked, max(0, left - len(waiting))))
        rest = (*later, *filterfalse(set(more).__contains__, self.rest))
        done = [image for image in self.batch if image in answered]
        done = done[max(0, len(done) + left - self.size) :]
        kept.update(done)
        batch = (*filter(kept.__contains__, self.batch), *more)
        return replace(self, batch=batch, rest=rest, repeats=self.repeats.intersection(batch))

    def brought_back(self, image_id: int, again: bool) -> "LabelQueue":
        """Return the queue with an image whose answer was taken back, in front of the batch.

        `again` says whether that was the answer to a repeat.
        """
        batch = self.batch if image_id in self.batch else (image_id, *self.batch)
        # Once the answer itself is taken back, the next one is no repeat of anything.
        repeats = self.repeats | {image_id} if again else self.without_repeat(image_id).repeats
        return replace(self, batch=batch, repeats=repeats)

    def with_checks(self, images: Sequence[int]) -> "LabelQueue":
        """Return the queue with images as a batch of their own; what was asked comes behind.

        Repeats that were not answered are put another time.
        """
        first = dict.fromkeys(images)
        order = (*(i for i in self.batch if i not in self.repeats), *self.rest)
        rest = tuple(filterfalse(first.__contains__, order))
        queue = replace(self, batch=tuple(first), rest=rest, repeats=frozenset())
        return replace(queue, checks=self.checks | first.keys(), aside=self.aside - first.keys())

    def with_checks_aside(self, answered: Container[int]) -> "LabelQueue":
        """Return the queue that goes on with a usual batch; what was drawn by lot comes last."""
        queue = replace(self, aside=self.checks)
        order = (*self.batch, *self.rest)
        usual = filterfalse(self.checks.__contains__, order)
        drawn = filter(self.checks.__contains__, order)
        return queue._dealt(filterfalse(answered.__contains__, (*usual, *drawn)), ())

    def waiting_again(self, images: Iterable[int]) -> "LabelQueue":
        """Return the queue with images behind all others; no image is in it twice."""
        known = {*self.batch, *self.rest}
        return replace(self, rest=(*self.rest, *filterfalse(known.__contains__, images)))

    def without_repeat(self, image_id: int) -> "LabelQueue":
        """Return the queue in which an image is no repeat: it counts as answered, if it is."""
        return replace(self, repeats=self.repeats - {image_id})

    def without(self, unusable: Container[int]) -> "LabelQueue":
        """Return the queue without images that cannot be read."""
        batch, rest = (
            tuple(filterfalse(unusable.__contains__, p)) for p in (self.batch, self.rest)
        )
        return replace(self, batch=batch, rest=rest, repeats=self.repeats.intersection(batch))

    def _dealt(self, waiting: Iterable[int], again: Sequence[tuple[int, int]]) -> "LabelQueue":
        """Return the queue of these images, with others put among the first of them.

        A batch keeps its size, so that its length gives no repeat away, and the first image stays
        the first. Where nothing else is left to ask, nothing is asked twice.
        """
        order, put = list(waiting), set[int]()
        known = set(order) if again else set()
        for place, image in sorted(again):
            if order and self.size > 1 and image not in known:
                order.insert(max(1, min(place, self.size - 1, len(order))), image)
                known.add(image)
                put.add(image)
        batch = tuple(order[: self.size])
        rest = tuple(filterfalse(put.__contains__, order[self.size :]))
        return replace(self, batch=batch, rest=rest, repeats=frozenset(put.intersection(batch)))
