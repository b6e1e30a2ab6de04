"""Libraries loaded without those that they would take along."""

import importlib
import sys
from functools import cache


@cache
def load_sklearn() -> None:
    """Load scikit-learn without pandas; one that is loaded already stays.

    It takes pandas wherever it is installed, and medmnist has it installed: a quarter of a second
    and 70 MB for good, of which nothing here is used.
    """
    if "pandas" in sys.modules:
        return
    sys.modules["pandas"] = None  # type: ignore[assignment]  # it counts as not installed
    try:
        importlib.import_module("sklearn.utils.fixes")
    finally:
        del sys.modules["pandas"]  # scikit-learn asks later on whether anyone has loaded it
