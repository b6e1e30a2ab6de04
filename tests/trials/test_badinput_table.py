"""The short form of the bad-input table, and what it has found; `make badinput` prints all."""

import os
import subprocess
import sys

import pytest
from PIL import Image

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.sources.opening import list_images
from tests.support.paths import ROOT
from tests.support.project import no_progress


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="its limit of memory is that of Linux")
def test_no_input_crashes_hangs_runs_code_or_writes_elsewhere():
    command = [sys.executable, "-m", "tests.trials.badinput", "--short"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=280, check=False, cwd=ROOT
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    rows = [line.split() for line in done.stdout.splitlines() if ", drawn" in line]
    assert len(rows) == 10
    assert all(int(row[2]) >= ({"model,": 4, "bomb,": 4}.get(row[0], 25)) for row in rows)
    assert sum(int(row[4]) for row in rows) > 0  # not everything is refused


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
