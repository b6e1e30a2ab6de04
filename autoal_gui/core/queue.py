"""The queue of images put to the annotator: pure, so that its laws can be tested.

Labelling never waits: while a round runs, the rest of the last ranking is asked; a new ranking
replaces only what has not been shown.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class LabelQueue:
    """The batch being labelled and what follows it."""

    batch: tuple[int, ...] = ()
    """Image ids shown in the strip, in the order asked."""
    rest: tuple[int, ...] = ()
    """Image ids after the batch, in the order asked."""
    size: int = 20
    """b, images in a batch."""

    def current(self, answered: Container[int]) -> int | None:
        """Return the first image of the batch without an answer, or None if it is done."""
        return next((image for image in self.batch if image not in answered), None)

    def next_batch(self, answered: Container[int]) -> "LabelQueue":
        """Return the queue moved on by one batch, passing over what has an answer.

        What the batch leaves without an answer moves to the end; no image is lost.
        """
        waiting = tuple(image for image in self.rest + self.batch if image not in answered)
        return replace(self, batch=waiting[: self.size], rest=waiting[self.size :])

    def rerank(
        self, ranking: Iterable[int], answered: Container[int], shown: int | None
    ) -> "LabelQueue":
        """Return the queue under a new ranking; the image on screen comes first.

        An image of this queue that the ranking lacks, because its answer was taken back after the
        round began, is asked last.

        Args:
            ranking: image ids, the one to ask first in front.
            answered: images that need no asking.
            shown: the image on screen, or None.
        """
        screen = () if shown is None else (shown,)
        order = dict.fromkeys((*screen, *ranking, *self.batch, *self.rest))  # each image once
        waiting = tuple(image for image in order if image not in answered)
        return replace(self, batch=waiting[: self.size], rest=waiting[self.size :])
