"""Features of every image under a frozen backbone, computed once and memory-mapped.

With a warm start the backbone no longer changes, so that a round needs no pass over the pool.
"""

import hashlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from autoal_gui.core.messages import Progress
from autoal_gui.learning.data.context import Context
from autoal_gui.learning.data.image_cache import READ, Bytes, map_files
from autoal_gui.learning.data.passes import passed
from autoal_gui.learning.model.networks import Classifier, Part

CENTRED_ON = 2048  # images that the centre of the features is estimated from
CHUNK = 4096  # images that are made unit vectors at a time
SMALLEST = 1e-6  # length below which a feature has no direction


@dataclass(frozen=True)
class Features:
    """Features of images. Owned by the engine's thread."""

    values: tuple[npt.NDArray[np.float16], ...] = field(repr=False)
    """(N, width) of each network, D in all, memory-mapped; half precision turns a direction by less
    than a thousandth."""
    rows: dict[int, int] = field(repr=False)
    """Row of each image id."""
    centre: npt.NDArray[np.float32] = field(repr=False)
    """(D,) mean over images of the pool."""
    widths: tuple[int, ...]
    """Features of each view; they sum to D."""
    strengths: tuple[float, ...] = ()
    """How strongly each view counts, not all 0; empty: all alike."""

    def unit(self, ids: Sequence[int]) -> npt.NDArray[np.float16]:
        """Return (n, D) features of some images: each view centred and of its own length.

        Together they have unit length.
        """
        found = np.empty((len(ids), sum(self.widths)), np.float16)
        for start in range(0, len(ids), CHUNK):
            places = [self.rows[i] for i in ids[start : start + CHUNK]]
            parts = [values[places] for values in self.values]
            found[start : start + CHUNK] = self.unit_of(np.concatenate(parts, axis=1))
        return found

    def unit_of(self, values: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
        """Return (n, D) features as `unit` does, of images that need not be the project's."""
        centred = values.astype(np.float32) - self.centre
        strengths = np.array(self.strengths or np.ones(len(self.widths)), np.float32)
        strengths /= np.linalg.norm(strengths)
        bounds = np.cumsum(self.widths)[:-1]
        for view, strength in zip(np.split(centred, bounds, axis=1), strengths, strict=True):
            lengths = np.linalg.norm(view, axis=1, keepdims=True).clip(SMALLEST)
            view *= strength / lengths  # a view of the same memory
        return centred


def frozen_features(
    context: Context, model: Classifier, ids: Sequence[int], pool: Sequence[int]
) -> Generator[Progress, None, Features]:
    """Return the features of `ids`, computing those that the project has not kept.

    Args:
        context: beside whose image cache the features are kept.
        model: whose backbone is frozen; in eval mode afterwards.
        ids: readable image ids.
        pool: those of the pool, which the centre is the mean of.
    """
    model.eval()
    with context.tracker.timed("features"):
        kept = [_Kept.of(context, part, ids) for part in model.backbone.parts()]
        yield from _computed(context, kept, len(ids))
    values = [one.values for one in kept]
    rows = context.feed.cache.rows
    sample = [rows[i] for i in thinned(pool, CENTRED_ON)]
    centre = np.concatenate([one[sample].astype(np.float32).mean(0) for one in values])
    return Features(tuple(values), rows, centre, tuple(model.backbone.widths))


@dataclass(frozen=True)
class _Kept:
    """What is kept of one network, and for which images it is not."""

    part: Part
    values: npt.NDArray[np.float16] = field(repr=False)
    states: Bytes = field(repr=False)
    missing: list[int] = field(repr=False)

    @classmethod
    def of(cls, context: Context, part: Part, ids: Sequence[int]) -> "_Kept":
        """Open the files of a network's features."""
        cache = context.feed.cache
        name = f"features-{_digest(part)[:16]}-{cache.name}"
        values, states = map_files(cache.folder, name, (len(cache.rows), part.width), np.float16)
        missing = [i for i in ids if states[cache.rows[i]] != READ]
        return cls(part, values, states, missing)


def _computed(
    context: Context, kept: Sequence[_Kept], images: int
) -> Generator[Progress, None, None]:
    """Compute what is missing; the networks count as one, so that no progress goes back.

    What is told are images of all that are described: what was kept before counts as done.
    """
    rows = context.feed.cache.rows
    missing = sum(len(one.missing) for one in kept)
    done = len(kept) * images - missing
    context.tracker.expect(missing)
    for one in kept:
        for chunk, found in passed(context, one.part.features, one.missing, one.part.at_once):
            places = [rows[i] for i in chunk]
            one.values[places] = found.float().cpu().numpy()
            one.states[places] = READ  # after the features: a killed program computes them again
            done += len(chunk)
            yield context.tracker.advance("features", done // len(kept), images, len(chunk))


def thinned(ids: Sequence[int], most: int) -> Sequence[int]:
    """Return at most `most` of the ids, evenly spread."""
    return ids[:: max(1, -(-len(ids) // most))]


def _digest(part: Part) -> str:
    """Return the SHA-256 of a network's weights and of how it is used, lower-case hex."""
    digest = hashlib.sha256(part.told.encode())
    for name, value in part.state.items():
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
