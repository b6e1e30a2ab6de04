"""DICOM: shown as a reference viewer would, or refused in one sentence; nobody's name is read."""

import io
import logging
import struct
import time
import warnings
import zlib
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imagecodecs import jpeg8_encode
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut, apply_windowing
from pydicom.uid import (
    MPEG2MPML,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    RLELossless,
)

from autoal_gui.core.errors import Cancelled, ImageUnreadable, SourceError
from autoal_gui.core.images.pixels import picture_to_uint8
from autoal_gui.core.images.pool import ImagePool, PoolImage
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.sources import dicom
from autoal_gui.sources.dicom_files import file as dicom_file
from autoal_gui.sources.dicom_files import values as dicom_values
from autoal_gui.sources.dicom_files.file import looks_like_dicom, open_dicom
from autoal_gui.sources.opening import kind_at, spec_of
from tests.support.dicom import PATIENT, dataset_of, write_dicom

SHIPPED = Path(pydicom.__file__).parent / "data" / "test_files"
RAMP = np.arange(0, 4096, 8, dtype=np.uint16).reshape(16, 32)

WITHOUT_IMAGE = "The file holds no image."
NO_IMAGE = ("not an image.", "it holds none itself.", "not of a patient.")
UNSAFE = "gdcm"
UNREADABLE = {
    "JPEG2000-embedded-sequence-delimiter.dcm": (
        "The image is not of the size that the file declares."
    ),
    "meta_missing_tsyntax.dcm": "The file does not say how its image is stored.",
    "MR_truncated.dcm": "The image is cut off or damaged.",
    "nested_priv_SQ.dcm": "The file does not say how its image is stored.",
    "no_meta.dcm": "The file is not DICOM, or it is damaged.",
}
"""Of pydicom's own files those that hold an image, or call themselves DICOM, and cannot be read."""


def listed(where, progress=lambda done, total: None):
    return dicom.list_images(SourceSpec("dicom", str(where)), Path(), progress)


def picture_of(ds: Dataset, frame: int = 0):
    file = io.BytesIO()
    ds.save_as(file, enforce_file_format=True)
    file.seek(0)
    return open_dicom(file).frame(frame)


def shown(ds: Dataset, frame: int = 0) -> np.ndarray:
    return picture_to_uint8(picture_of(ds, frame))


def measured(picture) -> np.ndarray:
    return picture.pixels * picture.slope + picture.intercept


def reason(ds: Dataset) -> str:
    with pytest.raises(ImageUnreadable) as error:
        picture_of(ds)
    return str(error.value)


@pytest.fixture(scope="module")
def shipped():
    return listed(SHIPPED)


def test_every_shipped_file_is_shown_or_listed(shipped):
    files = {key for key, _ in shipped.unreadable}
    for image in shipped.images:
        path = SHIPPED / image.key
        files.add(image.key if path.is_file() else image.key.rsplit("/", 1)[0])
    content = {p: p.read_bytes() for p in SHIPPED.rglob("*") if p.is_file()}
    expected = {
        p.relative_to(SHIPPED).as_posix()
        for p, data in content.items()
        if data[128:132] == b"DICM" or p.suffix == ".dcm"
    }
    assert expected <= files
    assert len(shipped.images) > 100


def test_shipped_files_are_refused_for_their_own_reason(shipped):
    refused = dict(shipped.unreadable)
    for name, sentence in UNREADABLE.items():
        assert refused.pop(name) == sentence
    with_pixels = set()
    for key, sentence in refused.items():
        ds = pydicom.dcmread(SHIPPED / key, force=True)
        if {"PixelData", "FloatPixelData", "DoubleFloatPixelData"} & set(ds.dir()):
            with_pixels.add(ds.Modality)
        assert sentence == WITHOUT_IMAGE or sentence.endswith(NO_IMAGE)
    assert with_pixels == {"SEG", "RTDOSE"}


