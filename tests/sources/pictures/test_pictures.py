"""Pictures that Pillow alone shows wrongly, or not at all."""

import io

import numpy as np
import pytest
import tifffile
from imagecodecs import jpeg2k_encode
from PIL import Image, features

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.pixels import picture_to_uint8
from autoal_gui.sources.pictures.decode import decode, decode_picture, open_pictures
from tests.support.pictures import deep_png, deep_ppm, nifti, tiff

DOWN, ACROSS = np.mgrid[:40, :32]
INSIDE = np.hypot(DOWN - 16, ACROSS - 20) < 7
SCENE = np.where(INSIDE, 3400, 600 + 25 * ACROSS).astype(np.uint16)
"""A bright disc on a dim gradient: 12 of 16 bits."""
HOLE = np.hypot(DOWN - 20, ACROSS - 16) > 18
COLOURS = np.dstack([SCENE, SCENE // 2, SCENE // 5])
EIGHT = (COLOURS // 16).astype(np.uint8)


def shown(data: bytes, index: int = 0) -> np.ndarray:
    return picture_to_uint8(decode_picture(data, index))


def frames_of(data: bytes) -> int:
    return open_pictures(io.BytesIO(data)).frames


def encoded(pixels: np.ndarray, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


class Counted(io.BytesIO):
    """Counts how often a file is read as a whole."""

    whole = 0

    def read(self, size: int | None = -1) -> bytes:
        self.whole += size is None or size < 0
        return super().read(size)


def test_16_bit_colours_of_a_png_are_read_once():
    stream = Counted(deep_png(COLOURS))
    file = open_pictures(stream)
    assert file.shape(0) == COLOURS.shape
    assert (file.picture(0).pixels == COLOURS).all()
    assert stream.whole == 1


def test_16_bit_colours_of_a_png_are_kept():
    full = np.full_like(SCENE, 65535)
    grey = shown(deep_png(SCENE))
    assert np.unique(grey).size > 25
    np.testing.assert_array_equal(shown(deep_png(np.dstack([SCENE, full]))), grey)
    for channels in ([SCENE] * 3, [*[SCENE] * 3, full]):
        np.testing.assert_array_equal(shown(deep_png(np.dstack(channels)))[:, :, 1], grey)


def test_what_is_transparent_in_16_bits_is_black():
    clear = np.where(HOLE, 0, 65535).astype(np.uint16)
    pixels = decode(deep_png(np.dstack([SCENE, clear])))
    np.testing.assert_array_equal(pixels, np.where(HOLE, 0, SCENE))


def test_a_16_bit_png_that_is_cut_off():
    data = deep_png(np.random.default_rng(0).integers(0, 65536, (64, 64, 3), dtype=np.uint16))
    for end in (100, len(data) // 2, len(data) - 40):
        with pytest.raises(ImageUnreadable):
            decode(data[:end])


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("values", [COLOURS, EIGHT], ids=["16 bits", "8 bits"])
def test_colours_of_a_tiff_in_either_order(values, planar):
    stored = values if planar == "contig" else np.moveaxis(values, -1, 0)
    data = tiff(np.ascontiguousarray(stored), photometric="rgb", planarconfig=planar)
    np.testing.assert_array_equal(decode(data), values)


@pytest.mark.parametrize(
    "compression", ["zstd", "lzma", "webp", "png", "lzw", "deflate", "packbits", "jpeg2000"]
)
def test_compressions_of_tiff(compression):
    options = {"compressionargs": {"lossless": True}} if compression == "webp" else {}
    if compression == "jpeg2000":
        options = {"compressionargs": {"reversible": True}}
    data = tiff(EIGHT, photometric="rgb", compression=compression, **options)
    np.testing.assert_array_equal(decode(data), EIGHT)


def test_tiles_of_jpeg_in_tiff():
    large = np.kron(EIGHT, np.ones((8, 8, 1), np.uint8))
    data = tiff(large, photometric="rgb", compression="jpeg", tile=(128, 128))
    assert np.abs(decode(data).astype(int) - large).mean() < 6


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_floats_of_any_length(kind):
    data = tiff((SCENE / 4095).astype(kind))
    assert np.abs(shown(data).astype(int) - shown(tiff(SCENE))).max() <= 2


@pytest.mark.parametrize(
    ("fill", "kind"),
    [
        (np.nan, np.float32), (-9999, np.float32), (-1, np.float32), (-3.4e38, np.float32),
        (1e30, np.float64), (-32768, np.int16), (-2000, np.int16), (32767, np.int16),
        (65535, np.uint16), (-99999, np.int32),
    ],
)  # fmt: skip
def test_a_number_for_nothing_flattens_no_image(fill, kind):
    scene = SCENE / 4095 if np.dtype(kind).kind == "f" else SCENE.astype(int) - 1000
    values = (scene if np.dtype(kind).kind != "u" else SCENE).astype(kind)
    values[HOLE] = fill
    grey = shown(tiff(values))
    assert grey[HOLE].max() <= 1
    assert grey[INSIDE & ~HOLE].min() >= 250
    assert np.unique(grey).size > 25


def test_a_number_for_nothing_that_a_file_declares():
    values = SCENE.copy()
    values[HOLE] = 7
    data = tiff(values, extratags=[(42113, 2, 0, "7", True)])
    grey = shown(data)
    assert grey[HOLE].max() == 0
    plain = shown(tiff(np.where(HOLE, 600, SCENE)))
    assert np.abs(grey.astype(int) - plain)[~HOLE].max() <= 4


def test_one_absurd_value_flattens_no_image():
    values = (SCENE / 4095).astype(np.float32)
    values[0, 0] = 1e9
    assert np.unique(shown(tiff(values))).size > 20


def test_white_is_zero_in_any_numbers():
    for values in (SCENE, (SCENE // 16).astype(np.uint8), (SCENE / 4095).astype(np.float32)):
        grey = shown(tiff(values, photometric="miniswhite"))
        assert grey[INSIDE].max() < grey[~INSIDE].min()


def test_every_page_is_an_image():
    pages = np.stack([SCENE + 100 * number for number in range(5)])
    data = tiff(pages)
    assert frames_of(data) == 5
    for number in range(5):
        np.testing.assert_array_equal(decode_picture(data, number).pixels, pages[number])
    with pytest.raises(ImageUnreadable, match="no such image"):
        decode_picture(data, 5)


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_every_channel_is_an_image(planar):
    channels = np.stack([SCENE + 50 * number for number in range(5)])
    stored = np.ascontiguousarray(np.moveaxis(channels, 0, -1)) if planar == "contig" else channels
    data = tiff(stored, photometric="minisblack", planarconfig=planar)
    assert frames_of(data) == 5
    for number in range(5):
        np.testing.assert_array_equal(decode_picture(data, number).pixels, channels[number])


def test_smaller_copies_in_a_tiff_are_no_images():
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(EIGHT, photometric="rgb")
        writer.write(EIGHT[::2, ::2], photometric="rgb", subfiletype=1)
    opened = open_pictures(io.BytesIO(file.getvalue()))
    assert opened.frames == 1
    assert "Smaller copies" in opened.note


def test_directories_in_a_circle_end():
    data = bytearray(tiff(np.stack([SCENE, SCENE])))
    start = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[start : start + 2], "little")
    end = start + 2 + 12 * count
    data[end : end + 4] = start.to_bytes(4, "little")
    assert frames_of(bytes(data)) == 1


@pytest.mark.parametrize("compression", [None, "zlib", "lzw", "zstd", "jpeg", "png"])
def test_a_tiff_that_is_cut_off(compression):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    data = tiff(noise, compression=compression, rowsperstrip=16)
    for end in (len(data) // 3, len(data) // 2, len(data) - 30):
        with pytest.raises(ImageUnreadable):
            decode(data[:end])


def test_complex_numbers_are_refused():
    with pytest.raises(ImageUnreadable, match="of a kind that cannot be read"):
        decode(tiff(SCENE.astype(np.complex64)))


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("GIF", {}), ("JPEG2000", {"irreversible": False}), ("PPM", {}),
        pytest.param("AVIF", {"quality": 100}, marks=pytest.mark.skipif(
            not features.check("avif"), reason="this Pillow has no AVIF")),
    ],
)  # fmt: skip
def test_other_formats_are_read(kind, options):
    data = encoded(EIGHT, kind, **options)
    apart = np.abs(decode(data).astype(int) - EIGHT)
    assert apart.mean() < (12 if kind == "GIF" else 3)


def test_every_frame_of_an_animation_is_an_image():
    frames = [Image.fromarray(EIGHT // part) for part in (1, 2, 4)]
    for kind, options in (("GIF", {}), ("WEBP", {"lossless": True}), ("PNG", {})):
        file = io.BytesIO()
        frames[0].save(file, kind, save_all=True, append_images=frames[1:], **options)
        assert frames_of(file.getvalue()) == 3
        means = [decode_picture(file.getvalue(), number).pixels.mean() for number in range(3)]
        assert means == sorted(means, reverse=True)


def test_deep_ppm_and_pgm():
    np.testing.assert_array_equal(decode(deep_ppm(COLOURS)), COLOURS)
    with pytest.raises(ImageUnreadable):
        decode(deep_ppm(COLOURS)[:-7])
    pgm = b"P5 32 40 65535\n" + SCENE.astype(">u2").tobytes()
    np.testing.assert_array_equal(decode(pgm), SCENE)


def test_deep_jpeg_2000():
    data = jpeg2k_encode(COLOURS, level=0, reversible=True, codecformat="jp2")
    assert np.abs(shown(data).astype(int)[:, :, 0] - shown(deep_png(COLOURS))[:, :, 0]).max() <= 1


VOLUME = np.zeros((32, 40, 6), dtype=np.int16)
VOLUME[20:28, 5:12, 3] = 900
VOLUME += (np.arange(32) * 3).astype(np.int16)[:, None, None]


@pytest.mark.parametrize("packed", [False, True])
def test_slices_of_a_volume(packed):
    data = nifti(VOLUME, packed=packed)
    assert frames_of(data) == 6
    grey = shown(data, 3)
    assert grey.shape == (40, 32)
    rows, columns = np.nonzero(grey > 200)
    assert rows.min() == 40 - 12  # what lies in front is above
    assert columns.max() == 31 - 20  # and what lies to the right is on the left
    assert shown(data, 0).max() < 200  # a slice without it is not stretched


def test_a_volume_is_turned_as_the_body_lies():
    turned = nifti(VOLUME[::-1], np.diag([-1.0, 1, 1, 1]))
    np.testing.assert_array_equal(shown(turned, 3), shown(nifti(VOLUME), 3))


def test_oblong_voxels_are_shown_square():
    assert shown(nifti(VOLUME, np.diag([2.0, 1, 5, 1]))).shape == (40, 64)


def test_of_a_series_over_time_the_first_volume_is_listed():
    opened = open_pictures(io.BytesIO(nifti(np.stack([VOLUME] * 3, axis=-1))))
    assert opened.frames == 6
    assert "first volume" in opened.note


@pytest.mark.parametrize("packed", [False, True])
def test_a_volume_that_is_cut_off(packed):
    data = nifti(VOLUME, packed=packed)
    with pytest.raises(ImageUnreadable):
        decode(data[: len(data) - len(data) // 3])


def test_a_packed_file_that_is_no_volume():
    with pytest.raises(ImageUnreadable, match="not a NIfTI volume"):
        decode(b"\x1f\x8b" + bytes(64))
