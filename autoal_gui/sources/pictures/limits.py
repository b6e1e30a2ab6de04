"""How large a picture may be, asked before a single pixel of it is decoded."""

import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import numpy as np

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.source import Picture
from autoal_gui.core.language import mark, tr

MAX_PIXELS = 100_000_000
MAX_FRAMES = 100_000
UNKNOWN_COMPRESSION = mark("The image is compressed in a way that cannot be read here.")
DAMAGED = mark("The image is cut off or damaged.")

_DECODERS = re.compile(
    r"(PIL|pydicom|pylibjpeg|openjpeg|jpeg_ls|tifffile|imagecodecs|nibabel"
    r"|autoal_gui\.sources\.(dicom|pictures))"
)
_DECODERS_WARN = ("ignore", None, Warning, _DECODERS, 0)
_FILTER_LOCK = threading.Lock()


class PictureFile(Protocol):
    """An opened file of one picture or several. Its stream is the opener's to close."""

    note: str
    """What of it is left out, in one sentence; empty where nothing is."""

    @property
    def frames(self) -> int:
        """How many pictures it holds: pages, frames, slices or channels."""

    def shape(self, index: int) -> tuple[int, int, int]:
        """Return height, width and channels, 1 or 3, of one picture before it is decoded."""

    def picture(self, index: int) -> Picture:
        """Decode one picture, counted from 0.

        Raises:
            ImageUnreadable: with one sentence that says why.
        """


def check_size(height: int, width: int, samples: int = 1) -> None:
    """Look at the declared size of a picture.

    Raises:
        ImageUnreadable: it has no pixels, or too many.
    """
    if width < 1 or height < 1:
        raise ImageUnreadable(tr("The image has no pixels."))
    if width * height * max(1, samples // 3) > MAX_PIXELS:
        raise ImageUnreadable(too_large())


def too_large() -> str:
    """Say that an image has more pixels than are decoded."""
    return tr(
        "The image has more than {millions} million pixels.", millions=MAX_PIXELS // 1_000_000
    )


def check_frames(frames: int) -> int:
    """Return how many pictures a file declares.

    Raises:
        ImageUnreadable: more than can be.
    """
    if frames > MAX_FRAMES:
        count = f"{MAX_FRAMES:,}"
        raise ImageUnreadable(
            tr("The file says that it holds more than {count} images.", count=count)
        )
    return max(1, frames)


def check_index(index: int, frames: int) -> None:
    """Refuse a picture that a file has not.

    Raises:
        ImageUnreadable: it has not.
    """
    if not 0 <= index < frames:
        raise ImageUnreadable(tr("The file holds no such image."))


@contextmanager
def explained() -> Iterator[None]:
    """Turn whatever foreign bytes make a decoder raise into one sentence.

    Decoders that meet damaged bytes raise anything: OSError, SyntaxError, ValueError, KeyError,
    TypeError, struct.error. All of them mean one image less, never a crash.
    """
    silence()
    try:
        with np.errstate(all="ignore"):  # of numbers that are none
            yield
    except ImageUnreadable:
        raise
    except MemoryError as error:
        raise ImageUnreadable(tr("There is not enough memory to decode the image.")) from error
    except Exception as error:
        raise ImageUnreadable(tr(DAMAGED)) from error


def silence() -> None:
    """Ignore the warnings of decoders' own modules: what they tell is checked and reported here.

    A lasting filter instead of `warnings.catch_warnings`, which would swap the state that all
    threads share; checked at each call, because the state may have been swapped by others.
    """
    with _FILTER_LOCK:
        if _DECODERS_WARN not in warnings.filters:
            warnings.filterwarnings("ignore", module=_DECODERS.pattern)
