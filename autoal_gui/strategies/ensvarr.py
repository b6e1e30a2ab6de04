"""ENSvarR: ask where an ensemble of classifiers disagrees about the class."""

import numpy as np

from autoal_gui.strategies import variation_ratio
from autoal_gui.strategies.contract import Labelled, ModelOutputs, Scores
from autoal_gui.strategies.geometry import Array, Rows, in_id_order, one_thread
from autoal_gui.strategies.heads import Scale, bootstrap, fit
from autoal_gui.strategies.uncertainty import disagreement

NAME = "ensvarr"
LABEL = "Ensemble variation ratio"
SOURCE = "Beluch et al. 2018"
ORDER = 160

MEMBERS = 10  # twice the paper's five: linear heads are cheap


@one_thread
def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) 1 - share of the modal class among the members' argmaxes, in [0, 1].

    The members are linear heads on the features, each fitted to labelled images drawn with
    replacement within each class. Ties by the margin of the members' mean probabilities, as in
    `variation_ratio`.

    With fewer than two classes labelled there is nothing to fit: dropout draws take the
    members' place, which is `variation_ratio`.
    """
    from scipy.special import softmax

    known, classes = outputs.labelled, outputs.probabilities.shape[1]
    if known is None or len(np.unique(known.labels)) < 2:
        return variation_ratio.score(outputs)
    scale, weights, biases = _members(known, classes, outputs.seed)
    rows = Rows.of(outputs)
    scores = np.empty(len(rows))
    for part, points in rows.chunks(MEMBERS * classes):
        logits = scale(points) @ weights + biases
        probabilities = softmax(logits.reshape(len(points), MEMBERS, classes), axis=2)
        votes = probabilities.argmax(axis=2)[:, :, None] == np.arange(classes)
        scores[part] = disagreement(votes.sum(axis=1), probabilities.mean(axis=1))
    return rows.put_back(scores)


def _members(known: Labelled, classes: int, seed: int) -> tuple[Scale, Array, Array]:
    """Return the scale, weights (D, R C) and biases (R C,) of R heads."""
    points, labels = in_id_order(known)
    scale, random = Scale.of(points), np.random.default_rng(seed)
    points, heads = scale(points), []
    for _ in range(MEMBERS):
        drawn = bootstrap(labels, random)
        heads.append(fit(points[drawn], labels[drawn], classes))
    weights, biases = zip(*heads, strict=True)
    return scale, np.concatenate(weights, axis=1), np.concatenate(biases)
