"""What is no plain file, under every name that is read or written: refused, and nothing touched."""

import os
import random
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autoal_gui.core.errors import AutoALError

MINE = b"a file of the user's that nobody meant"
SECONDS = 20.0  # that a refusal may take on a busy machine
PARTS = "mine", "place"


def pipe(path: Path, mine: Path) -> None:
    os.mkfifo(path)


def link_to_pipe(path: Path, mine: Path) -> None:
    os.mkfifo(mine.with_name("pipe"))
    path.symlink_to(mine.with_name("pipe"))


def endless_device(path: Path, mine: Path) -> None:
    path.symlink_to("/dev/zero")


def sink_device(path: Path, mine: Path) -> None:
    path.symlink_to("/dev/null")


def folder(path: Path, mine: Path) -> None:
    path.mkdir()


def listening(path: Path, mine: Path) -> None:
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(path.parent)  # the name of a socket is short
        try:
            server.bind(path.name)
        finally:
            os.chdir(here)


def link_out(path: Path, mine: Path) -> None:
    path.symlink_to(mine)


def link_to_nowhere(path: Path, mine: Path) -> None:
    path.symlink_to(mine.with_name("nowhere"))


def circle(path: Path, mine: Path) -> None:
    path.symlink_to(path.name)


def sparse(path: Path, mine: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(60 * 2**30)


ODD: tuple[Callable[[Path, Path], None], ...] = (
    pipe, link_to_pipe, endless_device, sink_device, folder, listening, link_out, link_to_nowhere,
    circle, sparse,
)  # fmt: skip


def readers() -> dict[str, Callable[[Path], Any]]:
    """Return what opens a file, by name; each ends in a sentence, or in None."""
    import numpy as np

    from autoal_gui.backbones import resnet18_imagenet
    from autoal_gui.backbones.weight_files import look_at
    from autoal_gui.core.images.source import SourceSpec
    from autoal_gui.core.system.mapped_arrays import map_array
    from autoal_gui.evaluation.records import read_json
    from autoal_gui.learning.data.image_cache import map_files
    from autoal_gui.learning.model.checkpoint import load_checkpoint, read_card
    from autoal_gui.learning.model.start_weights import start_model
    from autoal_gui.sources.opening import list_images

    def listed(kind: str) -> Callable[[Path], Any]:
        def read(file: Path) -> Any:
            where = file if kind == "npz" else file.parent
            return list_images(SourceSpec(kind, str(where)), file.parent, lambda done, total: None)

        return read

    return {
        "model.pt": load_checkpoint,
        "model.safetensors": load_checkpoint,
        "start.pt": start_model,
        "card.pt": read_card,
        "weights.pth": lambda file: look_at([resnet18_imagenet], file, lambda done, total: None),
        "result.json": read_json,
        "stack.npy": lambda file: map_array(file, "r"),
        "cache.npy": lambda file: map_files(file.parent, "cache", (4, 8, 8), np.uint8),
        "set.npz": listed("npz"),
        "image.png": listed("folder"),
        "image.dcm": listed("dicom"),
    }


def writers() -> dict[str, Callable[[Path], Any]]:
    """Return what writes a file, by name."""
    import numpy as np

    from autoal_gui.core.images.source import Listing
    from autoal_gui.core.system.files import write_json
    from autoal_gui.exporters.predictions import Predicting, save_predictions
    from autoal_gui.learning.model.checkpoint import save_checkpoint
    from tests.support.learning import CARD, classifier

    model = classifier().eval()
    none = Predicting(Listing(("a", "b"), ()), "ab", (), np.zeros((0, 2), np.float32))
    return {
        "out.json": lambda file: write_json(file, {"a": 1}),
        "out.csv": lambda file: save_predictions(file, none),
        "out.pt": lambda file: save_checkpoint(file, model, CARD),
    }


class Touched(AssertionError):
    """Something was read, written or replaced that must not be."""


def try_one(place: Path, draw: random.Random, uses: dict[str, Callable[[Path], Any]]) -> str:
    """Put something odd under a name, and use it; return what was tried.

    Raises:
        Touched: it was taken for a file, replaced, waited for, or led to another.
    """
    shutil.rmtree(place, ignore_errors=True)
    mine, used = place / "mine" / "file", place / "place"
    mine.parent.mkdir(parents=True)
    used.mkdir()
    mine.write_bytes(MINE)
    name, make = draw.choice(sorted(uses)), draw.choice(ODD)
    writes = name.startswith("out.")
    if writes and make is sparse:  # a plain file, which may be written anew
        make = pipe
    make(used / name, mine)
    before = (used / name).lstat()
    started = time.monotonic()
    told = _outcome(uses[name], used / name)
    tried = f"{name}: {make.__name__}"
    after = (used / name).lstat()
    begun_anew = name == "cache.npy" and make is sparse
    if (before.st_ino, before.st_mode) != (after.st_ino, after.st_mode) and not begun_anew:
        raise Touched(f"{tried} was replaced")
    if mine.read_bytes() != MINE or mine.with_name("nowhere").exists():
        raise Touched(f"{tried}: what it leads to was written")
    if writes and told != "refused":
        raise Touched(f"{tried} was {told}")
    if time.monotonic() - started > SECONDS:
        raise Touched(f"{tried} was waited for")
    return tried


def _outcome(use: Callable[[Path], Any], file: Path) -> str:
    try:
        return "used" if use(file) is not None else "refused"
    except AutoALError as error:
        sentence = str(error)
        if not sentence.endswith((".", "?")) or "\n" in sentence:
            raise Touched(f"no plain sentence: {sentence}") from error
        return "refused"
