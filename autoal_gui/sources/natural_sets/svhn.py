"""SVHN's cropped digits in the files that their authors publish (Netzer et al. 2011).

Each holds `X` (32, 32, 3, n) and `y` (n, 1), the digits 1 to 9 and 10 for zero, which torchvision
and this program call class 0. The 531,131 further images of `extra_32x32.mat` are not used.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from autoal_gui.core.errors import SourceError
from autoal_gui.core.language import tr
from autoal_gui.sources.natural_sets.mat_file import WRONG, MatArray, arrays_of, numbers_of
from autoal_gui.sources.natural_sets.parts import AT_ONCE, SIDE, SIZE, ArrayPart, ArraySet
from autoal_gui.sources.natural_sets.reading import damaged, reading

MOST = 2**31  # bytes of a file; the larger published one has 182 million
MOST_IMAGES = 2_000_000
ZERO = 10
CLASSES = tuple("0123456789")
FILES = {"train": "train_32x32.mat", "test": "test_32x32.mat"}


def read_svhn(place: Path) -> ArraySet:
    """Read the set's labels; its images are read when they are asked for.

    Raises:
        SourceError: a file is missing, damaged, or holds anything else.
    """
    return ArraySet(CLASSES, tuple(_part(name, place / file) for name, file in FILES.items()))


def _part(name: str, file: Path) -> ArrayPart:
    with reading(file, WRONG):
        arrays = arrays_of(file, MOST)
        images, digits = arrays["X"], arrays["y"]
        count = images.shape[3] if len(images.shape) == 4 else 0
        if images.shape[:3] != (SIDE, SIDE, 3) or images.dtype != np.uint8:
            raise ValueError("other images")
        if not 0 < count <= MOST_IMAGES or digits.shape not in ((count, 1), (1, count)):
            raise ValueError("other labels")
        stored = b"".join(numbers_of(file, digits, MOST, 2**16))
    numbers = np.frombuffer(stored, digits.dtype)
    if not np.isin(numbers, np.arange(ZERO + 1)).all():
        raise damaged(file.name)
    labels = [int(number) % ZERO for number in numbers]
    return ArrayPart(name, labels, partial(_turned, file, images))


def _turned(file: Path, images: MatArray) -> Iterator[bytes]:
    """Yield the images row by row; the file has them column by column, colour by colour."""
    try:
        for block in numbers_of(file, images, MOST, AT_ONCE * SIZE):
            few = np.frombuffer(block, np.uint8).reshape(-1, 3, SIDE, SIDE)
            yield few.transpose(0, 3, 2, 1).tobytes()
    except OSError as error:
        raise SourceError(tr("{name} cannot be read.", name=file.name)) from error
    except WRONG as error:
        raise damaged(file.name) from error
