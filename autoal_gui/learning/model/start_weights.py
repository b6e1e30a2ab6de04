"""Models that start from a file of weights: a checkpoint of this program, or torchvision's."""

from pathlib import Path

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.language import tr
from autoal_gui.core.settings import OWN_NETWORK, Stem
from autoal_gui.core.trained_model import StartModel
from autoal_gui.learning.model.checkpoint import (
    State,
    check_file,
    checked_state,
    own_content,
    read_content,
)
from autoal_gui.learning.model.networks import Backbone, Classifier

OTHER = ("backbone.other.", "backbone.factor", "backbone.shift")
"""Weights of a network that stands beside the own."""
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


def start_model(file: Path) -> StartModel:
    """Say what a file of weights asks of a project that starts from it.

    Raises:
        CheckpointError: see `load_weights`.
    """
    return _read_start(file)[0]


def load_weights(
    model: Classifier,
    file: Path,
    classes: tuple[str, ...],
    stem: Stem,
    backbone: str = OWN_NETWORK,
) -> None:
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
        backbone: the model's.

    Raises:
        CheckpointError: it is missing, damaged, too large, no such file, or for another kind of
            image, stem or network.
    """
    start, unit, state = _read_start(file)
    other = {n: value for n, value in model.state_dict().items() if n.startswith(OTHER)}
    both = any(name.startswith(OTHER) for name in state)
    if start.backbone != backbone:
        raise CheckpointError(
            tr("The checkpoint is of another network than the one that the settings name.")
        )
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
    if start.classes != classes or unit != model.unit or both or other:
        kept = {n: value for n, value in state.items() if n.startswith("backbone.")}
        kept = {n: value for n, value in kept.items() if not n.startswith(OTHER)} | other
        state = {n: value for n, value in own.items() if not n.startswith("backbone.")} | kept
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
    check_file(file)
    try:
        content = read_content(file)
        if isinstance(content, dict) and "conv1.weight" in content:
            state = checked_state(_from_torchvision(content), file)
            return StartModel((), "7x7", 0), False, state
        card, state = own_content(content, file)
        start = StartModel(
            card.classes, card.stem, card.input_size, card.architecture, card.own_side
        )
        return start, card.unit, state
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
