"""A file of weights that means harm is one sentence: no crash, no gigabyte, no waiting."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch

from autoal_gui.core.errors import CheckpointError
from autoal_gui.learning.model.checkpoint import (
    load_checkpoint,
    read_card,
    save_checkpoint,
)
from autoal_gui.learning.model.start_weights import start_model
from tests.support.learning import CARD, classifier
from tests.support.paths import ROOT
from tests.trials.harness.hostile_models import ENDS, hostile_files

READER = """
import resource, sys, time
from pathlib import Path
import torch
from autoal_gui.backbones.weight_files import look_at
from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.registry import discover
from autoal_gui.learning.model.checkpoint import load_checkpoint, read_card
from autoal_gui.learning.model.start_weights import start_model
found = discover("autoal_gui.backbones").values()
networks = [one for one in found if one.WEIGHTS and one.WEIGHTS.layout]

def weights(file):
    look_at(networks, file, lambda done, total: None)

now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + 10**9, now + 10**9))
for file in sorted(Path(sys.argv[1]).iterdir()):
    print("begins", file.stem, flush=True)
    started = time.monotonic()
    sentences = []
    for read in (load_checkpoint, start_model, weights):
        try:
            read(file)
        except CheckpointError as error:
            sentences.append(str(error))
    card = read_card(file)
    print("ends", file.stem, len(sentences), card, time.monotonic() - started, flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="its limit of memory is that of Linux")
def test_hostile_files_are_one_sentence_each(tmp_path):
    """In a process of its own, since that is what they end, with a gigabyte to spare."""
    for number, (_, suffix, content) in enumerate(hostile_files()):
        (tmp_path / f"{number:02d}{suffix}").write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", READER, str(tmp_path)],
        capture_output=True, text=True, timeout=280, check=False, cwd=ROOT,
    )  # fmt: skip
    ended = [line.split() for line in done.stdout.splitlines() if line.startswith("ends")]
    names = list(ENDS)
    for _, number, sentences, card, seconds in ended:
        assert (sentences, card) == ("3", "None"), names[int(number)]
        assert float(seconds) < 30, names[int(number)]
    assert len(ended) == len(names), f"{names[len(ended)]}: {done.returncode} {done.stderr[-500:]}"


def test_what_the_files_are_made_of_is_read(tmp_path):
    """Else they might be refused for another reason."""
    from autoal_gui.learning.model.torch_file import read_torch_file
    from tests.trials.harness import hostile_models as hostile

    sound = hostile.entries(("a", hostile.tensor(4, 4)))
    (tmp_path / "new").write_bytes(hostile.archive(sound))
    assert read_torch_file(tmp_path / "new", 10**6)["a"].tolist() == [0, 0, 0, 0]
    sound = hostile.entries(("a", hostile.tensor(4, 4, old=True)))
    keys = b"]" + hostile.text("0") + b"a"
    (tmp_path / "old").write_bytes(hostile.old(sound, keys, (4).to_bytes(8, "little") + bytes(16)))
    assert read_torch_file(tmp_path / "old", 10**6)["a"].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.timeout(60)
def test_a_pipe_a_device_and_a_sparse_file_are_no_checkpoints(suffix, tmp_path):
    import os

    from autoal_gui.core.errors import CheckpointError
    from autoal_gui.learning.model.checkpoint import load_checkpoint, read_card
    from autoal_gui.learning.model.start_weights import start_model

    file: Path = tmp_path / f"model{suffix}"
    for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero"), sparse):
        file.unlink(missing_ok=True)
        make(file)
        for read in (load_checkpoint, start_model):
            with pytest.raises(CheckpointError, match=r"damaged|too large"):
                read(file)
        assert read_card(file) is None


def sparse(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(60 * 2**30)


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
