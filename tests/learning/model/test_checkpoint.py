"""Checkpoints: what is written comes back bit by bit, and nothing in a foreign file ever runs."""

import json
import pickle
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.system.foreign_files import sha256_of
from autoal_gui.learning.inference.export import export_model
from autoal_gui.learning.model import checkpoint
from autoal_gui.learning.model.checkpoint import (
    FORMAT,
    load_checkpoint,
    load_model,
    save_checkpoint,
)
from autoal_gui.learning.model.model_card import plain_values
from autoal_gui.learning.model.start_weights import load_weights
from tests.support.learning import (
    CARD,
    classifier,
    command_of,
    result_of,
    same_state,
    state_of,
)

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


def test_a_checkpoint_from_before_there_were_backbones_opens(tmp_path, model):
    content = content_of(model.state_dict())
    del content["card"]["architecture"], content["card"]["weights"]
    torch.save(content, tmp_path / "old.pt")
    _, card = load_model(tmp_path / "old.pt")
    assert (card.architecture, card.weights) == ("resnet18", "")


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
    assert card.unseen == ()
    assert json.loads(card.settings)["seed"] == 0


def test_a_checkpoint_names_the_classes_that_no_label_taught(tmp_path):
    command = command_of(tmp_path)
    result = result_of(replace(command, classes=(*command.classes, "rare")))
    card, _ = load_checkpoint(Path(result.checkpoint))
    assert [card.classes[index] for index in card.unseen] == ["rare"]
    assert card.scarce == ()


def test_a_checkpoint_names_the_classes_that_few_labels_taught(tmp_path):
    command = command_of(tmp_path)
    (single, _), *others = command.labelled
    classes = (*command.classes, "rare")
    result = result_of(replace(command, classes=classes, labelled=((single, 2), *others)))
    card, _ = load_checkpoint(Path(result.checkpoint))
    assert "rare" in [card.classes[index] for index in card.scarce]
    assert card.unseen == ()


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
    card = plain_values(asdict(CARD)) | changes
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
    {"unseen": [2]}, {"unseen": [-1]}, {"unseen": ["0"]}, {"scarce": [2]},
    {"threshold": [2, 0.5]}, {"threshold": [0, 1.5]}, {"threshold": [0]}, {"threshold": ["0", 0.5]},
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
