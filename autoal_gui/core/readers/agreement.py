"""How far two readings of the same images agree: share, Cohen's kappa, and their intervals."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DRAWS = 4000  # of the posterior: the ends of an interval are then steady to half a percent
_SEED = 0  # the same table always gives the same interval

Table = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """Two readings: `counts[a][b]` images have class a in the first and class b in the second."""

    counts: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]], classes: int) -> "Agreement":
        """Count (first, second) class indices in [0, classes)."""
        counts = [[0] * classes for _ in range(classes)]
        for first, second in pairs:
            counts[first][second] += 1
        return cls(tuple(map(tuple, counts)))

    @property
    def total(self) -> int:
        """Number of images that both readings give a class."""
        return sum(map(sum, self.counts))

    @property
    def same(self) -> int:
        """Number of images with the same class in both."""
        return sum(row[index] for index, row in enumerate(self.counts))

    @property
    def share(self) -> float:
        """Share of images with the same class, in [0, 1]; nan for no images."""
        return self.same / self.total if self.total else math.nan

    def kappa(self, graded: bool = False) -> float:
        """Return Cohen's kappa, at most 1; nan where chance alone would agree on everything.

        Args:
            graded: the classes are grades in their order, so that a miss by two weighs four times
                a miss by one (quadratic weights; Cohen 1968).
        """
        if not self.total:
            return math.nan
        return float(_kappas(np.array([self.counts], np.float64), graded)[0])

    def kappa_interval(self, graded: bool = False) -> tuple[float, float]:
        """Return a 95 % interval of kappa; (-1, 1) where kappa is undefined.

        It is that of the posterior of the table under a belief worth one image, spread over all
        cells (Perks 1947), so that a table without a miss does not count as certain.
        """
        value = self.kappa(graded)
        if math.isnan(value):
            return (-1.0, 1.0)
        cells = np.array(self.counts, np.float64).ravel()
        belief = cells + 1 / len(cells)
        draws = np.random.default_rng(_SEED).gamma(belief, size=(DRAWS, len(cells)))
        kappas = _kappas(draws.reshape(DRAWS, len(self.counts), -1), graded)
        low, high = np.nanquantile(kappas, (0.025, 0.975))
        return (min(float(low), value), max(float(high), value))


def _kappas(tables: Table, graded: bool) -> Table:
    """Return kappa of each of (n, C, C) tables, (n,): one minus observed over expected misses."""
    places = np.arange(tables.shape[1])
    apart = np.subtract.outer(places, places)
    weights = (apart**2 if graded else apart != 0).astype(np.float64)  # (C, C)
    total = tables.sum((1, 2))
    expected = tables.sum(2)[:, :, None] * tables.sum(1)[:, None, :] / total[:, None, None]
    seen, chance = (tables * weights).sum((1, 2)), (expected * weights).sum((1, 2))
    kappas: Table = np.full_like(seen, np.nan)
    np.divide(chance - seen, chance, out=kappas, where=chance > 0)
    return kappas
