"""Checkpoints: a state dict and plain metadata, never code.

A .pt file of this program holds {"format", "card", "state"}: strings, numbers, lists and tensors,
so that `torch.load(weights_only=True)` reads it and nothing in it can run.
"""

import json
import math
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy.typing as npt
import torch
import torchvision
from safetensors import safe_open

import autoal_gui
from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.language import tr
from autoal_gui.core.settings import STEMS, RunSettings, Stem
from autoal_gui.core.system.files import replacing
from autoal_gui.core.system.foreign_files import sha256_of
from autoal_gui.core.trained_model import StartModel
from autoal_gui.learning.model.networks import Backbone, Classifier
from autoal_gui.learning.model.normalisation import Normalisation

FORMAT = "autoal-gui checkpoint 1"
LARGEST = 2**31  # bytes; a ResNet-18 takes 45 million
ARCHIVE = b"PK\x03\x04"  # how torch, too, tells one
MOST_ITEMS = 2_000_000  # of a card's lists; the confusion of a thousand classes has half of them
FIRST = "backbone.stem.0.weight"
PARTS = {
    "conv1": "stem.0",
    "bn1": "stem.1",
    "layer1": "stages.0",
    "layer2": "stages.1",
    "layer3": "stages.2",
    "layer4": "stages.3",
}
"""Our names of the parts of torchvision's ResNet-18."""


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
    architecture: str = "resnet18"
    versions: tuple[tuple[str, str], ...] = (
        ("autoal-gui", autoal_gui.__version__),
        ("torch", str(torch.__version__)),
        ("torchvision", str(torchvision.__version__)),
    )

    @property
    def normalisation(self) -> Normalisation:
        """How its input is scaled."""
        return Normalisation(self.mean, self.deviation)


def save_checkpoint(file: Path, model: Classifier, card: ModelCard) -> str:
    """Write a checkpoint so that a kill or a full disk leaves the old file or the new one.

    Returns:
        The file's SHA-256, lower-case hex.

    Raises:
        CheckpointError: it cannot be written, or could not be read again.
    """
    state = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    if not _is_finite(state):
        raise CheckpointError(
            tr(
                "The trained model has weights that are no numbers, so it was not saved; try "
                "a lower learning rate."
            )
        )
    content = {"format": FORMAT, "card": _plain(asdict(card)), "state": state}
    try:
        with replacing(file) as partial:
            torch.save(content, partial)
            digest = sha256_of(partial)
    except (OSError, RuntimeError) as error:
        raise CheckpointError(
            tr("The trained model could not be saved; is the disk full or read-only?")
        ) from error
    return digest


State = dict[str, torch.Tensor]


def load_checkpoint(file: Path) -> tuple[ModelCard, State]:
    """Read a checkpoint of this program, a .pt or a .safetensors file.

    Raises:
        CheckpointError: it is missing, damaged, too large, or not of this program.
    """
    _check_file(file)
    try:
        return _own(_content(file), file)
    except Exception as error:  # foreign bytes make their readers raise anything
        raise CheckpointError(
            tr("That file is damaged or is not a checkpoint of this program.")
        ) from error


def _check_file(file: Path) -> None:
    if not file.exists():
        raise CheckpointError(tr("There is no such checkpoint file."))
    if file.stat().st_size > LARGEST:
        raise CheckpointError(tr("That file is too large to be a checkpoint of this program."))


def _check_members(file: Path, read: bool) -> None:
    """Check the parts of a .pt file, which is an archive but for the oldest of torchvision.

    Args:
        file: torch reads its parts without looking at their checksums.
        read: whether to compare the checksums too, which takes reading the whole file.

    Raises:
        ValueError: a part is packed, so that it might unfold to any size, is there twice or is
            damaged.
    """
    with file.open("rb") as start:
        if start.read(len(ARCHIVE)) != ARCHIVE:
            return
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if len({member.filename for member in members}) < len(members):
            raise ValueError("a part is there twice")
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("a part is packed")
        if sum(member.file_size for member in members) > file.stat().st_size:
            raise ValueError("parts overlap")
        if read and archive.testzip() is not None:
            raise ValueError("a part is damaged")


