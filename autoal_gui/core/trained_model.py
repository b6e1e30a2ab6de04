"""Trained models as those see them who know no torch: plain values and arrays."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autoal_gui.core.language import tr_count
from autoal_gui.core.settings import OWN_NETWORK, Stem

LARGEST_MODEL = 2**28  # bytes of its file; a ResNet-18 takes 45 million


@dataclass(frozen=True)
class TrainedModel:
    """A checkpoint that has been read and found sound."""

    checkpoint: Path
    """Its file."""
    card: Mapping[str, Any]
    """Plain metadata: classes, input size, normalisation, versions, data hash, labels used."""
    arrays: Mapping[str, npt.NDArray[np.generic]] = field(repr=False)
    """The state dict."""
    started_from: str = ""
    """What its weights were before: "torchvision", "model" for another one of this program,
    "unknown"; empty for none."""
    make_network: Callable[[], Any] = field(default=lambda: None, repr=False)
    """Makes a `torch.nn.Module` that maps images of any one size (B, H, W, 3), uint8 red, green and
    blue, to class probabilities (B, C): what a format needs that holds the computation, too."""


def unseen_sentence(classes: Sequence[str], unseen: Iterable[int]) -> str:
    """Say of which classes a model has learned no image; "" where it knows all.

    Args:
        classes: names in the order of its outputs.
        unseen: class indices.
    """
    names = [classes[index] for index in unseen]
    if not names:
        return ""
    return tr_count(
        "{names}: the model has never seen one.",
        "{names}: the model has never seen any of these.",
        len(names),
        names=", ".join(names),
    )


@dataclass(frozen=True)
class StartModel:
    """What a file of weights asks of a project that starts from it."""

    classes: tuple[str, ...]
    """Names in the order of its outputs; empty where the file names none."""
    stem: Stem
    input_size: int
    """Pixels a side of the images that it was trained on; 0 where the file does not say."""
    backbone: str = OWN_NETWORK
    """Its network, a plug-in of `autoal_gui.backbones`."""
    own_side: int = 0
    """Pixels a side that its network makes of them; 0: it sees them as they are."""
