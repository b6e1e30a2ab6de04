"""Checkpoints: a state dict and plain metadata, never code.

A .pt file of this program holds {"format", "card", "state"}: strings, numbers, lists and tensors,
so that `torch.load(weights_only=True)` reads it and nothing in it can run. What others have made
is read by our own reader, which a file can neither end nor fill with memory.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy.typing as npt
import torch
from safetensors.torch import load

from autoal_gui.core.errors import CheckpointError, FileTooLarge
from autoal_gui.core.language import tr
from autoal_gui.core.system.files import replacing
from autoal_gui.core.system.foreign_files import open_foreign, read_foreign, sha256_of
from autoal_gui.core.trained_model import LARGEST_MODEL
from autoal_gui.learning.model.model_card import ModelCard, card_from, plain_values
from autoal_gui.learning.model.networks import Classifier
from autoal_gui.learning.model.torch_file import read_torch_file, read_without_weights

FORMAT = "autoal-gui checkpoint 1"
LARGEST = LARGEST_MODEL
MOST_HEADER = 2**24  # bytes of a .safetensors file that are no weights
State = dict[str, torch.Tensor]


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
    content = {"format": FORMAT, "card": plain_values(asdict(card)), "state": state}
    try:
        with replacing(file) as partial:
            torch.save(content, partial)
            digest = sha256_of(partial)
    except (OSError, RuntimeError) as error:
        raise CheckpointError(
            tr("The trained model could not be saved; is the disk full or read-only?")
        ) from error
    return digest


def load_checkpoint(file: Path) -> tuple[ModelCard, State]:
    """Read a checkpoint of this program, a .pt or a .safetensors file.

    Raises:
        CheckpointError: it is missing, damaged, too large, or not of this program.
    """
    check_file(file)
    try:
        return own_content(read_content(file), file)
    except Exception as error:  # foreign bytes make their readers raise anything
        raise CheckpointError(
            tr("That file is damaged or is not a checkpoint of this program.")
        ) from error


def check_file(file: Path) -> None:
    """Check that there is a file of a size that is read.

    Raises:
        CheckpointError: there is none, or it is too large; other reasons come when it is read.
    """
    try:
        open_foreign(file, LARGEST).close()
    except FileTooLarge as error:
        raise CheckpointError(
            tr("That file is too large to be a checkpoint of this program.")
        ) from error
    except FileNotFoundError as error:
        raise CheckpointError(tr("There is no such checkpoint file.")) from error
    except OSError:
        return


def read_content(file: Path) -> Any:
    """Return what a file holds, in the layout of a .pt file of this program if it is one.

    Raises:
        Exception: of any kind, where it is missing, damaged or holds anything but plain values
            and tensors.
    """
    if file.suffix != ".safetensors":
        return read_torch_file(file, LARGEST)
    data = read_foreign(file, LARGEST)  # not mapped: a file that is cut off meanwhile would end us
    length = int.from_bytes(data[:8], "little")
    if length > MOST_HEADER:
        raise ValueError("too much that is no weight")
    metadata = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    card = {name: json.loads(text) for name, text in metadata.items()}
    return {"format": FORMAT, "card": card, "state": load(data)}


def own_content(content: Any, file: Path) -> tuple[ModelCard, State]:
    """Return the card and the weights of a file of this program.

    Raises:
        Exception: of any kind, where it is of another program or makes no sense.
    """
    if not isinstance(content, dict) or content["format"] != FORMAT:
        raise ValueError("another format")
    return card_from(content["card"]), checked_state(content["state"], file)


def read_card(file: Path) -> ModelCard | None:
    """Return the card of a .pt checkpoint of this program, without its weights.

    None where the file is missing, damaged or another.
    """
    try:
        return card_from(read_without_weights(file, LARGEST)["card"])
    except Exception:  # foreign bytes make their readers raise anything
        return None


def load_model(file: Path) -> tuple[Classifier, ModelCard]:
    """Return a checkpoint's classifier, in eval mode on the CPU, and its card.

    Raises:
        CheckpointError: see `load_checkpoint`; or the weights do not fit the card.
    """
    card, state = load_checkpoint(file)
    try:
        model = Classifier(
            card.channels,
            len(card.classes),
            card.stem,
            card.dropout,
            card.unit,
            card.architecture,
            card.beside,
            card.own_side,
        )
        model.load_state_dict(state)
    except RuntimeError as error:
        raise CheckpointError(tr("The checkpoint's weights do not fit its description.")) from error
    return model.eval(), card


def state_arrays(state: State) -> dict[str, npt.NDArray[Any]]:
    """Return a state dict as numpy arrays."""
    return {name: value.contiguous().numpy() for name, value in state.items()}


def checked_state(state: State, file: Path) -> State:
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

    torchvision's oldest files lack a count that `start_weights` adds, of a few bytes a layer.
    """
    return file.stat().st_size + 4096


def _is_finite(state: State) -> bool:
    weights = [value for value in state.values() if value.is_floating_point()]
    return all(bool(torch.isfinite(value).all()) for value in weights)
