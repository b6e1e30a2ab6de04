"""k-means: ask for the images that stand in the middle of the pool's clusters."""

import warnings

import numpy as np
import numpy.typing as npt

from autoal_gui.strategies.contract import Evidence, Positions, Scores

NAME = "kmeans"
LABEL = "k-means"
SOURCE = "Ahmed et al. 2020"
ORDER = 40

LLOYD_IMAGES = 10_000  # Lloyd's iterations take 0.4 s here, mini-batches stop after 0.1 s
LLOYD_ITERATIONS = 20  # further ones lower the inertia by less than 0.1 %
CHUNK = 4096  # images whose distances are computed at a time

Features = npt.NDArray[np.float32]
Centroids = npt.NDArray[np.floating]
Labels = npt.NDArray[np.int64]


def score(evidence: Evidence) -> Scores:
    """Return (n,) scores that put the image nearest to each of `wanted` centroids on top.

    Each cluster's member nearest to its centroid is chosen, ties by image id. Chosen images score
    1, 2, ..., the largest cluster highest; the others minus the distance to their centroid, 0 or
    less. Where images coincide there may be fewer clusters than wanted.

    Up to `LLOYD_IMAGES` images are clustered by Lloyd's algorithm, more by mini-batches
    (Sculley 2010); for a given `wanted` the cost of both is at most linear in n.
    """
    n = len(evidence)
    if n == 0:
        return np.empty(0)
    order = np.argsort(evidence.image_ids)
    features = evidence.features[order]
    centroids, labels = _cluster(features, min(evidence.wanted, n), evidence.seed)
    distances = _distances(features, centroids, labels)
    chosen = _nearest_of_each(distances, labels)
    scores = np.empty(n)
    scores[order] = -distances
    scores[order[chosen]] = np.arange(len(chosen), 0, -1)
    return scores


def _cluster(features: Features, clusters: int, seed: int) -> tuple[Centroids, Labels]:
    """Return the centroids (k, D) and each image's cluster (n,), whatever the thread count."""
    from sklearn.cluster import KMeans, MiniBatchKMeans
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    # Duplicates are expected. For good, because `catch_warnings` is not safe among threads.
    warnings.filterwarnings("ignore", "Number of distinct clusters", ConvergenceWarning)
    data: npt.NDArray[np.floating] = features
    if len(features) <= LLOYD_IMAGES:
        data = features.astype(np.float64)  # float32 takes near duplicates for one image
        method = KMeans(clusters, n_init=1, max_iter=LLOYD_ITERATIONS, random_state=seed)
    else:
        method = MiniBatchKMeans(clusters, n_init=1, random_state=seed)
    with threadpool_limits(limits=1):  # threads add up in varying order, which moves centroids
        method.fit(data)
    return method.cluster_centers_, method.labels_.astype(np.int64)


def _distances(features: Features, centroids: Centroids, labels: Labels) -> Scores:
    """Return (n,) Euclidean distances of the images to their centroids."""
    distances = np.empty(len(features))
    for start in range(0, len(features), CHUNK):
        part = slice(start, start + CHUNK)
        away = features[part].astype(np.float64) - centroids[labels[part]]
        distances[part] = np.linalg.norm(away, axis=1)
    return distances


def _nearest_of_each(distances: Scores, labels: Labels) -> Positions:
    """Return the position nearest to each cluster's centroid, the largest cluster first."""
    by_cluster = np.lexsort((distances, labels))
    _, first, sizes = np.unique(labels[by_cluster], return_index=True, return_counts=True)
    nearest = by_cluster[first]
    largest_first: Positions = nearest[np.lexsort((nearest, -sizes))]
    return largest_first
