"""Checkpoints: what is written comes back bit by bit, and nothing in a foreign file ever runs."""

import json
import pickle
import zipfile
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torchvision.models import resnet18, resnet34

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.system.foreign_files import sha256_of
from autoal_gui.core.trained_model import StartModel
from autoal_gui.learning.inference.export import export_model
from autoal_gui.learning.model import checkpoint
from autoal_gui.learning.model.checkpoint import (
    FORMAT,
    ModelCard,
    load_checkpoint,
    load_model,
    load_weights,
    read_card,
    save_checkpoint,
    start_model,
)
from autoal_gui.learning.model.networks import Classifier
from tests.support.learning import TINY, classifier, command_of, result_of, same_state, state_of

CARD = ModelCard(
    classes=("healthy", "größer"),
    input_size=16,
    channels=1,
    mean=(0.3,),
    deviation=(0.2,),
    stem="7x7",
    dropout=0.5,
    mode="paper",
    round_number=4,
    labels=80,
    data_hash="ab" * 32,
    confusion=((5, 1), (0, 4)),
    settings=TINY.to_json(),
)


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


# -- there and back -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["saved", "safe"])
def test_a_model_comes_back_bit_by_bit(kind, model, request):
    file = request.getfixturevalue(kind)
    card, state = load_checkpoint(file)
    assert card == CARD
    assert same_state(state, model.state_dict())
    loaded, card = load_model(file)
    assert card == CARD
    assert not loaded.training
    images = torch.randn(3, 1, 16, 16)
    with torch.no_grad():
        assert torch.equal(loaded(images), model(images))


def test_the_safe_loaders_of_torch_and_safetensors_suffice(saved, safe, model):
    content = torch.load(saved, weights_only=True)
    assert content["format"] == FORMAT
    assert content["card"]["classes"] == list(CARD.classes)
    assert same_state(content["state"], load_file(safe))


def test_the_digest_is_that_of_the_file(tmp_path, model):
    file = tmp_path / "model.pt"
    digest = save_checkpoint(file, model, CARD)
    assert digest == sha256_of(file)
    assert len(digest) == 64
    assert [f.name for f in tmp_path.iterdir()] == ["model.pt"]
    assert digest == save_checkpoint(file, model, CARD)


def test_a_checkpoint_names_versions_but_no_folder_and_no_image(tmp_path):
    result = result_of(command_of(tmp_path / "secret folder"))
    file = Path(result.checkpoint)
    assert result.checkpoint_sha256 == sha256_of(file)
    assert b"secret folder" not in file.read_bytes()
    card, _ = load_checkpoint(file)
    assert (card.mode, card.round_number, card.labels) == ("vote", 1, 12)
    assert {"autoal-gui", "torch", "torchvision"} == set(dict(card.versions))
    assert card.confusion == result.metrics.confusion
    assert json.loads(card.settings)["seed"] == 0


# -- writing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [OSError(28, "full"), RuntimeError("write failed")])
def test_a_failing_disk_leaves_the_older_file(error, tmp_path, model, monkeypatch):
    file = tmp_path / "model.pt"
    file.write_bytes(b"older")

    def failing(content, target):
        Path(target).write_bytes(b"half of it")
        raise error

    monkeypatch.setattr(torch, "save", failing)
    with pytest.raises(CheckpointError, match="could not be saved"):
        save_checkpoint(file, model, CARD)
    assert file.read_bytes() == b"older"
    assert [f.name for f in tmp_path.iterdir()] == ["model.pt"]


def test_weights_that_are_no_numbers_do_not_replace_the_older_file(tmp_path):
    """The program itself would refuse to read them."""
    file = tmp_path / "model.pt"
    file.write_bytes(b"older")
    spoilt = classifier()
    with torch.no_grad():
        spoilt.backbone.stages[3][0].conv1.weight[0, 0, 0, 0] = float("nan")
    with pytest.raises(CheckpointError, match="no numbers"):
        save_checkpoint(file, spoilt, CARD)
    assert file.read_bytes() == b"older"


