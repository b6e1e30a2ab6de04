"""Sound inputs of every kind, and odd ones made on purpose: what mutations start from."""

import io
import json
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
from PIL import Image

from tests.tools.fuzz_inputs import sound_stacks
from tests.trials.harness.natural_inputs import sound_files

LARGEST = 100_000  # bytes of a seed


class Payload:
    """Leaves a file behind where it is unpickled: code that must never run."""

    def __reduce__(self) -> tuple[object, ...]:
        return (open, ("/tmp/autoal-canary", "w"))  # noqa: S108 - `targets.CANARY`


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def image_seeds() -> list[bytes]:
    rng = np.random.default_rng(0)
    grey = Image.fromarray(rng.integers(0, 255, (20, 24), dtype=np.uint8))
    colour = Image.fromarray(rng.integers(0, 255, (20, 24, 3), dtype=np.uint8))
    deep = Image.fromarray(rng.integers(0, 65535, (20, 24), dtype=np.uint16))
    real = Image.fromarray(rng.normal(size=(20, 24)).astype(np.float32))
    frames = {"save_all": True, "append_images": [colour.rotate(90), colour]}
    return [
        *sound_stacks().values(),
        *(saved(colour, kind) for kind in ("GIF", "JPEG2000", "PPM")),
        *(saved(grey, kind) for kind in ("PNG", "JPEG", "TIFF", "BMP", "WEBP")),
        *(saved(colour, kind) for kind in ("PNG", "JPEG", "TIFF", "BMP", "WEBP")),
        *(saved(one, kind) for one in (deep, real) for kind in ("TIFF",)),
        saved(deep, "PNG"),
        saved(grey.convert("1"), "PNG"),
        saved(grey.convert("1"), "TIFF", compression="group4"),
        saved(colour.convert("CMYK"), "JPEG"),
        saved(colour.convert("CMYK"), "TIFF", compression="tiff_lzw"),
        saved(colour.convert("P"), "PNG", transparency=3),
        saved(colour.convert("RGBA"), "PNG"),
        saved(grey.convert("LA"), "WEBP"),
        saved(colour, "PNG", **frames),
        saved(colour, "TIFF", **frames),
        saved(colour, "WEBP", **frames),
        saved(colour, "GIF"),
        giant_png(),
        deflated_png(),
        b"",
    ]


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def giant_png(side: int = 2**31 - 1) -> bytes:
    """A header that promises more pixels than there is memory."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def deflated_png() -> bytes:
    """Text that is a thousand times as long when it is unpacked."""
    text = b"Comment\0\0" + zlib.compress(b"x" * 50_000_000, 9)
    whole = saved(Image.new("L", (4, 4)), "PNG")
    return whole[:33] + chunk(b"zTXt", text) + whole[33:]


def npz(**members: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **members)
    return stream.getvalue()


def npz_seeds() -> list[bytes]:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (6, 8, 8), dtype=np.uint8)
    labels = (np.arange(6) % 2).astype(np.uint8)[:, None]
    whole = {f"{part}_{what}": values for part in ("train", "val", "test")
             for what, values in (("images", images), ("labels", labels))}  # fmt: skip
    few = {"train_images": images, "train_labels": labels}
    other = [
        {},
        {"train_labels": labels},
        {"train_images": images.astype(np.float64), "train_labels": labels},
        {"train_images": images.astype(np.complex64), "train_labels": labels},
        {"train_images": images, "train_labels": labels[:3]},
        {"train_images": images, "train_labels": labels.astype(float) + 0.5},
        {"train_images": images, "train_labels": np.full(6, np.nan)},
        {"train_images": images[:, :, :, None].repeat(5, 3), "train_labels": labels},
        {"train_images": images[:, None].repeat(11, 1), "train_labels": labels},
        {"train_images": images[:, None, :, :, None].repeat(2, 1), "train_labels": labels},
        {"train_images": np.zeros((6, 0, 8, 8), np.uint8), "train_labels": labels},
        {"train_images": np.zeros((0, 8, 8), np.uint8), "train_labels": labels[:0]},
        {"train_images": np.zeros((6, 0, 8), np.uint8), "train_labels": labels},
        {"train_images": images.reshape(-1), "train_labels": labels},
        {"train_images": np.array([Payload()] * 6, object), "train_labels": labels},
        {"train_images": images, "train_labels": np.array([Payload()] * 6, object)},
        {"train_images": images, "train_labels": labels.astype("U20")},
        {"train_images": images, "train_labels": labels.astype(np.int64) - 10**15},
    ]
    return [npz(**whole), npz(**few), *(npz(**members) for members in other), bomb(), slipping()]


def natural_seeds() -> list[bytes]:
    """Files of CIFAR, SVHN and TinyImageNet, and pickles that would run code."""
    hostile = [Payload(), {"data": Payload(), "labels": [0, 1]}]
    return [*sound_files(), *(pickle.dumps(one, 2) for one in hostile)]


def bomb() -> bytes:
    """Four megabytes that say they are four gigabytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        header = io.BytesIO()
        shape = (65536, 256, 256)
        np.lib.format.write_array_header_1_0(
            header, {"descr": "|u1", "fortran_order": False, "shape": shape}
        )
        archive.writestr("train_images.npy", header.getvalue() + bytes(20_000_000))
    return stream.getvalue()


