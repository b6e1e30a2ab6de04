"""What reads each kind of input, and what it may end in: used, or refused in one plain sentence."""

import io
import itertools
import os
import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np

from autoal_gui.core.errors import AutoALError, ProjectDamaged
from tests.trials.harness.bombs import read_bomb
from tests.trials.harness.hostile_projects import read_values
from tests.trials.harness.natural_inputs import damaged_set

CANARY = Path("/tmp/autoal-canary")  # noqa: S108 - what `seeds.Payload` makes
LONGEST_SENTENCE = 300
EDGE = 1 << 14  # bytes
Target = Callable[[bytes, Path], None]


class Harm(AssertionError):
    """An input did what no input may do."""


def read_image(data: bytes, place: Path) -> None:
    from autoal_gui.sources.pictures.decode import open_pictures

    file = open_pictures(io.BytesIO(data))
    for index in range(min(file.frames, 3)):
        check_pixels(file.picture(index).pixels)


def check_pixels(pixels: np.ndarray) -> None:
    if pixels.dtype not in (np.uint8, np.uint16) or pixels.size == 0:
        raise Harm(f"{pixels.dtype} {pixels.shape}")
    if not (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)):
        raise Harm(f"{pixels.shape}")


def read_dicom(data: bytes, place: Path) -> None:
    from autoal_gui.sources.dicom_files.file import open_dicom

    file = open_dicom(io.BytesIO(data))
    for index in range(min(file.frames, 3)):
        check_pixels(file.frame(index).pixels)


NAMES = (
    "größe 不明.png", "a.png", "a.PNG", "b.jpg", "x" * 240 + ".png", "no ending", ".png", "-r.tif",
    "new\nline.png", "deep/" * 40 + "d.png", "sub/c.bmp", "cut.dcm", "a.png/b.png",
)  # fmt: skip


def read_folder(data: bytes, place: Path) -> None:
    """List a folder with odd names, links in a circle, a pipe, and such content."""
    import random

    from autoal_gui.core.images.source import SourceSpec
    from autoal_gui.sources.opening import list_images, open_images

    draw, root, workspace = random.Random(data), place / "images", place / "workspace"
    for path in (root, workspace):
        path.mkdir()
    for name in draw.sample(NAMES, draw.randrange(len(NAMES))):
        file = root / name
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data[draw.choice((0, 0, 3)) :])
        except OSError:
            continue  # this file system has no such name
    if draw.random() < 0.5:
        (root / "circle").symlink_to(root)
        (root / "dead.png").symlink_to(root / "nowhere")
        (root / "self.png").symlink_to("self.png")
    if draw.random() < 0.3:
        os.mkfifo(root / "pipe.png")
    labels = draw.choice(("classes", "none"))
    spec = SourceSpec(draw.choice(("folder", "folder", "dicom")), str(root), (("labels", labels),))
    listing = list_images(spec, workspace, lambda done, total: None)
    reader = open_images(spec, workspace)
    for image in listing.images:
        check_pixels(reader.read(image.key))
    for key in ("../../etc/passwd", "/etc/passwd", "a\0b", "x" * 5000):
        try:
            reader.read(key)
        except AutoALError as error:
            check_sentence(error)
            continue
        raise Harm("it read what is not in the folder")


def read_npz(data: bytes, place: Path) -> None:
    file = place / "set.npz"
    file.write_bytes(data)
    read_some(file, place)


def read_natural(data: bytes, place: Path) -> None:
    read_some(damaged_set(data, place / "set"), place)


def read_some(named: Path, place: Path) -> None:
    """List what a user names, and read some of its images."""
    from autoal_gui.sources.opening import list_images, open_images, spec_of

    workspace, spec = place / "workspace", spec_of(str(named))
    workspace.mkdir()
    listing = list_images(spec, workspace, lambda done, total: None)
    reader = open_images(spec, workspace)
    for image in listing.images[:3]:
        check_pixels(reader.read(image.key))


def read_checkpoint(data: bytes, place: Path, ending: str = ".pt") -> None:
    from autoal_gui.learning.model.checkpoint import load_model
    from autoal_gui.learning.model.start_weights import start_model

    file = place / f"model{ending}"
    file.write_bytes(data)
    for read in (start_model, read_weights):
        try:
            read(file)
        except AutoALError as error:
            check_sentence(error)
    load_model(file)


def read_weights(file: Path) -> None:
    """Look whether a file has the weights of a network."""
    from autoal_gui.backbones.weight_files import look_at
    from autoal_gui.core.registry import discover

    found = discover("autoal_gui.backbones").values()
    networks = [one for one in found if one.WEIGHTS and one.WEIGHTS.layout]
    look_at(networks, file, lambda done, total: None)


def read_safetensors(data: bytes, place: Path) -> None:
    read_checkpoint(data, place, ".safetensors")


