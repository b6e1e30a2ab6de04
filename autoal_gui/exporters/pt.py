"""A model as .pt: the project's own checkpoint file, byte for byte."""

import shutil
from pathlib import Path

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.language import mark, tr
from autoal_gui.core.system.files import replacing
from autoal_gui.core.trained_model import TrainedModel
from autoal_gui.exporters.contract import DIFFERS, NOT_WRITTEN

NAME = "pt"
LABEL = mark("PyTorch (.pt)")
ABOUT = mark("To predict with this program, start another project from it, or go on in PyTorch.")
SUFFIX = ".pt"
KIND = "model"
ORDER = 20
OPTIONS: tuple[str, ...] = ()


def missing() -> str:
    """Nothing is."""
    return ""


def write(target: Path, model: TrainedModel) -> None:
    """Copy the checkpoint and compare.

    Raises:
        CheckpointError: it cannot be written; a file that was there is left as it was.
    """
    try:
        with replacing(target) as partial:
            shutil.copyfile(model.checkpoint, partial)
            if partial.read_bytes() != model.checkpoint.read_bytes():
                raise CheckpointError(tr(DIFFERS))
    except (OSError, shutil.SameFileError) as error:
        raise CheckpointError(tr(NOT_WRITTEN)) from error
