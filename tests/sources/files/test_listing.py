"""What a folder holds is listed or told: pages, frames, files without an ending, and the rest."""

import io

import numpy as np
import pytest
from PIL import Image

from autoal_gui.core.images.pool import ImagePool, longest_side
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.sources import dicom, folder
from autoal_gui.sources.opening import kind_at, list_images, open_images, spec_of, why_no_set
from tests.support.dicom import write_dicom
from tests.support.pictures import nifti, tiff

GREY = np.arange(80, dtype=np.uint8).reshape(8, 10)
RAMP = np.arange(64, dtype=np.uint16).reshape(8, 8)


def png(pixels=GREY) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def put(root, files):
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def listed(root, **options):
    spec = SourceSpec(folder.NAME, str(root), tuple(options.items()))
    return folder.list_images(spec, root, lambda done, total: None)


@pytest.mark.parametrize("check", ["all", "later"])
def test_pages_and_slices_have_keys_of_their_own(tmp_path, check, monkeypatch):
    monkeypatch.setattr(folder, "CHECKED_FIRST", 0)
    root = put(
        tmp_path,
        {
            "a/stack.tif": tiff(np.stack([GREY, GREY + 1, GREY + 2]), photometric="minisblack"),
            "b/volume.nii.gz": nifti(np.zeros((4, 5, 2), np.int16), packed=True),
            "top.tif": tiff(np.stack([GREY, GREY]), photometric="minisblack"),
        },
    )
    listing = listed(root, check=check, labels="classes")
    assert [image.key for image in listing.images] == [
        "a/stack.tif/1", "a/stack.tif/2", "a/stack.tif/3",
        "b/volume.nii.gz/1", "b/volume.nii.gz/2", "top.tif/1", "top.tif/2",
    ]  # fmt: skip
    assert listing.classes == ("a", "b")
    assert [image.label for image in listing.images] == [0, 0, 0, 1, 1, None, None]
    reader = folder.open_images(SourceSpec(folder.NAME, str(root)), root)
    np.testing.assert_array_equal(reader.read("a/stack.tif/3"), GREY + 2)
    np.testing.assert_array_equal(reader.read("a/stack.tif"), GREY)  # as older projects call it
    if check == "all":
        assert [reader.check(image.key) for image in listing.images] == [
            image.sha256 for image in listing.images
        ]


def bmp(grey):
    """A picture without check sums, in which one byte is one pixel."""
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, "BMP")
    return stream.getvalue()


def test_identical_files_are_known_though_the_others_wait_to_be_read(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "CHECKED_FIRST", 0)
    rng = np.random.default_rng(0)
    noise = [bmp(rng.integers(0, 255, (120, 90), dtype=np.uint8)) for _ in range(3)]
    middle = bytearray(noise[0])
    middle[5000] ^= 1  # same size, beginning and end: read whole, it is another file
    root = put(tmp_path, {"a.bmp": noise[0], "b.bmp": noise[1], "c.bmp": noise[2],
                          "x/b.bmp": noise[1], "x/d.bmp": bytes(middle)})  # fmt: skip
    listing = listed(root, check="later")
    hashes = {image.key: image.sha256 for image in listing.images}
    assert hashes["b.bmp"] == hashes["x/b.bmp"] != hashes["a.bmp"]
    assert hashes["c.bmp"] == ""  # has no twin, and waits
    assert hashes["x/d.bmp"] != hashes["a.bmp"]
    assert list(hashes) == ["a.bmp", "b.bmp", "c.bmp", "x/b.bmp", "x/d.bmp"]


def test_a_file_of_many_frames_is_no_class(tmp_path):
    write_dicom(tmp_path / "cine.dcm", np.stack([RAMP] * 3))
    spec = SourceSpec(dicom.NAME, str(tmp_path), (("labels", "classes"),))
    listing = dicom.list_images(spec, tmp_path, lambda done, total: None)
    assert listing.classes == ()
    assert {image.label for image in listing.images} == {None}


