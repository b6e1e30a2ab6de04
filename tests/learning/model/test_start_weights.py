"""Training starts from a checkpoint of this program, or from torchvision's weights of any age."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torchvision.models import resnet18, resnet34

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.trained_model import StartModel
from autoal_gui.learning.model.checkpoint import (
    load_checkpoint,
    save_checkpoint,
)
from autoal_gui.learning.model.networks import Classifier
from autoal_gui.learning.model.start_weights import load_weights, start_model
from tests.support.learning import (
    CARD,
    TINY,
    classifier,
    command_of,
    result_of,
    same_state,
    state_of,
)

# -- starting from a checkpoint -----------------------------------------------------------------


def test_the_same_classes_take_over_everything(saved, model):
    fresh = classifier(seed=5)
    load_weights(fresh, saved, CARD.classes, "7x7")
    assert same_state(state_of(fresh), state_of(model))


@pytest.mark.parametrize("classes", [("a", "b"), ("a", "b", "c"), ("größer", "healthy")])
def test_other_classes_take_over_the_backbone_alone(classes, saved, model):
    fresh = classifier(len(classes), seed=5)
    head = state_of(fresh.head)
    load_weights(fresh, saved, classes, "7x7")
    assert same_state(state_of(fresh.head), head)
    assert same_state(state_of(fresh.backbone), state_of(model.backbone))


@pytest.mark.parametrize(("ours", "theirs"), [("3x3", "7x7"), ("3x3", "3x3/2"), ("3x3/2", "3x3")])
def test_another_stem_is_refused(ours, theirs, tmp_path):
    """Also where the weights would fit: a stride of its own makes other features of them."""
    file = tmp_path / "model.pt"
    save_checkpoint(file, classifier(stem=theirs), replace(CARD, stem=theirs))
    with pytest.raises(CheckpointError, match="preset"):
        load_weights(classifier(stem=ours), file, CARD.classes, ours)


def test_a_round_goes_on_from_a_checkpoint(tmp_path):
    command = command_of(tmp_path, TINY.but(mode="random", task_learning_rate=1e-7, dropout=0.0))
    first = result_of(command)
    kept = tmp_path / "first.pt"
    kept.write_bytes(Path(first.checkpoint).read_bytes())
    scratch = load_checkpoint(Path(first.checkpoint))[1]
    other_seed = replace(command, settings=command.settings.but(seed=3))
    names = ("backbone.stem.0.weight", "head.weight")

    def weights_after(command):
        state = load_checkpoint(Path(result_of(command).checkpoint))[1]
        return [float((state[name] - scratch[name]).abs().max()) for name in names]

    assert min(weights_after(other_seed)) > 1e-3
    assert max(weights_after(replace(other_seed, start_from=str(kept)))) < 1e-4
    renamed = replace(other_seed, start_from=str(kept), classes=("x", "y"))
    backbone, head = weights_after(renamed)
    assert backbone < 1e-4 < 1e-3 < head
    stem = replace(command, start_from=str(kept), settings=command.settings.but(stem="3x3"))
    with pytest.raises(CheckpointError, match="preset: its networks have a 7x7 stem"):
        result_of(stem)
    with pytest.raises(CheckpointError, match="no such"):
        result_of(replace(command, start_from=str(tmp_path / "none.pt")))


# -- starting from torchvision's weights -------------------------------------------------------


def foreign(network=resnet18, classes=1000):
    """A network of torchvision whose running statistics are not those of an untrained one."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        net = network(weights=None, num_classes=classes)
        net(torch.randn(8, 3, 32, 32))
    return net.eval()


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    file = tmp_path_factory.mktemp("foreign") / "resnet18.pth"
    torch.save(foreign().state_dict(), file)
    return file


def features_of(net, images):
    """The input of the last layer of a network of torchvision."""
    net.fc = torch.nn.Identity()
    with torch.no_grad():
        return net(images)


