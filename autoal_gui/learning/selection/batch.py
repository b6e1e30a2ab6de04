"""Which images a batch of mode "auto" holds, besides those drawn at random.

Without labels: images in the middle of the pool's clusters. With labels: those that tell most about
the last layer where the pool needs it, a greedy choice by Fisher information (Ash et al. 2021).
Each image of the pool counts in it for what the candidates make of it, times the error that the
model expects of itself there where all classes count alike.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from autoal_gui.core.system.threads import one_thread
from autoal_gui.strategies import kmeans
from autoal_gui.strategies.contract import Labelled, ModelOutputs, top
from autoal_gui.strategies.fisher import RIDGE, choose, information, outer
from autoal_gui.strategies.geometry import (
    LLOYD_IMAGES,
    Array,
    Rows,
    distinct_rows,
    main_axes,
    squared_distances,
)
from autoal_gui.strategies.refine import taken

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]

IMAGES = 2048  # that are looked at; of more a random sample: what was measured
SEEN, AXES = 512, 128  # images that the main directions are found by, and how many these are
LEAST_WORTH = 1e-6
COPY = 2  # decimals that features of a mean square of 1 share where images are copies
DECIMALS = 9  # of a mean over the pool, which must not depend on its order


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


def telling(
    outputs: ModelOutputs,
    places: Positions,
    others: Positions,
    mixed: Floats,
    wanted: int,
    random: np.random.Generator,
) -> Positions:
    """Choose `wanted` of the images at some places that tell most about the last layer.

    They make tr(M^-1 F) small: M is the information of all images that have or will have a label,
    F that of the pool, each image counting for its worth. It is reckoned along the main directions
    of the features. Of more than `IMAGES` images a random sample is looked at.

    Args:
        outputs: of the pool, with its labelled images.
        places: (p,) positions of images that may be chosen.
        others: (q,) positions of images that will be asked for besides.
        mixed: (n,) s(x), what the candidates make of each image, in [0, 1].
        wanted: how many to choose.
        random: draws the samples.
    """
    if wanted < 1 or len(places) <= wanted:
        return places[: max(0, wanted)]
    worth = (mixed * expected_error(outputs.probabilities)).clip(LEAST_WORTH)
    few, places = _few(outputs, places, IMAGES, wanted, random)
    with one_thread():
        scores = _told(few, _known(outputs, others), worth[places], random)
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


def _known(outputs: ModelOutputs, others: Positions) -> tuple[Array, Array]:
    """Return features (m + q, D) of the images that have or will have a label, and what they tell.

    That is (m + q,) q (1 - q), see `information`.
    """
    images: list[Labelled | ModelOutputs] = [taken(outputs, others)]
    if outputs.labelled is not None:
        images.insert(0, outputs.labelled)
    features = np.concatenate([image.features.astype(np.float64) for image in images])
    return features, np.concatenate([information(image.probabilities) for image in images])


def _told(
    few: ModelOutputs, known: tuple[Array, Array], worth: Floats, random: np.random.Generator
) -> Floats:
    """Return (p,) scores that put the images that tell most on top, then those of most worth."""
    rows = Rows.of(few)
    wide, worth = rows.read().astype(np.float32), worth[rows.order]
    size = float((wide**2).mean()) ** 0.5 or 1.0  # BAIT's features have a mean square of 1
    axes = main_axes(wide[rows.sample(SEEN, int(random.integers(2**32)))], AXES) / size
    points, labelled = (wide @ axes).astype(np.float64), known[0] @ axes
    told = information(few.probabilities)[rows.order].clip(LEAST_WORTH)
    told[_copies(points, labelled)] = 0.0
    needed = outer(points, worth / worth.mean() * told.mean() / len(points))
    present = RIDGE * np.eye(axes.shape[1]) + outer(labelled, known[1])
    chosen = choose(points * np.sqrt(told)[:, None], needed, present, few.wanted)
    return rows.choice(chosen, worth - worth.max())


def _copies(points: Array, labelled: Array) -> npt.NDArray[np.bool_]:
    """Tell which points (p, k) lie on a labelled one (m, k), or on one before them."""
    copies = np.ones(len(points), bool)
    first, _ = distinct_rows(points.round(COPY))
    copies[first] = False
    if len(labelled):
        copies |= squared_distances(points, labelled).min(axis=1) < 10.0 ** (-2 * COPY)
    return copies
