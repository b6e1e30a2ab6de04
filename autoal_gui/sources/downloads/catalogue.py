"""What the package medmnist knows of its sets: names, classes, addresses, checksums."""

import importlib.util
import re
from functools import cache
from importlib.machinery import PathFinder
from typing import Any

from autoal_gui.core.errors import SourceError
from autoal_gui.core.language import tr

SIZES = (28, 64, 128, 224)
"""Pixels a side in which sets are offered; volumes in the first two alone."""


@cache
def official() -> dict[str, dict[str, Any]]:
    """Return `medmnist.INFO` without importing all of medmnist.

    The package imports torch, pandas and scikit-image first, which takes seconds and must not
    happen in a window; the table itself is a plain module beside that.

    Raises:
        SourceError: medmnist is not installed.
    """
    package = importlib.util.find_spec("medmnist")
    folders = package.submodule_search_locations if package else None
    spec = PathFinder.find_spec("medmnist.info", folders) if folders else None
    if spec is None or spec.loader is None:
        raise SourceError(tr("The package medmnist is not installed."))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(module.INFO)


def sizes_of(flag: str) -> tuple[int, ...]:
    """Return in how many pixels a side a MedMNIST set is offered, by the addresses known of it."""
    return tuple(side for side in SIZES if f"MD5{suffix_of(side)}" in official()[flag])


def suffix_of(side: int) -> str:
    """Return how names of files and entries of the table end for images of a size."""
    return "" if side == 28 else f"_{side}"


def class_names(flag: str) -> tuple[str, ...]:
    """Return the classes of a MedMNIST set by index; empty for any other name."""
    if not re.fullmatch(r"[a-z0-9]+mnist(3d)?", flag):
        return ()
    labels = official().get(flag, {}).get("label", {})
    return tuple(labels[number] for number in sorted(labels, key=int))