def slipping() -> bytes:
    """A member whose name leads out of the folder."""
    stream, member = io.BytesIO(), io.BytesIO()
    np.save(member, np.zeros((3, 4, 4), np.uint8))
    with zipfile.ZipFile(stream, "w") as archive:
        for name in ("../../train_images.npy", "/train_images.npy", "train_images.npy"):
            archive.writestr(name, member.getvalue())
    return stream.getvalue()


def dicom_seeds() -> list[bytes]:
    import pydicom.data

    folder = Path(pydicom.data.__file__).parent / "test_files"
    files = [f for f in sorted(folder.glob("*.dcm")) if f.stat().st_size < LARGEST]
    return [file.read_bytes() for file in files[::2]]


def model_seeds() -> list[bytes]:
    """Whole models of 45 MB, in both formats."""
    import tempfile

    from autoal_gui.core.settings import PRESETS
    from autoal_gui.learning.inference.export import export_model
    from autoal_gui.learning.model.checkpoint import save_checkpoint
    from autoal_gui.learning.model.model_card import ModelCard
    from autoal_gui.learning.model.networks import Classifier

    card = ModelCard(
        classes=("a", "b"), input_size=28, channels=1, mean=(0.5,), deviation=(0.2,),
        stem="3x3/2", dropout=0.5, data_hash="0" * 64, mode="paper", round_number=1, labels=4,
        confusion=((2, 0), (1, 1)), settings=PRESETS["cpu"].to_json(),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as base:
        files = Path(base) / "model.pt", Path(base) / "model.safetensors"
        save_checkpoint(files[0], Classifier(1, 2, card.stem, card.dropout), card)
        export_model("safetensors", *files)
        return [file.read_bytes() for file in files]


def checkpoint_seeds() -> list[bytes]:
    """Small ones, whose cards or weights fit no model; `model_seeds` has those that do."""
    import torch

    from autoal_gui.core.settings import PRESETS
    from autoal_gui.learning.model.checkpoint import FORMAT
    from autoal_gui.learning.model.model_card import ModelCard
    from tests.trials.harness.hostile_models import hostile_files

    card = asdict(
        ModelCard(
            classes=("a", "b"), input_size=28, channels=1, mean=(0.5,), deviation=(0.2,),
            stem="3x3/2", dropout=0.5, data_hash="0" * 64, mode="paper", round_number=1, labels=4,
            confusion=(), settings=PRESETS["cpu"].to_json(),
        )
    )  # fmt: skip
    card = json.loads(json.dumps(card))
    state = {"head.weight": torch.zeros(2, 512), "head.bias": torch.zeros(2)}
    contents = [
        {"format": FORMAT, "card": card, "state": state},
        {"format": FORMAT, "card": {**card, "classes": ["a", "a"]}, "state": state},
        {"format": FORMAT, "card": {**card, "classes": 7}, "state": state},
        {"format": FORMAT, "card": {**card, "channels": 10**9}, "state": state},
        {"format": FORMAT, "card": {**card, "input_size": 10**9}, "state": state},
        {"format": FORMAT, "card": {**card, "deviation": [0.0]}, "state": state},
        {"format": FORMAT, "card": card, "state": {n: v * float("nan") for n, v in state.items()}},
        {"format": FORMAT, "card": card, "state": {n: v.to_sparse() for n, v in state.items()}},
        {"format": FORMAT, "card": card, "state": {"head.weight": torch.zeros(1).expand(10**12)}},
        {"format": FORMAT, "card": card, "state": {1: 2}},
        {"format": "another"},
        [1, 2, 3],
        {"conv1.weight": torch.zeros(64, 3, 7, 7)},
    ]
    seeds = []
    for content in contents:
        stream = io.BytesIO()
        torch.save(content, stream)
        seeds.append(stream.getvalue())
    seeds += [
        data for _, suffix, data in hostile_files() if suffix == ".pt" and len(data) < LARGEST
    ]
    return [*seeds, pickle.dumps(Payload()), pickle.dumps({"format": FORMAT, "card": Payload()})]


def safetensors_seeds() -> list[bytes]:
    from safetensors.numpy import save

    weights = {"head.weight": np.zeros((2, 4), np.float32)}
    return [
        save(weights),
        save(weights, metadata={"classes": '["a"]'}),
        struct.pack("<Q", 2**60) + b"{}",
        struct.pack("<Q", 2) + b"{}",
        struct.pack("<Q", 99) + json.dumps({"a": {"dtype": "F32", "shape": [2**40],
                                                  "data_offsets": [0, 2**42]}}).encode(),
    ]  # fmt: skip


def project_seeds() -> list[bytes]:
    import tempfile

    from tests.support import project as project_support
    from tests.support.paths import FIXTURES

    fixture = FIXTURES / "project-1" / "project.autoal"
    with tempfile.TemporaryDirectory() as base:
        project = project_support.new_project(Path(base), per_class=4)
        for image_id in project.pool.images:
            project.labels.answer(image_id, "label", 0)
        project.rounds.finish(project_support.result_of(project, project.rounds.begin()))
        project.close()
        return [project_support.file_of(project).read_bytes(), fixture.read_bytes()]


SEEDS: dict[str, Callable[[], list[bytes]]] = {
    "image": image_seeds,
    "folder": image_seeds,
    "npz": npz_seeds,
    "natural": natural_seeds,
    "dicom": dicom_seeds,
    "checkpoint": checkpoint_seeds,
    "safetensors": safetensors_seeds,
    "model": model_seeds,
    "project": project_seeds,
}
