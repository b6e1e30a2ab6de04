"""Write a trained checkpoint in another format and make sure that it reads back the same."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.language import tr
from autoal_gui.core.registry import discover
from autoal_gui.core.trained_model import TrainedModel
from autoal_gui.learning.model.checkpoint import load_checkpoint, load_model, state_arrays
from autoal_gui.learning.model.model_card import ModelCard
from autoal_gui.learning.model.networks import Classifier


class PixelsToProbabilities(nn.Module):
    """A classifier with what stands before and behind it in this program."""

    def __init__(self, model: Classifier, card: ModelCard) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("mean", torch.tensor(card.mean).view(1, -1, 1, 1))
        self.register_buffer("deviation", torch.tensor(card.deviation).view(1, -1, 1, 1))

    def forward(self, pixels: Tensor) -> Tensor:
        """Map pixels (B, channels, S, S), float32 in [0, 1], to class probabilities (B, C)."""
        scaled = (pixels - self.get_buffer("mean")) / self.get_buffer("deviation")
        return cast(Tensor, self.model(scaled)).softmax(1)


def export_model(exporter: str, checkpoint: Path, target: Path) -> None:
    """Export a checkpoint with the exporter of that name.

    Raises:
        CheckpointError: no such exporter, the checkpoint is damaged, or the target cannot be
            written; a file that was there before is left as it was.
    """
    module = discover("autoal_gui.exporters").get(exporter)
    if module is None or module.KIND != "model":
        raise CheckpointError(tr("There is no model format named {exporter}.", exporter=exporter))
    if missing := module.missing():
        raise CheckpointError(missing)
    card, state = load_checkpoint(checkpoint)
    make = partial(whole_network, checkpoint)
    module.write(target, TrainedModel(checkpoint, asdict(card), state_arrays(state), make))


def whole_network(checkpoint: Path) -> PixelsToProbabilities:
    """Return a checkpoint's model with its normalisation and softmax, in eval mode, on the CPU.

    Raises:
        CheckpointError: see `load_model`.
    """
    model, card = load_model(checkpoint)
    return PixelsToProbabilities(model, card).eval()
