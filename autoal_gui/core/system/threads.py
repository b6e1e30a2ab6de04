"""One thread for what must give the same numbers on every computer."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep the libraries that compute to one thread: several add up in varying order.

    That moves sums in their last digits, and with them what is asked for.
    """
    with _libraries(len(sys.modules)).limit(limits=1):
        yield


@lru_cache(maxsize=1)
def _libraries(_: int) -> Any:
    """Return what limits the libraries that are loaded; to look for them takes milliseconds.

    They come with modules: as long as these are as many as before, so are the libraries.
    """
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
