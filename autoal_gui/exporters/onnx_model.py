"""A model as ONNX: weights and computation in one file, for any runtime.

It maps "image", uint8 (batch, height, width, 3) red, green and blue, of any size, to
"probabilities" (batch, C). Grey or colour, the size, the scaling and softmax are inside. The card
is in the metadata, a JSON text a field.
"""

import importlib.util
import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.language import mark, tr
from autoal_gui.core.system.files import replacing
from autoal_gui.core.trained_model import TrainedModel
from autoal_gui.exporters.companions.onnx_script import SCRIPT as SCRIPT
from autoal_gui.exporters.companions.onnx_script import USAGE as USAGE
from autoal_gui.exporters.companions.preparation import card_beside_images
from autoal_gui.exporters.contract import CLOSE, DIFFERS, NOT_WRITTEN
from autoal_gui.exporters.torch_export import SIZES, noise

NAME = "onnx"
LABEL = mark("ONNX (.onnx)")
ABOUT = mark("To run the model elsewhere: in other languages, on servers, in the browser.")
SUFFIX = ".onnx"
KIND = "model"
ORDER = 40
OPTIONS: tuple[str, ...] = ()
PREPARES = True
PACKAGES = "numpy, pillow, onnxruntime"
NEEDED = ("onnx", "onnxscript")


def missing() -> str:
    """Return in one sentence what must be installed first; empty where nothing is missing."""
    if all(importlib.util.find_spec(name) for name in NEEDED):
        return ""
    return tr("ONNX needs two more packages: pip install onnx onnxscript.")


def write(target: Path, model: TrainedModel) -> None:
    """Write the file, read it back and compare with what the model says of images of noise.

    Raises:
        CheckpointError: it cannot be written; a file that was there is left as it was.
    """
    import onnx

    network, images = model.make_network(), noise(model)
    content = file_content(network, images, card_beside_images(model.card))
    try:
        with replacing(target) as partial:
            partial.write_bytes(content)
            _compare(onnx.load_model_from_string(partial.read_bytes()), network, images)
    except OSError as error:
        raise CheckpointError(tr(NOT_WRITTEN)) from error


def file_content(network: Any, images: Any, card: Mapping[str, Any]) -> bytes:
    """Return what the file of a model holds; the costly part of writing it."""
    graph = _graph(network, images)
    _forget_places(graph)
    for name, value in card.items():
        graph.metadata_props.add(key=name, value=json.dumps(value))
    return bytes(graph.SerializeToString())


def _graph(network: Any, images: Any) -> Any:
    """Return the computation as an ONNX model, for any number of images of any one size."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter, about its own parts
        program = torch.onnx.export(
            network,
            (images,),
            input_names=["image"],
            output_names=["probabilities"],
            dynamic_shapes=({n: torch.export.Dim(name, min=1) for n, name in enumerate(SIZES)},),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    if program is None:
        raise CheckpointError(tr(NOT_WRITTEN))
    return program.model_proto


def _forget_places(model: Any) -> None:
    """Remove where each step came from: that names folders of this computer."""
    graphs = (model.graph, *model.functions)
    steps = [step for graph in graphs for step in graph.node]
    values = [*model.graph.input, *model.graph.output, *model.graph.value_info]
    for part in (model, *graphs, *steps, *values, *model.graph.initializer):
        part.doc_string = ""
        del part.metadata_props[:]


def _compare(written: Any, network: Any, images: Any) -> None:
    """Run the file by ONNX's own reference and compare.

    Raises:
        CheckpointError: they differ.
    """
    import torch
    from onnx.reference import ReferenceEvaluator

    with torch.no_grad():
        expected = network(images[:1]).numpy()
    found = ReferenceEvaluator(written).run(None, {"image": images[:1].numpy()})
    if not np.allclose(next(iter(found)), expected, atol=CLOSE):
        raise CheckpointError(tr(DIFFERS))
