"""Where in an image a model looked: LayerCAM, of the family of Grad-CAM.

Sources: Selvaraju et al. 2017 (Grad-CAM); Jiang et al., "LayerCAM: Exploring Hierarchical Class
Activation Maps for Localization", IEEE TIP 2021, Eq. 5 to 7. Grad-CAM weighs a whole channel by its
mean gradient, which says something in the last stage only; of images of 28 pixels that stage is
one field large. LayerCAM weighs each place by its own gradient, so that an earlier stage serves.
"""

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.images.pixels import picture_to_uint8
from autoal_gui.core.language import tr
from autoal_gui.core.messages import Explain, Explained
from autoal_gui.learning.data.image_cache import square
from autoal_gui.learning.model.checkpoint import load_model
from autoal_gui.learning.model.networks import MAP_AXES, Classifier

FEWEST_FIELDS = 7  # a side; a coarser map would say little more than "somewhere"


def explain(command: Explain) -> Explained:
    """Work out where in an image a checkpoint's model looked; on the CPU, well below a second.

    Raises:
        CheckpointError: the model cannot be used, or knows no such class.
        ImageUnreadable: the image is gone or broken.
    """
    model, card = load_model(Path(command.checkpoint))
    if command.class_index is not None and command.class_index >= len(card.classes):
        raise CheckpointError(tr("The model has not learned this class yet."))
    pixels = picture_to_uint8(command.pool.picture(command.image_id))
    small = square(pixels, card.channels, card.input_size)
    image = card.normalisation(torch.tensor(small)[None])  # a copy: `small` may be read-only
    heat, probabilities = attention(model, image, command.class_index)
    index = command.class_index
    chosen = int(probabilities.argmax()) if index is None else index
    return Explained(
        command.request_id,
        command.image_id,
        card.classes[chosen],
        float(probabilities[chosen]),
        heat,
    )


def attention(
    model: Classifier, image: Tensor, class_index: int | None = None
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return where a model looked, and what it made of the image.

    What is explained is how far the class's logit stands above the mean of the others: a logit
    alone may rise with all of them, which decides nothing.

    Args:
        model: in eval mode; its features may be frozen, or all of its layers trained.
        image: (1, channels, S, S), normalised.
        class_index: the class to explain; None for the one that is most likely.

    Returns:
        (h, w) in [0, 1], read-only, all zero where nothing speaks for the class; and (C,)
        probabilities.
    """
    with torch.enable_grad():
        maps = _maps(model, image)
        logits = _logits(model, maps)
        probabilities = logits.detach().float().softmax(1)[0]
        chosen = int(probabilities.argmax()) if class_index is None else class_index
        others = [i for i in range(logits.shape[1]) if i != chosen]
        lead = logits[0, chosen] - (logits[0, others].mean() if others else 0)
        deepest = [_deepest(part) for part in model.backbone.apart(maps)]
        gradients = torch.autograd.grad(lead, deepest)
    pairs = zip(gradients, deepest, strict=True)
    heat = _joined([_heat(_fields(gradient), _fields(found)) for gradient, found in pairs])
    peak = float(heat.max())
    if peak > 0:
        heat = heat / peak
    result = heat.cpu().numpy().astype(np.float32)
    result.setflags(write=False)
    return result, probabilities.cpu().numpy()


def _heat(gradient: Tensor, found: Tensor) -> Tensor:
    """Return (1, 1, h, w), what each place of a stage's maps adds to the lead."""
    return (gradient.relu() * found.detach()).sum(1, keepdim=True).relu().float()


def _joined(heats: list[Tensor]) -> Tensor:
    """Add what each network has seen, on the finest grid of all: (h, w).

    A coarse place's share is spread over the fine ones that it covers.
    """
    finest = max(heats, key=lambda heat: heat.shape[2]).shape[2:]
    total = torch.zeros(*finest, device=heats[0].device)
    for heat in heats:
        if heat.shape[2:] != finest:
            share = heat.shape[2] * heat.shape[3] / (finest[0] * finest[1])
            heat = functional.interpolate(heat, finest, mode="bilinear") * share
        total += heat[0, 0]
    return total


def _maps(model: Classifier, image: Tensor) -> list[Tensor]:
    """Return what each stage of the backbone gives: maps, or tokens."""
    # A gradient at the image itself, so that one is there although every weight may be frozen.
    return [*model.backbone.maps(image.requires_grad_())]


def _logits(model: Classifier, maps: list[Tensor]) -> Tensor:
    pooled = model.backbone.joined(model.backbone.looked_at(maps))
    logits: Tensor = model.head(model.of_pooled(pooled))
    return logits


def _deepest(maps: list[Tensor]) -> Tensor:
    """Return the deepest stage that has fields enough, else the first, which has most.

    Of the last one that gives tokens nothing but the class token counts, which lies nowhere.
    """
    placed = maps if maps[-1].ndim == MAP_AXES else maps[:-1]
    fine = [one for one in placed if min(_fields(one).shape[2:]) >= FEWEST_FIELDS]
    return fine[-1] if fine else placed[0]


def _fields(found: Tensor) -> Tensor:
    """Return a stage's maps (1, channels, h, w); of tokens, those that lie somewhere."""
    if found.ndim == MAP_AXES:
        return found
    side = math.isqrt(found.shape[1] - 1)
    return found[:, 1:].transpose(1, 2).reshape(1, -1, side, side)
