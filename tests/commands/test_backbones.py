"""The command `backbones`: what networks there are, and where their weights come from."""

import hashlib
from dataclasses import replace

import pytest

from autoal_gui.backbones import resnet18_imagenet, weight_files
from autoal_gui.backbones.weight_files import is_there
from autoal_gui.cli import run
from autoal_gui.commands import backbones
from autoal_gui.core.registry import discover

CONTENT = b"weights " * 100


@pytest.fixture
def missing(tmp_path, monkeypatch):
    """The weights of a network that are not on this computer, and a file of them elsewhere."""
    for module in (weight_files, backbones):
        monkeypatch.setattr(module, "users_folder", lambda: tmp_path / "weights")
    digest = hashlib.sha256(CONTENT).hexdigest()
    weights = replace(resnet18_imagenet.WEIGHTS, sha256=digest, size=len(CONTENT))
    monkeypatch.setattr(resnet18_imagenet, "WEIGHTS", weights)
    (tmp_path / "brought.pth").write_bytes(CONTENT)
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
    for name, words in (("other.pth", "of no network"), ("none.pth", "cannot be read")):
        assert run(["backbones", "--add", str(tmp_path / name)]) == 1
        assert words in capsys.readouterr().err
    assert not is_there(missing)


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
