"""Every backbone keeps the contract, and EfficientNet-Lite0 is what it says."""

import ast
import hashlib
import inspect
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from autoal_gui.backbones import weight_files
from autoal_gui.backbones.weight_files import (
    blocks_of,
    is_there,
    is_usable,
    keep_brought,
    keep_weights,
    kept,
    look_at,
    published_file,
)
from autoal_gui.backbones.weight_layout import layout_of, words_before
from autoal_gui.core.errors import Cancelled, CheckpointError
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import OWN_NETWORK
from autoal_gui.core.system.foreign_files import sha256_of

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
    assert bool(weights.layout) == bool(weights.url)  # what comes along is not replaced


@pytest.mark.parametrize("name", BACKBONES)
def test_listing_a_backbone_loads_no_torch(name):
    tree = ast.parse(inspect.getsource(BACKBONES[name]))
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    named = [getattr(node, "module", None) or node.names[0].name for node in imports]
    assert not {"torch", "torchvision", "timm"} & {name.split(".")[0] for name in named}


def test_weights_that_a_package_brings_are_there():
    (weights,) = (BACKBONES[n].WEIGHTS for n in PRETRAINED if BACKBONES[n].WEIGHTS.package)
    assert is_there(weights)
    assert published_file(weights).stat().st_size == weights.size


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
    assert published_file(weights).read_bytes() == CONTENT


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT[:-1] + b"x", CONTENT + b"x"])
def test_any_other_file_is_refused_and_leaves_nothing(content, weights):
    with pytest.raises(CheckpointError, match="not the file"):
        keep_weights(weights, [content])
    assert list(published_file(weights).parent.iterdir()) == []


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
    assert list(published_file(weights).parent.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(weights, tmp_path):
    (tmp_path / "weights").write_bytes(b"a file is in the way")
    with pytest.raises(CheckpointError, match="could not be kept"):
        keep_weights(weights, [CONTENT])


# -- files of the user's own ----------------------------------------------------------------------


RESNET = BACKBONES["resnet18_imagenet"]


@pytest.fixture
def users_folder(tmp_path, monkeypatch):
    """A folder of the user's own for weights."""
    monkeypatch.setattr(weight_files, "users_folder", lambda: tmp_path / "weights")
    return tmp_path / "weights"


@pytest.fixture
def own_file(tmp_path, monkeypatch):
    """Write a small file whose tensors are taken for those of ResNet-18."""
    shapes = {"conv1.weight": (2, 3), "bn1.bias": (2,)}
    layout = layout_of(shapes, RESNET.WEIGHTS.layout.parts)
    monkeypatch.setattr(RESNET, "WEIGHTS", replace(RESNET.WEIGHTS, layout=layout))

    def own_file(name, **more):
        arrays = {n: np.zeros(shape, np.float32) for n, shape in shapes.items()}
        save_file({**arrays, **more}, tmp_path / name)
        return tmp_path / name

    return own_file


def test_a_users_own_file_takes_the_place_of_the_published_one(users_folder, own_file):
    assert not is_there(RESNET.WEIGHTS)
    brought = look_at([RESNET], own_file("other.safetensors"), quiet)
    assert (brought.backbone, brought.is_published) == (RESNET, False)
    keep_brought(brought, quiet)
    assert is_usable(RESNET)
    found = kept(RESNET.WEIGHTS)
    assert found.is_own
    assert found.sha256 == brought.sha256 == sha256_of(found.file)
    assert found.file.suffix == ".safetensors"


def test_of_a_users_own_files_the_last_one_counts(users_folder, own_file):
    for name in ("first.safetensors", "second.safetensors"):
        more = {"fc.weight": np.full(3, len(name), np.float32)}
        brought = look_at([RESNET], own_file(name, **more), quiet)
        keep_brought(brought, quiet)
    assert kept(RESNET.WEIGHTS).sha256 == brought.sha256
    assert len(list(users_folder.iterdir())) == 1


def test_the_published_file_takes_its_place_again(users_folder, own_file, monkeypatch):
    keep_brought(look_at([RESNET], own_file("other.safetensors"), quiet), quiet)
    digest = hashlib.sha256(CONTENT).hexdigest()
    weights = replace(RESNET.WEIGHTS, sha256=digest, size=len(CONTENT))
    monkeypatch.setattr(RESNET, "WEIGHTS", weights)
    keep_weights(weights, [CONTENT])
    assert not kept(weights).is_own
    assert [file.name for file in users_folder.iterdir()] == [weights.file_name]


def test_a_file_that_was_changed_between_looking_and_keeping_is_refused(users_folder, own_file):
    brought = look_at([RESNET], own_file("other.safetensors"), quiet)
    own_file("other.safetensors", more=np.ones(1, np.float32))
    with pytest.raises(CheckpointError, match="not the file"):
        keep_brought(brought, quiet)
    assert not is_there(RESNET.WEIGHTS)


@pytest.mark.parametrize("ending", ["", "0" * 64 + ".txt", "0" * 63 + ".pth", "partial"])
def test_what_else_lies_in_the_folder_is_no_file_of_weights(ending, users_folder):
    users_folder.mkdir()
    before = Path(RESNET.WEIGHTS.file_name).stem
    (users_folder / f"{before}.own.{ending}").write_bytes(b"something")
    assert not is_there(RESNET.WEIGHTS)


def header_of(**entries):
    header = json.dumps(entries).encode()
    return len(header).to_bytes(8, "little") + header


DAMAGED = {
    "empty": b"",
    "a length beyond the end": (2**40).to_bytes(8, "little") + b"{}",
    "a list": header_of().replace(b"{", b"[").replace(b"}", b"]"),
    "nested": (2**18).to_bytes(8, "little") + b"[" * 2**18,
    "no shape": header_of(**{"conv1.weight": {"shape": "many"}}),
    "negative": header_of(**{"conv1.weight": {"shape": [-1, 2]}}),
    "many": header_of(**{f"conv1.{n}": {"shape": [1]} for n in range(6000)}),
}


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("suffix", [".safetensors", ".pth", ""])
def test_a_damaged_file_does_not_fit_and_says_what_would(name, suffix, tmp_path):
    file = tmp_path / f"secret{suffix}"
    file.write_bytes(DAMAGED[name])
    networks = [BACKBONES[n] for n in PRETRAINED if BACKBONES[n].WEIGHTS.layout]
    with pytest.raises(CheckpointError, match="does not fit") as told:
        look_at(networks, file, quiet)
    assert "ResNet-18 (ImageNet) (100 tensors), ResNet-50" in str(told.value)
    assert "secret" not in str(told.value)


def test_words_before_the_names_are_found_quickly_however_many_names_there_are():
    names = {f"a{n}.b{n}.c{n}.conv1": (1,) for n in range(5000)}
    assert words_before(names, RESNET.WEIGHTS.layout) is None


def test_entries_beside_the_networks_own_are_passed_over():
    layout = layout_of({"conv1.weight": (2,), "bn1.weight": (3,)}, ["conv1", "bn1"])
    beside = {"fc.weight": (9,), "decoder.conv1.weight": (2,), "bn1.num_batches_tracked": ()}
    shapes = {"conv1.weight": (2,), "bn1.weight": (3,), **beside}
    assert words_before(shapes, layout) == ""
    assert words_before({f"net.{n}": s for n, s in shapes.items()}, layout) == "net."
    assert words_before({**shapes, "conv1.weight": (3,)}, layout) is None
