"""A round that cannot succeed ends in one sentence, and the next one runs as if it had not been."""

from dataclasses import replace

import pytest
import torch

from autoal_gui.core.messages import CommandFailed, Notice, RoundFinished
from autoal_gui.engine.engine import FAULT, ending_event
from autoal_gui.learning.backend import TorchBackend
from tests.support.learning import TINY, command_of, never, pool_of, same_results

pytestmark = pytest.mark.small_network

SETTINGS = TINY.but(mode="paper", train_batch=16, search_batch=16)


def end_of(command, backend):
    """Run a command as the engine does; return its notices and its last event."""
    events = []
    try:
        events += backend.run(command, never)
    except Exception as error:
        events.append(ending_event(command.request_id, error))
    return [e.sentence for e in events if isinstance(e, Notice)], events[-1]


def test_a_loss_that_is_no_number_ends_in_a_sentence(tmp_path, monkeypatch):
    from autoal_gui.learning.model.networks import Classifier

    backend, sound = TorchBackend(threads=1), Classifier.forward
    _, first = end_of(command_of(tmp_path / "first", SETTINGS), backend)
    assert isinstance(first, RoundFinished)
    monkeypatch.setattr(
        Classifier, "forward", lambda self, *values: sound(self, *values) * float("nan")
    )
    _, failed = end_of(command_of(tmp_path / "second", SETTINGS), backend)
    assert isinstance(failed, CommandFailed)
    assert failed.sentence.endswith(".")
    assert failed.sentence != FAULT
    assert not list((tmp_path / "second").glob("model.pt*"))
    monkeypatch.undo()
    _, again = end_of(command_of(tmp_path / "third", SETTINGS), backend)
    same_results(first, again)


@pytest.mark.parametrize("fits", [8, 0])
def test_memory_that_runs_out_in_a_layer_ends_in_smaller_batches_or_a_sentence(
    tmp_path, monkeypatch, fits
):
    sound = torch.nn.Conv2d.forward

    def forward(self, images):
        if len(images) > fits:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return sound(self, images)

    monkeypatch.setattr(torch.nn.Conv2d, "forward", forward)
    backend = TorchBackend(threads=1)
    notices, last = end_of(command_of(tmp_path, SETTINGS.but(infer_batch=16)), backend)
    assert any("smaller batches" in sentence for sentence in notices)
    if fits:
        assert isinstance(last, RoundFinished)
    else:
        assert isinstance(last, CommandFailed)
        assert "too little memory" in last.sentence
        monkeypatch.undo()
        assert isinstance(end_of(command_of(tmp_path, SETTINGS), backend)[1], RoundFinished)


def test_images_that_are_all_the_same_and_labels_of_one_class_are_borne(tmp_path):
    command = command_of(tmp_path, SETTINGS)
    one = command.pool.read(1)
    pool = pool_of([one] * len(command.pool.images), [i for i, _ in command.evaluation])
    same = replace(command, pool=pool)
    alone = replace(same, labelled=tuple((i, 0) for i, _ in command.labelled))
    for which in (same, alone):
        notices, last = end_of(which, TorchBackend(threads=1))
        assert isinstance(last, RoundFinished), (notices, last)
        assert sorted(last.ranking.tolist()) == list(command.unlabelled)
