"""The program that is written beside an ONNX file: it needs no part of AutoAL GUI.

It prepares what it can prepare exactly and refuses all else, saying how to have it prepared.
"""

USAGE = """\
import json, numpy, onnxruntime
from PIL import Image

model = onnxruntime.InferenceSession(MODEL_FILE)
image = numpy.asarray(Image.open("IMAGE.png").convert("RGB"))  # 8 bits, upright
classes = json.loads(model.get_modelmeta().custom_metadata_map["classes"])
print(dict(zip(classes, model.run(None, {"image": image[None]})[0][0].tolist())))
"""

SCRIPT = '''\
"""Predict the class of images: python THIS_FILE IMAGE [IMAGE ...]

Needs numpy, pillow and onnxruntime; for DICOM pydicom, too. Prints what the columns are, and a
line an image: file, class, the probability of each class. A file that is not prepared here as
AutoAL GUI prepares it is refused. What cannot be seen from a header is not: a number that stands
for "nothing measured" in 16-bit images without a window is guessed by AutoAL GUI and not here.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

MODEL = MODEL_FILE


def main(files):
    if not files or files[0] in ("-h", "--help"):
        print(__doc__)
        return
    session = onnxruntime.InferenceSession(str(Path(__file__).with_name(MODEL)))
    told = session.get_modelmeta().custom_metadata_map
    classes = json.loads(told["classes"])
    threshold = json.loads(told.get("threshold", "null")) or ()
    print("file", "class", *(f"p({name})" for name in classes), sep="\\t")
    for file in files:
        try:
            image = picture(file)  # (height, width, 3) uint8; the model does all the rest
        except (OSError, ValueError):
            refuse(file)
        shares = session.run(None, {"image": image[None]})[0][0]
        given = classes[decided(shares, *threshold)]
        print(file, given, *(f"{share:.6f}" for share in shares), sep="\\t")


def decided(shares, own=None, value=None):
    """Return the likeliest class; with a threshold, its class from that probability on."""
    if own is None:
        return shares.argmax()
    others = np.where(np.arange(len(shares)) == own, -1, shares)
    return own if float(shares[own]) >= value else others.argmax()


def picture(file):
    """Return an image upright, in red, green and blue of 8 bits."""
    start = Path(file).read_bytes()[:132]
    if start[128:] == b"DICM":
        return in_colours(of_dicom(file))
    image = Image.open(file)
    if image.format == "TIFF":
        bits = max(image.tag_v2.get(258, (1,)))
    else:
        bits = start[24] if image.format == "PNG" else 8
    several = getattr(image, "n_frames", 1) > 1 and image.format != "MPO"
    known = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "I;16")
    if several or image.mode not in known or (bits > 8 and image.mode != "I;16"):
        refuse(file)
    image = ImageOps.exif_transpose(image)
    if image.mode == "I;16":
        return in_colours(in_8_bits(np.asarray(image, np.int64), stretch(image)))
    if image.has_transparency_data:  # what is transparent is black
        black = Image.new("RGBA", image.size, (0, 0, 0, 255))
        image = Image.alpha_composite(black, image.convert("RGBA"))
    return np.asarray(image.convert("RGB"))


def stretch(values):
    """Return the 0.5 and 99.5 percentiles of 16-bit values; where they are equal, the ends."""
    values = np.asarray(values, np.int64)
    counts = np.cumsum(np.bincount(values.ravel(), minlength=65536))
    low, high = np.searchsorted(counts, np.array((0.5, 99.5)) / 100 * values.size)
    return (low, high) if low < high else (values.min(), values.max())


def in_8_bits(values, window):
    """Return grey values with the window's ends at 0 and 255, halves rounded up."""
    low, high = (float(end) for end in window)
    if high <= low:
        return np.where(values > low, 255, 0).astype(np.uint8)
    above = np.clip(values, low, high) - low
    return np.floor((above * 510 + (high - low)) / (2 * (high - low))).astype(np.uint8)


def in_colours(grey):
    return np.repeat(grey[:, :, None], 3, axis=2)


def of_dicom(file):
    """Return a grey DICOM image with a linear window or none."""
    import pydicom

    header = pydicom.dcmread(file)
    others = ("ModalityLUTSequence", "VOILUTSequence", "PixelPaddingValue")
    others += ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
    bits, slope = header.BitsAllocated, first(header, "RescaleSlope") or 1.0
    if (
        header.PhotometricInterpretation not in ("MONOCHROME1", "MONOCHROME2")
        or any(name in header for name in others)
        or header.get("VOILUTFunction", "LINEAR") != "LINEAR"
        or int(header.get("NumberOfFrames") or 1) > 1
        or bits not in (8, 16)
        or header.BitsStored < 8
        or header.HighBit != header.BitsStored - 1
        or slope <= 0
    ):
        refuse(file)
    shift = 2 ** (bits - 1) if header.PixelRepresentation else 0
    zero = (first(header, "RescaleIntercept") or 0.0) - slope * shift
    values, window = header.pixel_array.astype(np.int64) + shift, None
    centre, width = first(header, "WindowCenter"), first(header, "WindowWidth")
    if centre is not None and width is not None and width > 0:
        if width < 16:
            refuse(file)
        low = centre - 0.5 - (width - 1) / 2
        window = (low - zero) / slope, (low + width - 1 - zero) / slope
    if header.PhotometricInterpretation == "MONOCHROME1":
        top = 2**bits - 1
        values = top - values
        window = window and (top - window[1], top - window[0])
    if window is None and shift and bits == 16:  # often with a number for "nothing"
        refuse(file)
    values = with_square_pixels(values, header)
    if window is None and bits == 8:
        return values.astype(np.uint8)
    return in_8_bits(values, window or stretch(values))


def with_square_pixels(values, header):
    """Stretch along the coarser side where a pixel is not as high as wide."""
    names = "PixelSpacing ImagerPixelSpacing NominalScannedPixelSpacing PixelAspectRatio"
    for name in names.split():
        sides = [float(side) for side in header.get(name) or ()]
        if len(sides) == 2 and min(sides) > 0:
            break
    else:
        return values
    ratio = sides[0] / sides[1]
    if abs(ratio - 1) <= 0.01 or not 1 / 16 <= ratio <= 16:
        return values
    axis, factor = (0, ratio) if ratio > 1 else (1, 1 / ratio)
    count = values.shape[axis]
    length = round(count * factor)
    places = np.clip((np.arange(length) + 0.5) * count / length - 0.5, 0, count - 1)
    before = np.floor(places).astype(int)
    after = np.minimum(before + 1, count - 1)
    share = (places - before).astype(np.float32).reshape((-1, 1) if axis == 0 else (1, -1))
    values = values.astype(np.float32)
    mixed = values.take(before, axis) * (1 - share) + values.take(after, axis) * share
    return np.rint(mixed).astype(np.int64)


def first(header, name):
    """Return a number of a header, of several the first; None where there is none."""
    value = header.get(name)
    if value is None or value == "":
        return None
    return float(np.ravel(value)[0])


def refuse(file):
    sys.exit(
        f"{file} is not prepared here. With AutoAL GUI installed, run: "
        "autoal-gui inspect IMAGE --render OUT.png; then predict OUT.png."
    )


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")
    main(sys.argv[1:])
'''
