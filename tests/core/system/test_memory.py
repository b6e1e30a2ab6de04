import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="other C libraries cannot be told"
)

FREED = """
from autoal_gui.benchmark.fresh import own_bytes
from autoal_gui.core.system.memory import give_back_memory
blocks = [bytes(100_000) for _ in range(2000)]
kept = blocks[::100]  # among them, so that what lies between cannot go back by itself
del blocks
before = own_bytes()
give_back_memory()
print(before - own_bytes())
"""

FAULTS = """
import resource, threading
from autoal_gui.core.system.memory import keep_freed_memory
{first}
def batches():
    for turn in range(6):
        if turn == 1:
            began = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
        layers = [bytearray(10_000_000) for _ in range(8)]
        del layers
    print(resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - began)
thread = threading.Thread(target=batches)
thread.start()
thread.join()
"""


def printed(program: str) -> int:
    """Return the number that a fresh process prints."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def test_freed_memory_goes_back_to_the_system():
    assert printed(FREED) > 100_000_000


def test_memory_that_a_batch_frees_is_there_for_the_next():
    """Else its 8 x 10 MB come anew from the system in each turn, page by page."""
    usual = printed(FAULTS.format(first=""))
    assert printed(FAULTS.format(first="keep_freed_memory()")) < usual / 10
