"""Backbones with weights of their own: what they compute, and what becomes of a bad file."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision

from autoal_gui.backbones import efficientnet_lite0 as lite
from autoal_gui.core.errors import CheckpointError, SettingsError
from autoal_gui.core.messages import Explain, Predict
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import OWN_NETWORK
from autoal_gui.core.system.foreign_files import sha256_of
from autoal_gui.learning.inference.explain import explain
from autoal_gui.learning.inference.export import export_model, whole_network
from autoal_gui.learning.inference.predict import Predictions, predict
from autoal_gui.learning.model.checkpoint import load_checkpoint, load_model
from autoal_gui.learning.model.networks import Backbone, Classifier
from autoal_gui.learning.model.pretrained import load_pretrained, named, own_scale
from autoal_gui.learning.model.start_weights import start_model
from tests.support.learning import TINY, command_of, never, result_of, same_state, state_of
from tests.support.long_form import long_case

SETTINGS = TINY.but(mode="margin", backbone=lite.NAME)


@pytest.fixture(scope="module")
def photographs():
    """Lite0 for colour images, with its weights."""
    backbone = Backbone(3, "7x7", lite.NAME)
    load_pretrained(backbone, lite.NAME)
    return backbone.eval()


@pytest.fixture(scope="module")
def command(tmp_path_factory):
    """A round on Lite0 that has been carried out."""
    command = command_of(tmp_path_factory.mktemp("round"), SETTINGS)
    assert result_of(command).metrics is not None
    return command


def ramps():
    rows = torch.linspace(0, 1, 128)
    colours = (rows[:, None].expand(128, 128), rows[None].expand(128, 128), rows[:, None] * rows)
    return torch.stack(colours)[None]


def means(backbone, pixels):
    with torch.no_grad():
        return backbone.stage_means(own_scale(lite.NAME, pixels.shape[1]).scale(pixels))


def test_lite0_gives_what_another_program_gives(photographs):
    """The numbers are those of the package efficientnet-lite-pytorch 0.1.0 with these weights."""
    found = means(photographs, ramps())
    known = {
        2: [-8.8246, -0.8502, -1.4141, -9.6625],
        3: [-4.836, -3.9597, -4.8324, -14.1697],
        4: [2.6125, 4.8624, 0.5461, 2.8742],
        7: [0.0, 0.0, 2.4537, 0.0557, 0.0, 0.0, 0.0, 0.1164],
    }
    for stage, numbers in known.items():
        assert found[stage][0, : len(numbers)].tolist() == pytest.approx(numbers, abs=1e-3)
    assert float(found[7].sum()) == pytest.approx(161.782, abs=1e-2)


def test_grey_images_give_what_their_grey_in_all_colours_gives(photographs):
    grey = Backbone(1, "7x7", lite.NAME)
    load_pretrained(grey, lite.NAME)
    pixels = ramps()[:, :1]
    ours, theirs = means(grey.eval(), pixels), means(photographs, pixels.repeat(1, 3, 1, 1))
    for one, other in zip(ours, theirs, strict=True):
        assert torch.allclose(one, other, atol=1e-3)


def test_small_images_are_enlarged_and_large_ones_are_not(photographs):
    for side, first in ((28, 64), (128, 64), (160, 80)):
        maps = list(photographs.maps(torch.zeros(1, 3, side, side)))
        assert maps[0].shape[2] == first
        assert [one.shape[1] for one in maps] == list(lite.WIDTHS)


@pytest.mark.parametrize("name", discover("autoal_gui.backbones"))
def test_the_widths_of_the_stages_are_as_told(name):
    backbone = Backbone(1, "3x3", name).eval()
    with torch.no_grad():
        found = backbone.stage_means(torch.zeros(1, 1, 32, 32))
        features = backbone(torch.zeros(1, 1, 32, 32))
    assert tuple(one.shape[1] for one in found) == discover("autoal_gui.backbones")[name].WIDTHS
    assert features.shape == (1, backbone.width)


def test_views_are_of_equal_length_and_together_of_unit_length():
    model = Classifier(1, 2, "7x7", 0.0, unit=True, backbone=lite.NAME)
    pooled = torch.randn(5, model.backbone.width) * 100
    first, second = model.of_pooled(pooled).split(model.backbone.widths, 1)
    assert torch.allclose(first.norm(dim=1), second.norm(dim=1))
    assert torch.allclose(model.of_pooled(pooled).norm(dim=1), torch.ones(5))


@pytest.mark.parametrize("name", ["resnet18_imagenet", "resnet50_imagenet"])
def test_a_resnet_gives_torchvisions_features(name, tmp_path, monkeypatch):
    plug_in = discover("autoal_gui.backbones")[name]
    theirs = getattr(torchvision.models, name.removesuffix("_imagenet"))(weights=None).eval()
    file = tmp_path / "weights.pth"
    torch.save(theirs.state_dict(), file)
    monkeypatch.setattr("autoal_gui.learning.model.pretrained.weights_file", lambda _: file)
    monkeypatch.setattr(plug_in, "WEIGHTS", replace(plug_in.WEIGHTS, sha256=sha256_of(file)))
    ours = Backbone(3, "7x7", name)
    load_pretrained(ours, name)
    theirs.fc = torch.nn.Identity()
    images = torch.randn(2, 3, 128, 128)
    with torch.no_grad():
        last = ours.eval()(images).split(ours.widths, 1)[-1]
        assert torch.allclose(last, theirs(images), atol=1e-4)


# -- files ---------------------------------------------------------------------------------------


def test_a_file_of_another_network_is_none(photographs):
    content = {f"{layer}.weight": torch.zeros(1) for layer in lite.layers()}
    with pytest.raises((KeyError, ValueError, RuntimeError)):
        named(photographs, content, lite.layers())
    with pytest.raises(ValueError, match="layers"):
        named(photographs, {}, [])


@pytest.mark.parametrize("content", [None, b"", b"no weights at all"])
def test_missing_and_damaged_weights_are_told_in_one_sentence(content, tmp_path, monkeypatch):
    file = tmp_path / "weights.pth"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setattr("autoal_gui.learning.model.pretrained.weights_file", lambda _: file)
    words = "not on this computer" if content is None else "damaged or is another"
    with pytest.raises(CheckpointError, match=words):
        load_pretrained(Backbone(3, "7x7", lite.NAME), lite.NAME)


# -- rounds --------------------------------------------------------------------------------------


def test_a_round_keeps_the_backbone_as_it_came_and_says_whose_it_is(command):
    model, card = load_model(Path(command.checkpoint))
    fresh = Backbone(1, "7x7", lite.NAME)
    load_pretrained(fresh, lite.NAME)
    assert same_state(state_of(model.backbone), state_of(fresh))
    assert (card.architecture, card.unit) == (lite.NAME, True)
    assert "Apache-2.0" in card.weights
    assert card.mean == (0.5,)  # what the weights have seen, and not the pool's own


def test_a_second_round_computes_no_features_again(command):
    again = dict(result_of(replace(command, round_number=2)).seconds)
    assert again["features"] < 0.05


def test_the_first_batch_is_chosen_without_a_label_and_without_learning_first(tmp_path):
    first = result_of(replace(command_of(tmp_path, SETTINGS.but(mode="auto")), labelled=()))
    assert len(first.queries) == SETTINGS.batch_size
    assert first.checkpoint == ""
    assert "features" in dict(first.seconds)


def test_predictions_of_the_checkpoint_are_those_of_the_round(command, tmp_path):
    ids = tuple(sorted(i for i, _ in command.evaluation))
    *_, found = predict(
        Predict(0, command.pool, ids, command.checkpoint, str(tmp_path), "cpu"), never
    )
    assert isinstance(found, Predictions)
    measured = result_of(command).measured
    assert found.image_ids == tuple(measured.image_ids)
    # The round keeps features in half precision.
    assert np.allclose(found.probabilities, measured.probabilities, atol=2e-3)


@pytest.mark.parametrize(
    "exporter", ["pt", "safetensors", *(long_case(name) for name in ("pt2", "onnx"))]
)
def test_the_model_goes_out_in_every_format(exporter, command, tmp_path):
    module = discover("autoal_gui.exporters")[exporter]
    if module.missing():
        pytest.skip(module.missing())
    target = tmp_path / f"model{module.SUFFIX}"
    export_model(exporter, Path(command.checkpoint), target)  # it compares what it has written
    if exporter in ("pt", "safetensors"):
        assert same_state(load_checkpoint(target)[1], load_checkpoint(Path(command.checkpoint))[1])


def test_the_whole_network_takes_pixels_as_they_are(command):
    network = whole_network(Path(command.checkpoint))
    with torch.no_grad():
        found = network(torch.randint(0, 256, (2, 40, 30, 3), dtype=torch.uint8))
    assert torch.allclose(found.sum(1), torch.ones(2))


def test_where_the_model_looked_is_shown(command):
    image = command.unlabelled[0]
    found = explain(Explain(1, command.pool, image, command.checkpoint))
    assert found.heat.shape == (8, 8)
    assert found.heat.max() <= 1


def test_a_project_can_start_from_such_a_checkpoint(command, tmp_path):
    kept = tmp_path / "kept.pt"
    kept.write_bytes(Path(command.checkpoint).read_bytes())
    assert start_model(kept).backbone == lite.NAME
    again = replace(command, start_from=str(kept), checkpoint=str(tmp_path / "again.pt"))
    assert result_of(again).metrics is not None
    other = replace(again, settings=again.settings.but(backbone=OWN_NETWORK))
    with pytest.raises(CheckpointError, match="another network"):
        result_of(other)


def test_every_layer_is_trained_where_the_settings_say_so(command, tmp_path):
    settings = SETTINGS.but(all_layers="always", task_steps=1, train_batch=2)
    trained = replace(command, settings=settings, checkpoint=str(tmp_path / "trained.pt"))
    result_of(trained)
    model, card = load_model(Path(trained.checkpoint))
    frozen, _ = load_model(Path(command.checkpoint))
    assert not card.unit
    assert not same_state(state_of(model.backbone), state_of(frozen.backbone))


def test_the_published_method_and_an_unknown_backbone_are_refused(command):
    with pytest.raises(SettingsError, match="network of its own"):
        result_of(replace(command, settings=SETTINGS.but(mode="paper")))
    with pytest.raises(SettingsError, match="no backbone named other"):
        result_of(replace(command, settings=SETTINGS.but(backbone="other")))
