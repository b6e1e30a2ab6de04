"""Trained models as those see them who know no torch: plain values and arrays."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autoal_gui.core.language import number, tr_count
from autoal_gui.core.measures.outlook import FEWEST_TO_LEARN
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


def scarce_classes(taught: Iterable[int]) -> tuple[int, ...]:
    """Return the classes, ascending, of which a model learned images, but too few to rely on.

    Args:
        taught: the class index of each image that it learned.
    """
    counts = Counter(taught)
    return tuple(sorted(index for index, count in counts.items() if count < FEWEST_TO_LEARN))


def taught_sentences(
    classes: Sequence[str], unseen: Iterable[int], scarce: Iterable[int] = ()
) -> str:
    """Say of which classes a model has learned no image, or too few; "" where there are none.

    Args:
        classes: names in the order of its outputs.
        unseen: class indices.
        scarce: class indices, see `scarce_classes`.
    """
    never, hardly = ([classes[index] for index in indices] for indices in (unseen, scarce))
    told = []
    if never:
        told.append(
            tr_count(
                "{names}: the model has never seen one.",
                "{names}: the model has never seen any of these.",
                len(never),
                names=", ".join(never),
            )
        )
    if hardly:
        told.append(
            tr_count(
                "{names}: the model has learned it from fewer than {fewest} images, so look "
                "yourself wherever it names it.",
                "{names}: the model has learned each of these from fewer than {fewest} images, so "
                "look yourself wherever it names one.",
                len(hardly),
                names=", ".join(hardly),
                fewest=number(FEWEST_TO_LEARN),
            )
        )
    return " ".join(told)


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
