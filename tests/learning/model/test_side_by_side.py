"""ResNet-18 with a network with weights beside it: what is measured is what leaves."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from autoal_gui.backbones import efficientnet_lite0 as lite
from autoal_gui.core.errors import SettingsError
from autoal_gui.core.messages import Explain, Predict, Progress
from autoal_gui.core.registry import discover
from autoal_gui.core.sentences import said
from autoal_gui.core.settings import OWN_NETWORK, PRESETS, fitted_to
from autoal_gui.learning.inference.explain import explain
from autoal_gui.learning.inference.export import export_model, whole_network
from autoal_gui.learning.inference.predict import Predictions, predict
from autoal_gui.learning.model.checkpoint import load_model, save_checkpoint
from autoal_gui.learning.model.networks import Backbone, Classifier, SideBySide, shrunk
from autoal_gui.learning.model.normalisation import Normalisation
from autoal_gui.learning.model.pretrained import load_pretrained, own_scale
from tests.support.learning import (
    CARD,
    TINY,
    command_of,
    events_of,
    never,
    result_of,
    same_state,
    state_of,
)
from tests.support.long_form import first_of

SIDES = {"input_size": 24, "own_side": 16}
SETTINGS = TINY.but(mode="margin", warm_start=True, beside=lite.NAME, **SIDES)


@pytest.fixture(scope="module")
def command(tmp_path_factory):
    """A round on a warm start and Lite0 that has been carried out."""
    folder = tmp_path_factory.mktemp("round")
    torch.manual_seed(0)
    model = Classifier(1, 2, SETTINGS.stem, 0.5, own_side=16)
    save_checkpoint(folder / "warm.pt", model, replace(CARD, own_side=16))
    command = replace(command_of(folder, SETTINGS), warm_start=str(folder / "warm.pt"))
    assert result_of(command).metrics is not None
    return command


def test_images_are_made_smaller_as_pillow_makes_them():
    images = torch.rand(2, 3, 40, 40)
    usual = functional.interpolate(images, (16, 16), mode="bilinear", antialias=True)
    assert torch.allclose(shrunk(images, 16), usual, atol=1e-6)


def test_each_network_gives_side_by_side_what_it_gives_alone():
    both = SideBySide(3, "7x7", lite.NAME, own_side=16)
    load_pretrained(both.other, lite.NAME)
    pixels, pools = torch.rand(2, 3, 40, 40), Normalisation((0.4,) * 3, (0.2, 0.3, 0.4))
    both.scale_other(pools, own_scale(lite.NAME, 3))
    own, other = Backbone(3, "7x7"), Backbone(3, "7x7", lite.NAME)
    own.load_state_dict(both.parts()[0].state)
    load_pretrained(other, lite.NAME)
    with torch.no_grad():
        found = both.eval()(pools.scale(pixels))
        apart = torch.cat([part.features(pools.scale(pixels)) for part in both.parts()], 1)
        first = own.eval()(shrunk(pools.scale(pixels), 16))
        second = other.eval()(own_scale(lite.NAME, 3).scale(pixels))
    assert torch.equal(found, apart)
    assert torch.allclose(found, torch.cat((first, second), 1), atol=1e-4)
    assert both.widths == [512, 232, 1280]


def test_the_strengths_are_the_lengths_of_the_views():
    model = Classifier(1, 2, "7x7", 0.0, unit=True, beside=lite.NAME)
    model.get_buffer("strengths").copy_(torch.tensor([1.0, 0.0, 0.5]))
    found = model.of_pooled(torch.randn(4, model.backbone.width) * 50)
    lengths = [view.norm(dim=1).mean() for view in found.split(model.backbone.widths, 1)]
    assert torch.allclose(torch.stack(lengths) * 1.25**0.5, torch.tensor([1.0, 0.0, 0.5]))


def test_the_checkpoint_holds_both_networks_and_predicts_what_was_measured(command, tmp_path):
    model, card = load_model(Path(command.checkpoint))
    assert (card.architecture, card.beside, card.own_side) == (OWN_NETWORK, lite.NAME, 16)
    assert "Apache-2.0" in card.weights
    warm, _ = load_model(Path(command.warm_start))
    assert same_state(model.backbone.parts()[0].state, state_of(warm.backbone))
    ids = tuple(sorted(i for i, _ in command.evaluation))
    *_, found = predict(
        Predict(0, command.pool, ids, command.checkpoint, str(tmp_path), "cpu"), never
    )
    assert isinstance(found, Predictions)
    measured = result_of(command)
    assert "EfficientNet-Lite0" in said(measured.reason)
    # The round keeps features in half precision.
    assert np.allclose(found.probabilities, measured.measured.probabilities, atol=2e-3)


def test_features_are_kept_apart_for_each_network(command):
    kept = sorted(p.name for p in Path(command.workspace).glob("features-*-images-24-1-*.npy"))
    widths = {np.load(Path(command.workspace) / n).shape[1] for n in kept if "states" not in n}
    assert widths == {512, 1512}
    again = events_of(replace(command, round_number=2))
    assert not any(isinstance(event, Progress) and event.step == "features" for event in again)


def test_both_describe_the_images_as_one_step_whose_end_is_known(command, tmp_path):
    anew = replace(command, workspace=str(tmp_path), checkpoint=str(tmp_path / "model.pt"))
    told = [e for e in events_of(anew) if isinstance(e, Progress) and e.step == "features"]
    done = [event.done for event in told]
    assert done == sorted(set(done))
    assert {event.total for event in told} == {done[-1]}
    assert all(event.seconds_left is None or event.seconds_left > 0 for event in told)


@pytest.mark.parametrize("exporter", first_of("safetensors", then=("pt2", "onnx")))
def test_it_goes_out_in_every_format(exporter, command, tmp_path):
    """Each compares what it has written with what the program says."""
    module = discover("autoal_gui.exporters")[exporter]
    if module.missing():
        pytest.skip(module.missing())
    export_model(exporter, Path(command.checkpoint), tmp_path / f"model{module.SUFFIX}")
    assert (tmp_path / f"model{module.SUFFIX}").stat().st_size > 40_000_000  # both networks


def test_it_goes_out_whole(command, tmp_path):
    export_model("pt", Path(command.checkpoint), tmp_path / "model.pt")
    with torch.no_grad():
        found = whole_network(tmp_path / "model.pt")(torch.zeros(1, 40, 30, 3).byte())
    assert found.shape == (1, 2)


def test_where_both_looked_is_one_map(command):
    found = explain(Explain(1, command.pool, command.unlabelled[0], command.checkpoint))
    assert found.heat.shape == (8, 8)
    assert 0 <= found.heat.min() <= found.heat.max() <= 1


def test_a_project_can_start_from_it_with_and_without_a_network_beside(command, tmp_path):
    kept = tmp_path / "kept.pt"
    kept.write_bytes(Path(command.checkpoint).read_bytes())
    for beside in (lite.NAME, ""):
        again = replace(
            command,
            start_from=str(kept),
            checkpoint=str(tmp_path / "again.pt"),
            settings=SETTINGS.but(beside=beside),
        )
        result_of(again)
        model, card = load_model(Path(again.checkpoint))
        old, _ = load_model(kept)
        assert card.beside == beside
        assert same_state(model.backbone.parts()[0].state, old.backbone.parts()[0].state)


def test_without_its_weights_a_round_goes_on_with_the_warm_start_alone(
    command, tmp_path, monkeypatch
):
    monkeypatch.setattr("autoal_gui.learning.model.pretrained.is_usable", lambda _: False)
    alone = replace(command, checkpoint=str(tmp_path / "alone.pt"))
    result = result_of(alone)
    assert load_model(Path(alone.checkpoint))[1].beside == ""
    assert "EfficientNet-Lite0 are not on this computer" in said(result.reason)


def test_only_a_network_with_weights_stands_beside_another(command):
    for beside, words in ((OWN_NETWORK, "comes with weights"), ("other", "no backbone named")):
        with pytest.raises(SettingsError, match=words):
            result_of(replace(command, settings=SETTINGS.but(beside=beside)))


def test_large_images_are_kept_for_the_network_beside_and_small_ones_as_they_are():
    settings = PRESETS["cpu"].but(beside=lite.NAME)
    large, small = fitted_to(settings, 300), fitted_to(settings, 28)
    assert (large.input_size, large.seen_side, large.stem) == (160, 64, "7x7")
    assert (small.input_size, small.seen_side, small.own_side) == (28, 28, 0)
    alone = fitted_to(large.but(beside=""), 300)
    assert (alone.input_size, alone.own_side) == (64, 0)
    paper = fitted_to(large.in_mode("paper"), 300)
    assert (paper.beside, paper.own_side) == ("", 0)
