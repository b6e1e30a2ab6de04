"""How much may be decoded at once, by all threads together.

A small file may hold a large image: eight of three kilobytes that say a hundred megapixels each
took nine gigabytes, a thread each. An image takes of the budget what it declares before one of
its pixels is unpacked; threads whose images do not fit wait for those that are in work.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

MOST_PIXELS = 100_000_000  # at once; unpacked and converted, some eight bytes each


class DecodingBudget:
    """Pixels that may be in work at a time. An image larger than all of it is decoded alone."""

    def __init__(self, most: int = MOST_PIXELS) -> None:
        self._most = self._free = most
        self._changed = threading.Condition()
        self._turn = threading.Lock()
        self._held = threading.local()

    @contextmanager
    def spend(self, pixels: int) -> Iterator[None]:
        """Wait until there is room for an image, and keep it for as long as the block lasts.

        Args:
            pixels: as its file declares them, over all colours; 0 or more. What is decoded within
                the block by the same thread is part of the same image and takes nothing more.
        """
        if getattr(self._held, "is_held", False):
            yield
            return
        wanted = min(pixels, self._most)
        # One waits at a time, so that no stream of small images passes a large one by for ever.
        with self._turn, self._changed:
            self._changed.wait_for(lambda: self._free >= wanted)
            self._free -= wanted
        self._held.is_held = True
        try:
            yield
        finally:
            self._held.is_held = False
            with self._changed:
                self._free += wanted
                self._changed.notify_all()


budget = DecodingBudget()
"""That of the program."""