def test_a_killed_write_leaves_the_older_file(tmp_path, model, monkeypatch):
    file = tmp_path / "model.pt"
    file.write_bytes(b"older")

    def killed(path):
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint, "sha256_of", killed)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(file, model, CARD)
    assert file.read_bytes() == b"older"


def test_a_folder_that_is_not_there_is_explained(tmp_path, model):
    with pytest.raises(CheckpointError, match="could not be saved"):
        save_checkpoint(tmp_path / "none" / "model.pt", model, CARD)


# -- foreign and damaged files ------------------------------------------------------------------


class Bomb:
    """What a hostile file holds: unpickling it would create a file."""

    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return (Path.touch, (self.target,))


def content_of(state=None, **changes):
    card = checkpoint._plain(asdict(CARD)) | changes
    return {"format": FORMAT, "card": card, "state": state or {"head.bias": torch.zeros(2)}}


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("way", ["pickle", "torch", "card", "legacy"])
def test_code_in_a_file_never_runs(way, suffix, tmp_path):
    fired, file = tmp_path / "fired", tmp_path / f"model{suffix}"
    bomb = Bomb(fired)
    if way == "pickle":
        file.write_bytes(pickle.dumps(bomb))
    elif way == "card":
        torch.save(content_of(mode=bomb), file)
    else:
        torch.save({"state": bomb}, file, _use_new_zipfile_serialization=way == "torch")
    with pytest.raises(CheckpointError):
        load_checkpoint(file)
    assert not fired.exists()
    if way == "pickle":  # the bomb is a live one
        pickle.loads(file.read_bytes())  # noqa: S301 - our own
        assert fired.exists()


FOREIGN = {
    "empty": b"",
    "text": b"no checkpoint",
    "zip": b"PK\x03\x04" + bytes(60),
    "header": (2**40).to_bytes(8, "little") + b"{}",
}


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_foreign_bytes_are_refused(content, suffix, tmp_path):
    file = tmp_path / f"model{suffix}"
    file.write_bytes(content)
    with pytest.raises(CheckpointError, match="damaged or is not"):
        load_checkpoint(file)


@pytest.mark.parametrize("content", [
    torch.zeros(3), [1, 2], "text", 7, None, {}, {"format": FORMAT},
    {"format": FORMAT, "card": {}, "state": {}},
    {"format": FORMAT, "card": [1], "state": {}},
    {"format": torch.zeros(2), "card": {}, "state": {}},
    content_of() | {"format": "autoal-gui checkpoint 99"},
    content_of() | {"state": [torch.zeros(2)]},
    content_of({"head.bias": "text"}),
    content_of({7: torch.zeros(2)}),
    content_of({"head.bias": torch.tensor([0.0, float("nan")])}),
    content_of({"head.bias": torch.tensor([0.0, float("inf")])}),
    content_of({"head.bias": torch.zeros(2, device="meta")}),
], ids=range(17))  # fmt: skip
def test_other_contents_are_refused(content, tmp_path):
    file = tmp_path / "model.pt"
    torch.save(content, file)
    with pytest.raises(CheckpointError, match="damaged or is not"):
        load_checkpoint(file)


@pytest.mark.parametrize("changes", [
    {"classes": []}, {"classes": [1, 2]}, {"classes": "ab"}, {"classes": None},
    {"classes": ["a", "a"]},
    {"channels": 2}, {"channels": 1.0}, {"channels": True}, {"channels": "1"},
    {"input_size": 8}, {"input_size": 4096}, {"input_size": 28.5}, {"input_size": "28"},
    {"mean": []}, {"mean": ["a"]}, {"mean": [float("nan")]}, {"mean": 0.5},
    {"deviation": [0.0]}, {"deviation": [-1.0]}, {"deviation": [float("inf")]},
    {"deviation": ["a"]}, {"deviation": [0.1, 0.2]},
    {"dropout": 5.0}, {"dropout": -0.1}, {"dropout": "x"}, {"dropout": 1.0},
    {"stem": "9x9"}, {"stem": ["7x7"]}, {"stem": None},
    {"architecture": "vgg"}, {"settings": 7}, {"settings": "{"}, {"settings": '{"seed": -1}'},
], ids=str)  # fmt: skip
def test_cards_that_describe_no_model_are_refused(changes, tmp_path):
    file = tmp_path / "model.pt"
    torch.save(content_of(**changes), file)
    with pytest.raises(CheckpointError, match="damaged or is not"):
        load_checkpoint(file)


