"""Where the model looked: a planted patch is found, whichever way the model was trained."""

import dataclasses

import numpy as np
import pytest
import torch

from autoal_gui.core.errors import CheckpointError, ImageUnreadable
from autoal_gui.core.messages import Explain, Explained
from autoal_gui.learning.backend import TorchBackend
from autoal_gui.learning.inference.explain import attention
from autoal_gui.learning.model.networks import Classifier
from autoal_gui.learning.training.warm_start import warm_start
from tests.support.learning import SIDE, TINY, command_of, never, picture, pool_of, result_of

LARGE, PATCH = 32, 8


def planted(number: int) -> tuple[np.ndarray, tuple[int, int], int]:
    """Noise with a bright square or a dark one, its corner, and which of the two it is."""
    rng = np.random.default_rng(number)
    kind = number % 2
    top, left = (int(value) for value in rng.integers(0, LARGE - PATCH, 2))
    values = rng.normal(0, 0.5, (1, LARGE, LARGE)).astype(np.float32)
    values[0, top : top + PATCH, left : left + PATCH] += (-3, 3)[kind]
    return values, (top, left), kind


@pytest.fixture(scope="module")
def seeing():
    """A model that tells bright squares from dark ones."""
    torch.manual_seed(0)
    model = Classifier(1, 2, "3x3/2", 0.0)
    images = [planted(number) for number in range(48)]
    inputs = torch.from_numpy(np.stack([values for values, _, _ in images]))
    labels = torch.tensor([kind for _, _, kind in images])
    optimiser = torch.optim.Adam(model.parameters(), 2e-3)
    for step in range(18):
        batch = torch.arange(16) + 16 * (step % 3)
        loss = torch.nn.functional.cross_entropy(model(inputs[batch]), labels[batch])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model.eval()


def share_inside(heat: np.ndarray, corner: tuple[int, int]) -> float:
    """How much of the heat lies on the patch, or less than a field beside it."""
    fields = heat.shape[0]
    margin = LARGE // fields
    large = np.kron(heat, np.ones((margin, margin)))
    top, left = (max(0, value - margin) for value in corner)
    end = PATCH + 2 * margin
    return float(large[top : top + end, left : left + end].sum() / large.sum())


@torch.no_grad()
def last_layer_alone(seeing: Classifier) -> Classifier:
    """A last layer on frozen features of unit length: towards the mean of each class."""
    model = Classifier(1, 2, "3x3/2", 0.0, unit=True).eval().requires_grad_(False)
    inputs = torch.from_numpy(np.stack([planted(number)[0] for number in range(48)]))
    centre = seeing.features(inputs).mean(0)
    model.load_state_dict(seeing.state_dict() | {"centre": centre})
    directions = model.features(inputs)
    model.head.weight.copy_(torch.stack([directions[kind::2].mean(0) * 4 for kind in (0, 1)]))
    model.head.bias.zero_()
    return model


@pytest.mark.parametrize("frozen", [False, True])
def test_a_planted_patch_is_found(seeing, frozen):
    """Where all layers were trained, and where no weight asks for a gradient."""
    model = last_layer_alone(seeing) if frozen else seeing
    right, inside = 0, []
    for number in range(1000, 1010):
        values, corner, kind = planted(number)
        heat, probabilities = attention(model, torch.from_numpy(values)[None])
        right += int(probabilities.argmax() == kind)
        assert heat.shape == (8, 8)
        assert heat.min() >= 0
        assert heat.max() == 1
        inside.append(share_inside(heat, corner))
    area = ((PATCH + 8) / LARGE) ** 2
    assert right >= 9
    assert np.median(inside) > 1.8 * area


def test_the_other_class_is_spoken_for_elsewhere(seeing):
    apart = []
    for number in range(1000, 1008):
        values, corner, kind = planted(number)
        image = torch.from_numpy(values)[None]
        own, other = (attention(seeing, image, c)[0] for c in (kind, 1 - kind))
        apart.append(share_inside(own, corner) - share_inside(other, corner))
    assert np.median(apart) > 0.2


def test_a_map_has_fields_enough_where_the_image_allows():
    for side, fields in ((28, 7), (64, 8), (224, 7)):
        model = Classifier(1, 3, "3x3/2" if side == 64 else "7x7", 0.5).eval()
        heat, probabilities = attention(model, torch.randn(1, 1, side, side))
        assert heat.shape == (fields, fields)
        assert probabilities.sum() == pytest.approx(1)


def test_the_command_explains_the_image_as_the_model_reads_it(tmp_path):
    result = result_of(command_of(tmp_path))
    pool = pool_of([picture(0, 0, 40), picture(1, 1, 40)])
    question = Explain(3, pool, 2, result.checkpoint)
    (found,) = TorchBackend(1).run(question, never)
    assert isinstance(found, Explained)
    assert (found.request_id, found.image_id) == (3, 2)
    assert found.class_name in "ab"
    assert 0.5 <= found.probability <= 1
    assert not found.heat.flags.writeable
    named = [
        next(TorchBackend(1).run(dataclasses.replace(question, class_index=c), never))
        for c in (0, 1)
    ]
    assert [one.class_name for one in named] == ["a", "b"]
    assert sum(one.probability for one in named) == pytest.approx(1, abs=1e-5)
    again = next(TorchBackend(1).run(question, never))
    np.testing.assert_array_equal(again.heat, found.heat)


def test_a_model_of_a_warm_start_is_explained_too(tmp_path):
    settings = TINY.but(mode="vote", warm_start=True, warm_seconds=1.0, stem="3x3/2")
    command = command_of(tmp_path, settings)
    from autoal_gui.core.messages import WarmStart

    start = WarmStart(
        1, command.pool, command.classes, settings, command.workspace, str(tmp_path / "warm.pt")
    )
    *_, warmed = warm_start(start, never)
    result = result_of(dataclasses.replace(command, warm_start=warmed.checkpoint))
    (found,) = TorchBackend(1).run(Explain(1, command.pool, 1, result.checkpoint), never)
    assert found.heat.shape == (SIDE // 2, SIDE // 2)


def test_what_cannot_be_explained_is_one_sentence(tmp_path):
    result = result_of(command_of(tmp_path))
    pool = pool_of([picture(0, 0)])
    with pytest.raises(ImageUnreadable):
        next(TorchBackend(1).run(Explain(1, pool, 9, result.checkpoint), never))
    with pytest.raises(CheckpointError, match="not learned"):
        next(TorchBackend(1).run(Explain(1, pool, 1, result.checkpoint, 7), never))
    with pytest.raises(CheckpointError):
        next(TorchBackend(1).run(Explain(1, pool, 1, str(tmp_path / "none.pt")), never))