def _content(file: Path) -> Any:
    if file.suffix != ".safetensors":
        _check_members(file, read=True)
        return torch.load(file, map_location="cpu", weights_only=True)
    with safe_open(file, framework="pt") as content:
        card = {name: json.loads(text) for name, text in (content.metadata() or {}).items()}
        state = {name: content.get_tensor(name) for name in content.keys()}  # noqa: SIM118
    return {"format": FORMAT, "card": card, "state": state}


def _own(content: Any, file: Path) -> tuple[ModelCard, State]:
    if not isinstance(content, dict) or content["format"] != FORMAT:
        raise ValueError("another format")
    return _card_from(content["card"]), _checked_state(content["state"], file)


def read_card(file: Path) -> ModelCard | None:
    """Return the card of a .pt checkpoint of this program, without its weights.

    None where the file is missing, damaged or another.
    """
    try:
        _check_members(file, read=False)
        content = torch.load(file, map_location="cpu", weights_only=True, mmap=True)
        return _card_from(content["card"])
    except Exception:  # foreign bytes make their readers raise anything
        return None


def load_model(file: Path) -> tuple[Classifier, ModelCard]:
    """Return a checkpoint's classifier, in eval mode on the CPU, and its card.

    Raises:
        CheckpointError: see `load_checkpoint`; or the weights do not fit the card.
    """
    card, state = load_checkpoint(file)
    try:
        model = Classifier(card.channels, len(card.classes), card.stem, card.dropout, card.unit)
        model.load_state_dict(state)
    except RuntimeError as error:
        raise CheckpointError(tr("The checkpoint's weights do not fit its description.")) from error
    return model.eval(), card


def start_model(file: Path) -> StartModel:
    """Say what a file of weights asks of a project that starts from it.

    Raises:
        CheckpointError: see `load_weights`.
    """
    return _read_start(file)[0]


def load_weights(model: Classifier, file: Path, classes: tuple[str, ...], stem: Stem) -> None:
    """Start a model from a file of weights: its backbone, and its last layer where that fits.

    The file is a checkpoint of this program, or the state dict of torchvision's ResNet-18. The
    last layer fits if the classes agree and both read features of the same kind.

    Grey images take the sum of torchvision's first weights over the colours, so that they give
    what their grey in all three colours would give. Images are scaled by the mean and deviation
    of the pool, as everywhere here, and not by those of torchvision's transforms: either way
    the weights see a mean of 0 and a deviation of 1.

    Args:
        model: of `classes` and `stem`.
        file: what the weights are read from.
        classes: names in the order of the model's outputs.
        stem: a checkpoint of another is refused even where its weights fit, because a stride of
            its own makes other features of them.

    Raises:
        CheckpointError: it is missing, damaged, too large, no such file, or for another kind of
            image or stem.
    """
    start, unit, state = _read_start(file)
    if start.stem != stem:
        raise CheckpointError(
            tr(
                "The checkpoint does not fit this preset: its networks have a {stem} stem, "
                "and these a {needed} stem. A new project that starts from it gets the right "
                "one.",
                stem=start.stem,
                needed=stem,
            )
        )
    own = model.state_dict()
    if start.classes != classes or unit != model.unit:
        backbone = {n: value for n, value in state.items() if n.startswith("backbone.")}
        state = {n: value for n, value in own.items() if not n.startswith("backbone.")} | backbone
    if not start.classes and own[FIRST].shape[1] == 1:
        state[FIRST] = state[FIRST].sum(1, keepdim=True)
    try:
        model.load_state_dict(state)
    except (RuntimeError, ValueError, KeyError) as error:
        raise CheckpointError(
            tr("The checkpoint does not fit these images: it needs the same kind, grey or colour.")
        ) from error


