"""CIFAR-10 and CIFAR-100 in the files that their authors publish for Python (Krizhevsky 2009).

Each is a pickle of a dict: `data` (n, 3072), the red, green and blue of each image one after the
other, and `labels` or `fine_labels`; one more names the classes.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from autoal_gui.core.errors import SourceError
from autoal_gui.core.language import tr
from autoal_gui.core.system.foreign_files import read_foreign
from autoal_gui.sources.natural_sets.array_pickle import WRONG, Numbers, array_of, read_array_pickle
from autoal_gui.sources.natural_sets.parts import AT_ONCE, SIDE, SIZE, ArrayPart, ArraySet
from autoal_gui.sources.natural_sets.reading import reading
from autoal_gui.sources.npz_files.labels import LONGEST_NAME, MAX_CLASSES

MOST = 2**28  # bytes of a file; the largest published one has 156 million
FILES: dict[str, dict[str, tuple[str, ...]]] = {
    "cifar10": {"train": tuple(f"data_batch_{n}" for n in range(1, 6)), "test": ("test_batch",)},
    "cifar100": {"train": ("train",), "test": ("test",)},
}
META = {
    "cifar10": ("batches.meta", "label_names", "labels"),
    "cifar100": ("meta", "fine_label_names", "fine_labels"),
}
"""The file that names the classes, what they are called in it, and what labels are elsewhere."""


def files_of(name: str) -> tuple[str, ...]:
    """Return the files of a set."""
    return (META[name][0], *(file for files in FILES[name].values() for file in files))


def read_cifar(name: str, place: Path) -> ArraySet:
    """Read a set.

    Args:
        name: "cifar10" or "cifar100".
        place: the folder of its files.

    Raises:
        SourceError: a file is missing, damaged, or holds anything else.
    """
    meta, key, labels = META[name]
    classes = _names(_read(place / meta), key, meta)
    parts = []
    for part, files in FILES[name].items():
        read = [_batch(_read(place / file), labels, len(classes), file) for file in files]
        images = [one[0] for one in read]
        known = [number for one in read for number in one[1]]
        parts.append(ArrayPart(part, known, partial(_turned, images)))
    return ArraySet(classes, tuple(parts))


def _read(file: Path) -> dict[str, Any]:
    with reading(file, WRONG, _none_of_its):
        found = read_array_pickle(read_foreign(file, MOST, file.parent))
    if not isinstance(found, dict):
        raise _none_of_its(file.name)
    return found


def _none_of_its(name: str) -> SourceError:
    return SourceError(
        tr(
            "{name} is damaged, or holds what no file of this set holds; nothing in it was run.",
            name=name,
        )
    )


def _names(found: dict[str, Any], key: str, file: str) -> tuple[str, ...]:
    names = found.get(key)
    if not isinstance(names, list) or not 0 < len(names) <= MAX_CLASSES:
        raise _none_of_its(file)
    if not all(isinstance(one, str) and 0 < len(one.strip()) <= LONGEST_NAME for one in names):
        raise _none_of_its(file)
    classes = tuple(one.strip() for one in names)
    if len(set(classes)) < len(classes):
        raise _none_of_its(file)
    return classes


def _batch(
    found: dict[str, Any], labels: str, classes: int, file: str
) -> tuple[Numbers, list[int]]:
    """Return the images of a file, (n, 3072), and the class of each."""
    try:
        images, numbers = array_of(found["data"]), array_of(found[labels])
    except WRONG as error:
        raise _none_of_its(file) from error
    sound = images.dtype == np.uint8 and images.ndim == 2 and images.shape[1] == SIZE
    if not sound or numbers.shape != images.shape[:1] or not len(images):
        raise _none_of_its(file)
    if numbers.min() < 0 or numbers.max() >= classes:
        raise _none_of_its(file)
    return images, [int(number) for number in numbers]


def _turned(batches: list[Numbers]) -> Iterator[bytes]:
    for images in batches:
        for start in range(0, len(images), AT_ONCE):
            few = images[start : start + AT_ONCE].reshape(-1, 3, SIDE, SIDE)
            yield few.transpose(0, 2, 3, 1).tobytes()
