"""Images and DICOM files that hurt, by the thousand: the same for the same seed.

`image_cases` and `dicom_cases` yield (kind, bytes); `open_image` and `open_dicom_file` open one as
the program does. `python -m tests.tools.fuzz_inputs images 300 1` opens them all and prints what
became of them; what hangs for 5 s, or takes 3 GB, ends it.
"""

import collections
import gzip
import io
import json
import random
import signal
import struct
import sys
import warnings
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image, features

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.pixels import picture_to_uint8
from autoal_gui.sources.dicom_files.file import open_dicom
from autoal_gui.sources.pictures.decode import open_pictures
from tests.support.dicom import dataset_of
from tests.support.pictures import deep_png, deep_ppm, nifti
from tests.support.pictures import tiff as tiff_of

SHIPPED = Path(pydicom.__file__).parent / "data" / "test_files"
Case = tuple[str, bytes]


def encoded(image: Image.Image, file_format: str, **options: object) -> bytes:
    """Return an image as a file."""
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, body: bytes, depth: int = 8, colour: int = 0) -> bytes:
    """Return a PNG of a declared size around any packed body."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def tiff(width: int, height: int, body: bytes = bytes(64)) -> bytes:
    """Return a TIFF of a declared size."""
    tags = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (277, 3, 1, 1),
        (278, 4, 1, height),
        (279, 4, 1, len(body)),
    ]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return (
        b"II*\0"
        + struct.pack("<I", 8 + len(body))
        + body
        + struct.pack("<H", len(tags))
        + entries
        + bytes(4)
    )


def bmp(width: int, height: int) -> bytes:
    """Return a BMP of a declared size."""
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + info + bytes(64)


@cache
def sound_images() -> dict[str, bytes]:
    """Files that are right, one of each kind that clinics have."""
    rng = np.random.default_rng(0)
    grey = Image.fromarray(rng.integers(0, 256, (24, 31), dtype=np.uint8))
    colour = Image.fromarray(rng.integers(0, 256, (24, 31, 3), dtype=np.uint8))
    deep = Image.fromarray(rng.integers(0, 65536, (24, 31), dtype=np.uint16))
    exif = Image.Exif()
    exif[0x0112] = 6
    found = {
        f"{name} {kind.lower()}": encoded(image, kind)
        for name, image in (("grey", grey), ("colour", colour))
        for kind in ("PNG", "JPEG", "TIFF", "BMP", "WEBP")
    }
    found |= {
        "deep png": encoded(deep, "PNG"),
        "deep tiff": encoded(deep, "TIFF"),
        "deep colour png": png(
            2, 2, zlib.compress(b"".join(b"\0" + bytes(range(12)) for _ in range(2))), 16, 2
        ),
        "one bit png": encoded(grey.convert("1"), "PNG"),
        "one bit tiff": encoded(grey.convert("1"), "TIFF", compression="group4"),
        "cmyk jpeg": encoded(colour.convert("CMYK"), "JPEG"),
        "cmyk tiff": encoded(colour.convert("CMYK"), "TIFF", compression="tiff_lzw"),
        "palette png": encoded(colour.quantize(16), "PNG"),
        "transparent png": encoded(colour.convert("RGBA"), "PNG"),
        "float tiff": encoded(Image.fromarray(rng.normal(size=(9, 7)).astype(np.float32)), "TIFF"),
        "animated webp": encoded(colour, "WEBP", save_all=True, append_images=[colour] * 3),
        "animated png": encoded(colour, "PNG", save_all=True, append_images=[colour] * 3),
        "pages tiff": encoded(grey, "TIFF", save_all=True, append_images=[colour] * 2),
        "turned jpeg": encoded(colour, "JPEG", exif=exif),
        "progressive jpeg": encoded(colour, "JPEG", progressive=True),
        "jpeg in tiff": encoded(colour, "TIFF", compression="jpeg"),
        "deflated tiff": encoded(deep, "TIFF", compression="tiff_deflate"),
        "animated gif": encoded(colour, "GIF", save_all=True, append_images=[grey, colour]),
        "jpeg 2000": encoded(colour, "JPEG2000"),
        "grey jpeg 2000": encoded(deep, "JPEG2000"),
        "pgm": encoded(deep, "PPM"),
        "ppm": encoded(colour, "PPM"),
    }
    if features.check("avif"):
        found["avif"] = encoded(colour, "AVIF")
    return found | sound_stacks()


def sound_stacks() -> dict[str, bytes]:
    """Files that Pillow does not write: TIFF of all kinds, volumes, colours of 16 bits."""
    rng = np.random.default_rng(1)
    colour = rng.integers(0, 65536, (24, 31, 3), dtype=np.uint16)
    eight = (colour >> 8).astype(np.uint8)
    alpha = np.dstack([colour, colour[:, :, 0]])
    found = {
        f"{name} tiff": tiff_of(eight, photometric="rgb", compression=name)
        for name in ("zstd", "lzma", "webp", "png", "lzw", "packbits", "jpeg", "jpeg2000", "lerc")
    }
    return found | {
        "deep colour png of its own": deep_png(colour),
        "deep clear png": deep_png(alpha),
        "deep ppm": deep_ppm(colour),
        "planar tiff": tiff_of(
            np.ascontiguousarray(np.moveaxis(colour, -1, 0)),
            photometric="rgb",
            planarconfig="separate",
        ),
        "clear tiff": tiff_of(alpha, photometric="rgb", extrasamples=["unassalpha"]),
        "tiled tiff": tiff_of(eight, photometric="rgb", compression="jpeg", tile=(16, 16)),
        "half float tiff": tiff_of((colour[:, :, 0] / 65535).astype(np.float16)),
        "double tiff": tiff_of(colour[:, :, 0] / 7.0, compression="zlib", predictor=True),
        "bigtiff": tiff_of(colour[:, :, 0], bigtiff=True, byteorder=">"),
        "channels tiff": tiff_of(np.dstack([eight, eight[:, :, :2]]), photometric="minisblack"),
        "stack tiff": tiff_of(np.moveaxis(colour, -1, 0), photometric="minisblack"),
        "volume": nifti(colour.astype(np.int16)),
        "packed volume": nifti(colour.astype(np.float32), packed=True),
    }


def lying_volume() -> bytes:
    """A header of two thousand million voxels and none of them."""
    content = bytearray(nifti(np.zeros((4, 4, 4), np.int16)))
    content[42:48] = struct.pack("<3h", 30_000, 30_000, 3)
    return bytes(content)


@cache
def bad_images() -> dict[str, bytes]:
    """Files that are wrong as they stand."""
    grey = sound_images()["grey png"]
    huge = zlib.compress(bytes(30_000_000), 9)
    return {
        "empty": b"",
        "text": b"not an image",
        "large volume": lying_volume(),
        "packed bomb": gzip.compress(lying_volume() + bytes(2 * 2**20)),
        "wide png": png(2**31 - 1, 1, zlib.compress(bytes(64))),
        "gigapixel png": png(60_000, 60_000, zlib.compress(bytes(64))),
        "gigapixel tiff": tiff(60_000, 60_000),
        "gigapixel bmp": bmp(60_000, 60_000),
        "zero png": png(0, 0, b""),
        "zero tiff": tiff(0, 9),
        "negative bmp": bmp(-5, -(2**31)),
        "bomb png": png(9, 9, huge),
        "lying png": png(9_000, 9_000, zlib.compress(bytes(64))),
        "lying tiff": tiff(9_000, 9_000),
        "text bomb png": grey[:33] + chunk(b"zTXt", b"a\0\0" + huge) + grey[33:],
        "colour bomb png": grey[:33] + chunk(b"iCCP", b"a\0\0" + huge) + grey[33:],
        "archive": b"PK\x03\x04" + bytes(100),
        "program": b"\x7fELF" + bytes(100),
    }


@cache
def sound_dicom() -> dict[str, bytes]:
    """DICOM files that are right, one of each way to store pixels."""
    names = (
        "CT_small",
        "MR_small_RLE",
        "MR_small_jp2klossless",
        "MR_small_jpeg_ls_lossless",
        "MR_small_bigendian",
        "MR_small_implicit",
        "SC_rgb_small_odd_jpeg",
        "SC_rgb_jpeg_gdcm",
        "SC_rgb_rle_2frame",
        "SC_rgb_jls_lossy_line",
        "SC_rgb_gdcm_KY",
        "693_J2KI",
        "examples_palette",
        "JPEGLSNearLossless_16",
        "image_dfl",
    )
    return {name: (SHIPPED / f"{name}.dcm").read_bytes() for name in names}


@cache
def bad_dicom() -> dict[str, bytes]:
    """DICOM files whose elements lie."""
    values = np.arange(256, dtype=np.uint16).reshape(16, 16)
    changes: dict[str, dict[str, object]] = {
        "gigapixel": {"Rows": 60_000, "Columns": 60_000},
        "tall": {"Rows": 17},
        "no rows": {"Rows": 0},
        "no columns": {"Columns": None},
        "many frames": {"NumberOfFrames": 2**31 - 1},
        "some frames": {"NumberOfFrames": 50_000},
        "minus frames": {"NumberOfFrames": -3},
        "seven bits": {"BitsAllocated": 7},
        "stored more": {"BitsStored": 40},
        "samples": {"SamplesPerPixel": 200},
        "no samples": {"SamplesPerPixel": 0},
        "colour of grey": {"SamplesPerPixel": 3, "PhotometricInterpretation": "YBR_FULL_422"},
        "palette without": {"PhotometricInterpretation": "PALETTE COLOR"},
        "nonsense": {"PhotometricInterpretation": "NONSENSE"},
        "slope": {"RescaleSlope": 0, "RescaleIntercept": 1e300},
        "window": {"WindowCenter": -1e300, "WindowWidth": 1e-300},
        "no pixels": {"PixelData": b""},
    }
    found = {"empty": b"", "text": b"DICM", "only a start": bytes(128) + b"DICM"}
    for name, elements in changes.items():
        file = io.BytesIO()
        dataset_of(values, **elements).save_as(file, enforce_file_format=True)
        found[name] = file.getvalue()
    return found


def cut(random_: random.Random, content: bytearray) -> None:
    """Cut a file off."""
    del content[random_.randrange(len(content)) :]


def flip(random_: random.Random, content: bytearray) -> None:
    """Change some bytes, most of them in the header."""
    for _ in range(random_.randint(1, 12)):
        end = len(content) if random_.random() < 0.4 else min(len(content), 600)
        content[random_.randrange(end)] = random_.choice((0, 255, random_.randrange(256)))


def grow(random_: random.Random, content: bytearray) -> None:
    """Set a number of the header to an extreme."""
    at = random_.randrange(min(len(content), 2000))
    extreme = random_.choice((0, 2**31 - 1, 2**32 - 1, 0x7FFF, 0xFFFF, 60_000))
    order = random_.choice("<>")
    size = random_.choice("HI")
    content[at : at + (2 if size == "H" else 4)] = struct.pack(
        order + size, extreme & (0xFFFF if size == "H" else 0xFFFFFFFF)
    )


def stutter(random_: random.Random, content: bytearray) -> None:
    """Repeat a piece, or drop one."""
    start = random_.randrange(len(content))
    piece = content[start : start + random_.randint(1, 400)]
    if random_.random() < 0.5:
        content[start:start] = piece * random_.randint(1, 4)
    else:
        del content[start : start + len(piece)]


CHANGES: tuple[Callable[[random.Random, bytearray], None], ...] = (cut, flip, flip, grow, stutter)


def mutated(sound: dict[str, bytes], count: int, seed: int) -> Iterator[Case]:
    """Yield so many damaged files."""
    random_ = random.Random(seed)
    for _ in range(count):
        name = random_.choice(sorted(sound))
        content = bytearray(sound[name])
        change = random_.choice(CHANGES)
        change(random_, content)
        yield f"{change.__name__} {name}", bytes(content)


def image_cases(count: int, seed: int = 0) -> Iterator[Case]:
    """Yield every sound and every bad image, and `count` damaged ones."""
    yield from sound_images().items()
    yield from bad_images().items()
    yield from mutated(sound_images(), count, seed)


def dicom_cases(count: int, seed: int = 0) -> Iterator[Case]:
    """Yield every sound and every bad DICOM file, and `count` damaged ones."""
    yield from sound_dicom().items()
    yield from bad_dicom().items()
    yield from mutated(sound_dicom(), count, seed)


def open_image(data: bytes) -> int:
    """Decode the first images of a file as the program does; return their bytes in 8 bits.

    Raises:
        ImageUnreadable: in one sentence; anything else is a fault.
    """
    file = open_pictures(io.BytesIO(data))
    return sum(picture_to_uint8(file.picture(i)).nbytes for i in range(min(5, file.frames)))


def open_dicom_file(data: bytes) -> int:
    """Decode the frames of a DICOM file, see `open_image`; at most 20 of them."""
    size, failed = 0, None
    for _, picture in zip(range(20), open_dicom(io.BytesIO(data)).pictures(), strict=False):
        if isinstance(picture, ImageUnreadable):
            failed = picture
        else:
            size += picture_to_uint8(picture).nbytes
    if failed is not None and not size:
        raise failed
    return size


def main(what: str, count: int, seed: int) -> None:
    """Open every case and print how many were used and refused, and the kinds of the sound ones."""
    import resource  # which Windows has not

    warnings.simplefilter("error")
    resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, 3 * 2**30))
    images = what == "images"
    opened = open_image if images else open_dicom_file
    found: collections.Counter[str] = collections.Counter()
    unused = []
    for kind, data in (image_cases if images else dicom_cases)(count, seed):
        signal.alarm(5)  # nobody handles it: the program ends
        try:
            found["used"] += bool(opened(data))
        except ImageUnreadable as error:
            found["refused"] += 1
            found["told"] += str(error).endswith(".") and len(str(error)) < 120
            unused.append(kind)
    sound = set(sound_images() if images else sound_dicom())
    print(json.dumps({**found, "unused": sorted(sound.intersection(unused))}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
