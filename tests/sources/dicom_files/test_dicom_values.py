"""DICOM whose tables, windows, paddings and pixels are not as the simplest files have them."""

import io

import numpy as np
import pytest
from pydicom.dataset import Dataset

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.pixels import picture_to_uint8
from autoal_gui.sources.dicom_files.file import open_dicom
from tests.support.dicom import dataset_of

DOWN, ACROSS = np.mgrid[:32, :32]
INSIDE = np.hypot(DOWN - 12, ACROSS - 20) < 6
OUTSIDE = np.hypot(DOWN - 16, ACROSS - 16) > 14
SCENE = np.where(INSIDE, 3000, 400 + 20 * ACROSS).astype(np.uint16)
"""A bright disc on a dim gradient, in 12 bits."""
HOUNSFIELD = (SCENE.astype(np.int16) - 1000).astype(np.int16)
CT = {"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": 0}


def picture_of(ds: Dataset):
    file = io.BytesIO()
    ds.save_as(file, enforce_file_format=True)
    file.seek(0)
    return open_dicom(file).frame(0)


def shown(ds: Dataset) -> np.ndarray:
    return picture_to_uint8(picture_of(ds))


def table(entries, first=0, bits=16, vr="US", count=None, kind="<u2"):
    """A table whose first value is written in a type of its own."""
    item = Dataset()
    item.add_new(0x00283002, vr, [len(entries) if count is None else count, first, bits])
    item.add_new(0x00283006, "OW", np.asarray(entries).astype(kind).tobytes())
    return [item]


def palette(levels, bits, kind):
    found = {}
    for name in ("Red", "Green", "Blue"):
        found[f"{name}PaletteColorLookupTableDescriptor"] = [len(levels), 0, bits]
        found[f"{name}PaletteColorLookupTableData"] = np.asarray(levels).astype(kind).tobytes()
    return {"PhotometricInterpretation": "PALETTE COLOR", **found}


@pytest.mark.parametrize("kind", ["<u2", "u1"])
def test_a_table_of_8_bits_in_words_or_bytes(kind):
    entries = (255 * np.sqrt(np.arange(4096) / 4095)).astype(int)
    ds = dataset_of(SCENE, VOILUTSequence=table(entries, bits=8, kind=kind))
    np.testing.assert_array_equal(shown(ds), entries[SCENE])


@pytest.mark.parametrize(("first", "vr"), [(-1000, "SS"), (65536 - 1000, "US")])
def test_a_table_that_begins_below_zero(first, vr):
    entries = np.arange(3001) * 4095 // 3000
    ds = dataset_of(HOUNSFIELD, VOILUTSequence=table(entries, first, 12, vr), **CT)
    wanted = entries[HOUNSFIELD.astype(int) + 1000] * 255 / 4095
    assert np.abs(shown(ds) - wanted).max() <= 1


def test_a_table_with_fewer_entries_than_it_declares():
    ds = dataset_of(SCENE, VOILUTSequence=table(np.arange(2000) * 2, bits=12, count=4096))
    wanted = np.minimum(SCENE.astype(int), 1999) * 2 * 255 / 4095
    assert np.abs(shown(ds) - wanted).max() <= 1


def test_a_table_that_declares_more_bits_than_it_uses():
    ds = dataset_of(SCENE, VOILUTSequence=table(np.arange(4096), bits=16))
    assert np.abs(shown(ds) - SCENE * (255 / 4095)).max() <= 1


def test_a_damaged_table_leaves_the_window():
    item = Dataset()
    item.add_new(0x00283006, "OW", b"")
    ds = dataset_of(SCENE, VOILUTSequence=[item], WindowCenter=2048, WindowWidth=4096)
    assert np.abs(shown(ds) - SCENE * (255 / 4095)).max() <= 1


def test_a_modality_table_of_12_bits():
    ds = dataset_of(SCENE, ModalityLUTSequence=table(np.arange(4096)[::-1], bits=12))
    grey = shown(ds)
    assert grey[INSIDE].max() < 10
    assert np.unique(grey).size > 20


@pytest.mark.parametrize(
    ("bits", "scale", "kind"), [(16, 1, "<u2"), (16, 256, "<u2"), (8, 1, "u1")]
)
def test_palettes_whatever_their_bits(bits, scale, kind):
    index = (SCENE >> 4).astype(np.uint8)
    ds = dataset_of(index, **palette(np.arange(256) * scale, bits, kind))
    np.testing.assert_array_equal(shown(ds)[:, :, 0], index)


