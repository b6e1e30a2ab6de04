"""What is told of a model beside its weights, and how that is read from a foreign file."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
import torchvision

import autoal_gui
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import OWN_NETWORK, STEMS, RunSettings, Stem
from autoal_gui.learning.model.normalisation import Normalisation

MOST_ITEMS = 2_000_000  # of a card's lists; the confusion of a thousand classes has half of them
MOST_NESTED = 4  # lists in lists; the confusion's rows are two


@dataclass(frozen=True)
class ModelCard:
    """What it takes to use a model, and where it comes from. Holds no path and no image."""

    classes: tuple[str, ...]
    input_size: int
    """Pixels a side."""
    channels: int
    """1 for grey, 3 for colour."""
    mean: tuple[float, ...]
    """Per channel, of pixel values in [0, 1]."""
    deviation: tuple[float, ...]
    stem: Stem
    dropout: float
    mode: str
    round_number: int
    labels: int
    """Images it was trained on."""
    data_hash: str
    """SHA-256 over the pool's image hashes."""
    confusion: tuple[tuple[int, ...], ...]
    """On the evaluation set, true class by predicted class; empty without one."""
    settings: str
    """`RunSettings.to_json()`."""
    unit: bool = False
    """Whether features are centred and scaled to unit length before the last layer."""
    architecture: str = OWN_NETWORK
    """The backbone, a plug-in of `autoal_gui.backbones`."""
    beside: str = ""
    """The backbone with weights that stands beside it, a plug-in likewise; empty: none does."""
    own_side: int = 0
    """Pixels a side of what the backbone sees of larger images; 0: it sees them as they are."""
    threshold: tuple[int, float] | None = None
    """(class index, probability in [0, 1]): from there on an image is given the class, see
    `autoal_gui.core.measures.operating.decision`; None: an image is given the likeliest class."""
    weights: str = ""
    """What it started from that others have trained, and under which licence; empty: nothing."""
    unseen: tuple[int, ...] = ()
    """Class indices, ascending, of which it has learned no image; files of before name none."""
    scarce: tuple[int, ...] = ()
    """Those of which it has learned too few images to rely on, see `scarce_classes`; likewise."""
    confirmed: int = 0
    """Images whose labels were confirmed in bulk that it was trained on besides."""
    versions: tuple[tuple[str, str], ...] = (
        ("autoal-gui", autoal_gui.__version__),
        ("torch", str(torch.__version__)),
        ("torchvision", str(torchvision.__version__)),
    )

    @property
    def normalisation(self) -> Normalisation:
        """How its input is scaled."""
        return Normalisation(self.mean, self.deviation)

    @property
    def decision(self) -> Threshold | None:
        """Which class an image is given, see `decided`."""
        return None if self.threshold is None else Threshold(*self.threshold)

    def with_threshold(self, threshold: Threshold) -> "ModelCard":
        """Return the card of the same model, used at a threshold."""
        return replace(self, threshold=(threshold.class_index, threshold.value))


def plain_values(value: Any) -> Any:
    """Turn tuples into lists all the way down."""
    if isinstance(value, dict):
        return {key: plain_values(item) for key, item in value.items()}
    return [plain_values(item) for item in value] if isinstance(value, list | tuple) else value


def card_from(values: dict[str, Any]) -> ModelCard:
    """Return the card that a file holds; what a later version adds is passed over.

    Raises:
        Exception: of any kind, where it lacks something or describes no model of this program.
    """
    known = {f.name for f in fields(ModelCard)}
    left = iter(range(MOST_ITEMS))
    card = ModelCard(**{n: _tuples(value, left) for n, value in values.items() if n in known})
    RunSettings.from_json(card.settings)
    if not (
        _is_architecture(card)
        and _is_transform(card)
        and _are_names(card.classes)
        and _is_history(card)
        and _is_threshold(card)
        and _are_counts((*card.unseen, *card.scarce))
        and all(index < len(card.classes) for index in (*card.unseen, *card.scarce))
    ):
        raise ValueError("unsound card")
    return card


def _tuples(value: Any, left: Iterator[int], nested: int = 0) -> Any:
    """Turn lists into tuples; a list that is there many times counts each time."""
    if next(left, None) is None or nested > MOST_NESTED:
        raise ValueError("the card is too large")
    if not isinstance(value, list):
        return value
    return tuple(_tuples(item, left, nested + 1) for item in value)


def _is_architecture(card: ModelCard) -> bool:
    return (
        card.architecture in discover("autoal_gui.backbones")
        and (not card.beside or _stands_beside(card))
        and type(card.own_side) is int
        and 0 <= card.own_side <= 512
        and isinstance(card.weights, str)
        and card.stem in STEMS
        and type(card.channels) is int
        and card.channels in (1, 3)
        and 0.0 <= card.dropout < 1.0
        and type(card.unit) is bool
    )


def _stands_beside(card: ModelCard) -> bool:
    known = card.beside in discover("autoal_gui.backbones") and card.beside != OWN_NETWORK
    return known and card.architecture == OWN_NETWORK and card.unit


def _is_transform(card: ModelCard) -> bool:
    return (
        type(card.input_size) is int
        and 16 <= card.input_size <= 512
        and len(card.mean) == len(card.deviation) == card.channels
        and all(math.isfinite(value) for value in (*card.mean, *card.deviation))
        and all(deviation > 0 for deviation in card.deviation)
    )


def _is_threshold(card: ModelCard) -> bool:
    if card.threshold is None:
        return True
    class_index, value = card.threshold
    known = type(class_index) is int and 0 <= class_index < len(card.classes)
    return known and type(value) is float and 0.0 <= value <= 1.0


def _are_names(classes: Any) -> bool:
    if not isinstance(classes, tuple) or not all(isinstance(name, str) for name in classes):
        return False
    return len(set(classes)) == len(classes) >= 1


def _is_history(card: ModelCard) -> bool:
    classes = len(card.classes)
    return (
        isinstance(card.mode, str)
        and isinstance(card.data_hash, str)
        and _are_counts((card.round_number, card.labels, card.confirmed))
        and len(card.confusion) in (0, classes)
        and all(len(row) == classes and _are_counts(row) for row in card.confusion)
        and all(len(pair) == 2 and _are_texts(pair) for pair in card.versions)
    )


def _are_counts(values: tuple[Any, ...]) -> bool:
    return all(type(value) is int and value >= 0 for value in values)


def _are_texts(values: tuple[Any, ...]) -> bool:
    return all(isinstance(value, str) for value in values)
