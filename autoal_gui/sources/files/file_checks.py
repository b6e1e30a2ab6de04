"""Every file of a set is read once before its images are listed: beside each other, stoppable."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.source import Picture, Stamp
from autoal_gui.core.language import tr
from autoal_gui.sources.ticks import INTERVAL, Ticks

THREADS = 4  # decoders work without the interpreter lock; more threads only cost memory
GIVEN_UP = 8  # images of a file that fail in a row: it is cut off there


@dataclass
class Found:
    """What one file holds."""

    file: str
    """Its key."""
    images: list[tuple[str, str]] = field(default_factory=list)
    """(key, SHA-256)."""
    unusable: list[tuple[str, str]] = field(default_factory=list)
    """(key, one sentence)."""
    note: str = ""
    """What of it is left out, in one sentence."""
    whose: tuple[str, ...] = ()
    """Hashes of what it says of whose it is, see `patient_hashes`; empty where it says nothing."""
    stamp: Stamp | None = None
    """How it was when it was read."""


CheckOne = Callable[[str, threading.Event], Found]
"""Reads the file of a key; ends early where the event is set."""


def check_files(keys: list[str], check_one: CheckOne, ticks: Ticks) -> Iterator[Found]:
    """Yield what each file holds in the order of `keys`; counts one tick a file."""
    stop = threading.Event()
    with ThreadPoolExecutor(THREADS, "files") as pool:
        try:
            ahead: list[Future[Found]] = []
            left = iter(keys)
            while True:
                for key in left:  # no more than a few are asked for at a time
                    ahead.append(pool.submit(check_one, key, stop))
                    if len(ahead) >= 4 * THREADS:
                        break
                if not ahead:
                    return
                yield _patiently(ahead.pop(0), ticks)
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _patiently(future: "Future[Found]", ticks: Ticks) -> Found:
    """Wait for a file of any number of images; that it can be cancelled is asked all the time."""
    while not wait([future], timeout=INTERVAL).done:
        ticks.add(0)
    ticks.add()
    return future.result()


def hash_of(digest: str, number: int) -> str:
    """Return what tells one image of a file from the others; the file's own hash for number 0."""
    return hashlib.sha256(f"{digest}/{number}".encode()).hexdigest() if number else digest


def check_images(
    found: Found,
    digest: str,
    frames: int,
    pictures: Iterator[Picture | ImageUnreadable],
    stop: threading.Event,
) -> None:
    """Decode each image of a file once, and note what came of it.

    Args:
        found: where that goes.
        digest: SHA-256 of the file.
        frames: how many images it says that it holds.
        pictures: decodes them, or says why one cannot be.
        stop: set where nobody waits any more.
    """
    failed = 0
    for number, picture in enumerate(pictures, start=1):
        if stop.is_set():
            return
        name = f"{found.file}/{number}" if frames > 1 else found.file
        if not isinstance(picture, ImageUnreadable):
            found.images.append((name, hash_of(digest, number if frames > 1 else 0)))
            failed = 0
            continue
        found.unusable.append((name, str(picture)))
        failed += 1
        if failed == GIVEN_UP and number < frames:
            reason = tr("The images after number {number} were not tried.", number=number)
            found.unusable.append((found.file, reason))
            return
