"""What a source of images provides: listings, readers and pictures."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Split = Literal["pool", "evaluation"]
OfficialSplit = Literal["train", "validation", "test"]
"""The part of a published set that an image belongs to."""
Pixels = npt.NDArray[np.generic]
"""One decoded image: (H, W) grey or (H, W, 3) colour, uint8 or uint16, C-contiguous."""
ProgressCallback = Callable[[int, int], None]
"""Called with (done, total); may raise `Cancelled` to stop."""


@dataclass(frozen=True)
class Picture:
    """One decoded image, and what its grey values mean. A brighter pixel has a larger value."""

    pixels: Pixels = field(repr=False)
    window: tuple[float, float] | None = None
    """Grey values that the file wants shown as black and as white; None where it says nothing."""
    slope: float = 1.0
    intercept: float = 0.0
    """A measured value is slope * grey value + intercept; the slope is negative where the file
    calls low values bright."""
    unit: str = ""
    """Of measured values: "HU", or empty where they do not mean the same in every image."""


@dataclass(frozen=True)
class SourceSpec:
    """What it takes to open a set of images again: plain values, saved with the project."""

    kind: str
    """NAME of a module in `autoal_gui.sources`."""
    location: str = ""
    """A file, a folder or a set's name, as the source reads it; empty for the demo."""
    options: tuple[tuple[str, str], ...] = ()

    def option(self, name: str, default: str = "") -> str:
        """Return one option, or `default` where it was not given."""
        return dict(self.options).get(name, default)


@dataclass(frozen=True, slots=True)
class ListedImage:
    """One image as a source lists it, before a project gives it an id."""

    key: str
    sha256: str
    """Of the decoded array or of the file, whichever the source reads; lower-case hex. Empty where
    the file has not been read yet."""
    split: Split = "pool"
    label: int | None = None
    """Index into the listing's classes where the source knows it. Only `Project.create` looks."""
    group: str = field(default="", repr=False)
    """What must not be torn apart: a patient, a slide, a file with many frames. Empty: alone."""
    part: OfficialSplit | None = None
    """The part of a published set that it belongs to, where the set says so."""
    columns: tuple[str, ...] = ()
    """What else is known of it, a text for each of the listing's columns; empty where nothing."""
    own_group: str = field(default="", repr=False)
    """By what its file itself says whose it is, as a hash of it; empty where it says nothing."""
    stamp: "Stamp | None" = None
    """How its file was when its hash was taken; None where that is not known."""


@dataclass(frozen=True)
class Listing:
    """What a source found: the images that can be used, and those that cannot, with the reason."""

    classes: tuple[str, ...]
    images: tuple[ListedImage, ...]
    unreadable: tuple[tuple[str, str], ...] = ()
    """(key, one sentence), for the import report."""
    columns: tuple[str, ...] = ()
    """Names of what a table says of each image besides class and group: age, sex, scanner."""
    personal_groups: bool = False
    """Whether groups are told by what names a person, as a PatientID does: what is kept of each
    group is then a salted hash."""
    options: tuple[tuple[str, str], ...] | None = None
    """Options of the set under which it is listed in the same way again, where that is not how it
    was asked for."""
    passed_over: tuple[tuple[str, int], ...] = ()
    """(one sentence, how many files), of what nobody takes for images: hidden files, tables, texts;
    and of what an image's own file holds besides."""

    folders: tuple[str, ...] = ()
    """Folders below the set's, those without an image included; one at the level of classes is a
    class."""

    @property
    def left_out(self) -> dict[str, int]:
        """How many files or images are left out, by the sentence that says why."""
        counts = Counter(reason for _, reason in self.unreadable)
        counts.update(dict(self.passed_over))
        return dict(counts)

    def without_labels(self, keys: Collection[str]) -> "Listing":
        """Return a listing in which no label is known of the images with these keys."""
        images = (replace(one, label=None) if one.key in keys else one for one in self.images)
        return replace(self, images=tuple(images))


class ImageReader(Protocol):
    """An opened set of images. Safe to call from any thread."""

    def read(self, key: str) -> Pixels:
        """Decode one image.

        Raises:
            ImageUnreadable: the image is gone or broken; the others can still be read.
        """


@runtime_checkable
class PictureReader(ImageReader, Protocol):
    """A reader whose files say what their grey values mean."""

    def read_picture(self, key: str) -> Picture:
        """Decode one image, see `ImageReader.read`.

        Raises:
            ImageUnreadable: the image is gone or broken; the others can still be read.
        """


@runtime_checkable
class CheckingReader(ImageReader, Protocol):
    """A reader of files that were listed without being read."""

    def check(self, key: str) -> str:
        """Read and decode one file; return its SHA-256 in lower-case hex.

        Raises:
            ImageUnreadable: it cannot be used.
        """


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a file is, as far as that is known without reading it."""

    size: int
    """Bytes."""
    modified: int
    """Nanoseconds since 1970."""


@runtime_checkable
class FileReader(CheckingReader, Protocol):
    """A reader whose images are files of others, which may move, change or go at any time."""

    def stamp(self, key: str) -> Stamp | None:
        """Return how an image's file is now, without reading it; None where it is gone."""

    def hash_now(self, key: str) -> str:
        """Return the SHA-256 of an image's file as it is now, without decoding it.

        Raises:
            ImageUnreadable: it cannot be read.
        """


@runtime_checkable
class ShapeReader(ImageReader, Protocol):
    """A reader that knows how large an image is before it decodes it."""

    def shape(self, key: str) -> tuple[int, int, int]:
        """Return an image's height, width and channels, 1 or 3.

        Raises:
            ImageUnreadable: the image is gone or broken; the others can still be read.
        """


class Source(Protocol):
    """The contract of a module in `autoal_gui.sources`."""

    NAME: str
    """One word, saved in projects."""
    LABEL: str
    """What the window calls it."""

    def list_images(self, spec: SourceSpec, workspace: Path, progress: ProgressCallback) -> Listing:
        """List and check every image of the set.

        Args:
            spec: what to open; its `kind` is this module's NAME.
            workspace: a folder for files that let images be memory-mapped; kept with the project.
            progress: told how far it is, every few images; may raise `Cancelled`.

        Raises:
            SourceError: the set cannot be opened, in one sentence.
        """

    def open_images(self, spec: SourceSpec, workspace: Path) -> ImageReader:
        """Open a set that was listed before, with the same workspace.

        Raises:
            SourceError: the set has gone or changed, in one sentence.
        """