@pytest.mark.parametrize(("slope", "top"), [("0.0000001", 4096e-7), ("0.001", 4.096)])
def test_a_narrow_window_of_fractions_is_meant_exactly(slope, top):
    window = {"WindowCenter": f"{top / 2:g}", "WindowWidth": f"{top:g}"}
    grey = shown(dataset_of(SCENE, RescaleSlope=slope, RescaleIntercept=0, **window))
    assert np.abs(grey - SCENE * (255 / 4096)).max() <= 1


def without(padding) -> np.ndarray:
    values = HOUNSFIELD.copy()
    values[OUTSIDE] = padding
    return values


@pytest.mark.parametrize("declared", [-32768, 32768, None], ids=["signed", "unsigned", "not"])
def test_padding_of_signed_numbers(declared):
    ds = dataset_of(without(-32768), **CT)
    if declared is not None:
        ds.add_new(0x00280120, "SS" if declared < 0 else "US", declared)
    grey = shown(ds)
    assert grey[OUTSIDE].max() == 0
    assert grey[INSIDE & ~OUTSIDE].min() >= 250
    assert np.unique(grey).size > 25


def test_padding_is_a_range():
    values = SCENE.copy()
    values[OUTSIDE] = 63536
    values[:3] = 63530
    ds = dataset_of(values, PixelPaddingValue=63536, PixelPaddingRangeLimit=63530)
    grey = shown(ds)
    assert grey[:3].max() == grey[OUTSIDE].max() == 0
    assert grey[INSIDE & ~OUTSIDE].min() >= 250


def test_padding_is_black_where_low_is_bright():
    values = (4095 - SCENE).astype(np.uint16)
    values[OUTSIDE] = 0
    kind = {"PhotometricInterpretation": "MONOCHROME1", "PixelPaddingValue": 0}
    grey = shown(dataset_of(values, WindowCenter=2047, WindowWidth=4095, **kind))
    assert grey[OUTSIDE].max() == 0
    assert abs(int(grey[12, 20]) - 3000 * 255 // 4095) <= 2


@pytest.mark.parametrize(
    "element",
    [
        {"PixelSpacing": [2.0, 1.0]},
        {"PixelAspectRatio": [2, 1]},
        {"ImagerPixelSpacing": [0.2, 0.1]},
    ],
)
def test_oblong_pixels_are_made_square(element):
    down, across = np.mgrid[:24, :48]
    disc = np.where(np.hypot((down - 12) * 2, across - 24) < 16, 200, 0).astype(np.uint8)
    grey = shown(dataset_of(disc, **element))
    assert grey.shape == (48, 48)
    rows, columns = (grey > 100).any(1).sum(), (grey > 100).any(0).sum()
    assert abs(int(rows) - int(columns)) <= 2


@pytest.mark.parametrize("spacing", [[1, 1], [1.0, 1.004], [0, 1], [1, 900], [-2, 1], [2]])
def test_square_and_senseless_pixels_stay(spacing):
    assert shown(dataset_of(SCENE, PixelSpacing=spacing)).shape == SCENE.shape


def test_numbers_at_the_upper_end_of_their_bits():
    left = dataset_of(SCENE << 4, BitsStored=12, HighBit=15, WindowCenter=2048, WindowWidth=4096)
    right = dataset_of(SCENE, BitsStored=12, HighBit=11, WindowCenter=2048, WindowWidth=4096)
    np.testing.assert_array_equal(shown(left), shown(right))


@pytest.mark.parametrize(
    ("elements", "word"),
    [
        ({"Modality": "SEG"}, "segmentation"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.66.4"}, "segmentation"),
        ({"Modality": "RTDOSE"}, "dose"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.67"}, "report"),
        ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, "screen"),
        ({"Modality": "CT", "BurnedInAnnotation": "YES"}, "screen"),
    ],
)
def test_what_is_no_image_of_a_patient_is_said(elements, word):
    with pytest.raises(ImageUnreadable, match=word):
        picture_of(dataset_of(SCENE, **elements))


def test_ultrasound_with_letters_is_an_image():
    ds = dataset_of(SCENE, Modality="US", BurnedInAnnotation="YES")
    assert shown(ds).shape == SCENE.shape
