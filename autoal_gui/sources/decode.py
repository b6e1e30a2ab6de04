"""Decode one image file with Pillow, whatever is wrong with it.

Pillow keeps 8 bits of a 16-bit colour file; 16-bit grey files are kept whole.
"""

import io
import re
import stat
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.source import Pixels
from autoal_gui.core.language import tr

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP")
"""The formats that are tried, whatever the ending of the file says."""

ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")
"""Lower-case endings of files that are taken for images."""

MAX_PIXELS = 100_000_000
MAX_BYTES = 2**30

_GREY_MODES = frozenset({"1", "L", "LA", "La"})
_DECODERS = re.compile(r"(PIL|pydicom|pylibjpeg|openjpeg|jpeg_ls|autoal_gui\.sources\.dicom)")
_DECODERS_WARN = ("ignore", None, Warning, _DECODERS, 0)
_FILTER_LOCK = threading.Lock()


def read_bytes(path: Path) -> bytes:
    """Return the content of an image file.

    Raises:
        ImageUnreadable: it is gone, empty, too large or must not be read.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would be waited for without end
            raise ImageUnreadable(tr("It is not a file."))
        if status.st_size > MAX_BYTES:
            raise ImageUnreadable(tr("The file is larger than 1 GB."))
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ImageUnreadable(tr("The file is gone.")) from error
    except (OSError, ValueError) as error:
        raise ImageUnreadable(tr("The file cannot be opened.")) from error


def decode(data: bytes) -> Pixels:
    """Decode the content of an image file: the first frame, upright, without transparency.

    Palettes, 1-bit, CMYK and YCbCr become 8-bit grey or RGB. What is transparent is composited
    on black: pixels that the file declares invisible must neither be shown nor trained on, and
    black is what the rest of the picture gets where a scanner saw nothing. 16-bit grey stays
    uint16. 32-bit integers that fit stay as they are in uint16; floats in [0, 1] are multiplied
    by 65,535; all others are stretched from their own minimum and maximum to 16 bits.

    Returns:
        (H, W) or (H, W, 3), uint8 or uint16, C-contiguous.

    Raises:
        ImageUnreadable: with one sentence that says why.
    """
    if not data:
        raise ImageUnreadable(tr("The file is empty."))
    silence()
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_size(image)
            image.load()
            return _to_array(_upright(image), _Tiff.of(image))
    except ImageUnreadable:
        raise
    except UnidentifiedImageError as error:
        names = "PNG, JPEG, TIFF, BMP or WebP"
        raise ImageUnreadable(
            tr("The file is not a {names} image, or it is damaged.", names=names)
        ) from error
    except Image.DecompressionBombError as error:
        raise ImageUnreadable(too_large()) from error
    except MemoryError as error:
        raise ImageUnreadable(tr("There is not enough memory to decode the image.")) from error
    except Exception as error:
        # Decoders that meet damaged bytes raise anything: OSError, SyntaxError, ValueError,
        # KeyError, TypeError, struct.error. All of them mean one image less, never a crash.
        raise ImageUnreadable(tr("The image is cut off or damaged.")) from error


def silence() -> None:
    """Ignore the warnings of decoders' own modules: what they tell is checked and reported here.

    A lasting filter instead of `warnings.catch_warnings`, which would swap the state that all
    threads share; checked at each call, because the state may have been swapped by others.
    """
    with _FILTER_LOCK:
        if _DECODERS_WARN not in warnings.filters:
            warnings.filterwarnings("ignore", module=_DECODERS.pattern)


def too_large() -> str:
    """Say that an image has more pixels than are decoded."""
    return tr(
        "The image has more than {millions} million pixels.", millions=MAX_PIXELS // 1_000_000
    )


def _check_size(image: Image.Image) -> None:
    """Look at the declared size before a single pixel is decoded."""
    width, height = image.size
    if width < 1 or height < 1:
        raise ImageUnreadable(tr("The image has no pixels."))
    if width * height > MAX_PIXELS:
        raise ImageUnreadable(too_large())


def _upright(image: Image.Image) -> Image.Image:
    """Apply the EXIF orientation; a TIFF has been turned by Pillow while it loaded."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # damaged EXIF says nothing about orientation, but the pixels are sound
        return image


@dataclass(frozen=True)
class _Tiff:
    """What a TIFF says of its grey values that Pillow passes over."""

    white_is_zero: bool = False
    signed: bool = False
    unsigned: bool = False

    @classmethod
    def of(cls, image: Image.Image) -> "_Tiff":
        """Read the tags 262 (photometric interpretation) and 339 (sample format)."""
        tags = getattr(image, "tag_v2", None) or {}
        kinds = tags.get(339, ())
        kind = kinds[0] if isinstance(kinds, tuple) and kinds else kinds
        return cls(tags.get(262) == 0, kind == 2, kind == 1)


def _to_array(image: Image.Image, tiff: _Tiff) -> Pixels:
    if image.mode.startswith("I;16") or image.mode in {"I", "F"}:
        deep = _deep(image, tiff)
        return np.uint16(65535) - deep if tiff.white_is_zero else deep
    grey = image.mode in _GREY_MODES
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, (0, 0, 0, 255)), rgba)
    pixels = np.array(image.convert("L" if grey else "RGB"), dtype=np.uint8, order="C")
    return pixels ^ np.uint8(128) if tiff.signed and grey else pixels


def _deep(image: Image.Image, tiff: _Tiff) -> npt.NDArray[np.uint16]:
    """Return more than 8 bits of grey in 16; white may still be zero."""
    values = np.asarray(image)
    if image.mode.startswith("I;16"):
        return np.ascontiguousarray(values, dtype=np.uint16)
    if image.mode == "I" and tiff.unsigned:  # the upper half of 32 bits became negative
        values = values.view(np.uint32)
    return _to_uint16(values)


def _to_uint16(values: npt.NDArray[np.generic]) -> npt.NDArray[np.uint16]:
    """Return (H, W) 32-bit integers or floats in 16 bits, see `decode`; nan becomes the minimum."""
    wide = values.astype(np.float64)
    finite = np.isfinite(wide)
    if not finite.any():
        raise ImageUnreadable(tr("The image holds no numbers."))
    low, high = float(wide[finite].min()), float(wide[finite].max())
    if np.issubdtype(values.dtype, np.floating):
        fits, scale = low >= 0 and high <= 1, 65535.0
    else:
        fits, scale = low >= 0 and high <= 65535, 1.0
    wide = np.nan_to_num(wide, nan=low, posinf=high, neginf=low)
    if not fits:
        wide, scale = wide - low, 65535.0 / (high - low) if high > low else 0.0
    return np.rint(wide * scale).astype(np.uint16)
