"""Images that are nearly the same as others: the next frame, the same picture saved again.

What is compared are small grey pictures, each of zero mean and unit length, less what all images of
the set have in common: so two chests are not alike because both are chests. Measured on real sets,
copies that were made smaller and saved again reach .98 and more, images of different patients stay
below .94. Pictures that were turned or cut are not found.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import adaptive_avg_pool2d

from autoal_gui.learning.data.context import Context
from autoal_gui.learning.data.features import CENTRED_ON, thinned
from autoal_gui.learning.data.image_cache import READ, map_files

SIDE = 32  # pixels of a small picture, where the images have as many
ALIKE = 0.95  # cosine from which two images are nearly the same
BATCH = 256  # images made small at a time
CHUNK = 1024  # images compared at a time
SMALLEST = 1e-6  # length below which a picture has no direction

Floats = npt.NDArray[np.float32]


def near_duplicates(
    context: Context, ids: Sequence[int], others: Sequence[int], pool: Sequence[int]
) -> frozenset[int]:
    """Return those of some images that are nearly the same as one of the others.

    Args:
        context: beside whose image cache the small pictures are kept.
        ids: readable image ids.
        others: readable image ids.
        pool: those that stand for the set, from which it is told what its images have in common.
    """
    if not ids or not others:
        return frozenset()
    centre = _small(context, thinned(pool, CENTRED_ON)).mean(0)
    theirs = _unit(_small(context, others) - centre)
    found: list[int] = []
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        nearest = (_unit(_small(context, chunk) - centre) @ theirs.T).max(1)
        found += [i for i, cosine in zip(chunk, nearest.tolist(), strict=True) if cosine >= ALIKE]
    return frozenset(found)


def _small(context: Context, ids: Sequence[int]) -> Floats:
    """Return (n, D) small pictures, computing those that the project has not kept."""
    cache = context.feed.cache
    side = min(SIDE, cache.squares.shape[-1])
    name = f"small-{side}-{cache.name}"
    values, states = map_files(cache.folder, name, (len(cache.rows), side * side), np.float16)
    missing = [i for i in ids if states[cache.rows[i]] != READ]
    for start in range(0, len(missing), BATCH):
        chunk = missing[start : start + BATCH]
        grey = cache.batch(chunk).float().mean(1, keepdim=True)
        rows = [cache.rows[i] for i in chunk]
        with torch.inference_mode():
            flat = adaptive_avg_pool2d(grey, side).flatten(1).numpy()
        values[rows] = _unit(flat - flat.mean(1, keepdims=True))
        states[rows] = READ  # after the pictures: a killed program computes them again
    small: Floats = values[[cache.rows[i] for i in ids]].astype(np.float32)
    return small


def _unit(rows: Floats) -> Floats:
    unit: Floats = rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(SMALLEST)
    return unit
