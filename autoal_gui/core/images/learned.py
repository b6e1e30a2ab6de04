"""What a model has seen, and what it has not: others are compared with both."""

from dataclasses import dataclass

from autoal_gui.core.images.pool import ImagePool


@dataclass(frozen=True)
class Learned:
    """What the last model of a project learned from, and what measures it."""

    pool: ImagePool
    labelled: tuple[int, ...]
    """Image ids that it learned from, ascending."""
    evaluation: tuple[tuple[int, int], ...]
    """(image id, class index) of the evaluation set, ascending."""
    workspace: str
    """The project's folder of memory-mapped copies."""
    left_out: tuple[tuple[int, int, tuple[float, ...], float], ...] = ()
    """What measures it where there is no evaluation set: of images that it learned from (image id,
    class index, probabilities by a model that had not learned from it, how many images of the pool
    it stands for beside the others), ascending."""
