"""TinyImageNet in the folders of its archive (Le and Yang 2015).

`wnids.txt` lists the classes, `words.txt` says what each means, `train/CLASS/images/` holds the
training images, `val/images/` those whose classes `val/val_annotations.txt` gives: they are the
test images here, as in published results, since the labels of `test/` were never published. No
image is opened to list them.
"""

import os
import re
from collections import Counter
from pathlib import Path

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import ListedImage, Listing, ProgressCallback
from autoal_gui.core.language import mark, tr
from autoal_gui.core.system.foreign_files import read_foreign
from autoal_gui.core.system.natural_order import natural
from autoal_gui.sources.files.tree import is_text
from autoal_gui.sources.natural_sets.reading import damaged, reading
from autoal_gui.sources.npz_files.labels import LONGEST_NAME, MAX_CLASSES
from autoal_gui.sources.ticks import Ticks

MOST = 2**24  # bytes of a text; the largest published one has 2.6 million
MOST_IMAGES = 2_000_000
ENDINGS = (".jpeg", ".jpg", ".png")
_CLASS = re.compile(r"n\d{8}")
TESTED = mark("Images of test/ are left out: their classes were never published.")
UNNAMED = mark("Images of val/ without a class in val_annotations.txt are left out.")


def list_tiny_imagenet(place: Path, progress: ProgressCallback) -> Listing:
    """List every image by its name.

    Args:
        place: the folder of `wnids.txt`.
        progress: told classes; may raise `Cancelled`.

    Raises:
        SourceError: a file is missing or damaged, or there is no training image.
    """
    ids = sorted(set(_text(place / "wnids.txt").split()))
    if not 0 < len(ids) <= MAX_CLASSES or not all(_CLASS.fullmatch(one) for one in ids):
        raise damaged("wnids.txt")
    ticks, images = Ticks(progress, len(ids) + 1), []
    for number, one in enumerate(ids):
        folder = f"train/{one}/images"
        for name in _images_in(place / folder):
            images.append(ListedImage(f"{folder}/{name}", "", "pool", number, part="train"))
        if len(images) > MOST_IMAGES:
            raise SourceError(tr("The folder holds more than {most:,} images.", most=MOST_IMAGES))
        ticks.add()
    if not images:
        raise SourceError(tr("The set has no training image in {folder}.", folder="train/"))
    known, unreadable, unnamed = _validation(place, {one: n for n, one in enumerate(ids)})
    ticks.add()
    counts = ((tr(UNNAMED), unnamed), (tr(TESTED), len(_images_in(place / "test/images"))))
    left_out = tuple((reason, count) for reason, count in counts if count)
    return Listing(_names(place, ids), (*images, *known), unreadable, passed_over=left_out)


def _text(file: Path) -> str:
    with reading(file, ValueError):
        return read_foreign(file, MOST, file.parent).decode()


def _images_in(folder: Path) -> list[str]:
    """Return the names of the images in a folder, in natural order; none where it is missing."""
    try:
        names = [name for name in os.listdir(folder) if name.lower().endswith(ENDINGS)]  # noqa: PTH208 - a Path of each costs a second
    except OSError:
        return []
    return sorted((name for name in names if is_text(name)), key=natural)


def _validation(
    place: Path, numbers: dict[str, int]
) -> tuple[list[ListedImage], tuple[tuple[str, str], ...], int]:
    """Return the images of `val` that have a class, those that are gone, how many have none."""
    there = _images_in(place / "val/images")
    labels = {}
    for line in _text(place / "val" / "val_annotations.txt").splitlines():
        name, _, rest = line.partition("\t")
        labels[name] = numbers.get(rest.partition("\t")[0])
    images = [
        ListedImage(f"val/images/{name}", "", "evaluation", label, part="test")
        for name in there
        for label in [labels.get(name)]
        if label is not None
    ]
    gone = sorted(set(labels) - set(there), key=natural)
    reason = tr("The file is gone.")
    unreadable = tuple((f"val/images/{name}", reason) for name in gone)
    return images, unreadable, len(there) - len(images)


def _names(place: Path, ids: list[str]) -> tuple[str, ...]:
    """Return what the classes are called: the first of their words, or all where another has it."""
    wanted, words = set(ids), {}
    for line in _text(place / "words.txt").splitlines():
        one, _, name = line.partition("\t")
        if one in wanted and 0 < len(name.strip()) <= LONGEST_NAME:
            words[one] = name.strip()
    whole = [words.get(one, one) for one in ids]
    first = [name.split(",")[0].strip() for name in whole]
    counts = Counter(first)
    names = tuple(a if a and counts[a] == 1 else b for a, b in zip(first, whole, strict=True))
    return names if len(set(names)) == len(ids) else tuple(ids)
