"""How much less images of few groups say than as many that have nothing to do with each other.

Of 24 near-alike images of two patients, what is right of one is right of nearly all: a share of
them is hardly surer than one of two images. The design effect (Kish 1965) is the factor by which
the variance of a share grows by that; intervals are taken as of so many fewer images.
"""

import numpy as np
import numpy.typing as npt

NORMAL = 1.959964  # two-sided 95 % quantile of the normal distribution
FEW = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281)
"""Those of Student's t with 1, 2, ... degrees of freedom."""


def student(freedom: int) -> float:
    """Return the two-sided 95 % quantile of Student's t, to a thousandth.

    Args:
        freedom: degrees of freedom; below 1 they count as 1.
    """
    if freedom <= len(FEW):
        return FEW[max(freedom, 1) - 1]
    z = NORMAL  # the expansion of Fisher & Cornish (1960)
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


def few_groups(groups: int, images: int) -> float:
    """Return by what factor a variance that is known from few groups is to be widened, at least 1.

    How much groups differ is itself known badly from few of them (Korn & Graubard 1998).
    """
    return (student(groups - 1) / student(images - 1)) ** 2


def design_effect(
    right: npt.NDArray[np.bool_],
    units: npt.NDArray[np.integer] | None,
    weights: npt.NDArray[np.float64] | None = None,
) -> float:
    """Return by what factor the variance of the share of right predictions is larger.

    At least 1 where all images count the same. Where they do not, it is less if those that count
    for much are nearly all right: they then scatter less than their number says.

    The variance is that of a ratio over groups drawn at random. One group of the usual size that is
    all right is added, and one that is all wrong, as Agresti & Coull (1998) add images: where
    nothing is wrong, or there is a single group, each group then counts about as one image.

    Args:
        right: (n,) whether each image is predicted right.
        units: (n,) what stays together, by a number each; None where each image stands alone.
        weights: (n,) positive, what each image counts for; None where all count the same.

    Returns:
        1 where each image stands alone and counts the same; no more than the mean size of an
        image's group, times `few_groups`. That weights differ (Kish's share) is not in it.
    """
    if not len(right):
        return 1.0
    shares = np.ones(len(right)) if weights is None else weights / weights.mean()
    least = 1.0 if weights is None else _of_weights(right, shares)
    if units is None:
        return least
    _, places, counts = np.unique(units, return_inverse=True, return_counts=True)
    if len(counts) == len(units):
        return least
    places, squares = places.reshape(-1), float((shares**2).sum())
    sizes = np.bincount(places, shares)
    usual = float((sizes**2).sum() / sizes.sum())
    most = float((sizes**2).sum() / squares)
    widened = few_groups(len(sizes), len(units))
    sizes = np.append(sizes, (usual, usual))
    found = np.append(np.bincount(places, shares * right), (usual, 0.0))
    share = found.sum() / sizes.sum()
    between = ((found - share * sizes) ** 2).sum() * len(sizes) / (len(sizes) - 1)
    alone = squares * (1 + 2 * usual / shares.sum()) * share * (1 - share)
    return max(least, float(min(between / alone, most))) * widened


def _of_weights(right: npt.NDArray[np.bool_], shares: npt.NDArray[np.float64]) -> float:
    """Return the factor of images that stand alone; 1 where all shares are the same (Hajek)."""
    usual = float((shares**2).sum() / shares.sum())
    sizes, found = np.append(shares, (usual, usual)), np.append(shares * right, (usual, 0.0))
    share = found.sum() / sizes.sum()
    scatter = ((found - share * sizes) ** 2).sum()
    return float(scatter / ((sizes**2).sum() * share * (1 - share)))
