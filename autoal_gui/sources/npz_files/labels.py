"""The labels of an .npz file, in whatever clothes they come: class numbers at the end.

Whole numbers from 0 are taken as they are, floats that are whole as well. Texts are class names.
Numbers that begin at 1 are counted from 0, -1 is an image without a label, and rows of one 1 among
0s say which class it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from autoal_gui.core.errors import SourceError
from autoal_gui.core.language import tr
from autoal_gui.core.system.natural_order import natural

Values = npt.NDArray[Any]
MAX_CLASSES = 1000
LONGEST_NAME = 200  # characters
UNLABELLED = -1


@dataclass(frozen=True)
class Labels:
    """The labels of the parts of a file."""

    parts: tuple[list[int | None] | None, ...]
    """A class number of each image, None where it has none; None for a part without labels."""
    names: tuple[str, ...] = ()
    """Of the classes, where the labels are texts."""

    @property
    def count(self) -> int:
        """How many classes the numbers need."""
        numbers = (n for part in self.parts if part for n in part if n is not None)
        return 1 + max(numbers, default=-1)


def check_labels(
    name: str, shape: tuple[int, ...], dtype: np.dtype[Any], count: int, images: str
) -> None:
    """Refuse an array that cannot be the labels of the array `images`, before it is read.

    Raises:
        SourceError: in one sentence.
    """
    if dtype.kind not in "iubfUS" or (dtype.kind in "US" and dtype.itemsize > 4 * LONGEST_NAME):
        raise SourceError(tr("The array {name} is {dtype}, not integers.", name=name, dtype=dtype))
    wide = len(shape) == 2 and shape[1] > 1
    if wide and (dtype.kind in "US" or shape[1] > MAX_CLASSES):
        raise SourceError(_several(shape[1]))
    if not (shape in ((count,), (count, 1)) or (wide and shape[0] == count)):
        raise SourceError(
            tr("The arrays {images} and {labels} differ in length.", images=images, labels=name)
        )


def labels_of(arrays: Sequence[tuple[str, Values] | None], from_zero: bool = False) -> Labels:
    """Return the class numbers of the arrays of all parts, each of which was checked.

    Args:
        arrays: (its name, the labels) of each part; None for a part without.
        from_zero: whether the classes are known, so that a smallest number of 1 means itself.

    Raises:
        SourceError: they are no class numbers.
    """
    found = [None if one is None else (one[0], _plain(*one)) for one in arrays]
    if any(one is not None and one[1].dtype.kind == "U" for one in found):
        return _of_texts(found)
    known = [numbers for one in found if one is not None for numbers in [one[1]]]
    labelled = [numbers[numbers != UNLABELLED] for numbers in known]
    together = np.concatenate(labelled) if labelled else np.empty(0, np.int64)
    shift = int(not from_zero and together.size > 0 and together.min() == 1)
    if shift and together.max() == 1:
        shift = 0  # one class, whatever its number
    return Labels(tuple(None if one is None else _numbers(*one, shift) for one in found))


def _several(labels: int) -> str:
    return tr(
        "The images of this file have {labels} labels each; only sets with one class "
        "an image can be used.",
        labels=labels,
    )


def _plain(name: str, values: Values) -> Values:
    """Return (n,) whole numbers, or texts."""
    if values.ndim == 2 and values.shape[1] > 1:
        ones = (values == 1).sum(1)
        if not (((values == 0) | (values == 1)).all() and (ones == 1).all()):
            raise SourceError(_several(values.shape[1]))
        places: Values = values.argmax(1).astype(np.int64)
        return places
    values = values.reshape(-1)
    if values.dtype.kind in "US":
        return np.char.strip(np.char.decode(values, "utf-8", "replace")
                             if values.dtype.kind == "S" else values)  # fmt: skip
    if values.dtype.kind == "f":
        whole = np.where(np.isnan(values), UNLABELLED, values)
        if not (np.isfinite(whole).all() and (whole == np.floor(whole)).all()):
            raise SourceError(
                tr("The array {name} is {dtype}, not integers.", name=name, dtype=values.dtype)
            )
        values = np.clip(whole, -2, MAX_CLASSES + 1)
    elif values.dtype == np.uint64:
        values = np.minimum(values, MAX_CLASSES + 1)
    return values.astype(np.int64)


def _numbers(name: str, values: Values, shift: int) -> list[int | None]:
    if values.size and (values.min() < UNLABELLED or values.max() - shift >= MAX_CLASSES):
        raise SourceError(
            tr(
                "The labels in {name} must lie between 0 and {highest}.",
                name=name,
                highest=MAX_CLASSES - 1,
            )
        )
    return [None if value == UNLABELLED else int(value) - shift for value in values]


def _of_texts(found: Sequence[tuple[str, Values] | None]) -> Labels:
    """Return numbers for texts, in the order of the classes' names; an empty one is no label.

    Parts with numbers beside them are numbers of these names.
    """
    texts = [one[1] for one in found if one is not None and one[1].dtype.kind == "U"]
    names = sorted({str(text) for part in texts for text in part if text}, key=natural)
    if len(names) > MAX_CLASSES:
        raise SourceError(tr("The file has more than {most} classes.", most=MAX_CLASSES))
    places = {name: number for number, name in enumerate(names)}
    parts: list[list[int | None] | None] = []
    for one in found:
        if one is None:
            parts.append(None)
        elif one[1].dtype.kind == "U":
            parts.append([places.get(str(text)) for text in one[1]])
        else:
            parts.append(_numbers(*one, shift=0))
    labels = Labels(tuple(parts), tuple(names))
    more = tuple(f"class {number}" for number in range(len(names), labels.count))
    return Labels(labels.parts, (*names, *more))
