"""Models in formats that hold the computation give the numbers that the program gives."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from autoal_gui.core.errors import CheckpointError
from autoal_gui.learning.inference.export import export_model, whole_network
from autoal_gui.learning.model.checkpoint import save_checkpoint
from autoal_gui.learning.model.networks import Classifier
from tests.support.learning import CARD
from tests.support.paths import ROOT

SIDE = CARD.input_size


@pytest.fixture(scope="module", params=[False, True], ids=["every layer", "last layer"])
def checkpoint(request, tmp_path_factory):
    """A model of each of the two ways of training; its place names a patient."""
    return saved_model(tmp_path_factory.mktemp("canary-of-a-patient"), request.param)


@pytest.fixture(scope="module")
def any_checkpoint(tmp_path_factory):
    """A model of one of the two ways, where the other makes no difference."""
    return saved_model(tmp_path_factory.mktemp("any"), unit=True)


@pytest.fixture(scope="module")
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
        model.get_buffer("centre").copy_(torch.randn(512) / 10)
        model.head.weight.data *= 50
    file = folder / "model.pt"
    save_checkpoint(file, model.eval(), _card(unit))
    return file.rename(folder / "canary-model.pt")  # torch writes a file's name into it


def _card(unit):
    from dataclasses import replace

    return replace(CARD, unit=unit)


def pixels(count):
    return torch.rand(count, CARD.channels, SIDE, SIDE, generator=torch.Generator().manual_seed(7))


def test_the_network_that_leaves_scales_and_predicts_as_the_program_does(checkpoint):
    from autoal_gui.learning.model.checkpoint import load_model

    model, card = load_model(checkpoint)
    images = pixels(4)
    with torch.no_grad():
        own = model(card.normalisation.scale(images)).softmax(1)
        assert torch.equal(whole_network(checkpoint)(images), own)
    assert own.std(0).max() > 1e-4  # images are told apart, or nothing was compared


@pytest.mark.parametrize("count", [1, 5])
def test_a_torch_program_takes_any_number_of_images(checkpoint, exported, count):
    extra = {"card.json": ""}
    program = torch.export.load(exported("pt2"), extra_files=extra)
    with torch.no_grad():
        found, expected = program.module()(pixels(count)), whole_network(checkpoint)(pixels(count))
    assert torch.allclose(found, expected, atol=1e-5)
    assert json.loads(extra["card.json"])["classes"] == list(CARD.classes)


def test_onnx_gives_the_same_probabilities(checkpoint, exported):
    onnx = pytest.importorskip("onnx", reason="onnx is an extra")
    from onnx.reference import ReferenceEvaluator

    target = exported("onnx")
    assert [p.name for p in target.parent.iterdir()] == [target.name]  # one file
    graph = onnx.load(target)
    found = ReferenceEvaluator(graph).run(None, {"pixels": pixels(2).numpy()})[0]
    with torch.no_grad():
        expected = whole_network(checkpoint)(pixels(2)).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-5)
    card = {entry.key: json.loads(entry.value) for entry in graph.metadata_props}
    assert card["classes"] == list(CARD.classes)
    assert card["input_size"] == SIDE


@pytest.mark.parametrize("name", ["onnx", "pt2"])
def test_a_target_that_cannot_be_written_is_one_sentence(any_checkpoint, tmp_path, name):
    with pytest.raises(CheckpointError, match="could not be written"):
        export_model(name, any_checkpoint, tmp_path / "no" / "such" / "folder")


def test_a_missing_package_is_named(any_checkpoint, tmp_path, monkeypatch):
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CheckpointError, match="pip install onnx onnxscript"):
        export_model("onnx", any_checkpoint, tmp_path / "model.onnx")


def written_bytes(file):
    """Return a file's bytes, and those of its members where it is a zip."""
    if not zipfile.is_zipfile(file):
        return file.read_bytes()
    with zipfile.ZipFile(file) as members:
        return file.read_bytes() + b"".join(members.read(name) for name in members.namelist())


@pytest.mark.parametrize("name", ["pt", "safetensors", "pt2", "onnx"])
def test_no_place_of_this_computer_is_in_an_exported_model(checkpoint, exported, name):
    content = written_bytes(exported(name))
    places = (ROOT, Path(torch.__file__).parent, Path.home(), checkpoint.parents[1])
    for place in ("canary", ".py", *map(str, places)):
        assert place.encode() not in content, place


@pytest.mark.parametrize("kind", ["onnx", "pt2"])
def test_a_copy_that_computes_something_else_is_refused(
    kind, any_checkpoint, tmp_path, monkeypatch
):
    monkeypatch.setattr(np, "allclose", lambda *_, **__: False)
    monkeypatch.setattr(torch, "allclose", lambda *_, **__: False)
    target = tmp_path / "model"
    target.write_bytes(b"older")
    with pytest.raises(CheckpointError, match="differs"):
        export_model(kind, any_checkpoint, target)
    assert target.read_bytes() == b"older"
