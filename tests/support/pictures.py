"""Picture files made for tests, of kinds that Pillow does not write."""

import gzip
import io
import struct
import zlib
from typing import Any

import nibabel
import numpy as np
import tifffile


def chunk(name: bytes, body: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def deep_png(values: np.ndarray) -> bytes:
    """Return a PNG of 16 bits: (H, W) or (H, W, 2, 3 or 4) uint16."""
    height, width, *channels = values.shape
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels[0] if channels else 1]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def tiff(values: np.ndarray, **options: Any) -> bytes:
    """Return a TIFF as tifffile writes it."""
    file = io.BytesIO()
    tifffile.imwrite(file, values, **options)
    return file.getvalue()


def nifti(values: np.ndarray, affine: np.ndarray | None = None, packed: bool = False) -> bytes:
    """Return a NIfTI volume of (X, Y, Z) or more axes."""
    image = nibabel.Nifti1Image(values, np.eye(4) if affine is None else affine)
    content = image.to_bytes()
    return gzip.compress(content) if packed else content


def deep_ppm(values: np.ndarray, top: int = 65535) -> bytes:
    """Return a binary PPM of (H, W, 3) uint16."""
    height, width = values.shape[:2]
    return b"P6\n# a comment\n%d %d\n%d\n" % (width, height, top) + values.astype(">u2").tobytes()
