"""Files that are probably the same as another one, found without reading them whole.

So the files of a large folder can wait to be read, and identical ones are still known before an
evaluation set is drawn.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from autoal_gui.core.system.foreign_files import open_foreign
from autoal_gui.sources.ticks import Ticks

MOST_COMPARED = 50_000  # files; each costs 50 microseconds, or a millisecond over a network
ENDS = 4096  # bytes at the beginning and at the end that are compared
ANY_SIZE = 2**62  # bytes; only the ends are read


def likely_twins(root: Path, keys: Sequence[str], ticks: Ticks) -> frozenset[str]:
    """Return the keys of files that have the size, the beginning and the end of another one.

    Args:
        root: the folder of the set.
        keys: of its files; of very many only the first are compared.
        ticks: told after each file; may raise `Cancelled`.
    """
    sizes: dict[int, list[str]] = defaultdict(list)
    for key in keys[:MOST_COMPARED]:
        ticks.add()
        try:
            size = os.stat(f"{root}/{key}").st_size  # noqa: PTH116 - a Path of each costs a second
        except (OSError, ValueError):
            continue  # whoever reads it says why it cannot be read
        if size:
            sizes[size].append(key)
    found: dict[tuple[int, bytes], list[str]] = defaultdict(list)
    for size, alike in sizes.items():
        if len(alike) > 1:
            for key in alike:
                ticks.add(0)
                found[size, _ends_of(root, key, size)].append(key)
    return frozenset(
        key
        for (_, ends), alike in found.items()
        if ends and len(alike) > 1
        for key in alike
    )  # fmt: skip


def _ends_of(root: Path, key: str, size: int) -> bytes:
    """Return a digest of the beginning and the end of a file; nothing if it cannot be read."""
    try:
        with open_foreign(root / key, ANY_SIZE, root) as stream:
            content = stream.read(ENDS)
            if size > ENDS:
                stream.seek(max(ENDS, size - ENDS))
                content += stream.read(ENDS)
    except OSError:
        return b""
    return hashlib.blake2b(content, digest_size=16).digest()