@pytest.mark.parametrize("missing", ["classes", "stem", "settings"])
def test_cards_without_what_it_takes_are_refused(missing, tmp_path):
    content = content_of()
    del content["card"][missing]
    torch.save(content, tmp_path / "model.pt")
    with pytest.raises(CheckpointError):
        load_checkpoint(tmp_path / "model.pt")


def test_what_a_later_version_adds_to_the_card_is_passed_over(tmp_path):
    torch.save(content_of(invented_later=[1]), tmp_path / "model.pt")
    assert load_checkpoint(tmp_path / "model.pt")[0] == CARD


def changed_state(model, change):
    state = state_of(model)
    if change == "missing":
        del state["head.bias"]
    elif change == "extra":
        state["more"] = torch.zeros(1)
    elif change == "shape":
        state["head.weight"] = torch.zeros(3, 512)
    elif change == "sparse":
        state["head.weight"] = state["head.weight"].to_sparse()
    return state


@pytest.mark.parametrize("change", ["missing", "extra", "shape", "sparse"])
def test_weights_that_do_not_fit_the_card_are_refused(change, model, tmp_path):
    file = tmp_path / "model.pt"
    torch.save(content_of(changed_state(model, change)), file)
    with pytest.raises(CheckpointError):
        load_model(file)
    with pytest.raises(CheckpointError):
        load_weights(classifier(), file, CARD.classes, "7x7")


@pytest.mark.parametrize("share", [0.001, 0.3, 0.99, 0.99999])
@pytest.mark.parametrize("kind", ["saved", "safe"])
def test_files_cut_off_are_refused(kind, share, tmp_path, request):
    whole = request.getfixturevalue(kind)
    file = tmp_path / whole.name
    file.write_bytes(whole.read_bytes()[: int(share * whole.stat().st_size)])
    with pytest.raises(CheckpointError, match="damaged or is not"):
        load_checkpoint(file)


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_whatever_byte_is_flipped_the_file_loads_or_is_refused(suffix, tmp_path):
    """Never another exception. Weights are too few here to hide the rest."""
    file = tmp_path / f"model{suffix}"
    if suffix == ".pt":
        torch.save(content_of(), file)
    else:
        card = {name: json.dumps(value) for name, value in asdict(CARD).items()}
        save_file({"head.bias": torch.zeros(2)}, file, card)
    whole = file.read_bytes()
    refused = 0
    rng = np.random.default_rng(0)
    for position in rng.choice(len(whole), min(len(whole), 700), replace=False):
        damaged = bytearray(whole)
        damaged[position] ^= int(rng.choice((1, 4, 32, 128, 255)))
        file.write_bytes(damaged)
        try:
            load_checkpoint(file)
        except CheckpointError:
            refused += 1
    assert refused > 50


def test_missing_and_huge_files_are_explained(tmp_path):
    with pytest.raises(CheckpointError, match="no such"):
        load_checkpoint(tmp_path / "none.pt")
    with pytest.raises(CheckpointError, match="damaged"):
        load_checkpoint(tmp_path)
    huge = tmp_path / "huge.pt"
    with huge.open("wb") as stream:
        stream.truncate(checkpoint.LARGEST + 1)  # takes no room on the disk
    with pytest.raises(CheckpointError, match="too large"):
        load_checkpoint(huge)


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


# -- export -------------------------------------------------------------------------------------


def test_the_pt_export_is_the_checkpoint_byte_for_byte(saved, tmp_path):
    export_model("pt", saved, tmp_path / "out.pt")
    assert (tmp_path / "out.pt").read_bytes() == saved.read_bytes()


