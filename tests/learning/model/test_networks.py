"""The networks, the one pass over the images, and the training of a classifier."""

import copy

import numpy as np
import pytest
import torch
from scipy.special import softmax
from scipy.stats import entropy as scipy_entropy
from torchvision.models import resnet18

from autoal_gui.backbones.resnet18 import WIDTHS
from autoal_gui.core.errors import AutoALError, Cancelled, SourceError
from autoal_gui.learning.data import row_store as rows
from autoal_gui.learning.data.model_outputs import gather, last_layer
from autoal_gui.learning.model.networks import Backbone, SearchNet
from autoal_gui.learning.training.training import (
    Schedule,
    augmented,
    set_learning_rate,
    shuffled_batches,
    train_classifier,
    update_batch_norm,
)
from autoal_gui.strategies import bald
from tests.support.learning import (
    TINY,
    classifier,
    context_of,
    exhausted,
    never,
    picture,
    pool_of,
    same_state,
    state_of,
)

LABELS = tuple((i, (i - 1) % 2) for i in range(1, 9))
SCHEDULE = Schedule(2, 4, 1e-3, 5e-4, augment=True, anneal=True)


@pytest.fixture(scope="module")
def pool():
    return pool_of([picture(i % 2, i) for i in range(11)])


@pytest.fixture
def context(tmp_path, pool):
    return context_of(tmp_path, pool)


@pytest.fixture(scope="module")
def model():
    """Its batch norm has seen images, so that train and eval mode differ."""
    model = classifier()
    with torch.no_grad():
        model(torch.randn(8, 1, 16, 16, generator=torch.Generator().manual_seed(0)))
    return model.eval()


# -- the networks -------------------------------------------------------------------------------


def test_the_7x7_backbone_is_torchvisions_resnet18():
    torch.manual_seed(0)
    own = Backbone(3, "7x7").eval()
    reference = resnet18(weights=None)
    reference.conv1, reference.bn1 = own.stem[0], own.stem[1]
    reference.layer1, reference.layer2, reference.layer3, reference.layer4 = own.stages
    reference.fc = torch.nn.Identity()
    images = torch.randn(2, 3, 40, 40)
    torch.testing.assert_close(own(images), reference.eval()(images))


@pytest.mark.parametrize(("stem", "sides"), [("3x3", 16), ("3x3/2", 8), ("7x7", 4)])
@pytest.mark.parametrize("channels", [1, 3])
def test_stems_reduce_as_they_say(stem, sides, channels):
    backbone = Backbone(channels, stem)
    images = torch.randn(2, channels, 16, 16)
    assert backbone.stem(images).shape == (2, 64, sides, sides)
    assert [m.shape for m in backbone.stage_means(images)] == [(2, width) for width in WIDTHS]
    assert backbone(images).shape == (2, WIDTHS[-1])


def test_a_new_searchnet_votes_uniformly():
    weights, losses = SearchNet(1, 7, "7x7")(torch.randn(4, 1, 16, 16))
    torch.testing.assert_close(weights, torch.full((4, 7), 1 / 7))
    assert losses.shape == (4,)


def test_weights_are_positive_and_sum_to_1():
    net = SearchNet(1, 5, "7x7")
    torch.nn.init.normal_(net.strategies.weight, std=3)
    weights, _ = net(torch.randn(6, 1, 16, 16))
    assert (weights > 0).all()
    torch.testing.assert_close(weights.sum(1), torch.ones(6))
    assert weights.std(0).min() > 0  # each image has weights of its own


@pytest.mark.parametrize("head", ["strategies", "loss"])
def test_both_heads_train_the_shared_backbone(head):
    net = SearchNet(1, 5, "7x7")
    torch.nn.init.normal_(net.strategies.weight, std=0.1)  # as soon as it has left its start
    weights, losses = net(torch.randn(6, 1, 16, 16))
    (weights[:, 0].log().mean() if head == "strategies" else losses.mean()).backward()
    blocks = (net.backbone.stem[0], *(stage[0].conv1 for stage in net.backbone.stages))
    assert all(block.weight.grad.abs().max() > 0 for block in blocks)


def test_the_loss_head_reads_every_stage():
    net = SearchNet(1, 5, "7x7")
    _, losses = net(torch.randn(6, 1, 16, 16))
    losses.sum().backward()
    assert len(net.branches) == 4
    assert all(branch.weight.grad.abs().max() > 0 for branch in net.branches)


