"""Which images exist and how one is read: the part of a project that every thread may share.

An image is known everywhere by its image id, a positive integer that never changes within a
project; its key says where the source finds it.
"""

import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from autoal_gui.core.errors import EarlyAccess, ImageUnreadable, SourceError
from autoal_gui.core.images.source import (
    ImageReader,
    Listing,
    OfficialSplit,
    Picture,
    PictureReader,
    Pixels,
    ShapeReader,
    Split,
)
from autoal_gui.core.images.volumes import VolumeReader
from autoal_gui.core.language import tr

SIZED = 101  # images whose size stands for that of all
COLOURED = 1000  # images of which none has colour where the networks see grey


@dataclass(frozen=True, slots=True)
class PoolImage:
    """An image of a project."""

    image_id: int
    key: str
    sha256: str
    split: Split
    group: str = field(default="", repr=False)
    """What must not be torn apart, see `ListedImage`; empty where it stands alone."""
    part: OfficialSplit | None = None
    """The part of a published set that it belongs to, where the set says so."""
    columns: tuple[str, ...] = field(default=(), repr=False)
    """A text for each of the project's columns; empty where nothing is known of it."""


@dataclass(frozen=True)
class ImagePool:
    """The images of a project and the way to read them. Holds no label, and never changes."""

    images: Mapping[int, PoolImage]
    reader: ImageReader = field(repr=False)
    identity: str = ""
    """What tells these images from others where not every file has been read; else empty."""
    cache_name: str = ""
    """What is computed of the images is kept under this, where they have changed since the project
    was made; else empty."""

    def ids(self, split: Split) -> tuple[int, ...]:
        """Return the image ids of one split, ascending."""
        return self._ids[split]

    @cached_property
    def _ids(self) -> dict[Split, tuple[int, ...]]:
        found: dict[Split, list[int]] = {"pool": [], "evaluation": []}
        for image_id in sorted(self.images):
            found[self.images[image_id].split].append(image_id)
        return {split: tuple(ids) for split, ids in found.items()}

    @cached_property
    def groups(self) -> Mapping[int, str]:
        """The group of each image that has one, by image id."""
        return {image_id: one.group for image_id, one in self.images.items() if one.group}

    @cached_property
    def has_colour(self) -> bool:
        """Whether any image of a fair sample has colour: files are opened once, not every round."""
        return any(channels == 3 for _, _, channels in shapes(self, COLOURED))

    def with_hashes(
        self, hashes: Mapping[int, str], identity: str = "", cache_name: str = ""
    ) -> "ImagePool":
        """Return the pool with the SHA-256 of images whose files have been read since; by id.

        Other threads go on with the pool that they have: no image comes or goes. `data_hash`
        stays, unless an identity is given because files were replaced.
        """
        known = dict(self.images)
        known.update((i, replace(known[i], sha256=sha256)) for i, sha256 in hashes.items())
        named = (identity or self.identity, cache_name or self.cache_name)
        return ImagePool(known, self.reader, *named)

    @property
    def kept_under(self) -> str:
        """By what the files are named that hold what was computed of the images.

        It never changes while a project lives: an image that was replaced or added has a row of
        its own there.
        """
        return self.cache_name or self.data_hash

    def read(self, image_id: int) -> Pixels:
        """Decode one image, see `ImageReader.read`.

        Raises:
            ImageUnreadable: the id is unknown, or the image is gone or broken.
        """
        return self.reader.read(self._key(image_id))

    def picture(self, image_id: int) -> Picture:
        """Decode one image with what its grey values mean.

        Raises:
            ImageUnreadable: see `read`.
        """
        key = self._key(image_id)
        if isinstance(self.reader, PictureReader):
            return self.reader.read_picture(key)
        return Picture(self.reader.read(key))

    def shape(self, image_id: int) -> tuple[int, int, int]:
        """Return an image's height, width and channels, 1 or 3; decoded only where it must be.

        Raises:
            ImageUnreadable: see `read`.
        """
        key = self._key(image_id)
        if isinstance(self.reader, ShapeReader):
            return self.reader.shape(key)
        height, width, *channels = self.reader.read(key).shape
        return height, width, channels[0] if channels else 1

    def volume(self, image_id: int) -> Pixels | None:
        """Read the whole volume that an image stands for, see `VolumeReader.volume`.

        Raises:
            ImageUnreadable: see `read`.
        """
        key = self._key(image_id)
        return self.reader.volume(key) if isinstance(self.reader, VolumeReader) else None

    def _key(self, image_id: int) -> str:
        image = self.images.get(image_id)
        if image is None:
            raise ImageUnreadable(
                tr("Image {image_id} is not part of this project.", image_id=image_id)
            )
        return image.key

    @cached_property
    def data_hash(self) -> str:
        """SHA-256 over the images' own hashes in the order of their ids; lower-case hex.

        Where files are read only later, it is what stood in its place from the beginning: what is
        kept under this name must not be lost when their hashes become known.
        """
        if self.identity:
            return self.identity
        digest = hashlib.sha256()
        for image_id in sorted(self.images):
            digest.update(self.images[image_id].sha256.encode())
        return digest.hexdigest()

    @classmethod
    def of(
        cls,
        images: Iterable[PoolImage],
        reader: ImageReader,
        identity: str = "",
        cache_name: str = "",
    ) -> "ImagePool":
        """Build a pool from its images."""
        return cls({image.image_id: image for image in images}, reader, identity, cache_name)

    @classmethod
    def of_listing(
        cls, listing: Listing, reader: ImageReader, splits: Mapping[int, Split] | None = None
    ) -> "ImagePool":
        """Build a pool outside a project: ids 1, 2, ... in the order of the listing.

        Args:
            listing: what the source found.
            reader: opens its images.
            splits: the split of each image id; by default the source's own.
        """
        numbered = enumerate(listing.images, start=1)
        return cls.of(
            (
                PoolImage(
                    i,
                    image.key,
                    image.sha256,
                    splits[i] if splits else image.split,
                    image.group,
                    image.part,
                    image.columns,
                )
                for i, image in numbered
            ),
            reader,
        )


