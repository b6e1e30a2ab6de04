"""A small disk of a child's own, which can be full or read-only: for Linux, where it is allowed."""

import ctypes
import os
from pathlib import Path

from tests.trials.harness.children import Acknowledge, Child

NEW_NAMESPACE = 0x20000
READ_ONLY, REMOUNT, RECURSIVE, PRIVATE = 1, 32, 16384, 1 << 18


def small_disk(place: Path, size: int) -> None:
    """Mount an empty disk of so many bytes at a folder, for this process alone.

    Raises:
        OSError: that is not allowed.
    """
    _call("unshare", NEW_NAMESPACE)
    _mount(b"none", b"/", None, RECURSIVE | PRIVATE, None)
    _mount(b"tmpfs", os.fsencode(place), b"tmpfs", 0, f"size={size},mode=700".encode())


def make_read_only(place: Path, read_only: bool = True) -> None:
    """Mount a small disk again, to be read alone or to be written again."""
    _mount(b"tmpfs", os.fsencode(place), b"tmpfs", REMOUNT | (READ_ONLY if read_only else 0), None)


def fill(place: Path, room: int) -> Path:
    """Fill a small disk up to so many bytes; return the file that does it."""
    filler, status = place / "filler", os.statvfs(place)
    with filler.open("wb") as stream:
        size = status.f_bavail * status.f_frsize - room
        if size > 0:
            os.posix_fallocate(stream.fileno(), 0, size)
    return filler


def can_mount(place: Path) -> bool:
    """Say whether a child may have a disk of its own."""
    child = Child(_try, place)
    return child.end()[0] == ["allowed"]


def _try(acknowledge: Acknowledge, place: Path) -> None:
    try:
        small_disk(place, 1 << 20)
    except (OSError, AttributeError):
        return
    acknowledge("allowed")


def _mount(what: bytes, where: bytes, kind: bytes | None, flags: int, data: bytes | None) -> None:
    _call("mount", what, where, kind, ctypes.c_ulong(flags), data)


def _call(name: str, *values: object) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*values):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
