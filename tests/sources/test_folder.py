import hashlib
import os
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoal_gui.core.errors import Cancelled, ImageUnreadable, SourceError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.sources import folder
from autoal_gui.sources.pictures.decode import open_pictures
from tests.support.paths import SHARED_DATA

CLASSES = (("labels", "classes"),)


def no_progress(done, total):
    pass


def spec_of(path, **options):
    return SourceSpec(folder.NAME, str(path), tuple(options.items()))


def listing_of(path, **options):
    return folder.list_images(spec_of(path, **options), path, no_progress)


def put(path, value=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((4, 5), value, dtype=np.uint8)).save(path)
    return path


@pytest.fixture
def cells(tmp_path):
    """Two classes, an image beside them, and things that are passed over."""
    root = tmp_path / "cells"
    put(root / "b10" / "image10.png", 10)
    put(root / "b10" / "image9.png", 9)
    put(root / "b9" / "deep" / "er" / "Käfer 細胞.TIFF", 7)
    put(root / "loose.bmp", 3)
    put(root / ".hidden" / "x.png")
    put(root / "b9" / "._image.png")
    (root / "b9" / "notes.txt").write_text("not an image")
    (root / "empty").mkdir()
    return root


def test_keys_and_classes_in_natural_order(cells):
    listing = listing_of(cells, labels="classes")
    assert listing.classes == ("b9", "b10")
    assert [(image.key, image.label) for image in listing.images] == [
        ("b9/deep/er/Käfer 細胞.TIFF", 0),
        ("b10/image9.png", 1),
        ("b10/image10.png", 1),
        ("loose.bmp", None),
    ]
    assert not listing.unreadable
    assert {image.split for image in listing.images} == {"pool"}


def test_labels_can_be_ignored(cells):
    listing = listing_of(cells, labels="ignore")
    assert listing.classes == ()
    assert {image.label for image in listing.images} == {None}
    assert listing == listing_of(cells)


def test_hashes_are_those_of_the_files(cells):
    for image in listing_of(cells).images:
        assert image.sha256 == hashlib.sha256((cells / image.key).read_bytes()).hexdigest()


def test_every_listed_image_can_be_read(cells):
    reader = folder.open_images(spec_of(cells), cells)
    values = [int(reader.read(image.key)[0, 0]) for image in listing_of(cells).images]
    assert values == [7, 9, 10, 3]


