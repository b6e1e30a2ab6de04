"""Pretrained weights: a backbone's own file, checked and given our names."""

from typing import Any

from torch import Tensor

from autoal_gui.backbones.contract import Layout
from autoal_gui.backbones.weight_files import is_usable, kept, missing_package
from autoal_gui.backbones.weight_layout import COUNT, flat, words_before
from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.language import mark, tr
from autoal_gui.core.registry import discover, english_label
from autoal_gui.core.sentences import Sentence, Sentences
from autoal_gui.core.settings import RunSettings
from autoal_gui.core.system.foreign_files import sha256_of
from autoal_gui.core.trained_model import LARGEST_MODEL
from autoal_gui.learning.model.checkpoint import checked_state, read_content
from autoal_gui.learning.model.networks import Backbone
from autoal_gui.learning.model.normalisation import Normalisation

BACKBONES = "autoal_gui.backbones"
NO_PACKAGE = mark("{lacking} What was learned from your images is used alone.")
NO_WEIGHTS = mark(
    "The weights of {label} are not on this computer: what was learned from your images is "
    "used alone."
)
IMAGE_AXES = 4  # of the weights that read an image


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
    there, label = kept(plug_in.WEIGHTS), plug_in.LABEL
    try:
        if not sha256_of(there.file, LARGEST_MODEL).startswith(there.sha256):
            raise ValueError("another file")
        content = dict(flat(read_content(there.file)))
        if there.is_own:
            content = _without_words(content, plug_in.WEIGHTS.layout)
        state = named(backbone, content, plug_in.layers())
        backbone.load_state_dict(checked_state(state, there.file))
    except FileNotFoundError as error:
        raise CheckpointError(
            tr("The weights of {label} are not on this computer.", label=label)
        ) from error
    except Exception as error:  # foreign bytes make their readers raise anything
        raise CheckpointError(
            tr("The file with the weights of {label} is damaged or is another.", label=label)
        ) from error


def _without_words(content: dict[str, Any], layout: Layout) -> dict[str, Any]:
    """Return the tensors of a layout, without what stands before their names.

    Raises:
        ValueError: they are not there.
    """
    tensors = {n: v for n, v in content.items() if isinstance(v, Tensor)}
    word = words_before({n: tuple(v.shape) for n, v in tensors.items()}, layout)
    if word is None:
        raise ValueError("another network")
    return {n.removeprefix(word): v for n, v in tensors.items() if n.startswith(word)}


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
        values = (*module.named_parameters(recurse=False), *module.named_buffers(recurse=False))
        for part, value in values:
            known = f"{theirs}.{part}".removeprefix(".")
            # Files of torchvision before 0.2 do not count batches; nothing here reads the count.
            state[f"{name}.{part}"] = content.get(known, value) if part == COUNT else content[known]
    first = next(n for n, value in backbone.named_parameters() if value.ndim == IMAGE_AXES)
    if dict(backbone.named_parameters())[first].shape[1] == 1:
        state[first] = state[first].sum(1, keepdim=True)
    return state


def beside(settings: RunSettings) -> str:
    """Return the network that stands beside a warm start; empty: none does, or none is here."""
    name = settings.beside if settings.learns_first else ""
    return name if name and is_usable(discover(BACKBONES)[name]) else ""


def told_missing(settings: RunSettings) -> Sentences:
    """Say that a network that was to stand beside the warm start is not here; nothing: it is."""
    if not (settings.beside and settings.learns_first) or beside(settings):
        return ()
    if lacking := missing_package(discover(BACKBONES)[settings.beside]):
        return (Sentence(NO_PACKAGE, {"lacking": lacking}),)
    return (Sentence(NO_WEIGHTS, {"label": english_label(BACKBONES, settings.beside)}),)


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
    if plug_in.WEIGHTS is None:
        return ""
    there = kept(plug_in.WEIGHTS)
    if there.is_own:
        return f"{plug_in.LABEL}, a file of the user's, SHA-256 {there.sha256}; licence not known"
    return f"{plug_in.CITATION}; licence: {plug_in.WEIGHTS.licence}"