def _read_start(file: Path) -> tuple[StartModel, bool, State]:
    """Return what a file asks for, whether its features have unit length, and its weights."""
    _check_file(file)
    try:
        content = _content(file)
        if isinstance(content, dict) and "conv1.weight" in content:
            state = _checked_state(_from_torchvision(content), file)
            return StartModel((), "7x7", 0), False, state
        card, state = _own(content, file)
        return StartModel(card.classes, card.stem, card.input_size), card.unit, state
    except Exception as error:  # foreign bytes make their readers raise anything
        raise CheckpointError(
            tr(
                "That file is damaged, or is neither a checkpoint of this program nor the "
                "weights of torchvision's ResNet-18."
            )
        ) from error


def _from_torchvision(content: State) -> State:
    """Give the weights of torchvision's ResNet-18 our names; its last layer is left out.

    Raises:
        ValueError, KeyError: it is another network.
    """
    parts = {name.partition(".")[::2]: value for name, value in content.items()}
    found = {f"{PARTS[part]}.{rest}": v for (part, rest), v in parts.items() if part != "fc"}
    state, channels = {}, content["conv1.weight"].shape[1]
    if channels not in (1, 3):
        raise ValueError("neither grey nor colour")
    for name, value in Backbone(channels, "7x7").state_dict().items():
        # Files of torchvision before 0.2 do not count batches, and nothing here reads the count.
        given = found.pop(name, value if name.endswith("num_batches_tracked") else None)
        if given is None or given.shape != value.shape:
            raise ValueError("another network")
        state[f"backbone.{name}"] = given
    if found:
        raise ValueError("another network")
    return state


def state_arrays(state: State) -> dict[str, npt.NDArray[Any]]:
    """Return a state dict as numpy arrays."""
    return {name: value.contiguous().numpy() for name, value in state.items()}


def _plain(value: Any) -> Any:
    """Turn tuples into lists all the way down."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _tuples(value: Any, left: Iterator[int]) -> Any:
    """Turn lists into tuples; a list that is there many times counts each time."""
    if next(left, None) is None:
        raise ValueError("the card is too large")
    return tuple(_tuples(item, left) for item in value) if isinstance(value, list) else value


def _card_from(values: dict[str, Any]) -> ModelCard:
    known = {f.name for f in fields(ModelCard)}
    left = iter(range(MOST_ITEMS))
    card = ModelCard(**{n: _tuples(value, left) for n, value in values.items() if n in known})
    RunSettings.from_json(card.settings)
    if not (_is_architecture(card) and _is_transform(card) and _are_names(card.classes)):
        raise ValueError("unsound card")
    return card


def _is_architecture(card: ModelCard) -> bool:
    return (
        card.architecture == "resnet18"
        and card.stem in STEMS
        and type(card.channels) is int
        and card.channels in (1, 3)
        and 0.0 <= card.dropout < 1.0
        and type(card.unit) is bool
    )


def _is_transform(card: ModelCard) -> bool:
    return (
        type(card.input_size) is int
        and 16 <= card.input_size <= 512
        and len(card.mean) == len(card.deviation) == card.channels
        and all(math.isfinite(value) for value in (*card.mean, *card.deviation))
        and all(deviation > 0 for deviation in card.deviation)
    )


def _are_names(classes: Any) -> bool:
    distinct = isinstance(classes, tuple) and len(set(classes)) == len(classes) >= 1
    return distinct and all(isinstance(name, str) for name in classes)


def _checked_state(state: State, file: Path) -> State:
    """Return a state dict whose weights are numbers and take no more room than their file.

    Raises:
        ValueError: it is none; a tensor that repeats what is stored may have any size.
    """
    for name, value in state.items():
        if not isinstance(name, str) or value.layout != torch.strided:
            raise ValueError("not a state dict")
    if sum(value.numel() * value.element_size() for value in state.values()) > _room(file):
        raise ValueError("weights are larger than their file")
    if not _is_finite(state):
        raise ValueError("weights are not finite")
    return dict(state)


def _room(file: Path) -> int:
    """Return how many bytes of weights a file may hold.

    torchvision's oldest files lack a count that `_from_torchvision` adds, of a few bytes a layer.
    """
    return file.stat().st_size + 4096


def _is_finite(state: State) -> bool:
    weights = [value for value in state.values() if value.is_floating_point()]
    return all(bool(torch.isfinite(value).all()) for value in weights)
