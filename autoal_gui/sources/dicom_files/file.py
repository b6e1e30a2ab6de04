"""One DICOM file: what it declares, checked before a pixel is decoded, and its frames.

Of a header only the elements listed here are read, none of which names a person, besides what
`dicom_groups` hashes.
"""

import io
import logging
import math
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

import pydicom
from pydicom import Dataset, dcmread
from pydicom.encaps import encapsulate, generate_frames, get_frame
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import as_pixel_options
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    JPEGLSNearLossless,
)

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.decoding_budget import budget
from autoal_gui.core.images.source import Picture
from autoal_gui.core.language import tr
from autoal_gui.sources.dicom_files import jpeg as dicom_jpeg
from autoal_gui.sources.dicom_files.contents import why_no_image
from autoal_gui.sources.dicom_files.values import to_picture
from autoal_gui.sources.pictures.limits import (
    MAX_PIXELS,
    UNKNOWN_COMPRESSION,
    check_frames,
    check_index,
    silence,
    too_large,
)
from autoal_gui.sources.pictures.packed_sizes import packed_size

ELEMENTS = (
    "SOPClassUID",
    "ImageType",
    "BurnedInAnnotation",
    "Modality",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
    "FloatPixelPaddingValue",
    "PixelSpacing",
    "ImagerPixelSpacing",
    "NominalScannedPixelSpacing",
    "PixelAspectRatio",
    "RescaleIntercept",
    "RescaleSlope",
    "RescaleType",
    "ModalityLUTSequence",
    "WindowCenter",
    "WindowWidth",
    "VOILUTFunction",
    "VOILUTSequence",
    "RedPaletteColorLookupTableDescriptor",
    "GreenPaletteColorLookupTableDescriptor",
    "BluePaletteColorLookupTableDescriptor",
    "RedPaletteColorLookupTableData",
    "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableData",
    "SegmentedRedPaletteColorLookupTableData",
    "SegmentedGreenPaletteColorLookupTableData",
    "SegmentedBluePaletteColorLookupTableData",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
    "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths",
)
"""Every element that is read besides the file's own group 2 and the pixels."""

MAX_INFLATED = 2**29  # bytes of a deflated file
DEFLATED = "1.2.840.10008.1.2.1.99"
NEEDED = ("Rows", "Columns", "BitsAllocated", "SamplesPerPixel", "PhotometricInterpretation")
PIXELS = {
    (0x7FE0, 0x0010): "PixelData",
    (0x7FE0, 0x0008): "FloatPixelData",
    (0x7FE0, 0x0009): "DoubleFloatPixelData",
}
PIXEL_TYPES = (b"OB", b"OW", b"OF", b"OD", b"UN")
JPEG_LS = (JPEGLSLossless, JPEGLSNearLossless)
END_OF_IMAGE = b"\xff\xd9"

PLUGINS = ("pydicom", "pylibjpeg", "pyjpegls", dicom_jpeg.PLUGIN, "pillow")
"""The decoders used; gdcm is not, even where it is installed, see `dicom_jpeg`."""
dicom_jpeg.register()

pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
# What pydicom logs of a file may be what the file says of a patient.
logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True)
class DicomFile:
    """An opened file that holds an image; its stream is the opener's to close."""

    header: Dataset
    stream: BinaryIO
    syntax: UID
    options: dict[str, Any]
    """What the decoders of pydicom are told."""
    start: int
    """Where in the stream the pixels begin."""

    @property
    def frames(self) -> int:
        """How many images the file says that it holds."""
        return int(self.options["number_of_frames"])

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels, 1 or 3, of a frame before its pixels are made square."""
        palette = self.header.PhotometricInterpretation == "PALETTE COLOR"
        colour = palette or int(self.header.SamplesPerPixel) == 3
        return int(self.header.Rows), int(self.header.Columns), 3 if colour else 1

    def frame(self, index: int) -> Picture:
        """Decode one frame, counted from 0.

        Raises:
            ImageUnreadable: with one sentence that says why.
        """
        check_index(index, self.frames)
        with plain_errors():
            self.stream.seek(self.start)
            if not self.syntax.is_encapsulated:
                return self._picture(self.stream, index, index)
            frame = get_frame(
                self.stream,
                index,
                number_of_frames=self.frames,
                extended_offsets=self.options.get("extended_offsets"),
            )
            return self._unpacked(frame, index)

    def pictures(self) -> Iterator[Picture | ImageUnreadable]:
        """Decode all frames in turn; one that cannot be decoded is given as the error."""
        if not self.syntax.is_encapsulated:
            for index in range(self.frames):
                yield attempt(partial(self.frame, index))
            return
        self.stream.seek(self.start)
        packed = generate_frames(
            self.stream,
            number_of_frames=self.frames,
            extended_offsets=self.options.get("extended_offsets"),
        )
        for index in range(self.frames):
            yield attempt(partial(self._next, packed, index))

    def _next(self, packed: Iterator[bytes], index: int) -> Picture:
        return self._unpacked(next(packed), index)

    def _unpacked(self, frame: bytes, index: int) -> Picture:
        """Decode the compressed bytes of one frame, which must be of the size that was declared."""
        self._check_frame(frame)
        return self._picture(encapsulate([frame]), 0, index)

    def _picture(self, source: BinaryIO | bytes, place: int, index: int) -> Picture:
        decoder = get_decoder(self.syntax)
        plugin = next((p for p in PLUGINS if p in decoder.available_plugins), "")
        options = dict(self.options)
        if isinstance(source, bytes):
            options["number_of_frames"] = 1
            options.pop("extended_offsets", None)
        with budget.spend(math.prod(self.shape)):
            values, _ = decoder.as_array(
                source, index=place, validate=True, raw=False, decoding_plugin=plugin, **options
            )
            unused = unused_low_bits(self.header, self.syntax)
            return to_picture(values >> unused if unused else values, self.header, index)

    def _check_frame(self, frame: bytes) -> None:
        """Compare the size in the compressed data with the one declared: decoders trust it."""
        if self.syntax in JPEG_LS and END_OF_IMAGE not in frame[-16:]:
            # CharLS takes some seconds to notice that the data of a small image is cut off.
            raise ImageUnreadable(tr("The image is cut off or damaged."))
        declared = (int(self.header.Rows), int(self.header.Columns))
        found = packed_size(frame)
        if found is None:
            return
        if found[:2] != declared:
            raise ImageUnreadable(tr("The image is not of the size that the file declares."))
        if self.syntax == JPEGBaseline8Bit and found[2] != 8:
            raise ImageUnreadable(tr(UNKNOWN_COMPRESSION))


def looks_like_dicom(start: bytes) -> bool:
    """Tell by its first 140 bytes whether a file is DICOM, whatever it is called.

    Files without the preamble of the standard begin with an element of group 2 or 8.
    """
    if start[128:132] == b"DICM":
        return True
    if len(start) < 16:
        return False
    for order in "<>":
        group, element, vr, short = struct.unpack_from(f"{order}HH2sH", start)
        if group in (2, 8) and element <= 0x0100:
            implicit = struct.unpack_from(f"{order}I", start, 4)[0]
            if re.fullmatch(rb"[A-Z]{2}", vr) and short <= 256:
                return True
            if order == "<" and implicit <= 256:
                return True
    return False


def open_dicom(stream: BinaryIO) -> DicomFile:
    """Read what a file declares of its image, and check it.

    Raises:
        ImageUnreadable: it holds no image, or one that cannot be decoded, in one sentence.
    """
    silence()
    with plain_errors():
        stream = inflated(stream)
        header = dcmread(
            stream,
            stop_before_pixels=True,
            specific_tags=list(ELEMENTS),
            force=True,
        )
        refused = why_no_image(header)
        if refused:
            raise ImageUnreadable(refused)
        syntax = syntax_of(header)
        keyword, vr = pixel_element(stream, syntax)
        check_header(header)
        options = as_pixel_options(header, pixel_keyword=keyword, transfer_syntax_uid=syntax)
        options["number_of_frames"] = frames_of(header)
        unused = unused_low_bits(header, syntax)
        if unused:
            options["bits_stored"] += unused
        if vr:
            options["pixel_vr"] = vr
        check_syntax(syntax)
        return DicomFile(header, stream, syntax, options, stream.tell())


class plain_errors:  # noqa: N801 - used like a function
    """Turns whatever foreign bytes make a decoder raise into one sentence."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        """Explain an error; what is explained already, and what is no error of the file, passes."""
        if isinstance(error, MemoryError):
            raise ImageUnreadable(tr("There is not enough memory to decode the image.")) from None
        if isinstance(error, Exception) and not isinstance(error, ImageUnreadable):
            # Without its cause, whose words may be what the file says of a patient.
            raise ImageUnreadable(tr("The image is cut off or damaged.")) from None


def attempt(decode: Callable[[], Picture]) -> Picture | ImageUnreadable:
    """Return what `decode` returns, or the error with which it ends."""
    try:
        with plain_errors():
            return decode()
    except ImageUnreadable as error:
        return error


def inflated(stream: BinaryIO) -> BinaryIO:
    """Return the stream itself, or the content of a deflated file where that is not too large."""
    start = stream.read(4096)
    stream.seek(0)
    place = start.find(DEFLATED.encode(), 132, 1024)
    if start[128:132] != b"DICM" or place < 0 or start[132:140] != b"\x02\x00\x00\x00UL\x04\x00":
        return stream
    stream.seek(144 + struct.unpack_from("<I", start, 140)[0])
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    content = inflater.decompress(stream.read(), MAX_INFLATED)
    if inflater.unconsumed_tail:
        raise ImageUnreadable(tr("The file is too large when it is unpacked."))
    return io.BytesIO(content)


def syntax_of(header: Any) -> UID:
    """Return how the file is encoded: what it says, else what its first element looks like."""
    named = header.file_meta.get("TransferSyntaxUID") if hasattr(header, "file_meta") else None
    if named and named != DEFLATED:
        return UID(named)
    implicit, little = header.original_encoding
    if not little:
        return ExplicitVRBigEndian
    return ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian


def pixel_element(stream: BinaryIO, syntax: UID) -> tuple[str, str]:
    """Return the name and type of the pixel element, and leave the stream at its value.

    Raises:
        ImageUnreadable: there is none.
    """
    none = tr("The file holds no image.")
    start = stream.read(8)
    if len(start) < 8:
        raise ImageUnreadable(none)
    order = "<" if syntax.is_little_endian else ">"
    group, element, vr = struct.unpack(f"{order}HH2s", start[:6])
    name = PIXELS.get((group, element))
    if name is None:
        raise ImageUnreadable(none)
    if vr not in PIXEL_TYPES:  # some writers leave types out whatever they declare
        return name, ""
    stream.read(4)
    return name, vr.decode("ascii")


def check_header(header: Dataset) -> None:
    """Look at the declared size before a single pixel is decoded.

    Raises:
        ImageUnreadable: it cannot be, or must not be, decoded.
    """
    if any(header.get(name) in (None, "") for name in NEEDED):
        raise ImageUnreadable(tr("The file does not say how its image is stored."))
    rows, columns, samples = (int(header[n].value) for n in ("Rows", "Columns", "SamplesPerPixel"))
    if rows < 1 or columns < 1:
        raise ImageUnreadable(tr("The image has no pixels."))
    if rows * columns * max(1, samples // 3) > MAX_PIXELS:
        raise ImageUnreadable(too_large())


def unused_low_bits(header: Dataset, syntax: UID) -> int:
    """Return how many bits of a number lie below those that are used, in pixels as they are."""
    if syntax.is_encapsulated:
        return 0
    allocated, stored = int(header.BitsAllocated), int(header.get("BitsStored") or 0)
    high = int(header.get("HighBit") or 0)
    return high + 1 - stored if 0 < stored <= high < allocated and allocated > 8 else 0


def frames_of(header: Dataset) -> int:
    """Return how many frames a header declares.

    Raises:
        ImageUnreadable: more than can be.
    """
    return check_frames(int(header.get("NumberOfFrames") or 1))


def check_syntax(syntax: UID) -> None:
    """Refuse what no decoder reads.

    Raises:
        ImageUnreadable: it is a video, or compressed in a way that no decoder here reads.
    """
    if "MPEG" in syntax.name or "HEVC" in syntax.name:
        raise ImageUnreadable(tr("The file holds a video."))
    try:
        plugins = get_decoder(syntax).available_plugins
        available = not syntax.is_encapsulated or any(p in PLUGINS for p in plugins)
    except NotImplementedError:
        available = False
    if not available:
        raise ImageUnreadable(tr(UNKNOWN_COMPRESSION))
