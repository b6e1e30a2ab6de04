"""Files of CIFAR, SVHN and TinyImageNet for the table of bad input: one of a sound set, damaged."""

import tempfile
from pathlib import Path

from tests.support.natural_sets import write_cifar, write_svhn, write_tiny_imagenet

BATCH = "cifar-10-batches-py/data_batch_1"
META = "cifar-10-batches-py/batches.meta"
DIGITS = "train_32x32.mat"
ANNOTATIONS = "tiny-imagenet-200/val/val_annotations.txt"


def write_set(file: str, place: Path) -> Path:
    """Write the sound set that a file belongs to; return its folder."""
    if file == DIGITS:
        write_svhn(place)
        return place
    if file == ANNOTATIONS:
        return write_tiny_imagenet(place)
    write_cifar(place)
    return (place / file).parent


def damaged_set(data: bytes, place: Path) -> Path:
    """Write a set of which one file is the input, the one that it resembles; return its folder."""
    pickled = BATCH if b"data" in data else META
    file = DIGITS if b"MATLAB" in data[:200] else pickled if data[:1] == b"\x80" else ANNOTATIONS
    folder = write_set(file, place)
    (place / file).write_bytes(data)
    return folder


def sound_files() -> list[bytes]:
    """Return a file of each kind; the one of SVHN compressed and not."""
    with tempfile.TemporaryDirectory() as base:
        root = Path(base)
        for file in (BATCH, DIGITS, ANNOTATIONS):
            write_set(file, root)
        found = [(root / file).read_bytes() for file in (BATCH, META, DIGITS, ANNOTATIONS)]
        write_svhn(root, compress=False)
        return [*found, (root / DIGITS).read_bytes()]
