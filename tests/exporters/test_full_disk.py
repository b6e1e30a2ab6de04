"""Every exporter on a disk that is full: one sentence, and what was there is there as it was."""

import pytest

from autoal_gui.core.registry import discover
from tests.support.processes.child import run_child
from tests.tools.limits import needs_limits

pytestmark = pytest.mark.small_network

EXPORTERS = discover("autoal_gui.exporters")
MODELS = tuple(name for name, module in EXPORTERS.items() if module.KIND == "model")
OTHERS = tuple(name for name in EXPORTERS if name not in MODELS)

WRITER = """
import sys
from pathlib import Path
from autoal_gui.core.errors import AutoALError
from tests.support.exporting import prepared
from tests.tools.limits import files_of_at_most

place, rooms = Path(sys.argv[1]), [int(room) for room in sys.argv[2].split(",")]
for name in sys.argv[3:]:
    module, write = prepared(name, place / "data")
    target = place / name / "target"
    target.parent.mkdir()
    if module.SUFFIX:
        target.write_bytes(b"older")
    for room in rooms:
        with files_of_at_most(room):
            try:
                write(target)
                break  # that is room enough
            except AutoALError as error:
                sys.stdout.write(f"{name}: {error}\\n")
        left = sorted(path.name for path in target.parent.iterdir())
        assert left == (["target"] if module.SUFFIX else []), left
        assert not module.SUFFIX or target.read_bytes() == b"older"
    else:
        write(target)
    assert target.exists()
"""


def told(place, rooms, *names):
    """Write by some exporters with so much room, in a process that they might end.

    Returns:
        The sentences of each.
    """
    done = run_child(["-c", WRITER, place, ",".join(map(str, rooms)), *names])
    assert done.returncode == 0, done.stderr[-1500:]
    lines = [line.partition(": ")[::2] for line in done.stdout.splitlines()]
    return {name: [sentence for one, sentence in lines if one == name] for name in names}


@needs_limits
@pytest.mark.slow
def test_a_full_disk_is_one_sentence_of_whatever_writes_labels(tmp_path):
    for sentences in told(tmp_path, (0, 50, 2000), *OTHERS).values():
        assert len(sentences) >= 2  # the last may be room enough
        assert all(line.endswith(".") for line in sentences)


@needs_limits
@pytest.mark.slow
def test_a_full_disk_is_one_sentence_of_whatever_writes_models(tmp_path):
    for sentences in told(tmp_path, (100, 100_000), *MODELS).values():
        assert len(sentences) == 2  # no room for the card; none for the model
        assert all(line.endswith(".") for line in sentences)
