"""The labels that a head is fitted to: those that judge it too, and those that only teach it."""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Taught:
    """Labels that a head learns from as from others, and by which nothing is judged or chosen.

    So are those confirmed in bulk: the model was sure of them, so that held out they would say
    that it is always right.
    """

    features: npt.NDArray[np.floating] = field(repr=False)
    """(k, D) unit vectors, k at least 1."""
    labels: Ints = field(repr=False)
    """(k,) class indices."""
    units: Ints | None = field(default=None, repr=False)
    """(k,) what stays together, in the numbers of the labels that judge; None as there."""


@dataclass(frozen=True)
class Beside:
    """Labels that only teach, and how the pool is shared out once they are there."""

    features: Floats  # (k, r)
    labels: Ints  # (k,)
    shares: Floats  # (k,)
    own: Floats  # (m,) of the labels that judge
    units: Ints  # (k,) in the numbers of those; -1 where each stands alone
    judging: Ints  # (m,) the units of those


@dataclass(frozen=True)
class LabelRows:
    """What a head is fitted to."""

    features: Floats  # (m, r)
    labels: Ints  # (m,)
    shares: Floats  # (m,)
    classes: int
    beside: Beside | None = None

    @property
    def rows(self) -> tuple[Floats, Ints]:
        """Features (m + k, r) and labels (m + k,): those that judge, then those that only teach."""
        more = self.beside
        if more is None:
            return self.features, self.labels
        return (
            np.vstack((self.features, more.features)),
            np.concatenate((self.labels, more.labels)),
        )

    def counting(self, inside: npt.NDArray[np.bool_]) -> Floats:
        """Return (m + k,) the shares of these labels, 0 for others; they and their own teach.

        Of the labels that only teach all count but for what belongs to the others.
        """
        more = self.beside
        if more is None:
            return np.where(inside, self.shares, 0.0)
        kept = ~np.isin(more.units, more.judging[~inside])
        return np.concatenate((np.where(inside, more.own, 0.0), np.where(kept, more.shares, 0.0)))

    def rotated(self) -> "tuple[LabelRows, Floats]":
        """Return the same in fewer dimensions, and their basis; see `reduced_rows`."""
        more, count = self.beside, len(self.features)
        if more is None:
            reduced, basis = reduced_rows(self.features)
            return replace(self, features=reduced), basis
        reduced, basis = reduced_rows(np.vstack((self.features, more.features)))
        beside = replace(more, features=reduced[count:])
        return replace(self, features=reduced[:count], beside=beside), basis


def reduced_rows(features: Floats) -> tuple[Floats, Floats]:
    """Rotate m features into the at most m dimensions that they span: (m, r) and basis (r, D).

    An L2-penalised fit lies in that span, so that nothing is lost and each fit is far cheaper.
    """
    left, sizes, basis = np.linalg.svd(features, full_matrices=False)
    kept = sizes > sizes.max(initial=0.0) * 1e-10
    reduced: Floats = left[:, kept] * sizes[kept]
    return reduced, basis[kept]
