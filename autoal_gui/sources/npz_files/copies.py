"""Which copies of its arrays belong to a set, noted in the workspace."""

import hashlib
import json
from pathlib import Path

from autoal_gui.core.system.foreign_files import read_foreign
from autoal_gui.sources.npz_files.arrays import Stack, open_stack, written_whole

MOST_BYTES = 2**16
PARTS = frozenset(("train", "val", "test", "images"))


def record_file(workspace: Path, path: Path) -> Path:
    """Return where it is noted which copies belong to a set of this name."""
    return workspace / f"npz-{hashlib.sha256(path.name.encode()).hexdigest()[:16]}.json"


def copy_file(workspace: Path, fingerprint: str, name: str) -> Path:
    """Return where the copy of an array is; the name tells its content."""
    return workspace / f"npz-{fingerprint}-{name}.npy"


def recorded_stacks(workspace: Path, path: Path) -> tuple[str, dict[str, Stack]]:
    """Return the fingerprint that is noted for a set, and its copies if all of them are there."""
    fingerprint, names = recorded_copies(record_file(workspace, path))
    found = {name: open_stack(copy_file(workspace, fingerprint, name)) for name in names}
    stacks = {name: stack for name, stack in found.items() if stack is not None}
    return fingerprint, stacks if len(stacks) == len(names) else {}


def record(target: Path, fingerprint: str, names: list[str]) -> None:
    """Note which copies were made, so that a project opens without the file.

    Raises:
        SourceError: the disk is full or must not be written to.
    """
    with written_whole(target) as file:
        file.write(json.dumps({"fingerprint": fingerprint, "parts": names}).encode())


def recorded_copies(target: Path) -> tuple[str, list[str]]:
    """Return fingerprint and names of the copies; empty where nothing readable is noted."""
    try:
        content = json.loads(read_foreign(target, MOST_BYTES))
        fingerprint, names = str(content["fingerprint"]), [str(n) for n in content["parts"]]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return "", []
    plain = fingerprint.isalnum() and set(names) <= PARTS
    return (fingerprint, names) if plain else ("", [])
