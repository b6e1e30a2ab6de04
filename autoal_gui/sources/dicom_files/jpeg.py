"""Lossless and 12-bit JPEG for pydicom, by libjpeg-turbo, which the package imagecodecs brings.

Of the decoders that pydicom itself knows for these, gdcm writes outside its memory when the data is
damaged, which ended the program, and pylibjpeg-libjpeg is under the GPL.
"""

import numpy as np
from imagecodecs import jpeg8_decode
from pydicom.pixels.decoders.base import (
    DecodeRunner,
    JPEGExtended12BitDecoder,
    JPEGLosslessDecoder,
    JPEGLosslessSV1Decoder,
)
from pydicom.uid import UID

PLUGIN = "imagecodecs"
"""What pydicom calls this; it is no source, so it has no `NAME`."""
DECODERS = (JPEGExtended12BitDecoder, JPEGLosslessDecoder, JPEGLosslessSV1Decoder)
DECODER_DEPENDENCIES = {decoder.UID: ("imagecodecs",) for decoder in DECODERS}


def is_available(uid: UID) -> bool:
    """Tell pydicom whether this decodes a transfer syntax."""
    return uid in DECODER_DEPENDENCIES


def decode_frame(src: bytes, runner: DecodeRunner) -> bytes:
    """Decode one frame, its colours as they are stored; pydicom converts them where it has to.

    Raises:
        ValueError: the samples do not fit into what the file declares.
        imagecodecs.Jpeg8Error: the data is damaged.
    """
    space = "rgb" if runner.samples_per_pixel == 3 else None
    values = jpeg8_decode(src, colorspace=space, outcolorspace=space)
    wanted = runner.bits_allocated // 8
    if values.dtype.itemsize > wanted:
        raise ValueError("more bits than declared")
    runner.set_option("planar_configuration", 0)
    return values.astype(np.dtype(f"<u{wanted}")).tobytes()


def register() -> None:
    """Make it known to pydicom, once."""
    for decoder in DECODERS:
        if PLUGIN not in decoder.available_plugins:
            decoder.add_plugin(PLUGIN, (__name__, decode_frame.__name__))
