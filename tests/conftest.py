import os
import sys

import pytest
from hypothesis import HealthCheck, settings

# Before anything imports torch: spinning threads starve each other on a busy machine.
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
os.environ["KMP_BLOCKTIME"] = "0"

# Time decides no test: a busy machine is slow without being wrong.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def one_torch_thread() -> None:
    """Begin every test with one thread, so that sums are taken in one order."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
