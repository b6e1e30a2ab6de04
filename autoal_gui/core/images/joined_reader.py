"""Readers of several sets as one, and the reader of a set that is not there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.source import (
    CheckingReader,
    FileReader,
    ImageReader,
    Picture,
    PictureReader,
    Pixels,
    ShapeReader,
    Stamp,
)


@dataclass(frozen=True)
class AbsentReader:
    """Stands for a set that is not where it was: no image can be read, all else goes on."""

    why: str
    """One sentence."""

    def read(self, key: str) -> Pixels:
        """Say why there is no image, see `ImageReader.read`."""
        raise ImageUnreadable(self.why)


@dataclass(frozen=True)
class JoinedReader:
    """The images of a first set, and of others whose keys begin with a name and a slash."""

    first: ImageReader
    others: Mapping[str, ImageReader] = field(repr=False)

    def read(self, key: str) -> Pixels:
        """Decode one image, see `ImageReader.read`."""
        reader, own = self._of(key)
        return reader.read(own)

    def read_picture(self, key: str) -> Picture:
        """Decode one image with its window, see `PictureReader.read_picture`."""
        reader, own = self._of(key)
        if isinstance(reader, PictureReader):
            return reader.read_picture(own)
        return Picture(reader.read(own))

    def shape(self, key: str) -> tuple[int, int, int]:
        """Return height, width and channels, see `ShapeReader.shape`."""
        reader, own = self._of(key)
        if isinstance(reader, ShapeReader):
            return reader.shape(own)
        height, width, *channels = reader.read(own).shape
        return height, width, channels[0] if channels else 1

    def check(self, key: str) -> str:
        """Read one image and return its hash, see `CheckingReader.check`."""
        reader, own = self._of(key)
        if isinstance(reader, CheckingReader):
            return reader.check(own)
        reader.read(own)
        return ""

    def stamp(self, key: str) -> Stamp | None:
        """Return how an image's file is now, see `FileReader.stamp`."""
        reader, own = self._of(key)
        return reader.stamp(own) if isinstance(reader, FileReader) else None

    def hash_now(self, key: str) -> str:
        """Return the hash of an image's file as it is now, see `FileReader.hash_now`."""
        reader, own = self._of(key)
        if isinstance(reader, FileReader):
            return reader.hash_now(own)
        return self.check(key)

    def has(self, key: str) -> bool:
        """Say whether the set of an image is there."""
        return not isinstance(self._of(key)[0], AbsentReader)

    def _of(self, key: str) -> tuple[ImageReader, str]:
        """Return who reads an image, and what it is called there."""
        name, _, rest = key.partition("/")
        reader = self.others.get(name) if rest else None
        return (self.first, key) if reader is None else (reader, rest)