def test_stochastic_heads_are_the_last_layer_under_dropout_masks(model):
    heads = model.stochastic_heads(400, torch.Generator().manual_seed(3))
    factors = (heads / model.head.weight).detach()  # (R, C, D)
    kept = factors > 1
    torch.testing.assert_close(factors, kept * 2.0)  # 1 / keep, or 0
    assert (kept == kept[:, :1]).all()  # a mask drops a feature for all classes
    assert kept.float().mean() == pytest.approx(0.5, abs=0.01)
    assert not (kept[0] == kept[1]).all()
    torch.testing.assert_close(factors.mean(0), torch.ones_like(factors[0]), atol=0.3, rtol=0)


def test_without_dropout_there_is_nothing_stochastic():
    model = classifier(dropout=0.0)
    heads = model.stochastic_heads(2, torch.Generator())
    assert torch.equal(heads[1], model.head.weight)


# -- the one pass over the images ---------------------------------------------------------------


def outputs_of(context, model, ids, wanted=3, seed=5):
    return exhausted(gather(context, model, ids, wanted, seed, "scoring"))


def test_a_pass_is_the_model_in_eval_mode(context, model):
    found = outputs_of(context, model, [4, 2, 9])
    with torch.no_grad():
        images = context.feed.images([4, 2, 9])
        features, logits = model.backbone(images), model(images)
    assert found.image_ids.tolist() == [4, 2, 9]
    np.testing.assert_allclose(found.features, features.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.probabilities, softmax(logits.numpy(), 1), rtol=1e-5)
    assert found.stochastic.shape == (TINY.stochastic_passes, 3, 2)
    np.testing.assert_allclose(found.stochastic.sum(-1), 1, rtol=1e-5)


@pytest.mark.parametrize("training", [True, False])
def test_a_pass_leaves_the_model_bit_by_bit_as_it_was(context, training):
    model = classifier().train(training)
    before = state_of(model)
    outputs_of(context, model, range(1, 12))
    assert same_state(before, state_of(model))
    assert model.training is training
    assert model.backbone.stem[1].training is training


@pytest.mark.parametrize("end", ["cancelled", "closed"])
def test_a_pass_that_is_given_up_leaves_the_model_in_training(tmp_path, pool, end):
    checks = iter([False, True])
    cancelled = checks.__next__ if end == "cancelled" else never
    context = context_of(tmp_path, pool, TINY.but(infer_batch=4), cancelled)
    model = classifier().train()
    steps = gather(context, model, range(1, 12), 3, 0, "scoring")
    next(steps)
    assert not model.training
    if end == "cancelled":
        with pytest.raises(Cancelled):
            next(steps)
    else:
        steps.close()
    assert model.training


