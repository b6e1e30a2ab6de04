"""Every backbone keeps the contract, and EfficientNet-Lite0 is what it says."""

import ast
import hashlib
import inspect
from dataclasses import replace

import pytest

from autoal_gui.backbones import weight_files
from autoal_gui.backbones.weight_files import blocks_of, is_there, keep_weights, weights_file
from autoal_gui.core.errors import Cancelled, CheckpointError
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import OWN_NETWORK

BACKBONES = discover("autoal_gui.backbones")
PRETRAINED = [name for name, backbone in BACKBONES.items() if backbone.WEIGHTS]


def test_the_papers_network_comes_first_and_has_no_weights():
    assert next(iter(BACKBONES)) == OWN_NETWORK
    assert BACKBONES[OWN_NETWORK].WEIGHTS is None


@pytest.mark.parametrize("name", BACKBONES)
def test_a_backbone_says_what_it_is(name):
    backbone = BACKBONES[name]
    assert backbone.LABEL
    assert backbone.SHORT
    assert backbone.ABOUT.endswith(".")
    assert backbone.CITATION
    stages = range(len(backbone.WIDTHS))
    taken = [stage for view in backbone.VIEWS for stage in view]
    assert taken
    assert all(backbone.VIEWS)
    assert len(set(taken)) == len(taken)
    assert set(taken) <= set(stages)


@pytest.mark.parametrize("name", PRETRAINED)
def test_weights_tell_their_licence_their_size_and_a_sum_to_check_them_by(name):
    weights = BACKBONES[name].WEIGHTS
    assert weights.licence
    assert weights.size > 1e6
    assert len(weights.sha256) >= 8
    assert set(weights.sha256) <= set("0123456789abcdef")
    assert bool(weights.package) != bool(weights.url)  # it comes along, or can be had from there


@pytest.mark.parametrize("name", BACKBONES)
def test_listing_a_backbone_loads_no_torch(name):
    tree = ast.parse(inspect.getsource(BACKBONES[name]))
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    named = [getattr(node, "module", None) or node.names[0].name for node in imports]
    assert not {"torch", "torchvision"} & {name.split(".")[0] for name in named}


def test_weights_that_a_package_brings_are_there():
    (weights,) = (BACKBONES[n].WEIGHTS for n in PRETRAINED if BACKBONES[n].WEIGHTS.package)
    assert is_there(weights)
    assert weights_file(weights).stat().st_size == weights.size


# -- the user's folder ---------------------------------------------------------------------------


CONTENT = b"weights " * 100


@pytest.fixture
def weights(tmp_path, monkeypatch):
    """Of a file that is not there yet."""
    monkeypatch.setattr(weight_files, "users_folder", lambda: tmp_path / "weights")
    known = BACKBONES["resnet18_imagenet"].WEIGHTS
    return replace(known, sha256=hashlib.sha256(CONTENT).hexdigest(), size=len(CONTENT))


def quiet(done, total):
    """Take no notice."""


def test_a_file_that_the_user_brings_is_kept(weights, tmp_path):
    brought = tmp_path / "brought.pth"
    brought.write_bytes(CONTENT)
    assert not is_there(weights)
    keep_weights(weights, blocks_of(brought, quiet))
    assert is_there(weights)
    assert weights_file(weights).read_bytes() == CONTENT


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT[:-1] + b"x", CONTENT + b"x"])
def test_any_other_file_is_refused_and_leaves_nothing(content, weights):
    with pytest.raises(CheckpointError, match="not the file"):
        keep_weights(weights, [content])
    assert list(weights_file(weights).parent.iterdir()) == []


def test_a_file_of_the_user_that_cannot_be_read_is_told(weights, tmp_path):
    for place in (tmp_path / "none.pth", tmp_path):
        with pytest.raises(CheckpointError, match="cannot be read"):
            keep_weights(weights, blocks_of(place, quiet))


def test_who_cancels_keeps_what_was_there(weights, tmp_path):
    def stop(done, total):
        raise Cancelled("")

    (tmp_path / "brought.pth").write_bytes(CONTENT)
    with pytest.raises(Cancelled):
        keep_weights(weights, blocks_of(tmp_path / "brought.pth", stop))
    assert list(weights_file(weights).parent.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(weights, tmp_path):
    (tmp_path / "weights").write_bytes(b"a file is in the way")
    with pytest.raises(CheckpointError, match="could not be kept"):
        keep_weights(weights, [CONTENT])
