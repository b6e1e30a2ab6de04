"""The command `backbones`: what networks there are, and where their weights come from."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import save_file

from autoal_gui.backbones import resnet18_imagenet, weight_files
from autoal_gui.backbones.weight_files import is_there, kept
from autoal_gui.backbones.weight_layout import layout_of
from autoal_gui.cli import run
from autoal_gui.commands import backbones
from autoal_gui.core.registry import discover
from autoal_gui.core.system.foreign_files import sha256_of

CONTENT = b"weights " * 100


@pytest.fixture
def missing(tmp_path, monkeypatch):
    """The weights of a network that are not on this computer, and a file of them elsewhere."""
    for module in (weight_files, backbones):
        monkeypatch.setattr(module, "users_folder", lambda: tmp_path / "weights")
    digest = hashlib.sha256(CONTENT).hexdigest()
    layout = layout_of({"conv1.weight": (2,)}, ["conv1"])
    known = resnet18_imagenet.WEIGHTS
    weights = replace(known, sha256=digest, size=len(CONTENT), layout=layout)
    monkeypatch.setattr(resnet18_imagenet, "WEIGHTS", weights)
    (tmp_path / "brought.pth").write_bytes(CONTENT)
    save_file({"conv1.weight": np.zeros(2)}, tmp_path / "own.safetensors")
    return weights


def test_every_network_is_told_with_its_source_and_licence(capsys):
    assert run(["backbones"]) == 0
    out = capsys.readouterr().out
    for name, backbone in discover("autoal_gui.backbones").items():
        assert f"{name}\n" in out
        assert backbone.CITATION in out
        if backbone.WEIGHTS:
            assert f"licence {backbone.WEIGHTS.licence}, " in out
            assert backbone.WEIGHTS.sha256 in out


def test_a_file_is_recognised_by_its_sum_and_kept(missing, tmp_path, capsys):
    assert run(["backbones", "--add", str(tmp_path / "brought.pth")]) == 0
    assert "weights of ResNet-18 (ImageNet)" in capsys.readouterr().out
    assert is_there(missing)


def test_a_foreign_file_gets_one_sentence(missing, tmp_path, capsys):
    (tmp_path / "other.pth").write_bytes(b"something else")
    for name, words in (("other.pth", "does not fit. Expected"), ("none.pth", "cannot be read")):
        assert run(["backbones", "--add", str(tmp_path / name)]) == 1
        assert words in capsys.readouterr().err
    assert not is_there(missing)


def test_a_file_that_fits_but_is_not_known_is_kept_only_when_the_user_says_so(
    missing, tmp_path, capsys
):
    own = tmp_path / "own.safetensors"
    digest = sha256_of(own)
    assert run(["backbones", "--add", str(own)]) == 1
    told = capsys.readouterr().err
    assert digest in told
    assert "fits ResNet-18 (ImageNet)" in told
    assert not is_there(missing)
    assert run(["backbones", "--add", str(own), "--unknown"]) == 0
    assert "neither source nor licence is known" in capsys.readouterr().out
    assert is_there(missing)
    run(["backbones"])
    assert f"in their place: a file of yours, SHA-256 {digest}" in capsys.readouterr().out


def test_the_published_weights_are_fetched_in_the_place_of_a_users_own(
    missing, tmp_path, monkeypatch
):
    monkeypatch.setattr("autoal_gui.sources.downloads.network.fetch", lambda *_: [CONTENT])
    run(["backbones", "--add", str(tmp_path / "own.safetensors"), "--unknown"])
    assert kept(missing).is_own
    assert run(["backbones", "--get", "resnet18_imagenet"]) == 0
    assert not kept(missing).is_own


def test_a_network_whose_package_is_missing_is_listed_and_says_so(monkeypatch, capsys):
    monkeypatch.setattr(weight_files, "find_spec", lambda name: None)
    assert run(["backbones"]) == 0
    assert "DINOv2 ViT-S/14 needs one more package: pip install timm." in capsys.readouterr().out


def test_weights_are_fetched_when_the_user_asks_and_only_then(missing, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(
        "autoal_gui.sources.downloads.network.fetch", lambda url, *_: asked.append(url) or [CONTENT]
    )
    for _ in range(2):
        assert run(["backbones", "--get", "resnet18_imagenet"]) == 0
    assert asked == [missing.url]
    assert "here already" in capsys.readouterr().out
    assert is_there(missing)
