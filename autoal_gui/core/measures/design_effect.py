"""How much less images of few groups say than as many that have nothing to do with each other.

Of 24 near-alike images of two patients, what is right of one is right of nearly all: a share of
them is hardly surer than one of two images. The design effect (Kish 1965) is the factor by which
the variance of a share grows by that; intervals are taken as of so many fewer images.
"""

import numpy as np
import numpy.typing as npt


def design_effect(right: npt.NDArray[np.bool_], units: npt.NDArray[np.integer] | None) -> float:
    """Return by what factor the variance of the share of right predictions is larger, at least 1.

    The variance is that of a ratio over groups drawn at random. One group of the usual size that is
    all right is added, and one that is all wrong, as Agresti & Coull (1998) add images: where
    nothing is wrong, or there is a single group, each group then counts about as one image.

    Args:
        right: (n,) whether each image is predicted right.
        units: (n,) what stays together, by a number each; None where each image stands alone.

    Returns:
        1 where each image stands alone; no more than the mean size of an image's group.
    """
    if units is None or not len(units):
        return 1.0
    _, places, sizes = np.unique(units, return_inverse=True, return_counts=True)
    if len(sizes) == len(units):
        return 1.0
    usual = float((sizes**2).sum() / sizes.sum())
    sizes = np.append(sizes, (usual, usual))
    found = np.append(np.bincount(places.reshape(-1), right), (usual, 0.0))
    images, share = sizes.sum(), found.sum() / sizes.sum()
    between = ((found - share * sizes) ** 2).sum() * len(sizes) / (len(sizes) - 1)
    alone = images * share * (1 - share)
    return float(min(max(between / alone, 1.0), usual))
