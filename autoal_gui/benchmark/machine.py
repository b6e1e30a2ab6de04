"""What the figures were measured on."""

import os
import platform
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import autoal_gui

LIBRARIES = ("torch", "torchvision", "PySide6", "numpy", "scipy", "scikit-learn")


def machine() -> dict[str, Any]:
    """Return what is known of the machine and the libraries."""
    from autoal_gui.learning.inference.throughput import processor

    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        **processor(),
        "python": platform.python_version(),
        "autoal-gui": autoal_gui.__version__,
        **{name: version(name) for name in LIBRARIES},
        "disk sync ms": disk_sync(),
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def disk_sync(times: int = 20) -> float:
    """Return the median milliseconds until a page is on the disk: an answer waits for a few."""
    taken = []
    with tempfile.TemporaryFile() as file:
        for _ in range(times):
            started = time.perf_counter()
            file.seek(0)
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
            taken.append(1000 * (time.perf_counter() - started))
    return median(taken)


def load() -> float | None:
    """Return how many processes wanted to run over the last minute, where the system tells."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def _processor() -> str:
    """Return the processor's name; Linux tells it in a file alone."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
