"""Write a trained checkpoint in another format and make sure that it reads back the same."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import cast

import torch
from torch import Tensor, nn

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.language import mark, tr
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.registry import discover
from autoal_gui.core.system.files import replacing_folder
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.core.trained_model import TrainedModel
from autoal_gui.exporters.companions.files import companions
from autoal_gui.exporters.companions.how_to_use import HOW_TO_USE, MODEL, REPORT, how_to_use
from autoal_gui.exporters.contract import NOT_WRITTEN
from autoal_gui.learning.inference.prepared_image import PreparedImage
from autoal_gui.learning.model.checkpoint import (
    load_checkpoint,
    load_model,
    save_checkpoint,
    state_arrays,
)
from autoal_gui.learning.model.model_card import ModelCard
from autoal_gui.learning.model.networks import Classifier
from autoal_gui.learning.model.start_weights import start_model

READING = mark("Reading the model…")
WRITING = mark("Writing {format}, and comparing what it says with the model…")
WRITING_PAGES = mark("Writing the report and how to use the model…")
Told = tuple[int, int, str]
"""(parts that are complete, of how many, what is done now in one sentence)."""


class ImageToProbabilities(nn.Module):
    """A classifier with what stands before and behind it in this program."""

    def __init__(self, model: Classifier, card: ModelCard) -> None:
        super().__init__()
        self.classes = card.classes
        self.prepared = PreparedImage(card.channels, card.input_size)
        self.model = model
        self.register_buffer("mean", torch.tensor(card.mean).view(1, -1, 1, 1))
        self.register_buffer("deviation", torch.tensor(card.deviation).view(1, -1, 1, 1))

    def forward(self, image: Tensor) -> Tensor:
        """Map images (B, H, W, 3), uint8 red, green and blue, to class probabilities (B, C)."""
        pixels = self.prepared(image).float() / 255
        scaled = (pixels - self.get_buffer("mean")) / self.get_buffer("deviation")
        return cast(Tensor, self.model(scaled)).softmax(1)


def export_model(
    exporter: str,
    checkpoint: Path,
    target: Path,
    about: str = "",
    start_from: str = "",
    threshold: Threshold | None = None,
) -> None:
    """Export a checkpoint with the exporter of that name, and what belongs beside a model.

    Args:
        exporter: `NAME` of a format for models.
        checkpoint: what is exported.
        target: the file of the model; see `companion_files` for those beside it.
        about: what its project tells, see `project_sections`; empty where there is no project.
        start_from: the file of weights that its project starts from; empty where there is none.
        threshold: from which probability on an image is given a class; goes into the file.

    Raises:
        CheckpointError: no such exporter, the checkpoint is damaged, or the target cannot be
            written; a file that was there before is left as it was.
    """
    module = format_named(exporter)
    with (
        _trained(checkpoint, start_from, threshold) as model,
        companions(target, module, model, about),
    ):
        module.write(target, model)


def hand_over(
    formats: Sequence[str],
    checkpoint: Path,
    target: Path,
    about: str,
    report: str,
    start_from: str = "",
    threshold: Threshold | None = None,
) -> Iterator[Told]:
    """Write a new folder: a checkpoint in several formats, how each is used, and a report.

    Args:
        formats: `NAME` of each, at least one.
        checkpoint: what is handed over.
        target: the folder, of which nothing is there yet.
        about: see `export_model`.
        report: a whole page of HTML.
        start_from: see `export_model`.
        threshold: see `export_model`.

    Yields:
        What is done next, and how far it is by then.

    Raises:
        CheckpointError: there is something of that name, a format cannot be written, or the
            checkpoint is damaged; no folder is left then.
    """
    if not formats:
        raise CheckpointError(tr("Choose at least one format of the model."))
    modules = [format_named(name) for name in formats]
    parts = len(modules) + 2
    yield 0, parts, tr(READING)
    try:
        with (
            replacing_folder(target) as folder,
            _trained(checkpoint, start_from, threshold) as model,
        ):
            for done, module in enumerate(modules, start=1):
                yield done, parts, writing_words(module)
                file = folder / f"{MODEL}{module.SUFFIX}"
                with companions(file, module, model, about):
                    module.write(file, model)
            yield parts - 1, parts, tr(WRITING_PAGES)
            texts = {HOW_TO_USE: how_to_use(model.card, modules), REPORT: report}
            for name, text in texts.items():
                (folder / name).write_bytes(text.encode(errors="backslashreplace"))
    except FileExistsError as error:
        raise CheckpointError(tr("That folder exists; choose a new name for it.")) from error
    except OSError as error:
        raise CheckpointError(tr(NOT_WRITTEN)) from error


def writing_words(module: ModuleType) -> str:
    """Say that a model is being written in a format."""
    return tr(WRITING, format=tr(module.LABEL))


def format_named(name: str) -> ModuleType:
    """Return the exporter of a format for models.

    Raises:
        CheckpointError: there is none of that name, or a package that it needs is missing.
    """
    module = discover("autoal_gui.exporters").get(name)
    if module is None or module.KIND != "model":
        raise CheckpointError(tr("There is no model format named {exporter}.", exporter=name))
    if missing := module.missing():
        raise CheckpointError(missing)
    return module


@contextmanager
def _trained(
    checkpoint: Path, start_from: str, threshold: Threshold | None
) -> Iterator[TrainedModel]:
    """Give a checkpoint as exporters take it; see `export_model`.

    Raises:
        CheckpointError: see `load_checkpoint` and `_decided`.
    """
    origin = origin_of(start_from)
    with _decided(checkpoint, threshold) as file:
        card, state = load_checkpoint(file)
        make = partial(whole_network, file)
        yield TrainedModel(file, asdict(card), state_arrays(state), origin, make)


@contextmanager
def _decided(checkpoint: Path, threshold: Threshold | None) -> Iterator[Path]:
    """Hand over a checkpoint whose card tells a threshold: a copy, since a round's own never does.

    Raises:
        CheckpointError: it is damaged, or the copy cannot be written.
    """
    if threshold is None:
        yield checkpoint
        return
    model, card = load_model(checkpoint)
    with ScratchFolder() as folder:
        file = folder / checkpoint.name
        save_checkpoint(file, model, card.with_threshold(threshold))
        yield file


def origin_of(start_from: str) -> str:
    """Return where weights come from that a file of weights has begun, see `TrainedModel`."""
    if not start_from:
        return ""
    try:
        return "model" if start_model(Path(start_from)).classes else "torchvision"
    except CheckpointError:
        return "unknown"


def whole_network(checkpoint: Path | str) -> ImageToProbabilities:
    """Return a checkpoint's model with preparation and softmax, in eval mode, on the CPU.

    It maps images of any one size, uint8 (batch, height, width, 3) red, green and blue, to class
    probabilities (batch, C), in the order of its `classes`.

    Raises:
        CheckpointError: see `load_model`.
    """
    model, card = load_model(Path(checkpoint))
    return ImageToProbabilities(model, card).eval()
