"""A model as .safetensors, with the metadata in the header as JSON."""

import json
from pathlib import Path

import numpy as np

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.language import mark, tr
from autoal_gui.core.system.files import replacing
from autoal_gui.core.trained_model import TrainedModel
from autoal_gui.exporters.companions.own_usage import USAGE as USAGE
from autoal_gui.exporters.contract import DIFFERS, NOT_WRITTEN

NAME = "safetensors"
LABEL = mark("Safetensors")
ABOUT = mark(
    "The same weights in a file that cannot hold code, with the description in its header."
)
SUFFIX = ".safetensors"
KIND = "model"
ORDER = 30
OPTIONS: tuple[str, ...] = ()
PREPARES = False
SCRIPT = ""
PACKAGES = "autoal-gui, numpy, pillow, torch"


def missing() -> str:
    """Nothing is."""
    return ""


def write(target: Path, model: TrainedModel) -> None:
    """Write the arrays and the card, read them back and compare.

    Raises:
        CheckpointError: it cannot be written; a file that was there is left as it was.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file, save_file

    metadata = {name: json.dumps(value) for name, value in model.card.items()}
    arrays = {name: np.asarray(a, order="C") for name, a in model.arrays.items()}
    try:
        with replacing(target) as partial:
            save_file(arrays, partial, metadata)  # writes memory as it lies, hence the order
            written = load_file(partial)
            if any(not np.array_equal(written[n], a) for n, a in model.arrays.items()):
                raise CheckpointError(tr(DIFFERS))
    except (OSError, SafetensorError) as error:
        raise CheckpointError(tr(NOT_WRITTEN)) from error
