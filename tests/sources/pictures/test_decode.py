import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.sources.pictures.decode import decode
from autoal_gui.sources.pictures.pillow_file import PillowFile

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (6, 9), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (6, 9, 3), dtype=np.uint8)
DEEP = RNG.integers(0, 65536, (6, 9), dtype=np.uint16)


def encoded(image, file_format="PNG", **options):
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of_size(width, height):
    """A PNG whose header declares a size that its pixels do not have."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels)


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "BMP", "WEBP"])
@pytest.mark.parametrize("image", [GREY, COLOUR], ids=["grey", "colour"])
def test_formats_without_loss(file_format, image):
    options = {"lossless": True} if file_format == "WEBP" else {}
    pixels = decode(encoded(image, file_format, **options))
    wanted = image
    if file_format == "WEBP" and image is GREY:  # the format has no grey
        wanted = np.stack([GREY] * 3, axis=2)
    np.testing.assert_array_equal(pixels, wanted)
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous


def test_jpeg_grey_stays_grey():
    assert decode(encoded(GREY, "JPEG")).shape == (6, 9)
    assert decode(encoded(COLOUR, "JPEG")).shape == (6, 9, 3)


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_sixteen_bits_are_kept(file_format):
    pixels = decode(encoded(DEEP, file_format))
    assert pixels.dtype == np.uint16
    np.testing.assert_array_equal(pixels, DEEP)


def test_big_endian_sixteen_bits_become_native():
    image = Image.frombytes("I;16B", (9, 6), DEEP.astype(">u2").tobytes())
    pixels = decode(encoded(image, "TIFF"))
    assert pixels.dtype == np.dtype(np.uint16)
    np.testing.assert_array_equal(pixels, DEEP)


def test_integers_that_fit_stay_as_they_are():
    pixels = decode(encoded(DEEP.astype(np.int32), "TIFF"))
    assert pixels.dtype == np.uint16
    np.testing.assert_array_equal(pixels, DEEP)


def tiff(values, photometric=1, sample_format=1, order="<"):
    """A grey TIFF of any kind of numbers, which Pillow itself writes for a few only."""
    body = values.astype(values.dtype.newbyteorder(order)).tobytes()
    height, width = values.shape
    tags = {256: width, 257: height, 258: 8 * values.itemsize, 259: 1, 262: photometric}
    tags |= {273: 8, 277: 1, 278: height, 279: len(body), 339: sample_format}
    entries = b"".join(struct.pack(f"{order}HHII", tag, 4, 1, v) for tag, v in tags.items())
    start = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}I", 8 + len(body))
    return start + body + struct.pack(f"{order}H", len(tags)) + entries + bytes(4)


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_tiff_whose_white_is_zero_is_turned_over(order):
    """Pillow does so for 8 bits alone."""
    np.testing.assert_array_equal(decode(tiff(GREY, 0, order=order)), 255 - GREY)
    if order == "<":  # Pillow knows no big-endian one, and says so
        np.testing.assert_array_equal(decode(tiff(DEEP, 0, order=order)), 65535 - DEEP)
        floats = (DEEP / 65535).astype(np.float32)
        np.testing.assert_array_equal(decode(tiff(floats, 0, 3, order)), 65535 - DEEP)


def test_the_upper_half_of_unsigned_numbers_stays_bright():
    pixels = decode(tiff(DEEP.astype(np.uint32) << 16))
    order = np.argsort(DEEP, axis=None)
    assert (np.diff(pixels.ravel()[order].astype(int)) >= 0).all()
    assert pixels.min() == 0
    assert pixels.max() == 65535


def test_signed_bytes_are_in_order():
    values = np.array([[-128, -1], [0, 127]], dtype=np.int8)
    assert decode(tiff(values, sample_format=2)).tolist() == [[0, 127], [128, 255]]


def test_integers_that_do_not_fit_are_stretched():
    image = np.array([[-1000, 0], [1000, 99000]], dtype=np.int32)
    np.testing.assert_array_equal(decode(encoded(image, "TIFF")), [[0, 655], [1311, 65535]])


def test_floats_between_zero_and_one_use_the_full_range():
    image = np.array([[0.0, 0.25], [0.5, np.nan]], dtype=np.float32)
    np.testing.assert_array_equal(decode(encoded(image, "TIFF")), [[0, 16384], [32768, 0]])


def test_other_floats_are_stretched():
    image = np.array([[-1000.0, 0.0], [1000.0, np.inf]], dtype=np.float32)
    np.testing.assert_array_equal(decode(encoded(image, "TIFF")), [[0, 32768], [65535, 65535]])


def test_an_image_of_nans_is_unreadable():
    with pytest.raises(ImageUnreadable, match="no numbers"):
        decode(encoded(np.full((2, 2), np.nan, dtype=np.float32), "TIFF"))


def test_one_bit_becomes_black_and_white():
    image = Image.fromarray(GREY).convert("1")
    np.testing.assert_array_equal(decode(encoded(image)), np.asarray(image) * np.uint8(255))


def test_a_palette_becomes_its_colours():
    image = Image.fromarray(COLOUR).quantize(8)
    np.testing.assert_array_equal(decode(encoded(image)), np.asarray(image.convert("RGB")))


def test_a_transparent_palette_colour_becomes_black():
    image = Image.new("P", (2, 1))
    image.putpalette([200, 10, 20, 30, 200, 40])
    image.putpixel((1, 0), 1)
    assert decode(encoded(image, transparency=0)).tolist() == [[[0, 0, 0], [30, 200, 40]]]
    assert decode(encoded(image, transparency=b"\x00\xff")).tolist()[0][0] == [0, 0, 0]


def test_transparency_lies_on_black():
    rgba = np.array([[[200, 100, 50, 255], [200, 100, 50, 0], [200, 100, 50, 51]]], dtype=np.uint8)
    assert decode(encoded(rgba)).tolist() == [[[200, 100, 50], [0, 0, 0], [40, 20, 10]]]


def test_grey_with_transparency_stays_grey():
    grey = np.array([[[200, 255], [200, 0]]], dtype=np.uint8)
    assert decode(encoded(Image.fromarray(grey, "LA"))).tolist() == [[200, 0]]


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_cmyk_becomes_rgb(file_format):
    image = Image.new("CMYK", (8, 8), (255, 0, 0, 0))
    red, green, blue = decode(encoded(image, file_format))[4, 4].tolist()
    assert red < 30
    assert green > 200
    assert blue > 200


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_once(file_format, orientation):
    stored = np.zeros((16, 32, 3), dtype=np.uint8)
    stored[:8, :8] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = decode(encoded(stored, file_format, exif=exif))
    flipped = {2: (0, 1), 3: (1, 1), 4: (1, 0), 5: (0, 0), 6: (0, 1), 7: (1, 1), 8: (1, 0)}
    down, right = flipped.get(orientation, (0, 0))
    assert pixels.shape[:2] == ((16, 32) if orientation < 5 else (32, 16))
    corners = pixels[[0, 0, -1, -1], [0, -1, 0, -1], 0] > 128
    assert corners.tolist() == [(i // 2, i % 2) == (down, right) for i in range(4)]


@pytest.mark.parametrize("orientation", [0, 1, 6])
def test_the_size_of_a_png_is_known_as_it_is_shown(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    extra = {"exif": exif} if orientation else {}
    file = PillowFile(io.BytesIO(encoded(np.zeros((16, 32, 3), np.uint8), **extra)))
    file._image.load = lambda: pytest.fail("its pixels are not needed for that")
    assert file.shape(0)[:2] == ((16, 32) if orientation < 5 else (32, 16))


def test_sixteen_bits_are_turned_too():
    exif = Image.Exif()
    exif[0x0112] = 6
    np.testing.assert_array_equal(decode(encoded(DEEP, exif=exif)), np.rot90(DEEP, -1))


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "WEBP"])
def test_the_first_frame_is_taken(file_format):
    frames = [Image.fromarray(np.full((6, 6, 3), value, np.uint8)) for value in (10, 90, 200)]
    options = {"lossless": True} if file_format == "WEBP" else {}
    data = encoded(frames[0], file_format, save_all=True, append_images=frames[1:], **options)
    assert decode(data)[0, 0, 0] == 10


def test_an_empty_file():
    with pytest.raises(ImageUnreadable, match="is empty"):
        decode(b"")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"not an image", "not a PNG, JPEG, TIFF, BMP, WebP, GIF"),
        (b"%!PS-Adobe-3.0 EPSF", "kind EPS: save it as PNG"),
        (b"\0\0\0\x18ftypheic" + bytes(64), "kind HEIC: save it as PNG"),
        (encoded(COLOUR, "ICO"), "kind ICO"),
        (b"PK\3\4" + bytes(64), "unpack it"),
        (bytes(128) + b"DICM" + bytes(64), "set of their own"),
        (b"\0\0\0\x18ftypmp42" + bytes(64), "video"),
    ],
    ids=["text", "eps", "heic", "ico", "zip", "dicom", "video"],
)
def test_other_formats_are_refused(data, sentence):
    with pytest.raises(ImageUnreadable, match=sentence):
        decode(data)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "TIFF", "BMP", "WEBP"])
def test_a_cut_off_file(file_format):
    noise = RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = encoded(noise, file_format)
    with pytest.raises(ImageUnreadable):
        decode(data[: len(data) // 2])


@pytest.mark.parametrize("side", [10_001, 12_000, 60_000])
def test_a_size_beyond_the_limit_is_refused_before_decoding(side):
    with pytest.raises(ImageUnreadable, match="more than 100 million pixels"):
        decode(png_of_size(side, side))


@given(st.data())
def test_damage_is_one_sentence_without_a_warning(data):
    file_format = data.draw(st.sampled_from(["PNG", "JPEG", "TIFF", "BMP", "WEBP"]))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "maker"
    content = bytearray(
        encoded(COLOUR, file_format, **({} if file_format == "BMP" else {"exif": exif}))
    )
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            pixels = decode(bytes(content))
        except ImageUnreadable:
            pixels = COLOUR
    assert pixels.dtype in (np.uint8, np.uint16)
    assert pixels.ndim in (2, 3)
    assert not heard


def test_pillow_warns_and_nobody_hears(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 30)
    data = encoded(GREY)
    with pytest.raises(Image.DecompressionBombWarning):
        Image.open(io.BytesIO(data))
    np.testing.assert_array_equal(decode(data), GREY)


def test_damaged_exif_leaves_the_pixels():
    exif = Image.Exif()
    exif[0x0112] = 1
    content = encoded(COLOUR, "PNG", exif=exif)
    start = content.index(b"eXIf") - 4
    (length,) = struct.unpack_from(">I", content, start)
    damaged = content[:start] + chunk(b"eXIf", b"\xff" * length) + content[start + 12 + length :]
    np.testing.assert_array_equal(decode(damaged), COLOUR)


def test_a_png_that_is_damaged_in_its_middle_is_not_taken_for_whole():
    content = bytearray(encoded(RNG.integers(0, 256, (120, 90, 3), dtype=np.uint8)))
    content[len(content) // 2] ^= 1
    file = PillowFile(io.BytesIO(bytes(content)))
    file.shape(0)  # looking for how it is turned must not hide that
    with pytest.raises(ImageUnreadable, match="damaged"):
        file.picture(0)
