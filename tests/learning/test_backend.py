"""The backend: commands in, events out, and what happens when memory is too small."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from autoal_gui.core.errors import AutoALError, Cancelled, CheckpointError, SettingsError
from autoal_gui.core.messages import (
    Exported,
    ExportModel,
    Notice,
    Progress,
    RoundFinished,
    WarmStart,
    WarmStarted,
    Writing,
)
from autoal_gui.learning import backend
from autoal_gui.learning.backend import SMALLEST_BATCH, TorchBackend
from autoal_gui.learning.model import device as devices
from autoal_gui.learning.model.checkpoint import load_checkpoint
from autoal_gui.learning.model.device import (
    ACCELERATORS,
    Device,
    best_device,
    choose_device,
    is_there,
)
from autoal_gui.learning.model.device_memory import is_out_of_memory
from tests.support.learning import TINY, classifier, command_of, never, result_of, same_results

SIZES = ("train_batch", "search_batch")


@pytest.fixture(scope="module")
def torch_backend():
    return TorchBackend(threads=1)


def test_a_round_through_the_backend_is_a_round(torch_backend, tmp_path):
    command = command_of(tmp_path)
    events = list(torch_backend.run(command, never))
    same_results(events[-1], result_of(command))
    assert all(event.request_id == 7 for event in events)


def test_a_round_can_be_cancelled_through_the_backend(torch_backend, tmp_path):
    with pytest.raises(Cancelled):
        list(torch_backend.run(command_of(tmp_path), lambda: True))


def test_a_model_is_exported_through_the_backend(torch_backend, tmp_path):
    result = result_of(command_of(tmp_path))
    target = tmp_path / "out.safetensors"
    order = ExportModel(9, "safetensors", result.checkpoint, str(target))
    told, written = torch_backend.run(order, never)
    assert isinstance(told, Writing)
    assert written == Exported(9, str(target))
    assert load_checkpoint(target)[0] == load_checkpoint(Path(result.checkpoint))[0]
    with pytest.raises(CheckpointError):
        list(torch_backend.run(replace(order, checkpoint=str(tmp_path / "none")), never))


# -- memory -------------------------------------------------------------------------------------


def test_memory_goes_back_between_steps_and_at_the_end(torch_backend, tmp_path, monkeypatch):
    given: list[str] = []
    monkeypatch.setattr(backend, "give_back_memory", lambda: given.append("given"))
    steps = []
    for event in torch_backend.run(command_of(tmp_path), never):
        if isinstance(event, Progress) and event.step not in steps:
            steps.append(event.step)
        assert len(given) == len(steps)
    assert len(steps) > 2
    assert len(given) == len(steps) + 1


class TooSmall:
    """Stands in for the round: out of memory a number of times, then a real one."""

    def __init__(self, times, error=None):
        self.times, self.error, self.tried = times, error or torch.OutOfMemoryError("CUDA"), []
        self.real = backend.run_round

    def __call__(self, command, cancelled):
        self.tried.append(command.settings)
        yield Progress(command.request_id, "task model", 1, 2)
        if len(self.tried) <= self.times:
            raise self.error
        yield from self.real(command, cancelled)


def carried_out(monkeypatch, command, too_small):
    monkeypatch.setattr(backend, "run_round", too_small)
    return list(TorchBackend(threads=1).run(command, never))


def test_without_memory_the_batches_are_halved_and_the_user_is_told(monkeypatch, tmp_path):
    command = command_of(tmp_path, TINY.but(train_batch=64, search_batch=32))
    too_small = TooSmall(2)
    events = carried_out(monkeypatch, command, too_small)
    sizes = [tuple(getattr(s, name) for name in SIZES) for s in too_small.tried]
    assert sizes == [(64, 32), (32, 16), (16, 8)]
    notices = [event for event in events if isinstance(event, Notice)]
    assert notices == [Notice(7, notices[0].sentence)] * 2
    assert "smaller batches" in notices[0].sentence
    assert isinstance(events[-1], RoundFinished)
    assert {s.but(**dict.fromkeys(SIZES, 8)) for s in too_small.tried} == {
        command.settings.but(**dict.fromkeys(SIZES, 8))
    }


@pytest.mark.parametrize("sizes", [(4, 64), (2, 4), (64, 4), (8, 8)])
def test_no_batch_ever_grows_and_each_is_tried_before_giving_up(sizes, monkeypatch, tmp_path):
    command = command_of(tmp_path, TINY.but(**dict(zip(SIZES, sizes, strict=True))))
    too_small = TooSmall(99)
    with pytest.raises(AutoALError, match="too little memory"):
        carried_out(monkeypatch, command, too_small)
    for name, first in zip(SIZES, sizes, strict=True):
        tried = [getattr(settings, name) for settings in too_small.tried]
        assert tried == sorted(tried, reverse=True)
        assert min(tried) < 2 * SMALLEST_BATCH
        assert min(tried) >= min(first, SMALLEST_BATCH)
    assert {settings.device for settings in too_small.tried} == {"cpu"}
    assert {settings.infer_batch for settings in too_small.tried} == {TINY.infer_batch}


def test_an_accelerator_without_memory_is_left_for_the_cpu(monkeypatch, tmp_path):
    """No accelerator here: its name stands for one that is there."""

    def pretended(settings):
        return Device(
            torch.device("cpu" if settings.device == "cpu" else "cuda"),
            None,
            torch.contiguous_format,
        )

    monkeypatch.setattr(backend, "choose_device", pretended)
    command = command_of(tmp_path, TINY.but(device="auto"))
    too_small = TooSmall(1)
    events = carried_out(monkeypatch, command, too_small)
    assert [settings.device for settings in too_small.tried] == ["auto", "cpu"]
    assert any("on the CPU" in event.sentence for event in events if isinstance(event, Notice))
    assert isinstance(events[-1], RoundFinished)


def exhausting():
    torch.empty(1 << 60)


def test_the_computers_own_memory_counts_as_well(monkeypatch, tmp_path):
    with pytest.raises(RuntimeError) as caught:
        exhausting()
    too_small = TooSmall(99, caught.value)
    with pytest.raises(AutoALError, match="too little memory"):
        carried_out(monkeypatch, command_of(tmp_path), too_small)
    assert is_out_of_memory(caught.value)
    assert is_out_of_memory(MemoryError())


def test_other_errors_are_passed_on_at_once(monkeypatch, tmp_path):
    too_small = TooSmall(99, RuntimeError("shapes do not match"))
    with pytest.raises(RuntimeError, match="shapes"):
        carried_out(monkeypatch, command_of(tmp_path), too_small)
    assert len(too_small.tried) == 1


# -- devices ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ACCELERATORS)
def test_a_device_that_is_not_there_is_explained(name):
    if is_there(name):
        pytest.skip(f"this machine has {name}")
    with pytest.raises(SettingsError, match=f"no {name}"):
        choose_device(TINY.but(device=name))


def test_auto_takes_the_first_accelerator_that_is_there(monkeypatch):
    there = {"cpu", "mps", "xpu"}
    monkeypatch.setattr(devices, "is_there", there.__contains__)
    assert best_device() == "xpu"
    assert choose_device(TINY.but(device="auto")).label == "xpu, fp32"
    there -= {"mps", "xpu"}
    assert best_device() == "cpu"


@pytest.mark.parametrize(("precision", "label"), [("fp32", "cpu, fp32"), ("bf16", "cpu, bf16")])
def test_the_precision_asked_for_is_used(precision, label):
    device = choose_device(TINY.but(precision=precision))
    assert device.label == label
    with device.autocast():
        product = torch.nn.functional.linear(torch.ones(2, 2), torch.ones(2, 2))
    assert product.dtype == (torch.bfloat16 if precision == "bf16" else torch.float32)


def test_the_layout_follows_the_stem_and_a_checkpoint_does_not(tmp_path):
    """Channels-last on the stems it pays for; what is saved is in the one layout all can read."""
    lasting = {"3x3": True, "3x3/2": False, "7x7": True}
    for stem, last in lasting.items():
        placed = choose_device(TINY.but(stem=stem)).place(classifier(stem=stem))
        weight = placed.backbone.stages[1][0].conv1.weight
        assert weight.is_contiguous(memory_format=torch.channels_last) == last
        assert weight.is_contiguous() != last
    result = result_of(command_of(tmp_path))
    _, state = load_checkpoint(Path(result.checkpoint))
    assert all(value.is_contiguous() for value in state.values())


def test_without_bf16_instructions_auto_is_fp32(monkeypatch):
    monkeypatch.setattr("autoal_gui.learning.model.device._has_bf16_instructions", lambda: False)
    assert choose_device(TINY.but(precision="auto", stem="3x3")).half is None


def test_with_bf16_instructions_auto_is_bf16_for_small_stems_alone(monkeypatch):
    monkeypatch.setattr("autoal_gui.learning.model.device._has_bf16_instructions", lambda: True)
    chosen = [choose_device(TINY.but(precision="auto", stem=s)).half for s in ("3x3", "7x7")]
    assert chosen == [torch.bfloat16, None]


def test_a_warm_start_without_memory_goes_on_with_smaller_batches(monkeypatch, tmp_path):
    pool = command_of(tmp_path).pool
    settings = TINY.but(warm_start=True, warm_epochs=1, warm_batch=32)
    command = WarmStart(7, pool, ("a", "b"), settings, str(tmp_path), str(tmp_path / "warm.pt"))
    tried, real = [], backend.warm_start

    def too_small(command, cancelled):
        tried.append(command.settings.warm_batch)
        if len(tried) == 1:
            raise torch.OutOfMemoryError("CUDA")
        yield from real(command, cancelled)

    monkeypatch.setattr(backend, "warm_start", too_small)
    events = list(TorchBackend(threads=1).run(command, never))
    assert tried == [32, 16]
    assert any(isinstance(event, Notice) for event in events)
    assert isinstance(events[-1], WarmStarted)
