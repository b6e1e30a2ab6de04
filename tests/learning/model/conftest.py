"""A model, and the files that hold it."""

import pytest

from autoal_gui.learning.inference.export import export_model
from autoal_gui.learning.model.checkpoint import (
    save_checkpoint,
)
from tests.support.learning import CARD, classifier


@pytest.fixture(scope="module")
def model():
    return classifier().eval()


@pytest.fixture(scope="module")
def saved(tmp_path_factory, model):
    file = tmp_path_factory.mktemp("saved") / "model.pt"
    save_checkpoint(file, model, CARD)
    return file


@pytest.fixture(scope="module")
def safe(tmp_path_factory, saved):
    file = tmp_path_factory.mktemp("safe") / "model.safetensors"
    export_model("safetensors", saved, file)
    return file
