"""What a run leaves behind is read again, and what it was made with."""

import hashlib
import json
import platform
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import autoal_gui
from autoal_gui.core.system.foreign_files import read_foreign

MOST_BYTES = 2**28
LIBRARIES = ("torch", "torchvision", "numpy", "scipy", "sklearn", "PIL")


def read_json(file: Path) -> dict[str, Any] | None:
    """Return what `core.files.write_json` wrote; None where it is missing or damaged."""
    try:
        content = json.loads(read_foreign(file, MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def program() -> dict[str, str]:
    """Return the versions that a result depends on; the libraries are loaded for it."""
    own = {"autoal-gui": autoal_gui.__version__, "code": _code_digest()}
    libraries = {name: str(import_module(name).__version__) for name in LIBRARIES}
    return {**own, "python": platform.python_version(), **libraries}


@cache
def _code_digest() -> str:
    """Return 16 hex digits that stand for the code a run depends on, where it can be read."""
    digest = hashlib.sha256()
    root = Path(autoal_gui.__file__).parent
    for package in ("core", "learning", "sources", "strategies"):
        for file in sorted((root / package).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
