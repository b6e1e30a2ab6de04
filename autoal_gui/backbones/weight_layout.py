"""Which network a file of weights is for: the names and shapes of its tensors, read without torch.

Whoever converts or trains weights anew calls the file as he likes, lays the state dict into another
one, or puts a word before each name. The layout stays the network's.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from autoal_gui.backbones.contract import Layout
from autoal_gui.core.system.archives import open_archive
from autoal_gui.core.system.foreign_files import open_foreign
from autoal_gui.core.system.plain_pickle import Function, PlainPickle, dict_of
from autoal_gui.core.trained_model import LARGEST_MODEL

SAFETENSORS = ".safetensors"
MOST_HEADER = 2**24  # bytes that are no weights
PICKLE = "/data.pkl"
MOST_TENSORS = 5000
MOST_AXES = 8
DEEPEST = 4  # words before a name
COUNT = "num_batches_tracked"  # files of torchvision before 0.2 lack it
DIGITS = 16  # of the sum
Shapes = dict[str, tuple[int, ...]]


def layout_of(shapes: Mapping[str, tuple[int, ...]], parts: Collection[str]) -> Layout:
    """Return the layout of those tensors whose names begin with one of the parts."""
    lines = sorted(
        f"{name} {shape}"
        for name, shape in shapes.items()
        if name.split(".")[0] in parts and not name.endswith(COUNT)
    )
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return Layout(digest[:DIGITS], len(lines), tuple(parts))


def words_before(shapes: Mapping[str, tuple[int, ...]], layout: Layout) -> str | None:
    """Return what stands before the names of the tensors of a layout; None: it is not there."""
    counts: Counter[str] = Counter()
    for name in shapes:
        pieces = name.split(".")[: DEEPEST + 1]
        counts.update(
            "".join(f"{piece}." for piece in pieces[:n])
            for n in range(len(pieces))
            if pieces[n] in layout.parts
        )
    for word in sorted((w for w, n in counts.items() if n >= layout.tensors), key=len):
        own = {n.removeprefix(word): s for n, s in shapes.items() if n.startswith(word)}
        if layout_of(own, layout.parts) == layout:
            return word
    return None


def flat(content: object, before: str = "", deep: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield the entries of nested dicts, names joined by dots.

    Raises:
        ValueError: they are nested too deep.
    """
    if deep > DEEPEST:
        raise ValueError("nested too deep")
    for name, value in content.items() if isinstance(content, dict) else ():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{name}.", deep + 1)
        else:
            yield f"{before}{name}", value


def shapes_in(file: Path) -> Shapes:
    """Return the names and shapes of the tensors of a file, .safetensors or of `torch.save`.

    Raises:
        Exception: of any kind, where it is missing, damaged, too large or another.
    """
    if file.suffix == SAFETENSORS:
        found = _of_safetensors(file)
    else:
        found = {n: v for n, v in flat(_of_torch(file)) if isinstance(v, tuple)}
    if len(found) > MOST_TENSORS:
        raise ValueError("too many tensors")
    return found


def _of_safetensors(file: Path) -> Shapes:
    with open_foreign(file, LARGEST_MODEL) as stream:
        length = int.from_bytes(stream.read(8), "little")
        if length > MOST_HEADER:
            raise ValueError("too much that is no weight")
        header = json.loads(stream.read(length))
    header.pop("__metadata__", None)
    return {name: _shape(entry["shape"]) for name, entry in header.items()}


def _of_torch(file: Path) -> Any:
    """Return what a file of torch 1.6 or later holds, a shape in the place of each tensor."""
    with open_archive(file, LARGEST_MODEL) as archive:
        (pickled,) = (name for name in archive.namelist() if name.endswith(PICKLE))
        if archive.getinfo(pickled).file_size > MOST_HEADER:
            raise ValueError("too much that is no weight")
        return PlainPickle(archive.read(pickled), _Names(), lambda described: None).read()


class _Names(dict[str, object]):
    """What the names in a file stand for: of storages nothing is wanted but that they are there."""

    def __init__(self) -> None:
        made = Function(lambda storage, offset, shape, *others: _shape(shape))
        first = Function(lambda value, *others: value)
        super().__init__(
            {
                "collections OrderedDict": Function(dict_of),
                "torch._utils _rebuild_tensor": made,
                "torch._utils _rebuild_tensor_v2": made,
                "torch._utils _rebuild_parameter": first,
                "torch.nn.parameter Parameter": first,
            }
        )

    def __missing__(self, name: str) -> object:
        if name.startswith("torch ") and name.endswith("Storage"):
            return name
        raise KeyError("another kind")


def _shape(given: Any) -> tuple[int, ...]:
    """Return a shape as it is written in a file.

    Raises:
        ValueError: it is none.
    """
    shape = tuple(given)
    if len(shape) > MOST_AXES or not all(type(n) is int and 0 <= n < 2**40 for n in shape):
        raise ValueError("no shape")
    return shape