@pytest.mark.parametrize("channels", [1, 3])
def test_torchvisions_weights_give_torchvisions_features(channels, photographs):
    ours = Classifier(channels, 2, "7x7", 0.5, unit=True).eval()
    before = state_of(ours.head)
    load_weights(ours, photographs, CARD.classes, "7x7")
    images = torch.randn(3, channels, 64, 64)
    with torch.no_grad():
        features = ours.backbone(images)
    theirs = features_of(foreign(), images.expand(3, 3, 64, 64))
    torch.testing.assert_close(features, theirs, rtol=1e-4, atol=1e-5)
    assert features.std() > 0.1
    assert same_state(state_of(ours.head), before)


@pytest.mark.parametrize("change", ["no last layer", "no counts", "old file format"])
def test_torchvisions_weights_of_any_age_are_read(change, photographs, tmp_path):
    state = foreign().state_dict()
    if change == "no last layer":
        state = {name: value for name, value in state.items() if not name.startswith("fc.")}
    elif change == "no counts":
        state = {name: value for name, value in state.items() if "num_batches" not in name}
    file = tmp_path / "weights.pth"
    torch.save(state, file, _use_new_zipfile_serialization=change != "old file format")
    ours, same = Classifier(3, 2, "7x7", 0.5), Classifier(3, 2, "7x7", 0.5)
    load_weights(ours, file, CARD.classes, "7x7")
    load_weights(same, photographs, CARD.classes, "7x7")
    images = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(ours.eval().backbone(images), same.eval().backbone(images))


def test_what_a_file_asks_of_a_project_is_said(saved, photographs):
    assert start_model(saved) == StartModel(CARD.classes, "7x7", 16)
    assert start_model(photographs) == StartModel((), "7x7", 0)


def other_weights(change):
    if change == "resnet34":
        return foreign(resnet34).state_dict()
    state = foreign().state_dict()
    if change == "missing":
        del state["layer3.1.bn2.running_var"]
    elif change == "shape":
        state["conv1.weight"] = torch.zeros(64, 3, 3, 3)
    elif change == "channels":
        state["conv1.weight"] = torch.zeros(64, 4, 7, 7)
    elif change == "unknown":
        state["attention.weight"] = torch.zeros(3)
    elif change == "text":
        state["layer1.0.conv1.weight"] = "text"
    else:
        state["bn1.bias"] = torch.full((64,), float("nan"))
    return state


@pytest.mark.parametrize(
    "change", ["resnet34", "missing", "shape", "channels", "unknown", "text", "nan"]
)
def test_weights_of_other_networks_are_refused(change, tmp_path):
    file = tmp_path / "weights.pth"
    torch.save(other_weights(change), file)
    for read in (start_model, lambda one: load_weights(classifier(), one, CARD.classes, "7x7")):
        with pytest.raises(CheckpointError, match="nor the weights of torchvision's ResNet-18"):
            read(file)


def test_a_whole_pickled_network_is_refused_and_does_not_run(tmp_path):
    torch.save(foreign(), tmp_path / "network.pth")
    with pytest.raises(CheckpointError, match="neither"):
        start_model(tmp_path / "network.pth")


def test_torchvisions_weights_need_their_own_stem(photographs):
    with pytest.raises(CheckpointError, match="have a 7x7 stem, and these a 3x3 stem"):
        load_weights(classifier(stem="3x3"), photographs, CARD.classes, "3x3")


def test_weights_for_grey_images_do_not_fit_colour(tmp_path):
    state = foreign().state_dict()
    state["conv1.weight"] = state["conv1.weight"][:, :1]
    torch.save(state, tmp_path / "grey.pth")
    load_weights(classifier(), tmp_path / "grey.pth", CARD.classes, "7x7")
    with pytest.raises(CheckpointError, match="grey or colour"):
        load_weights(Classifier(3, 2, "7x7", 0.5), tmp_path / "grey.pth", CARD.classes, "7x7")


@pytest.mark.parametrize("frozen", [True, False])
def test_a_round_builds_on_torchvisions_weights(frozen, photographs, tmp_path):
    settings = TINY.but(mode="margin", warm_start=frozen)
    command = replace(command_of(tmp_path, settings), start_from=str(photographs))
    result = result_of(command)
    assert result.metrics is not None
    state = load_checkpoint(Path(result.checkpoint))[1]
    untouched = torch.equal(
        state["backbone.stages.3.1.conv2.weight"], foreign().state_dict()["layer4.1.conv2.weight"]
    )
    assert untouched == frozen
