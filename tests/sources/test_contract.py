"""What every source must keep, whatever it reads."""

import inspect
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

import autoal_gui.sources
from autoal_gui.core.errors import Cancelled, ImageUnreadable, SourceError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.registry import discover
from tests.support.dicom import write_dicom
from tests.support.natural_sets import write_svhn

SOURCES = discover(autoal_gui.sources.__name__)
NAMES = ("demo", "dicom", "folder", "medmnist", "natural", "npz", "synthetic")


@pytest.fixture(params=NAMES)
def spec(request, tmp_path):
    """A small set of each kind."""
    name = request.param
    images = np.random.default_rng(0).integers(0, 256, (12, 8, 8), dtype=np.uint8)
    if name in ("demo", "synthetic"):
        return SourceSpec(name, "", (("images", "12"), ("evaluation", "4"), ("size", "32")))
    if name == "folder":
        for number, image in enumerate(images):
            path = tmp_path / "set" / f"class {number % 3}" / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(path)
        return SourceSpec(name, str(tmp_path / "set"), (("labels", "classes"),))
    if name == "dicom":
        write_dicom(tmp_path / "set" / "a" / "three", images[:3].astype(np.uint16))
        for number, image in enumerate(images[3:]):
            write_dicom(tmp_path / "set" / f"{number}.dcm", image)
        return SourceSpec(name, str(tmp_path / "set"), (("labels", "classes"),))
    if name == "natural":
        write_svhn(tmp_path / "set", 12)
        return SourceSpec(name, str(tmp_path / "set"), (("set", "svhn"),))
    path = tmp_path / "breastmnist.npz"
    labels = np.arange(12)[:, None] % 2
    np.savez(path, train_images=images, train_labels=labels, test_images=images[:3] // 2)
    if name == "medmnist":
        return SourceSpec(name, "breastmnist", (("folder", str(tmp_path)),))
    return SourceSpec(name, str(path))


@pytest.fixture
def source(spec):
    return SOURCES[spec.kind]


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "workspace").mkdir()
    return tmp_path / "workspace"


def listed(source, spec, workspace):
    return source.list_images(spec, workspace, lambda done, total: None)


def test_these_sources_are_found():
    assert set(NAMES) <= set(SOURCES)


@pytest.mark.parametrize("name", NAMES)
def test_a_source_declares_itself(name):
    source = SOURCES[name]
    assert re.fullmatch(r"[a-z]+", source.NAME)
    assert source.LABEL
    assert source.__doc__
    parameters = list(inspect.signature(source.list_images).parameters)
    assert parameters == ["spec", "workspace", "progress"]
    assert list(inspect.signature(source.open_images).parameters) == ["spec", "workspace"]


def test_a_listing_is_sound(source, spec, workspace):
    listing = listed(source, spec, workspace)
    keys = [image.key for image in listing.images]
    assert len(keys) == len(set(keys)) >= 12
    assert all(re.fullmatch(r"[0-9a-f]{64}", image.sha256) for image in listing.images)
    assert {image.split for image in listing.images} <= {"pool", "evaluation"}
    labels = {image.label for image in listing.images} - {None}
    assert labels <= set(range(len(listing.classes)))
    assert not listing.unreadable


def test_listing_again_gives_the_same(source, spec, workspace):
    assert listed(source, spec, workspace) == listed(source, spec, workspace)


def test_progress_goes_forward_to_the_end(source, spec, workspace):
    reported = []
    source.list_images(spec, workspace, lambda *counts: reported.append(counts))
    assert reported == sorted(reported)
    assert reported[-1][0] == reported[-1][1] > 0
    assert len({total for _, total in reported}) == 1


def test_cancelling_is_passed_on(source, spec, workspace):
    def cancel(done, total):
        raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        source.list_images(spec, workspace, cancel)
    assert len(listed(source, spec, workspace).images) >= 12


def test_images_are_as_promised(source, spec, workspace):
    listing = listed(source, spec, workspace)
    reader = source.open_images(spec, workspace)
    for image in listing.images:
        pixels = reader.read(image.key)
        assert pixels.ndim == 2 or pixels.shape[2:] == (3,)
        assert pixels.dtype in (np.uint8, np.uint16)
        assert pixels.flags.c_contiguous


def test_what_a_reader_gives_is_the_callers_own(source, spec, workspace):
    key = listed(source, spec, workspace).images[0].key
    reader = source.open_images(spec, workspace)
    first = reader.read(key)
    before = first.copy()
    first[:] = 0
    np.testing.assert_array_equal(reader.read(key), before)


def test_threads_may_read_at_once(source, spec, workspace):
    keys = [image.key for image in listed(source, spec, workspace).images]
    reader = source.open_images(spec, workspace)
    alone = [reader.read(key) for key in keys]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(reader.read, keys * 5))
    for one, other in zip(alone * 5, together, strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_unknown_key_is_an_unreadable_image(source, spec, workspace):
    listed(source, spec, workspace)
    reader = source.open_images(spec, workspace)
    with pytest.raises(ImageUnreadable):
        reader.read("no such image.png")


def test_a_workspace_that_cannot_be_written_is_one_sentence(source, spec, workspace):
    if spec.kind in ("dicom", "folder"):
        pytest.skip("a folder needs no workspace")
    (workspace / "file").write_text("in the way")
    with pytest.raises(SourceError, match="cannot be made"):
        listed(source, spec, workspace / "file")


def test_a_missing_workspace_is_made(source, spec, workspace):
    assert listed(source, spec, workspace / "new" / "workspace").images
