"""The short form of the bad-input table, and what it has found; `make badinput` prints all."""

import os
import sys

import pytest
from PIL import Image

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.sources.opening import list_images
from tests.support.project import no_progress
from tests.trials.badinput import KINDS, LARGE, drawn

TRIES = 25  # of each kind
REFUSED = ("bomb", "checkpoint", "safetensors")  # none of these is sound


@pytest.mark.slow
@pytest.mark.small_network
@pytest.mark.skipif(sys.platform != "linux", reason="its limit of memory is that of Linux")
@pytest.mark.parametrize("kind", KINDS)
def test_no_input_crashes_hangs_runs_code_or_writes_elsewhere(kind, tmp_path):
    seed = int.from_bytes(os.urandom(3), "big")
    tally = drawn(kind, TRIES // LARGE.get(kind, 1), seed, tmp_path, short=True)
    print(f"seed {seed}: {tally}")
    assert tally.is_clean, tally.reasons
    assert tally.tries >= (4 if kind in LARGE else TRIES)
    if not tally.used and kind not in REFUSED:  # few tries: by chance all of them may be refused
        (tmp_path / "again").mkdir()
        tally = drawn(kind, 4 * TRIES, seed + 1, tmp_path / "again", short=True)
        assert tally.is_clean, tally.reasons
    assert tally.used > 0 or kind in REFUSED


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
@pytest.mark.parametrize("kind", ["folder", "dicom"])
def test_a_pipe_in_a_folder_is_left_out_and_not_waited_for(kind, tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "link.png").symlink_to("pipe.png")
    if kind == "dicom":
        with pytest.raises(SourceError, match=r"."):
            list_images(SourceSpec(kind, str(tmp_path)), tmp_path, no_progress)
        return
    Image.new("L", (9, 9)).save(tmp_path / "whole.png")
    listing = list_images(SourceSpec(kind, str(tmp_path)), tmp_path, no_progress)
    assert [image.key for image in listing.images] == ["whole.png"]
    assert dict(listing.unreadable) == dict.fromkeys(("link.png", "pipe.png"), "It is not a file.")
