"""Small files that unpack to a hundred megapixels and more, read by several threads at once."""

import gzip
import io
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from autoal_gui.core.errors import AutoALError
from tests.trials.harness.seeds import bomb, chunk, deflated_png, giant_png

THREADS = 3
SIDE = 10_000  # pixels; a hundred megapixels, as the window lets a photograph have


def png(colour: int, depth: int = 8, side: int = SIDE, more: bytes = b"") -> bytes:
    """A PNG file of zeros, as many as it declares."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    row = -(-side * channels * depth // 8) + 1
    packer, packed = zlib.compressobj(9), []
    for _ in range(side):
        packed.append(packer.compress(bytes(row)))
    packed.append(packer.flush())
    header = struct.pack(">IIBBBBB", side, side, depth, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + more + chunk(b"IDAT", b"".join(packed)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def by_pillow(kind: str, mode: str = "L", side: int = SIDE, **options: object) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, (side, side)).save(stream, kind, **options)
    return stream.getvalue()


def nifti(items: int) -> bytes:
    """A packed volume of so many zeros."""
    side = round(items ** (1 / 3))
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, side, side, side, 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, 16, 32)  # 32-bit floats
    struct.pack_into("<f", header, 108, 352.0)
    header[344:348] = b"n+1\0"
    stream = io.BytesIO()
    with gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=9) as packed:
        packed.write(bytes(header))
        for _ in range(side):
            packed.write(bytes(4 * side * side))
    return stream.getvalue()


def bomb_seeds(short: bool = False) -> list[bytes]:
    """Files of some kilobytes; those that take seconds to make are left out of the short form."""
    few = [png(6, side=3_000), deflated_png(), giant_png(), giant_png(40_000)]
    if short:
        return few
    palette = chunk(b"PLTE", bytes(768)) + chunk(b"tRNS", bytes(256))
    return [
        *few, png(0), png(3, more=palette), png(6), png(4, 16), png(0, 1, 60_000), bomb(),
        by_pillow("WEBP", "RGB"), by_pillow("GIF"), by_pillow("JPEG", "CMYK"),
        by_pillow("JPEG", progressive=True), by_pillow("TIFF", "1", 60_000, compression="group4"),
        by_pillow("JPEG2000", side=4_000), nifti(400_000_000),
    ]  # fmt: skip


def read_bomb(data: bytes, place: Path) -> None:
    """Read a file by several threads at once, as the window and a round do.

    Raises:
        AutoALError: what the first of them that was refused has said.
    """
    from autoal_gui.sources.pictures.decode import open_pictures

    file = place / "image"
    file.write_bytes(data)

    def read(_: int) -> str:
        with file.open("rb") as stream:
            try:
                pixels: np.ndarray = open_pictures(stream, file).picture(0).pixels
                return "" if pixels.size else "nothing"
            except AutoALError as error:
                return str(error)

    with ThreadPoolExecutor(THREADS) as threads:
        refused = [told for told in threads.map(read, range(THREADS)) if told]
    if refused:
        raise AutoALError(refused[0])