def read_model(data: bytes, place: Path) -> None:
    """Load a whole model, and let it say what an image is."""
    import torch

    from autoal_gui.learning.model.checkpoint import load_model

    file = place / ("model.pt" if data[:2] == b"PK" else "model.safetensors")
    file.write_bytes(data)
    model, card = load_model(file)
    with torch.inference_mode():
        output = model(torch.zeros(1, card.channels, card.input_size, card.input_size))
    if output.shape != (1, len(card.classes)):
        raise Harm(f"it says {tuple(output.shape)} of {len(card.classes)} classes")


def read_project(data: bytes, place: Path) -> None:
    """Open a project file; where it is damaged, recover it and open what came out."""
    from autoal_gui.core.database.backups import backups
    from autoal_gui.core.database.schema import FILE_NAME
    from autoal_gui.core.project.project import Project
    from autoal_gui.core.recovery.recovery import recover

    def open_images(spec: object, workspace: Path) -> object:
        return None

    def list_images(spec: object, workspace: Path, progress: object) -> object:
        raise AutoALError("There are no images.")

    file = place / FILE_NAME
    file.write_bytes(data)
    try:
        project = Project.open(place, open_images)
    except ProjectDamaged as error:
        check_sentence(error)
        if file.read_bytes() != data and not backups(place):  # else an older one was brought up
            raise Harm("a damaged project was written to") from error
        recover(place, list_images, lambda done, total: None)
        project = Project.open(place, open_images)
    try:
        (
            project.rounds.all(),
            project.batches.queue,
            project.batches.ranking,
            project.rounds.predictions(),
        )
        if project.pool.images:
            project.labels.answer(min(project.pool.images), "unsure")
    finally:
        project.close()


TARGETS: dict[str, Target] = {
    "image": read_image,
    "folder": read_folder,
    "npz": read_npz,
    "natural": read_natural,
    "dicom": read_dicom,
    "checkpoint": read_checkpoint,
    "safetensors": read_safetensors,
    "model": read_model,
    "project": read_project,
    "bomb": read_bomb,
    "values": read_values,
}


def check_sentence(error: AutoALError) -> None:
    sentence = str(error)
    if not sentence.endswith((".", "?")) or "\n" in sentence or len(sentence) > LONGEST_SENTENCE:
        raise Harm(f"no plain sentence: {sentence!r}") from error


def outcome(target: Target, data: bytes, place: Path) -> str:
    """Return "used" or "refused", or "escaped" or "touched" with what went wrong."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    try:
        target(data, place)
        verdict = "used"
    except AutoALError as error:
        verdict = "refused"
        try:
            check_sentence(error)
        except Harm as harm:
            verdict = f"escaped {harm}"
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        verdict = f"escaped {type(error).__name__} at {where}: {str(error)[:150]!r}"
    if forbidden or CANARY.exists():
        verdict = f"touched it {', '.join(forbidden) or 'ran code'}"
        forbidden.clear()
        CANARY.unlink(missing_ok=True)
    return verdict


forbidden: list[str] = []
"""What the input made the program do that no input may."""
_CODE = ("os.system", "os.exec", "os.posix_spawn", "subprocess.Popen", "socket.connect")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def watch(place: Path) -> None:
    """Note every write outside a folder and every start of a program from now on, for good."""
    allowed = (str(place.resolve()), "/dev/null")

    def note(event: str, values: tuple[object, ...]) -> None:
        if event in _CODE:
            forbidden.append(f"called {event}")
        elif event == "open" and _is_write(values) and not _is_inside(values[0], allowed):
            forbidden.append("wrote outside its folder")

    sys.addaudithook(note)


def _is_write(values: tuple[object, ...]) -> bool:
    return isinstance(values[2], int) and bool(values[2] & _WRITES)


def _is_inside(path: object, allowed: tuple[str, ...]) -> bool:
    return not isinstance(path, str) or str(Path(path).absolute()).startswith(allowed)


def mutations(seeds: list[bytes], number: int) -> bytes:
    """Return an input made of the seeds; the same number gives the same one."""
    import random

    draw = random.Random(number)
    data = bytearray(draw.choice(seeds))
    for _ in itertools.repeat(None, draw.choice((0, 1, 1, 2, 4, 16))):
        at = draw.randrange(len(data) + 1)
        if len(data) > EDGE and draw.random() < 0.8:  # what is in a file is said at its ends
            at = draw.choice((at % EDGE, len(data) - at % EDGE))
        way = draw.randrange(7)
        if way == 0:
            del data[at:]
        elif way == 1:
            del data[at : at + draw.randrange(1, 64)]
        elif way == 2:
            data[at:at] = draw.randbytes(draw.randrange(1, 64))
        elif way == 3:
            other = draw.choice(seeds)
            start = draw.randrange(len(other) + 1)
            data[at : at + 64] = other[start : start + 64]
        elif way == 4 and data:
            data[at % len(data)] = draw.choice((0, 1, 0x7F, 0x80, 0xFF))
        elif way == 5 and data:
            data[at % len(data)] ^= 1 << draw.randrange(8)
        elif data:  # most formats say at their start what follows
            data[draw.randrange(min(64, len(data)))] = draw.randrange(256)
    return bytes(data)
