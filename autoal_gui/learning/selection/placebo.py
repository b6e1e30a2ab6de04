"""Placebos: what a search does where what it has learned is of no use, and all else is the same.

If a mode is no better than its placebos, its search adds nothing. The search runs as ever; then
"uniform" keeps the weights of the uniform vote in the place of those that it found, so that what
the search adds stands alone; "frozen" puts random weights there, drawn once from the seed;
"permuted" deals them out anew, over the images or, in mode "auto", whose weights are the same for
all images, over the candidates; "masks" deals out each candidate's scores over the images, for
the search as well. Models, batches' sizes and the images drawn at random stay what they are.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]
UNIFORM, FROZEN, PERMUTED, MASKS = "uniform", "frozen", "permuted", "masks"
STREAM = 104_729  # apart from whatever else is drawn from the same seed


def frozen_weights(candidates: int, seed: int) -> Floats:
    """Return (K,) weights, evenly distributed over all that sum to 1; the same in every round."""
    return np.random.default_rng((STREAM, seed)).dirichlet(np.ones(candidates))


def dealt_over_candidates(weights: Floats, seed: tuple[int, ...]) -> Floats:
    """Return (K,) weights of which each goes to another candidate."""
    if len(weights) < 2:
        return weights
    shift = np.random.default_rng((STREAM, *seed)).integers(1, len(weights))
    return np.roll(weights, int(shift))


def dealt_over_images(values: Floats, image_ids: Ids, seed: tuple[int, ...]) -> Floats:
    """Return (n, K) values whose rows have gone to other images, as whole rows."""
    by_id = np.argsort(image_ids)  # no draw may depend on the order of the pool
    dealt = np.empty_like(values)
    dealt[by_id] = values[np.random.default_rng((STREAM, *seed)).permutation(by_id)]
    return dealt


def scores_dealt_out(values: Floats, image_ids: Ids, seed: tuple[int, ...]) -> Floats:
    """Return (n, K) values of which each column has been dealt out over the images by itself.

    Values that are dealt out with the same images and seed go the same ways.
    """
    columns = [
        dealt_over_images(values[:, [k]], image_ids, (*seed, k)) for k in range(values.shape[1])
    ]
    return np.concatenate(columns, axis=1)