def test_permuting_the_images_permutes_the_pass(context, model):
    ids = list(range(1, 12))
    order = np.random.default_rng(0).permutation(11)
    one, other = (outputs_of(context, model, part) for part in (ids, np.array(ids)[order]))
    np.testing.assert_allclose(other.features, one.features[order], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(other.probabilities, one.probabilities[order], rtol=1e-5)
    np.testing.assert_allclose(other.stochastic, one.stochastic[:, order], rtol=1e-5)


def test_batches_change_nothing(tmp_path, pool, context, model):
    whole = outputs_of(context, model, range(1, 12))
    for size in (1, 4):
        small = context_of(tmp_path, pool, TINY.but(infer_batch=size))
        parts = outputs_of(small, model, range(1, 12))
        np.testing.assert_allclose(parts.features, whole.features, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(parts.stochastic, whole.stochastic, rtol=1e-4)


def test_features_of_many_images_are_kept_in_half_precision(context, model, monkeypatch):
    whole = outputs_of(context, model, range(1, 12))
    assert whole.features.dtype == np.float32
    monkeypatch.setattr(rows, "MANY", 11)
    halved = outputs_of(context, model, range(1, 12))
    assert halved.features.dtype == np.float16
    np.testing.assert_allclose(halved.features, whole.features, rtol=1e-3, atol=1e-6)
    np.testing.assert_array_equal(halved.probabilities, whole.probabilities)
    np.testing.assert_array_equal(halved.stochastic, whole.stochastic)
    large = copy.deepcopy(model)
    with torch.no_grad():
        large.backbone.stages[-1][-1].bn2.bias.fill_(1e6)  # as a bad training may leave it
    assert np.isfinite(outputs_of(context, large, range(1, 12)).features).all()


def test_more_than_the_disk_has_is_refused_before_a_pass(context, model):
    before = sorted(context.feed.cache.folder.iterdir())
    with (
        pytest.raises(SourceError, match="GB are free"),
        last_layer(context, model, 10**12, 0, np.float16),
    ):
        pass
    assert sorted(context.feed.cache.folder.iterdir()) == before


def test_the_seed_alone_draws_the_passes(context, model):
    one, same, other = (outputs_of(context, model, [1, 2], seed=s) for s in (5, 5, 6))
    torch.rand(1)  # the global generator plays no part
    again = outputs_of(context, model, [1, 2], seed=5)
    np.testing.assert_array_equal(one.stochastic, same.stochastic)
    np.testing.assert_array_equal(one.stochastic, again.stochastic)
    assert (one.stochastic != other.stochastic).any()
    np.testing.assert_array_equal(one.probabilities, other.probabilities)


@pytest.mark.parametrize("count", [0, 1])
def test_a_pass_over_nothing_or_one(context, model, count):
    found = outputs_of(context, model, [3][:count])
    assert len(found) == count
    assert found.features.shape == (count, WIDTHS[-1])
    assert found.stochastic.shape == (TINY.stochastic_passes, count, 2)


def test_bald_equals_an_independent_computation_over_dropout_masks(context, model):
    """The same masks by hand, scipy's softmax and entropy: H(mean p) - mean H(p)."""
    found = outputs_of(context, model, range(1, 12), seed=8)
    uniform = torch.rand(
        TINY.stochastic_passes, WIDTHS[-1], generator=torch.Generator().manual_seed(8)
    )
    dropped = found.features[None].astype(float) * (uniform < 0.5).numpy()[:, None] * 2
    weight, bias = model.head.weight.detach().numpy(), model.head.bias.detach().numpy()
    draws = softmax(dropped @ weight.T + bias, -1)  # (R, n, C)
    expected = scipy_entropy(draws.mean(0), axis=-1) - scipy_entropy(draws, axis=-1).mean(0)
    np.testing.assert_allclose(bald.score(found), expected, atol=1e-6)
    assert (expected > 0).all()


def test_bald_of_a_deterministic_head_is_zero(context):
    found = outputs_of(context, classifier(dropout=0.0), range(1, 12))
    np.testing.assert_allclose(bald.score(found), 0, atol=1e-7)


# -- training -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "size"), [(7, 3), (4, 4), (5, 2), (5, 4), (1, 1)])
@pytest.mark.parametrize("seed", range(5))
def test_every_pass_takes_each_image_once_and_no_batch_takes_one_twice(count, size, seed):
    batches = shuffled_batches(count, size, seed)
    drawn = [next(batches) for _ in range(3 * count)]
    assert all(len(set(batch)) == size for batch in drawn)
    taken = [position for batch in drawn for position in batch]
    passes = [taken[start : start + count] for start in range(0, len(taken), count)]
    assert all(sorted(order) == list(range(count)) for order in passes)
    assert count < 3 or len(set(map(tuple, passes))) > 1


def test_batches_follow_their_seed():
    one, same, other = (next(shuffled_batches(40, 40, seed)) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def shifted(image, down, across, flip):
    """One image moved by pixels in [-2, 2], zeros shifted in."""
    padded = np.pad(image[:, ::-1] if flip else image, 2)
    return padded[2 + down : 2 + down + 16, 2 + across : 2 + across + 16]


def test_augmentation_flips_and_shifts_by_an_eighth():
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(60, 1, 16, 16, generator=generator) + 1
    moved = augmented(images, generator)
    assert moved.shape == images.shape
    seen = set()
    for image, result in zip(images[:, 0].numpy(), moved[:, 0].numpy(), strict=True):
        ways = [
            (down, across, flip)
            for down in range(-2, 3)
            for across in range(-2, 3)
            for flip in (False, True)
            if np.array_equal(shifted(image, down, across, flip), result)
        ]
        assert len(ways) == 1
        seen.add(ways[0])
    assert {way[0] for way in seen} == {way[1] for way in seen} == {-2, -1, 0, 1, 2}
    assert 15 < sum(way[2] for way in seen) < len(seen) - 10
    assert len(seen) > 30  # each image goes its own way


def test_augmentation_moves_all_channels_together_and_follows_its_generator():
    grey = torch.rand(5, 1, 16, 16)
    one = augmented(grey.expand(5, 3, 16, 16), torch.Generator().manual_seed(4))
    same = augmented(grey, torch.Generator().manual_seed(4))
    other = augmented(grey, torch.Generator().manual_seed(5))
    assert torch.equal(one, same.expand(5, 3, 16, 16))
    assert not torch.equal(same, other)


def test_the_learning_rate_falls_by_half_a_cosine():
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    rates = []
    for progress in (0.0, 0.5, 1.0):
        set_learning_rate(optimiser, 0.4, progress)
        rates.append(optimiser.param_groups[0]["lr"])
    assert rates == pytest.approx([0.4, 0.2, 0.0])


def test_building_under_a_seed_leaves_the_global_generator_alone():
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    one, same = classifier(seed=9), classifier(seed=9)
    assert torch.equal(torch.rand(3), expected)
    assert same_state(state_of(one), state_of(same))
    assert not torch.equal(one.head.weight, classifier(seed=10).head.weight)


def test_averages_of_images_in_order_of_their_class_are_those_of_all(tmp_path):
    """Ids often go class by class: no batch may stand for one class alone."""
    spreads = []
    for in_order in (False, True):
        pool = pool_of([picture(i // 16 if in_order else i % 2, i) for i in range(32)])
        context = context_of(tmp_path, pool, TINY.but(train_batch=8))
        model = classifier()
        labels = tuple((i, 0) for i in range(1, 33))
        assert sum(update_batch_norm(context, model, labels, 0)) == 32
        spreads.append(model.backbone.stem[1].running_var)
    torch.testing.assert_close(*spreads, rtol=0.25, atol=0)


def trained(context, labels=LABELS, schedule=SCHEDULE, seed=0, between=None, model=None):
    model = model or classifier()
    losses = []
    optimiser = schedule.adam(model)
    for progress in train_classifier(
        context, model, optimiser, labels, schedule, seed, "task model"
    ):
        if progress.loss is not None:
            losses.append(progress.loss)
        if between:
            between()
    return model, losses


def test_training_learns_and_says_how_far_it_is(context):
    schedule = Schedule(12, 8, 3e-3, 0.0, augment=False, anneal=False)
    _, losses = trained(context, schedule=schedule)
    assert len(losses) == 12
    assert losses[0] == pytest.approx(np.log(2), abs=0.4)
    assert min(losses[-3:]) < losses[0] / 3


def test_no_gradient_outlives_its_step(context):
    model, _ = trained(context)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_training_repeats_bit_by_bit_whatever_else_draws_random_numbers(context):
    model, _ = trained(context)
    same, _ = trained(context, between=lambda: torch.rand(3))
    other, _ = trained(context, seed=1)
    assert same_state(state_of(model), state_of(same))
    assert not same_state(state_of(model), state_of(other))


@pytest.mark.parametrize("labels", [LABELS[:2], LABELS[:3], LABELS[:5]])
def test_any_number_of_labels_makes_batches(context, labels):
    _, losses = trained(context, labels)
    assert np.isfinite(losses).all()


def test_a_loss_that_is_no_number_is_explained(context):
    model = classifier()
    with torch.no_grad():
        model.head.weight.fill_(3e38)
    with pytest.raises(AutoALError, match="lower learning rate"):
        exhausted(
            train_classifier(
                context, model, SCHEDULE.adam(model), LABELS, SCHEDULE, 0, "task model"
            )
        )


def test_after_training_eval_mode_agrees_with_training_mode(tmp_path, pool):
    """Batch norm's averages belong to the final weights, however short the training was."""
    context = context_of(tmp_path, pool, TINY.but(train_batch=8))
    schedule = Schedule(3, 8, 0.01, 0.0, augment=False, anneal=False)
    model, _ = trained(context, schedule=schedule, model=classifier(stem="3x3/2"))
    images = context.feed.images([i for i, _ in LABELS])
    with torch.no_grad():
        in_training, in_use = model.train().backbone(images), model.eval().backbone(images)
    # The averages divide by n - 1, the batch itself by n; without them the miss is above 1.
    assert (in_use - in_training).norm() < 0.4 * in_training.norm()
    assert all(norm.momentum == 0.1 for norm in model.modules() if hasattr(norm, "momentum"))
