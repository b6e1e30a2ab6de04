"""ALBL: a bandit draws the images by candidates that made the model right."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from autoal_gui.core.queries import Asked
from autoal_gui.core.settings import CANDIDATES
from autoal_gui.strategies import random_choice
from autoal_gui.strategies.candidates import candidate_scores, top_masks
from autoal_gui.strategies.contract import Draw, ModelOutputs, Scores

NAME = "albl"
LABEL = "ALBL"
SOURCE = "Hsu & Lin 2015"
ORDER = 170

DELTA = 0.1  # the chance at which EXP4.P's bound may fail, the authors'


def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) the ranking of `draw` among the paper's candidates."""
    return draw(outputs, CANDIDATES).ranking


def draw(outputs: ModelOutputs, candidates: tuple[str, ...]) -> Draw:
    """Draw images from q(x) = sum_k W_k S_k(x), W by EXP4.P (Beygelzimer et al. 2011).

    S_k is 1/b for each of the b images that candidate k would ask for, 0 elsewhere, and 1/n
    everywhere for random choice, which always takes part: so q, the score of a `Query`, is the
    chance that a draw asks for x, and is never 0. Images are drawn without replacement, by
    Gumbel noise on log q.

    The reward of a batch is the accuracy of the model that learned from it, on the batch that
    came next, whose classes that model told before they were known; each image counts 1/q
    (importance weighting, here relative to their sum, which keeps it in [0, 1]). A batch counts
    from the time that the next one is answered, and only if it was drawn among these candidates.
    Without history all weights are alike.
    """
    random = random_choice.NAME
    names = (*(name for name in candidates if name != random), random)
    advice = np.full((len(outputs), len(names)), 1.0)
    if len(names) > 1:
        scores = candidate_scores(outputs, names[:-1])
        advice[:, :-1] = top_masks(scores, outputs.image_ids, outputs.wanted)
    advice /= advice.sum(axis=0)
    weights = _weights(outputs, names)
    chances = np.zeros(len(outputs))
    for column, weight in zip(advice.T, weights, strict=True):
        chances += weight * column
    noise = np.empty(len(outputs))
    generator = np.random.default_rng((outputs.seed, len(outputs.history)))
    noise[np.argsort(outputs.image_ids)] = generator.gumbel(size=len(outputs))
    return Draw(np.log(chances) + noise, names, advice, np.broadcast_to(weights, advice.shape))


def _weights(outputs: ModelOutputs, names: tuple[str, ...]) -> Scores:
    """Return W (K,), positive, summing to 1, of all draws whose reward is known."""
    experts = len(names)
    draws = len(outputs.history) + outputs.wanted  # T, as far as it is known yet
    least = min(1 / experts, np.sqrt(np.log(experts) / (experts * draws)))
    bonus = np.sqrt(np.log(experts / DELTA) / (experts * draws))
    gains = np.zeros(experts)
    for reward, asked in _rewarded(outputs, names):
        advice, weights = _drawn_with(asked, names)
        gains += least / 2 * (reward * advice / asked.query.score + bonus / weights)
    shares = np.exp(gains - gains.max())
    mixed: Scores = (1 - experts * least) * shares / shares.sum() + least
    return mixed


def _rewarded(outputs: ModelOutputs, names: tuple[str, ...]) -> Iterator[tuple[float, Asked]]:
    """Yield each earlier draw whose reward is known, with the reward."""
    truth = outputs.truth
    rounds: dict[int, list[Asked]] = {}
    for asked in outputs.history:
        drawn = rounds.setdefault(asked.round_number, [])
        if _is_drawn(asked, names):
            drawn.append(asked)
    batches = list(rounds.values())
    for batch, following in pairwise(batches):
        answered = [a for a in following if a.suggested is not None and a.query.image_id in truth]
        if answered:
            importance = np.array([1 / a.query.score for a in answered])
            right = [a.suggested == truth[a.query.image_id] for a in answered]
            reward = float(np.average(right, weights=importance))
            yield from ((reward, asked) for asked in batch)


def _is_drawn(asked: Asked, names: tuple[str, ...]) -> bool:
    """Whether an image was asked for by a draw among these candidates."""
    drawn_among = {name for name, _, weight in asked.query.strategies if weight > 0}
    return drawn_among == set(names) and asked.query.score > 0


def _drawn_with(asked: Asked, names: tuple[str, ...]) -> tuple[Scores, Scores]:
    """Return S (K,) and W (K,) of an image that was drawn among these candidates."""
    found = {name: (score, weight) for name, score, weight in asked.query.strategies}
    advice, weights = np.array([found[name] for name in names]).T
    return advice, weights
