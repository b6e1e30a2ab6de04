"""What threads must leave to each other: the processor's cores, and modules half imported."""

import importlib
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


def wait_until_imported(name: str) -> None:
    """Wait while another thread imports a module; one that nobody has asked for stays out.

    SciPy asks of what it is given whether it is an array of torch's, and fails where torch is there
    by half.
    """
    if name in sys.modules:
        importlib.import_module(name)
