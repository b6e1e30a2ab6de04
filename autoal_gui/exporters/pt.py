"""A model as .pt: the project's own checkpoint file, byte for byte."""

from pathlib import Path

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.language import mark, tr
from autoal_gui.core.system.files import replacing
from autoal_gui.core.system.foreign_files import read_foreign
from autoal_gui.core.trained_model import LARGEST_MODEL, TrainedModel
from autoal_gui.exporters.companions.own_usage import USAGE as USAGE
from autoal_gui.exporters.contract import DIFFERS, NOT_WRITTEN

NAME = "pt"
LABEL = mark("PyTorch (.pt)")
ABOUT = mark("To predict with this program, start another project from it, or go on in PyTorch.")
SUFFIX = ".pt"
KIND = "model"
ORDER = 20
OPTIONS: tuple[str, ...] = ()
PREPARES = False
SCRIPT = ""
PACKAGES = "autoal-gui, numpy, pillow, torch"


def missing() -> str:
    """Nothing is."""
    return ""


def write(target: Path, model: TrainedModel) -> None:
    """Copy the checkpoint and compare.

    Raises:
        CheckpointError: it cannot be written; a file that was there is left as it was.
    """
    try:
        content = read_foreign(model.checkpoint, LARGEST_MODEL)
        with replacing(target) as partial:
            partial.write_bytes(content)
            if partial.read_bytes() != content:
                raise CheckpointError(tr(DIFFERS))
    except OSError as error:
        raise CheckpointError(tr(NOT_WRITTEN)) from error
