"""Write a trained checkpoint in another format and make sure that it reads back the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.language import tr
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.registry import discover
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.core.trained_model import TrainedModel
from autoal_gui.exporters.companions.files import companions
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


class ImageToProbabilities(nn.Module):
    """A classifier with what stands before and behind it in this program."""

    def __init__(self, model: Classifier, card: ModelCard) -> None:
        super().__init__()
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
    module = discover("autoal_gui.exporters").get(exporter)
    if module is None or module.KIND != "model":
        raise CheckpointError(tr("There is no model format named {exporter}.", exporter=exporter))
    if missing := module.missing():
        raise CheckpointError(missing)
    origin = origin_of(start_from)
    with _decided(checkpoint, threshold) as file:
        card, state = load_checkpoint(file)
        make = partial(whole_network, file)
        model = TrainedModel(file, asdict(card), state_arrays(state), origin, make)
        with companions(target, module, model, about):
            module.write(target, model)


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


def whole_network(checkpoint: Path) -> ImageToProbabilities:
    """Return a checkpoint's model with preparation and softmax, in eval mode, on the CPU.

    Raises:
        CheckpointError: see `load_model`.
    """
    model, card = load_model(checkpoint)
    return ImageToProbabilities(model, card).eval()
