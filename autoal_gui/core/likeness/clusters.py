"""Groups of images that are alike, by k-means (Lloyd 1982; Arthur & Vassilvitskii 2007)."""

import numpy as np
import numpy.typing as npt

from autoal_gui.core.likeness.search import Vectors, unit_rows
from autoal_gui.core.system.threads import wait_until_imported

SAMPLE = 10_000  # images that the middles are found from
MOST = 8  # groups: as many as have a colour of their own on the map
IMAGES_EACH = 20  # at least, on average
ROUNDS = 20
CHUNK = 8192

Numbers = npt.NDArray[np.int32]


def clusters(vectors: Vectors, seed: int = 0) -> Numbers:
    """Return (n,) the number of each image's group, the largest group first; the same each time.

    Args:
        vectors: (n, K) of unit length.
        seed: of where it begins.
    """
    count = min(MOST, len(vectors) // IMAGES_EACH)
    found = np.zeros(len(vectors), np.int32)
    if count < 2:
        return found
    from scipy.cluster.vq import kmeans2

    wait_until_imported("torch")  # by the engine, whose first project has just been opened
    rng = np.random.default_rng(seed)
    sample = vectors[np.sort(rng.permutation(len(vectors))[:SAMPLE])]
    middles, _ = kmeans2(sample, count, iter=ROUNDS, minit="++", missing="warn", rng=rng)
    directions = unit_rows(middles).T
    for start in range(0, len(vectors), CHUNK):
        found[start : start + CHUNK] = (vectors[start : start + CHUNK] @ directions).argmax(1)
    size = np.bincount(found, minlength=count)
    rank = np.empty(count, np.int32)
    rank[np.argsort(-size, kind="stable")] = np.arange(count)
    numbered: Numbers = rank[found]
    return numbered
