"""Backbones with weights of their own: what they compute, and what becomes of a bad file."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from safetensors.torch import save_file

from autoal_gui.backbones import dinov2_vits14 as dino
from autoal_gui.backbones import efficientnet_lite0 as lite
from autoal_gui.backbones import weight_files
from autoal_gui.backbones.weight_files import KeptWeights, keep_brought, look_at
from autoal_gui.core.errors import CheckpointError, SettingsError
from autoal_gui.core.messages import Explain, Predict, Progress
from autoal_gui.core.registry import discover
from autoal_gui.core.sentences import said
from autoal_gui.core.settings import OWN_NETWORK
from autoal_gui.learning.inference.explain import attention, explain
from autoal_gui.learning.inference.export import export_model, whole_network
from autoal_gui.learning.inference.predict import Predictions, predict
from autoal_gui.learning.model.checkpoint import load_checkpoint, load_model
from autoal_gui.learning.model.networks import Backbone, Classifier
from autoal_gui.learning.model.pretrained import (
    beside,
    load_pretrained,
    named,
    own_scale,
    told_missing,
    told_weights,
)
from autoal_gui.learning.model.start_weights import start_model
from tests.support.learning import (
    TINY,
    command_of,
    events_of,
    never,
    result_of,
    same_state,
    state_of,
)
from tests.support.long_form import long_case

SETTINGS = TINY.but(mode="margin", backbone=lite.NAME)
needs_timm = pytest.mark.skipif(not importlib.util.find_spec("timm"), reason="timm is not here")
BACKBONES = [
    pytest.param(name, marks=needs_timm if one.NEEDS else ())
    for name, one in discover("autoal_gui.backbones").items()
]


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


@pytest.mark.parametrize("name", BACKBONES)
def test_the_widths_of_the_stages_are_as_told(name):
    backbone = Backbone(1, "3x3", name).eval()
    with torch.no_grad():
        found = backbone.stage_means(torch.zeros(1, 1, 32, 32))
        features = backbone(torch.zeros(1, 1, 200, 200))
    assert tuple(one.shape[1] for one in found) == discover("autoal_gui.backbones")[name].WIDTHS
    assert features.shape == (1, backbone.width)


def test_views_are_of_equal_length_and_together_of_unit_length():
    model = Classifier(1, 2, "7x7", 0.0, unit=True, backbone=lite.NAME)
    pooled = torch.randn(5, model.backbone.width) * 100
    first, second = model.of_pooled(pooled).split(model.backbone.widths, 1)
    assert torch.allclose(first.norm(dim=1), second.norm(dim=1))
    assert torch.allclose(model.of_pooled(pooled).norm(dim=1), torch.ones(5))


# -- weights that the user brings ----------------------------------------------------------------


def quiet(done, total):
    """Take no notice."""


@pytest.fixture
def users_folder(tmp_path, monkeypatch):
    """A folder of the user's own for weights."""
    monkeypatch.setattr(weight_files, "users_folder", lambda: tmp_path / "weights")
    return tmp_path / "weights"


@pytest.fixture
def bring(users_folder, tmp_path):
    """Write a state dict to a file, and keep that for a backbone."""

    def bring(name, state, suffix=".pth"):
        file = tmp_path / f"named as one likes{suffix}"
        if suffix == ".safetensors":
            save_file({n: v.clone() for n, v in state.items()}, file)
        else:
            torch.save(state, file)
        brought = look_at([discover("autoal_gui.backbones")[name]], file, quiet)
        keep_brought(brought, quiet)
        return brought

    return bring


def torchvisions(name):
    net = getattr(torchvision.models, name.removesuffix("_imagenet"))(weights=None).eval()
    for part, value in net.named_parameters():
        if part.endswith("layer_scale"):  # they begin near 0, and would hide much
            torch.nn.init.uniform_(value)
    return net


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("name", ["resnet18_imagenet", "resnet50_imagenet", "convnext_tiny"])
def test_a_network_gives_torchvisions_features(name, suffix, bring):
    theirs = torchvisions(name)
    assert not bring(name, theirs.state_dict(), suffix).is_published
    ours = Backbone(3, "7x7", name)
    load_pretrained(ours, name)
    images = torch.randn(2, 3, 128, 128)
    if name == "convnext_tiny":
        theirs = torch.nn.Sequential(theirs.features, theirs.avgpool, torch.nn.Flatten())
    else:
        theirs.fc = torch.nn.Identity()
    with torch.no_grad():
        last = ours.eval()(images).split(ours.widths, 1)[-1]
        assert torch.allclose(last, theirs(images), atol=1e-4)


