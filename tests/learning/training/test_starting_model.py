"""What every round starts from is read once, and its backbone is never changed by a round."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from autoal_gui.core.errors import CheckpointError
from autoal_gui.learning.model.checkpoint import save_checkpoint
from autoal_gui.learning.training import starting_model
from autoal_gui.learning.training.starting_model import untrained
from tests.support.learning import (
    CARD,
    TINY,
    classifier,
    command_of,
    context_of,
    result_of,
    same_state,
    state_of,
)


@pytest.fixture
def command(tmp_path):
    """A round that starts from a network of its own."""
    starting_model._made.cache_clear()
    file = tmp_path / "warm.pt"
    save_checkpoint(file, classifier(seed=3), CARD)
    settings = TINY.but(warm_start=True, all_layers="never")
    return replace(command_of(tmp_path / "round", settings), warm_start=str(file))


@pytest.fixture
def context(command, tmp_path):
    return context_of(tmp_path, command.pool, command.settings)


def test_two_rounds_share_a_frozen_backbone_and_nothing_else(command, context):
    first, second = (untrained(context, command, unit=True) for _ in range(2))
    assert first is not second
    assert first.backbone is second.backbone
    assert first.head is not second.head
    assert first.get_buffer("centre") is not second.get_buffer("centre")
    assert starting_model._made.cache_info().misses == 1


def test_a_network_that_is_trained_is_shared_with_nobody(command, context):
    first, second = (untrained(context, command) for _ in range(2))
    assert first.backbone is not second.backbone
    assert same_state(state_of(first), state_of(second))


def test_a_round_leaves_the_shared_backbone_as_it_was(command, context):
    before = state_of(untrained(context, command, unit=True))
    result_of(command)
    assert same_state(before, state_of(untrained(context, command, unit=True)))


def test_another_file_in_the_same_place_is_read_anew(command, context):
    before = state_of(untrained(context, command, unit=True).backbone)
    other = classifier(seed=4)
    with torch.no_grad():
        next(other.backbone.parameters()).add_(1)
    save_checkpoint(Path(command.warm_start), other, CARD)
    after = state_of(untrained(context, command, unit=True).backbone)
    assert same_state(after, state_of(other.backbone))
    assert not same_state(before, after)


def test_a_file_that_has_gone_is_told_in_a_sentence(command, context):
    untrained(context, command, unit=True)
    Path(command.warm_start).unlink()
    with pytest.raises(CheckpointError, match="no such checkpoint"):
        untrained(context, command, unit=True)
