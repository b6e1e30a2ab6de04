"""`python -m tests.trials.estimates.likeness --data SET --keep DIR`: ways to look for more alike.

Examples of one class are drawn at random; of the 20 images that are ranked first among all others,
the share of the same class is counted. The vectors are those of the map before anything was learned
from the images. Every way ranks for the same examples, so that the ways are compared in pairs.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoal_gui.core.images.pool import ImagePool, longest_side
from autoal_gui.core.likeness.kept_map import map_name, read_map
from autoal_gui.core.likeness.search import Vectors, unit_rows
from autoal_gui.core.messages import MapImages
from autoal_gui.core.settings import PRESETS, fitted_to
from autoal_gui.learning.training.image_map import map_images
from autoal_gui.sources.opening import list_images, open_images, spec_of

FIRST = 20  # images that are looked at
EXAMPLES = (1, 3, 5)
FEWEST = max(EXAMPLES) + FIRST  # of a class: else not even the best ranking could be right
Way = Callable[[Vectors, Vectors], npt.NDArray[np.floating]]
"""(vectors of all images, vectors of the examples) -> how like each image is."""


def mean(vectors: Vectors, to: Vectors) -> npt.NDArray[np.floating]:
    """Like the mean direction of the examples."""
    return np.asarray(vectors @ to.mean(0))


def likest(vectors: Vectors, to: Vectors) -> npt.NDArray[np.floating]:
    """Like that example which is likest."""
    return np.asarray((vectors @ to.T).max(1))


def ranks(vectors: Vectors, to: Vectors) -> npt.NDArray[np.floating]:
    """The mean over the examples of the place that an image has in the order of each."""
    order = (-(vectors @ to.T)).argsort(0, kind="stable").argsort(0, kind="stable")
    return np.asarray(-order.mean(1))


def centred(vectors: Vectors, to: Vectors) -> npt.NDArray[np.floating]:
    """Like the mean of the examples, seen from the middle of all images."""
    middle = vectors.mean(0)
    return mean(unit_rows(vectors - middle), unit_rows(to - middle))


def centred_likest(vectors: Vectors, to: Vectors) -> npt.NDArray[np.floating]:
    """Like that example which is likest, seen from the middle of all images."""
    middle = vectors.mean(0)
    return likest(unit_rows(vectors - middle), unit_rows(to - middle))


WAYS: dict[str, Way] = {
    "mean": mean,
    "likest": likest,
    "ranks": ranks,
    "centred mean": centred,
    "centred likest": centred_likest,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", required=True, metavar="SET")
    parser.add_argument("--keep", type=Path, required=True, metavar="DIR")
    parser.add_argument("--draws", type=int, default=200)
    options = parser.parse_args()
    print("| set, class | examples |", " | ".join(WAYS), "| share of all |")
    print("| --- " * (len(WAYS) + 3) + "|")
    for data in options.data:
        vectors, truth, names = kept_set(data, options.keep)
        for class_index, name in enumerate(names):
            if (truth == class_index).sum() >= FEWEST:
                for line in lines(vectors, truth, class_index, options.draws):
                    print(f"| {Path(data).stem}, {name} | {line}")


def lines(
    vectors: Vectors, truth: npt.NDArray[np.int64], class_index: int, draws: int
) -> list[str]:
    """Return a line of the table for each number of examples."""
    own, rng = np.flatnonzero(truth == class_index), np.random.default_rng(0)
    found = []
    for count in EXAMPLES:
        hits = np.zeros((len(WAYS), draws))
        for draw in range(draws):
            examples = rng.choice(own, count, replace=False)
            for place, way in enumerate(WAYS.values()):
                hits[place, draw] = precision(way, vectors, truth, examples)
        others = (len(own) - count) / (len(truth) - count)
        errors = (hits - hits[0]).std(1) / draws**0.5
        cells = [f"{h.mean():.3f} (±{e:.3f})" for h, e in zip(hits, errors, strict=True)]
        found.append(f"{count} | {' | '.join(cells)} | {others:.3f} |")
    return found


def precision(
    way: Way, vectors: Vectors, truth: npt.NDArray[np.int64], examples: npt.NDArray[np.int64]
) -> float:
    """Return the share of the examples' class among the first images that are no examples."""
    alike = way(vectors, vectors[examples]).astype(float)
    alike[examples] = -np.inf
    first = (-alike).argsort(kind="stable")[:FIRST]
    return float((truth[first] == truth[examples[0]]).mean())


def kept_set(data: str, keep: Path) -> tuple[Vectors, npt.NDArray[np.int64], tuple[str, ...]]:
    """Return vectors, classes and their names of the readable images that have a label."""
    keep.mkdir(parents=True, exist_ok=True)
    spec = spec_of(data)
    listing = list_images(spec, keep, lambda done, total: None)
    pool = ImagePool.of_listing(listing, open_images(spec, keep))
    name, ids = map_name(pool.data_hash, len(pool.images)), np.array(sorted(pool.images))
    folder = keep / name
    kept = read_map(folder, name, ids)
    if kept is None:
        settings = fitted_to(PRESETS["cpu"], longest_side(pool))
        wanted = MapImages(0, pool, listing.classes, settings, str(folder), name)
        for _ in map_images(wanted, lambda: False):
            pass
        kept = read_map(folder, name, ids)
    assert kept is not None
    labels = [listing.images[image_id - 1].label for image_id in ids.tolist()]
    truth = np.array([-1 if label is None else label for label in labels], np.int64)
    used = kept.readable & (truth >= 0)
    return np.array(kept.vectors[used]), truth[used], listing.classes


if __name__ == "__main__":
    main()