def fair_sample(ids: Sequence[int], most: int) -> list[int]:
    """Return some of many image ids, ascending, the same each time: all of them where few.

    They are drawn, since whatever is taken in equal steps meets what recurs in such steps.
    """
    if len(ids) <= most:
        return sorted(ids)
    return sorted(random.Random(0).sample(sorted(ids), most))  # noqa: S311 - no secret


def longest_side(pool: ImagePool) -> int:
    """Return the longer side in pixels that images of a pool usually have.

    It is the median over a fair sample, so that a thumbnail among them decides nothing.

    Raises:
        SourceError: none can be read.
    """
    sides = sorted(max(shape[:2]) for shape in shapes(pool, SIZED))
    if not sides:
        raise SourceError(tr("None of the images can be read."))
    return sides[len(sides) // 2]


def shapes(pool: ImagePool, most: int) -> Iterator[tuple[int, int, int]]:
    """Yield height, width and channels of a fair sample of the images that can be read."""
    for image_id in fair_sample(list(pool.images), most):
        try:
            yield pool.shape(image_id)
        except ImageUnreadable:
            continue


class HiddenTruth:
    """Known labels that stay out of reach until their image has been asked for.

    A replay uses it in the annotator's place, so that no code can use a label too early without
    an error.
    """

    def __init__(self, labels: Mapping[int, int]) -> None:
        self._labels = dict(labels)
        self._asked: set[int] = set()

    def __len__(self) -> int:
        return len(self._labels)

    def ask(self, image_ids: Sequence[int]) -> None:
        """Note that these images are put to the annotator, which makes their labels reachable."""
        self._asked.update(image_ids)

    def label(self, image_id: int) -> int:
        """Return the class of an image that has been asked for.

        Raises:
            EarlyAccess: it has not been asked for.
        """
        if image_id not in self._asked:
            raise EarlyAccess(
                tr(
                    "The label of image {image_id} is hidden until it is asked for.",
                    image_id=image_id,
                )
            )
        return self._labels[image_id]