def reference(ds: Dataset, values: np.ndarray) -> np.ndarray:
    """What pydicom's own functions make of a grey frame, as shares of white."""
    rescaled = apply_modality_lut(values, ds)
    if ds.get("WindowWidth"):
        seen = apply_voi_lut(rescaled, ds)
        low, high = apply_windowing(np.array([-1e9, 1e9]), ds)
        shares = (seen - low) / (high - low)
    else:
        low, high = rescaled.min(), rescaled.max()
        shares = (rescaled - low) / (high - low)
    return 1 - shares if ds.PhotometricInterpretation == "MONOCHROME1" else shares


def test_shipped_images_are_those_of_a_reference_viewer(shipped, monkeypatch):
    """The reference is pydicom, which takes gdcm first: none of the decoders here.

    It leaves pixels as oblong as they are.
    """
    monkeypatch.setattr(dicom_values, "made_square", lambda pixels, *sides: pixels)
    reader = dicom.open_images(SourceSpec("dicom", str(SHIPPED)), Path())
    windowed = 0
    frames: dict[Path, np.ndarray] = {}
    for image in shipped.images:
        picture, path, index = reader.read_picture(image.key), SHIPPED / image.key, 0
        if not path.is_file():
            path, index = path.parent, int(path.name) - 1
        ds = pydicom.dcmread(path, force=True)
        if path not in frames:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                frames[path] = ds.pixel_array
        values = frames[path][index] if int(ds.get("NumberOfFrames") or 1) > 1 else frames[path]
        if ds.PhotometricInterpretation == "PALETTE COLOR":
            values = pydicom.pixels.processing.apply_color_lut(values, ds)
        if picture.pixels.ndim == 3:
            wanted = values >> (8 * (values.dtype.itemsize - 1))
            apart = np.abs(picture.pixels.astype(int) - wanted)
            assert np.percentile(apart, 99) <= 3, image.key  # JPEG decoders round differently
            continue
        shares = reference(ds, values)
        if picture.window is not None:
            windowed += 1
            assert np.abs(picture_to_uint8(picture) - 255 * shares).max() <= 1.01, image.key
        step = abs(picture.slope)
        apart = np.abs(measured(picture) - apply_modality_lut(values, ds))
        scale = 255 if ds.BitsStored == 1 else 1
        if scale == 1:
            assert apart.max() <= step * 0.51 if values.dtype.itemsize > 2 else apart.max() < 1e-6
        bright = apply_modality_lut(values, ds).astype(float)
        bright *= -1 if ds.PhotometricInterpretation == "MONOCHROME1" else 1
        order = np.argsort(bright, axis=None, kind="stable")
        assert (np.diff(picture.pixels.ravel()[order].astype(int)) >= 0).all(), image.key
    assert windowed > 40


def test_a_window_makes_its_ends_black_and_white():
    ds = dataset_of(RAMP, WindowCenter=2048, WindowWidth=1024)
    grey = shown(ds)
    assert (grey[RAMP <= 1535] == 0).all()
    assert (grey[RAMP >= 2560] == 255).all()
    middle = np.argmin(np.abs(RAMP.astype(int) - 2048))
    assert abs(int(grey.ravel()[middle]) - 128) <= 1


def test_monochrome1_is_turned_over_and_its_measured_values_stay():
    ds = dataset_of(
        RAMP,
        PhotometricInterpretation="MONOCHROME1",
        WindowCenter=2048,
        WindowWidth=1024,
        RescaleSlope=1,
        RescaleIntercept=0,
    )
    picture = picture_of(ds)
    np.testing.assert_allclose(measured(picture), RAMP)
    grey = picture_to_uint8(picture)
    assert (grey[RAMP <= 1535] == 255).all()
    assert (grey[RAMP >= 2560] == 0).all()


def test_without_a_window_monochrome1_is_turned_over_too():
    grey = shown(dataset_of(RAMP, PhotometricInterpretation="MONOCHROME1"))
    assert grey.ravel()[0] == 255
    assert grey.ravel()[-1] == 0


