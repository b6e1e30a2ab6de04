"""Pretrained weights: a backbone's own file, checked and given our names."""

from torch import Tensor

from autoal_gui.backbones.weight_files import is_there, weights_file
from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.language import tr
from autoal_gui.core.registry import discover, label_of
from autoal_gui.core.settings import RunSettings
from autoal_gui.core.system.foreign_files import sha256_of
from autoal_gui.core.trained_model import LARGEST_MODEL
from autoal_gui.learning.model.networks import Backbone
from autoal_gui.learning.model.normalisation import Normalisation
from autoal_gui.learning.model.torch_file import read_torch_file

BACKBONES = "autoal_gui.backbones"


def load_pretrained(backbone: Backbone, name: str) -> None:
    """Give a backbone the weights that it comes with; ResNet-18, which has none, is left as it is.

    Grey images take the sum of the first weights over the colours, so that they give what their
    grey in all three colours would give.

    Raises:
        CheckpointError: the file is missing, damaged or another.
    """
    plug_in = discover(BACKBONES)[name]
    if plug_in.WEIGHTS is None:
        return
    file, label = weights_file(plug_in.WEIGHTS), plug_in.LABEL
    try:
        if not sha256_of(file, LARGEST_MODEL).startswith(plug_in.WEIGHTS.sha256):
            raise ValueError("another file")
        content = read_torch_file(file, LARGEST_MODEL)
        backbone.load_state_dict(named(backbone, content, plug_in.layers()))
    except FileNotFoundError as error:
        raise CheckpointError(
            tr("The weights of {label} are not on this computer.", label=label)
        ) from error
    except Exception as error:  # foreign bytes make their readers raise anything
        raise CheckpointError(
            tr("The file with the weights of {label} is damaged or is another.", label=label)
        ) from error


def named(backbone: Backbone, content: dict[str, Tensor], layers: list[str]) -> dict[str, Tensor]:
    """Return the weights of a file under our names; what is left over, its last layer, is dropped.

    Args:
        backbone: that they are for.
        content: the file's.
        layers: what the file calls the backbone's layers, in their order.

    Raises:
        ValueError, KeyError, RuntimeError: it is the file of another network.
    """
    own = [(n, m) for n, m in backbone.named_modules() if [*m.parameters(recurse=False)]]
    if len(own) != len(layers):
        raise ValueError("another number of layers")
    state = {}
    for (name, module), theirs in zip(own, layers, strict=True):
        for part in module.state_dict():
            state[f"{name}.{part}"] = content[f"{theirs}.{part}"]
    first = f"{own[0][0]}.weight"
    if dict(backbone.named_parameters())[first].shape[1] == 1:
        state[first] = state[first].sum(1, keepdim=True)
    return state


def beside(settings: RunSettings) -> str:
    """Return the network that stands beside a warm start; empty: none does, or none is here."""
    name = settings.beside if settings.learns_first else ""
    return name if name and is_there(discover(BACKBONES)[name].WEIGHTS) else ""


def told_missing(settings: RunSettings) -> str:
    """Say that a network that was to stand beside the warm start is not here; empty: it is."""
    if not (settings.beside and settings.learns_first) or beside(settings):
        return ""
    return tr(
        "The weights of {label} are not on this computer: what was learned from your images is "
        "used alone.",
        label=label_of(BACKBONES, settings.beside),
    )


def own_scale(name: str, channels: int) -> Normalisation | None:
    """Return how a backbone's images are scaled; None for one that goes by the pool.

    Args:
        name: of the backbone.
        channels: 1 or 3; grey images get the mean over the colours.
    """
    scale = discover(BACKBONES)[name].SCALE
    if scale is None:
        return None
    mean, deviation = scale
    if channels == 1:
        mean, deviation = (sum(mean) / len(mean),), (sum(deviation) / len(deviation),)
    return Normalisation(mean, deviation)


def told_weights(name: str) -> str:
    """Return what a model card says of the weights that a backbone comes with; empty: none."""
    plug_in = discover(BACKBONES)[name]
    return f"{plug_in.CITATION}; licence: {plug_in.WEIGHTS.licence}" if plug_in.WEIGHTS else ""