def test_nothing_is_passed_over_without_a_word(tmp_path):
    root = put(
        tmp_path,
        {
            "a.png": png(), "b.jfif": png(), "no_ending": png(), "readme": b"text",
            "labels.csv": b"a,b", "more.csv": b"a,b", "phone.heic": b"\0\0\0\x18ftypheic",
            ".DS_Store": b"x", "Thumbs.db": b"x", "@eaDir/a.png": png(),
            "$RECYCLE.BIN/b.png": png(), "scan": bytes(128) + b"DICM" + bytes(300),
        },
    )  # fmt: skip
    listing = listed(root)
    assert [image.key for image in listing.images] == ["a.png", "b.jfif", "no_ending"]
    assert dict(listing.unreadable).keys() == {"phone.heic", "scan"}
    assert listing.left_out == {
        **{reason: 1 for _, reason in listing.unreadable},
        "Files ending in .csv are not treated as images.": 2,
        "Files without an ending that hold no image are passed over.": 1,
        "Hidden files and folders, and those of the system, are passed over.": 2,
        "Folders of thumbnails and of deleted files are passed over.": 2,
    }


def test_dicom_in_many_small_folders_is_found(tmp_path):
    for number in range(120):
        write_dicom(tmp_path / f"PAT{number:04d}" / "IM1", RAMP)
    assert kind_at(tmp_path) == "dicom"


def test_what_there_is_more_of_is_the_set_and_the_rest_is_told(tmp_path):
    for number in range(4):
        write_dicom(tmp_path / f"p{number}" / "0.dcm", RAMP)
    put(tmp_path, {"preview.png": png()})
    spec = spec_of(str(tmp_path))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    assert spec.kind == "dicom"
    assert len(listing.images) == 4
    assert list(listing.left_out.values()) == [1]


def test_one_image_is_a_set_to_predict_and_no_archive_is(tmp_path):
    root = put(tmp_path, {"only.png": png(), "set.zip": b"PK\3\4" + bytes(50), "labels.csv": b"a"})
    spec = spec_of(str(root / "only.png"))
    listing = list_images(spec, root, lambda done, total: None)
    assert [image.key for image in listing.images] == ["only.png"]
    np.testing.assert_array_equal(open_images(spec, root).read("only.png"), GREY)
    assert "choose the folder" in why_no_set(root / "only.png")
    assert "unpack it" in why_no_set(root / "set.zip")
    assert "table" in why_no_set(root / "labels.csv")


def pool_of(root):
    spec = SourceSpec(folder.NAME, str(root))
    return ImagePool.of_listing(listed(root), folder.open_images(spec, root))


def test_a_thumbnail_in_front_does_not_decide_the_size(tmp_path):
    large = np.zeros((64, 48), np.uint8)
    root = put(tmp_path, {"0_thumb.png": png(), **{f"{n}.png": png(large) for n in range(1, 9)}})
    assert longest_side(pool_of(root)) == 64


def test_few_images_in_colour_are_seen(tmp_path):
    """Every fifth from the fourth on: equal steps of five would meet none of them."""
    colour = np.dstack([GREY] * 3)
    files = {f"{n:03d}.png": png(colour if n % 5 == 3 else GREY) for n in range(80)}
    assert pool_of(put(tmp_path / "some", files)).has_colour
    assert not pool_of(put(tmp_path / "none", {"a.png": png()})).has_colour


@pytest.mark.parametrize(
    "content",
    [png(), png(np.dstack([GREY] * 3)), tiff(GREY), tiff(np.dstack([GREY] * 3), photometric="rgb")],
    ids=["png", "colour png", "tiff", "colour tiff"],
)
def test_the_shape_is_that_of_the_image(tmp_path, content):
    reader = folder.open_images(SourceSpec(folder.NAME, str(tmp_path)), tmp_path)
    (tmp_path / "image").write_bytes(content)
    height, width, *channels = reader.read("image").shape
    assert reader.shape("image") == (height, width, channels[0] if channels else 1)
