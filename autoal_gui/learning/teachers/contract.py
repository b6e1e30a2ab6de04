"""The contract of a teacher: a module with `NAME`, `LABEL`, `SOURCE` and `guess`.

Adding one is adding a file; `autoal_gui.learning.training.pool_lesson` asks each and keeps what
has shown on labels held out that it helps.
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Lesson:
    """What a teacher knows."""

    known: Floats = field(repr=False)
    """(m, D) unit vectors of labelled images."""
    labels: Ints = field(repr=False)
    """(m,) class indices in [0, C)."""
    pool: Floats = field(repr=False)
    """(p, D) unit vectors of images without a label."""
    chances: Floats = field(repr=False)
    """(p, C) what a head that was fitted to the labels alone makes of these."""

    @property
    def classes(self) -> int:
        """C."""
        return int(self.chances.shape[1])


class Teacher(Protocol):
    """What every teacher says of itself."""

    NAME: str
    LABEL: str
    """What the literature calls it."""
    SOURCE: str
    """Author and year."""
    ORDER: int

    def guess(self, lesson: Lesson) -> Floats:
        """Return (p, C) chances of the classes of the unlabelled images; rows sum to 1."""
