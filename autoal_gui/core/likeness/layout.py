"""Places on the map by t-SNE (van der Maaten & Hinton 2008), computed in a process of its own.

What is alike comes to lie together; how far apart clouds lie means nothing. The flat places are
where it starts from, so that the map turns into the other one (Kobak & Berens 2019). Of large sets
t-SNE places a sample, and every other image lies amid those of the sample that it is most like.
"""

import contextlib
import os
import sys
from pathlib import Path

import numpy as np

from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.likeness.kept_map import Places, Vectors, read_vectors, write_layout
from autoal_gui.core.likeness.reduction import flat_places
from autoal_gui.core.system.processes import begin_process, spawning

SAMPLE = 20_000  # images that t-SNE itself places
FEWEST = 30  # images; fewer are as well seen flat
PERPLEXITY = 30.0  # neighbours that count, as van der Maaten & Hinton used
START = 1e-4  # standard deviation of the places at the start
NEIGHBOURS = 5  # of the sample, amid which an image lies
CHUNK = 1024
POLITE = 19  # so much nicer than the window, see nice(2): as nice as can be
POLL = 0.1  # seconds between two looks at whether to stop


def lay_out(vectors: Vectors, seed: int = 0) -> Places:
    """Return (n, 2) places of (n, K) vectors of unit length; the same each time.

    With less than `FEWEST` vectors they are the flat ones.
    """
    if len(vectors) < FEWEST:
        return flat_places(vectors)
    drawn = np.random.default_rng(seed).permutation(len(vectors))
    sample, rest = np.sort(drawn[:SAMPLE]), np.sort(drawn[SAMPLE:])
    places = np.empty((len(vectors), 2), np.float32)
    places[sample] = _tsne(vectors[sample], seed)
    for start in range(0, len(rest), CHUNK):
        rows = rest[start : start + CHUNK]
        alike = vectors[rows] @ vectors[sample].T
        best = np.argpartition(-alike, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        weight = np.take_along_axis(alike, best, 1).clip(1e-3) ** 8  # the likest counts most
        weight /= weight.sum(1, keepdims=True)
        places[rows] = (places[sample[best]] * weight[:, :, None]).sum(1)
    return places


def _tsne(vectors: Vectors, seed: int) -> Places:
    from sklearn.manifold import TSNE

    flat = flat_places(vectors)
    deviation = max(float(flat[:, 0].std()), 1e-9)
    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    one = TSNE(perplexity=perplexity, init=flat / deviation * START, random_state=seed, n_jobs=1)
    return np.asarray(one.fit_transform(vectors), np.float32)


def lay_out_kept(folder: Path, name: str, progress: ProgressCallback) -> str:
    """Lay out a kept map in another process, which gives way to the window; return its name.

    Raises:
        Cancelled: `progress` says so; the process has ended then.
    """
    process = spawning().Process(target=_work, args=(folder, name), daemon=True)
    process.start()
    try:
        while process.is_alive():
            progress(0, 0)
            process.join(POLL)
    finally:
        if process.is_alive():
            process.terminate()
        process.join()
    return name


def _work(folder: Path, name: str) -> None:
    """Lay out a map and keep that beside it; where it cannot be kept, the flat one stays."""
    from threadpoolctl import threadpool_limits

    begin_process()
    give_way()
    vectors = read_vectors(folder, name)
    if vectors is None:
        return
    there = np.abs(vectors).max(1, initial=0) > 0
    places = np.full((len(vectors), 2), np.nan, np.float32)
    with threadpool_limits(1):
        places[there] = lay_out(np.array(vectors[there]))
    with contextlib.suppress(OSError):
        write_layout(folder, name, places)


def give_way() -> None:
    """Compute only while the window wants no processor, where the system can see to that.

    A nice process still finishes its slice before a key is answered; an idle one does not. The
    networks leave one core free, so that it gets on while they learn.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # where nothing may be changed
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
            return
    with contextlib.suppress(AttributeError, OSError):  # Windows has no nice
        os.nice(POLITE)
