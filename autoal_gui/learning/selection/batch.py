"""Which images a batch of mode "auto" holds, besides those drawn at random.

Without labels: images in the middle of the pool's clusters. With labels: images that stand for
much of the pool that resembles no labelled image yet, a greedy cover (Bae et al. 2024 and 2025).
Each image of the pool counts in it for what the candidates make of it, times the error that the
model expects of itself there where all classes count alike.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from autoal_gui.core.system.threads import one_thread
from autoal_gui.strategies import kmeans
from autoal_gui.strategies.contract import ModelOutputs, top
from autoal_gui.strategies.coverage import cover
from autoal_gui.strategies.geometry import LLOYD_IMAGES, Array, Rows, nearest
from autoal_gui.strategies.refine import taken

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]

IMAGES = 2048  # that are covered by their own; of more a random sample: what was measured
LEAST_WORTH = 1e-6
DECIMALS = 9  # of a mean over the pool, which must not depend on its order
LEAST_RADIUS = 1e-3  # of unit features, for pools half of which are copies of labelled images


def spread_out(
    outputs: ModelOutputs, places: Positions, wanted: int, random: np.random.Generator
) -> Positions:
    """Choose `wanted` of the images at some places by k-means: the nearest to each centroid.

    Of more than `LLOYD_IMAGES` images a random sample is looked at.
    """
    few, places = _few(outputs, places, LLOYD_IMAGES, wanted, random)
    if wanted < 1 or len(places) <= wanted:
        return places[: max(0, wanted)]
    return places[top(kmeans.score(few), few.image_ids, wanted)]


def covering(
    outputs: ModelOutputs,
    places: Positions,
    others: Positions,
    mixed: Floats,
    wanted: int,
    random: np.random.Generator,
) -> Positions:
    """Choose `wanted` of the images at some places so that they cover much that is worth it.

    Resemblance falls to 1/e at the distance that half of these images have from what is labelled,
    or will be: batches are spread wide at first, and look more closely as labels become many. Of
    more than `IMAGES` images a random sample is looked at.

    Args:
        outputs: of the pool, with its labelled images.
        places: (p,) positions of images that may be chosen.
        others: (q,) positions of images that will be asked for besides.
        mixed: (n,) s(x), what the candidates make of each image, in [0, 1].
        wanted: how many to choose.
        random: draws the sample.
    """
    if wanted < 1 or len(places) <= wanted:
        return places[: max(0, wanted)]
    worth = (mixed * expected_error(outputs.probabilities)).clip(LEAST_WORTH)
    few, places = _few(outputs, places, IMAGES, wanted, random)
    scores = _covered(few, _known(outputs, others), worth[places])
    return places[top(scores, few.image_ids, wanted)]


def expected_error(probabilities: npt.NDArray[np.floating]) -> Floats:
    """Return (n,) how much each image adds to the error where all classes count alike; mean <= 1.

    The mean over classes of p (1 - p) over the class's share of the pool: the chance that an image
    is of the class and is taken for another, an image of a rare class counting for more, as in the
    balanced accuracy.

    Args:
        probabilities: (n, C) of the pool's images, n >= 1.
    """
    exact = probabilities.astype(np.float64)
    shares = exact.mean(axis=0).clip(0.5 / len(exact))
    errors: Floats = (exact * (1 - exact) / shares).mean(axis=1).round(DECIMALS)
    return errors


def _few(
    outputs: ModelOutputs,
    places: Positions,
    most: int,
    wanted: int,
    random: np.random.Generator,
) -> tuple[ModelOutputs, Positions]:
    """Return the outputs and positions of at most so many of the images at some places."""
    if len(places) > most:
        places = np.sort(random.choice(places, most, replace=False))
    return replace(taken(outputs, places), wanted=max(1, wanted)), places


def _known(outputs: ModelOutputs, others: Positions) -> Array:
    """Return (m + q, D) unit features of the images that have or will have a label."""
    rows = [Rows.of(taken(outputs, others), unit=True).read()]
    if outputs.labelled is not None:
        rows.insert(0, Rows.of(outputs.labelled, unit=True).read())
    return np.concatenate(rows)


def _covered(few: ModelOutputs, known: Array, worth: Floats) -> Floats:
    """Return (p,) scores that put the cover on top."""
    with one_thread():
        far, _ = nearest(Rows.of(few, unit=True), known)
        return cover(few, known, worth, max(LEAST_RADIUS, float(np.median(far))))
