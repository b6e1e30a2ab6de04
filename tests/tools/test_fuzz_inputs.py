"""Damaged images and DICOM files: refused in a sentence or used, never more than that."""

import json
import subprocess
import sys

import pytest

from autoal_gui.core.errors import ImageUnreadable
from tests.support.paths import ROOT
from tests.tools.fuzz_inputs import bad_dicom, bad_images, open_dicom_file, open_image

USED_ALL_THE_SAME = {"minus frames", "slope", "window", "some frames", "bomb png"}
"""What is there of the image is sound; the rest is never unpacked."""


@pytest.mark.skipif(sys.platform != "linux", reason="its limit of memory is that of Linux")
@pytest.mark.parametrize("what", ["images", "dicom"])
def test_hundreds_of_damaged_files(what):
    """In a program of its own, which a crash, a hang or too much memory would end."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.tools.fuzz_inputs", what, "400", "1"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["unused"] == []
    assert found["told"] == found["refused"] > 100
    assert found["used"] > 100


@pytest.mark.parametrize("kind", bad_images())
def test_what_is_wrong_with_an_image_is_told(kind):
    if kind in USED_ALL_THE_SAME:
        assert open_image(bad_images()[kind]) == 81
        return
    with pytest.raises(ImageUnreadable) as error:
        open_image(bad_images()[kind])
    assert len(str(error.value)) < 120


@pytest.mark.parametrize("kind", bad_dicom())
def test_what_is_wrong_with_a_dicom_file_is_told(kind):
    if kind in USED_ALL_THE_SAME:
        assert open_dicom_file(bad_dicom()[kind])
        return
    with pytest.raises(ImageUnreadable):
        open_dicom_file(bad_dicom()[kind])
