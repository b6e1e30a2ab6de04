"""Models in formats that hold the computation give the numbers that the program gives."""

import csv
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from autoal_gui.cli import run
from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.registry import discover
from autoal_gui.exporters.companions.files import CARD as CARD_NAME
from autoal_gui.exporters.companions.files import PREPARATION, SCRIPT
from autoal_gui.learning.data.image_cache import square
from autoal_gui.learning.inference.export import export_model, whole_network
from autoal_gui.learning.inference.prepared_image import PreparedImage
from autoal_gui.learning.model.checkpoint import load_checkpoint, load_model
from tests.support.learning import CARD
from tests.support.paths import ROOT

pytestmark = pytest.mark.small_network

SIDE = CARD.input_size


def images(count, height=2 * SIDE, width=SIDE + 3):
    """Draw images of noise (count, height, width, 3) that are not square."""
    generator = torch.Generator().manual_seed(7)
    return torch.randint(0, 256, (count, height, width, 3), generator=generator, dtype=torch.uint8)


def own_probabilities(checkpoint, pictures):
    """Return what the program makes of images, by its own preparation."""
    model, card = load_model(checkpoint)
    squares = np.stack([square(p.numpy(), card.channels, card.input_size) for p in pictures])
    with torch.no_grad():
        return model(card.normalisation(torch.from_numpy(squares))).softmax(1)


def test_the_network_that_leaves_prepares_and_predicts_as_the_program_does(checkpoint):
    with torch.no_grad():
        found = whole_network(checkpoint)(images(4))
    own = own_probabilities(checkpoint, images(4))
    assert torch.equal(found, own)
    assert own.std(0).max() > 1e-4  # images are told apart, or nothing was compared


@pytest.mark.parametrize("channels", [1, 3])
@given(
    height=st.integers(1, 90),
    width=st.integers(1, 90),
    coarse=st.sampled_from([1, 2, 85]),
    seed=st.integers(0, 99),
)
def test_tensors_prepare_every_image_as_pillow_does_to_the_last_bit(
    channels, height, width, coarse, seed
):
    """Few grey values make halves, which must be rounded alike."""
    drawn = np.random.default_rng(seed).integers(0, 256, (height, width, 3))
    image = (drawn // coarse * coarse).astype(np.uint8)
    found = PreparedImage(channels, SIDE)(torch.from_numpy(image)[None])[0]
    np.testing.assert_array_equal(found.numpy(), square(image, channels, SIDE))


@pytest.mark.parametrize("count", [1, 5])
def test_a_torch_program_takes_any_number_of_images_of_any_size(checkpoint, exported, count):
    extra = {"card.json": ""}
    program = torch.export.load(exported("pt2"), extra_files=extra)
    pictures = images(count, 10 * count, 61)
    with torch.no_grad():
        found = program.module()(pictures)
    assert torch.allclose(found, own_probabilities(checkpoint, pictures), atol=1e-5)
    assert json.loads(extra["card.json"])["classes"] == list(CARD.classes)


def test_onnx_gives_the_same_probabilities(checkpoint, exported):
    onnx = pytest.importorskip("onnx", reason="onnx is an extra")
    from onnx.reference import ReferenceEvaluator

    target = exported("onnx")
    beside = {f"{target.name}.{name}" for name in (CARD_NAME, PREPARATION, SCRIPT)}
    assert {p.name for p in target.parent.iterdir()} == {target.name, *beside}
    graph = onnx.load(target)
    found = ReferenceEvaluator(graph).run(None, {"image": images(2).numpy()})[0]
    np.testing.assert_allclose(found, own_probabilities(checkpoint, images(2)), atol=1e-5)


@pytest.mark.parametrize("name", ["onnx", "pt2"])
def test_nothing_in_a_file_that_prepares_images_invites_to_do_it_twice(exported, name):
    if name == "onnx":
        onnx = pytest.importorskip("onnx", reason="onnx is an extra")
        graph = onnx.load(exported(name))
        card = {entry.key: json.loads(entry.value) for entry in graph.metadata_props}
    else:
        extra = {"card.json": ""}
        torch.export.load(exported(name), extra_files=extra)
        card = json.loads(extra["card.json"])
    assert card["classes"] == list(CARD.classes)
    assert card["input"]["type"] == "uint8"
    assert not {"mean", "deviation", "input_size", "channels"} & card.keys()


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
    for beside in exported(name).parent.iterdir():
        for place in ("canary", *map(str, places)):
            assert place.encode() not in written_bytes(beside), (beside, place)


@pytest.mark.parametrize("kind", ["pt", "safetensors"])
def test_a_threshold_leaves_with_the_model_and_decides_what_predict_says(
    kind, any_checkpoint, tmp_path, capsys
):
    pictures = tmp_path / "images"
    pictures.mkdir()
    for number, values in enumerate(images(6).numpy()):
        Image.fromarray(values).save(pictures / f"{number}.png")
    shares = np.sort(own_probabilities(any_checkpoint, images(6))[:, 1].numpy())
    value = float(shares[1:3].mean())  # four of six reach it
    file = tmp_path / f"model.{kind}"
    export_model(kind, any_checkpoint, file, threshold=Threshold(1, value))
    assert load_checkpoint(file)[0].decision == Threshold(1, value)
    name = load_checkpoint(file)[0].classes[1]
    card = file.with_name(f"{file.name}.{CARD_NAME}").read_text(encoding="utf-8")
    assert "This file carries the threshold" in card
    steps = json.loads(file.with_name(f"{file.name}.{PREPARATION}").read_bytes())
    assert steps["after_the_model"][-1]["from_probability"] == value
    given = {}
    for words in ((), ("--likeliest",)):
        out = tmp_path / "out.csv"
        told = ["predict", "--model", str(file), "--device", "cpu", "--out", str(out), *words]
        assert run([*told, str(pictures)]) == 0
        with out.open(encoding="utf-8-sig", newline="") as rows:
            given[words] = [row["predicted"] for row in csv.DictReader(rows)]
        assert ("is given from a probability of" in capsys.readouterr().err) is not bool(words)
    assert given[()].count(name) == 4
    assert given[("--likeliest",)].count(name) == int((shares >= 0.5).sum())


@pytest.mark.parametrize("checkpoint", [True], indirect=True, ids=["last layer"])
@pytest.mark.parametrize("kind", ["onnx", "pt2"])
def test_a_copy_that_computes_something_else_is_refused(
    kind, checkpoint, exported, tmp_path, monkeypatch
):
    content = exported(kind).read_bytes()  # tracing it once more would take seconds
    exporter = discover("autoal_gui.exporters")[kind]
    monkeypatch.setattr(exporter, "file_content", lambda *given: content)
    monkeypatch.setattr(np, "allclose", lambda *_, **__: False)
    monkeypatch.setattr(torch, "allclose", lambda *_, **__: False)
    target = tmp_path / "model"
    target.write_bytes(b"older")
    with pytest.raises(CheckpointError, match="differs"):
        export_model(kind, checkpoint, target)
    assert target.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [target]  # and no card of it
