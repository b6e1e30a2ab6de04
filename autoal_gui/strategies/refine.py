"""Refine: let several strategies filter the pool again and again, then cover what is left."""

from dataclasses import replace

import numpy as np

from autoal_gui.strategies import (
    badge,
    dropquery,
    margin,
    maxherding,
    random_choice,
    typiclust,
    uherding,
)
from autoal_gui.strategies.contract import ModelOutputs, Positions, Scores, top
from autoal_gui.strategies.uncertainty import lead

NAME = "refine"
LABEL = "Refine"
SOURCE = "Huseljic et al. 2026"
ORDER = 123

STRATEGIES = (random_choice, margin, badge, typiclust, dropquery, maxherding, uherding)
DEPTH = 5  # times that the pool is filtered, the authors'
BATCHES = 10  # that each strategy asks for in each filtering, the paper's
SHARE = 0.4  # of the pool that each of them is asked of, the paper's
IMAGES = 1000  # of which a batch is asked for at most


def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) scores that put a cover of a filtered pool on top.

    Each strategy asks for ten batches, each of another random part of the pool, .4 of it. What any
    of them has asked for is the pool of the next filtering; there are five. UHerding then chooses
    among what is left. Chosen images score k, ..., 2, 1; the others by how many filterings they
    outlasted, then by margin, 0 or less.
    """
    pool = np.argsort(outputs.image_ids)
    outlasted = np.zeros(len(outputs))
    random = np.random.default_rng(outputs.seed)
    for _ in range(DEPTH):
        if len(pool) <= outputs.wanted:
            break
        pool = _asked_for(outputs, pool, random)
        outlasted[pool] += 1
    scores = outlasted - (DEPTH + 1) + np.clip(1 - lead(outputs.probabilities), 0, 1)
    final = uherding.score(taken(outputs, pool))
    scores[pool[final > 0]] = final[final > 0]
    return scores


def _asked_for(outputs: ModelOutputs, pool: Positions, random: np.random.Generator) -> Positions:
    """Return the positions of the pool that some strategy asks for, in the order of the pool."""
    size = min(IMAGES, max(outputs.wanted, int(SHARE * len(pool))))
    asked = np.zeros(len(outputs), np.bool_)
    for strategy in STRATEGIES:
        for _ in range(BATCHES):
            part = pool[np.sort(random.choice(len(pool), min(size, len(pool)), replace=False))]
            seed = int(random.integers(2**31))
            few = replace(taken(outputs, part), seed=seed)
            asked[part[top(strategy.score(few), few.image_ids, outputs.wanted)]] = True
    return pool[asked[pool]]


def taken(outputs: ModelOutputs, positions: Positions) -> ModelOutputs:
    """Return the model outputs of some of the images."""
    return replace(
        outputs,
        image_ids=outputs.image_ids[positions],
        features=outputs.features[positions],
        probabilities=outputs.probabilities[positions],
        stochastic=outputs.stochastic[:, positions],
    )
