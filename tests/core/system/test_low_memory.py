"""What does not fit into memory is told as that, and not as a disk that is full or read-only."""

import subprocess
import sys

import pytest

from tests.support.paths import ROOT

MAPPER = """
import resource, sys
from pathlib import Path
import numpy as np
from autoal_gui.core.errors import OutOfMemory
from autoal_gui.core.system.mapped_arrays import map_array
from autoal_gui.learning.data.image_cache import map_files
from autoal_gui.learning.data.row_store import new_rows
from autoal_gui.sources.npz_files.arrays import open_stack
place = Path(sys.argv[1])
np.lib.format.open_memmap(place / "there.npy", "w+", np.uint8, (20_000, 224, 224)).flush()
now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + 2**29, now + 2**29))


def rows():
    with new_rows(place, (200_000, 512), np.float16) as made:
        made._file.truncate(200_000 * 1024 * 8)
        made._shape = (200_000, 4096)
        return made.whole()


for work in (
    lambda: map_files(place, "new", (20_000, 1, 224, 224), np.uint8),
    lambda: map_files(place, "there", (20_000, 224, 224), np.uint8),
    lambda: map_array(place / "there.npy", "r"),
    lambda: open_stack(place / "there.npy"),
    rows,
):
    try:
        work()
    except OutOfMemory as error:
        assert isinstance(error, MemoryError)
        sys.stdout.write(f"{error}\\n")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="its limit of memory is that of Linux")
def test_arrays_that_do_not_fit_into_memory_say_so(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", MAPPER, str(tmp_path)],
        capture_output=True, text=True, timeout=200, check=False, cwd=ROOT,
    )  # fmt: skip
    sentence = (
        "The computer has too little memory for this; a smaller “Image size for training” in the "
        "settings needs less."
    )
    assert done.stdout.splitlines() == [sentence] * 5, done.stderr[-1500:]
    assert (tmp_path / "there.npy").stat().st_size > 20_000 * 224 * 224  # not begun anew
