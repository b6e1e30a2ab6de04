"""What the tests of the strategies share: model outputs of every kind, and parts of it."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from autoal_gui.core.queries import Asked, Query
from autoal_gui.strategies.contract import Labelled, ModelOutputs


def softmax(logits):
    odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return (odds / odds.sum(axis=-1, keepdims=True)).astype(np.float32)


def outputs_of(n, classes=4, draws=5, features=3, spread=2.0, noise=1.0, wanted=5, seed=0):
    """Random model outputs; a `spread` of 1000 gives probabilities of exactly 0 and 1."""
    rng = np.random.default_rng([n, classes, draws, features, seed])
    logits = rng.normal(0, spread, (n, classes))
    arrays = (
        rng.permutation(10 * n)[:n].astype(np.int64),
        rng.normal(0, 1, (n, features)).astype(np.float32),
        softmax(logits),
        softmax(logits + rng.normal(0, noise, (draws, n, classes))),
    )
    return ModelOutputs(*map(read_only, arrays), wanted=wanted, seed=seed)


def labelled_of(m, classes=4, features=3, seed=0):
    """Random labelled images, whose ids no model outputs above has."""
    rng = np.random.default_rng([m, classes, features, seed])
    arrays = (
        (10**6 + rng.permutation(m)).astype(np.int64),
        rng.normal(0, 1, (m, features)).astype(np.float32),
        softmax(rng.normal(0, 1, (m, classes))),
        rng.integers(0, classes, m),
    )
    return Labelled(*map(read_only, arrays))


def known_evidence(n, m, classes=4, features=3, wanted=5, seed=0):
    """Random model outputs with labelled images."""
    outputs = outputs_of(n, classes, features=features, wanted=wanted, seed=seed)
    return replace(outputs, labelled=labelled_of(m, classes, features, seed))


def read_only(array):
    array.flags.writeable = False
    return array


def taken(outputs, positions):
    """The model outputs of the images at some positions, in that order."""
    return replace(
        outputs,
        image_ids=outputs.image_ids[positions],
        features=outputs.features[positions],
        probabilities=outputs.probabilities[positions],
        stochastic=outputs.stochastic[:, positions],
    )


def reordered(labelled, positions):
    """The same labelled images in another order."""
    positions = np.array(positions, np.int64)
    return Labelled(
        labelled.image_ids[positions],
        labelled.features[positions],
        labelled.probabilities[positions],
        labelled.labels[positions],
    )


def asked_for(labelled, suggested=0):
    """A history in which single strategies asked for the labelled images, three a round."""
    names = ("entropy", "kmeans", "random", "unheard of")
    return tuple(
        Asked(place // 3, Query(image_id, 1.0, ((names[place % 4], 1.0, 1.0),)), suggested)
        for place, image_id in enumerate(labelled.image_ids.tolist())
    )


@st.composite
def drawn_outputs(draw, smallest=0):
    """Model outputs with every degeneracy: few images, one class, ties, duplicates, certainty."""
    outputs = outputs_of(
        n=draw(st.integers(smallest, 17)),
        classes=draw(st.integers(1, 5)),
        draws=draw(st.integers(1, 11)),
        features=draw(st.integers(1, 4)),
        spread=draw(st.sampled_from((0.0, 1.0, 1000.0))),
        noise=draw(st.sampled_from((0.0, 1.0, 1000.0))),
        wanted=draw(st.integers(1, 20)),
        seed=draw(st.integers(0, 99)),
    )
    n = len(outputs)
    if draw(st.booleans()):
        outputs = replace(outputs, features=np.round(outputs.features))
    if n and draw(st.booleans()):
        copies = draw(st.lists(st.integers(0, n - 1), min_size=n, max_size=n))
        outputs = replace(taken(outputs, copies), image_ids=outputs.image_ids)
    if draw(st.booleans()):
        outputs = draw(_with_labels(outputs))
    return outputs


@st.composite
def _with_labels(draw, outputs):
    """Add labelled images: none, one, one class, copies of each other or of the pool's."""
    classes, features = outputs.probabilities.shape[1], outputs.features.shape[1]
    labelled = labelled_of(draw(st.integers(0, 9)), classes, features, outputs.seed)
    if draw(st.booleans()):
        labelled = replace(labelled, labels=np.zeros_like(labelled.labels))
    if draw(st.booleans()):
        points = np.concatenate((labelled.features[:1], outputs.features))
        if len(points):
            copies = points[np.arange(len(labelled)) % len(points)]
            labelled = replace(labelled, features=read_only(copies))
    history = asked_for(labelled) if draw(st.booleans()) else ()
    return replace(outputs, labelled=labelled, history=history)
