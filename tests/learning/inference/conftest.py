"""Models saved once, and exported once in each format that is asked for."""

from dataclasses import replace

import pytest
import torch

from autoal_gui.learning.inference.export import export_model
from autoal_gui.learning.model.checkpoint import save_checkpoint
from autoal_gui.learning.model.networks import Classifier
from tests.support.learning import CARD

LAST_LAYER = [pytest.param(True, id="last layer")]
EVERY_LAYER = [pytest.param(False, id="every layer", marks=pytest.mark.long)]


@pytest.fixture(scope="session", params=LAST_LAYER + EVERY_LAYER)
def checkpoint(request, tmp_path_factory):
    """A model of each of the two ways of training; its place names a patient."""
    return saved_model(tmp_path_factory.mktemp("canary-of-a-patient"), request.param)


@pytest.fixture(scope="session")
def any_checkpoint(tmp_path_factory):
    """A model of one of the two ways, where the other makes no difference."""
    return saved_model(tmp_path_factory.mktemp("any"), unit=True)


@pytest.fixture(scope="session")
def exported(checkpoint):
    """Export the model once in each format that is asked for, each into a folder of its own."""
    files = {}

    def export(name):
        if name == "onnx":
            pytest.importorskip("onnx", reason="onnx is an extra")
        if name not in files:
            folder = checkpoint.parent / f"as-{name}"
            folder.mkdir()
            export_model(name, checkpoint, folder / f"out.{name}")
            files[name] = folder / f"out.{name}"
        return files[name]

    return export


def saved_model(folder, unit):
    """Save a model with weights that make it decided, and return its file."""
    torch.manual_seed(0)
    model = Classifier(CARD.channels, len(CARD.classes), CARD.stem, 0.5, unit)
    if unit:
        centre = model.get_buffer("centre")
        centre.copy_(torch.randn(len(centre)) / 10)
        model.head.weight.data *= 50
        with torch.no_grad():  # between the classes, where images differ most
            noise = torch.randn(8, CARD.channels, CARD.input_size, CARD.input_size)
            model.head.bias -= model.eval()(noise).mean(0)
    file = folder / "model.pt"
    save_checkpoint(file, model.eval(), replace(CARD, unit=unit))
    return file.rename(folder / "canary-model.pt")  # torch writes a file's name into it
