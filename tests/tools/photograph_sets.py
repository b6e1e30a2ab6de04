"""Sets of real photographs in the layouts of CIFAR, SVHN and TinyImageNet, to try the program on.

`python -m tests.tools.photograph_sets FOLDER` writes cifar-10-batches-py, cifar-100-python, the two
.mat files of SVHN and tiny-imagenet-200. Their images are pieces of the photographs that
scikit-image and scikit-learn ship, and say which photograph, or which half of one, a piece is of;
SVHN's are the written digits of scikit-learn. Training and test pieces come from different fields
of a photograph. The published sets themselves are harder, and much larger.
"""

import sys
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from tests.support.natural_sets import write_cifar, write_svhn, write_tiny_imagenet

COLOUR = ("astronaut", "chelsea", "coffee", "rocket", "retina", "hubble_deep_field",
          "immunohistochemistry", "stereo_motorcycle", "china", "flower")  # fmt: skip
GREY = ("brick", "grass", "gravel", "camera", "coins", "moon")
FIELDS = 4  # a side; those of a diagonal are the test part's
TRAIN = 2000  # images of each set


@cache
def photograph(name: str) -> np.ndarray:
    """Return a photograph, (H, W, 3) uint8."""
    if name in ("china", "flower"):
        from sklearn.datasets import load_sample_image

        return load_sample_image(f"{name}.jpg")
    from skimage import data

    found = getattr(data, name)()
    found = found[0] if isinstance(found, tuple) else found
    return np.array(Image.fromarray(found).convert("RGB"))


class Pieces:
    """Draws pieces of photographs: of the whole one, or of half of it for each class."""

    def __init__(self, names: tuple[str, ...], halves: int = 1) -> None:
        self.names, self.halves, self._rng = names, halves, np.random.default_rng(0)

    def __call__(self, labels: list[int], side: int, part: str) -> np.ndarray:
        return np.stack([self._piece(label, side, part) for label in labels])

    def _piece(self, label: int, side: int, part: str) -> np.ndarray:
        whole = photograph(self.names[label // self.halves])
        half = label % self.halves
        width = whole.shape[1] // self.halves
        seen = whole[:, half * width : (half + 1) * width]
        high, wide = (length // FIELDS for length in seen.shape[:2])
        row = int(self._rng.integers(FIELDS))
        columns = [c for c in range(FIELDS) if (c == row) == (part == "test")]
        column = int(self._rng.choice(columns))
        size = min(high, wide) * 3 // 4
        top = row * high + int(self._rng.integers(high - size + 1))
        left = column * wide + int(self._rng.integers(wide - size + 1))
        piece = Image.fromarray(seen[top : top + size, left : left + size])
        return np.array(piece.resize((side, side), Image.Resampling.BILINEAR))


class Digits:
    """Draws written digits, light on dark, each in a colour of its own."""

    def __init__(self) -> None:
        from sklearn.datasets import load_digits

        self._images, self._targets = load_digits(return_X_y=True)
        self._rng = np.random.default_rng(0)

    def __call__(self, labels: list[int], side: int, part: str) -> np.ndarray:
        first = np.arange(len(self._targets)) % 3 > 0
        fits = first if part == "train" else ~first
        rows = [self._rng.choice(np.flatnonzero(fits & (self._targets == n))) for n in labels]
        return np.stack([self._drawn(self._images[row].reshape(8, 8), side) for row in rows])

    def _drawn(self, digit: np.ndarray, side: int) -> np.ndarray:
        grey = Image.fromarray((digit * 255 / 16).astype(np.uint8))
        grey = grey.resize((side, side), Image.Resampling.BILINEAR)
        ink, paper = self._rng.uniform(0.5, 1.0, 3), self._rng.uniform(0.0, 0.4, 3)
        shares = np.asarray(grey)[:, :, None] / 255
        return (255 * (shares * ink + (1 - shares) * paper)).astype(np.uint8)


def write_sets(root: Path, train: int = TRAIN) -> None:
    """Write all four sets of so many training images and a quarter of that to test."""
    test = train // 4
    halves = tuple(f"{half} of {name}" for name in COLOUR for half in ("left", "right"))
    write_cifar(root, "cifar10", train // 5, COLOUR, draw=Pieces(COLOUR))
    write_cifar(root, "cifar100", train, halves, draw=Pieces(COLOUR, 2))
    write_svhn(root, train, draw=Digits())
    everything = (*COLOUR, *GREY)
    words = {f"n{number:08}": name for number, name in enumerate(everything, start=1)}
    each, validating = (count // len(words) for count in (train, test))
    pieces = Pieces(everything)
    write_tiny_imagenet(root, each, words, validating=validating, draw=pieces)


if __name__ == "__main__":
    write_sets(Path(sys.argv[1]))
