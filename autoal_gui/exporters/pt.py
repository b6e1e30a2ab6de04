"""A model as .pt: the project's own checkpoint file, byte for byte."""

import shutil
from pathlib import Path

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.files import replacing
from autoal_gui.core.model import TrainedModel

NAME = "pt"
LABEL = "Model for PyTorch (.pt)"
SUFFIX = ".pt"
KIND = "model"
ORDER = 20


def write(target: Path, model: TrainedModel) -> None:
    """Copy the checkpoint and compare.

    Raises:
        CheckpointError: it cannot be written; a file that was there is left as it was.
    """
    try:
        with replacing(target) as partial:
            shutil.copyfile(model.checkpoint, partial)
            if partial.read_bytes() != model.checkpoint.read_bytes():
                raise CheckpointError("The copy of the model differs; is the disk failing?")
    except (OSError, shutil.SameFileError) as error:
        raise CheckpointError("The model could not be written there.") from error