def trained_elsewhere(state):
    """The same weights as another program keeps them: within others, a word before each name."""
    return {"epoch": 7, "state_dict": {f"module.encoder.{n}": v for n, v in state.items()}}


def test_weights_within_another_dict_and_under_longer_names_are_recognised(bring):
    theirs = torchvisions("resnet18_imagenet")
    trained = theirs.state_dict() | {"projector.0.weight": torch.zeros(3)}
    bring("resnet18_imagenet", trained_elsewhere(trained))
    ours = Backbone(3, "7x7", "resnet18_imagenet")
    load_pretrained(ours, "resnet18_imagenet")
    assert torch.equal(ours.stem[0].weight, theirs.conv1.weight)
    assert torch.equal(ours.stages[3][1].bn2.running_var, theirs.layer4[1].bn2.running_var)


def test_weights_without_a_count_of_batches_and_without_a_last_layer_are_recognised(bring):
    theirs = torchvisions("resnet18_imagenet")
    left_out = ("num_batches_tracked", "fc.weight", "fc.bias")
    bring(
        "resnet18_imagenet",
        {n: v for n, v in theirs.state_dict().items() if not n.endswith(left_out)},
    )
    ours = Backbone(3, "7x7", "resnet18_imagenet")
    load_pretrained(ours, "resnet18_imagenet")
    assert torch.equal(ours.stages[0][0].conv1.weight, theirs.layer1[0].conv1.weight)


def test_a_card_says_that_the_licence_of_a_users_own_file_is_not_known(bring):
    brought = bring("resnet18_imagenet", torchvisions("resnet18_imagenet").state_dict())
    told = told_weights("resnet18_imagenet")
    assert brought.sha256 in told
    assert "licence not known" in told
    assert "BSD" not in told


@pytest.mark.parametrize("change", ["shape", "name", "missing"])
def test_a_file_that_does_not_fit_gets_one_sentence_without_its_names(change, bring):
    state = torchvisions("resnet18_imagenet").state_dict()
    if change == "shape":
        state["layer1.0.conv1.weight"] = torch.zeros(64, 64, 5, 5)
    else:
        value = state.pop("layer1.0.conv1.weight")
        state |= {"secret.weight": value} if change == "name" else {}
    with pytest.raises(CheckpointError) as told:
        bring("resnet18_imagenet", state)
    assert "Expected are the weights of ResNet-18 (ImageNet) (100 tensors)" in str(told.value)
    assert "secret" not in str(told.value)
    assert "named as one likes" not in str(told.value)


def test_weights_that_are_no_numbers_are_refused_when_they_are_used(bring):
    state = torchvisions("resnet18_imagenet").state_dict()
    state["conv1.weight"] = torch.full_like(state["conv1.weight"], float("nan"))
    bring("resnet18_imagenet", state)
    with pytest.raises(CheckpointError, match="damaged or is another"):
        load_pretrained(Backbone(3, "7x7", "resnet18_imagenet"), "resnet18_imagenet")


def test_a_file_of_the_users_own_that_was_changed_since_is_refused(bring, users_folder):
    bring("resnet18_imagenet", torchvisions("resnet18_imagenet").state_dict())
    (file,) = users_folder.iterdir()
    torch.save(torchvisions("resnet18_imagenet").state_dict(), file)
    with pytest.raises(CheckpointError, match="damaged or is another"):
        load_pretrained(Backbone(3, "7x7", "resnet18_imagenet"), "resnet18_imagenet")


# -- a transformer of timm -----------------------------------------------------------------------


@pytest.fixture
def timms():
    """DINOv2's network as timm makes it, for images of the size that its weights have seen."""
    timm = pytest.importorskip("timm")
    torch.manual_seed(0)
    net = timm.create_model(dino.ARCHITECTURE, pretrained=False, num_classes=0, img_size=518)
    for name, value in net.named_parameters():  # layer scales begin near 0, and would hide much
        torch.nn.init.trunc_normal_(value, std=0.1) if "norm" not in name else None
    return net.eval()


