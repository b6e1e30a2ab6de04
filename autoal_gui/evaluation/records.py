"""Files of plain values, and what they were made with."""

import hashlib
import json
import platform
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import autoal_gui
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.files import replacing

LIBRARIES = ("torch", "torchvision", "numpy", "scipy", "sklearn", "PIL")


def read_json(file: Path) -> dict[str, Any] | None:
    """Return what `write_json` wrote; None where it is missing or damaged."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def write_json(target: Path, content: dict[str, Any]) -> None:
    """Write plain values, see `write_text`."""
    write_text(target, json.dumps(content, indent=1, allow_nan=False))


def write_text(target: Path, text: str) -> None:
    """Write a file, whole or not at all; its folder is made if it is missing.

    Raises:
        AutoALError: the disk is full or must not be written to.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as partial:
            partial.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise AutoALError("The results cannot be written to that folder.") from error


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
        for file in sorted((root / package).glob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