def test_what_is_unreadable_is_listed_and_the_rest_used(cells):
    (cells / "b9" / "empty.png").write_bytes(b"")
    (cells / "b9" / "text.jpg").write_text("no image")
    whole = (cells / "loose.bmp").read_bytes()
    (cells / "b9" / "cut.bmp").write_bytes(whole[:-8])
    (cells / "only" / "broken.png").parent.mkdir()
    (cells / "only" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    listing = listing_of(cells, labels="classes")
    assert len(listing.images) == 4
    assert [key for key, _ in listing.unreadable] == [
        "b9/cut.bmp",
        "b9/empty.png",
        "b9/text.jpg",
        "only/broken.png",
    ]
    assert all(reason.endswith(".") for _, reason in listing.unreadable)
    assert not any(str(cells) in reason for _, reason in listing.unreadable)
    assert listing.classes == ("b9", "b10", "only")


def test_a_wrong_ending_is_no_matter(cells):
    (cells / "jpeg.png").write_bytes((cells / "loose.bmp").read_bytes())
    assert "jpeg.png" in {image.key for image in listing_of(cells).images}


def test_progress_is_told_in_the_calling_thread_to_the_end(cells):
    reported = []
    folder.list_images(
        spec_of(cells), cells, lambda *counts: reported.append((threading.get_ident(), *counts))
    )
    assert {thread for thread, _, _ in reported} == {threading.get_ident()}
    assert reported[0][1:] == (1, 4)
    assert reported[-1][1:] == (4, 4)


def test_cancelling_leaves_the_rest_unread(tmp_path, monkeypatch):
    """Each image but the first takes its time, as large ones do."""
    for number in range(100):
        put(tmp_path / f"{number}.png")
    read = []

    def slowly(stream, path):
        read.append(path)
        if len(read) > 1:
            time.sleep(0.1)
        return open_pictures(stream, path)

    def cancel(done, total):
        raise Cancelled("cancelled")

    monkeypatch.setattr(folder, "open_pictures", slowly)
    with pytest.raises(Cancelled):
        folder.list_images(spec_of(tmp_path), tmp_path, cancel)
    assert len(read) < 50


@pytest.mark.skipif(sys.platform == "win32", reason="links need privileges there")
def test_links_in_a_circle_end(cells):
    (cells / "b9" / "up").symlink_to(cells, target_is_directory=True)
    (cells / "b9" / "itself.png").symlink_to(cells / "b9" / "itself.png")
    listing = listing_of(cells)
    assert len(listing.images) == 4
    assert [key for key, _ in listing.unreadable] == ["b9/itself.png", "b9/up"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need privileges there")
def test_a_link_may_stay_inside_but_not_lead_out(cells):
    outside = put(cells.parent / "outside.png")
    (cells / "inside.png").symlink_to(cells / "b10" / "image9.png")
    (cells / "leak.png").symlink_to(outside)
    listing = listing_of(cells)
    assert "inside.png" in {image.key for image in listing.images}
    assert listing.unreadable == (("leak.png", "The link leads out of the folder."),)
    with pytest.raises(ImageUnreadable, match="leads out"):
        folder.open_images(spec_of(cells), cells).read("leak.png")


@pytest.mark.parametrize(
    "key", ["../outside.png", "b9/../../outside.png", "{parent}/outside.png", "a\0b.png", ""]
)
def test_no_key_leaves_the_folder(cells, key):
    put(cells.parent / "outside.png")
    reader = folder.open_images(spec_of(cells), cells)
    with pytest.raises(ImageUnreadable):
        reader.read(key.format(parent=cells.parent.as_posix()))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are always text")
def test_a_name_that_is_no_text_is_reported(cells):
    name = os.fsencode(cells / "loose") + b"\xff.png"
    Path(os.fsdecode(name)).write_bytes((cells / "loose.bmp").read_bytes())
    listing = listing_of(cells)
    assert len(listing.images) == 4
    assert listing.unreadable == (("loose\\udcff.png", "The name of the file is not proper text."),)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="needs permissions")
def test_a_folder_that_must_not_be_read_is_reported(cells):
    (cells / "b10").chmod(0)
    try:
        listing = listing_of(cells)
    finally:
        (cells / "b10").chmod(0o700)
    assert listing.unreadable == (("b10", "The folder cannot be read."),)


def test_an_image_that_goes_missing(cells):
    reader = folder.open_images(spec_of(cells), cells)
    (cells / "loose.bmp").unlink()
    with pytest.raises(ImageUnreadable, match="is gone"):
        reader.read("loose.bmp")
    assert reader.read("b10/image9.png").shape == (4, 5)


def test_opening_reads_nothing(cells):
    (cells / "loose.bmp").write_bytes(b"broken")
    reader = folder.open_images(spec_of(cells), cells)
    with pytest.raises(ImageUnreadable):
        reader.read("loose.bmp")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda root: None, "There is no folder"),
        (lambda root: root.write_text("a file"), "The file is not a PNG"),
        (lambda root: root.mkdir(), "holds no PNG, JPEG, TIFF, BMP, WebP"),
        (lambda root: (root / "a.png").write_bytes(b"") if root.mkdir() is None else 0, "is empty"),
    ],
    ids=["missing", "file", "empty", "all unreadable"],
)
def test_nothing_to_use(tmp_path, make, sentence):
    make(tmp_path / "set")
    with pytest.raises(SourceError, match=sentence):
        folder.list_images(spec_of(tmp_path / "set"), tmp_path, no_progress)


def test_no_folder_was_chosen():
    with pytest.raises(SourceError, match="No folder has been chosen"):
        folder.open_images(SourceSpec(folder.NAME), Path())


def test_an_unknown_meaning_of_sub_folders(cells):
    with pytest.raises(SourceError, match="labels"):
        listing_of(cells, labels="maybe")


@pytest.mark.skipif(not (SHARED_DATA / "wbc").is_dir(), reason="the white blood cells are not here")
def test_white_blood_cells(tmp_path):
    spec = SourceSpec(folder.NAME, str(SHARED_DATA / "wbc"), CLASSES)
    listing = folder.list_images(spec, tmp_path, no_progress)
    assert listing.classes == ("basophil", "eosinophil", "lymphocyte", "monocyte", "neutrophil")
    counts = np.bincount([image.label for image in listing.images])
    assert counts.tolist() == [1, 22, 53, 48, 176]
    assert not listing.unreadable
    reader = folder.open_images(spec, tmp_path)
    assert {reader.read(image.key).shape[2] for image in listing.images[::30]} == {3}
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not (SHARED_DATA / "mednist").is_dir(), reason="MedNIST is not here")
def test_mednist(tmp_path):
    spec = SourceSpec(folder.NAME, str(SHARED_DATA / "mednist"), CLASSES)
    listing = folder.list_images(spec, tmp_path, no_progress)
    assert np.bincount([image.label for image in listing.images]).tolist() == [300] * 6
    assert not listing.unreadable
    image = folder.open_images(spec, tmp_path).read(listing.images[-1].key)
    assert image.shape == (64, 64)
    assert image.dtype == np.uint8
