"""What a listing leaves out: nothing that was found is passed over without a word."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from autoal_gui.core.images.source import ListedImage, Listing
from autoal_gui.core.language import mark, tr
from autoal_gui.core.system.natural_order import natural

HIDDEN = mark("Hidden files and folders, and those of the system, are passed over.")
THUMBNAILS = mark("Folders of thumbnails and of deleted files are passed over.")
NO_ENDING = mark("Files without an ending that hold no image are passed over.")
NO_IMAGES = mark("Files ending in {ending} are not treated as images.")
LONGEST_ENDING = 12  # letters


@dataclass
class LeftOut:
    """Collects what is left out while a set is listed."""

    unreadable: list[tuple[str, str]] = field(default_factory=list)
    """(key, one sentence): what somebody would have expected to be an image."""
    empty_folders: list[str] = field(default_factory=list)
    """Paths below the set's folder of folders that hold nothing: they may be classes."""
    counts: Counter[str] = field(default_factory=Counter)
    """How many files there were of each kind that nobody takes for images, by a sentence."""

    def name(self, key: str, reason: str) -> None:
        """Leave one file out, and say which."""
        self.unreadable.append((key, reason))

    def count(self, reason: str) -> None:
        """Leave one file out of many of its kind."""
        self.counts[reason] += 1

    def add(self, named: Sequence[tuple[str, str]], note: str) -> None:
        """Leave out what one file says of itself."""
        self.unreadable += named
        if note:
            self.count(note)

    def listing(self, classes: tuple[str, ...], images: Sequence[ListedImage]) -> Listing:
        """Return the listing of what remains."""
        named = sorted(self.unreadable, key=lambda entry: natural(entry[0]))
        counted = sorted(self.counts.items(), key=lambda entry: (-entry[1], entry[0]))
        return Listing(classes, tuple(images), tuple(named), passed_over=tuple(counted))


def no_image(path: str) -> str:
    """Say that files of a path's ending are no images."""
    name = path.rsplit("/", 1)[-1].rsplit(os.sep, 1)[-1]
    ending = "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
    plain = 1 < len(ending) <= LONGEST_ENDING and ending.isprintable()
    return tr(NO_IMAGES, ending=ending) if plain else tr(NO_ENDING)