@needs_timm
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_dinov2_gives_timms_features(suffix, timms, bring):
    metas = {**timms.state_dict(), "mask_token": torch.zeros(1, 384)}  # as in Meta's file
    bring(dino.NAME, metas, suffix)
    ours = Backbone(3, "7x7", dino.NAME)
    load_pretrained(ours, dino.NAME)
    images = torch.randn(2, 3, dino.LARGEST_SIDE, dino.LARGEST_SIDE)
    timms.set_input_size((dino.LARGEST_SIDE, dino.LARGEST_SIDE))
    with torch.no_grad():
        middle, end = ours.eval()(images).split(ours.widths, 1)
        tokens, (half,) = timms.forward_intermediates(images, [5], output_fmt="NLC")
        assert torch.allclose(end, tokens[:, 0], atol=1e-4)
        assert torch.allclose(end, timms.forward_features(images)[:, 0], atol=1e-4)
        assert torch.allclose(middle, half.mean(1), atol=1e-4)


@needs_timm
def test_dinov2_sees_images_of_every_size_in_its_own():
    backbone = Backbone(3, "7x7", dino.NAME).eval()
    with torch.no_grad():
        for side in (28, 154, 160, 224):
            maps = list(backbone.maps(torch.zeros(1, 3, side, side)))
            assert [one.shape for one in maps] == [(1, 1 + 11 * 11, 384)] * 2


@needs_timm
def test_grey_images_are_to_dinov2_what_their_grey_in_all_colours_is(timms, bring):
    bring(dino.NAME, timms.state_dict())
    grey, colour = Backbone(1, "7x7", dino.NAME), Backbone(3, "7x7", dino.NAME)
    pixels = torch.rand(1, 1, 154, 154)
    with torch.no_grad():
        for backbone in (grey, colour):
            load_pretrained(backbone.eval(), dino.NAME)
        assert torch.allclose(grey(pixels), colour(pixels.expand(-1, 3, -1, -1)), atol=1e-4)


@pytest.fixture
def round_on_dino(timms, bring, tmp_path):
    """A round on DINOv2's network that has been carried out."""
    bring(dino.NAME, timms.state_dict())
    command = command_of(tmp_path, SETTINGS.but(backbone=dino.NAME))
    assert result_of(command).metrics is not None
    return command


@needs_timm
@pytest.mark.slow
def test_a_model_on_dinov2_predicts_is_explained_and_goes_out(round_on_dino, tmp_path):
    command = round_on_dino
    found = explain(Explain(1, command.pool, command.unlabelled[0], command.checkpoint))
    assert found.heat.shape == (11, 11)
    assert found.heat.max() == 1
    ids = tuple(sorted(i for i, _ in command.evaluation))
    *_, predicted = predict(
        Predict(0, command.pool, ids, command.checkpoint, str(tmp_path), "cpu"), never
    )
    measured = result_of(command).measured
    assert np.allclose(predicted.probabilities, measured.probabilities, atol=2e-3)
    for exporter in ("pt", "safetensors"):
        module = discover("autoal_gui.exporters")[exporter]
        export_model(exporter, Path(command.checkpoint), tmp_path / f"model{module.SUFFIX}")


@needs_timm
@pytest.mark.slow
@pytest.mark.parametrize("exporter", [long_case("pt2"), long_case("onnx")])
def test_the_computation_of_dinov2_goes_out(exporter, round_on_dino, tmp_path):
    module = discover("autoal_gui.exporters")[exporter]
    if module.missing():
        pytest.skip(module.missing())
    target = tmp_path / f"model{module.SUFFIX}"
    export_model(
        exporter, Path(round_on_dino.checkpoint), target
    )  # it compares what it has written
    assert target.stat().st_size > 80e6


@needs_timm
def test_dinov2_stands_beside_resnet18(timms, bring):
    bring(dino.NAME, timms.state_dict())
    model = Classifier(3, 2, "7x7", 0.0, unit=True, beside=dino.NAME, own_side=64).eval()
    heat, probabilities = attention(model, torch.randn(1, 3, 160, 160))
    assert heat.shape == (11, 11)
    assert probabilities.sum() == pytest.approx(1)
    assert beside(TINY.but(warm_start=True, beside=dino.NAME)) == dino.NAME


def test_without_its_package_a_network_says_which(monkeypatch):
    monkeypatch.setattr(weight_files, "find_spec", lambda name: None)
    with pytest.raises(CheckpointError, match="DINOv2 ViT-S/14 needs one more package"):
        Backbone(3, "7x7", dino.NAME)
    settings = TINY.but(warm_start=True, beside=dino.NAME)
    assert beside(settings) == ""
    assert "pip install timm" in said(told_missing(settings))


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
    there = KeptWeights(file, lite.WEIGHTS.sha256, is_own=False)
    monkeypatch.setattr("autoal_gui.learning.model.pretrained.kept", lambda _: there)
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
    events = events_of(replace(command, round_number=2))
    assert not [e for e in events if isinstance(e, Progress) and e.step == "features"]


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
