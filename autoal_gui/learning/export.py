"""Write a trained checkpoint in another format and make sure that it reads back the same."""

from dataclasses import asdict
from pathlib import Path

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.language import tr
from autoal_gui.core.model import TrainedModel
from autoal_gui.core.registry import discover
from autoal_gui.learning.checkpoint import load_checkpoint, state_arrays


def export_model(exporter: str, checkpoint: Path, target: Path) -> None:
    """Export a checkpoint with the exporter of that name.

    Raises:
        CheckpointError: no such exporter, the checkpoint is damaged, or the target cannot be
            written; a file that was there before is left as it was.
    """
    module = discover("autoal_gui.exporters").get(exporter)
    if module is None or module.KIND != "model":
        raise CheckpointError(tr("There is no model format named {exporter}.", exporter=exporter))
    card, state = load_checkpoint(checkpoint)
    module.write(target, TrainedModel(checkpoint, asdict(card), state_arrays(state)))
