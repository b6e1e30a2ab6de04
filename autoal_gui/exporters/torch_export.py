"""A model as a torch.export program (.pt2): weights and computation, loadable without our code.

It maps images of any one size, uint8 (batch, height, width, 3) red, green and blue, to class
probabilities (batch, C). Grey or colour, the size, the scaling and softmax are inside. The card is
in the extra file `card.json`.
"""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.language import mark, tr
from autoal_gui.core.system.files import replacing
from autoal_gui.core.trained_model import TrainedModel
from autoal_gui.exporters.companions.preparation import card_beside_images
from autoal_gui.exporters.contract import CLOSE, DIFFERS, NOT_WRITTEN

NAME = "pt2"
LABEL = mark("PyTorch program (.pt2)")
ABOUT = mark("To run the model in PyTorch without this program's code.")
SUFFIX = ".pt2"
KIND = "model"
ORDER = 50
OPTIONS: tuple[str, ...] = ()
PREPARES = True
SCRIPT = ""
PACKAGES = "numpy, pillow, torch"
USAGE = """\
import json, numpy, torch
from PIL import Image

model = torch.export.load(MODEL_FILE, extra_files=(card := {"card.json": ""})).module()
image = torch.from_numpy(numpy.array(Image.open("IMAGE.png").convert("RGB")))  # 8 bits, upright
classes = json.loads(card["card.json"])["classes"]
print(dict(zip(classes, model(image[None])[0].tolist())))
"""
CARD = "card.json"
SIZES = ("batch", "height", "width")  # of what it takes: none of them is fixed
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
    images = noise(model)
    content = file_content(network, images, card_beside_images(model.card))
    try:
        with replacing(target) as partial:
            partial.write_bytes(content)
            written = torch.export.load(io.BytesIO(partial.read_bytes())).module()
            with torch.no_grad():
                if not torch.allclose(written(images), network(images), atol=CLOSE):
                    raise CheckpointError(tr(DIFFERS))
    except (OSError, RuntimeError) as error:
        raise CheckpointError(tr(NOT_WRITTEN)) from error


def file_content(network: Any, images: Any, card: Mapping[str, Any]) -> bytes:
    """Return what the file of a model holds; the costly part of writing it."""
    import torch

    sizes = {n: torch.export.Dim(name, min=1) for n, name in enumerate(SIZES)}
    program = torch.export.export(network, (images,), dynamic_shapes=(sizes,))
    forget_places(program)
    # In memory: what torch writes to a disk that is full ends the program.
    content = io.BytesIO()
    torch.export.save(program, content, extra_files={CARD: json.dumps(card)})
    return content.getvalue()


def forget_places(program: Any) -> None:
    """Remove from a program where each step came from: that names folders of this computer."""
    for node in program.graph.nodes:
        for key in WHERE:
            node.meta.pop(key, None)


def noise(model: TrainedModel) -> Any:
    """Return uint8 images (n, H, W, 3) of noise, always the same: larger, smaller, not square."""
    import torch

    side = int(model.card["input_size"])
    generator = torch.Generator().manual_seed(0)
    shape = (TRIED, 2 * side + 5, side - 3, 3)
    return torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)
