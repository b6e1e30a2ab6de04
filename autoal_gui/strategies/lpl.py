"""LPL: ask where a small network predicts the largest loss."""

from typing import TYPE_CHECKING

import numpy as np

from autoal_gui.strategies import entropy
from autoal_gui.strategies.contract import ModelOutputs, Positions, Scores
from autoal_gui.strategies.geometry import Array, Rows, in_id_order, one_thread
from autoal_gui.strategies.heads import Scale, out_of_fold
from autoal_gui.strategies.perceptron import perceptron

if TYPE_CHECKING:
    from torch import nn

NAME = "lpl"
LABEL = "Loss prediction"
SOURCE = "Yoo & Kweon 2019"
ORDER = 140

HIDDEN = 128  # units, the paper's
MARGIN = 1.0  # xi of the ranking loss, the paper's
STEPS = 200
LEARNING_RATE = 1e-3  # Adam
WEIGHT_DECAY = 5e-4  # the paper's
PAIRS = 128  # of images in a step
LEAST = 1e-3  # probability that a loss is taken of: a class unknown to a fold has no finite loss


@one_thread
def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) losses that a network of one hidden layer predicts from the features.

    It learns the order of the labelled images' losses by the pairwise margin ranking loss; the
    scale of its outputs means nothing. The losses are cross-entropies of linear heads on the
    features by five folds, each of images that its head was not fitted to: a fitted model has
    next to no loss on what it was fitted to.

    Where no labelled image's loss is larger than another's, as without labels or with one class,
    the score is the loss that the model itself expects, its entropy.
    """
    import torch

    known, classes = outputs.labelled, outputs.probabilities.shape[1]
    if known is None or len(np.unique(known.labels)) < 2:
        return entropy.score(outputs)
    points, labels = in_id_order(known)
    scale = Scale.of(points)
    points = scale(points)
    units = None if known.units is None else known.units[Rows.of(known).order]
    losses = _losses(out_of_fold(points, labels, classes, outputs.seed, units), labels)
    if not np.ptp(losses):
        return entropy.score(outputs)
    net = _train(points, losses, outputs.seed)
    rows = Rows.of(outputs)
    scores = np.empty(len(rows))
    with torch.inference_mode():
        for part, pool in rows.chunks():
            predicted = net(torch.from_numpy(scale(pool)).float())
            scores[part] = predicted[:, 0].double().numpy()
    return rows.put_back(scores)


def _losses(probabilities: Array, labels: Positions) -> Array:
    """Return (m,) cross-entropies in nats."""
    return -np.log(np.maximum(probabilities[np.arange(len(labels)), labels], LEAST))


def _train(points: Array, losses: Array, seed: int) -> "nn.Sequential":
    """Train on points (m, D) and losses (m,), m >= 2."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    net = perceptron((points.shape[1], HIDDEN, 1), generator)
    optimiser = torch.optim.Adam(net.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    inputs, target = torch.from_numpy(points).float(), torch.from_numpy(losses).float()
    pairs = min(PAIRS, len(losses) // 2)
    for _ in range(STEPS):
        drawn = torch.randperm(len(losses), generator=generator)[: 2 * pairs]
        predicted = net(inputs[drawn])[:, 0]
        first, second = predicted.split(pairs)
        larger = (target[drawn[:pairs]] - target[drawn[pairs:]]).sign()
        loss = (MARGIN - larger * (first - second)).clamp(min=0).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return net