@pytest.mark.parametrize("name", ["none", "csv"])
def test_unknown_model_formats_are_refused(name, saved, tmp_path):
    with pytest.raises(CheckpointError, match="no model format"):
        export_model(name, saved, tmp_path / "out")


@pytest.mark.parametrize("name", ["pt", "safetensors"])
def test_a_target_that_cannot_be_written_is_explained(name, saved, tmp_path):
    with pytest.raises(CheckpointError, match="could not be written"):
        export_model(name, saved, tmp_path / "none" / "out")


def test_a_damaged_checkpoint_is_not_exported(tmp_path):
    (tmp_path / "model.pt").write_bytes(b"damaged")
    with pytest.raises(CheckpointError):
        export_model("pt", tmp_path / "model.pt", tmp_path / "out.pt")
    assert not (tmp_path / "out.pt").exists()


# -- files made to do harm ----------------------------------------------------------------------


def written(file, change):
    """Write a sound checkpoint's content after a change to it."""
    save_checkpoint(file, classifier(), CARD)
    content = torch.load(file, weights_only=True)
    change(content)
    torch.save(content, file)
    return file


def blown_up(content):
    one = torch.zeros(1)
    content["state"]["head.weight"] = one.as_strided((2**14, 2**13), (0, 0))


def many_views(content):
    whole = torch.zeros(4_000_000)
    content["state"] |= {f"view {n}": whole.view(-1) for n in range(20)}


def nested(content):
    lists = ["x"]
    for _ in range(22):
        lists = [lists, lists]
    content["card"]["confusion"] = lists


@pytest.mark.parametrize("change", [blown_up, many_views, nested])
def test_a_small_file_never_becomes_large_work(change, tmp_path, monkeypatch):
    file = written(tmp_path / "model.pt", change)
    looked_at, real = [], torch.isfinite

    def isfinite(value):
        looked_at.append(value.numel() * value.element_size())
        return real(value)

    monkeypatch.setattr(torch, "isfinite", isfinite)
    with pytest.raises(CheckpointError, match="damaged or is not"):
        load_checkpoint(file)
    with pytest.raises(CheckpointError, match="damaged, or is neither"):
        start_model(file)
    assert sum(looked_at) <= 2 * file.stat().st_size


def repacked(file, compression, twice=False):
    """Write the members of a checkpoint anew."""
    with zipfile.ZipFile(file) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(file, "w", compression) as new:
        for name, content in members.items():
            new.writestr(name, content)
        if twice:
            with pytest.warns(UserWarning, match="Duplicate"):
                new.writestr(name, content)
    return file


def test_packed_members_are_refused_and_stored_ones_are_read(tmp_path):
    file = tmp_path / "model.pt"
    save_checkpoint(file, classifier(), CARD)
    assert load_checkpoint(repacked(file, zipfile.ZIP_STORED))[0] == CARD
    repacked(file, zipfile.ZIP_DEFLATED)
    with pytest.raises(CheckpointError, match="damaged"):
        load_checkpoint(file)
    assert read_card(file) is None


def test_a_member_that_is_there_twice_is_refused(tmp_path):
    file = tmp_path / "model.pt"
    save_checkpoint(file, classifier(), CARD)
    with pytest.raises(CheckpointError, match="damaged"):
        load_checkpoint(repacked(file, zipfile.ZIP_STORED, twice=True))


def test_a_flipped_bit_among_the_weights_is_noticed(tmp_path):
    file = tmp_path / "model.pt"
    save_checkpoint(file, classifier(), CARD)
    with zipfile.ZipFile(file) as members:
        largest = max(members.infolist(), key=lambda info: info.file_size)
    content = bytearray(file.read_bytes())
    content[largest.header_offset + 4096] ^= 1
    file.write_bytes(content)
    torch.load(file, weights_only=True)  # which does not mind
    with pytest.raises(CheckpointError, match="damaged"):
        load_checkpoint(file)