def test_a_negative_slope_keeps_high_measured_values_bright():
    ds = dataset_of(RAMP, RescaleSlope=-2, RescaleIntercept=100, WindowCenter=-4000, WindowWidth=2)
    picture = picture_of(ds)
    np.testing.assert_allclose(measured(picture), 100 - 2.0 * RAMP)
    grey = picture_to_uint8(picture)
    assert grey.ravel()[0] == 255
    assert grey.ravel()[-1] == 0


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32])
def test_whole_numbers_keep_every_value(kind):
    values = np.linspace(np.iinfo(kind).min // 8, np.iinfo(kind).max // 8, 256).astype(kind)
    picture = picture_of(dataset_of(values.reshape(16, 16), RescaleSlope=2, RescaleIntercept=-3))
    apart = np.abs(measured(picture).ravel() - (2.0 * values - 3))
    assert apart.max() <= (1e-6 if values.dtype.itemsize <= 2 else abs(picture.slope))
    assert picture.pixels.dtype == (np.uint8 if values.dtype.itemsize == 1 else np.uint16)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_floats_are_shown_by_their_own_range(kind):
    values = np.linspace(-3.5, 12.25, 64).astype(kind).reshape(8, 8)
    values[0, 0] = np.nan
    picture = picture_of(dataset_of(values))
    np.testing.assert_allclose(measured(picture)[1:], values[1:], atol=16 / 65535)
    assert picture.pixels[0, 0] == 0


def test_one_bit_is_black_and_white():
    bits = np.eye(16, dtype=np.uint8)
    packed = np.packbits(bits.ravel(), bitorder="little").tobytes()
    ds = dataset_of(bits, BitsAllocated=1, BitsStored=1, HighBit=0, PixelData=packed)
    np.testing.assert_array_equal(shown(ds), bits * 255)


def test_few_bits_fill_the_greys():
    values = np.arange(64, dtype=np.uint8).reshape(8, 8)
    grey = shown(dataset_of(values, BitsStored=6, HighBit=5))
    assert grey[0, 0] == 0
    assert grey[-1, -1] == 255


def test_a_palette_gives_colours():
    values = np.array([[0, 1], [2, 1]], dtype=np.uint8)
    colours = {"Red": [10, 200, 0], "Green": [20, 0, 0], "Blue": [30, 0, 250]}
    palette = {}
    for name, levels in colours.items():
        palette[f"{name}PaletteColorLookupTableDescriptor"] = [3, 0, 16]
        entries = np.array(levels, dtype=np.uint16) * 256
        palette[f"{name}PaletteColorLookupTableData"] = entries.tobytes()
    ds = dataset_of(values, PhotometricInterpretation="PALETTE COLOR", **palette)
    assert shown(ds).tolist() == [[[10, 20, 30], [200, 0, 0]], [[0, 0, 250], [200, 0, 0]]]


def table(entries, first=0, bits=16) -> list[Dataset]:
    item = Dataset()
    item.add_new(0x00283002, "US", [len(entries), first, bits])
    item.add_new(0x00283006, "US", list(entries))
    return [item]


def test_the_tables_of_a_file_are_applied():
    values = np.array([[0, 1], [2, 3]], dtype=np.uint16)
    modality = dataset_of(values, ModalityLUTSequence=table([100, 300, 200, 4000]))
    assert measured(picture_of(modality)).tolist() == [[100, 300], [200, 4000]]
    voi = dataset_of(values, VOILUTSequence=table([0, 4095, 2048, 1024], bits=12))
    assert shown(voi).tolist() == [[0, 255], [128, 64]]


def test_a_sigmoid_is_followed():
    ds = dataset_of(RAMP, WindowCenter=2048, WindowWidth=1000, VOILUTFunction="SIGMOID")
    expected = 255 / (1 + np.exp(-4 * (RAMP.astype(float) - 2048) / 1000))
    assert np.abs(shown(ds) - expected).max() <= 1


@pytest.mark.parametrize("window", [("", ""), ("abc", "4"), (5, 0), (5, -1), (None, 7)])
def test_a_senseless_window_costs_no_image(window):
    ds = dataset_of(RAMP)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for tag, value in zip((0x00281050, 0x00281051), window, strict=True):
            if value is not None:
                ds.add_new(tag, "LO" if value == "abc" else "DS", value)
    assert picture_of(ds).window is None


def test_padding_does_not_darken_the_rest():
    values = RAMP.astype(np.int16) + 1000
    values[:8] = -2000
    grey = shown(dataset_of(values, PixelPaddingValue=-2000))
    assert grey[:8].max() == 0
    assert np.ptp(grey[8:].astype(int)) >= 250


def test_frames_have_their_own_window_and_slope():
    ds = dataset_of(np.stack([RAMP, RAMP]))
    groups = []
    for slope, centre in ((1, 500), (3, 6000)):
        group, values, window = Dataset(), Dataset(), Dataset()
        values.RescaleSlope, values.RescaleIntercept, values.RescaleType = slope, 0, "HU"
        window.WindowCenter, window.WindowWidth = centre, 200
        group.PixelValueTransformationSequence = [values]
        group.FrameVOILUTSequence = [window]
        groups.append(group)
    ds.PerFrameFunctionalGroupsSequence = groups
    second = picture_of(ds, 1)
    np.testing.assert_allclose(measured(second), 3.0 * RAMP)
    assert second.unit == "HU"
    low, high = (value * second.slope + second.intercept for value in second.window)
    assert (low, high) == pytest.approx((5900, 6099))
    assert picture_of(ds, 0).window == pytest.approx((400, 599))


def test_ct_is_in_hounsfield_units_and_other_kinds_are_not():
    rescaled = {"RescaleSlope": 1, "RescaleIntercept": -1024}
    assert picture_of(dataset_of(RAMP, Modality="CT", **rescaled)).unit == "HU"
    assert picture_of(dataset_of(RAMP, Modality="PT", **rescaled)).unit == ""
    assert picture_of(dataset_of(RAMP, Modality="CT")).unit == ""


def test_a_file_is_known_by_its_content(tmp_path):
    write_dicom(tmp_path / "IM0001", RAMP)
    write_dicom(tmp_path / "sub" / "picture.jpg", RAMP)
    (tmp_path / "notes.txt").write_text("not an image")
    (tmp_path / "broken.dcm").write_bytes(b"not an image either")
    bare = (tmp_path / "IM0001").read_bytes()[132:]
    (tmp_path / "bare").write_bytes(bare)
    found = listed(tmp_path)
    assert [image.key for image in found.images] == ["bare", "IM0001", "sub/picture.jpg"]
    assert found.unreadable == (("broken.dcm", "The file is not DICOM, or it is damaged."),)


def test_frames_are_images_of_their_own(tmp_path):
    write_dicom(tmp_path / "many.dcm", np.stack([RAMP, RAMP // 2, RAMP // 4]))
    found = listed(tmp_path / "many.dcm")
    assert [image.key for image in found.images] == ["many.dcm/1", "many.dcm/2", "many.dcm/3"]
    assert len({image.sha256 for image in found.images}) == 3
    reader = dicom.open_images(SourceSpec("dicom", str(tmp_path / "many.dcm")), Path())
    np.testing.assert_array_equal(reader.read("many.dcm/2"), RAMP // 2)
    for key in ("many.dcm/4", "many.dcm/0", "many.dcm/x", "../many.dcm", "other.dcm"):
        with pytest.raises(ImageUnreadable):
            reader.read(key)


def test_a_pool_gives_the_window_with_the_image(tmp_path):
    write_dicom(tmp_path / "a.dcm", RAMP, WindowCenter=2048, WindowWidth=1024)
    reader = dicom.open_images(SourceSpec("dicom", str(tmp_path)), Path())
    pool = ImagePool.of([PoolImage(1, "a.dcm", "", "pool")], reader)
    assert pool.picture(1).window == pytest.approx((1536, 2559))
    np.testing.assert_array_equal(pool.read(1), RAMP)


def test_each_image_is_decoded_once_and_listing_can_be_stopped(tmp_path, monkeypatch):
    write_dicom(tmp_path / "many.dcm", np.stack([RAMP] * 40))
    decoded = []
    whole = dicom_file.to_picture
    monkeypatch.setattr(dicom_file, "to_picture", lambda *a: (decoded.append(a[2]), whole(*a))[1])
    listed(tmp_path)
    assert decoded == list(range(40))
    decoded.clear()
    monkeypatch.setattr(
        dicom_file, "to_picture", lambda *a: (decoded.append(1), time.sleep(0.02), whole(*a))[2]
    )

    def stop(done, total):
        raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        listed(tmp_path, stop)
    assert len(decoded) < 40


def test_nobody_is_named(tmp_path, caplog, capfd):
    write_dicom(tmp_path / "a.dcm", RAMP)
    damaged = bytearray((tmp_path / "a.dcm").read_bytes())
    (tmp_path / "b.dcm").write_bytes(damaged[:-200])
    with caplog.at_level(logging.DEBUG):
        found = listed(tmp_path)
        with (tmp_path / "a.dcm").open("rb") as stream:
            header = open_dicom(stream).header
    told = repr(found) + caplog.text + "".join(capfd.readouterr()) + str(header)
    assert len(found.images) == len(found.unreadable) == 1
    assert PATIENT not in told
    assert "12345678" not in told
    assert "SOPInstanceUID" not in header


def test_nothing_to_see_is_one_sentence(tmp_path):
    with pytest.raises(SourceError, match="no DICOM file"):
        listed(tmp_path)
    empty = dataset_of(RAMP, PixelData=None)
    empty.save_as(tmp_path / "plan.dcm", enforce_file_format=True)
    with pytest.raises(SourceError, match="holds no image"):
        listed(tmp_path)
    with pytest.raises(SourceError, match="No folder"):
        dicom.list_images(SourceSpec("dicom"), Path(), lambda done, total: None)


def test_a_size_that_lies_is_refused_before_decoding():
    assert reason(dataset_of(RAMP, Rows=60000, Columns=60000)).startswith("The image has more than")
    assert reason(dataset_of(RAMP, Rows=0)) == "The image has no pixels."
    assert reason(dataset_of(RAMP, Rows=300)) == "The image is cut off or damaged."
    assert "more than" in reason(dataset_of(RAMP, NumberOfFrames=10**9))
    assert "does not say" in reason(dataset_of(RAMP, BitsAllocated=None))


def packed(frame: bytes, syntax, **elements) -> Dataset:
    ds = dataset_of(np.zeros((16, 16), dtype=np.uint8), **elements)
    ds.file_meta.TransferSyntaxUID = syntax
    ds.PixelData = encapsulate([frame])
    return ds


def test_compressed_data_of_another_size_is_refused():
    siz = struct.pack(">4sHH8I", b"\xff\x4f\xff\x51", 47, 0, 60000, 60000, *[0] * 6)
    sentence = "The image is not of the size that the file declares."
    assert reason(packed(siz + bytes(40), JPEG2000Lossless)) == sentence
    sof = b"\xff\xd8\xff\xc0" + struct.pack(">HBHHB", 11, 8, 60000, 60000, 1) + bytes(20)
    assert reason(packed(sof, JPEGBaseline8Bit)) == sentence
    assert reason(packed(bytes(64), RLELossless)) == "The image is cut off or damaged."
    assert reason(packed(bytes(64), MPEG2MPML)) == "The file holds a video."
    assert "compressed in a way" in reason(packed(bytes(64), "1.2.840.10008.1.2.4.52"))


def test_a_deflated_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(dicom_file, "MAX_INFLATED", 10**6)
    file = io.BytesIO()
    dataset_of(RAMP).save_as(file, enforce_file_format=True)
    content = file.getvalue().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1.99")
    start = 144 + struct.unpack_from("<I", content, 140)[0]
    deflater = zlib.compressobj(wbits=-15)
    body = deflater.compress(bytes(10**7)) + deflater.flush()
    where = content.index(b"1.2.840.10008.1.2.1.99")
    head = bytearray(content[: start + 2])
    struct.pack_into("<H", head, where - 2, 22)
    struct.pack_into("<I", head, 140, struct.unpack_from("<I", head, 140)[0] + 2)
    with pytest.raises(ImageUnreadable, match="too large when"):
        open_dicom(io.BytesIO(bytes(head) + body))


CONTENTS = [
    (SHIPPED / name).read_bytes()
    for name in (
        "CT_small.dcm",
        "MR_small_RLE.dcm",
        "MR_small_jp2klossless.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "MR_small_bigendian.dcm",
        "SC_rgb_small_odd_jpeg.dcm",
        "SC_rgb_rle_2frame.dcm",
        "examples_palette.dcm",
    )
]


@given(st.data())
def test_damage_is_one_sentence(data):
    content = bytearray(data.draw(st.sampled_from(CONTENTS)))
    for _ in range(data.draw(st.integers(0, 8))):
        content[data.draw(st.integers(0, min(len(content), 4096) - 1))] = data.draw(
            st.integers(0, 255)
        )
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content))) :]
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        found: list[object] = []
        try:
            found += open_dicom(io.BytesIO(bytes(content))).pictures()
        except ImageUnreadable as error:
            found.append(error)
    for one in found:
        assert str(one).endswith(".") if isinstance(one, ImageUnreadable) else one.pixels.size
    assert not heard


def test_what_is_dicom():
    assert looks_like_dicom(bytes(128) + b"DICM")
    assert not looks_like_dicom(b"")
    assert not looks_like_dicom(b"\x89PNG\r\n\x1a\n" + bytes(132))
    assert not looks_like_dicom(b"PK\x03\x04" + bytes(132))
    assert not looks_like_dicom(b"\xff\xd8\xff\xe0" + bytes(132))


def test_a_path_is_opened_by_what_lies_there(tmp_path):
    file = write_dicom(tmp_path / "scan", RAMP)
    assert spec_of(str(file)).kind == "dicom"
    assert spec_of(str(tmp_path)) == SourceSpec("dicom", str(tmp_path), (("layout", "infer"),))
    (tmp_path / "photo.png").touch()
    (tmp_path / "other.png").touch()
    assert kind_at(tmp_path) == "folder"
    assert kind_at(tmp_path / "photo.png") == "folder"
    assert kind_at(tmp_path / "set.npz") == "npz"


@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("signed", [False, True])
def test_lossless_jpeg_is_without_loss(bits, signed):
    rng = np.random.default_rng(bits)
    kind = np.uint8 if bits == 8 else np.uint16
    values = rng.integers(0, 2**bits, (16, 16), dtype=kind)
    frame = jpeg8_encode(values, lossless=True, predictor=1, bitspersample=bits)
    shape = {"BitsStored": bits, "HighBit": bits - 1, "PixelRepresentation": int(signed)}
    ds = dataset_of(values, **shape)
    ds.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    ds.PixelData = encapsulate([frame])
    wanted = values.astype(int)
    if signed:
        wanted = np.where(wanted >= 2 ** (bits - 1), wanted - 2**bits, wanted)
    np.testing.assert_array_equal(measured(picture_of(ds)), wanted)
    assert UNSAFE not in dicom_file.PLUGINS


def test_twelve_bits_of_lossy_jpeg_are_kept():
    values = (np.add.outer(np.arange(16), np.arange(16)) * 130).astype(np.uint16)
    frame = jpeg8_encode(values, level=98, bitspersample=12)
    ds = dataset_of(values, BitsStored=12, HighBit=11)
    ds.file_meta.TransferSyntaxUID = JPEGExtended12Bit
    ds.PixelData = encapsulate([frame])
    assert np.abs(measured(picture_of(ds)) - values).max() < 40
    ds.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    assert "compressed in a way" in reason(ds)


def test_cut_off_jpeg_ls_is_refused_at_once():
    """Its decoder was seen to take seconds for half an image of 64 by 64 pixels."""
    ds = pydicom.dcmread(SHIPPED / "MR_small_jpeg_ls_lossless.dcm")
    frame = get_frame(ds.PixelData, 0)
    ds.PixelData = encapsulate([frame[: len(frame) // 2]])
    assert reason(ds) == "The image is cut off or damaged."


def test_what_is_handed_over_is_what_the_networks_read(tmp_path):
    write_dicom(tmp_path / "a.dcm", RAMP, WindowCenter=2048, WindowWidth=1024)
    reader = dicom.open_images(SourceSpec("dicom", str(tmp_path)), Path())
    pool = ImagePool.of([PoolImage(1, "a.dcm", "", "pool")], reader)
    labels = Snapshot("x", (), pool, {}, frozenset(), {}, (), (), (), (), ())
    grey = labels.read_in_8_bits(1)
    np.testing.assert_array_equal(grey, picture_to_uint8(pool.picture(1)))
    assert (grey[RAMP >= 2560] == 255).all()
    assert labels.read_in_8_bits(2) is None
