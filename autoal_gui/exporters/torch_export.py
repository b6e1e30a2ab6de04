"""A model as a torch.export program (.pt2): weights and computation, loadable without our code.

It maps "pixels", float32 (batch, channels, side, side) in [0, 1], to class probabilities (batch,
C); scaling by mean and deviation, softmax and temperature are inside, and any batch size from 1 on
is taken. The card is in the extra file `card.json`.
"""

import io
import json
from pathlib import Path
from typing import Any

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.language import mark, tr
from autoal_gui.core.system.files import replacing
from autoal_gui.core.trained_model import TrainedModel
from autoal_gui.exporters.contract import CLOSE, DIFFERS, NOT_WRITTEN

NAME = "pt2"
LABEL = mark("PyTorch program (.pt2)")
ABOUT = mark("To run the model in PyTorch without this program's code.")
SUFFIX = ".pt2"
KIND = "model"
ORDER = 50
OPTIONS: tuple[str, ...] = ()
CARD = "card.json"
WHERE = ("stack_trace", "from_node", "source_fn_stack", "torch_fn", "nn_module_stack")
TRIED = 3  # images of noise that both programs are given


def missing() -> str:
    """Nothing is."""
    return ""


def write(target: Path, model: TrainedModel) -> None:
    """Write the program, read it back and compare what both say of images of noise.

    Raises:
        CheckpointError: it cannot be written; a file that was there is left as it was.
    """
    import torch

    network = model.make_network()
    pixels = noise(model)
    program = torch.export.export(
        network, (pixels,), dynamic_shapes=({0: torch.export.Dim("batch", min=1)},)
    )
    forget_places(program)
    # In memory: what torch writes to a disk that is full ends the program.
    content = io.BytesIO()
    torch.export.save(program, content, extra_files={CARD: json.dumps(dict(model.card))})
    try:
        with replacing(target) as partial:
            partial.write_bytes(content.getbuffer())
            written = torch.export.load(io.BytesIO(partial.read_bytes())).module()
            with torch.no_grad():
                if not torch.allclose(written(pixels), network(pixels), atol=CLOSE):
                    raise CheckpointError(tr(DIFFERS))
    except (OSError, RuntimeError) as error:
        raise CheckpointError(tr(NOT_WRITTEN)) from error


def forget_places(program: Any) -> None:
    """Remove from a program where each step came from: that names folders of this computer."""
    for node in program.graph.nodes:
        for key in WHERE:
            node.meta.pop(key, None)


def noise(model: TrainedModel) -> Any:
    """Return a tensor (n, channels, S, S) of uniform noise in [0, 1], always the same."""
    import torch

    side, channels = int(model.card["input_size"]), int(model.card["channels"])
    generator = torch.Generator().manual_seed(0)
    return torch.rand(TRIED, channels, side, side, generator=generator)
