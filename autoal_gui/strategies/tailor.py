"""TAILOR: a bandit that draws candidates by how well they found the rare classes."""

import numpy as np

from autoal_gui.core.settings import CANDIDATES
from autoal_gui.strategies.candidates import candidate_scores
from autoal_gui.strategies.contract import Draw, ModelOutputs, Positions, Scores, top
from autoal_gui.strategies.vote import percentiles

NAME = "tailor"
LABEL = "TAILOR"
SOURCE = "Zhang et al. 2023"
ORDER = 180

ROUNDING = (
    1e-9  # rewards so near are equal: all of them before the first label, then chance decides
)
DISCOUNT = 0.9  # of what a candidate found, for each later round, the authors'


def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) the ranking of `draw` among the paper's candidates."""
    return draw(outputs, CANDIDATES).ranking


def draw(outputs: ModelOutputs, candidates: tuple[str, ...]) -> Draw:
    """Draw a candidate for each of `wanted` images by Thompson sampling; it asks for its best one.

    Each candidate's chances to find each class have a Dirichlet posterior: uniform at first, then
    counting the labels of the images that it asked for, those of earlier rounds less. A candidate
    is worth what it finds, each class 1 / max(1, its labels so far): the class-diversity reward.

    S_k is candidate k's mid-rank percentile. W of an image that is asked for is 1 for the
    candidate that asked, and so tells later rounds whose it was; an image that one candidate
    asked for alone, in whatever mode, counts likewise. W of all others is each candidate's share
    of the batch, and by it they are ranked below. Without labels all posteriors are uniform.
    """
    scores = candidate_scores(outputs, candidates)
    askers = _askers(outputs, candidates)
    places = _best_left(scores, outputs, askers)
    shares = np.bincount(askers, minlength=len(candidates)) / max(1, len(askers))
    weights = np.tile(shares, (len(outputs), 1))
    weights[places] = np.eye(len(candidates))[askers]
    standing = percentiles(scores)
    ranking = np.full(len(outputs), -1.0)  # percentiles are below 1
    for share, row in zip(shares, standing, strict=True):
        ranking += share * row
    ranking[places] = np.arange(len(places), 0, -1)
    return Draw(ranking, candidates, standing.T, weights)


def _askers(outputs: ModelOutputs, candidates: tuple[str, ...]) -> Positions:
    """Return (min(wanted, n),) which candidate asks for each image of the batch."""
    found = _found(outputs, candidates)
    labels = np.array([*outputs.truth.values()], np.int64)
    worth = 1 / np.maximum(1, np.bincount(labels, minlength=found.shape[1]))
    random = np.random.default_rng((outputs.seed, len(outputs.history)))
    draws = min(outputs.wanted, len(outputs))
    chances = random.standard_gamma(1 + found, (draws, *found.shape))
    chances /= chances.sum(axis=2, keepdims=True)  # of a Dirichlet distribution
    rewards = chances @ worth  # (draws, K)
    best = rewards > rewards.max(axis=1, keepdims=True) - ROUNDING
    askers: Positions = (best * (1 + random.random(best.shape))).argmax(axis=1)
    return askers


def _found(outputs: ModelOutputs, candidates: tuple[str, ...]) -> Scores:
    """Return (K, C) labels that each candidate has found of each class, discounted by age."""
    found = np.zeros((len(candidates), outputs.probabilities.shape[1]))
    truth = outputs.truth
    rounds = list(dict.fromkeys(asked.round_number for asked in outputs.history))
    age = {number: len(rounds) - 1 - place for place, number in enumerate(rounds)}
    for asked in outputs.history:
        label = truth.get(asked.query.image_id)
        asker = [name for name, _, weight in asked.query.strategies if weight == 1]
        if label is not None and asker and asker[0] in candidates:
            found[candidates.index(asker[0]), label] += DISCOUNT ** age[asked.round_number]
    return found


def _best_left(scores: Scores, outputs: ModelOutputs, askers: Positions) -> Positions:
    """Return the position that each asker in turn scores highest of what is not asked for yet."""
    best = [iter(top(row, outputs.image_ids, len(askers)).tolist()) for row in scores]
    taken: dict[int, None] = {}
    for asker in askers:
        taken[next(position for position in best[asker] if position not in taken)] = None
    return np.array(list(taken), np.int64)
