"""Every exporter on a disk that is full: one sentence, and what was there is there as it was."""

import subprocess
import sys

import pytest

from autoal_gui.core.registry import discover
from tests.support.paths import ROOT
from tests.tools.limits import needs_limits

WRITER = """
import sys
from pathlib import Path
from autoal_gui.core.errors import AutoALError
from tests.support.exporting import prepared
from tests.tools.limits import files_of_at_most
name, place = sys.argv[1], Path(sys.argv[2])
module, write = prepared(name, place / "data")
(place / "kept").mkdir()
target = place / "kept" / "target"
for room in map(int, sys.argv[3:]):
    if module.SUFFIX:
        target.write_bytes(b"older")
    with files_of_at_most(room):
        try:
            write(target)
            break  # that is room enough
        except AutoALError as error:
            sys.stdout.write(f"{error}\\n")
    left = sorted(path.name for path in target.parent.iterdir())
    assert left == (["target"] if module.SUFFIX else []), left
    assert not module.SUFFIX or target.read_bytes() == b"older"
else:
    write(target)
assert target.exists()
"""


@needs_limits
@pytest.mark.slow
@pytest.mark.parametrize("name", discover("autoal_gui.exporters"))
def test_a_full_disk_is_one_sentence(name, tmp_path):
    """In a process of its own, which a writer might end."""
    is_model = discover("autoal_gui.exporters")[name].KIND == "model"
    rooms = ("100000",) if is_model else ("0", "50", "2000")
    done = subprocess.run(
        [sys.executable, "-c", WRITER, name, str(tmp_path), *rooms],
        capture_output=True, text=True, timeout=280, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-1500:]
    sentences = done.stdout.splitlines()
    assert len(sentences) >= max(1, len(rooms) - 1)  # the last may be room enough
    assert all(line.endswith(".") for line in sentences)
