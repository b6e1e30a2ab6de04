"""Which system libraries Qt needs, and the Debian packages that hold them.

Run as a module it prints the packages that are missing and exits with 1, else with 0.
"""

import ctypes
import sys

ALWAYS = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libglib-2.0.so.0": "libglib2.0-0",
}
WITH_DISPLAY = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
}


def missing_packages(with_display: bool) -> list[str]:
    """Return the Debian packages of libraries that cannot be loaded; empty outside Linux."""
    if sys.platform != "linux":
        return []
    wanted = {**ALWAYS, **WITH_DISPLAY} if with_display else ALWAYS
    return [package for library, package in wanted.items() if not _loads(library)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    packages = missing_packages("--display" in sys.argv)
    print(" ".join(packages))
    sys.exit(1 if packages else 0)
